// Walking conditions, and what can be read from a comparison alone: shared by checking rules and deciding events.
import type { Json, Path } from "../kit/json.ts";
import type { Condition, FactCondition } from "../model/rule.ts";
import { isOperator, OPERATORS, takeApart, timesThat } from "./operators.ts";
import type { Search } from "./pattern.ts";

/** A comparison, where it is, and whether it is under an odd number of `not`. */
interface PlacedComparison {
  readonly condition: FactCondition;
  readonly path: Path;
  readonly negated: boolean;
}

/** Visits each comparison of a tree whose root is at `path`. */
export function* comparisons(condition: Condition, path: Path, negated = false): Generator<PlacedComparison> {
  if ("all" in condition)
    for (const [i, part] of condition.all.entries()) yield* comparisons(part, [...path, "all", i], negated);
  else if ("any" in condition)
    for (const [i, part] of condition.any.entries()) yield* comparisons(part, [...path, "any", i], negated);
  else if ("not" in condition) yield* comparisons(condition.not, [...path, "not"], !negated);
  else yield { condition, path, negated };
}

/** The values that a fact is compared with: several if a decorator takes each item of a list. */
export function valuesOf({ operator, value }: FactCondition): readonly Json[] {
  const takesItems = timesThat(takeApart(operator).decorators, "take items of the value") > 0;
  return Array.isArray(value) && takesItems ? value : [value];
}

/** The patterns that a comparison searches for. */
export function searchesOf(condition: FactCondition): readonly Search[] {
  const { name, decorators } = takeApart(condition.operator);
  if (!isOperator(name) || OPERATORS[name].value !== "pattern") return [];
  const inList = timesThat(decorators, "take items of the fact") > 0;
  return valuesOf(condition).flatMap((pattern) => (typeof pattern === "string" ? [{ pattern, inList }] : []));
}

/** Whether a comparison asks if its fact is there, rather than what it is. */
export function asksPresence({ operator }: FactCondition): boolean {
  const { name, decorators } = takeApart(operator);
  const isNegatedAtMost = timesThat(decorators, "negate") === decorators.length;
  return isNegatedAtMost && isOperator(name) && OPERATORS[name].metByAbsence === "with false";
}

/** Whether a comparison is met by an absent fact. */
export function isMetByAbsence({ operator, value }: FactCondition, negated: boolean): boolean {
  const { name, decorators } = takeApart(operator);
  // These check the items of a list that is absent: they are not met, whatever the operator.
  if (timesThat(decorators, "take items of the fact") > 0) return negated;
  const turns = timesThat(decorators, "negate") + Number(negated);
  const met = isOperator(name) ? OPERATORS[name].metByAbsence : "never";
  const isMet = met === "with false" ? value === false : met === "always";
  return isMet !== (turns % 2 === 1);
}
