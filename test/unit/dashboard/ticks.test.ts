import { describe, expect, it } from "vitest";
import { ticksInWords } from "../../../src/dashboard/overview/ticks.ts";

const at = (...times: string[]): number[] => times.map((time) => Date.parse(`2026-03-${time}:00Z`) / 1_000);

describe("the ticks of a chart", () => {
  it("have the date at the first one and at midnight", () => {
    expect(ticksInWords(at("03T18:00", "03T20:00", "03T22:00", "04T00:00", "04T02:00"), "UTC")).toEqual([
      "18:00\nTue 3 Mar",
      "20:00",
      "22:00",
      "00:00\nWed 4 Mar",
      "02:00",
    ]);
  });

  it("have none at the first one where midnight is so near that both would run into each other", () => {
    expect(ticksInWords(at("03T18:00", "04T00:00", "04T06:00"), "UTC")).toEqual(["18:00", "00:00\nWed 4 Mar", "06:00"]);
    expect(ticksInWords(at("03T16:00", "03T18:00"), "America/Chicago")).toEqual(["10:00\nTue 3 Mar", "12:00"]);
  });
});
