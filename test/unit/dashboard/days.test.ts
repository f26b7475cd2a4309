import { describe, expect, it } from "vitest";
import { byDay } from "../../../src/dashboard/contact/days.ts";
import { clockInWords, dayInWords } from "../../../src/dashboard/time/time.ts";

const ZONE = "America/New_York";

const entry = (at: string) => ({ at });

describe("the days of a log", () => {
  it("are those of the location's clock, in the order of the log", () => {
    const times = ["2026-03-08T03:59:59Z", "2026-03-08T05:00:00Z", "2026-03-08T04:59:59Z", "2026-03-07T12:00:00Z"];
    const log = [times[1], times[2], times[0], times[3]].map((at) => entry(at ?? ""));
    expect(byDay(log, ZONE).map(({ day, items }) => [day, items.map(({ at }) => at)])).toEqual([
      ["2026-03-08", ["2026-03-08T05:00:00Z"]],
      ["2026-03-07", ["2026-03-08T04:59:59Z", "2026-03-08T03:59:59Z", "2026-03-07T12:00:00Z"]],
    ]);
  });

  it("are none without events", () => {
    expect(byDay([], ZONE)).toEqual([]);
  });

  it.each([
    ["2026-03-09T03:59:00Z", "Today"],
    ["2026-03-08T04:59:00Z", "Yesterday"],
    ["2026-03-07T04:59:00Z", "Fri 6 Mar"],
    ["2025-12-31T12:00:00Z", "Wed 31 Dec 2025"],
  ])("%s is called %s on the day on which the clocks go forward", (at, words) => {
    const now = Date.parse("2026-03-08T22:00:00Z");
    expect(dayInWords(at, ZONE, now).replace(",", "")).toBe(words);
  });

  it("show the clock alone, whatever the day", () => {
    expect(clockInWords("2020-01-01T00:00:05Z", ZONE)).toBe("19:00:05");
  });
});
