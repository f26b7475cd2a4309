// What the actions of a rule come to on an event that fires it, before anything is sent.
import { rehearse, type Rehearsal } from "../act/rehearsal.ts";
import type { JsonObject } from "../kit/json.ts";
import type { Decision } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import type { Known } from "../model/known.ts";
import type { Action, Rule } from "../model/rule.ts";
import { templateRoots } from "./template-roots.ts";

/** An event on which a rule fires, and what is known beside it. */
interface Fired {
  readonly event: Event;
  readonly facts: Facts;
  readonly decision: Pick<Decision, "eventKey" | "decidedAt" | "ruleSet" | "fired">;
  readonly known: Known;
}

/** What an action of a rule would send on an event, or why it would end as a dead letter. */
export function rehearsed(
  action: Action,
  { name, description, priority }: Rule,
  { event, facts, decision, known }: Fired,
): Promise<Rehearsal> {
  const rule = JSON.parse(JSON.stringify({ name, description, priority })) as JsonObject;
  const roots = templateRoots({ event, facts, rule, decision, known });
  const { locationId, contactId, key: eventKey } = event;
  return rehearse(action, { locationId, contactId, eventKey, rule: name, decidedAt: decision.decidedAt, roots });
}
