// Events that are recorded and not decided yet: HighLevel is asked about their contact first. Their rows say until when
// they may wait; whoever comes after them to the same contact waits behind them.
import type { Event } from "../../model/event.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import type { LogRecord } from "./log.ts";

/** How long an event waits for its contact at most. */
export const MAX_WAIT_MS = 60_000;

/** The first event of a contact that is not decided. Times are milliseconds since 1970. */
export interface Undecided {
  readonly event: Event;
  /** Its place in the log, and when it was recorded. */
  readonly seq: number;
  readonly atMs: number;
  /** It is decided by then, whatever is known. */
  readonly deadlineMs: number;
}

/** Whether any event is not decided: of a row that is there. */
export const ANY = "EXISTS (SELECT 1 FROM events INDEXED BY events_deciding WHERE deciding IS NOT NULL)";

/** The contacts with an event that is not decided, in the order of their first one, and by when that has to be. */
export function contacts(sql: Sql): readonly { readonly contactId: string; readonly deadlineMs: number }[] {
  const waiting = `SELECT contact_id AS contactId, MIN(deciding) AS deadlineMs FROM events INDEXED BY events_deciding
    WHERE deciding IS NOT NULL GROUP BY contact_id ORDER BY MIN(seq)`;
  return rows(sql, waiting);
}

/** The first event of a contact that is not decided; `undefined`: all are. */
export function first(sql: Sql, contactId: string): Undecided | undefined {
  const head = `SELECT record, seq, received_at AS atMs, deciding AS deadlineMs FROM events INDEXED BY events_deciding
    WHERE contact_id = ? AND deciding IS NOT NULL ORDER BY seq LIMIT 1`;
  const row = firstRow<Omit<Undecided, "event"> & { readonly record: string }>(sql, head, contactId);
  if (!row) return undefined;
  const { record, ...place } = row;
  return { ...place, event: (JSON.parse(record) as LogRecord).event };
}

/** After a clock that was ahead has been set back: nothing waits for longer than it would have. */
export function putRight(sql: Sql, nowMs: number): void {
  sql.exec("UPDATE events SET deciding = ?1 WHERE deciding > ?1", nowMs + MAX_WAIT_MS);
}
