// What a rule demands of facts in order to fire: the claims that an index can soundly make.
import type { Json } from "../kit/json.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { slotOf, wordsWanted } from "./without-engine.ts";

/** The values, one of which a fact must have for the rule to fire, by the fact's slot. */
export type Demands = ReadonlyMap<number, ReadonlySet<Json>>;

export const NO_DEMANDS: Demands = new Map();

/** A condition that allows more values than this demands nothing: the rule would have to be stored under each. */
const MAX_VALUES = 32;

/** The kinds of event and the locations that a rule is for, as conditions. */
export function scopeOf({ on, locations }: Rule): readonly Condition[] {
  const kind: Condition = { fact: "kind", operator: "in", value: [...on] };
  return locations ? [kind, { fact: "locationId", operator: "in", value: [...locations] }] : [kind];
}

/** The parts of nested `all`; anything else is one part. */
export function conjuncts(condition: Condition): readonly Condition[] {
  const isAll = "all" in condition && Array.isArray(condition.all) && !("any" in condition) && !("not" in condition);
  return isAll ? condition.all.flatMap(conjuncts) : [condition];
}

/**
 * What a condition demands in order to be met: an `all` what its parts demand together, an `any` what every part
 * demands. A `not`, a path, another fact's value, a decorator and any other operator demand nothing here.
 */
export function demandsOf(condition: Condition): Demands {
  if ("all" in condition) return condition.all.map(demandsOf).reduce(together, NO_DEMANDS);
  // An empty `any` is always met.
  if ("any" in condition) return condition.any.length === 0 ? NO_DEMANDS : condition.any.map(demandsOf).reduce(common);
  if ("not" in condition) return NO_DEMANDS;
  const slot = slotOf(condition);
  const words = wordsWanted(condition) ?? [];
  return slot === null || words.length > MAX_VALUES ? NO_DEMANDS : new Map([[slot, new Set(words)]]);
}

/** What two conditions demand if both have to be met. */
export function together(a: Demands, b: Demands): Demands {
  if (a.size === 0) return b;
  const both = new Map(a);
  for (const [slot, values] of b) both.set(slot, inBoth(a.get(slot), values));
  return both;
}

function common(a: Demands, b: Demands): Demands {
  return new Map(
    Array.from(a).flatMap(([slot, values]): [number, ReadonlySet<Json>][] => {
      const others = b.get(slot);
      const either = others && new Set([...values, ...others]);
      return either && either.size <= MAX_VALUES ? [[slot, either]] : [];
    }),
  );
}

function inBoth(a: ReadonlySet<Json> | undefined, b: ReadonlySet<Json>): ReadonlySet<Json> {
  return a === undefined ? b : new Set([...a].filter((value) => b.has(value)));
}
