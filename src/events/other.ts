// Where a payload of a kind that is not known names its contact: at one of the places where the known kinds and
// HighLevel's workflows do. Pure.
import { EVENT_KINDS, KINDS } from "../model/event-kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import { contactIn } from "./contact.ts";

/** `id` is the contact's on kinds about the contact itself, and something else's on others. */
const ITSELF = "id";
const ABOUT_THE_CONTACT = /^contact/i;
const PLACES: readonly string[] = [
  ...new Set([...EVENT_KINDS.map((kind) => KINDS[kind].contact), "contact.id", "contact_id"]),
].filter((place) => place !== ITSELF);

/** The payload with its contact as `contactId`, if it names one elsewhere; the same object otherwise. */
export function withContactNamed(payload: JsonObject): JsonObject {
  const { type } = payload;
  const places = typeof type === "string" && ABOUT_THE_CONTACT.test(type) ? [...PLACES, ITSELF] : PLACES;
  const named = places
    .map((contact) => contactIn({ contact }, payload))
    .find((id) => typeof id === "string" && id !== "");
  return named === undefined || named === payload["contactId"] ? payload : { ...payload, contactId: named };
}
