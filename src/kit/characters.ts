// One reader of characters: what a person takes for one, an emoji of several code points or a letter with its accent,
// is never taken apart. Unicode's extended grapheme clusters (UAX 29).

/** Letters, digits and signs that never join what stands before or behind them: each is a character of its own. */
const PLAIN =
  /^[\t\n\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u0400-\u0482\u048a-\u052f\u2010-\u2027\u20a0-\u20bf\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff]*$/;
const SEGMENTER = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Whether each code unit of a text is a character, so that it can be cut anywhere. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/** The characters of a text. */
export function charactersIn(text: string): string[] {
  return isPlain(text) ? text.split("") : Array.from(SEGMENTER.segment(text), ({ segment }) => segment);
}

/** The first characters of a text. It is read no further than needed. */
export function firstCharacters(text: string, count: number): string {
  // Where the next one is plain, too, the last of them ends.
  if (isPlain(text.slice(0, count + 1))) return text.slice(0, Math.max(0, count));
  let [kept, left] = ["", count];
  for (const { segment } of SEGMENTER.segment(text)) {
    if ((left -= 1) < 0) break;
    kept += segment;
  }
  return kept;
}

/**
 * The pieces of a text between the places where a part stands, never within a character; `""`: between characters.
 * `read` reads the characters of the text, if need be.
 */
export function piecesOf(text: string, part: string, read: (text: string) => string[] = charactersIn): string[] {
  if (part === "") return read(text);
  if (isPlain(text)) return text.split(part);
  const pieces: string[] = [];
  let starts: ReadonlySet<number> | null = null;
  const isBetween = (at: number): boolean =>
    isPlain(text.slice(Math.max(0, at - 1), at + 1)) || (starts ??= startsIn(read(text))).has(at);
  let from = 0;
  for (let at = text.indexOf(part); at !== -1;) {
    const isWhole = isBetween(at) && isBetween(at + part.length);
    if (isWhole) pieces.push(text.slice(from, at));
    if (isWhole) from = at + part.length;
    at = text.indexOf(part, isWhole ? from : at + 1);
  }
  return [...pieces, text.slice(from)];
}

/** Where each of some characters begins, and where the last one ends. */
function startsIn(characters: Iterable<string>): ReadonlySet<number> {
  const starts = new Set([0]);
  let end = 0;
  for (const character of characters) starts.add((end += character.length));
  return starts;
}
