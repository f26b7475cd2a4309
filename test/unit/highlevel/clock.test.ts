// How far our clock is ahead of HighLevel's, by the headers of its answers.
import { describe, expect, it } from "vitest";
import { aheadMs, isKnown, sampleOf, withSample, type Samples } from "../../../src/highlevel/clock.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DATE = "Wed, 04 Mar 2026 12:00:00 GMT";

describe("what an answer says about our clock", () => {
  it.each<
    [what: string, headers: { readonly [name: string]: string }, sentAtMs: number, tookMs: number, ahead: number | null]
  >([
    ["right, to half a second", { date: DATE }, NOON, 0, -500],
    ["right, after a second there and back", { date: DATE }, NOON, SECOND, 0],
    ["three minutes ahead", { date: DATE }, NOON + 3 * MINUTE, SECOND, 3 * MINUTE],
    ["three minutes behind", { date: DATE }, NOON - 3 * MINUTE, SECOND, -3 * MINUTE],
    ["a year ahead", { date: DATE }, NOON + 365 * 24 * HOUR, SECOND, 365 * 24 * HOUR],
    ["no date", {}, NOON, SECOND, null],
    ["an empty date", { date: "" }, NOON, SECOND, null],
    ["a date in another form", { date: "2026-03-04T12:00:00Z" }, NOON, SECOND, null],
    ["a date without a zone", { date: "Wed, 04 Mar 2026 12:00:00" }, NOON, SECOND, null],
    ["a day that is not there", { date: "Wed, 99 Mar 2026 12:00:00 GMT" }, NOON, SECOND, null],
    ["two dates", { date: `${DATE}, ${DATE}` }, NOON, SECOND, null],
    ["an answer from a cache", { date: DATE, age: "300" }, NOON, SECOND, null],
    ["an answer that a cache has just taken", { date: DATE, age: "0" }, NOON, SECOND, 0],
    ["an answer that took half a minute", { date: DATE }, NOON, 30 * SECOND, null],
    ["a clock that was set back meanwhile", { date: DATE }, NOON, -SECOND, null],
  ])("%s", (_, headers, sentAtMs, tookMs, ahead) => {
    expect(sampleOf(new Headers(headers), sentAtMs, sentAtMs + tookMs)).toBe(ahead);
  });

  it.each<[what: string, samples: Samples, ahead: number, known: boolean]>([
    ["nothing", [], 0, false],
    ["one answer", [3 * MINUTE], 3 * MINUTE, true],
    ["a clock that has just been set ahead", [0, 0, 3 * MINUTE], 3 * MINUTE, true],
    ["a clock that has just been set right", [3 * MINUTE, 3 * MINUTE, 0], 3 * MINUTE, true],
    ["one answer far off", [6 * HOUR], 0, false],
    ["two answers that agree", [6 * HOUR, 6 * HOUR + SECOND], 6 * HOUR + SECOND, true],
    ["one bad answer among good ones", [0, 20 * HOUR, 200], 200, true],
    ["a bad one that has just come", [0, 200, 20 * HOUR], 200, false],
    ["a bad one into the past", [200, -20 * HOUR, 0], 200, true],
    ["a clock that is behind", [-5 * MINUTE, -5 * MINUTE], -5 * MINUTE, true],
  ])("%s", (_, said, ahead, known) => {
    const samples = said.reduce<Samples>(withSample, []);
    expect([aheadMs(samples), isKnown(samples)]).toEqual([ahead, known]);
  });
});
