// Durations as people write them, and as ISO 8601 does.

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SHORT_FORM = /^(\d{1,8})([smhd])$/;
const ISO_FORM = /^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
/** The unit of each number in the ISO form. */
const ISO_UNITS_MS = [7 * UNIT_MS.d, UNIT_MS.d, UNIT_MS.h, UNIT_MS.m, UNIT_MS.s];
/** The longest duration that a rule can hold. */
export const MAX_DURATION_MS = 365 * UNIT_MS.d;

/** What a duration looks like, for messages. */
export const DURATION_FORM = 'a duration such as "30s", "5m", "2h", "3d" or "PT90M", at most 365 days';

/**
 * The milliseconds of a duration such as `30s`, `5m`, `2h`, `3d`, or in ISO 8601 with weeks, days, hours, minutes and
 * seconds. A day is 24 hours. `null` if it is not a duration, is zero, or is longer than 365 days.
 */
export function durationMs(text: string): number | null {
  const ms = shortFormMs(text) ?? isoFormMs(text);
  return ms !== null && ms > 0 && ms <= MAX_DURATION_MS ? ms : null;
}

function shortFormMs(text: string): number | null {
  const [, count, unit] = SHORT_FORM.exec(text) ?? [];
  return count === undefined || unit === undefined ? null : Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
}

function isoFormMs(text: string): number | null {
  const found = ISO_FORM.exec(text);
  return found && ISO_UNITS_MS.reduce((sum, unitMs, index) => sum + Number(found[index + 1] ?? 0) * unitMs, 0);
}
