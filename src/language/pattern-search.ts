// Whether a compiled pattern is found in a text: at each character the search is at a set of places in the program. Which set
// follows on which character is worked out once and kept, as far as memory allows. docs/decisions/0067.
import type { Instruction } from "./pattern-boundary.ts";
import { caseOrbits } from "./unicode-ranges.ts";

/** A compiled pattern, as re2js has it. */
export interface Program {
  readonly inst: readonly Step[];
  readonly start: number;
}

interface Step extends Instruction {
  readonly runes: ArrayLike<number> & Iterable<number>;
  matchRune(character: number): boolean;
}

/** A set of places, what stands before them, and the subset that follows on each class of characters, once it is known. */
interface Subset {
  readonly places: readonly number[];
  readonly before: number;
  readonly next: (Subset | null)[];
}

/** Source: `Inst` and `Utils` of re2js, which has them from Go's regexp/syntax. */
const OP = { alternative: 1, alternativeMatch: 2, capture: 3, emptyWidth: 4, fail: 5, match: 6, nothing: 7, rune: 8 };
const ONE_RUNE = 9;
const FOLDS = 1;
const HOLDS = { lineStart: 1, lineEnd: 2, textStart: 4, textEnd: 8, boundary: 16, noBoundary: 32 };

const NEW_LINE = 10;
/** No character: what stands before the begin of a text and after its end. */
const NONE = -1;
/** A character of words, and one of all others that no assertion asks about. */
const LETTER = 97;
const ANY = 0;
const LATIN = 256;
/** Characters that an assertion tells from those beside them: lines, and what words are made of. */
const TOLD_APART = [NEW_LINE, NEW_LINE, 48, 57, 65, 90, 95, 95, 97, 122];
/**
 * Bytes of subsets that are kept for a pattern, of which 1,000 are kept: beyond it they are forgotten, and where that is too
 * often, the search goes on without. Nearly every pattern that people write takes a tenth of it.
 */
const MEMORY = 65_536;
const SUBSET_BYTES = 200;
const BYTES_EACH = 8;
/** For so many characters each, subsets are used before they are forgotten, or they are not worth it. */
const WORTH_KEEPING = 10;
const FOUND: Subset = { places: [], before: ANY, next: [] };

/** The search for a pattern in texts. */
export function searchFor(program: Program): (text: string) => boolean {
  const literal = literalOf(program);
  return literal === null ? searchBySubsets(program) : (text) => text.includes(literal);
}

/** The text that a pattern stands for, if it is no more than that. */
function literalOf({ inst, start }: Program): string | null {
  let text = "";
  for (let place = start; ;) {
    const { op, out, runes } = inst[place] as Step;
    if (op === OP.match) return text;
    const rune = op === ONE_RUNE ? String.fromCodePoint(runes[0] ?? 0) : "";
    // Half a character would be found in a whole one.
    if ((rune === "" && op !== OP.capture && op !== OP.nothing) || !rune.isWellFormed()) return null;
    text += rune;
    place = out;
  }
}

function searchBySubsets({ inst, start }: Program): (text: string) => boolean {
  const asserts = inst.some(({ op }) => op === OP.emptyWidth);
  const bounds = boundsOf(inst, asserts);
  const latin = Uint16Array.from({ length: LATIN }, (_, character) => classIn(bounds, character));
  const end = bounds.length + 1;
  const seen = new Int32Array(inst.length);
  let round = 0;
  const subsets = new Map<string, Subset>();
  let memory = MEMORY;

  /** Where a search at some places is without taking a character, in no order; `null`: at the end of the pattern. */
  const reached = (places: number[], holding: number): number[] | null => {
    const waiting: number[] = [];
    round += 1;
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      if (seen[place] === round) continue;
      seen[place] = round;
      const { op, out, arg } = inst[place] as Step;
      if (op === OP.match) return null;
      if (op >= OP.rune || (op === OP.emptyWidth && (arg & ~holding) !== 0)) waiting.push(place);
      else if (op !== OP.fail) places.push(out);
      if (op === OP.alternative || op === OP.alternativeMatch) places.push(arg);
    }
    return waiting;
  };
  /** Where it is after the next character. */
  const after = (places: readonly number[], before: number, character: number): number[] | null => {
    const here = asserts ? reached([...places], holdingBetween(before, character)) : places;
    if (here === null) return null;
    const next = [start];
    for (const place of here) {
      const step = inst[place] as Step;
      if (step.op >= OP.rune && step.matchRune(character)) next.push(step.out);
    }
    return reached(next, 0);
  };
  const subset = (places: number[] | null, before: number): Subset =>
    places === null ? FOUND : { places, before, next: Array(end + 1).fill(null) };
  /** The one that is kept of some places; `null`: there is no memory left for it. */
  const kept = (places: number[] | null, before: number): Subset | null => {
    if (places === null) return FOUND;
    const name = `${before}:${places.toSorted((a, b) => a - b).join()}`;
    const known = subsets.get(name);
    if (known !== undefined) return known;
    const bytes = SUBSET_BYTES + name.length + BYTES_EACH * (places.length + end);
    if (memory < bytes) return null;
    memory -= bytes;
    const one = subset(places, before);
    subsets.set(name, one);
    return one;
  };
  const first = subset(reached([start], 0), NONE);
  const forget = (): void => {
    subsets.clear();
    first.next.fill(null);
    memory = MEMORY;
  };
  /** The rest of a search whose subsets are too many to be kept. */
  const goesOn = (text: string, from: number, places: number[] | null, before: number): boolean => {
    let [at, here, last] = [from, places, before];
    while (here !== null && at <= text.length) {
      const character = text.codePointAt(at) ?? NONE;
      here = after(here, last, character);
      last = sortOf(character);
      at += unitsOf(character);
    }
    return here === null;
  };

  return (text) => {
    if (first === FOUND) return true;
    let current = first;
    let forgotten = -Infinity;
    for (let at = 0; at <= text.length;) {
      // Nearly all texts are of these, and asking for a whole character takes twice as long.
      const unit = at < text.length ? text.charCodeAt(at) : NONE;
      const character = unit < LATIN ? unit : (text.codePointAt(at) ?? NONE);
      const kind = character < 0 ? end : character < LATIN ? (latin[character] ?? 0) : classIn(bounds, character);
      at += unitsOf(character);
      let next = current.next[kind] ?? null;
      if (next === null) {
        const places = after(current.places, current.before, character);
        const before = asserts ? sortOf(character) : ANY;
        next = kept(places, before);
        if (next === null && at - forgotten >= WORTH_KEEPING * subsets.size) {
          forget();
          forgotten = at;
          next = kept(places, before);
        }
        if (next === null) return goesOn(text, at, places, before);
        current.next[kind] = next;
      }
      if (next === FOUND) return true;
      current = next;
    }
    return false;
  };
}

const unitsOf = (character: number): number => (character > 0xffff ? 2 : 1);

/** One character for all that an assertion does not tell apart. */
function sortOf(character: number): number {
  if (character === NEW_LINE) return NEW_LINE;
  return isOfWord(character) ? LETTER : ANY;
}

function isOfWord(character: number): boolean {
  return (
    (character >= 48 && character <= 57) ||
    (character >= 65 && character <= 90) ||
    character === 95 ||
    (character >= 97 && character <= 122)
  );
}

/** The assertions that hold between two characters. */
function holdingBetween(before: number, next: number): number {
  let holding = isOfWord(before) === isOfWord(next) ? HOLDS.noBoundary : HOLDS.boundary;
  if (before === NONE) holding |= HOLDS.textStart;
  if (before === NONE || before === NEW_LINE) holding |= HOLDS.lineStart;
  if (next === NONE) holding |= HOLDS.textEnd;
  if (next === NONE || next === NEW_LINE) holding |= HOLDS.lineEnd;
  return holding;
}

/** Where one class of characters ends and another begins: a program does the same on all of a class. */
function boundsOf(inst: readonly Step[], asserts: boolean): readonly number[] {
  const bounds = new Set<number>();
  const add = (first: number, last = first): void => void bounds.add(first).add(last + 1);
  for (const { op, arg, runes } of inst) {
    const one = runes.length === 1 ? runes[0] : undefined;
    if (one === undefined) for (let at = 0; at < runes.length; at += 2) add(runes[at] ?? 0, runes[at + 1]);
    else {
      add(one);
      if (op === OP.rune && (arg & FOLDS) !== 0)
        for (let other = nextCase(one); other !== one; other = nextCase(other)) add(other);
    }
  }
  if (asserts) for (let at = 0; at < TOLD_APART.length; at += 2) add(TOLD_APART[at] ?? 0, TOLD_APART[at + 1]);
  return [...bounds].toSorted((a, b) => a - b);
}

const nextCase = (character: number): number => caseOrbits().get(character) ?? character;

/** The class of a character: how many bounds are up to it. */
function classIn(bounds: readonly number[], character: number): number {
  let [low, high] = [0, bounds.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) <= character) low = middle + 1;
    else high = middle;
  }
  return low;
}
