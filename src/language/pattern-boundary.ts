// Where `\b` cannot do what it is for: RE2 takes ASCII letters, digits and `_` for words, so that between a space and "ü" it
// sees no boundary. What is looked at is the compiled program, in which groups, classes and alternatives are settled.

/** One instruction of a compiled pattern, as re2js has them. */
export interface Instruction {
  readonly op: number;
  readonly out: number;
  /** The other way of an alternative, the assertions of an empty width, or how a letter is folded. */
  readonly arg: number;
  /** One character, or pairs of the first and the last of a range. */
  readonly runes?: Iterable<number>;
}

/** Source: `Inst` and `Utils` of re2js, which has them from Go's regexp/syntax. */
const ALTERNATIVES: ReadonlySet<number> = new Set([1, 2]);
const EMPTY_WIDTH = 4;
const PASSED: ReadonlySet<number> = new Set([3, EMPTY_WIDTH, 7]);
const CHARACTERS: ReadonlySet<number> = new Set([8, 9]);
const BOUNDARIES = 16 | 32;

const FIRST_BEYOND_ASCII = 0x80;
/** No letter: a class that holds it is one of all characters but some. */
const PRIVATE_USE = 0xe000;
/** What `(?i)` adds to `s` and `k`. */
const FOLDED: ReadonlySet<number> = new Set([0x17f, 0x212a]);
const LETTER = /[\p{L}\p{M}\p{N}]/u;
const MAX_LOOKED_AT = 1_000;

/** A letter beyond ASCII that stands right beside a `\b` or `\B` of a program, or `null`. */
export function letterAtBoundary(program: readonly Instruction[]): string | null {
  const isBoundary = ({ op, arg }: Instruction): boolean => op === EMPTY_WIDTH && (arg & BOUNDARIES) !== 0;
  const before = new Map<number, number[]>();
  for (const [place, instruction] of program.entries())
    for (const next of [...passes(instruction), ...(CHARACTERS.has(instruction.op) ? [instruction.out] : [])])
      before.set(next, [...(before.get(next) ?? []), place]);
  const boundaries = [...program.keys()].filter((place) => isBoundary(program[place] ?? NOTHING));
  const forwards = reached(boundaries, (place) => passes(program[place] ?? NOTHING));
  const backwards = reached(boundaries, (place) =>
    CHARACTERS.has(program[place]?.op ?? -1) ? [] : (before.get(place) ?? []),
  );
  for (const place of new Set([...forwards, ...backwards])) {
    const letter = letterOf(program[place] ?? NOTHING);
    if (letter !== null) return letter;
  }
  return null;
}

const NOTHING: Instruction = { op: -1, out: -1, arg: 0 };

/** Where an instruction leads without taking a character. */
function passes({ op, out, arg }: Instruction): readonly number[] {
  if (ALTERNATIVES.has(op)) return [out, arg];
  return PASSED.has(op) ? [out] : [];
}

function reached(from: readonly number[], next: (place: number) => readonly number[]): ReadonlySet<number> {
  const seen = new Set(from);
  // A set goes on to what is added while it is walked.
  for (const place of seen) for (const other of next(place)) seen.add(other);
  return seen;
}

/** A letter beyond ASCII that an instruction takes; of a class of all characters but some none was meant. */
function letterOf({ op, runes = [] }: Instruction): string | null {
  if (!CHARACTERS.has(op)) return null;
  const ranges = rangesOf([...runes]);
  if (ranges.some(([first, last]) => first <= PRIVATE_USE && PRIVATE_USE <= last)) return null;
  let left = MAX_LOOKED_AT;
  for (const [first, last] of ranges)
    for (let code = Math.max(first, FIRST_BEYOND_ASCII); code <= last && left > 0; code++, left--) {
      const letter = String.fromCodePoint(code);
      if (!FOLDED.has(code) && LETTER.test(letter)) return letter;
    }
  return null;
}

function rangesOf(runes: readonly number[]): readonly (readonly [first: number, last: number])[] {
  return runes.flatMap((first, at) => (at % 2 === 0 ? [[first, runes[at + 1] ?? first] as const] : []));
}
