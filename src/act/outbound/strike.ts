// Strikes secrets out of what others sent back, in whatever form it echoes them: as they are, escaped for JSON, a URL or
// HTML, each of these within another, in hex and in base64, also as a part of a longer text in base64.

/** How much longer than the secret a form of it can be, at most. */
export const LONGEST_FORM = 12;
/** A part of a secret in base64 that is shorter could be anything. */
const MIN_BASE64_CHARACTERS = 8;
const BASE64_CHARACTER = /^[\w+/=-]$/;
const NAMED: { readonly [character: string]: readonly string[] } = {
  "&": ["&amp;"],
  "<": ["&lt;"],
  ">": ["&gt;"],
  '"': ["&quot;"],
  "'": ["&apos;", "&#039;"],
  "/": ["&sol;"],
  "+": ["&plus;"],
  "=": ["&equals;"],
};

/** Each form that a character may come in, by how the form begins. */
type Forms = ReadonlyMap<string, readonly string[]>;

/** A text that gives a secret away. */
export interface Word {
  readonly forms: readonly Forms[];
  /** As it is, in no escape. */
  readonly literal: string;
  /** Whether the character before it in base64, and the one behind it, hold bits of it, too. */
  readonly spills: { readonly before: boolean; readonly behind: boolean };
}

const NOWHERE = { before: false, behind: false };

/** A text with each form of each secret replaced by a mark, the longest first. */
export function withoutSecrets(text: string, secrets: readonly string[], mark: string): string {
  return secrets
    .filter((secret) => secret !== "")
    .toSorted((a, b) => b.length - a.length)
    .reduce((rest, secret) => withoutWords(rest, wordsOf(secret), mark), text);
}

/** A text with each word replaced by a mark. */
export function withoutWords(text: string, words: readonly Word[], mark: string): string {
  return words.reduce((rest, word) => withoutWord(rest, word, mark), text);
}

/** What gives a secret away. Making this ready takes longer than looking for it in a short text. */
export function wordsOf(secret: string): readonly Word[] {
  const bytes = new TextEncoder().encode(secret);
  const hex = Array.from(bytes, hexOf).join("");
  return [
    wordOf(secret),
    wordOf(hex),
    wordOf(hex.toUpperCase()),
    ...[0, 1, 2].flatMap((offset) => base64Within(bytes, offset)),
  ];
}

function wordOf(text: string, spills: Word["spills"] = NOWHERE): Word {
  return { forms: Array.from(text, knownForms), literal: text, spills };
}

/** Of each character in ASCII, made once: an answer is looked through for every secret. */
const KNOWN = new Map<string, Forms>();

function knownForms(character: string): Forms {
  const known = KNOWN.get(character) ?? byBeginning(formsOf(character));
  if (character <= "~") KNOWN.set(character, known);
  return known;
}

function byBeginning(forms: readonly string[]): Forms {
  const sorted = new Map<string, string[]>();
  for (const form of forms) {
    const beginning = form.charAt(0);
    sorted.set(beginning, [...(sorted.get(beginning) ?? []), form]);
  }
  return sorted;
}

/** The characters that are the secret's alone in a text in base64, whatever stands around it, in both alphabets. */
function base64Within(bytes: Uint8Array, offset: number): readonly Word[] {
  const padded = new Uint8Array(offset + bytes.byteLength);
  padded.set(bytes, offset);
  const encoded = btoa(String.fromCharCode(...padded));
  const word = encoded.slice(Math.ceil((offset * 8) / 6), Math.floor((padded.byteLength * 8) / 6));
  if (word.length < MIN_BASE64_CHARACTERS) return [];
  const forUrls = word.replaceAll("+", "-").replaceAll("/", "_");
  const spills = { before: offset > 0, behind: padded.byteLength % 3 > 0 };
  return [...new Set([word, forUrls])].map((text) => wordOf(text, spills));
}

/** A character as it is, escaped once, and escaped twice. */
function formsOf(character: string): readonly string[] {
  const once = escapes(character);
  const twice = once.flatMap((form) => [
    JSON.stringify(form).slice(1, -1),
    encodeURIComponent(form),
    form.replaceAll("%", "%25"),
    form.replaceAll("&", "&amp;").replaceAll('"', "&quot;"),
  ]);
  return [...new Set([character, ...once, ...twice])];
}

function escapes(character: string): readonly string[] {
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const percent = Array.from(new TextEncoder().encode(character), (byte) => `%${hexOf(byte)}`).join("");
  const unicode = units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
  const inHtml = `&#x${code.toString(16)};`;
  return [
    JSON.stringify(character).slice(1, -1),
    ...(character === "/" ? ["\\/"] : []),
    ...(character === " " ? ["+"] : []),
    ...[unicode, percent, inHtml].flatMap((form) => [form, withHexInCapitals(form)]),
    `&#${code};`,
    ...(NAMED[character] ?? []),
  ];
}

function withHexInCapitals(form: string): string {
  return form.replaceAll(/(?<=%|\\u|&#x)[\da-f]+/g, (digits) => digits.toUpperCase());
}

function withoutWord(text: string, word: Word, mark: string): string {
  const { forms, spills } = word;
  let kept = "";
  let from = 0;
  for (const at of beginningsIn(text, word)) {
    if (at < from) continue;
    const end = endOf(text, at, forms);
    if (end === null) continue;
    const isMoreBefore = spills.before && at > from && BASE64_CHARACTER.test(text.charAt(at - 1));
    kept += text.slice(from, isMoreBefore ? at - 1 : at) + mark;
    from = end + (spills.behind && BASE64_CHARACTER.test(text.charAt(end)) ? 1 : 0);
  }
  return kept + text.slice(from);
}

/** What an escape begins with; a space may also come as a plus. */
const ESCAPE = /[\\%&]/g;
const ESCAPE_OR_PLUS = /[\\%&+]/g;

/**
 * Where a word may begin, in order: where it stands as it is, and before an escape by no more than its own length, for what
 * precedes its first escape stands there as it is.
 */
function* beginningsIn(text: string, { literal }: Word): Generator<number> {
  let next = text.indexOf(literal);
  let tried = -1;
  for (const { index } of text.matchAll(literal.includes(" ") ? ESCAPE_OR_PLUS : ESCAPE)) {
    for (; next !== -1 && next < index - literal.length; next = text.indexOf(literal, next + 1)) yield next;
    for (tried = Math.max(tried + 1, index - literal.length); tried <= index; tried++) yield tried;
    tried = index;
    if (next !== -1 && next <= index) next = text.indexOf(literal, index + 1);
  }
  for (; next !== -1; next = text.indexOf(literal, next + 1)) yield next;
}

/** Where a word ends that begins at a place; `null`: it does not. Every way to read it is followed at once. */
function endOf(text: string, at: number, forms: Word["forms"]): number | null {
  let places: readonly number[] = [at];
  for (const either of forms) {
    const next: number[] = [];
    for (const place of places)
      for (const form of either.get(text.charAt(place)) ?? [])
        if (text.startsWith(form, place) && !next.includes(place + form.length)) next.push(place + form.length);
    if (next.length === 0) return null;
    places = next;
  }
  return Math.max(...places);
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
