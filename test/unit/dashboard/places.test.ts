import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placesIn } from "../../../src/dashboard/playground/places.ts";
import { jsonPointer } from "../../../src/kit/json.ts";

/** Every pointer of a document, with what it leads to. */
function* pointersOf(value: unknown, path: (string | number)[] = []): Generator<[string, unknown]> {
  yield [jsonPointer(path), value];
  if (typeof value !== "object" || value === null) return;
  for (const [key, part] of Object.entries(value)) yield* pointersOf(part, [...path, key]);
}

function marked(text: string, pointer: string): string {
  const { from, to } = placesIn(text)(pointer);
  return text.slice(from, to);
}

describe("the place of a pointer", () => {
  it("reads back as the value that the pointer leads to, for every pointer of any document", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, null, space);
        const placeOf = placesIn(text);
        for (const [pointer, part] of pointersOf(JSON.parse(text))) {
          const { from, to } = placeOf(pointer);
          expect(JSON.parse(text.slice(from, to))).toEqual(part);
        }
      }),
    );
  });

  it("always lies in the text, whatever the text and the pointer are", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.string(), (text, pointer) => {
        const { from, to } = placesIn(text)(pointer);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(to).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it.each([
    ["a key that is missing: the object's bracket", '{ "a": {} }', "/a/b", "{"],
    ["an index that is missing: the list's bracket", '{ "a": [1] }', "/a/3", "["],
    ["what a scalar does not hold: the scalar", '{ "a": "text" }', "/a/b/c", '"text"'],
    ["a key that stands twice: the one that counts", '{ "a": 1, "a": 2 }', "/a", "2"],
    ["keys with slashes and tildes", '{ "a/b": { "~": 1 } }', "/a~1b/~0", "1"],
    ["a text that breaks: the token where it does", '{ "a": 1 "b": 2 }', "/a", '"b"'],
    ["a text that is cut off: its last character", '{ "a": [1,\n', "", ","],
    ["nothing at all: nothing", "", "/a", ""],
  ])("is, for %s", (_, text, pointer, expected) => {
    expect(marked(text, pointer)).toBe(expected);
  });
});
