// Finding one value that is all that is wanted of it: absent, true, a number, a text, a list or an object, the simplest
// first. What is found is always tried with the engine's own comparisons.
import type { Json } from "../../kit/json.ts";
import { decimalOf } from "../../kit/decimal.ts";
import { comparableTime } from "../../language/comparable-time.ts";
import { isOperator, OPERATORS, takeApart } from "../../language/operators.ts";
import { listThat } from "./lists.ts";
import { textThat, type TextForm } from "./texts.ts";
import { isAll, NEVER_FOUND, type Found, type Want } from "./want.ts";

/** What a value can be; `undefined` is absent. */
export type Shape = "absent" | "boolean" | "number" | "text" | "list" | "object";
export const EVERY_SHAPE: readonly Shape[] = ["absent", "text", "number", "boolean", "object", "list"];

/** What is known of a value besides what is wanted of it. */
export interface ValueForm {
  /** What it can be, in the order in which it is tried. */
  readonly shapes: readonly Shape[];
  /** Texts to try first: words that are known to be sent. */
  readonly words?: readonly string[];
  /** There are no other texts than these words. */
  readonly isClosed?: boolean;
  readonly text?: TextForm;
  /** Only whole numbers from here on. */
  readonly wholeFrom?: number;
  /** What an item of the list is. */
  readonly items?: ValueForm;
}

/** A value that is as wanted. */
export function valueThat(wants: readonly Want[], form: ValueForm): Found<Json | undefined> {
  let open: Found<never> | null = null;
  // A number is likelier than a text that is one.
  const isSize = wants.some((want) => want.isMet && comparesSizes(want));
  const shapes = isSize ? form.shapes.toSorted((a, b) => Number(b === "number") - Number(a === "number")) : form.shapes;
  for (const shape of shapes) {
    const found = OF_SHAPE[shape](wants, form);
    if (found.is === "met") return found;
    if (found.is === "open") open ??= found;
  }
  return open ?? NEVER_FOUND;
}

const OF_SHAPE: {
  readonly [S in Shape]: (wants: readonly Want[], form: ValueForm) => Found<Json | undefined>;
} = {
  absent: (wants) => firstOf([undefined], wants),
  boolean: (wants) => firstOf([true, false], wants),
  object: (wants) => firstOf([{}], wants),
  number: (wants, { wholeFrom }) => firstOf(numbersAround(wants, wholeFrom), wants),
  text: (wants, form) => aText(wants, form),
  list: (wants, { items = ANY_ITEM }) => listThat(wants, (of) => valueThat(of, items)),
};

const ANY_ITEM: ValueForm = { shapes: ["text", "number", "boolean", "object", "list"] };

function firstOf(candidates: readonly (Json | undefined)[], wants: readonly Want[]): Found<Json | undefined> {
  const at = candidates.findIndex((candidate) => isAll(wants, candidate));
  return at === -1 ? NEVER_FOUND : { is: "met", value: candidates[at] };
}

/** The constants of all that is wanted, each item of a list by itself. */
export function constantsOf(wants: readonly Want[]): readonly Json[] {
  return wants.flatMap(({ value }) => (Array.isArray(value) ? [value, ...value.flat(3)] : [value]));
}

/** Numbers of every sort that the constants tell apart: each of them, between them, and beyond. */
function numbersAround(wants: readonly Want[], wholeFrom?: number): readonly number[] {
  const bounds = [...new Set(constantsOf(wants).flatMap((value) => decimalOf(value) ?? []))].toSorted((a, b) => a - b);
  const between = bounds.flatMap((bound, at) => [
    bound,
    bound + 1,
    bound - 1,
    (bound + (bounds[at + 1] ?? bound + 2)) / 2,
  ]);
  const numbers = [...new Set([...between, 1, 0])];
  const all = wholeFrom === undefined ? numbers : numbers.filter((n) => Number.isInteger(n) && n >= wholeFrom);
  return all.toSorted((a, b) => rank(a) - rank(b));
}

/** Whole numbers that are not negative are what people expect. */
function rank(number: number): number {
  return (Number.isInteger(number) ? 0 : 1) + (number < 0 ? 2 : 0);
}

/** Whether an operator compares numbers or times: of a text, those are tried. */
function comparesSizes({ operator }: Want): boolean {
  const { name } = takeApart(operator);
  return isOperator(name) && (OPERATORS[name].value === "number" || OPERATORS[name].value === "time");
}

function aText(wants: readonly Want[], { words = [], isClosed, text: form = {} }: ValueForm): Found<Json | undefined> {
  const fits = (text: string): boolean => form.fits?.(text) !== false;
  const texts = constantsOf(wants).filter((value) => typeof value === "string");
  const wanted = wants.flatMap(({ value, isMet }) => (isMet && typeof value === "string" ? [value] : []));
  const sizes = wants.filter(comparesSizes);
  const candidates = [...words, ...texts, wanted.join(" "), ...(sizes.length > 0 ? sizesAround(wants) : [])];
  const first = (isClosed ? words : candidates).find((text) => fits(text) && isAll(wants, text));
  if (first !== undefined) return { is: "met", value: first };
  if (isClosed) return NEVER_FOUND;
  if (wants.some(({ operator, isMet }) => isMet && (operator === "equal" || operator === "in"))) return NEVER_FOUND;
  const isASize = sizes.some(({ isMet }) => isMet);
  // A size that was not among those around the constants needs more than a size; one that is none of them is none at all.
  if (isASize && wants.every((want) => comparesSizes(want) || isOrderly(want))) return NEVER_FOUND;
  if (isASize && !sizesAround(wants).some((text) => isAll(sizes, text))) return NEVER_FOUND;
  return textThat(wants, form);
}

/** Operators of which the texts around the constants are all that there is to try. */
function isOrderly({ operator }: Want): boolean {
  return ["notEqual", "equal", "in", "notIn", "exists"].includes(operator);
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** Texts of numbers and times of every sort that the constants tell apart. */
export function sizesAround(wants: readonly Want[]): readonly string[] {
  const numbers = numbersAround(wants).flatMap((number) => [String(number), `${number} `]);
  const times = [...new Set(constantsOf(wants).flatMap((value) => comparableTime(value) ?? []))];
  const moments = times.flatMap(({ at, isClock }) =>
    isClock
      ? [at, at - 1, at + 1].filter((minute) => minute >= 0 && minute < 24 * 60).map(clockOf)
      : [at + SECOND_MS, at - SECOND_MS, at, at + DAY_MS, at + 1, at - 1].flatMap((ms) => isoOf(ms)),
  );
  return [...numbers, ...moments];
}

function clockOf(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** A moment in two spellings, so that a rule against one of them leaves the other. */
function isoOf(ms: number): readonly string[] {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return [];
  return [at.toISOString(), at.toISOString().replace("Z", "+00:00")];
}
