// What the actions of a rule come to on an event that fires it, as `check` tries them.
import { rehearse } from "../act/rehearsal.ts";
import type { JsonObject } from "../kit/json.ts";
import type { Decision } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import type { Known } from "../model/known.ts";
import type { Rule } from "../model/rule.ts";
import { templateRoots } from "./template-roots.ts";

/** An action that would be dead, by its place in the rule, and why. */
interface DeadAction {
  readonly index: number;
  readonly why: string;
}

/** The actions of a rule that would end as dead letters on an event. */
export async function deadActions(
  { name, description, priority, actions }: Rule,
  event: Event,
  facts: Facts,
  decision: Pick<Decision, "eventKey" | "decidedAt" | "ruleSet" | "fired">,
  known: Known,
): Promise<readonly DeadAction[]> {
  const rule = JSON.parse(JSON.stringify({ name, description, priority })) as JsonObject;
  const roots = templateRoots({ event, facts, rule, decision, known });
  const { locationId, contactId, key: eventKey } = event;
  const given = { locationId, contactId, eventKey, rule: name, decidedAt: decision.decidedAt, roots };
  const errors = await Promise.all(actions.map((action) => rehearse(action, given)));
  return errors.flatMap((error, index) => (error ? [{ index, why: error.message }] : []));
}
