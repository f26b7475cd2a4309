// The times that `before` and `after` can compare: two moments, or two of `HH:MM`.
import { momentMs } from "../kit/moment.ts";

const CLOCK = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

/** A time that can be compared with another of the same sort. */
interface ComparableTime {
  /** It is a time of day, `HH:MM`, not a moment. */
  readonly isClock: boolean;
  /** Milliseconds since 1970, or the minutes of `HH:MM`. */
  readonly at: number;
}

/** Reads a time; `null` if a value is not one. */
export function comparableTime(value: unknown): ComparableTime | null {
  if (typeof value === "string" && CLOCK.test(value))
    return { isClock: true, at: Number(value.slice(0, 2)) * 60 + Number(value.slice(3)) };
  const at = momentMs(value);
  return at === null ? null : { isClock: false, at };
}

/** How much later one time is than another, negative if it is earlier; `null` if they cannot be compared. */
export function timeAfter(value: unknown, other: unknown): number | null {
  const [a, b] = [comparableTime(value), comparableTime(other)];
  return a !== null && b !== null && a.isClock === b.isClock ? a.at - b.at : null;
}
