import { describe, expect, it } from "vitest";
import * as limits from "../../../src/highlevel/limits.ts";
import { PUBLISHED_LIMITS, type Limits } from "../../../src/highlevel/limits.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const HOUR = 3_600_000;

/** One call and its answer, at once. */
function called(from: Limits, atMs: number, status: number, told: { readonly [header: string]: number } = {}): Limits {
  const headers = new Headers(Object.entries(told).map(([name, value]) => [`X-RateLimit-${name}`, String(value)]));
  const [left, ticket] = limits.leaving(from, atMs);
  return limits.answered(left, ticket, { status, headers }, atMs);
}

const waitOf = (state: Limits, nowMs: number): number => limits.mayBeginAt(state, nowMs) - nowMs;

describe("HighLevel's limits", () => {
  it("let a call leave when nothing is known, and one delivery only until the first answer", () => {
    expect(limits.mayBegin(PUBLISHED_LIMITS, 0, NOON)).toBe(true);
    expect(limits.mayBegin(PUBLISHED_LIMITS, 1, NOON)).toBe(false);
    expect(limits.mayBegin(called(PUBLISHED_LIMITS, NOON, 200, { Remaining: 99 }), 1, NOON)).toBe(true);
  });

  it.each([
    ["more is left than a delivery may need", { Remaining: 4 }, 0],
    ["less is left", { Remaining: 3 }, 10_000],
    ["nothing is left of a longer interval", { Remaining: 0, "Interval-Milliseconds": 60_000 }, 60_000],
    ["the limit is smaller than what a delivery may need", { Remaining: 2, Max: 2 }, 10_000],
    ["a day has an hour to ask again", { Remaining: 99, "Daily-Remaining": 0 }, HOUR],
  ])("say when: %s", (_, told, waitMs) => {
    expect(waitOf(called(PUBLISHED_LIMITS, NOON, 200, told), NOON)).toBe(waitMs);
  });

  it("ask with one delivery an hour after a day was used up, and at midnight", () => {
    const late = NOON + 11.5 * HOUR;
    const over = called(PUBLISHED_LIMITS, late, 429, { Remaining: 99, "Daily-Remaining": 0 });
    expect(waitOf(over, late)).toBe(HOUR / 2);
    expect(limits.mayBegin(over, 0, late + HOUR / 2)).toBe(true);
    expect(limits.mayBegin(over, 1, late + HOUR / 2)).toBe(false);
  });

  it("believe the headers of a day that other integrations use up, too, whatever was counted here", () => {
    const few = called(PUBLISHED_LIMITS, NOON, 200, { Remaining: 99, "Daily-Remaining": 5, "Limit-Daily": 1_000 });
    expect(limits.mayBegin(few, 0, NOON)).toBe(true);
    const later = NOON + 60_000;
    const fewer = called(few, later, 200, { Remaining: 99, "Daily-Remaining": 3 });
    expect([limits.mayBegin(fewer, 0, later), waitOf(fewer, later)]).toEqual([false, HOUR]);
    // Their day is over: the one that asks learns it.
    const again = called(fewer, later + HOUR, 200, { Remaining: 99, "Daily-Remaining": 999 });
    expect(limits.mayBegin(again, 1, later + HOUR)).toBe(true);
  });

  it("pause for an interval after a 429, twice as long after each that follows, and are as before after an answer", () => {
    let state = PUBLISHED_LIMITS;
    const waits: number[] = [];
    let now = NOON;
    for (let times = 0; times < 4; times++) {
      state = called(state, now, 429);
      waits.push(waitOf(state, now));
      expect(limits.mayLeave(state, now)).toBe(false);
      now = limits.mayBeginAt(state, now);
    }
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000]);
    state = called(called(state, now, 200), now, 429);
    expect(waitOf(state, now)).toBe(10_000);
  });

  it.each<[what: string, ahead: (atMs: number) => Limits, longestMs: number]>([
    ["a pause", (at) => called(PUBLISHED_LIMITS, at, 429), 10_000],
    ["a longer pause", (at) => called(called(PUBLISHED_LIMITS, at, 429), at + 10_000, 429), 20_000],
    ["a day that is used up", (at) => called(PUBLISHED_LIMITS, at, 200, { "Daily-Remaining": 0 }), HOUR],
    ["a window that is used up", (at) => called(PUBLISHED_LIMITS, at, 200, { Remaining: 0 }), 10_000],
    [
      "a limit that is used up",
      (at) => Array.from({ length: 99 }).reduce<Limits>((s) => called(s, at, 200), PUBLISHED_LIMITS),
      10_000,
    ],
  ])("let nothing wait for longer after a clock that was ahead was set back: %s", (_, state, longestMs) => {
    for (const aheadMs of [1_000, 60_000, 20 * 60_000, 6 * HOUR, 365 * 24 * HOUR]) {
      let now = NOON;
      let kept = limits.asOf(state(now + aheadMs), now);
      const from = now;
      for (let looks = 0; looks < 1_000 && !limits.mayBegin(kept, 0, now); looks++) {
        now += longestMs / 20;
        kept = limits.asOf(kept, now);
      }
      expect(now - from).toBeLessThanOrEqual(longestMs + longestMs / 20);
    }
  });

  it("do not count calls that were under way at a 429 as a second one", () => {
    const [one, first] = limits.leaving(PUBLISHED_LIMITS, NOON);
    const [two, second] = limits.leaving(one, NOON);
    const refused = { status: 429, headers: new Headers() };
    const both = limits.answered(limits.answered(two, first, refused, NOON), second, refused, NOON);
    expect(waitOf(both, NOON)).toBe(10_000);
  });

  it("never let one call more leave than the limit, whatever was reserved", () => {
    let state = PUBLISHED_LIMITS;
    for (let calls = 0; calls < 100; calls++) {
      expect(limits.mayLeave(state, NOON)).toBe(true);
      [state] = limits.leaving(state, NOON);
    }
    expect(limits.mayLeave(state, NOON)).toBe(false);
  });

  it("count what was under way at a stop as called, four a delivery", () => {
    let state = PUBLISHED_LIMITS;
    for (let calls = 0; calls < 90; calls++) state = called(state, NOON, 200);
    expect(limits.mayBegin(limits.resumed(state, 0, NOON), 0, NOON)).toBe(true);
    expect(limits.mayBegin(limits.resumed(state, 2, NOON), 0, NOON)).toBe(false);
  });

  it("take no header that is no number", () => {
    const [left, ticket] = limits.leaving(PUBLISHED_LIMITS, NOON);
    const headers = new Headers({ "X-RateLimit-Max": "many", "X-RateLimit-Remaining": "-1" });
    const after = limits.answered(left, ticket, { status: 200, headers }, NOON);
    expect([after.max, after.told]).toEqual([100, null]);
  });
});
