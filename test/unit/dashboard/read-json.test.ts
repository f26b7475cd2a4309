import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJson } from "../../../src/dashboard/playground/read-json.ts";

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
    fc.constantFrom("", "{", "}", "[", "]", ",", ":", '"', "\\", "\n", "01", "tru", "1e5", "-", "\u00a0", "\u0001"),
  )
  .map(([text, at, cut, piece]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + piece + text.slice(from + cut);
  });

describe("reading JSON that is being typed", () => {
  it("takes for JSON exactly what JSON.parse takes", () => {
    fc.assert(
      fc.property(fc.oneof(document, nearly, fc.string()), (text) => {
        expect(readJson(text).brokenAt === null).toBe(isJson(text));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ["", 0],
    ["{", 1],
    ['{ "a": 1, }', 10],
    ['{ "a" 1 }', 6],
    ['{ "a": 1 "b": 2 }', 9],
    ["[1, 2", 5],
    ["[1 2]", 3],
    ["{ a: 1 }", 2],
    ['{ "a": tru }', 7],
    ['{ "a": "x\n}', 7],
    ["{} {}", 3],
    ["]", 0],
  ])("says where %j breaks: at %i", (text, at) => {
    expect(readJson(text).brokenAt).toBe(at);
  });

  it("keeps what stands after a break", () => {
    const { root } = readJson('{ "a": , "b": [1 2], "c" { "d": true }, "e": 3');
    expect(root?.members.map(({ key, value }) => [key, value?.kind ?? null])).toEqual([
      ["a", null],
      ["b", "array"],
      ["c", "object"],
      ["e", "scalar"],
    ]);
  });

  it("reads a text of any depth", () => {
    expect(readJson("[".repeat(50_000) + "]".repeat(50_000)).brokenAt).toBeNull();
  });
});
