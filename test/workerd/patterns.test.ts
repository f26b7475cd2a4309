import { describe, expect, it } from "vitest";
import { isFound, isPattern } from "../../src/language/pattern.ts";

describe("a pattern in workerd", () => {
  it.each<[pattern: string, found: string, notFound: string]>([
    ["^\\p{Greek}+$", "αβγ", "abc"],
    ["^\\p{Lu}", "Éa", "éA"],
    ["^(?i)\\p{Lu}$", "é", "1"],
    ["^\\P{L}+$", "123 !", "1a"],
    ["\\p{Emoji_Presentation}", "call me 📞", "call me :)"],
    ["^[\\p{Han}\\p{Nd}]+$", "漢字٣", "かな"],
    ["^\\p{Co}$", "\u{e000}", "a"],
    ["^\\p{Cn}$", "\u{50000}", "a"],
    ["^\\p{White_Space}+$", "\u2003\u00a0", "_"],
  ])("%s finds what it names", (pattern, found, notFound) => {
    expect(isPattern(pattern)).toBe(true);
    expect([isFound(pattern, found), isFound(pattern, notFound)]).toEqual([true, false]);
  });

  it("knows no other names", () => expect(isPattern("\\p{Nobody}")).toBe(false));
});
