import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Json } from "../../../src/kit/json.ts";
import { MAX_DEPTH, MAX_NODES, parseJson, type ParsedJson } from "../../../src/events/parse-json.ts";

const PROTOTYPE_KEYS = ["__proto__", "constructor", "prototype"];

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): ParsedJson | null => parseJson(utf8(text));
const codes = (text: string): readonly string[] | undefined => parse(text)?.issues.map(({ code }) => code);

/** What the document means, with prototype keys taken out while parsing. */
function withoutPrototypeKeys(text: string): Json {
  return JSON.parse(text, (key, value: Json) => (PROTOTYPE_KEYS.includes(key) ? undefined : value)) as Json;
}

/** Containers in one another: `levels` of them, lists and objects in turns, around a leaf. */
function nested(levels: number, leaf = "0"): string {
  let text = leaf;
  for (let level = 0; level < levels; level++) text = level % 2 === 0 ? `[${text}]` : `{"k":${text}}`;
  return text;
}

describe("bytes that are no JSON in UTF-8", () => {
  it.each([
    { title: "nothing", bytes: [] },
    { title: "a byte that UTF-8 does not have", bytes: [0x22, 0xff, 0x22] },
    { title: "an overlong form", bytes: [0x22, 0xc0, 0x80, 0x22] },
    { title: "a character cut short", bytes: [0x22, 0xe2, 0x82, 0x22] },
    { title: "a surrogate written in UTF-8", bytes: [0x22, 0xed, 0xa0, 0x80, 0x22] },
    { title: "a code point past the last", bytes: [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22] },
    { title: "UTF-16 with its mark", bytes: [0xff, 0xfe, 0x31, 0x00] },
    { title: "UTF-16 without a mark", bytes: [0x31, 0x00] },
    { title: "two byte order marks", bytes: [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x31] },
    { title: "a control character in a text", bytes: [0x22, 0x01, 0x22] },
  ])("are null: $title", ({ bytes }) => {
    expect(parseJson(Uint8Array.from(bytes))).toBeNull();
  });

  it.each([
    "{",
    "{} {}",
    "{'a':1}",
    '{"a":1,}',
    "[1,]",
    "01",
    "NaN",
    "undefined",
    "// x\n1",
    '"\\x"',
    '"\\ud8"',
    "a=1",
  ])("are null: %s", (text) => {
    expect(parse(text)).toBeNull();
  });
});

describe("a document", () => {
  it("may begin with a byte order mark", () => {
    expect(parseJson(Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8('{"a":1}')))?.value).toEqual({ a: 1 });
  });

  it.each(["null", "true", "0", "-1.5e3", '""', '"é 😀"', "[]", "{}", ' {"a" : [ 1 , null ]}\n'])(
    "may be %s",
    (text) => {
      expect(parse(text)).toEqual({ text, value: JSON.parse(text) as Json, issues: [] });
    },
  );

  it("keeps the last of two equal keys", () => {
    expect(parse('{"a":1,"b":2,"a":3}')?.value).toEqual({ a: 3, b: 2 });
  });

  it.each(["\\ud800", "\\udc00", "\\udc00\\ud800", "x\\uD83Dx"])(
    "may hold the lone surrogate escapes %s",
    (escapes) => {
      const text = `{"body":"${escapes}"}`;
      expect(parse(text)).toEqual({ text, value: JSON.parse(text) as Json, issues: [] });
    },
  );

  it("may be as deep as a request is long, without harm", () => {
    const levels = 131_072;
    expect(codes("[".repeat(levels) + "]".repeat(levels))).toEqual(["EVENT_TOO_DEEP"]);
  });
});

describe("depth", () => {
  it.each([
    { levels: 0, issues: [] },
    { levels: MAX_DEPTH - 1, issues: [] },
    { levels: MAX_DEPTH, issues: [] },
    { levels: MAX_DEPTH + 1, issues: ["EVENT_TOO_DEEP"] },
    { levels: MAX_DEPTH + 2, issues: ["EVENT_TOO_DEEP"] },
  ])("$levels levels: $issues", ({ levels, issues }) => {
    expect(MAX_DEPTH).toBe(32);
    expect(codes(nested(levels))).toEqual(issues);
  });

  it("counts empty containers as levels", () => {
    expect(codes(nested(MAX_DEPTH - 1, "{}"))).toEqual([]);
    expect(codes(nested(MAX_DEPTH, "{}"))).toEqual(["EVENT_TOO_DEEP"]);
  });

  it("is found in any branch, and the pointer leads there", () => {
    const text = `{"a":1,"deep~/":${"[".repeat(MAX_DEPTH)}${"]".repeat(MAX_DEPTH)},"z":[{}]}`;
    const [issue] = parse(text)?.issues ?? [];
    expect(issue?.code).toBe("EVENT_TOO_DEEP");
    expect(issue?.pointer).toBe(`/deep~0~1${"/0".repeat(MAX_DEPTH - 1)}`);
  });
});

const list = (count: number): string => `[${Array.from({ length: count }, () => "0").join(",")}]`;

const record = (count: number): string => `{${Array.from({ length: count }, (_, index) => `"k${index}":0`).join(",")}}`;

describe("width", () => {
  // Each row adds up to a number of values, containers among them.
  it.each([
    { title: "a list of 4,999", text: list(MAX_NODES - 1), issues: [] },
    { title: "a list of 5,000", text: list(MAX_NODES), issues: ["EVENT_TOO_WIDE"] },
    { title: "an object of 4,999", text: record(MAX_NODES - 1), issues: [] },
    { title: "an object of 5,000", text: record(MAX_NODES), issues: ["EVENT_TOO_WIDE"] },
    { title: "two lists that make 5,000", text: `{"a":${list(2_499)},"b":${list(2_498)}}`, issues: [] },
    { title: "two lists that make 5,001", text: `{"a":${list(2_499)},"b":${list(2_499)}}`, issues: ["EVENT_TOO_WIDE"] },
  ])("$title: $issues", ({ text, issues }) => {
    expect(MAX_NODES).toBe(5_000);
    expect(codes(text)).toEqual(issues);
  });

  it("does not count keys that are dropped", () => {
    expect(codes(`{"a":${list(MAX_NODES - 2)},"__proto__":${list(100)}}`)).toEqual([]);
  });
});

describe("numbers", () => {
  it.each(["1e400", "-1e400", '{"a":[1,{"b":1e309}]}', "9".repeat(400)])(
    "that no double holds cannot be used, as they would be stored as null: %.40s",
    (text) => {
      expect(codes(text)).toEqual(["EVENT_NUMBER"]);
    },
  );

  it("are named by their place, and never by their value", () => {
    const [issue] = parse('{"a":[1,{"b":1e309}]}')?.issues ?? [];
    expect(issue).toMatchObject({ pointer: "/a/1/b", message: expect.not.stringContaining("309") });
  });

  it.each(["1e308", "-0", "5e-324", "1e-400", "9007199254740993", "0.1"])("at an edge can be used: %s", (text) => {
    expect(codes(text)).toEqual([]);
  });
});

describe("a pointer", () => {
  it("does not repeat a key of the size of a body", () => {
    const [issue] = parse(`{"${"k".repeat(200_000)}":${nested(MAX_DEPTH)}}`)?.issues ?? [];
    expect(issue?.pointer.length).toBeLessThan(300);
    expect(issue?.pointer).toMatch(/^\/k{64}…\/k\/0/);
  });
});

describe("prototype keys", () => {
  it.each<{ text: string; value: Json }>([
    { text: '{"__proto__":{"polluted":1},"a":1}', value: { a: 1 } },
    { text: '{"constructor":{"prototype":{"polluted":1}},"a":1}', value: { a: 1 } },
    { text: '{"prototype":1,"a":1}', value: { a: 1 } },
    { text: '{"a":{"b":{"__proto__":null,"c":1}}}', value: { a: { b: { c: 1 } } } },
    { text: '[{"__proto__":1},[{"constructor":1,"a":[{"prototype":1}]}]]', value: [{}, [{ a: [{}] }]] },
    { text: '{"__proto__":1,"__proto__":2}', value: {} },
    { text: '{"\\u005f_proto__":{"polluted":1}}', value: {} },
    { text: '{"__PROTO__":1,"Constructor":2,"toString":3}', value: { ["__PROTO__"]: 1, Constructor: 2, toString: 3 } },
    { text: '["__proto__","constructor"]', value: ["__proto__", "constructor"] },
  ])("are dropped wherever they stand, and nothing else is: $text", ({ text, value }) => {
    const before = Reflect.ownKeys(Object.prototype);
    const parsed = parse(text);
    expect(parsed?.value).toStrictEqual(value);
    expect(parsed?.issues).toEqual([]);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  it("are dropped at every depth that is read", () => {
    for (let level = 0; level < MAX_DEPTH; level++) {
      const parsed = parse(nested(level, '{"__proto__":1,"constructor":2,"prototype":3,"a":4}'));
      expect(parsed).toMatchObject({ issues: [] });
      expect(parsed?.value).toStrictEqual(JSON.parse(nested(level, '{"a":4}')));
    }
  });
});

describe("any input", () => {
  it("never makes it throw: arbitrary bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const parsed = parseJson(bytes);
        if (parsed !== null) expect(parsed.value).toStrictEqual(withoutPrototypeKeys(parsed.text));
      }),
      { numRuns: 500 },
    );
  });

  it("that is JSON within bounds comes back as JSON.parse reads it, without prototype keys", () => {
    const key = fc.oneof(fc.constantFrom(...PROTOTYPE_KEYS, "a", "b"), fc.string({ unit: "binary" }));
    const { document } = fc.letrec<{ document: string }>((tie) => ({
      document: fc.oneof(
        { depthSize: "medium", maxDepth: 12, withCrossShrink: true },
        fc.jsonValue({ maxDepth: 0 }).map((value) => JSON.stringify(value)),
        fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
        fc.array(tie("document"), { maxLength: 5 }).map((items) => `[${items.join(",")}]`),
        fc
          .array(fc.tuple(key, tie("document")), { maxLength: 5 })
          .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(",")}}`),
      ),
    }));
    fc.assert(
      fc.property(document, (text) => {
        // A value takes two characters at least, so this is within the bounds.
        fc.pre(text.length <= 2 * MAX_NODES - 2);
        const parsed = parse(text);
        expect(parsed?.issues).toEqual([]);
        expect(parsed?.value).toStrictEqual(withoutPrototypeKeys(text));
      }),
      { numRuns: 500 },
    );
  });
});
