// A recorded event as a test of the rules: an example for a rule file, or a story for `rules simulate`.
import type { Decision } from "../../model/decision.ts";
import type { Event } from "../../model/event.ts";
import type { JsonObject } from "../../kit/json.ts";

/** Ids and times of this one delivery, which say nothing to a rule. */
const ENVELOPE = new Set(["webhookId", "appId", "companyId", "locationId", "versionId"]);

/** What a rule file takes among its `examples`. */
export function exampleOf(event: Event, decision: Decision): string {
  const fires = decision.fired.length > 0;
  return JSON.stringify({ event: withoutEnvelope(event.payload), fires, at: decision.decidedAt }, null, 2);
}

/** What `npm run rules simulate` runs: this event, and the rules that fired on it. */
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
