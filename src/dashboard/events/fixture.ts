// A recorded event as a test of the rules: an example for a rule file, or a story for `rules simulate`.
import type { Decision } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import type { JsonObject } from "../../kit/json.ts";

/** Ids in the webhook that mean nothing to a rule. */
const ENVELOPE = new Set(["webhookId", "appId", "companyId", "locationId", "versionId"]);

/** An entry for the `examples` of a rule file. */
export function exampleOf(event: Event, decision: Decision): string {
  const fires = decision.fired.length > 0;
  const { contact, location } = decision.known ?? {};
  // What its rules asked of them; what is not there is left out.
  const known = { ...(contact ? { contact } : {}), ...(location ? { location } : {}) };
  return JSON.stringify({ event: withoutEnvelope(event.payload), fires, ...known, at: decision.decidedAt }, null, 2);
}

/** A story for `npm run rules simulate`: this event, and the rules that fired on it. */
export function storyOf(event: Event, decision: Decision): string {
  return JSON.stringify(
    {
      description: `An ${event.kind} as it was recorded`,
      start: decision.decidedAt,
      timeZone: decision.timeZone,
      events: [{ at: decision.decidedAt, event: withoutEnvelope(event.payload) }],
      expect: decision.fired.map((rule) => ({ what: "fired", rule })),
    },
    null,
    2,
  );
}

function withoutEnvelope(payload: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => !ENVELOPE.has(name)));
}
