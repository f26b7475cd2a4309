import { describe, expect, it } from "vitest";
import { OWN_COMPARISONS } from "../../../src/match/operators.ts";

const { matches } = OWN_COMPARISONS;

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
});
