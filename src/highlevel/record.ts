// HighLevel's records of contacts, locations, users and custom fields, in our own names. Pure. What is odd is absent: a
// name that is a number, a tag that is an object. Source: HighLevel's public API description (contacts, locations, users),
// 19 June 2026, and its webhooks ContactCreate and ContactUpdate.
import { isGiven, isJsonObject, isPrimitive, jsonObjectIn, type Json, type JsonObject } from "../kit/json.ts";
import { isoOf, momentMs } from "../kit/moment.ts";
import { bytesOf } from "../kit/utf8.ts";

/** What a record or a webhook says of a contact. A part that it does not say is absent, but for the fields. */
export interface SaidOfContact {
  /** Texts by our names. */
  readonly fields: JsonObject;
  readonly tags?: readonly string[];
  readonly dnd?: boolean;
  /** Values of custom fields by the field's id. */
  readonly custom?: JsonObject;
}

/** What a record's parts may take in a row, in bytes of JSON: together less than a row holds (`model/row-bounds.ts`). */
const MAX_TEXT_BYTES = 20_000;
const MAX_TAGS_BYTES = 300_000;
const MAX_CUSTOM_BYTES = 500_000;
const MAX_KEYS_BYTES = 1_000_000;

/** A name of ours, HighLevel's for it, and whether it is a time. */
type FieldNames = readonly (readonly [own: string, theirs: string, isTime?: true])[];

const PERSON: FieldNames = [
  ["firstName", "firstName"],
  ["lastName", "lastName"],
  ["name", "name"],
  ["email", "email"],
  ["phone", "phone"],
];
const PLACE: FieldNames = [
  ["city", "city"],
  ["state", "state"],
  ["postalCode", "postalCode"],
  ["country", "country"],
  ["website", "website"],
  ["timeZone", "timezone"],
];
/** What a webhook says of a contact besides tags, do not disturb and custom fields: its `type` is that of the event. */
const OF_WEBHOOK: FieldNames = [
  ...PERSON,
  ["companyName", "companyName"],
  ["address", "address1"],
  ...PLACE,
  ["dateOfBirth", "dateOfBirth", true],
  ["source", "source"],
  ["assignedTo", "assignedTo"],
  ["dateAdded", "dateAdded", true],
];
const OF_CONTACT: FieldNames = [...OF_WEBHOOK, ["type", "type"]];
const OF_LOCATION: FieldNames = [
  ["id", "id"],
  ["name", "name"],
  ["email", "email"],
  ["phone", "phone"],
  ["address", "address"],
  ...PLACE,
];
const OF_USER: FieldNames = [["id", "id"], ...PERSON];

/** What the payload of a webhook says of its contact. */
export function contactIn(payload: JsonObject): SaidOfContact {
  const { tags, dnd, customFields } = payload;
  const told = flag(dnd);
  return {
    fields: named(fieldsIn(payload, OF_WEBHOOK)),
    ...(isList(tags) ? { tags: tagsIn(tags) } : {}),
    ...(told === undefined ? {} : { dnd: told }),
    ...(isList(customFields) ? { custom: customIn(customFields) } : {}),
  };
}

/** The same of HighLevel's whole record: what is not in it there is not. */
export function contactRecordIn(record: JsonObject): SaidOfContact & { readonly custom: JsonObject } {
  const { dnd, tags = [], custom = {} } = contactIn(record);
  return { fields: named(fieldsIn(record, OF_CONTACT)), tags, custom, ...(dnd === undefined ? {} : { dnd }) };
}

/**
 * The other way round: HighLevel's record of a contact that has our names for some of its fields, with the values of `custom`
 * under their keys as ids. What it has in HighLevel's words stays.
 */
export function recordOf({ custom, ...contact }: JsonObject): JsonObject {
  const theirs = OF_CONTACT.flatMap(([own, name]): [string, Json][] => {
    const value = contact[own];
    return own === name || value === undefined ? [] : [[name, value]];
  });
  const values = isJsonObject(custom) ? Object.entries(custom).map(([id, value]) => ({ id, value })) : [];
  return { ...contact, ...Object.fromEntries(theirs), ...(values.length === 0 ? {} : { customFields: values }) };
}

/** A location, from the answer to a question about it; `null`: it cannot be read. */
export function locationIn(body: string): JsonObject | null {
  const location = jsonObjectIn(body)?.["location"];
  return isJsonObject(location) ? fieldsIn(location, OF_LOCATION) : null;
}

/** A user, from the answer to a question about them; `null`: it cannot be read. */
export function userIn(body: string): JsonObject | null {
  const user = jsonObjectIn(body);
  return user && named(fieldsIn(user, OF_USER));
}

const OF_CONTACTS = "contact.";

/** The keys of a location's custom fields of contacts, without `contact.`, by the field's id; `null`: it cannot be read. */
export function customFieldKeys(body: string): JsonObject | null {
  const told = jsonObjectIn(body)?.["customFields"];
  if (!isList(told)) return null;
  const keys = told.flatMap((field): [string, Json][] => {
    if (!isJsonObject(field)) return [];
    const { id, fieldKey } = field;
    if (!isId(id) || typeof fieldKey !== "string" || !fieldKey.startsWith(OF_CONTACTS)) return [];
    const key = fieldKey.slice(OF_CONTACTS.length);
    return isId(key) ? [[id, key]] : [];
  });
  return fitting(keys, MAX_KEYS_BYTES);
}

function fieldsIn(record: JsonObject, names: FieldNames): JsonObject {
  const found = names.flatMap(([own, theirs, isTime]): [string, Json][] => {
    const told = isTime ? timeOf(record[theirs]) : record[theirs];
    const value = typeof told === "string" ? told.trim() : "";
    return value !== "" && bytesOf(value) <= MAX_TEXT_BYTES ? [[own, value]] : [];
  });
  return Object.fromEntries(found);
}

/** With a full name, if only its parts were said. */
function named(fields: JsonObject): JsonObject {
  const { name, firstName, lastName } = fields;
  const parts = [firstName, lastName].filter((part) => typeof part === "string");
  return name !== undefined || parts.length === 0 ? fields : { ...fields, name: parts.join(" ") };
}

/** A time as text; a number of milliseconds is converted. */
function timeOf(value: Json | undefined): Json | undefined {
  const at = typeof value === "number" ? momentMs(value) : null;
  return at === null ? value : isoOf(at);
}

/** Deliveries have been seen with text in place of booleans. */
function flag(value: Json | undefined): boolean | undefined {
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}

function tagsIn(tags: readonly Json[]): readonly string[] {
  let room = MAX_TAGS_BYTES;
  const texts = tags.filter((tag): tag is string => typeof tag === "string" && tag !== "");
  return [...new Set(texts)].filter((tag) => (room -= bytesOf(JSON.stringify(tag)) + 1) >= 0);
}

/** Where the value of a custom field stands, in HighLevel's webhooks and answers. */
const VALUES = ["value", "fieldValue", "field_value", "fieldValueString", "fieldValueArray", "fieldValueNumber"];

function customIn(fields: readonly Json[]): JsonObject {
  const values = fields.flatMap((field): [string, Json][] => {
    if (!isJsonObject(field) || !isId(field["id"])) return [];
    const value = VALUES.map((name) => field[name]).find(isValue);
    return value === undefined ? [] : [[field["id"], value]];
  });
  return fitting(values, MAX_CUSTOM_BYTES);
}

/** A text, a number, a boolean, or a list of those. */
function isValue(value: Json | undefined): value is Json {
  if (isList(value)) return value.length > 0 && value.every(isPrimitive);
  return isGiven(value) && isPrimitive(value);
}

/** As many entries as fit, in order. */
function fitting(entries: readonly (readonly [string, Json])[], maxBytes: number): JsonObject {
  let room = maxBytes;
  return Object.fromEntries(entries.filter((entry) => (room -= bytesOf(JSON.stringify(entry))) >= 0));
}

/** No key of an object may be one that every object has. */
function isId(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "" && !(value in {});
}

function isList(value: Json | undefined): value is Json[] {
  return Array.isArray(value);
}
