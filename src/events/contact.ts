// Where a payload names its contact: at the top or inside an object, as the table of kinds says.
import { EVENT_KINDS, KINDS, type EventKind } from "../model/event-kinds.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";

const PLACES = [...new Set(EVENT_KINDS.map((kind) => KINDS[kind].contact))].map(keysOf);

/** The keys that lead to the contact of a kind of event. */
export function contactPath(kind: EventKind): readonly string[] {
  return keysOf(KINDS[kind].contact);
}

/** What stands where a kind of event names its contact; `undefined`: nothing does. */
export function contactIn(kind: EventKind, payload: JsonObject): Json | undefined {
  return at(payload, contactPath(kind));
}

/** The payload with this contact where its kind names it. Where something else than an object is in the way, it stays as it is. */
export function withContact(kind: EventKind, payload: JsonObject, contactId: string): JsonObject {
  return placed(payload, contactPath(kind), contactId);
}

/** Every id that may be a contact's, in whichever form, so that erasing the contact finds what is held. */
export function contactsNamed(payload: Json): readonly string[] {
  const named = PLACES.map((keys) => at(payload, keys)).filter(
    (id) => typeof id === "string" || typeof id === "number",
  );
  return [...new Set(named.map(String))].filter((id) => id !== "");
}

function keysOf(place: string): readonly string[] {
  return place.split(".");
}

function at(payload: Json, keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), payload);
}

function placed(payload: JsonObject, [key = "", ...inner]: readonly string[], contactId: string): JsonObject {
  if (inner.length === 0) return { ...payload, [key]: contactId };
  const holder = payload[key] ?? {};
  return isJsonObject(holder) ? { ...payload, [key]: placed(holder, inner, contactId) } : payload;
}
