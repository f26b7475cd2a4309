// Our own operators, and the engine's made total: whatever a fact turns out to be, each returns true or false.
// An absent fact is `undefined`; it meets none of our own operators except `exists`.
import { decimalOf } from "../kit/decimal.ts";
import type { DecoratorName, EngineOperator, OwnOperator } from "../language/operators.ts";
import { isFound } from "../language/pattern.ts";
import { timeAfter } from "../language/comparable-time.ts";

/** Compares a fact with a value; an absent fact is `undefined`. */
export type Compare = (fact: unknown, value: unknown) => boolean;

const isText = (value: unknown): value is string => typeof value === "string";

/** One entry for each of our own operators, so that a missing one does not compile. */
export const OWN_COMPARISONS: { readonly [Name in OwnOperator]: Compare } = {
  /** `value: true`: the fact is there; `false`: it is absent. An empty text is there. */
  exists: (fact, value) => (fact !== undefined && fact !== null) === (value === true),
  /** A text that contains exactly the value; for a list, any text in it. */
  containsText: (fact, value) => textsOf(fact).some((text) => isText(value) && text.includes(value)),
  startsWith: (fact, value) => isText(fact) && isText(value) && fact.startsWith(value),
  endsWith: (fact, value) => isText(fact) && isText(value) && fact.endsWith(value),
  equalsIgnoreCase: (fact, value) => isText(fact) && isText(value) && fact.toLowerCase() === value.toLowerCase(),
  matches: (fact, value) => isText(fact) && isText(value) && isFound(value, fact),
  before: (fact, value) => (timeAfter(fact, value) ?? 0) < 0,
  after: (fact, value) => (timeAfter(fact, value) ?? 0) > 0,
};

/** The engine's own operators that throw on a value of another form, or compare what is no number: there they are not met. */
export const TOTAL_COMPARISONS = {
  in: isIn,
  notIn: (fact, value) => (Array.isArray(value) || isText(value)) && !isIn(fact, value),
  lessThan: numeric((fact, value) => fact < value),
  lessThanInclusive: numeric((fact, value) => fact <= value),
  greaterThan: numeric((fact, value) => fact > value),
  greaterThanInclusive: numeric((fact, value) => fact >= value),
} satisfies { readonly [Name in EngineOperator]?: Compare };

/** The decorators that throw for a value that is not a list: then these are not met; otherwise nothing changes. */
export const TOTAL_DECORATORS = {
  someValue: (fact, value, next) => Array.isArray(value) && value.some((item) => next(fact, item)),
  everyValue: (fact, value, next) => Array.isArray(value) && value.every((item) => next(fact, item)),
} satisfies { readonly [Name in DecoratorName]?: (fact: unknown, value: unknown, next: Compare) => boolean };

function isIn(fact: unknown, value: unknown): boolean {
  if (Array.isArray(value)) return value.indexOf(fact) !== -1;
  return isText(value) && isPlain(fact) && value.includes(String(fact));
}

/** Both sides are numbers, or texts that are; the engine would compare two texts by their letters. */
function numeric(compare: (fact: number, value: number) => boolean): Compare {
  return (fact, value) => {
    const [a, b] = [decimalOf(fact), decimalOf(value)];
    return a !== null && b !== null && compare(a, b);
  };
}

/** Not an object, or a list without any: JavaScript turns it into text without calling anything in the payload. */
function isPlain(value: unknown): boolean {
  return Array.isArray(value) ? value.every(isPlain) : typeof value !== "object" || value === null;
}

function textsOf(fact: unknown): readonly string[] {
  return (Array.isArray(fact) ? fact : [fact]).filter(isText);
}
