import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { charactersIn, firstCharacters, isPlain, piecesOf } from "../../../src/kit/characters.ts";

const FAMILY = "👨‍👩‍👧";
const SEGMENTER = new Intl.Segmenter("en", { granularity: "grapheme" });
const segments = (text: string): string[] => [...SEGMENTER.segment(text)].map(({ segment }) => segment);
const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom("a", "é", "e\u0301", "👍", "👍🏽", FAMILY, "🇩🇪", "\r\n", "\u200d", "\ud83d", "ก\u0e33", "각", "ᄀ"),
    )
    .map((parts) => parts.join("")),
  fc.string({ unit: fc.integer({ min: 9, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
);

describe("the characters of a text", () => {
  it.each([
    ["", []],
    ["ab", ["a", "b"]],
    ["a👍b", ["a", "👍", "b"]],
    [`x${FAMILY}y`, ["x", FAMILY, "y"]],
    ["e\u0301e", ["e\u0301", "e"]],
    ["👍🏽🇩🇪", ["👍🏽", "🇩🇪"]],
    ["1️⃣2", ["1️⃣", "2"]],
    ["naïve 東京", "naïve 東京".split("")],
  ])("of %j", (given, characters) => {
    expect(charactersIn(given)).toEqual(characters);
  });

  it("are those of Unicode, whatever the text", () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(charactersIn(given)).toEqual(segments(given));
      }),
    );
  });

  it("are its code units in a plain text, whichever of them stand side by side", () => {
    const plain = Array.from({ length: 0x1_0000 }, (_, code) => String.fromCharCode(code)).filter(isPlain);
    expect(plain.length).toBeGreaterThan(20_000);
    const all = plain.join("") + plain.toReversed().join("");
    expect(segments(all)).toHaveLength(all.length);
  });

  it("are cut off whole", () => {
    expect(firstCharacters(`a${FAMILY}b`, 2)).toBe(`a${FAMILY}`);
    expect(firstCharacters("ab", 5)).toBe("ab");
    expect(firstCharacters("ab", 0)).toBe("");
  });
});

describe("the pieces of a text", () => {
  it.each([
    ["a,b,,c", ",", ["a", "b", "", "c"]],
    ["a👍b👍", "👍", ["a", "b", ""]],
    [`a${FAMILY}b`, "", ["a", FAMILY, "b"]],
    // A part of a character is not there.
    [`a${FAMILY}b`, "👩", [`a${FAMILY}b`]],
    ["e\u0301, e", "e", ["e\u0301, ", ""]],
    ["👍🏽 👍", "👍", ["👍🏽 ", ""]],
    ["👍", "\ud83d", ["👍"]],
    ["aaa👍", "aa", ["", "a👍"]],
    ["none", "x", ["none"]],
  ])("of %j around %j", (given, part, pieces) => {
    expect(piecesOf(given, part)).toEqual(pieces);
  });

  it("put together again are the text, and each begins and ends between characters", () => {
    fc.assert(
      fc.property(text, text, (given, part) => {
        const pieces = piecesOf(given, part);
        expect(pieces.join(part)).toBe(given);
        if (part !== "") expect(pieces.flatMap((piece) => segments(piece)).join("")).toBe(pieces.join(""));
        expect(pieces.every((piece) => piece.isWellFormed() || !given.isWellFormed())).toBe(true);
      }),
    );
  });
});
