// The patterns of `matches`: RE2, which takes time in line with text and program. Both are bounded here, and their
// product, so that one rule cannot hold up a ledger. This is the only file that imports re2js.
import { RE2JS } from "re2js";

/** A pattern that a comparison looks for, in one text or in each of a list. */
export interface Search {
  readonly pattern: string;
  readonly inList: boolean;
}

const MAX_PATTERNS = 1_000;
const MAX_PATTERN_CHARACTERS = 200;
const MAX_REPEATS = 100;
const MAX_MATCHED_CHARACTERS = 20_000;
const MAX_STEPS = 1_000_000;
/** What going on by one character takes besides the program: measured, a short pattern takes no less. */
const STEPS_OF_CHARACTER = 10;
const patterns = new Map<string, RE2JS | null>();

/** Whether RE2 knows the syntax of a pattern, and its size is within bounds. */
export function isPattern(text: string): boolean {
  return compiled(text) !== null;
}

/** Whether a pattern is found in the first 20,000 characters of a text, or fewer for a long program. What is no pattern is not. */
export function isFound(pattern: string, text: string): boolean {
  const program = compiled(pattern);
  return program !== null && program.matcher(text.slice(0, charactersOf(program))).find();
}

/**
 * How many steps a search takes at most in a text of so many characters, or in all the texts of a list together. What
 * is no pattern takes none.
 */
export function searchSteps({ pattern, inList }: Search, characters: number): number {
  const program = compiled(pattern);
  if (program === null) return 0;
  const looked = inList ? characters : Math.min(characters, charactersOf(program));
  return looked * (program.programSize() + STEPS_OF_CHARACTER);
}

function compiled(text: string): RE2JS | null {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  let program: RE2JS | null = null;
  try {
    if (isBounded(text)) program = RE2JS.compile(text);
  } catch {
    // Admission refuses it; a pattern from another fact may still be anything.
  }
  patterns.set(text, program);
  return program;
}

/** How much of a text is looked at. */
function charactersOf(program: RE2JS): number {
  return Math.min(MAX_MATCHED_CHARACTERS, Math.ceil(MAX_STEPS / program.programSize()));
}

function isBounded(text: string): boolean {
  const repeats = [...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Number(most || least));
  return text.length <= MAX_PATTERN_CHARACTERS && repeats.every((count) => count <= MAX_REPEATS);
}
