// A turn for everything else that waits.

/**
 * Ends once everything that has arrived meanwhile had its turn: calls of an object that answer at once keep workerd from
 * looking for anything new, however many of them follow each other.
 */
export function turnForOthers(): Promise<void> {
  return new Promise((done) => setTimeout(done, 0));
}
