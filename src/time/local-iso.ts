import { offsetAt } from "./zoned.ts";

const MINUTE_MS = 60_000;

/** A moment in ISO 8601 on the clock of a time zone, with its offset: `2026-03-04T21:10:00-05:00`; in UTC `…:00.000Z`. */
export function localIso(atMs: number, timeZone: string): string {
  if (timeZone === "UTC") return new Date(atMs).toISOString();
  const offset = offsetAt(atMs, timeZone);
  const shown = new Date(atMs + offset).toISOString().replace(/\.?0*Z$/, "");
  const minutes = Math.round(Math.abs(offset) / MINUTE_MS);
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0"));
  return `${shown}${offset < 0 ? "-" : "+"}${hour}:${minute}`;
}
