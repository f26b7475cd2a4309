const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Waits between attempts: ten attempts over 75 hours. Source: Standard Webhooks 1.0, "Deliverability and reliability". */
const SCHEDULE_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
const JITTER = 0.1;
/** RFC 9110 dates begin with the name of a day; `Date.parse` accepts far more. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;
const MAX_RETRY_AFTER_MS = 24 * HOUR_MS;

/** How many attempts a delivery gets before it is dead. */
export const MAX_ATTEMPTS = SCHEDULE_MS.length + 1;

/**
 * Milliseconds until the next attempt after `attempts` failed ones, or `null` if it is given up. A random delay of up
 * to a tenth is added (`random` in 0…1), and it is never earlier than the destination asked for, up to a day.
 */
export function retryDelayMs(attempts: number, random: number, retryAfterMs: number | null): number | null {
  const wait = SCHEDULE_MS[attempts - 1];
  if (wait === undefined) return null;
  const jittered = Math.round(wait * (1 + JITTER * random));
  return Math.max(jittered, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
}

/** The milliseconds that a Retry-After header asks for, in seconds or as an HTTP date; `null` if it is not usable. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * SECOND_MS;
  if (!HTTP_DATE.test(text)) return null;
  // Of the three forms of RFC 9110 the oldest names no zone, and means GMT as the others do.
  const at = Date.parse(/(?:GMT|UTC|[+-]\d{4})$/.test(text) ? text : `${text} GMT`);
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs);
}
