// The ordered log of a location: each event once, with the decision that was made on it.
import type { Decision, Verdict } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import type { LogEntry, LogQuery } from "../model/ledger.ts";
import { firstRow, rows, type Sql, type SqlValue } from "./ports.ts";

/** An event and its decision, as stored. */
export interface LogRecord {
  /** The version of this form. */
  readonly v: 1;
  readonly event: Event;
  readonly decision: Decision;
}

/** A row holds 2 MB, of which the payload may take 0.4: what no longer fits is shortened, then left out. */
const MAX_VERDICT_BYTES = 1_000_000;

interface EventRow {
  seq: number;
  key: string;
  kind: string;
  channel: string | null;
  contact_id: string;
  received_at: number;
  fired: string;
}

/** Whether an event has been recorded, also one whose contact was erased since. */
export function isRecorded(sql: Sql, key: string): boolean {
  return firstRow(sql, "SELECT 1 FROM events WHERE key = ?", key) !== undefined;
}

/** Appends an event. Throws when it is there already: who appends has looked. */
export function append(
  sql: Sql,
  { event, decision }: Omit<LogRecord, "v">,
  channel: string | null,
  nowMs: number,
): void {
  sql.exec(
    "INSERT INTO events (key, kind, channel, contact_id, received_at, fired, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
    event.key,
    event.kind,
    channel,
    event.contactId,
    nowMs,
    JSON.stringify(decision.fired),
    JSON.stringify({ v: 1, event, decision: bounded(decision) }),
  );
}

/** One event with its decision. */
export function find(sql: Sql, key: string): LogRecord | undefined {
  const row = firstRow<{ record: string | null }>(sql, "SELECT record FROM events WHERE key = ?", key);
  return row?.record ? (JSON.parse(row.record) as LogRecord) : undefined;
}

/** The log, newest first, a page at a time. */
export function list(
  sql: Sql,
  { contactId, rule, cursor, limit }: LogQuery,
): { events: LogEntry[]; cursor: string | null } {
  const where = ["record IS NOT NULL"];
  const values: SqlValue[] = [];
  const narrow = (clause: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    where.push(clause);
    values.push(value);
  };
  narrow("contact_id = ?", contactId);
  narrow("seq < ?", cursor === undefined ? undefined : Number(cursor));
  narrow("EXISTS (SELECT 1 FROM json_each(fired) WHERE value = ?)", rule);
  const found = rows<EventRow>(
    sql,
    `SELECT seq, key, kind, channel, contact_id, received_at, fired FROM events WHERE ${where.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const page = found.slice(0, limit);
  return { events: page.map(toEntry), cursor: found.length > limit ? String(page.at(-1)?.seq) : null };
}

function toEntry(row: EventRow): LogEntry {
  return {
    eventKey: row.key,
    kind: row.kind,
    channel: row.channel,
    contactId: row.contact_id,
    receivedAt: new Date(row.received_at).toISOString(),
    fired: JSON.parse(row.fired) as string[],
  };
}

/** Verdicts get room in turn, those that fired first: whole, or without conditions, or not at all. */
function bounded(decision: Decision): Decision {
  let room = MAX_VERDICT_BYTES;
  const stored = new Map<Verdict, Verdict>();
  for (const verdict of decision.verdicts.toSorted((a, b) => Number(b.fired) - Number(a.fired))) {
    for (const form of [verdict, { ...verdict, conditions: [], shortened: true as const }]) {
      const size = new TextEncoder().encode(JSON.stringify(form)).byteLength;
      if (size > room) continue;
      room -= size;
      stored.set(verdict, form);
      break;
    }
  }
  const verdicts = decision.verdicts.flatMap((verdict) => stored.get(verdict) ?? []);
  const leftOut = decision.verdicts.length - verdicts.length;
  return { ...decision, verdicts, ...(leftOut === 0 ? {} : { leftOut }) };
}
