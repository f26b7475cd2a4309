import { describe, expect, it } from "vitest";
import { isFound, isPattern, letterBesideBoundary, searchSteps } from "../../../src/language/pattern.ts";

const matches = (text: string, pattern: string): boolean => isFound(pattern, text);

describe("a pattern", () => {
  it("looks at the first 20,000 characters", () => {
    expect(matches(`${"-".repeat(19_996)}stop`, "stop")).toBe(true);
    expect(matches(`${"-".repeat(19_997)}stop`, "stop")).toBe(false);
  });

  it.each(["(?:a?){100}stop", "(?i)(?:[a-z ]{0,100}){1,9}stop"])(
    "that compiles to a long program looks at fewer, so that the work stays the same: %s",
    (pattern) => {
      expect(matches("stop", pattern)).toBe(true);
      expect(matches(`${"-".repeat(19_000)}stop`, pattern)).toBe(false);
    },
  );

  it("says how many steps it may take: in line with the text, up to where it looks", () => {
    const steps = (characters: number, inList = false, pattern = "stop") =>
      searchSteps({ pattern, inList }, characters);
    expect(steps(2_000)).toBe(2 * steps(1_000));
    expect(steps(200_000)).toBe(steps(20_000));
    expect(steps(200_000, true)).toBe(10 * steps(20_000));
    expect(steps(20_000, false, "[a-z]{90}!")).toBeGreaterThan(2 * steps(20_000));
    expect(steps(20_000, false, "(")).toBe(0);
  });

  it.each([
    ["look-around", "(?=a)"],
    ["a back-reference", "(a)\\1"],
    ["more than 200 characters", "a".repeat(201)],
    ["a repeat over 100", "a{101}"],
    ["repeats that multiply", "((a{100}){100}){100}"],
    ["an open bracket", "("],
  ])("is none with %s, and then found nowhere", (_, pattern) => {
    expect(isPattern(pattern)).toBe(false);
    expect(isFound(pattern, "aa")).toBe(false);
  });
});

describe("a boundary", () => {
  it.each<[pattern: string, letter: string | null]>([
    ["\\bübung\\b", "ü"],
    ["(?i)\\bübung", "Ü"],
    ["café\\b", "é"],
    ["\\b(?:unter|über)\\b", "ü"],
    ["(stop|arrêté)\\b", "é"],
    ["\\bé?tude", "é"],
    ["(?:\\bя)+", "я"],
    ["\\b(?:^|(?i:ñ))", "Ñ"],
    ["\\b[a-zäöü]+", "ä"],
    ["\\b\\p{L}+", "ª"],
    ["\\p{Cyrillic}\\b", "\u0400"],
    ["\\b\\x{e9}", "é"],
    ["\\Bß", "ß"],
    ["ü\\b\\b", "ü"],
    ["\\b停止", "停"],
    ["(?i)\\b(stop|ok)\\b", null],
    ["(?i)\\b[k-s]+\\b", null],
    ["\\bStraße\\b", null],
    ["\\bnaïve\\b|ü", null],
    ["ü.?\\bso", "ü"],
    ["ü \\bso", null],
    ["\\b[^,]+\\b", null],
    ["\\b.\\b", null],
    ["\\b\\S+", null],
    ["\\d+\\b€", null],
    ["\\b😀", null],
    ["(?:^|[^\\pL])über(?:[^\\pL]|$)", null],
    ["(", null],
  ])("of %s stands beside %j", (pattern, letter) => {
    expect(letterBesideBoundary(pattern)).toBe(letter);
  });

  it("is what the way out of it finds", () => {
    const wayOut = "(?i)(?:^|[^\\pL])über(?:[^\\pL]|$)";
    expect(["über", "Über uns", "so über.", "(über)"].filter((text) => !isFound(wayOut, text))).toEqual([]);
    expect(["darüber", "überall", "uber"].filter((text) => isFound(wayOut, text))).toEqual([]);
    expect(isFound("(?i)\\büber\\b", "über uns")).toBe(false);
  });
});
