// What a log says nothing about: facts that a rule asks and no event had, and words that none of them said. Where there is
// no data, a rule that did not fire is no proof that it does not.
import { comparisons } from "../language/conditions.ts";
import { isLogFact } from "../language/log-facts.ts";
import { valueAt } from "../language/path.ts";
import { FACT_READERS } from "../events/event.ts";
import type { Json } from "../kit/json.ts";
import type { Untested } from "../model/comparison.ts";
import type { Event } from "../model/event.ts";
import type { EventKind } from "../model/event-kinds.ts";
import type { Rule } from "../model/rule.ts";

/** Looks at events as they come. */
export interface Untesting {
  see(event: Event): void;
  found(): readonly Untested[];
}

interface Asked {
  readonly rule: string;
  readonly on: ReadonlySet<EventKind>;
  readonly fact: string;
  readonly path: string | undefined;
  /** The words that have not come yet; empty: it is not about words. */
  readonly words: Set<Json>;
  events: number;
  had: number;
}

export function untesting(rules: readonly Rule[]): Untesting {
  const asked = rules.flatMap(askedBy);
  return {
    see(event) {
      for (const one of asked) {
        if (!one.on.has(event.kind)) continue;
        one.events += 1;
        if (one.had > 0 && one.words.size === 0) continue;
        const value = valueAt(FACT_READERS.get(one.fact)?.(event), one.path);
        if (value === undefined || value === null) continue;
        one.had += 1;
        for (const word of Array.isArray(value) ? value : [value]) one.words.delete(word);
      }
    },
    found: () =>
      asked.flatMap(({ rule, fact, path, events, had, words }): Untested[] => {
        const about = { rule, fact, ...(path === undefined ? {} : { path }), events };
        return had === 0 ? [about] : [...words].map((value) => ({ ...about, value }));
      }),
  };
}

function askedBy({ name, on, conditions }: Rule): Asked[] {
  const found = new Map<string, Asked>();
  for (const { condition, negated } of comparisons(conditions, [])) {
    const { fact, path, operator, value } = condition;
    if (isLogFact(fact) || !FACT_READERS.has(fact)) continue;
    const place = JSON.stringify([fact, path]);
    const known = found.get(place) ?? { rule: name, on: new Set(on), fact, path, words: new Set(), events: 0, had: 0 };
    found.set(place, known);
    if (!negated) for (const word of wordsOf(operator, value)) known.words.add(word);
  }
  return [...found.values()];
}

/** The values one of which has to come for a comparison to be met. */
function wordsOf(operator: string, value: Json): readonly Json[] {
  if (operator === "equal" || operator === "contains") return typeof value === "object" ? [] : [value];
  return operator === "in" && Array.isArray(value) ? value.filter((word) => typeof word !== "object") : [];
}
