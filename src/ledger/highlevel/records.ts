// What HighLevel answered about the location itself: its record, the keys of its custom fields, its users. One row each,
// asked for at most once a day, and again when something names what it does not know.
import type { RecordName } from "../../highlevel/questions.ts";
import type { JsonObject } from "../../kit/json.ts";
import { firstRow, type Sql } from "../store/ports.ts";

/** What was answered, and when it was asked, milliseconds since 1970. */
export interface KeptRecord {
  /** In our names; `null`: HighLevel would not say, or has none. */
  readonly record: JsonObject | null;
  readonly askedAtMs: number;
}

const RECORD_KEPT_MS = 86_400_000;
/** Shorter, because a token may be given its missing scope at any time. */
const REFUSAL_KEPT_MS = 3_600_000;
/** How soon something that a record does not know is asked for again. */
const UNKNOWN_KEPT_MS = 5 * 60_000;

/** What was answered last; `null`: it was never asked. */
export function find(sql: Sql, what: RecordName, id: string): KeptRecord | null {
  const kept = "SELECT record, asked_at AS askedAtMs FROM records WHERE what = ? AND id = ?";
  const row = firstRow<{ record: string | null; askedAtMs: number }>(sql, kept, what, id);
  if (!row) return null;
  const { record, askedAtMs } = row;
  return { record: record === null ? null : (JSON.parse(record) as JsonObject), askedAtMs };
}

/** Keeps an answer; `null`: HighLevel would not say. What it said before is kept then. */
export function keep(sql: Sql, what: RecordName, id: string, record: JsonObject | null, askedAtMs: number): void {
  sql.exec(
    `INSERT INTO records (what, id, asked_at, record) VALUES (?, ?, ?, ?)
     ON CONFLICT (what, id) DO UPDATE SET asked_at = excluded.asked_at, record = ifnull(excluded.record, record)`,
    what,
    id,
    askedAtMs,
    record === null ? null : JSON.stringify(record),
  );
}

/** Whether it need not be asked for now; `isNamed`: something names what it does not know. */
export function isFresh(kept: KeptRecord | null, nowMs: number, isNamed = false): boolean {
  if (!kept || kept.askedAtMs > nowMs) return false;
  const keptMs = isNamed ? UNKNOWN_KEPT_MS : kept.record === null ? REFUSAL_KEPT_MS : RECORD_KEPT_MS;
  return nowMs - kept.askedAtMs < keptMs;
}
