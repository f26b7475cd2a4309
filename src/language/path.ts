// The paths of the language, such as `$.a.b[0]` or `$.fields[?id=abc].value`, and what they lead to: the singular queries
// of RFC 9535, whose names after a dot may hold `$` and `-` here, and whose quoted names have no escapes; and a filter by
// one key of our own. See docs/decisions/0038-a-filter-by-one-key.md.
import { isJsonObject, type Json } from "../kit/json.ts";

/** Keys that reach a prototype in careless code. */
const FORBIDDEN = "__proto__|constructor|prototype";
const NAME = `(?!(?:${FORBIDDEN})(?![\\w$-]))[A-Za-z_$][\\w$-]*`;
const INDEX = indexPattern(String(Number.MAX_SAFE_INTEGER));
/** RFC 9535 has control characters escaped, section 2.3.1.1. Half a character is no character. */
const IN_SINGLE = "[^'\\\\\\u0000-\\u001f\\ud800-\\udfff]";
const IN_DOUBLE = '[^"\\\\\\u0000-\\u001f\\ud800-\\udfff]';
const SINGLE_QUOTED = `'((?!(?:${FORBIDDEN})')${IN_SINGLE}+)'`;
const DOUBLE_QUOTED = `"((?!(?:${FORBIDDEN})")${IN_DOUBLE}+)"`;
/** A number that a double tells from every other one as it is written: with a fraction, fifteen digits at most. */
const NUMBER = `-?(?:(?![\\d.]{17})(?:0|[1-9]\\d*)\\.\\d+|${INDEX})`;
/** Text without quotes in a filter. Digits alone that are no NUMBER, such as 007, and null have to be quoted. */
const WORD = "(?!(?:null|\\d+)\\])\\w[\\w-]*";
const KEY = `(?:(${NAME})|${SINGLE_QUOTED}|${DOUBLE_QUOTED})`;
const VALUE = `(?:(true|false)|(${NUMBER})|(${WORD})|'(${IN_SINGLE}*)'|"(${IN_DOUBLE}*)")`;
/** One step of a path: a name after a dot, an index, a name in quotes, or a filter. */
const STEP = `\\.(${NAME})|\\[(${INDEX})\\]|\\[${SINGLE_QUOTED}\\]|\\[${DOUBLE_QUOTED}\\]|\\[\\?${KEY}=${VALUE}\\]`;
const NEXT_STEP = new RegExp(STEP, "uy");

/** The form of a path as one pattern, for the JSON Schema: `pathSteps` accepts the same paths and returns the steps. */
export const PATH_PATTERN = `^\\$(?:${STEP.replaceAll(/(?<!\\)\((?!\?)/g, "(?:")})*$`;

/** Paths for an editor to offer. */
export const PATH_EXAMPLES: string[] = ["$.a.b[0]", "$['a b']", "$.fields[?id=abc].value"];

const PATH_FORM = 'a path such as "$.a.b[0]" or "$.fields[?id=abc].value", without wildcards or ".."';
const FILTER_FORM = `a filter by one key, such as [?id=abc], [?"field id"='a b'] or [?amount=30]: "=" alone, without "@" and spaces`;
/** What stands in `[?…]`, whatever it is; in it may stand names in brackets. */
const ANY_FILTER = /\[\s*\?((?:'[^']*'|"[^"]*"|\[(?:'[^']*'|"[^"]*")\]|[^'"[\]])*)\]/g;
/** A comparison of one key as RFC 9535 and others write it: `@.id == 'abc'`. */
const OTHER_COMPARISON = /^@?(?:\.|\[(?=['"]))?('[^']*'|"[^"]*"|[\w$-]+)\]?\s*={1,3}\s*([^=\s][^=]*)$/;
/** The longest path for which a better one is looked for. */
const MAX_MEANT_CHARACTERS = 1_000;

/** Chooses the first item of a list that is an object whose own key is exactly the value: `[?id=abc]`. */
export interface Filter {
  readonly key: string;
  readonly value: string | number | boolean;
}

/** A step of a path: the name of a key, the index of an item, or a filter over the items. */
export type Step = string | number | Filter;

/**
 * The steps of a path such as `$.a.b[0]`, `$['a b']` or `$.fields[?id=abc].value`; `null` when it is anything else, or
 * names a prototype key.
 */
export function pathSteps(path: string): readonly Step[] | null {
  if (!path.startsWith("$") || !path.isWellFormed()) return null;
  const steps: Step[] = [];
  NEXT_STEP.lastIndex = 1;
  while (NEXT_STEP.lastIndex < path.length) {
    const found = NEXT_STEP.exec(path);
    if (found === null) return null;
    steps.push(stepOf(found));
  }
  return steps;
}

function stepOf([, name, index, single, double, ...filter]: readonly (string | undefined)[]): Step {
  const [bareKey, singleKey, doubleKey, truth, number, word, singleValue, doubleValue] = filter;
  const key = bareKey ?? singleKey ?? doubleKey;
  if (key === undefined) return index === undefined ? (name ?? single ?? double ?? "") : Number(index);
  if (truth !== undefined) return { key, value: truth === "true" };
  return { key, value: number === undefined ? (word ?? singleValue ?? doubleValue ?? "") : Number(number) };
}

/** What was expected where something is no path, with the path that was probably meant. */
export function expectedPath(given: unknown): string {
  if (typeof given !== "string" || !/\[\s*[?(]/.test(given)) return PATH_FORM;
  const meant = given.length > MAX_MEANT_CHARACTERS ? given : given.replaceAll(ANY_FILTER, meantFilter);
  return pathSteps(meant) === null ? FILTER_FORM : `${FILTER_FORM}; did you mean ${meant}`;
}

function meantFilter(filter: string, written: string): string {
  const inner = /^\s*\(([^()]*)\)\s*$/.exec(written)?.[1] ?? written;
  const [, key, value] = OTHER_COMPARISON.exec(inner.trim()) ?? [];
  if (key === undefined || value === undefined || value === "null") return filter;
  const isValue = pathSteps(`$[?a=${value}]`) !== null;
  return `[?${key}=${isValue ? value : `'${value}'`}]`;
}

/** A value, or what a path leads to in it. */
export function valueAt(value: unknown, path: string | undefined): Json | undefined {
  return path ? resolvePath(value, path) : (value as Json | undefined);
}

/**
 * Follows a path: a name leads to an own key of an object, an index to an item of a list, a filter to the first item that
 * fits. Nothing is looked at twice: where that item leads nowhere, no other one is tried. A path that leads nowhere or to
 * null, or is not one, gives `undefined`. It replaces jsonpath-plus, whose filters run code.
 */
export function resolvePath(value: unknown, path: string): Json | undefined {
  const steps = pathSteps(path);
  if (steps === null) return undefined;
  let at: unknown = value;
  for (const step of steps) at = inside(at, step);
  return (at ?? undefined) as Json | undefined;
}

function inside(at: unknown, step: Step): unknown {
  if (typeof step === "string") return isJsonObject(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  if (!Array.isArray(at)) return undefined;
  const items: readonly unknown[] = at;
  return typeof step === "number" ? items[step] : items.find((item) => inside(item, step.key) === step.value);
}

/** The whole numbers up to `most`, in digits, without zeros before them. */
function indexPattern(most: string): string {
  const smaller = most.split("").flatMap((digit, place) => {
    const [least, next] = [place === 0 ? 1 : 0, Number(digit) - 1];
    const rest = most.length - place - 1;
    return next < least ? [] : [`${most.slice(0, place)}[${least}-${next}]\\d{${rest}}`];
  });
  return ["0", `[1-9]\\d{0,${most.length - 2}}`, ...smaller, most].join("|");
}
