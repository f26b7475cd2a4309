// Our own operators, and the engine's made total: whatever a fact turns out to be, each answers true or false.
// An absent fact is `undefined`; but for `exists`, no operator of ours is met by it.
import { RE2JS } from "re2js";
import type { OwnOperator } from "../model/rule.ts";
import type { Search } from "../rules/conditions.ts";

/** Compares a fact with a value; an absent fact is `undefined`. */
export type Compare = (fact: unknown, value: unknown) => boolean;

const isText = (value: unknown): value is string => typeof value === "string";
const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ].*)?$/;
const MAX_PATTERNS = 1_000;
/** RE2 takes time in line with text and program: both are bounded, and their product, so that one rule cannot hold up a ledger. */
const MAX_PATTERN_CHARACTERS = 200;
const MAX_REPEATS = 100;
const MAX_MATCHED_CHARACTERS = 20_000;
const MAX_STEPS = 1_000_000;
/** What going on by one character takes besides the program: measured, a short pattern takes no less. */
const STEPS_OF_CHARACTER = 10;
const patterns = new Map<string, RE2JS | null>();

/** One entry for each operator in the list, so that a missing one does not compile. */
export const OWN_COMPARISONS: { readonly [Name in OwnOperator]: Compare } = {
  /** `value: true`: the fact is there; `false`: it is absent. An empty text is there. */
  exists: (fact, value) => (fact !== undefined && fact !== null) === (value === true),
  /** A text that holds the value, in this spelling; of a list, any text in it. */
  containsText: (fact, value) => textsOf(fact).some((text) => isText(value) && text.includes(value)),
  startsWith: (fact, value) => isText(fact) && isText(value) && fact.startsWith(value),
  endsWith: (fact, value) => isText(fact) && isText(value) && fact.endsWith(value),
  equalsIgnoreCase: (fact, value) => isText(fact) && isText(value) && fact.toLowerCase() === value.toLowerCase(),
  /** RE2 syntax, found anywhere in the first 20,000 characters, or fewer for a long program: linear in their number. */
  matches: (fact, value) => isText(fact) && isText(value) && isMatch(fact, pattern(value)),
  /** Earlier than the value: two times in ISO 8601, or two of `HH:MM`. */
  before: (fact, value) => compareTimes(fact, value, (a, b) => a < b),
  after: (fact, value) => compareTimes(fact, value, (a, b) => a > b),
};

/** The engine's own operators that throw on a value of another form: there they are not met, else they are as they were. */
export const TOTAL_COMPARISONS: { readonly [name: string]: Compare } = {
  in: isIn,
  notIn: (fact, value) => (Array.isArray(value) || isText(value)) && !isIn(fact, value),
  lessThan: numeric((fact, value) => fact < value),
  lessThanInclusive: numeric((fact, value) => fact <= value),
  greaterThan: numeric((fact, value) => fact > value),
  greaterThanInclusive: numeric((fact, value) => fact >= value),
};

/** The decorators that throw on a value that is no list: there they are not met, else they are as they were. */
export const TOTAL_DECORATORS: { readonly [name: string]: (fact: unknown, value: unknown, next: Compare) => boolean } =
  {
    someValue: (fact, value, next) => Array.isArray(value) && value.some((item) => next(fact, item)),
    everyValue: (fact, value, next) => Array.isArray(value) && value.every((item) => next(fact, item)),
  };

function isIn(fact: unknown, value: unknown): boolean {
  if (Array.isArray(value)) return value.indexOf(fact) !== -1;
  return isText(value) && isPlain(fact) && value.includes(String(fact));
}

/** The engine wants a fact that `parseFloat` can read, then compares as JavaScript does. */
function numeric(compare: (fact: number, value: number) => boolean): Compare {
  return (fact, value) =>
    isPlain(fact) &&
    isPlain(value) &&
    !Number.isNaN(Number.parseFloat(String(fact))) &&
    compare(fact as number, value as number);
}

/** Not an object, or a list of such: what JavaScript turns into text without running anything of the payload's. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : typeof value !== "object" || value === null;
}

/** A compiled pattern, or `null` when RE2 does not know its syntax. */
function pattern(text: string): RE2JS | null {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  let compiled: RE2JS | null = null;
  try {
    if (isBounded(text)) compiled = RE2JS.compile(text);
  } catch {
    // Admission refuses it; a pattern from another fact may still be anything.
  }
  patterns.set(text, compiled);
  return compiled;
}

function isMatch(text: string, compiled: RE2JS | null): boolean {
  if (compiled === null) return false;
  return compiled.matcher(text.slice(0, charactersOf(compiled))).find();
}

/** How much of a text is looked at. */
function charactersOf(compiled: RE2JS): number {
  return Math.min(MAX_MATCHED_CHARACTERS, Math.ceil(MAX_STEPS / compiled.programSize()));
}

/** How many steps a search takes at most in a text of so many characters, or in all the texts of a list together. */
function searchSteps({ pattern: text, inList }: Search, characters: number): number {
  const compiled = pattern(text);
  if (compiled === null) return 0;
  const looked = inList ? characters : Math.min(characters, charactersOf(compiled));
  return looked * (compiled.programSize() + STEPS_OF_CHARACTER);
}

function isBounded(text: string): boolean {
  const repeats = [...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Number(most || least));
  return text.length <= MAX_PATTERN_CHARACTERS && repeats.every((count) => count <= MAX_REPEATS);
}

/** Milliseconds of a time that `before` and `after` can compare, or of `HH:MM` its minutes; `null` when it is neither. */
function comparableTime(value: unknown): { readonly clock: boolean; readonly at: number } | null {
  if (!isText(value)) return null;
  if (CLOCK.test(value)) return { clock: true, at: Number(value.slice(0, 2)) * 60 + Number(value.slice(3)) };
  const at = ISO_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : { clock: false, at };
}

/** What admission asks of a value before an operator ever sees it. */
export const OPERATOR_FORMS = {
  isPattern: (text: string): boolean => pattern(text) !== null,
  isTime: (value: unknown): boolean => comparableTime(value) !== null,
  searchSteps,
};

function compareTimes(fact: unknown, value: unknown, compare: (a: number, b: number) => boolean): boolean {
  const [a, b] = [comparableTime(fact), comparableTime(value)];
  return a !== null && b !== null && a.clock === b.clock && compare(a.at, b.at);
}

function textsOf(fact: unknown): readonly string[] {
  return (Array.isArray(fact) ? fact : [fact]).filter(isText);
}
