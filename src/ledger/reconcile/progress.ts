// How far HighLevel's export has been looked through: one mark, so that a look goes on where a crash cut it off. Where
// nothing came, nothing is written: then there is nothing that would have to be looked through again.
import { mark, setMark } from "../store/marks.ts";
import type { Sql } from "../store/ports.ts";

/** A look that takes in what it finds. Times are milliseconds since 1970 by our clock. */
export interface Pass {
  readonly startedMs: number;
  /** What HighLevel had before is in the log. */
  readonly sinceMs: number;
  /** Which of `LEGS` it is at. */
  readonly leg: number;
  /** Where that goes on; `null`: at its beginning. */
  readonly cursor: string | null;
  /** By HighLevel's clock: from when on it asks, as long as it has this cursor, and what it has looked through of that. */
  readonly fromMs: number;
  readonly reachedMs: number;
}

/** What the mark `reconciled` holds. */
export interface Progress {
  readonly v: 1;
  /** Messages from before are not looked for. */
  readonly beganMs: number;
  /** What HighLevel had by then is in the log. */
  readonly coveredMs: number;
  readonly pass: Pass | null;
  /** What its webhook may still come of, by the key that its event would have, and when it was first seen. */
  readonly doubts: { readonly [eventKey: string]: number };
  /** The time from which on they were looked for: the next look begins no later, or it might not come to them. */
  readonly doubtsFromMs: number | null;
  /** When the token was stored that HighLevel refuses the export; `null`: it does not. */
  readonly refusedOf: string | null;
}

/** Where a location begins. */
export function beginning(atMs: number): Progress {
  return { v: 1, beganMs: atMs, coveredMs: atMs, pass: null, doubts: {}, doubtsFromMs: null, refusedOf: null };
}

/** What was noted; `null`: nothing yet, or by a newer version. */
export function progressIn(text: string | undefined): Progress | null {
  if (text === undefined) return null;
  const noted = JSON.parse(text) as Progress;
  return noted.v === 1 ? noted : null;
}

export function read(sql: Sql): Progress | null {
  return progressIn(mark(sql, "reconciled"));
}

export function write(sql: Sql, progress: Progress): void {
  setMark(sql, "reconciled", JSON.stringify(progress));
}
