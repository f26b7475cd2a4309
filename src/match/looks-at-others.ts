// Whether the rules of a location look at what has no kind of its own: where none does, it is counted and not kept.
import { comparisons } from "../language/conditions.ts";
import { OTHER } from "../model/event-kinds.ts";
import type { ConditionGroup, Rule, RuleSet } from "../model/rule.ts";

/** Whether a rule for a location fires on such events, counts them, or has waits that they may end. */
export function looksAtOthers(ruleSet: RuleSet, locationId: string): boolean {
  let looking = lookingRules.get(ruleSet);
  if (!looking) lookingRules.set(ruleSet, (looking = ruleSet.rules.filter(isLooking)));
  return looking.some(({ locations }) => locations === undefined || locations.includes(locationId));
}
const lookingRules = new WeakMap<RuleSet, readonly Rule[]>();

function isLooking({ on, conditions, actions, enabled }: Rule): boolean {
  if (enabled === false) return false;
  if (on.includes(OTHER) || isAsking(conditions)) return true;
  return actions.some(({ cancelOn = [] }) =>
    cancelOn.some((end) => typeof end === "object" && (end.on.includes(OTHER) || isAsking(end.conditions))),
  );
}

/** Whether conditions count such events. */
function isAsking(conditions: ConditionGroup): boolean {
  try {
    return [...comparisons(conditions, [])].some(({ condition: { params } }) => params?.["kind"] === OTHER);
  } catch {
    // They are none: the engine says so.
    return false;
  }
}
