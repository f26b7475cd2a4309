// What HighLevel publishes some webhooks without, told by what else they have: the `type` of invoices and of calls with a
// voice agent, and the `locationId` of what belongs to `altId`.
import { EVENT_KINDS, KINDS, type EventKind, type KindEntry } from "../model/event-kinds.ts";
import type { Json, JsonObject } from "../kit/json.ts";

/** The payload with its location and its kind, where it leaves them out and only one fits; the same object if neither. */
export function completed(payload: JsonObject): JsonObject {
  const location = isGiven(payload["locationId"]) ? null : ownerOf(payload);
  const kind = isGiven(payload["type"]) ? null : kindByShape(payload);
  if (location === null && kind === null) return payload;
  return {
    ...payload,
    ...(kind === null ? {} : { type: kind }),
    ...(location === null ? {} : { locationId: location }),
  };
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

function isGiven(value: Json | undefined): boolean {
  return value !== undefined && value !== null && value !== "";
}
