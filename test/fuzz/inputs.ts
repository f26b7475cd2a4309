// What comes in: texts, JSON, bytes and payloads, mostly plain, often odd, now and then as large as a request may be.
import fc from "fast-check";
import { factsOfKind, FACTS } from "../../src/language/facts.ts";
import type { FieldType } from "../../src/model/event-fields.ts";
import { SAMPLES } from "../../src/events/samples.ts";
import { contactPath } from "../../src/events/contact.ts";
import { kindNamed } from "../../src/events/kind-of.ts";
import { KINDS, type EventKind, type HookRoute } from "../../src/model/event-kinds.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import { bytesOf, JSON_CASES, NAUGHTY_TEXTS } from "../cases/json-cases.ts";

/** As much as a body may hold, and some room for what stands around it. */
const LARGE = 250_000;

const naughty = fc.constantFrom(...NAUGHTY_TEXTS.map(({ text }) => text));
/** A unit that is repeated until it fills a request. */
const unit = fc.oneof(
  fc.constantFrom("a", " ", "\n", "\t", "<", "<script", "<!--", "&", "%", "%41", "{{", "'", "\\", "(", "[", ",", "1", "-", "😀", "İ", "\ud800", "\u0000"),
  fc.string({ minLength: 1, maxLength: 4 }),
); // prettier-ignore

/** A text of a body's size: what it takes there, in bytes, counts. */
export const longText: fc.Arbitrary<string> = fc
  .tuple(unit, fc.integer({ min: 1_000, max: LARGE }), fc.constantFrom("", "x", "stop"))
  .map(([part, size, end]) => {
    const partSize = new TextEncoder().encode(JSON.stringify(part)).length - 2;
    return part.repeat(Math.floor(size / partSize)) + end;
  });

export const text: fc.Arbitrary<string> = fc.oneof(
  { weight: 10, arbitrary: naughty },
  { weight: 5, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
  { weight: 5, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
  { weight: 2, arbitrary: fc.tuple(naughty, naughty).map((parts) => parts.join("")) },
);

const edges = fc.constantFrom(
  0, -0, 1, -1, 0.1, 5e-324, 1.7976931348623157e308, -1.7976931348623157e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 8.64e15, 8.64e15 + 1, -8.64e15,
  1_772_638_200_000,
); // prettier-ignore
export const number: fc.Arbitrary<number> = fc.oneof(edges, fc.double({ noNaN: true, noDefaultInfinity: true }));

const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];
const key = fc.oneof(
  fc.constantFrom(...PROTOTYPE_KEYS, "toString", "length", "then", "toJSON", "valueOf", "", "0", "a", "b"),
  naughty,
);

/** The text of a JSON document, in which a key may stand twice and any key may stand. */
export const documentText: fc.Arbitrary<string> = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { depthSize: "small", maxDepth: 8, withCrossShrink: true },
    fc.oneof(
      fc.constantFrom("null", "true", "false", "1e400", "-0", "1E-400"),
      number.map(String),
      text.map((value) => JSON.stringify(value)),
    ),
    fc.array(tie("document"), { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
    fc
      .array(fc.tuple(key, tie("document")), { maxLength: 4 })
      .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`),
  ),
})).document;

/** Any JSON value that was sent; prototype keys are the object's own. */
export const json: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 2, arbitrary: number },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Json>(null, true, false, "", [], {}, [[]], { toString: "x" }, { valueOf: 1 }),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json> },
);

/** A part that opens, one in the middle and one that closes, each as often as fills a request. */
const BOMBS: readonly (readonly [open: string, middle: string, close: string])[] = [
  ["[", "", "]"], ['{"a":', "1", "}"], ['[{"a":', "1", "}]"], ["[", "", ""], ["", "[],", ""], ["", "{},", ""], ["", "0,", ""],
  ["", '"",', ""], ["", '"a":0,', ""], ["", '{"__proto__":{}},', ""], ["", "1", ""], ["", "\\u0000", ""], ["", " ", ""], ["[[[[[[[[", "[],", "]]]]]]]]"],
]; // prettier-ignore

const keysBomb = fc
  .tuple(
    fc.integer({ min: 1, max: 20_000 }),
    fc.constantFrom(
      (i: number) => `${i}`,
      (i: number) => `k${i}`,
      (i: number) => `${i * 65_537}`,
    ),
  )
  .map(([count, name]) => `{${Array.from({ length: count }, (_, index) => `"${name(index)}":0`).join(",")}}`);

/** Text that is, or is nearly, a document, and as large as a request may be. */
const bomb: fc.Arbitrary<string> = fc.oneof(
  keysBomb,
  fc
    .record({
      parts: fc.constantFrom(...BOMBS),
      times: fc.integer({ min: 1, max: 131_000 }),
      around: fc.constantFrom(["", ""], ["[", "0]"], ["{", '"z":0}'], ['"', '"'], ["0.", ""]),
    })
    .map(({ parts: [open, middle, close], times, around: [head = "", tail = ""] }) => {
      const count = Math.max(1, Math.min(times, Math.floor(LARGE / (open.length + middle.length + close.length))));
      const inside = open === "" ? middle.repeat(count) : open.repeat(count) + middle + close.repeat(count);
      return head + inside + tail;
    }),
);

const caseBytes = fc.constantFrom(...JSON_CASES).map(bytesOf);
const utf8 = (value: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(value));

/** Any bytes: documents, cases, what is nearly a document, and what is not. */
export const bytes: fc.Arbitrary<Uint8Array<ArrayBuffer>> = fc.oneof(
  { weight: 40, arbitrary: documentText.map(utf8) },
  { weight: 30, arbitrary: caseBytes.filter(({ length }) => length < 1_000) },
  { weight: 20, arbitrary: fc.uint8Array({ maxLength: 200 }).map((some) => Uint8Array.from(some)) },
  { weight: 10, arbitrary: fc.tuple(documentText, fc.nat(), fc.nat(255)).map(([value, at, byte]) => spoilt(utf8(value), at, byte)) },
  { weight: 1, arbitrary: bomb.map(utf8) },
  { weight: 1, arbitrary: caseBytes },
); // prettier-ignore

function spoilt(some: Uint8Array<ArrayBuffer>, at: number, byte: number): Uint8Array<ArrayBuffer> {
  if (some.length > 0) some[at % some.length] = byte;
  return some;
}

/** A payload and the way that it came in by. */
export interface Sent {
  readonly route: HookRoute;
  readonly payload: JsonObject;
}

const usual: { readonly [T in FieldType]: fc.Arbitrary<Json> } = {
  text,
  id: text,
  number: fc.oneof<fc.Arbitrary<Json>[]>(number, number.map(String), fc.constant("")),
  boolean: fc.constantFrom<Json>(true, false, "true", "false", ""),
  list: fc.oneof<fc.Arbitrary<Json>[]>(fc.array(json, { maxLength: 5 }), text),
  object: fc.dictionary(text, json, { maxKeys: 4 }),
  address: fc.oneof<fc.Arbitrary<Json>[]>(text, fc.array(text, { maxLength: 5 }), fc.constant({})),
  time: fc.oneof<fc.Arbitrary<Json>[]>(
    text,
    number,
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  ),
  any: json,
};

const samples = Object.values(SAMPLES);
const kindOf = (sample: JsonObject): EventKind => {
  const kind = kindNamed(sample["type"]);
  if (kind === null) throw new Error("A sample of no kind");
  return kind;
};

/** A realistic event in which some fields hold anything that their type takes, some hold anything, and some nobody knows. */
export const sent: fc.Arbitrary<Sent> = fc.constantFrom(...samples).chain(({ route, payload }) => {
  const kind = kindOf(payload);
  const required = new Set(["type", "locationId", contactPath(KINDS[kind])[0]]);
  const names = factsOfKind(kind).filter((name) => !FACTS[name]?.derived && !required.has(name));
  const field = fc
    .constantFrom(...names)
    .chain((name) => fc.tuple(fc.constant(name), usual[FACTS[name]?.type ?? "any"]));
  const odd = fc.tuple(fc.oneof(fc.constantFrom(...factsOfKind(kind)), text), json);
  const large = fc.tuple(fc.constantFrom(...names), longText);
  return fc
    .tuple(
      fc.array(field, { maxLength: 6 }),
      fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(odd, { maxLength: 2 }) }),
      fc.oneof({ weight: 60, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.tuple(large) }),
    )
    .map(([fields, odds, larges]) => ({ route, payload: { ...payload, ...ownOf([...fields, ...odds, ...larges]) } }));
});

/** An object of pairs, where `__proto__` would be no more than a key. */
function ownOf(pairs: readonly (readonly [string, Json])[]): JsonObject {
  return Object.fromEntries(pairs);
}
