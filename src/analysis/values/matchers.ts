// What an operator wants of a text, as a reader of characters. Each has few states, so that several together can be
// searched for a text that is all of it, or proved to have none.
import { isOperator, type OperatorName } from "../../language/operators.ts";
import { programOf } from "../../language/pattern.ts";
import { patternReader } from "./pattern-reader.ts";
import { LOST, type Reader } from "./reader.ts";
import type { Want } from "./want.ts";

/** What an operator says of texts: what a reader accepts, the same of all texts, or `null`, which a reader cannot tell. */
type Says = Reader | boolean | null;

/** What a comparison says of texts, whether or not it has to be met. */
export function readerOf({ operator, value }: Want): Says {
  return isOperator(operator) ? READERS[operator](value) : null;
}

const isText = (value: unknown): value is string => typeof value === "string";

/** Numbers and times are not read character by character: texts around the constants are tried. */
const TRIED = (): null => null;

/** What each operator says of texts: one entry for each, so that a missing one does not compile. */
const READERS: { readonly [Name in OperatorName]: (value: unknown) => Says } = {
  lessThan: TRIED,
  lessThanInclusive: TRIED,
  greaterThan: TRIED,
  greaterThanInclusive: TRIED,
  before: TRIED,
  after: TRIED,
  // They are the opposites of two others before they come here.
  notEqual: TRIED,
  notIn: TRIED,
  equal: (value) => isText(value) && oneOf([value]),
  in: (value) => Array.isArray(value) && oneOf(value.filter(isText)),
  exists: (value) => value === true,
  contains: () => false,
  doesNotContain: () => false,
  startsWith: (value) => isText(value) && (value === "" || beginning(Array.from(value))),
  endsWith: (value) => isText(value) && (value === "" || ending(Array.from(value))),
  containsText: (value) => isText(value) && (value === "" || holding(Array.from(value))),
  equalsIgnoreCase: (value) => isText(value) && inAnyCase(value),
  matches: (value) => {
    const program = isText(value) ? programOf(value) : null;
    return program === null ? false : patternReader(program);
  },
};

/** Any text that is a number in decimal digits, as `decimalOf` reads it: JavaScript takes more for spaces than RE2. */
const SPACES = "[\\s\\v\\pZ\\x{FEFF}]*";
export const DECIMAL: Reader = decimalReader();

function decimalReader(): Reader {
  const program = programOf(`^${SPACES}-?[0-9]+(?:\\.[0-9]+)?${SPACES}$`);
  const reader = program && patternReader(program);
  if (!reader) throw new Error("The pattern of numbers is none");
  return reader;
}

/** Exactly one of some words: a state for each beginning of one. */
function oneOf(words: readonly string[]): Reader {
  const beginnings = [...new Set(words.flatMap((word) => beginningsOf(word)))];
  const places = new Map(beginnings.map((text, place) => [text, place] as const));
  const whole = new Set(words.map((word) => places.get(word)));
  return {
    start: places.get("") ?? LOST,
    next: (state, character) => places.get((beginnings[state] ?? "") + character) ?? LOST,
    accepts: (state) => whole.has(state),
    characters: [...new Set(words.flatMap((word) => Array.from(word)))],
  };
}

function beginningsOf(word: string): readonly string[] {
  const characters = Array.from(word);
  return Array.from({ length: characters.length + 1 }, (_, length) => characters.slice(0, length).join(""));
}

function beginning(characters: readonly string[]): Reader {
  const won = characters.length;
  return {
    start: 0,
    next: (state, character) => (state === won ? won : characters[state] === character ? state + 1 : LOST),
    accepts: (state) => state === won,
    won,
    characters: [...new Set(characters)],
  };
}

function holding(characters: readonly string[]): Reader {
  const { next } = ending(characters);
  const won = characters.length;
  return {
    start: 0,
    next: (state, character) => (state === won ? won : next(state, character)),
    accepts: (state) => state === won,
    won,
    characters: [...new Set(characters)],
  };
}

/** The state is how much of the text stands at the end of what was read. */
function ending(characters: readonly string[]): Reader {
  const next = (state: number, character: string): number => {
    const read = [...characters.slice(0, state), character];
    for (let length = Math.min(characters.length, read.length); length > 0; length--) {
      const from = read.length - length;
      if (characters.slice(0, length).every((one, at) => one === read[from + at])) return length;
    }
    return 0;
  };
  return {
    start: 0,
    next,
    accepts: (state) => state === characters.length,
    characters: [...new Set(characters)],
  };
}

/** `null`: a text that has another length in another case. */
function inAnyCase(text: string): Reader | null {
  const characters = Array.from(text, (character) => character.toLowerCase());
  if (characters.join("") !== text.toLowerCase() || !characters.every(isOne)) return null;
  return {
    start: 0,
    next: (state, character) => (characters[state] === character.toLowerCase() ? state + 1 : LOST),
    accepts: (state) => state === characters.length,
    characters: [...new Set(characters.flatMap((character) => [character, character.toUpperCase()]))].filter(isOne),
  };
}

function isOne(character: string): boolean {
  return Array.from(character).length === 1;
}
