// The patterns of `matches`: RE2, which takes time proportional to text times program. Both are bounded here, and so is
// their product, so that one rule cannot hold up a ledger. This is the only file that imports re2js.
import { RE2JS } from "re2js";
import { letterAtBoundary, type Instruction } from "./pattern-boundary.ts";

/** A pattern that a comparison searches for, in one text or in each text of a list. */
export interface Search {
  readonly pattern: string;
  readonly inList: boolean;
}

const MAX_PATTERNS = 1_000;
const MAX_PATTERN_CHARACTERS = 200;
const MAX_REPEATS = 100;
const MAX_MATCHED_CHARACTERS = 20_000;
const MAX_STEPS = 1_000_000;
/** What each character costs besides the program: as measured, a short pattern costs no less. */
const STEPS_OF_CHARACTER = 10;
const patterns = new Map<string, RE2JS | null>();

/** Whether RE2 knows the syntax of a pattern, and its size is within bounds. */
export function isPattern(text: string): boolean {
  return compiled(text) !== null;
}

/** Whether a pattern is found in the first 20,000 characters of a text, fewer for a long program. An invalid one never is. */
export function isFound(pattern: string, text: string): boolean {
  const program = compiled(pattern);
  return program !== null && program.test(text.slice(0, charactersOf(program)));
}

/**
 * How many steps a search takes at most in a text of this many characters, or in all texts of a list together. An
 * invalid pattern takes none.
 */
export function searchSteps({ pattern, inList }: Search, characters: number): number {
  const program = compiled(pattern);
  if (program === null) return 0;
  const looked = inList ? characters : Math.min(characters, charactersOf(program));
  return looked * (program.programSize() + STEPS_OF_CHARACTER);
}

/** A letter beyond ASCII beside which a pattern has `\b`, where it never finds what is meant; `null`: there is none. */
export function letterBesideBoundary(pattern: string): string | null {
  const program = compiled(pattern);
  if (program === null) return null;
  const instructions: readonly Instruction[] = program.re2().prog.inst;
  return letterAtBoundary(instructions);
}

/** The program that a pattern is compiled to, and where it begins; `null`: it is not RE2 syntax. */
export function programOf(
  pattern: string,
): { readonly instructions: readonly Instruction[]; readonly start: number } | null {
  const program = compiled(pattern);
  if (program === null) return null;
  const { inst, start }: { readonly inst: readonly Instruction[]; readonly start: number } = program.re2().prog;
  return { instructions: inst, start };
}

function compiled(text: string): RE2JS | null {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  let program: RE2JS | null = null;
  try {
    if (isBounded(text)) program = RE2JS.compile(text);
  } catch {
    // Not RE2 syntax: admission refuses the rule.
  }
  patterns.set(text, program);
  return program;
}

/** How many characters of a text are searched. */
function charactersOf(program: RE2JS): number {
  return Math.min(MAX_MATCHED_CHARACTERS, Math.ceil(MAX_STEPS / program.programSize()));
}

function isBounded(text: string): boolean {
  const repeats = [...text.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].map(([, least, most]) => Number(most || least));
  return text.length <= MAX_PATTERN_CHARACTERS && repeats.every((count) => count <= MAX_REPEATS);
}
