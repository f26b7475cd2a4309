// Where a payload names its contact: at the top level or inside an object, as the entry of its kind says.
import { EVENT_KINDS, KINDS, type KindEntry } from "../model/event-kinds.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";

type Place = Pick<KindEntry, "contact">;

const PLACES: readonly Place[] = EVENT_KINDS.map((kind) => KINDS[kind]);

/** The keys that lead to the contact. */
export function contactPath({ contact }: Place): readonly string[] {
  return contact.split(".");
}

/** The value at the place where a kind of event names its contact; `undefined`: there is none. */
export function contactIn(place: Place, payload: Json): Json | undefined {
  return contactPath(place).reduce<Json | undefined>(
    (value, key) => (isJsonObject(value) ? value[key] : undefined),
    payload,
  );
}

/** The payload with this contact where its kind names it; unchanged if anything but an object is on the way there. */
export function withContact(place: Place, payload: JsonObject, contactId: string): JsonObject {
  return placed(payload, contactPath(place), contactId);
}

/** Every id that may be a contact's, whatever the kind or type of value: erasing any of them erases the payload, too. */
export function contactsNamed(payload: Json, places: readonly Place[] = PLACES): readonly string[] {
  const ids = places.map((place) => contactIn(place, payload));
  const named = ids.filter((id) => typeof id === "string" || typeof id === "number");
  return [...new Set(named.map(String))].filter((id) => id !== "");
}

function placed(payload: JsonObject, [key = "", ...inner]: readonly string[], contactId: string): JsonObject {
  if (inner.length === 0) return { ...payload, [key]: contactId };
  const holder = payload[key] ?? {};
  return isJsonObject(holder) ? { ...payload, [key]: placed(holder, inner, contactId) } : payload;
}
