import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFault, notJson, placeIn } from "../../../src/kit/json-fault.ts";
import { bytesOf, JSON_CASES } from "../../cases/json-cases.ts";
import cases from "../../cases/json-faults.json" with { type: "json" };

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const indent = fc.constantFrom(undefined, 2, "\t");
const document = fc.tuple(fc.jsonValue(), indent).map(([value, space]) => JSON.stringify(value, null, space));
/** Texts that are nearly JSON: a piece taken out, and a piece put in. */
const nearly = fc
  .tuple(
    document,
    fc.nat(),
    fc.nat(3),
    fc.constantFrom("", "{", "}", "[", "]", ",", ":", '"', "'", "\\", "\n", "01", "tru", "1e5", "-", "+", ".", "//", "\u00a0", "\u0001", "\ufeff", "“"),
  )
  .map(([text, at, cut, piece]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + piece + text.slice(from + cut);
  }); // prettier-ignore

describe("what is no JSON", () => {
  it.each(cases.map((each) => [JSON.stringify(each.text), each] as const))("%s", (_, { text, at, says }) => {
    const fault = jsonFault(text);
    expect(isJson(text)).toBe(false);
    expect(fault && placeIn(text, fault.offset)).toEqual({ line: at[0], column: at[1] });
    expect(fault?.message.startsWith(says), fault?.message).toBe(true);
    expect(notJson(text)).toMatch(/^The file is not JSON: (?:[a-z]|JSON)/);
  });

  it("is what JSON.parse refuses, and nothing else", () => {
    for (const each of JSON_CASES) {
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(each));
      expect(jsonFault(text) === null, each.title).toBe(isJson(text));
    }
    fc.assert(
      fc.property(fc.oneof(document, nearly, fc.string()), (text) => {
        const fault = jsonFault(text);
        expect(fault === null).toBe(isJson(text));
        expect(fault === null || (fault.offset >= 0 && fault.offset <= text.length)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it("is told without the values in it", () => {
    for (const text of [
      '{ "token": pit-1-secret }',
      '{ "a": "pit-1-secret }',
      "{ 'pit-1-secret': 1 }",
      '["pit-1-secret" "x"]',
      '{ "a": "pit-1-secret\\q" }',
    ])
      expect(notJson(text)).not.toContain("secret");
  });

  it("is read at any depth", () => {
    expect(jsonFault("[".repeat(50_000))?.offset).toBe(50_000);
    expect(jsonFault("[".repeat(50_000) + "]".repeat(50_000))).toBeNull();
  });
});
