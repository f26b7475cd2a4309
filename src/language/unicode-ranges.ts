// The characters that have a property, from the runtime's own tables: the Worker's bundle brings none, see
// docs/decisions/0057-characters-from-the-runtime.md. `dist/re2js.js` asks for them.

/** Characters from the first to the last, in order; of uniform ones all have the same properties. */
interface Block {
  readonly first: number;
  readonly last: number;
  readonly isUniform?: true;
}

const BLOCKS: readonly Block[] = [
  { first: 0, last: 0xd7ff },
  // Halves of characters.
  { first: 0xd800, last: 0xdfff, isUniform: true },
  { first: 0xe000, last: 0xffff },
  { first: 0x1_0000, last: 0x3_ffff },
  // Planes in which nothing is assigned.
  { first: 0x4_0000, last: 0xd_ffff, isUniform: true },
  { first: 0xe_0000, last: 0x10_ffff },
];
const SECOND_PLANE = 0x1_0000;

/**
 * The ranges of the characters that have a property such as `Lu`, `Emoji` or `Script=Greek`, in the form of re2js: first,
 * last, and 1. A property that the runtime does not know has none.
 */
export function rangesOf(property: string): Uint32Array {
  const runs = runsOf(property);
  if (runs === null) return new Uint32Array();
  const ranges: number[] = [];
  const add = (first: number, last: number): void => {
    if (ranges.at(-2) === first - 1) ranges[ranges.length - 2] = last;
    else ranges.push(first, last, 1);
  };
  for (const { first, last, isUniform } of BLOCKS) {
    const unitsEach = first < SECOND_PLANE ? 1 : 2;
    for (const { 0: run, index } of textOf(first, isUniform ? first : last).matchAll(runs)) {
      const from = first + index / unitsEach;
      add(from, isUniform ? last : from + run.length / unitsEach - 1);
    }
  }
  return Uint32Array.from(ranges);
}

/** Letters without a case that others have as a pair of them, by Unicode's CaseFolding.txt alone: the runtime has no single letter for it. */
const BY_FOLDING: readonly (readonly [one: number, other: number])[] = [
  [0x390, 0x1fd3],
  [0x3b0, 0x1fe3],
  [0xfb05, 0xfb06],
];
/** The letters of Turkish with and without a dot fold to nothing. */
const FOLDS_TO_NOTHING: ReadonlySet<number> = new Set([0x130, 0x131]);

/** Each character that is another one's in another case, and the next one of those, in a circle: `k`, the Kelvin sign, `K`. */
export function caseOrbits(): Map<number, number> {
  const circles = new Map<number, Set<number>>();
  const circleOf = (character: number): Set<number> => circles.get(character) ?? new Set([character]);
  const join = (one: number, other: number): void => {
    const all = new Set([...circleOf(one), ...circleOf(other)]);
    for (const character of all) circles.set(character, all);
  };
  const cased = rangesOf("Changes_When_Casemapped");
  for (let at = 0; at < cased.length; at += 3)
    for (let character = cased[at] ?? 0; character <= (cased[at + 1] ?? 0); character += 1) {
      const text = String.fromCodePoint(character);
      for (const other of [text.toLowerCase(), text.toUpperCase()]) {
        const folded = other.codePointAt(0) ?? 0;
        const isOne = other === String.fromCodePoint(folded) && folded !== character;
        if (isOne && !FOLDS_TO_NOTHING.has(character)) join(character, folded);
      }
    }
  for (const [one, other] of BY_FOLDING) join(one, other);
  const next = new Map<number, number>();
  for (const circle of new Set(circles.values())) {
    const sorted = [...circle].toSorted((a, b) => a - b);
    for (const [index, character] of sorted.entries())
      next.set(character, sorted[(index + 1) % sorted.length] ?? character);
  }
  return next;
}

let orbits: Map<number, number> | null = null;

/** The ranges of the characters that are in another case of one that has a property, and do not have it themselves. */
export function foldedRangesOf(property: string): Uint32Array {
  const ranges = rangesOf(property);
  const isIn = (character: number): boolean => {
    for (let at = 0; at < ranges.length && (ranges[at] ?? 0) <= character; at += 3)
      if (character <= (ranges[at + 1] ?? 0)) return true;
    return false;
  };
  orbits ??= caseOrbits();
  const folded: number[] = [];
  for (const [character, next] of [...orbits].toSorted(([a], [b]) => a - b)) {
    if (isIn(character)) continue;
    let other = next;
    while (other !== character && !isIn(other)) other = orbits.get(other) ?? character;
    if (other !== character) folded.push(character, character, 1);
  }
  return Uint32Array.from(folded);
}

function runsOf(property: string): RegExp | null {
  try {
    return new RegExp(`\\p{${property}}+`, "gu");
  } catch {
    return null;
  }
}

/** So many characters at a time are passed to a function. */
const CHUNK = 8_192;

function textOf(first: number, last: number): string {
  const characters = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  let text = "";
  for (let at = 0; at < characters.length; at += CHUNK)
    text += String.fromCodePoint(...characters.slice(at, at + CHUNK));
  return text;
}
