// How far an agency is with its list, and until when it waits. One mark: an object that starts again goes on from it.
import { notBefore } from "../kit/not-before.ts";
import { mark, setMark } from "../ledger/store/marks.ts";
import type { Sql } from "../ledger/store/ports.ts";

/** Plain data, stored as it is. */
export interface Progress {
  /** When the list is asked for, milliseconds since 1970. */
  readonly listAtMs: number;
  /** Where its next page begins; `null`: at its beginning. */
  readonly from: string | null;
  /** How many pages of it were read. */
  readonly pages: number;
  /** Whether it follows an installation. */
  readonly isFirst: boolean;
  /** How often in a row HighLevel gave no answer that could be used, and until when it is asked nothing therefore. */
  readonly strikes: number;
  readonly waitsUntilMs: number;
  /** When the list was complete last; absent: it never was. */
  readonly listedMs?: number;
  /** What went wrong last and is not made up for; absent: nothing. */
  readonly failure?: { readonly atMs: number; readonly why: string } | null;
}

/** HighLevel's webhooks get lost: a location whose INSTALL did is found with the next list. */
const LIST_EVERY_MS = 3_600_000;
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 15 * 60_000;
/** HighLevel's limit for a day may be used up, and its pauses after a 429 grow to an hour. */
const LONGEST_PAUSE_MS = 3_600_000;

/** After an installation: everything at once. */
export const INSTALLED: Progress = { listAtMs: 0, from: null, pages: 0, isFirst: true, strikes: 0, waitsUntilMs: 0 };

/** The progress as it is now: a clock that was ahead and has been set back makes nothing wait for longer. */
export function progress(sql: Sql, nowMs: number): Progress {
  const stored = mark(sql, "agency");
  if (stored === undefined) return INSTALLED;
  const read = JSON.parse(stored) as Progress;
  return {
    ...read,
    listAtMs: notBefore(read.listAtMs, LIST_EVERY_MS, nowMs),
    waitsUntilMs: notBefore(read.waitsUntilMs, LONGEST_PAUSE_MS, nowMs),
  };
}

/** Notes progress. */
export function note(sql: Sql, before: Progress, change: Partial<Progress>): void {
  setMark(sql, "agency", JSON.stringify({ ...before, ...change }));
}

/** The list is complete, or cannot be continued: the next one is due in an hour. */
export function listed(nowMs: number, isComplete: boolean): Partial<Progress> {
  const done = isComplete ? { listedMs: nowMs } : {};
  return { listAtMs: nowMs + LIST_EVERY_MS, from: null, pages: 0, isFirst: false, ...done };
}

/** HighLevel gave no usable answer: it is asked again after ten seconds, then twice as long each time, up to a quarter of an hour. */
export function struck({ strikes }: Progress, nowMs: number): Partial<Progress> {
  const waitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, strikes));
  return { strikes: strikes + 1, waitsUntilMs: nowMs + waitMs };
}
