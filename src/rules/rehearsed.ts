// What the actions of a rule come to on an event that fires it, before anything is sent.
import { rehearse, type Rehearsal } from "../act/rehearsal.ts";
import type { JsonObject } from "../kit/json.ts";
import type { Decision } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import type { Action, Rule } from "../model/rule.ts";

/** What an action of a rule would send on an event, or why it would end as a dead letter. */
export function rehearsed(
  action: Action,
  { name, description, priority }: Rule,
  { payload, key, locationId, contactId }: Event,
  facts: Facts,
  { decidedAt, ruleSet, fired }: Pick<Decision, "decidedAt" | "ruleSet" | "fired">,
): Promise<Rehearsal> {
  const roots = {
    event: payload,
    facts: { ...facts },
    rule: JSON.parse(JSON.stringify({ name, description, priority })) as JsonObject,
    decision: { eventKey: key, decidedAt, ruleSet, fired: [...fired] },
  };
  return rehearse(action, { locationId, contactId, eventKey: key, rule: name, decidedAt, roots });
}
