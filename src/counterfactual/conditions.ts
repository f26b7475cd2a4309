// The conditions of one rule, comparison by comparison, so that what two changes come to together is known without a world
// in which both were made.
import { comparisons } from "../language/conditions.ts";
import { comparisonIn } from "../match/without-engine.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { factsIn, type World } from "./world.ts";

/** Which comparisons are met, in their order. */
export type Truths = readonly boolean[];

export class Conditions {
  readonly #root: Condition;
  readonly #comparisons: readonly ReturnType<typeof comparisonIn>[];

  constructor({ conditions }: Rule) {
    this.#root = conditions;
    this.#comparisons = [...comparisons(conditions, [])].map(({ condition }) => comparisonIn(condition));
  }

  /** Which comparisons are met in a world; one on which the engine would fail is not. */
  truthsIn(world: World): Truths {
    const facts = factsIn(world);
    return this.#comparisons.map((one) => one?.compare(one.read(facts), one.wanted(facts)) === true);
  }

  /** Whether all of them together are met. */
  isMet(truths: Truths): boolean {
    let next = 0;
    const met = (condition: Condition): boolean => {
      if ("all" in condition) return condition.all.map(met).every(Boolean);
      if ("any" in condition) return condition.any.length === 0 || condition.any.map(met).some(Boolean);
      if ("not" in condition) return !met(condition.not);
      next += 1;
      return truths[next - 1] === true;
    };
    return met(this.#root);
  }
}
