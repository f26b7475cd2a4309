/** Outcomes that need more words than their own: a word of HighLevel that nobody knows is not the same as none. */
export const OUTCOME_WORDS: Readonly<Record<string, string>> = {
  none: "without outcome",
  unknown: "an unknown word",
};

/** An outcome, or `none`, as people read it. */
export function outcomeInWords(outcome: string): string {
  return Object.hasOwn(OUTCOME_WORDS, outcome) ? (OUTCOME_WORDS[outcome] ?? outcome) : outcome;
}
