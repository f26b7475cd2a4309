import { describe, expect, it } from "vitest";
import { nameIn } from "../../../src/api/query.ts";
import { MOST_CHARACTERS, nameOf } from "../../../src/dashboard/overview/named.ts";
import { NAUGHTY_TEXTS } from "../../cases/json-cases.ts";

describe("a name that is typed for a location", () => {
  it.each([
    ["Springfield Dental", "Springfield Dental"],
    ["  Zoë’s 🦷  ", "Zoë’s 🦷"],
    ["two\nlines\u202e", "twolines"],
    ["", null],
    [" \t ", null],
    ["🦷".repeat(MOST_CHARACTERS + 1), "🦷".repeat(MOST_CHARACTERS)],
  ])("%j is %j", (typed, name) => expect(nameOf(typed)).toBe(name));

  it("is one that the API takes, whatever was typed", () => {
    const typed = [...NAUGHTY_TEXTS.map(({ text }) => text), `${"x".repeat(MOST_CHARACTERS - 1)} y`, "\ud800"];
    expect(typed.filter((text) => !nameIn({ name: nameOf(text) }).ok)).toEqual([]);
    expect(nameIn({ name: "x".repeat(MOST_CHARACTERS) }).ok).toBe(true);
    expect(nameIn({ name: "x".repeat(MOST_CHARACTERS + 1) }).ok).toBe(false);
  });
});
