// The path resolver, beside one that reads a path letter by letter.
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { pathSteps, resolvePath } from "../../../src/language/path.ts";
import type { Json } from "../../../src/kit/json.ts";
import { documentText, text } from "../inputs.ts";
import { claim, model } from "../model.ts";

const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];
const isOneOf = (letters: string, letter: string | undefined): boolean =>
  letter !== undefined && letters.includes(letter);
const DIGITS = "0123456789";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$";

/** The steps of a path, or `null` when it is none: `$`, then names after dots, indices and quoted names in brackets. */
function stepsOf(path: string): (string | number)[] | null {
  if (path[0] !== "$" || !path.isWellFormed()) return null;
  const keys: (string | number)[] = [];
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
    } else return null;
    at = end;
  }
  return keys.some((key) => typeof key === "string" && PROTOTYPE_KEYS.includes(key)) ? null : keys;
}

function follow(value: unknown, keys: readonly (string | number)[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value) ? typeof key === "string" : typeof key === "number") return undefined;
  const own = Object.getOwnPropertyDescriptor(value, key);
  return own === undefined ? undefined : follow(own.value as unknown, rest);
}

const step = fc.oneof(
  fc.constantFrom(".a", ".b", "[0]", "[1]", ".length", ".toString", "['a']", '["b"]', "['']", "[]", "[*]", "..a", ".*", "[-1]", "[?(@.a)]", "[01]", "[10]", "[9007199254740991]", "[9007199254740992]", ".a-b", ".0", ".é"),
  fc.constantFrom(...PROTOTYPE_KEYS).chain((key) => fc.constantFrom(`.${key}`, `['${key}']`, `["${key}"]`)),
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
    return fc.record({ value: fc.constant(value), path: fc.oneof(anyPath, leading) });
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
