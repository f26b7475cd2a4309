// The path resolver, beside one that reads a path letter by letter.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { pathSteps, resolvePath, type Filter, type Step } from "../../../src/language/path.ts";
import type { Json } from "../../../src/kit/json.ts";
import { documentText, text } from "../inputs.ts";
import { claim, model } from "../model.ts";

const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];
const isOneOf = (letters: string, letter: string | undefined): boolean =>
  letter !== undefined && letters.includes(letter);
const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$";

const isInner = (letter: string | undefined): boolean => isOneOf(`${LETTERS}${DIGITS}-`, letter);

/** A name, or a text in quotes, at a place of a path, and where it ends. */
function nameAt(path: string, at: number): { readonly name: string; readonly end: number; readonly quoted: boolean } {
  let end = at;
  if (!isOneOf(`'"`, path[at])) {
    while (isInner(path[end]) || (path[end] === "." && isOneOf(DIGITS, path[end + 1]))) end += 1;
    return { name: path.slice(at, end), end, quoted: false };
  }
  end = path.indexOf(path[at] ?? "", at + 1);
  return { name: path.slice(at + 1, end), end: end + 1, quoted: true };
}

/** The filter whose `?` is at a place of a path, and where its bracket ends. */
function filterAt(path: string, at: number): { readonly filter: Filter; readonly end: number } | null {
  const key = nameAt(path, at + 1);
  if (!key.quoted && !key.name.split("").every((letter, n) => (n === 0 ? isOneOf(LETTERS, letter) : isInner(letter))))
    return null;
  const given = nameAt(path, key.end + 1);
  const isSound = [key, given].every(({ name, end }) => end > 0 && !/[\0-\x1f\\]/.test(name));
  if (!isSound || key.name === "" || PROTOTYPE_KEYS.includes(key.name)) return null;
  if (path[key.end] !== "=" || path[given.end] !== "]") return null;
  const value = given.quoted ? given.name : bareValue(given.name);
  return value === null ? null : { filter: { key: key.name, value }, end: given.end + 1 };
}

/** A fraction is told exactly by fifteen digits at most. */
function isExact(digits: readonly string[]): boolean {
  return digits.length === 1 || digits.join("").length <= 15;
}

function bareValue(text: string): string | number | boolean | null {
  if (text === "true" || text === "false") return text === "true";
  const [whole = "", ...fraction] = text.replace(/^-/, "").split(".");
  const isNumber = [whole, ...fraction].every(
    (digits) => digits !== "" && digits.split("").every((one) => isOneOf(DIGITS, one)),
  );
  if (isNumber && fraction.length < 2)
    return String(Number(whole)) === whole && Number.isSafeInteger(Number(whole)) && isExact([whole, ...fraction])
      ? Number(text)
      : null;
  return text === "" || text === "null" || /^[-$]|[.$]/.test(text) ? null : text;
}

/** The steps of a path, or `null` when it is none: `$`, then names after dots, indices, quoted names and filters in brackets. */
function stepsOf(path: string): Step[] | null {
  if (path[0] !== "$" || !path.isWellFormed()) return null;
  const keys: Step[] = [];
  for (let at = 1; at < path.length;) {
    let end = at + 1;
    if (path[at] === "." && isOneOf(LETTERS, path[end])) {
      while (isOneOf(`${LETTERS}${DIGITS}-`, path[end])) end += 1;
      keys.push(path.slice(at + 1, end));
    } else if (path[at] === "[" && isOneOf(DIGITS, path[end])) {
      while (isOneOf(DIGITS, path[end])) end += 1;
      const index = path.slice(at + 1, end);
      if (path[end++] !== "]" || String(Number(index)) !== index || !Number.isSafeInteger(Number(index))) return null;
      keys.push(Number(index));
    } else if (path[at] === "[" && isOneOf(`'"`, path[end])) {
      const close = path.indexOf(path[end] ?? "", end + 1);
      const name = path.slice(end + 1, close);
      if (close === -1 || name === "" || /[\0-\x1f\\]/.test(name) || path[close + 1] !== "]") return null;
      keys.push(name);
      end = close + 2;
    } else if (path[at] === "[" && path[end] === "?") {
      const found = filterAt(path, end);
      if (found === null) return null;
      keys.push(found.filter);
      end = found.end;
    } else return null;
    at = end;
  }
  return keys.some((key) => typeof key === "string" && PROTOTYPE_KEYS.includes(key)) ? null : keys;
}

function follow(value: unknown, keys: readonly Step[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (typeof key === "object") {
    if (!Array.isArray(value)) return undefined;
    return follow(
      value.find((item) => follow(item, [key.key]) === key.value),
      rest,
    );
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) ? typeof key === "string" : typeof key === "number") return undefined;
  const own = Object.getOwnPropertyDescriptor(value, key);
  return own === undefined ? undefined : follow(own.value as unknown, rest);
}

const step = fc.oneof(
  fc.constantFrom(".a", ".b", "[0]", "[1]", ".length", ".toString", "['a']", '["b"]', "['']", "[]", "[*]", "..a", ".*", "[-1]", "[?(@.a)]", "[01]", "[10]", "[9007199254740991]", "[9007199254740992]", ".a-b", ".0", ".é"),
  fc.constantFrom(...PROTOTYPE_KEYS).chain((key) => fc.constantFrom(`.${key}`, `['${key}']`, `["${key}"]`)),
  fc
    .tuple(
      fc.constantFrom("id", "a", "'a'", '"a"', "'id'", "''", "0", "@.a", "$a-b", "a.b", " a", "__proto__", "'constructor'"),
      fc.constantFrom("=", "=", "=", "=", "==", "!=", " = ", ">", ""),
      fc.oneof(
        fc.constantFrom("abc", "1", "0", "-1.5", "007", "1e3", "null", "true", "false", "x-y", "-x", "x$", "1.5.2", "", "'a b'", '"1"', "'", "9007199254740992", "9007199254740991.9", "0.12345678901234", "0.123456789012345"),
        text.map((value) => `'${value}'`),
        text,
      ),
      fc.constantFrom("]", "]", "]", "", " ]", ")]"),
    )
    .map(([key, sign, value, end]) => `[?${key}${sign}${value}${end}`),
  text.map((key) => `['${key}']`),
  text.map((key) => `["${key}"]`),
  text.map((key) => `.${key}`),
  text,
); // prettier-ignore
/** The keys of a value and of what it holds. */
function keysIn(value: Json): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...keysIn(item)]);
}
/** Paths that lead through filters on what is in a value. */
function filtersIn(value: Json, at = "$"): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (!Array.isArray(value)) return Object.entries(value).flatMap(([key, item]) => filtersIn(item, `${at}["${key}"]`));
  return value.flatMap((item) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) return [];
    return Object.entries(item).flatMap(([key, known]) => {
      if (typeof known === "object") return [];
      const filter = `${at}[?"${key}"=${typeof known === "string" ? `'${known}'` : String(known)}]`;
      return [filter, ...Object.keys(item).map((other) => `${filter}['${other}']`), ...filtersIn(item, filter)];
    });
  });
}
const inherited = fc.constantFrom("toString", "valueOf", "hasOwnProperty", "map", "at", "push", "isPrototypeOf");
const anyPath = fc
  .tuple(fc.constantFrom("$", "$", "$", "", "$$", "a"), fc.array(step, { maxLength: 4 }))
  .map(([root, steps]) => root + steps.join(""));

/** A value and a path: any, or one of keys that are in the value or that every object has. */
const inputs = documentText
  .map((document) => JSON.parse(document) as Json)
  .chain((value) => {
    const known = fc.oneof(
      { weight: 1, arbitrary: inherited },
      { weight: 3, arbitrary: fc.constantFrom(...keysIn(value), "a") },
    );
    const leading = fc
      .array(known, { minLength: 1, maxLength: 3 })
      .map((keys) => `$${keys.map((key) => (/^\d+$/.test(key) ? `[${key}]` : `["${key}"]`)).join("")}`);
    return fc.record({
      value: fc.constant(value),
      path: fc.oneof(anyPath, leading, fc.constantFrom("$", ...filtersIn(value))),
    });
  });

export const resolverModel = model({
  name: "resolver",
  about: "A path leads to what is there under own keys, and nowhere else",
  share: 18,
  inputs,
  holds({ value, path }) {
    const keys = stepsOf(path);
    claim(isDeepStrictEqual(pathSteps(path), keys), "It has other keys");
    const found: unknown = resolvePath(value, path);
    claim(Object.is(found, keys === null ? undefined : (follow(value, keys) ?? undefined)), "It leads elsewhere");
    claim(typeof found !== "function", "It leads out of the value");
  },
});
