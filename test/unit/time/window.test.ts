import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Window } from "../../../src/model/window.ts";
import { isTimeZone } from "../../../src/kit/time-zone.ts";
import { localClock, nextOpening } from "../../../src/time/window.ts";

const at = (text: string): number => Date.parse(text);
const opening = (window: Window, from: string): string | null => {
  const ms = nextOpening(window, at(from), "UTC");
  return ms === null ? null : new Date(ms).toISOString();
};
const NEW_YORK = "America/New_York";
const BERLIN = "Europe/Berlin";

describe("the next opening", () => {
  it.each<[title: string, window: Window, from: string, opens: string | null]>([
    [
      "is at once while it is open",
      { from: "08:00", to: "20:00" },
      "2026-03-04T12:00:00.000Z",
      "2026-03-04T12:00:00.000Z",
    ],
    [
      "is at the moment it opens",
      { from: "08:00", to: "20:00" },
      "2026-03-04T08:00:00.000Z",
      "2026-03-04T08:00:00.000Z",
    ],
    [
      "is not at the moment it closes",
      { from: "08:00", to: "20:00" },
      "2026-03-04T20:00:00.000Z",
      "2026-03-05T08:00:00.000Z",
    ],
    ["is later the same day", { from: "08:00", to: "20:00" }, "2026-03-04T03:00:00.000Z", "2026-03-04T08:00:00.000Z"],
    [
      "waits over the weekend",
      { days: ["monday", "friday"], from: "09:00" },
      "2026-03-06T23:59:59.999Z",
      "2026-03-06T23:59:59.999Z",
    ],
    [
      "waits over the weekend, from Saturday",
      { days: ["monday", "friday"], from: "09:00" },
      "2026-03-07T00:00:00.000Z",
      "2026-03-09T09:00:00.000Z",
    ],
    [
      "leaves a holiday out",
      { from: "08:00", holidays: ["2026-12-25", "2026-12-26"] },
      "2026-12-24T23:59:00.000Z",
      "2026-12-24T23:59:00.000Z",
    ],
    [
      "leaves holidays out",
      { from: "08:00", holidays: ["2026-12-25", "2026-12-26"] },
      "2026-12-25T09:00:00.000Z",
      "2026-12-27T08:00:00.000Z",
    ],
    ["lasts over midnight", { from: "22:00", to: "06:00" }, "2026-03-05T03:00:00.000Z", "2026-03-05T03:00:00.000Z"],
    [
      "belongs over midnight to the day it opened",
      { days: ["friday"], from: "22:00", to: "06:00" },
      "2026-03-07T05:59:00.000Z",
      "2026-03-07T05:59:00.000Z",
    ],
    [
      "has not opened on the day before",
      { days: ["saturday"], from: "22:00", to: "06:00" },
      "2026-03-07T05:59:00.000Z",
      "2026-03-07T22:00:00.000Z",
    ],
    ["is any time without hours", {}, "2026-03-04T12:00:00.000Z", "2026-03-04T12:00:00.000Z"],
    ["may last until 24:00", { from: "08:00", to: "24:00" }, "2026-03-04T23:59:00.000Z", "2026-03-04T23:59:00.000Z"],
    [
      "is found behind holidays that fall on its only day for weeks",
      { days: ["wednesday"], holidays: ["2026-03-04", "2026-03-11", "2026-03-18"] },
      "2026-03-04T12:00:00.000Z",
      "2026-03-25T00:00:00.000Z",
    ],
    [
      "is over when the clock skips its closing time",
      { from: "20:00", to: "02:30", timeZone: NEW_YORK },
      "2026-03-08T07:00:00.000Z",
      "2026-03-09T00:00:00.000Z",
    ],
    [
      "lasts until the clock skips its closing time, the first minute of the gap too",
      { from: "22:00", to: "02:00", timeZone: NEW_YORK },
      "2026-03-08T06:59:59.999Z",
      "2026-03-08T06:59:59.999Z",
    ],
    // New York: 8 March 2026, 02:00 becomes 03:00. 1 November 2026, 02:00 becomes 01:00.
    [
      "is an hour earlier in UTC after spring forward",
      { from: "08:00", to: "20:00", timeZone: NEW_YORK },
      "2026-03-08T05:00:00.000Z",
      "2026-03-08T12:00:00.000Z",
    ],
    [
      "was an hour later in UTC before it",
      { from: "08:00", to: "20:00", timeZone: NEW_YORK },
      "2026-03-07T05:00:00.000Z",
      "2026-03-07T13:00:00.000Z",
    ],
    [
      "in the hour that is skipped comes after the gap",
      { from: "02:30", to: "20:00", timeZone: NEW_YORK },
      "2026-03-08T06:00:00.000Z",
      "2026-03-08T07:30:00.000Z",
    ],
    [
      "swallowed by the gap comes the next day",
      { from: "02:00", to: "03:00", timeZone: NEW_YORK },
      "2026-03-08T06:00:00.000Z",
      "2026-03-09T06:00:00.000Z",
    ],
    [
      "in the hour that comes twice is the first",
      { from: "01:30", to: "20:00", timeZone: NEW_YORK },
      "2026-11-01T04:00:00.000Z",
      "2026-11-01T05:30:00.000Z",
    ],
    [
      "is an hour later in UTC after fall back",
      { from: "08:00", to: "20:00", timeZone: NEW_YORK },
      "2026-11-01T06:00:00.000Z",
      "2026-11-01T13:00:00.000Z",
    ],
    // Berlin: 29 March 2026, 02:00 becomes 03:00. 25 October 2026, 03:00 becomes 02:00.
    [
      "over midnight and spring forward in Berlin",
      { from: "22:00", to: "06:00", timeZone: BERLIN },
      "2026-03-29T03:59:00.000Z",
      "2026-03-29T03:59:00.000Z",
    ],
    [
      "over midnight and spring forward in Berlin, closed",
      { from: "22:00", to: "06:00", timeZone: BERLIN },
      "2026-03-29T04:00:00.000Z",
      "2026-03-29T20:00:00.000Z",
    ],
    [
      "over midnight and fall back in Berlin",
      { from: "22:00", to: "06:00", timeZone: BERLIN },
      "2026-10-25T04:59:00.000Z",
      "2026-10-25T04:59:00.000Z",
    ],
    [
      "over midnight and fall back in Berlin, closed",
      { from: "22:00", to: "06:00", timeZone: BERLIN },
      "2026-10-25T05:00:00.000Z",
      "2026-10-25T21:00:00.000Z",
    ],
  ])("%s", (_, window, from, opens) => {
    expect(opening(window, from)).toBe(opens);
  });

  it("is never before the moment, never changes when asked again, and is inside the window", () => {
    const windows = fc.record({
      from: fc.constantFrom("00:00", "02:30", "08:00", "22:00"),
      to: fc.constantFrom("03:00", "06:00", "20:00", "24:00"),
      timeZone: fc.constantFrom("UTC", NEW_YORK, BERLIN, "Asia/Kathmandu", "Australia/Lord_Howe"),
    });
    fc.assert(
      fc.property(windows, fc.integer({ min: at("2026-01-01"), max: at("2027-01-01") }), (window, from) => {
        const opens = nextOpening(window, from, "UTC");
        if (opens === null) throw new Error("It never opens");
        expect(opens).toBeGreaterThanOrEqual(from);
        expect(nextOpening(window, opens, "UTC")).toBe(opens);
        const { localTime } = localClock(opens, window.timeZone);
        const isOver = window.to <= window.from;
        expect(
          isOver
            ? localTime >= window.from || localTime < window.to
            : localTime >= window.from && localTime < window.to,
        ).toBe(true);
      }),
      { numRuns: 1_000, seed: 3 },
    );
  });
});

describe("an offset as a time zone", () => {
  it("has no summer", () => {
    const window: Window = { from: "08:00", to: "20:00", timeZone: "+05:30" };
    expect(isTimeZone("+05:30")).toBe(true);
    for (const day of ["2026-01-15", "2026-07-15"])
      expect(nextOpening(window, at(`${day}T00:00:00Z`), "UTC")).toBe(at(`${day}T02:30:00Z`));
    expect(localClock(at("2026-07-15T20:00:00Z"), "+05:30")).toEqual({ localTime: "01:30", weekday: "thursday" });
    expect(["+0530", "+05", "+5:30", "US/Estern"].filter(isTimeZone)).toEqual([]);
  });
});
