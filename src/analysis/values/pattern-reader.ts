// A pattern as a reader of characters: the states are sets of places in RE2's own program, so that what two patterns have
// in common can be searched for as any other texts.
import type { Instruction } from "../../language/pattern-boundary.ts";
import type { Reader } from "./reader.ts";

/** Source: `Inst` and `Utils` of re2js, which has them from Go's regexp/syntax. */
const OP = {
  alternative: 1,
  alternativeMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nothing: 7,
  any: 10,
  anyButLine: 11,
};
const AT = { lineStart: 1, lineEnd: 2, textStart: 4, textEnd: 8, boundary: 16, noBoundary: 32 };
const FOLDS = 1;
/** A letter, a space, the end of a line: what an empty width can tell apart. */
const SORTS: readonly number[] = [0x61, 0x20, 0x0a];
const WORD = /^[A-Za-z0-9_]$/;
/** Of more characters that a program tells apart, only so many are searched. */
const MOST_CHARACTERS = 80;

/** What stood before a place: the begin of the text, the end of a line, a letter of a word, anything else. */
type Before = "start" | "line" | "word" | "other";

interface Place {
  /** The instructions at which a search may be, before those that take no character are followed. */
  readonly at: readonly number[];
  readonly before: Before;
  readonly isFound: boolean;
}

/** The texts in which a program finds something. `null`: it looks behind itself. */
export function patternReader(program: {
  readonly instructions: readonly Instruction[];
  readonly start: number;
}): Reader | null {
  const { instructions, start } = program;
  if (instructions.some(({ op }) => op > OP.anyButLine)) return null;
  const all = charactersOf(instructions);
  const characters = all.slice(0, MOST_CHARACTERS);
  const places: Place[] = [];
  const known = new Map<string, number>();
  const stateOf = (place: Place): number => {
    const name = place.isFound ? "found" : `${place.before} ${place.at.join()}`;
    let state = known.get(name);
    if (state === undefined) {
      known.set(name, (state = places.length));
      places.push(place);
    }
    return state;
  };
  const won = stateOf({ at: [], before: "other", isFound: true });
  const first = stateOf({ at: [start], before: "start", isFound: false });
  const placeAt = (state: number): Place => places[state] ?? { at: [], before: "other", isFound: false };
  return {
    start: first,
    won,
    characters,
    isPartial: all.length > characters.length,
    next(state, character) {
      const place = placeAt(state);
      if (place.isFound) return won;
      const { reached, isMatch } = followed(instructions, place, character);
      if (isMatch) return won;
      const at = new Set(
        reached.filter((pc) => takes(instructions[pc], character)).map((pc) => instructions[pc]?.out ?? -1),
      );
      // A search may begin anywhere.
      at.add(start);
      return stateOf({ at: [...at].toSorted((a, b) => a - b), before: beforeOf(character), isFound: false });
    },
    accepts: (state) => placeAt(state).isFound || followed(instructions, placeAt(state), null).isMatch,
  };
}

function beforeOf(character: string): Before {
  return character === "\n" ? "line" : WORD.test(character) ? "word" : "other";
}

/** Where a search may be, once what takes no character is followed; `null`: the text ends there. */
function followed(
  instructions: readonly Instruction[],
  { at, before }: Place,
  next: string | null,
): { readonly reached: readonly number[]; readonly isMatch: boolean } {
  const met =
    (before === "start" ? AT.textStart | AT.lineStart : before === "line" ? AT.lineStart : 0) |
    (next === null ? AT.textEnd | AT.lineEnd : next === "\n" ? AT.lineEnd : 0) |
    ((before === "word") !== (next !== null && WORD.test(next)) ? AT.boundary : AT.noBoundary);
  const seen = new Set(at);
  let isMatch = false;
  for (const pc of seen) {
    const instruction = instructions[pc];
    if (instruction === undefined) continue;
    const { op, out, arg } = instruction;
    if (op === OP.match) isMatch = true;
    else if (op === OP.alternative || op === OP.alternativeMatch) seen.add(out).add(arg);
    else if (op === OP.capture || op === OP.nothing) seen.add(out);
    else if (op === OP.emptyWidth && (arg & ~met) === 0) seen.add(out);
  }
  return { reached: [...seen], isMatch };
}

function takes(instruction: Instruction | undefined, character: string): boolean {
  if (instruction === undefined) return false;
  const { op, arg, runes = [] } = instruction;
  if (op === OP.any) return true;
  if (op === OP.anyButLine) return character !== "\n";
  if (op <= OP.nothing) return false;
  const ranges = [...runes];
  const code = character.codePointAt(0) ?? 0;
  // A class has every case of its characters in it already.
  if (ranges.length === 1)
    return ranges[0] === code || ((arg & FOLDS) !== 0 && casesOf(character).includes(ranges[0] ?? -1));
  return ranges.some((last, index) => index % 2 === 1 && (ranges[index - 1] ?? 0) <= code && code <= last);
}

function casesOf(character: string): readonly number[] {
  return [character, character.toLowerCase(), character.toUpperCase()].map((one) => one.codePointAt(0) ?? 0);
}

/** One character of each sort that a program tells apart. */
function charactersOf(instructions: readonly Instruction[]): readonly string[] {
  const codes = new Set<number>();
  for (const { op, arg, runes = [] } of instructions) {
    if (op === OP.emptyWidth) for (const sort of SORTS) codes.add(sort);
    if (op === OP.anyButLine) codes.add(10);
    if (op <= OP.nothing) continue;
    for (const [index, code] of [...runes].entries()) {
      codes.add(code);
      codes.add(index % 2 === 0 ? code - 1 : code + 1);
      if ((arg & FOLDS) !== 0) for (const folded of casesOf(String.fromCodePoint(code))) codes.add(folded);
    }
  }
  const isCharacter = (code: number): boolean => code >= 9 && code <= 0x10_ffff && !(code >= 0xd800 && code <= 0xdfff);
  return [...codes].filter(isCharacter).map((code) => String.fromCodePoint(code));
}
