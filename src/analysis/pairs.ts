// How each two rules of a set stand to each other on one kind of event: whether an event fires both, and whether each fires
// only where the other one does.
import type { EventKind } from "../model/event-kinds.ts";
import type { Rule } from "../model/rule.ts";
import type { KindRules } from "./firing.ts";
import type { Part } from "./groups/group.ts";
import { firesOn, modelOf, type Model } from "./models.ts";
import type { Answer, Begun } from "./search.ts";
import type { AnalysedSet } from "./set.ts";

/** Two rules, the one that is decided first first. */
export interface Pair {
  readonly kind: EventKind;
  readonly first: Rule;
  readonly second: Rule;
  /** An event on which both fire; that there is none is not told. */
  readonly both: Exclude<Answer, { readonly is: "never" }>;
  /** An event on which the first fires and the second does not, or the other way round. */
  readonly firstAlone: () => Answer;
  readonly secondAlone: () => Answer;
}

/** One rule, ready to be asked about with others. */
interface Ready {
  readonly rule: Rule;
  readonly begun: Begun;
  readonly model: Model | null;
  /** No rule stops it, so what it does on an event depends on its own conditions. */
  readonly isFree: boolean;
}

/** Every two rules that may fire on one event of a kind. */
export function* pairsOn(set: AnalysedSet, kind: EventKind, rules: KindRules, timeZone: string): Generator<Pair> {
  const ready: readonly Ready[] = set.rules.flatMap((rule) => readied(set, kind, rules, rule, timeZone));
  for (const [place, one] of ready.entries())
    for (const other of ready.slice(place + 1)) {
      const both = bothOn(set, kind, rules, one, other);
      if (both.is === "never") continue;
      const alone = (a: Ready, b: Ready) => (): Answer => apart(set, kind, rules, a, b);
      yield {
        kind,
        first: one.rule,
        second: other.rule,
        both,
        firstAlone: alone(one, other),
        secondAlone: alone(other, one),
      };
    }
}

function readied(set: AnalysedSet, kind: EventKind, rules: KindRules, rule: Rule, timeZone: string): readonly Ready[] {
  if (rule.enabled === false || !rule.on.includes(kind)) return [];
  const begun = rules.search.begin(set.fires(rule, kind));
  if (begun === null) return [];
  const answer = rules.search.answer([], begun);
  if (answer.is === "never") return [];
  const model = answer.is === "met" ? modelOf(kind, answer.value, timeZone) : null;
  return [{ rule, begun, model, isFree: set.stopsBefore(rule, kind).length === 0 }];
}

function bothOn(set: AnalysedSet, kind: EventKind, rules: KindRules, one: Ready, other: Ready): Answer {
  for (const [a, b] of [
    [one, other],
    [other, one],
  ] as const)
    if (a.model && b.isFree && firesOn(b.rule, a.model) === true) return met(a.model.parts);
  return rules.search.answer([set.fires(other.rule, kind)], one.begun);
}

/** An event on which one fires and the other does not. */
function apart(set: AnalysedSet, kind: EventKind, rules: KindRules, one: Ready, other: Ready): Answer {
  if (one.model && firesOn(other.rule, one.model) === false) return met(one.model.parts);
  return rules.search.answer([set.isSilent(other.rule, kind)], one.begun);
}

function met(parts: readonly Part[]): Answer {
  return { is: "met", value: parts };
}
