// What a rule demands of facts if it is to fire: the claims that an index may soundly make.
import type { Json } from "../kit/json.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { slotOf, wordsWanted } from "./check.ts";

/** For each fact by its slot, the values one of which it must have if the rule is to fire. */
export type Demands = ReadonlyMap<number, ReadonlySet<Json>>;

export const NO_DEMANDS: Demands = new Map();

/** Who allows more values than this demands nothing: a rule would stand under each of them. */
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
 * What a condition demands if it is to be met: of an `all` what its parts demand together, of an `any` what every part
 * demands. A `not`, a path, another fact's value, a decorator and any other operator demand nothing here.
 */
export function demandsOf(condition: Condition): Demands {
  if ("all" in condition) return condition.all.map(demandsOf).reduce(together, NO_DEMANDS);
  // An empty `any` is met by everything.
  if ("any" in condition) return condition.any.length === 0 ? NO_DEMANDS : condition.any.map(demandsOf).reduce(common);
  if ("not" in condition) return NO_DEMANDS;
  const slot = slotOf(condition);
  const words = wordsWanted(condition) ?? [];
  return slot === null || words.length > MAX_VALUES ? NO_DEMANDS : new Map([[slot, new Set(words)]]);
}

/** What two conditions demand that both have to be met. */
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
