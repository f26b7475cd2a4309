// One struct for each kind of event, made from the table of facts. They accept every deviation that was seen
// in deliveries and keep unknown keys; what they refuse cannot be used.
import { define, type, type Struct } from "superstruct";
import { EVENT_KINDS, type EventKind } from "../model/event.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { FACTS, factsOfKind, type FactType } from "../language/facts.ts";

const NUMERIC = /^\s*-?\d+(\.\d+)?\s*$/;
const LOCATION_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** It stands in paths of the API, in which `.` and `..` would be steps. */
const CONTACT_ID = /^(?!\.{1,2}$)[!-~]{1,128}$/;

type Check = (value: unknown) => true | string;

const isText = (value: unknown): value is string => typeof value === "string";
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** What each type accepts from the wire. Absent, `null` and `""` are accepted for all but the ids an event cannot do without. */
const CHECKS: { readonly [T in FactType]: Check } = {
  text: (value) => isText(value) || "Expected text",
  id: (value) => isText(value) || "Expected text",
  number: (value) =>
    typeof value === "number" ||
    (isText(value) && NUMERIC.test(value) && Number.isFinite(Number(value))) ||
    "Expected a number",
  boolean: (value) => typeof value === "boolean" || value === "true" || value === "false" || "Expected true or false",
  list: (value) => Array.isArray(value) || isText(value) || "Expected a list",
  object: (value) => isJsonObject(value) || "Expected an object",
  address: (value) => isText(value) || isTextList(value) || isJsonObject(value) || "Expected text or a list of text",
  time: (value) => isText(value) || typeof value === "number" || "Expected a time in ISO 8601",
  any: () => true,
};

function field(factType: FactType): Struct<Json | undefined, null> {
  const check = CHECKS[factType];
  return define(factType, (value) => value === undefined || value === null || value === "" || check(value));
}

function requiredId(form: RegExp, message: string): Struct<string, null> {
  return define("id", (value) => (isText(value) && form.test(value)) || message);
}

const locationId = requiredId(LOCATION_ID, "Expected the id of a location");
const contactId = requiredId(CONTACT_ID, "Expected the id of a contact");

/** Under which key a kind of event names its contact. */
export function contactKey(kind: EventKind): "contactId" | "id" {
  return kind === "ContactDndUpdate" || kind === "ContactDelete" || kind === "ContactTagUpdate" ? "id" : "contactId";
}

function structOf(kind: EventKind): Struct<{ [key: string]: Json | undefined }> {
  const fields = factsOfKind(kind)
    .filter((name) => !FACTS[name]?.derived)
    .map((name) => [name, field(FACTS[name]?.type ?? "any")] as const);
  return type({ ...Object.fromEntries(fields), locationId, [contactKey(kind)]: contactId });
}

/** The struct of each kind of event. */
export const EVENT_STRUCTS = Object.fromEntries(EVENT_KINDS.map((kind) => [kind, structOf(kind)])) as {
  readonly [K in EventKind]: ReturnType<typeof structOf>;
};

/** Whether this has the form of a location's id. */
export function isLocationId(id: unknown): id is string {
  return isText(id) && LOCATION_ID.test(id);
}

/** The location that a payload names, or `null` when it names none that could exist. */
export function locationOf(payload: Json): string | null {
  const id = isJsonObject(payload) ? payload["locationId"] : null;
  return isLocationId(id) ? id : null;
}
