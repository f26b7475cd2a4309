// When an action may happen: days and hours in a time zone. Pure, and correct across both daylight-saving changes.
import { CONTACT_TIME_ZONE, WEEKDAYS, type Weekday, type Window } from "../model/window.ts";
import { localTimeAt, momentOf, momentOrChange, type LocalTime } from "./zoned.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DAYS_IN_WEEK = 7;
/** 1970-01-01 was a Thursday: as many days after a Monday. */
const FIRST_WEEKDAY = 3;
const MIDNIGHT = "00:00";
const DAY_END = "24:00";

/** A day of the calendar, by the midnight with which it begins. */
type Day = LocalTime;

/**
 * The first moment from `atMs` on at which a window is open, milliseconds since 1970. A window that closes after
 * midnight belongs to the day on which it opens. `otherZone` applies if it names no zone, or the contact's. `null`: it
 * never opens.
 */
export function nextOpening(window: Window, atMs: number, otherZone: string): number | null {
  const { timeZone: named = CONTACT_TIME_ZONE } = window;
  const timeZone = named === CONTACT_TIME_ZONE ? otherZone : named;
  const today = dayOf(localTimeAt(atMs, timeZone));
  // Yesterday's window may still be open. A holiday can cost a week; so can a clock change that swallows an opening.
  const last = DAYS_IN_WEEK * (2 + (window.holidays?.length ?? 0));
  for (let offset = -1; offset <= last; offset++) {
    const day = today + offset * DAY_MS;
    if (!opensOn(window, day)) continue;
    const opens = momentOf(day + timeOf(window.from ?? MIDNIGHT), timeZone);
    const closes = closingOf(window, day, timeZone);
    if (atMs < closes && opens < closes) return Math.max(atMs, opens);
  }
  return null;
}

function opensOn({ days, holidays }: Window, day: Day): boolean {
  return (
    (days === undefined || days.includes(weekdayOf(day))) &&
    !holidays?.includes(new Date(day).toISOString().slice(0, "YYYY-MM-DD".length))
  );
}

/** A closing time that the clock skips falls at the change, not after the gap. */
function closingOf({ from = MIDNIGHT, to = DAY_END }: Window, day: Day, timeZone: string): number {
  if (to === DAY_END) return momentOf(day + DAY_MS, timeZone);
  const closingDay = to <= from ? day + DAY_MS : day;
  return momentOrChange(closingDay + timeOf(to), timeZone);
}

/** How long after midnight a time of day `HH:MM` is, milliseconds. */
function timeOf(text: string): number {
  const [hours = 0, minutes = 0] = text.split(":").map(Number);
  return (hours * 60 + minutes) * MINUTE_MS;
}

function dayOf(local: LocalTime): Day {
  return Math.floor(local / DAY_MS) * DAY_MS;
}

function weekdayOf(local: LocalTime): Weekday {
  const days = Math.floor(local / DAY_MS) + FIRST_WEEKDAY;
  return WEEKDAYS[((days % DAYS_IN_WEEK) + DAYS_IN_WEEK) % DAYS_IN_WEEK] ?? "monday";
}

/** The local time `HH:MM` and the weekday of a moment. */
export function localClock(atMs: number, timeZone: string): { localTime: string; weekday: Weekday } {
  const local = localTimeAt(atMs, timeZone);
  const [, localTime = MIDNIGHT] = /T(\d\d:\d\d)/.exec(new Date(local).toISOString()) ?? [];
  return { localTime, weekday: weekdayOf(local) };
}

/** When the day of a moment began in the zone, milliseconds since 1970. */
export function dayStart(atMs: number, timeZone: string): number {
  return momentOf(dayOf(localTimeAt(atMs, timeZone)), timeZone);
}
