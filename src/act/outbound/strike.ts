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
interface Word {
  readonly forms: readonly Forms[];
  /** Whether the character before it in base64, and the one behind it, hold bits of it, too. */
  readonly spills: { readonly before: boolean; readonly behind: boolean };
}

const NOWHERE = { before: false, behind: false };

/** A text with each form of each secret replaced by a mark, the longest first. */
export function withoutSecrets(text: string, secrets: readonly string[], mark: string): string {
  return secrets
    .filter((secret) => secret !== "")
    .toSorted((a, b) => b.length - a.length)
    .flatMap(wordsOf)
    .reduce((rest, word) => withoutWord(rest, word, mark), text);
}

function wordsOf(secret: string): readonly Word[] {
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
  const known = new Map<string, Forms>();
  const forms = Array.from(text, (character) => {
    const found = known.get(character) ?? byBeginning(formsOf(character));
    known.set(character, found);
    return found;
  });
  return { forms, spills };
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

function withoutWord(text: string, { forms, spills }: Word, mark: string): string {
  let kept = "";
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const end = endOf(text, at, forms);
    if (end === null) continue;
    const isMoreBefore = spills.before && at > from && BASE64_CHARACTER.test(text.charAt(at - 1));
    kept += text.slice(from, isMoreBefore ? at - 1 : at) + mark;
    from = end + (spills.behind && BASE64_CHARACTER.test(text.charAt(end)) ? 1 : 0);
    at = from - 1;
  }
  return kept + text.slice(from);
}

/** Where a word ends that begins at a place; `null`: it does not. Every way to read it is followed at once. */
function endOf(text: string, at: number, forms: Word["forms"]): number | null {
  let places: ReadonlySet<number> = new Set([at]);
  for (const either of forms) {
    const next = new Set<number>();
    for (const place of places)
      for (const form of either.get(text.charAt(place)) ?? [])
        if (text.startsWith(form, place)) next.add(place + form.length);
    if (next.size === 0) return null;
    places = next;
  }
  return Math.max(...places);
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
