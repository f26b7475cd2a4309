// What HighLevel publishes some webhooks without, told by what else they have: the `type` of invoices and of calls with a
// voice agent, the `locationId` of what belongs to `altId`, and what `LCEmailStats` says inside an object.
import { EVENT_KINDS, KINDS, type EventKind, type KindEntry } from "../model/event-kinds.ts";
import { isGiven, type Json, type JsonObject } from "../kit/json.ts";
import { EMAIL_STATS, emailStatusOf } from "./email-status.ts";

/**
 * The payload with its location and its kind, where it leaves them out and only one fits, and with what it says of an
 * e-mail in fields of their own; the same object if nothing is added.
 */
export function completed(payload: JsonObject): JsonObject {
  if (payload["type"] === EMAIL_STATS) return withEmailStatus(payload);
  const location = isGiven(payload["locationId"]) ? null : ownerOf(payload);
  const kind = isGiven(payload["type"]) ? null : kindByShape(payload);
  if (location === null && kind === null) return payload;
  return {
    ...payload,
    ...(kind === null ? {} : { type: kind }),
    ...(location === null ? {} : { locationId: location }),
  };
}

/** What was sent stands, whatever it comes to. */
function withEmailStatus(payload: JsonObject): JsonObject {
  const sent = Object.entries(payload).filter(([, value]) => isGiven(value));
  return { ...payload, ...emailStatusOf(payload), ...Object.fromEntries(sent) };
}

/** The sub-account that invoices and orders call their `altId`. */
function ownerOf({ altType, altId }: JsonObject): Json | null {
  return altType === "location" && isGiven(altId) ? (altId ?? null) : null;
}

/** The only kind whose shape a payload has; `null`: none, or it could be several. */
function kindByShape(payload: JsonObject): EventKind | null {
  const [kind = null, ...others] = EVENT_KINDS.filter((one) => hasShape(KINDS[one].shape, payload));
  return others.length === 0 ? kind : null;
}

function hasShape(shape: KindEntry["shape"], payload: JsonObject): boolean {
  if (shape === undefined || !shape.has.every((name) => isGiven(payload[name]))) return false;
  return shape.status === undefined || shape.status === payload["status"];
}
