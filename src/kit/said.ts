// Phrases for people, beside what they are about in the tables. Whoever imports them asks for `#said`, which is this file, and
// in the Worker's bundle `unsaid.ts`: nothing there reads a phrase. docs/decisions/0069-phrases-stay-at-home.md.

/** A phrase about an entry of a table; one that has to be made is given as how. */
export function said(phrase: string | (() => string)): string {
  return typeof phrase === "string" ? phrase : phrase();
}

/** What an entry of a table is about. */
export function about(phrase: Parameters<typeof said>[0]): { readonly about: string } {
  return { about: said(phrase) };
}

/** How a sentence goes on with an operator, and with its opposite. */
export function sentence(is: string, isNot: string): { readonly is: string; readonly isNot: string } {
  return { is, isNot };
}

/** Other phrases of an entry of a table, by their names. */
export function phrases<const Phrases>(of: Phrases): Phrases {
  return of;
}
