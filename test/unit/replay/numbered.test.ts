import { describe, expect, it } from "vitest";
import { digests } from "../../../src/replay/digests.ts";
import { firsts } from "../../../src/replay/firsts.ts";
import { packedTexts } from "../../../src/replay/packed-texts.ts";

describe("texts that are numbered", () => {
  it("keep their number, however many there are", () => {
    const known = digests();
    const texts = Array.from({ length: 50_000 }, (_, n) => `message-${n}`);
    expect(texts.map((text) => known.numberOf(text))).toEqual(texts.map((_, n) => n + 1));
    expect(texts.every((text, n) => known.has(text) && known.numberOf(text) === n + 1)).toBe(true);
    expect(known.has("message-50000")).toBe(false);
  });

  it("are told apart by their length, their order and every bit of them", () => {
    const known = digests();
    const texts = ["", "\0", "\0\0", "ab", "ba", "a", "é", "e\u0301", "\u{1F600}", ...bits()];
    expect(new Set(texts.map((text) => known.numberOf(text))).size).toBe(texts.length);
  });
});

/** Texts that differ in one bit. */
function bits(): readonly string[] {
  return Array.from({ length: 16 * 8 }, (_, n) =>
    String.fromCharCode(...Array.from({ length: 8 }, (__, at) => (n >> 4 === at ? 1 << (n & 15) : 0))),
  );
}

it("texts that are packed come out as they were", () => {
  const packed = packedTexts();
  const texts = [
    "key",
    "",
    "“é”\u{1F600}",
    "x".repeat(300_000),
    ...Array.from({ length: 5_000 }, (_, n) => `key-${n}`),
  ];
  const numbers = texts.map((text) => packed.add(text));
  expect(numbers.map((number) => packed.at(number))).toEqual(texts);
  expect(packed.add(texts.at(-1) ?? "")).toBe(numbers.at(-1));
});

it.each([0, 1, 3, 1_000])("the first %i are those of the first places, in whichever order they came", (atMost) => {
  const found = firsts<string>(atMost);
  const places = Array.from({ length: 500 }, (_, n) => (n * 263) % 500);
  for (const place of places)
    if (found.wants(place)) for (const part of ["a", "b"]) found.add(place, `${place}${part}`);
  const inOrder = Array.from({ length: 500 }, (_, n) => [`${n}a`, `${n}b`]).flat();
  expect(found.found()).toEqual(inOrder.slice(0, atMost));
});
