// What a payload has to be. One struct for each kind of event, made from the table of kinds, asks for its location and its
// contact: what it refuses cannot be used. Any other field may be odd, and is then absent (`misfitOf`): a reply whose
// duration cannot be read is a reply all the same.
import { any, array, boolean, define, number, optional, record, string, Struct, type } from "superstruct";
import type { FieldType } from "../model/event-fields.ts";
import { forEachKind, type KindEntry } from "../model/event-kinds.ts";
import { decimalOf } from "../kit/decimal.ts";
import { isGiven, isJsonObject, type Json } from "../kit/json.ts";
import { momentMs } from "../kit/moment.ts";
import { switchOf } from "../kit/switch.ts";
import { anyStruct, strictObject, type AnyStruct } from "../kit/strict-object.ts";
import { KNOWN_FACTS, type KnownFact, type KnownField, type KnownFields } from "../language/known-facts.ts";
import { contactPath } from "./contact.ts";
import { completed } from "./untyped.ts";

const LOCATION_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** It becomes part of paths of the API, in which `.` and `..` would be steps. */
const CONTACT_ID = /^(?!\.{1,2}$)[!-~]{1,128}$/;

type Check = (value: unknown) => true | string;

const isText = (value: unknown): value is string => typeof value === "string";
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** What each type accepts from the wire, besides the absent, `null` and `""`: every deviation that was seen in deliveries. */
const CHECKS: { readonly [T in FieldType]: Check } = {
  text: (value) => isText(value) || "Expected text",
  id: (value) => isText(value) || "Expected text",
  number: (value) => decimalOf(value) !== null || "Expected a number",
  boolean: (value) => switchOf(value) !== null || "Expected true or false",
  list: (value) => Array.isArray(value) || isText(value) || "Expected a list",
  object: (value) => isJsonObject(value) || "Expected an object",
  address: (value) => isText(value) || isTextList(value) || isJsonObject(value) || "Expected text or a list of text",
  time: (value) =>
    momentMs(value) !== null || (isText(value) && decimalOf(value) === null) || "Expected a time in ISO 8601",
  any: () => true,
};

type IdStruct = Struct<string, null>;
type Holder = Struct<unknown, null>;

/** What was expected of a field of a type that cannot be read; `null`: it can be read, or is absent. */
export function misfitOf(type: FieldType, value: Json | undefined): string | null {
  const found = !isGiven(value) || CHECKS[type](value);
  return found === true ? null : found;
}

function requiredId(form: RegExp, message: string): IdStruct {
  return define("id", (value) => (isText(value) && form.test(value)) || message);
}

const locationId = requiredId(LOCATION_ID, "Expected the id of a location");
const contactId = requiredId(CONTACT_ID, "Expected the id of a contact");

/** The struct of whatever holds the contact under these keys. If that is absent, the contact is reported as missing. */
function holding([key, ...inner]: readonly string[]): IdStruct | Holder {
  if (key === undefined) return contactId;
  return new Struct<unknown, null>({
    type: "object",
    schema: null,
    validator: (value) => !isGiven(value) || CHECKS.object(value),
    *entries(value) {
      if (!isGiven(value)) yield [key, undefined, holding(inner)];
      else if (isJsonObject(value)) yield [key, value[key], holding(inner)];
    },
  });
}

/** What a payload of a kind has to have: the ids that an event cannot do without. Anything else is kept as it is. */
export function structOf(entry: Pick<KindEntry, "contact">) {
  const [holder = "", ...inner] = contactPath(entry);
  return type({ locationId, [holder]: holding(inner) });
}

/** The struct of each kind of event. */
export const EVENT_STRUCTS = forEachKind(structOf);

/** Whether a value has the form of a location's id. */
export function isLocationId(id: unknown): id is string {
  return isText(id) && LOCATION_ID.test(id);
}

/** Whether a text has the form of a contact's id. */
export function isContactId(id: string): boolean {
  return CONTACT_ID.test(id);
}

/** The location that a payload names, or `null` if it names none that could exist. */
export function locationOf(payload: Json): string | null {
  const id = isJsonObject(payload) ? completed(payload)["locationId"] : null;
  return isLocationId(id) ? id : null;
}

/** What a person writes of a contact or location, in the one form that each type has. */
const WRITTEN: { readonly [T in FieldType]: AnyStruct } = {
  text: anyStruct(string()),
  id: anyStruct(string()),
  number: anyStruct(number()),
  boolean: anyStruct(boolean()),
  list: anyStruct(array(any())),
  object: anyStruct(record(string(), any())),
  address: anyStruct(string()),
  time: anyStruct(string()),
  any: anyStruct(any()),
};

function writtenStruct({ type: form, fields }: KnownField): AnyStruct {
  return fields === undefined ? WRITTEN[form] : fieldsStruct(fields);
}

function fieldsStruct(fields: KnownFields): AnyStruct {
  const inner = Object.entries(fields).map(([name, field]) => [name, optional(writtenStruct(field))] as const);
  return anyStruct(strictObject(Object.fromEntries(inner)));
}

/** The contact and the location as they are written beside an event, in our own names. */
export const KNOWN_STRUCTS: { readonly [Name in KnownFact]: AnyStruct } = {
  contact: fieldsStruct(KNOWN_FACTS.contact.fields),
  location: fieldsStruct(KNOWN_FACTS.location.fields),
};
