// How templates compare values, count from one number to another, and read from a text, where Liquid would do it letter by
// letter, in half characters or without end.
import { defaultOperators, toValue, type Context, type Operators } from "liquidjs";
import { decimalOf } from "../../kit/decimal.ts";
import { UnusableValue, type Budget } from "./budget.ts";
import { characterAt, characterCount, MAX_LIST_ITEMS, TOO_MANY_ITEMS } from "./filters.ts";
import type { Limit } from "./liquid.ts";
import type { RangeMaker } from "./ranges.ts";

/** Comparisons of what is greater: numbers as numbers, whichever form they have; two texts as texts, such as moments. */
const COMPARISONS: Operators = {
  "<": compared((a, b) => a < b),
  ">": compared((a, b) => a > b),
  "<=": compared((a, b) => a <= b),
  ">=": compared((a, b) => a >= b),
};

function compared(
  meets: (a: number | string, b: number | string) => boolean,
): (left: unknown, right: unknown) => boolean {
  return (left, right) => {
    const [a, b] = [toValue(left), toValue(right)] as readonly unknown[];
    if (a === null || a === undefined || b === null || b === undefined) return false;
    const [x, y] = [decimalOf(a), decimalOf(b)];
    if (x !== null && y !== null) return meets(x, y);
    if (x === null && y === null && typeof a === "string" && typeof b === "string") return meets(a, b);
    throw new UnusableValue("a comparison takes two numbers or two texts, and is given something else");
  };
}

/** Units for each character and each item that an operator may look at, as measured. */
const [OPERATOR_CHARACTER, OPERATOR_ITEM] = [0.5, 60];

/** The same of what is taken for a key, and of the keys of an object that are counted. */
const [KEY_CHARACTER, KEY_ITEM, COUNTED_KEY] = [0.5, 15, 10];

type BinaryOperatorHandler = (left: unknown, right: unknown, context: Context) => ReturnType<Operators[string]>;

/** An operator of two values, which pays for what it may read before it does: of two texts, or lists, the one or both. */
function paid(name: string, operator: BinaryOperatorHandler): BinaryOperatorHandler {
  return (left: unknown, right: unknown, context: Context) => {
    const budget = context.memoryLimit as unknown as Budget;
    const isEqual = name === "==" || name === "!=";
    // Values of different kinds, and texts of different lengths, are unequal at a glance.
    const isGlance = isEqual && !(Array.isArray(left) && Array.isArray(right)) && lengthOf(left) !== lengthOf(right);
    for (const one of isGlance ? [] : [left, right])
      budget.useFor(one, OPERATOR_CHARACTER, OPERATOR_ITEM, Array.isArray(one));
    return operator(left, right, context);
  };
}

function lengthOf(value: unknown): number {
  return typeof value === "string" ? value.length : -1;
}

/** They look at whether a value is there, and never into it. */
const LOGICAL: ReadonlySet<string> = new Set(["not", "and", "or"]);

/** Liquid's operators, with these comparisons. */
export const OPERATORS: Operators = Object.fromEntries(
  Object.entries({ ...defaultOperators, ...COMPARISONS }).map(([name, operator]) => [
    name,
    LOGICAL.has(name) ? operator : paid(name, operator as BinaryOperatorHandler),
  ]),
);

/** The size of a text and a place in it, by characters. What is taken for a key pays for being looked up, or written out. */
export function propertyOf(value: unknown, key: unknown, limit: Limit): { readonly value: unknown } | undefined {
  const budget = limit as Budget;
  budget.useFor(key, KEY_CHARACTER, KEY_ITEM, true);
  if (key === "size") budget.useFor(value, 0, COUNTED_KEY);
  if (typeof value !== "string") return undefined;
  if (key === "size") return { value: characterCount(budget, value) };
  return typeof key === "number" || (typeof key === "string" && /^\d+$/.test(key))
    ? { value: characterAt(budget, value, Number(key)) }
    : undefined;
}

/** Units for each number of a range, as measured. */
const NUMBER_WORK = 2;

/** The numbers of a range, which pays for them; it throws if they are too many, or its ends no numbers. */
export const numbersBetween: RangeMaker = (low, high, limit) => {
  const from = endOf(low);
  const count = Math.max(0, Math.floor(endOf(high) - from) + 1);
  if (count > MAX_LIST_ITEMS) throw new UnusableValue(TOO_MANY_ITEMS);
  (limit as unknown as Budget).use(count * NUMBER_WORK);
  return Array.from({ length: count }, (_, index) => from + index);
};

function endOf(value: unknown): number {
  const number = decimalOf(value);
  if (number === null || Math.abs(number) > Number.MAX_SAFE_INTEGER)
    throw new UnusableValue(`a range takes two numbers up to ${Number.MAX_SAFE_INTEGER}, and is given something else`);
  return number;
}
