// The counting of `npm run sim:directory`, at a size that takes no time.
import { describe, expect, it } from "vitest";
import { figuresOf } from "../../../proof/directory/figures.ts";

describe("the figures of the directory", () => {
  it("count a poke for each location in five minutes, and a row for each with news", async () => {
    const [all, few] = [await figuresOf(400, 100, 10), await figuresOf(400, 5, 10)];
    for (const { pokesPerSecond, longestBetweenLooks, longestUntilTold, homeCalls } of [all, few]) {
      expect(pokesPerSecond).toBeCloseTo(400 / 300, 1);
      expect(longestBetweenLooks).toBeLessThanOrEqual(301);
      expect(longestUntilTold).toBeLessThanOrEqual(330);
      expect(homeCalls).toBe(17);
    }
    expect(all.part.locations).toBeGreaterThan(400 / 16);
    // Besides the rows with news there is one for each alarm.
    expect(all.part.rowsPerSecond).toBeGreaterThan((0.8 * all.part.locations) / 300);
    expect(few.part.rowsPerSecond).toBeLessThan(all.part.rowsPerSecond / 3);
    expect(all.hubCallsPerHour).toBeLessThan(40);
    expect(all.beforeMinutes).toBe(5);
  });
});
