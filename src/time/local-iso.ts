import { fromEpochMilliseconds, toString } from "temporal-polyfill/fns/Instant";

/** A moment in ISO 8601 on the clock of a time zone, with its offset: `2026-03-04T21:10:00-05:00`; in UTC `…:00.000Z`. */
export function localIso(atMs: number, timeZone: string): string {
  return timeZone === "UTC" ? new Date(atMs).toISOString() : toString(fromEpochMilliseconds(atMs), { timeZone });
}
