import { isoMoment } from "../kit/moment.ts";
import { UsageError } from "../kit/usage-error.ts";
import { durationMs } from "../time/duration.ts";

/** The time that `--since` names, ISO 8601 in UTC: how long ago, such as `30d`, or when. */
export function sinceOf(given: string, nowMs: number): string {
  const ago = durationMs(given);
  const atMs = ago === null ? isoMoment(given)?.atMs : nowMs - ago;
  if (atMs === undefined || atMs < 0)
    throw new UsageError('Cannot read --since: write how long ago, such as "30d", or a time in ISO 8601');
  return new Date(atMs).toISOString();
}
