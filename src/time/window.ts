// When an action may happen: days and hours in a time zone. Pure; right across both daylight-saving changes.
import { Temporal } from "temporal-polyfill";
import { WEEKDAYS, type Weekday, type Window } from "../model/window.ts";

const DAYS_IN_WEEK = 7;
const MIDNIGHT = "00:00";
const DAY_END = "24:00";

/**
 * The first moment from `atMs` on at which a window is open, milliseconds since 1970. A window that opens on a
 * day and closes after midnight belongs to the day it opens on. `null`: it never opens.
 */
export function nextOpening(window: Window, atMs: number, defaultTimeZone: string): number | null {
  const timeZone = window.timeZone ?? defaultTimeZone;
  const today = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toPlainDate();
  // Yesterday's opening may still last. A holiday can cost a week, and so can a gap in the clock that swallows an opening.
  const last = DAYS_IN_WEEK * (2 + (window.holidays?.length ?? 0));
  for (let offset = -1; offset <= last; offset++) {
    const day = today.add({ days: offset });
    if (!opensOn(window, day)) continue;
    const opens = momentOf(day, window.from ?? MIDNIGHT, timeZone);
    const closes = closingOf(window, day, timeZone);
    if (atMs < closes && opens < closes) return Math.max(atMs, opens);
  }
  return null;
}

function opensOn({ days, holidays }: Window, day: Temporal.PlainDate): boolean {
  const weekday = WEEKDAYS[day.dayOfWeek - 1];
  return (
    (days === undefined || (weekday !== undefined && days.includes(weekday))) && !holidays?.includes(day.toString())
  );
}

function closingOf({ from = MIDNIGHT, to = DAY_END }: Window, day: Temporal.PlainDate, timeZone: string): number {
  if (to === DAY_END) return momentOf(day.add({ days: 1 }), MIDNIGHT, timeZone);
  const closingDay = to <= from ? day.add({ days: 1 }) : day;
  const closing = closingDay.toZonedDateTime({ timeZone, plainTime: to });
  // A closing time that the clock skips is when it skips it, not after.
  const isSkipped = !closing.toPlainTime().equals(Temporal.PlainTime.from(to));
  return ((isSkipped && closing.getTimeZoneTransition("previous")) || closing).epochMilliseconds;
}

/** An opening time that the clock skips is taken after the gap; any that comes twice, the first time. */
function momentOf(day: Temporal.PlainDate, time: string, timeZone: string): number {
  return day.toZonedDateTime({ timeZone, plainTime: time }).epochMilliseconds;
}

/** The local time `HH:MM` and the weekday of a moment. */
export function localClock(atMs: number, timeZone: string): { localTime: string; weekday: Weekday } {
  const local = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  return {
    localTime: local.toPlainTime().toString({ smallestUnit: "minute" }),
    weekday: WEEKDAYS[local.dayOfWeek - 1] ?? "monday",
  };
}

/** Whether this is a time zone that the runtime knows. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name }).format(0);
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return !/\d{4}-/.test(name);
  } catch {
    return false;
  }
}
