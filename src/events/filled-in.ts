// A payload that a person wrote, in a rule's example or in a story, completed with what they left out.
import { KINDS } from "../model/event-kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import { contactIn, withContact } from "./contact.ts";
import { kindNamed } from "./kind-of.ts";

/** Values for what a payload leaves out. */
export interface Defaults {
  readonly type: string;
  readonly locationId: string;
  readonly contactId: string;
  /** Used for kinds that name a message. */
  readonly messageId: string;
  /** ISO 8601: when it happens and is sent. Absent: the payload has no time, so it happens when it is received. */
  readonly at?: string;
}

/** The payload with its defaults, each where its kind has it. */
export function filledIn(given: JsonObject, { type, locationId, contactId, messageId, at }: Defaults): JsonObject {
  const kind = kindNamed(typeof given["type"] === "string" ? given["type"] : type);
  if (kind === null) return { type, locationId, ...given };
  const entry = KINDS[kind];
  const { fields, time } = entry;
  const payload: JsonObject = {
    type,
    locationId,
    ...(at === undefined ? {} : { timestamp: at }),
    ...(at === undefined || time === undefined ? {} : { [time]: at }),
    ...(Object.hasOwn(fields, "messageId") ? { messageId } : {}),
    ...given,
  };
  return contactIn(entry, payload) === undefined ? withContact(entry, payload, contactId) : payload;
}
