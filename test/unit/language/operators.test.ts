import { describe, expect, it } from "vitest";
import { OPERATOR_FORMS, OWN_COMPARISONS } from "../../../src/match/comparisons.ts";

const { matches } = OWN_COMPARISONS;
const { searchSteps } = OPERATOR_FORMS;

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
});
