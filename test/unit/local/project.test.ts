import { describe, expect, it } from "vitest";
import { wrongWord } from "../../../src/local/project.ts";

describe("a setting that is one of some words", () => {
  it.each([
    {},
    { HIGHLEVEL_API_VERSION: "" },
    { HIGHLEVEL_API_VERSION: " V3 ", RECONCILE: "off", RULES_FROM: "Published" },
  ])("may be as in %j", (variables) => expect(wrongWord(variables)).toBeNull());

  it.each([
    [{ HIGHLEVEL_API_VERSION: "2021-07-28" }, 'HIGHLEVEL_API_VERSION is "2021-07-28": write "" or "v3"'],
    [{ HIGHLEVEL_API_VERSION: 3 }, 'HIGHLEVEL_API_VERSION is "3": write "" or "v3"'],
    [{ RECONCILE: "no" }, 'RECONCILE is "no": write "on" or "off"'],
    [{ RULES_FROM: "publish" }, 'RULES_FROM is "publish": write "deploy" or "published"'],
  ])("is refused in %j, with the words that it has", (variables, says) => expect(wrongWord(variables)).toBe(says));
});
