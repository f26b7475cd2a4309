// Values that would be otherwise enough for what rules compare a place with: one of each class that the comparisons tell
// apart, made of their constants and of what was there.
import { isoOf } from "../kit/moment.ts";
import { isJsonObject, isPrimitive, type Json } from "../kit/json.ts";
import { decimalOf } from "../kit/decimal.ts";
import { comparableTime } from "../language/comparable-time.ts";
import { searchesOf, valuesOf } from "../language/conditions.ts";
import { FACTS } from "../language/facts.ts";
import { isOperator, OPERATORS, takeApart } from "../language/operators.ts";
import type { FactCondition } from "../model/rule.ts";

/** A comparison at a place, with the constant that it comes to. */
export interface Compared {
  readonly condition: FactCondition;
  readonly constant: Json | undefined;
}

/** So many values are tried at a place, of so many constants, and of so many texts each with each: a list may hold 100,000. */
const [MOST_VALUES, MOST_CONSTANTS, MOST_TEXTS] = [200, 50, 6] as const;
const MINUTE_MS = 60_000;

/** Values to try at a place, without what was there, absence last. */
export function candidatesFor(compared: readonly Compared[], seen: Json | undefined): readonly (Json | undefined)[] {
  const constants = compared
    .flatMap(({ condition, constant }) => constantsOf(condition, constant))
    .slice(0, MOST_CONSTANTS);
  const [fact] = compared.map(({ condition }) => condition);
  const words = fact && fact.path === undefined ? (FACTS[fact.fact]?.values ?? []) : [];
  const singles = unique([
    ...constants.flatMap((constant) => near(constant, seen)),
    ...textsOf(compared),
    ...words,
    ...OF_ANY_FORM,
  ]);
  const wantsLists = compared.some(({ condition }) => takesList(condition)) || Array.isArray(seen);
  const lists = wantsLists ? listsOf(constants, Array.isArray(seen) ? seen : []) : [];
  const isOther = (value: Json): boolean => JSON.stringify(value) !== JSON.stringify(seen);
  const others = [...lists, ...singles].filter(isOther).slice(0, MOST_VALUES);
  return seen === undefined ? others : [...others, undefined];
}

/** One of each form, for operators that ask only what form a value has, or that want any other. */
const OF_ANY_FORM: readonly Json[] = [true, false, "other", 0, 1, 1e9, -1e9];

function constantsOf(condition: FactCondition, constant: Json | undefined): readonly Json[] {
  if (constant === undefined) return [];
  const compared = { ...condition, value: constant };
  const items = Array.isArray(constant) ? constant.slice(0, MOST_CONSTANTS) : [];
  const words = searchesOf(compared).map(({ pattern }) => wordsIn(pattern));
  return words.length > 0 ? words : [...valuesOf(compared).filter((one) => !isJsonObject(one)), ...items];
}

/** The words of a pattern, of several that it takes the first: a text that it finds, if there is no more to it. */
function wordsIn(pattern: string): string {
  return pattern.replaceAll(/\(\?\w+\)|\((\?:)?|\|[^)]*|\\b|[)^$]/g, "");
}

/** A constant and what is beside it: the next numbers, the minutes before and after. */
function near(constant: Json, seen: Json | undefined): readonly Json[] {
  if (Array.isArray(constant) || isJsonObject(constant)) return [];
  const number = typeof constant === "boolean" || constant === null ? null : decimalOf(constant);
  const step = number !== null && !Number.isInteger(number) ? 0.01 : 1;
  const numbers = number === null ? [] : [number, number + step, number - step];
  const moment = typeof constant === "string" ? comparableTime(constant) : null;
  const times =
    moment === null || moment.isClock ? [] : [moment.at + MINUTE_MS, moment.at - MINUTE_MS].map((ms) => isoOf(ms));
  const asSeen = typeof seen === "string" && number !== null ? numbers.map(String) : [];
  return [constant, ...numbers, ...asSeen, ...times];
}

/** Texts that are what several comparisons want at once. Of a pattern only its words are tried. */
function textsOf(compared: readonly Compared[]): readonly string[] {
  const parts = compared.flatMap(({ condition, constant }) => {
    const { name } = takeApart(condition.operator);
    if (!isOperator(name)) return [];
    const texts = constantsOf(condition, constant).filter((one) => typeof one === "string");
    return ["text", "pattern"].includes(OPERATORS[name].value) ? texts.slice(0, MOST_CONSTANTS) : [];
  });
  const some = parts.slice(0, MOST_TEXTS);
  const both = some.flatMap((one) => some.flatMap((other) => (other === one ? [] : [one + other, `${one} ${other}`])));
  return [...parts, ...both];
}

/** What was there with a constant more, without one, and lists of constants. */
function listsOf(constants: readonly Json[], seen: readonly Json[]): readonly Json[][] {
  const items = unique(constants.filter(isPrimitive));
  return [
    ...items.filter((item) => !seen.includes(item)).map((item) => [...seen, item]),
    ...seen.slice(0, MOST_CONSTANTS).map((item) => seen.filter((one) => one !== item)),
    seen.filter((one) => !items.includes(one)),
    [...seen, ...items],
    [...items],
    [],
    ...items.map((item) => [item]),
    ["other"],
  ];
}

function takesList({ operator }: FactCondition): boolean {
  const { name, decorators } = takeApart(operator);
  return decorators.some((one) => one.endsWith("Fact")) || (isOperator(name) && OPERATORS[name].meets === "lists");
}

function unique<Value extends Json>(values: readonly Value[]): readonly Value[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}
