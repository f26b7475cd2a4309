// When an action may happen: days and hours in a time zone. Pure, and correct across both daylight-saving changes.
// Temporal is used as functions over records, so that what is not called is not bundled.
import { fromEpochMilliseconds, toZonedDateTimeISO } from "temporal-polyfill/fns/Instant";
import * as PlainDate from "temporal-polyfill/fns/PlainDate";
import * as PlainTime from "temporal-polyfill/fns/PlainTime";
import * as ZonedDateTime from "temporal-polyfill/fns/ZonedDateTime";
import { CONTACT_TIME_ZONE, WEEKDAYS, type Weekday, type Window } from "../model/window.ts";

const DAYS_IN_WEEK = 7;
const MIDNIGHT = "00:00";
const DAY_END = "24:00";

/**
 * The first moment from `atMs` on at which a window is open, milliseconds since 1970. A window that closes after
 * midnight belongs to the day on which it opens. `otherZone` applies if it names no zone, or the contact's. `null`: it
 * never opens.
 */
export function nextOpening(window: Window, atMs: number, otherZone: string): number | null {
  const { timeZone: named = CONTACT_TIME_ZONE } = window;
  const timeZone = named === CONTACT_TIME_ZONE ? otherZone : named;
  const today = ZonedDateTime.toPlainDate(localTimeOf(atMs, timeZone));
  // Yesterday's window may still be open. A holiday can cost a week; so can a clock change that swallows an opening.
  const last = DAYS_IN_WEEK * (2 + (window.holidays?.length ?? 0));
  for (let offset = -1; offset <= last; offset++) {
    const day = PlainDate.addDays(today, offset);
    if (!opensOn(window, day)) continue;
    const opens = momentOf(day, window.from ?? MIDNIGHT, timeZone);
    const closes = closingOf(window, day, timeZone);
    if (atMs < closes && opens < closes) return Math.max(atMs, opens);
  }
  return null;
}

function opensOn({ days, holidays }: Window, day: PlainDate.Record): boolean {
  const weekday = WEEKDAYS[PlainDate.dayOfWeek(day) - 1];
  return (
    (days === undefined || (weekday !== undefined && days.includes(weekday))) &&
    !holidays?.includes(PlainDate.toString(day))
  );
}

function closingOf({ from = MIDNIGHT, to = DAY_END }: Window, day: PlainDate.Record, timeZone: string): number {
  if (to === DAY_END) return momentOf(PlainDate.addDays(day, 1), MIDNIGHT, timeZone);
  const closingDay = to <= from ? PlainDate.addDays(day, 1) : day;
  const closing = at(closingDay, to, timeZone);
  // A closing time that the clock skips falls at the change, not after the gap. The first skipped time resolves to the
  // change itself, and "previous" excludes the moment it starts from: hence the millisecond.
  const isSkipped = !PlainTime.equals(ZonedDateTime.toPlainTime(closing), timeOf(to));
  const after = localTimeOf(closing.epochMilliseconds + 1, timeZone);
  return ((isSkipped && ZonedDateTime.getTimeZoneTransition(after, "previous")) || closing).epochMilliseconds;
}

/** An opening time that the clock skips moves past the gap; one that occurs twice means the first. */
function momentOf(day: PlainDate.Record, time: string, timeZone: string): number {
  return at(day, time, timeZone).epochMilliseconds;
}

/** A time on a day as Temporal resolves it: forward out of a gap, the first of two. */
function at(day: PlainDate.Record, time: string, timeZone: string): ZonedDateTime.Record {
  return PlainDate.toZonedDateTime(day, { timeZone, plainTime: timeOf(time) });
}

/** A time of day from `HH:MM`. */
function timeOf(text: string): PlainTime.Record {
  const [hour, minute] = text.split(":").map(Number);
  return PlainTime.create(hour, minute);
}

function localTimeOf(atMs: number, timeZone: string): ZonedDateTime.Record {
  return toZonedDateTimeISO(fromEpochMilliseconds(atMs), timeZone);
}

/** The local time `HH:MM` and the weekday of a moment. */
export function localClock(atMs: number, timeZone: string): { localTime: string; weekday: Weekday } {
  const local = localTimeOf(atMs, timeZone);
  return {
    localTime: [local.hour, local.minute].map((part) => String(part).padStart(2, "0")).join(":"),
    weekday: WEEKDAYS[ZonedDateTime.dayOfWeek(local) - 1] ?? "monday",
  };
}

/** When the day of a moment began in the zone, milliseconds since 1970. */
export function dayStart(atMs: number, timeZone: string): number {
  return momentOf(ZonedDateTime.toPlainDate(localTimeOf(atMs, timeZone)), MIDNIGHT, timeZone);
}
