// Finding a text that is all that is wanted of it, or proving that there is none: a search, shortest texts first, through
// the states of all readers at once.
import { DECIMAL, readerOf } from "./matchers.ts";
import { isOperator, OPERATORS } from "../../language/operators.ts";
import { LOST, type Reader } from "./reader.ts";
import { isAll, NEVER_FOUND, type Found, type Want } from "./want.ts";

/** What else a text has to be: its characters, and whether it may be empty. */
export interface TextForm {
  /** Absent: any text, the empty one too. */
  readonly fits?: (text: string) => boolean;
  /** Which characters it may have; absent: any. */
  readonly has?: RegExp;
}

const MOST_STATES = 30_000;
/** Characters that people write, to stand for all that no reader tells apart. */
const OTHERS = ["x", "o", "7", " ", "ß", "語"];

/** A text that is as wanted and has a form. */
export function textThat(wants: readonly Want[], form: TextForm): Found<string> {
  const readers: { readonly reader: Reader; readonly isMet: boolean }[] = [];
  let isOpen = false;
  for (const want of wants) {
    const says = readerOf(want);
    // What no reader can tell is tried on the texts that the others find; to be a number at all is a pattern.
    if (says === null && want.isMet && comparesNumbers(want)) readers.push({ reader: DECIMAL, isMet: true });
    else if (says === null) isOpen = true;
    else if (typeof says !== "boolean") readers.push({ reader: says, isMet: want.isMet });
    else if (says !== want.isMet) return NEVER_FOUND;
  }
  const told = new Set(readers.flatMap(({ reader }) => reader.characters));
  const other = OTHERS.find((character) => !told.has(character) && form.has?.test(character) !== false);
  const characters = [...told, ...(other === undefined ? [] : [other])].filter((one) => form.has?.test(one) !== false);
  const isLost = (states: readonly number[]): boolean =>
    readers.some(({ reader, isMet }, at) =>
      isMet ? states[at] === LOST : reader.won !== undefined && states[at] === reader.won,
    );
  const isFound = (states: readonly number[]): boolean =>
    readers.every(({ reader, isMet }, at) => (states[at] !== LOST && reader.accepts(states[at] ?? LOST)) === isMet);
  const start = readers.map(({ reader }) => reader.start);
  isOpen ||= readers.some(({ reader }) => reader.isPartial) || (other === undefined && form.has === undefined);
  let level: { readonly states: readonly number[]; readonly text: string }[] = isLost(start)
    ? []
    : [{ states: start, text: "" }];
  const seen = new Set<string>();
  while (level.length > 0) {
    const next: typeof level = [];
    for (const { states, text } of level) {
      if (isFound(states)) {
        if (form.fits?.(text) !== false && isAll(wants, text)) return { is: "met", value: text };
        // Another text in the same states might do; of the empty one there is no other.
        isOpen ||= text !== "";
      }
      for (const character of characters) {
        const after = readers.map(({ reader }, at) =>
          states[at] === LOST ? LOST : reader.next(states[at] ?? LOST, character),
        );
        const name = after.join();
        if (isLost(after) || seen.has(name)) continue;
        if (seen.size >= MOST_STATES) return OPEN_TEXT;
        seen.add(name);
        next.push({ states: after, text: text + character });
      }
    }
    level = next;
  }
  return isOpen ? OPEN_TEXT : NEVER_FOUND;
}

function comparesNumbers({ operator }: Want): boolean {
  return isOperator(operator) && OPERATORS[operator].value === "number";
}

const OPEN_TEXT: Found<never> = { is: "open", why: "whether a text can be all of it at once was not found" };
