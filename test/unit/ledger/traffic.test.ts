// In which hours something came, and when it is told that nothing does any more.
import { describe, expect, it } from "vitest";
import {
  came,
  hourOf,
  isAlive,
  isSilent,
  NO_TRAFFIC,
  trafficIn,
  trafficText,
  type Traffic,
} from "../../../src/ledger/alerts/traffic.ts";
import { chance } from "../../generated/chance.ts";
import { upTo } from "../../thorough.ts";

const MONDAY = hourOf(Date.parse("2026-03-02T00:00:00Z"));
const DAY = 24;
const WEEK = 7 * DAY;

/** Whether something comes in an hour, by the hour of the day and the day of the week. */
type Pattern = (hour: number, weekday: number) => boolean;
const OFFICE: Pattern = (hour, weekday) => weekday < 5 && hour >= 9 && hour < 18;
const ALWAYS: Pattern = () => true;
const DAYTIME: Pattern = (hour) => hour >= 7 && hour < 22;

/** Lives through hours: what is noted of them, and the hours in which a look every six told that nothing comes. */
function live(pattern: Pattern, fromHour: number, hours: number, traffic: Traffic, likely = 1, seed = 1) {
  const by = chance(seed);
  const told: number[] = [];
  let noted = traffic;
  for (let hour = fromHour; hour < fromHour + hours; hour += 1) {
    const since = hour - MONDAY;
    if (hour % 6 === 0 && isSilent(noted, hour)) told.push(hour);
    if (pattern(since % DAY, Math.floor(since / DAY) % 7) && by.next() < likely) noted = came(noted, hour);
  }
  return { noted, told };
}

describe("what is noted of traffic", () => {
  it("is the same after it was written and read", () => {
    const { noted } = live(OFFICE, MONDAY, 3 * WEEK, NO_TRAFFIC, 0.7);
    expect(trafficIn(trafficText(noted))).toEqual(noted);
    expect(trafficIn(trafficText(NO_TRAFFIC))).toEqual(NO_TRAFFIC);
  });

  it("is no more than five weeks of bits", () => {
    const { noted } = live(ALWAYS, MONDAY, 20 * WEEK, NO_TRAFFIC);
    expect(trafficText(noted).length).toBeLessThan(230);
  });

  it("forgets what a clock that was ahead has noted", () => {
    const { noted } = live(ALWAYS, MONDAY, 3 * WEEK, NO_TRAFFIC);
    const now = MONDAY + 3 * WEEK;
    expect(came(came(noted, now + 5 * DAY), now)).toEqual(came(noted, now));
    expect(came(came(noted, now + 10_000), now).last).toBe(now);
  });
});

describe("a silence", () => {
  it.each([
    ["of a place that is open day and night, within hours", ALWAYS, 18],
    ["of one that is open by day, within two days", DAYTIME, 54],
    ["of an office that is closed at weekends, within a week", OFFICE, WEEK],
  ])("%s is told", (_, pattern, within) => {
    const { noted } = live(pattern, MONDAY, 5 * WEEK, NO_TRAFFIC);
    const from = MONDAY + 5 * WEEK;
    const { told } = live(() => false, from, within + 6, noted);
    expect(told.length).toBeGreaterThan(0);
  });

  it("is not told of a location that never had much, or that is new, or after four weeks", () => {
    const { noted: new_ } = live(ALWAYS, MONDAY, WEEK, NO_TRAFFIC);
    expect(isSilent(new_, MONDAY + 2 * WEEK)).toBe(false);
    const { noted: rare } = live((hour, weekday) => hour === 9 && weekday === 0, MONDAY, 10 * WEEK, NO_TRAFFIC);
    expect(live(() => false, MONDAY + 10 * WEEK, 4 * WEEK, rare).told).toEqual([]);
    const { noted } = live(ALWAYS, MONDAY, 5 * WEEK, NO_TRAFFIC);
    expect([isSilent(noted, MONDAY + 7 * WEEK), isSilent(noted, MONDAY + 10 * WEEK)]).toEqual([true, false]);
    expect(isAlive(noted, MONDAY + 10 * WEEK)).toBe(false);
  });

  it("is told by accident once in a year with holidays at most, and hardly ever, in many locations", () => {
    let accidents = 0;
    for (let seed = 1; seed <= upTo(8, 40); seed += 1) {
      const by = chance(seed);
      const pattern = by.pick([OFFICE, ALWAYS, DAYTIME]);
      const likely = 0.3 + 0.7 * by.next();
      // A day now and then, and the days around a weekend at the end of the year; a place that never closes has none.
      const holidays = new Set(pattern === ALWAYS ? [] : Array.from({ length: 8 }, () => by.below(365)));
      const open: Pattern = pattern;
      let day = 0;
      const withHolidays: Pattern = (hour, weekday) => {
        if (hour === 0) day += 1;
        return !holidays.has(day) && !(pattern === OFFICE && day >= 297 && day <= 298) && open(hour, weekday);
      };
      const { told } = live(withHolidays, MONDAY, 52 * WEEK, NO_TRAFFIC, likely, seed);
      // Looks one after another tell of one silence.
      const silences = told.filter((hour) => !told.includes(hour - 6)).length;
      expect([seed, silences <= 1]).toEqual([seed, true]);
      accidents += silences;
    }
    expect(accidents).toBeLessThanOrEqual(4);
  });
});
