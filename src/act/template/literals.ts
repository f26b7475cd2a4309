// What is wrong with a constant that a filter is given, whatever the event holds.
import { decimalOf } from "../../kit/decimal.ts";
import { isZoneOrMinutes, TIME_ZONE_FORM } from "../../kit/time-zone.ts";
import type { Chain, ChainFilter, Operand } from "./chains.ts";
import { dateMs, isClock, NUMBER_FILTERS } from "./filters.ts";

/** What a filter expects in one place; `null`: the constant will do. */
type Expected = (given: unknown) => string | null;

const number: Expected = (given) => (decimalOf(given) === null ? "a number" : null);
const divisor: Expected = (given) => (decimalOf(given) === 0 ? "a number other than 0" : number(given));
const moment: Expected = (given) => (dateMs(given) === null && !isClock(given) ? "a moment" : null);
const anything: Expected = () => null;
/** A zone, or a number of minutes west of UTC. */
const zone: Expected = (given) => (isZoneOrMinutes(given) ? null : TIME_ZONE_FORM);

const EXPECTED: { readonly [filter: string]: readonly Expected[] } = {
  date: [anything, zone],
  divided_by: [divisor, anything],
  modulo: [divisor],
  slice: [number, number],
  truncate: [number],
  truncatewords: [number],
};
/** How many values a filter cannot do without; most can do without any. */
const NEEDED: { readonly [filter: string]: number } = {
  append: 1,
  at_least: 1,
  at_most: 1,
  concat: 1,
  divided_by: 1,
  map: 1,
  minus: 1,
  modulo: 1,
  plus: 1,
  prepend: 1,
  remove: 1,
  remove_first: 1,
  replace: 1,
  replace_first: 1,
  slice: 1,
  split: 1,
  times: 1,
  where: 1,
};

/** What is wrong with the constants in a value with filters; `null`: nothing. */
export function literalProblem({ initial, filters, text }: Chain): string | null {
  for (const [index, filter] of filters.entries()) {
    const { name, args } = filter;
    const needed = NEEDED[name] ?? 0;
    if (args.length < needed) return `"${name}" needs a value behind it in ${quoted(text)}`;
    const wrong = unexpected(index === 0 ? initial : null, [firstOf(name)]) ?? ofFilter(filter);
    if (wrong !== null) return `"${name}" takes ${wrong} in ${quoted(text)}`;
  }
  return null;
}

/** What a filter expects of the constant that it stands behind. */
function firstOf(name: string): Expected {
  return name === "date" ? moment : NUMBER_FILTERS.has(name) ? number : anything;
}

function ofFilter({ name, args }: ChainFilter): string | null {
  const expected = EXPECTED[name] ?? (NUMBER_FILTERS.has(name) ? [number] : []);
  for (const [index, arg] of args.entries()) {
    const wrong = unexpected(arg, expected.slice(index));
    if (wrong !== null) return wrong;
  }
  return null;
}

function unexpected(operand: Operand | null, [expected = anything]: readonly Expected[]): string | null {
  return operand !== null && "literal" in operand ? expected(operand.literal) : null;
}

const MAX_QUOTED_CHARACTERS = 80;
function quoted(text: string): string {
  return text.slice(0, MAX_QUOTED_CHARACTERS);
}
