/** More than any two words are apart. */
const FAR = 1e6;

/** The known word nearest to a misspelt one, of two equally near the one in its capitals; `null`: none is near enough to be meant. */
export function nearest(word: string, known: Iterable<string>): string | null {
  const wanted = word.toLowerCase();
  let best: { name: string; distance: number } | null = null;
  for (const name of known) {
    const most = Math.max(1, Math.floor(name.length / 3));
    // So many letters more or fewer are as many edits.
    if (Math.abs(wanted.length - name.length) > most) continue;
    const edits = editDistance(wanted, name.toLowerCase());
    const distance = edits + editDistance(word, name) / FAR;
    if (edits <= most && (best === null || distance < best.distance)) {
      best = { name, distance };
    }
  }
  return best?.name ?? null;
}

/** The tail of a message: `, did you mean "status"`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const name = nearest(word, known);
  return name === null ? "" : `, did you mean "${name}"`;
}

/** `Expected one of SMS, Email`, what else is possible there, and which of the words was meant, if that can be told. */
export function expectedOneOf(words: readonly string[], given: unknown, others = ""): string {
  return `Expected one of ${words.join(", ")}${others}${typeof given === "string" ? didYouMean(given, words) : ""}`;
}

/** Edits (insert, delete, replace, swap of neighbours) that lead from one word to the other. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number): number => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row: number[] = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replace = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, replace, swapped ? at(i - 2, j - 2) + 1 : Infinity));
    }
  }
  return at(a.length, b.length);
}
