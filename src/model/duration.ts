const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const FORM = /^(\d{1,6})([smhd])$/;
const MAX_MS = 365 * UNIT_MS.d;

/** What a duration looks like, for messages. */
export const DURATION_FORM = 'a duration such as "30s", "5m", "2h" or "3d", at most 365 days';

/** The milliseconds of a duration such as `30s`, `5m`, `2h` or `3d`; `null` when it is none, or longer than 365 days. */
export function durationMs(text: string): number | null {
  const [, count, unit] = FORM.exec(text) ?? [];
  if (count === undefined || unit === undefined) return null;
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  return ms > 0 && ms <= MAX_MS ? ms : null;
}
