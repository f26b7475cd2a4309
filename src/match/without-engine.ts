// What can be said about a condition without the engine: met, not met, or that only the engine can say. The comparisons
// are the engine's own, from its table of operators, with all their quirks. Only `equal` and `in` with primitives are
// reimplemented, here and in the trie; test/unit/match/index-agrees.test.ts holds them to the engine's.
import { isJsonObject, isPrimitive, type Json } from "../kit/json.ts";
import type { Condition, FactCondition } from "../model/rule.ts";
import { comparisonOf } from "./engine.ts";
import type { EvaluatedCondition } from "./condition-verdicts.ts";
import { factSlot, type DecisionFacts } from "./facts.ts";
import { isKnownFact } from "../language/known-facts.ts";
import { isLogFact } from "../language/log-facts.ts";
import { placesOf, type KnownPlace } from "./known.ts";
import type { Compare } from "./comparisons.ts";
import { isMetByAbsence, searchesOf } from "../language/conditions.ts";
import { valueAt } from "../language/path.ts";

/** Kleene's three-valued logic. */
export const NOT_MET = 0;
export const MET = 1;
export const MAYBE = 2;
export type Truth = typeof NOT_MET | typeof MET | typeof MAYBE;
export type Check = (facts: DecisionFacts) => Truth;

type Read = (facts: DecisionFacts) => Json | undefined;

/** A comparison taken apart: the value that it reads, the value that it wants, and how the two are compared. */
interface Comparison {
  readonly read: Read;
  readonly wanted: Read;
  readonly compare: Compare;
  /** One of the two is read from the log. */
  readonly asksLog: boolean;
  /** What is read of what is known beside the event: where that is open, so is the comparison. */
  readonly places: readonly KnownPlace[];
}

/** From this many words on, a list is looked up in a set. */
const LONG_LIST = 8;

/** Compiles a condition, or returns `null` if the engine would fail on it: such a rule is left to the engine. */
export function checkOf(condition: Condition): Check | null {
  const kinds = ["all", "any", "not"].filter((kind) => Object.hasOwn(condition, kind));
  if (kinds.length > 1) return null;
  if ("all" in condition) return groupOf(condition.all, NOT_MET, MET);
  if ("any" in condition) return groupOf(condition.any, MET, NOT_MET);
  if ("not" in condition) return negated(checkOf(condition.not));
  return comparisonCheck(condition);
}

/** What the check sees in each comparison, in the engine's form; where only the engine can say, there is no result. */
export function evaluateWithoutEngine(condition: Condition, facts: DecisionFacts): EvaluatedCondition {
  if ("all" in condition) return { all: condition.all.map((part) => evaluateWithoutEngine(part, facts)) };
  if ("any" in condition) return { any: condition.any.map((part) => evaluateWithoutEngine(part, facts)) };
  if ("not" in condition) return { not: evaluateWithoutEngine(condition.not, facts) };
  const comparison = comparisonIn(condition);
  if (comparison === null || comparison.asksLog || isOpen(comparison, facts)) return {};
  const [saw, wanted] = [comparison.read(facts), comparison.wanted(facts)];
  return {
    result: comparison.compare(saw, wanted),
    ...(saw === undefined ? {} : { factResult: saw }),
    ...(wanted === undefined ? {} : { valueResult: wanted }),
  };
}

/** Whether a comparison cannot be made yet: what it reads is not known. */
export function isOpen({ places }: Comparison, facts: DecisionFacts): boolean {
  return places.length > 0 && places.some((place) => facts.isOpen(place));
}

/** A group: one part that is `decisive` settles it, and an empty group is met, whether `any` or `all`. */
function groupOf(parts: readonly Condition[], decisive: Truth, otherwise: Truth): Check | null {
  if (!Array.isArray(parts)) return null;
  if (parts.length === 0) return () => MET;
  const checks = parts.toSorted((a, b) => effort(a) - effort(b)).map(checkOf);
  if (!checks.every((check) => check !== null)) return null;
  return (facts) => {
    let truth = otherwise;
    for (const check of checks) {
      const part = check(facts);
      if (part === decisive) return decisive;
      if (part === MAYBE) truth = MAYBE;
    }
    return truth;
  };
}

function negated(check: Check | null): Check | null {
  return check && ((facts) => opposite(check(facts)));
}

/** What `not` makes of a truth. */
export function opposite(truth: Truth): Truth {
  return truth === MAYBE ? MAYBE : truth === MET ? NOT_MET : MET;
}

function comparisonCheck(condition: FactCondition): Check | null {
  const comparison = comparisonIn(condition);
  if (comparison === null) return null;
  const { asksLog, places, read, wanted, compare } = comparison;
  if (asksLog) return () => MAYBE;
  const check = wordCheck(condition) ?? ((facts) => (compare(read(facts), wanted(facts)) ? MET : NOT_MET));
  return places.length === 0 ? check : (facts) => (isOpen(comparison, facts) ? MAYBE : check(facts));
}

/** A fast path for the common case: a fact that has to be one of some words. */
function wordCheck(condition: FactCondition): Check | null {
  const words = wordsWanted(condition);
  const slot = slotOf(condition);
  if (words === null || slot === null) return null;
  if (words.length === 1) {
    const [word] = words;
    return (facts) => (facts.at(slot) === word ? MET : NOT_MET);
  }
  if (words.length < LONG_LIST) return (facts) => (words.indexOf(facts.at(slot) as Json) === -1 ? NOT_MET : MET);
  const set: ReadonlySet<unknown> = new Set(words);
  return (facts) => (set.has(facts.at(slot)) ? MET : NOT_MET);
}

/**
 * The values to one of which the fact has to be exactly equal: `equal` with a primitive, `in` with a list of
 * primitives. `null`: the comparison wants something else.
 */
export function wordsWanted({ operator, value }: FactCondition): readonly Json[] | null {
  if (operator === "equal") return isPrimitive(value) ? [value] : null;
  return operator === "in" && Array.isArray(value) && value.every(isPrimitive) ? value : null;
}

/** The slot of the fact, if all that the comparison wants is one of some values; else `null`. */
export function slotOf(condition: Condition): number | null {
  if (!("fact" in condition) || condition.path !== undefined || wordsWanted(condition) === null) return null;
  return factSlot(condition.fact) ?? null;
}

/** A comparison taken apart; `null`: the engine would fail on it. */
export function comparisonIn(condition: FactCondition): Comparison | null {
  const { fact, path, params, operator, value } = condition;
  const compare = comparisonOf(operator);
  if (compare === null || value === undefined) return null;
  const other = isJsonObject(value) && Object.hasOwn(value, "fact") ? (value as unknown as OtherFact) : null;
  return {
    read: readerOf({ fact, path, params }),
    wanted: other ? readerOf(other) : () => value,
    compare,
    asksLog: isLogFact(fact) || (other !== null && isLogFact(other.fact)),
    places: placesOf(condition),
  };
}

/** The fact that a comparison compares with, in place of a constant. */
type OtherFact = Pick<FactCondition, "fact" | "path" | "params">;

/** How to read a fact. */
function readerOf({ fact, path, params }: OtherFact): Read {
  const slot = factSlot(fact);
  if (slot === undefined)
    return isLogFact(fact) || isKnownFact(fact) ? (facts) => valueAt(facts.value(fact, params), path) : () => undefined;
  if (!path) return (facts) => facts.at(slot);
  return (facts) => valueAt(facts.at(slot), path);
}

/** The order in which to check: what is cheapest and settles most has the lowest number. */
export function effort(condition: Condition): number {
  if ("not" in condition) return 4;
  if (!("fact" in condition)) return 2;
  // Most facts are absent: what absence meets settles little.
  if (isMetByAbsence(condition, false)) return 4;
  if (searchesOf(condition).length > 0 || condition.path !== undefined) return 3;
  return wordsWanted(condition) ? 0 : 1;
}
