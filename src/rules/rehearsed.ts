// What the actions of a rule come to on an event that fires it, as `check` tries them.
import { rehearse } from "../act/rehearsal.ts";
import type { JsonObject } from "../kit/json.ts";
import type { Decision } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import type { Rule } from "../model/rule.ts";

/** An action that would be dead, by its place in the rule, and why. */
interface DeadAction {
  readonly index: number;
  readonly why: string;
}

/** The actions of a rule that would end as dead letters on an event. */
export async function deadActions(
  { name, description, priority, actions }: Rule,
  { payload, key, locationId, contactId }: Event,
  facts: Facts,
  { decidedAt, ruleSet, fired }: Pick<Decision, "decidedAt" | "ruleSet" | "fired">,
): Promise<readonly DeadAction[]> {
  const roots = {
    event: payload,
    facts: { ...facts },
    rule: JSON.parse(JSON.stringify({ name, description, priority })) as JsonObject,
    decision: { eventKey: key, decidedAt, ruleSet, fired: [...fired] },
  };
  const given = { locationId, contactId, eventKey: key, rule: name, decidedAt, roots };
  const errors = await Promise.all(actions.map((action) => rehearse(action, given)));
  return errors.flatMap((error, index) => (error ? [{ index, why: error.message }] : []));
}
