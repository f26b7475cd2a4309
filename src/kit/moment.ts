// Moments as they come in: in rules, payloads, requests and stories. One reader for all, whatever zone the machine is in.

const ISO =
  /^(\d{4}|[+-]\d{6})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(?:([Zz])|([+-])(\d{2}):?(\d{2})?)?)?$/;
const DIGITS = /^\d{9,13}(?:\.\d+)?$/;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Of 1973, in seconds: what is smaller is no moment. */
const LEAST_SECONDS = 1e8;
/** From here on a number is of milliseconds: as such it is in 1973, as seconds it would be in 5138. */
const LEAST_MILLISECONDS = 1e11;
const MOST_MILLISECONDS = 8.64e15;

/** A moment in ISO 8601. */
interface IsoMoment {
  /** Milliseconds since 1970; without a zone it is read as UTC. */
  readonly atMs: number;
  readonly hasZone: boolean;
}

/**
 * Reads a day, or a day and a time, in ISO 8601, with `Z`, an offset or neither. `null` for anything else, and for what
 * the calendar or the clock does not have, such as 30 February.
 */
export function isoMoment(text: string): IsoMoment | null {
  const found = ISO.exec(text);
  if (!found) return null;
  const [, years = "", months = "", days = "", , , , fraction = "", z, sign] = found;
  const [, year, month, day, hour, minute, second, , , , offsetHours, offsetMinutes] = found.map((part) =>
    Number(part ?? 0),
  );
  if (!isInRange(month, 1, 12) || !isInRange(day, 1, daysIn(year, month))) return null;
  const isDayEnd = hour === 24 && minute === 0 && second === 0 && Number(fraction) === 0;
  if (!(isInRange(hour, 0, 23) || isDayEnd) || !isInRange(minute, 0, 59) || !isInRange(second, 0, 59)) return null;
  if (!isInRange(offsetHours, 0, 23) || !isInRange(offsetMinutes, 0, 59)) return null;
  const dayMs = Date.parse(`${years}-${months}-${days}T00:00:00.000Z`);
  // The year 0 has no minus, and what no double holds is no moment.
  if (Number.isNaN(dayMs)) return null;
  const timeMs = ((hour * 60 + minute) * 60 + second) * SECOND_MS + Number(fraction.padEnd(3, "0").slice(0, 3));
  const offsetMs = (offsetHours * 60 + offsetMinutes) * MINUTE_MS * (sign === "-" ? -1 : 1);
  return { atMs: dayMs + timeMs - offsetMs, hasZone: z !== undefined || sign !== undefined };
}

/**
 * Milliseconds since 1970 of a moment: in ISO 8601, or a number of seconds or milliseconds, also as text. Without a zone
 * it is UTC. `null` if it is none.
 */
export function momentMs(value: unknown): number | null {
  if (typeof value === "number") return numberMs(value);
  if (typeof value !== "string") return null;
  return DIGITS.test(value) ? numberMs(Number(value)) : (isoMoment(value)?.atMs ?? null);
}

function numberMs(number: number): number | null {
  const size = Math.abs(number);
  if (!(size >= LEAST_SECONDS && size <= MOST_MILLISECONDS)) return null;
  return size < LEAST_MILLISECONDS ? Math.round(number * SECOND_MS) : Math.trunc(number);
}

function isInRange(number: number | undefined, least: number, most: number): number is number {
  return number !== undefined && number >= least && number <= most;
}

/** How many days a month has; the calendar repeats itself after 400 years. */
function daysIn(year = 0, month = 1): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 1) - DAY_MS).getUTCDate();
}

/** A moment in ISO 8601, UTC, of milliseconds since 1970; `null`: there is none. */
export function isoOf(atMs: number): string;
export function isoOf(atMs: number | null | undefined): string | null;
export function isoOf(atMs: number | null | undefined): string | null {
  return atMs == null ? null : new Date(atMs).toISOString();
}
