// The past of one contact. A short one is read through as it stands in the primary key: its events have no other index.
// One of many events has indexes of its own, and what is read of it is bounded.
import type { Event } from "../../model/event.ts";
import { EVENT_KINDS, type EventKind } from "../../model/event-kinds.ts";
import { MAX_AHEAD, MAX_PAST, type PastEvent } from "../../model/history.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** A contact of so many events has a long past; migration 14 knows the number too. */
export const LONG_PAST = 500;

const MICROSECONDS = 1_000;

/** The indexes of a long past. */
type LongIndex =
  | "events_long"
  | "events_long_fired"
  | "events_long_messages"
  | "events_long_subjects"
  | "events_long_occurred";

/** Whether a contact's past is long. */
function isLong(sql: Sql, contactId: string): boolean {
  const one = "SELECT 1 FROM events INDEXED BY events_long WHERE contact_id = ? AND long_past = 1 LIMIT 1";
  return firstRow(sql, one, contactId) !== undefined;
}

/** The events of a contact (`?1`), to be followed by more conditions: by an index if there are many, else by the key. */
export function eventsOf(sql: Sql, contactId: string, index: LongIndex): string {
  return isLong(sql, contactId)
    ? `events INDEXED BY ${index} WHERE contact_id = ?1 AND long_past = 1`
    : "events WHERE contact_id = ?1";
}

/** Where a contact's log ends. */
export interface End {
  /** The place of the last event; 0 if there is none. */
  readonly seq: number;
  readonly isLong: boolean;
  /** How many events there are, if the past is not long. */
  readonly count: number;
}

// One statement, since each has to be prepared anew in each life of an object. SQLite reads only the branch that is taken.
const END = `SELECT isLong,
    CASE WHEN isLong
      THEN (SELECT seq FROM events INDEXED BY events_long WHERE contact_id = ?1 AND long_past = 1 ORDER BY seq DESC LIMIT 1)
      ELSE (SELECT MAX(seq) FROM events WHERE contact_id = ?1) END AS seq,
    CASE WHEN isLong THEN 0 ELSE (SELECT COUNT(*) FROM events WHERE contact_id = ?1) END AS count
  FROM (SELECT EXISTS (SELECT 1 FROM events INDEXED BY events_long WHERE contact_id = ?1 AND long_past = 1) AS isLong)`;

/** Where the log of a contact ends. */
export function endOf(sql: Sql, contactId: string): End {
  const end = firstRow<{ isLong: number; seq: number | null; count: number }>(sql, END, contactId);
  return { seq: end?.seq ?? 0, isLong: end?.isLong === 1, count: end?.count ?? 0 };
}

/** How many events of a contact are in the log; of a long past at most so many as are looked at. */
export function countOf(sql: Sql, contactId: string): number {
  const some = `SELECT 1 FROM ${eventsOf(sql, contactId, "events_long")} LIMIT ${MAX_PAST}`;
  return firstRow<{ n: number }>(sql, `SELECT COUNT(*) AS n FROM (${some})`, contactId)?.n ?? 0;
}

/** Whether an event is one of a long past; the first of them takes along those before it. */
export function joinsLongPast(sql: Sql, contactId: string, { isLong, count }: End): boolean {
  if (isLong) return true;
  if (count < LONG_PAST) return false;
  sql.exec("UPDATE events SET long_past = 1 WHERE contact_id = ?", contactId);
  return true;
}

/** Takes along the events of long pasts that a version before it recorded; it reads through the log. */
export function completeLongPasts(sql: Sql): void {
  sql.exec(`UPDATE events SET long_past = 1 WHERE long_past IS NULL AND contact_id <> '' AND EXISTS (
    SELECT 1 FROM events AS other INDEXED BY events_long WHERE other.contact_id = events.contact_id AND other.long_past = 1)`);
}

interface PastRow {
  seq: number;
  kind: string;
  channel: string | null;
  outcome: string | null;
  direction: PastEvent["direction"];
  received_at: number;
  chain: string | null;
}

/** What history facts see of a contact's past: read as far back as somebody asks, and never twice. */
export class ContactPast {
  readonly #sql: Sql;
  readonly #contactId: string;
  #read: readonly PastEvent[] = [];
  /** What was recorded at this place or before has not been read. */
  #unreadUpTo: number;

  /** `upTo`: the last place in the log that is of the past. */
  constructor(sql: Sql, contactId: string, upTo = Number.MAX_SAFE_INTEGER) {
    this.#sql = sql;
    this.#contactId = contactId;
    this.#unreadUpTo = upTo;
  }

  /** The events that were recorded after a time, oldest first, and perhaps some before it. */
  after(ms: number): readonly PastEvent[] {
    // A place in the log is never before the time of recording, whatever clocks did.
    const from = Math.max(0, Math.floor(ms * MICROSECONDS));
    const room = MAX_PAST - this.#read.length;
    if (from >= this.#unreadUpTo || room <= 0) return this.#read;
    const older = `SELECT seq, kind, channel, outcome, direction, received_at, chain FROM ${eventsOf(this.#sql, this.#contactId, "events_long")}
      AND seq > ?2 AND seq <= ?3 AND repeats IS NULL ORDER BY seq DESC LIMIT ?4`;
    const found = rows<PastRow>(this.#sql, older, this.#contactId, from, this.#unreadUpTo, room);
    this.#unreadUpTo = from;
    if (found.length > 0) this.#read = [...found.map(asPastEvent).toReversed(), ...this.#read];
    return this.#read;
  }
}

function asPastEvent({ kind, channel, outcome, direction, received_at, chain }: PastRow): PastEvent {
  return { kind: kind as EventKind, channel, outcome, direction, at: received_at, chain };
}

/** The rules that fired on events with one of these message keys, up to a place in the log. */
export function firedOn(
  sql: Sql,
  contactId: string,
  messageKeys: readonly string[],
  upTo = Number.MAX_SAFE_INTEGER,
): readonly string[] {
  // `[]` sorts after every other list.
  const fired = `SELECT fired FROM ${eventsOf(sql, contactId, "events_long_messages")} AND message_key = ?2 AND fired < '[]' AND seq <= ?3`;
  return messageKeys.flatMap((key) =>
    rows<{ fired: string }>(sql, fired, contactId, key, upTo).flatMap((row) => JSON.parse(row.fired) as string[]),
  );
}

/** The place of a recorded event in the log; of one that is not there, after all. */
export function placeOf(sql: Sql, contactId: string, key: string): number {
  const own = "SELECT seq FROM events WHERE contact_id = ? AND key = ?";
  return firstRow<{ seq: number }>(sql, own, contactId, key)?.seq ?? Number.MAX_SAFE_INTEGER;
}

/** What was said last of a subject; before an event, if that is recorded already. */
export function lastStated(
  sql: Sql,
  { contactId, key }: Event,
  subject: string,
): { readonly eventKey: string; readonly state: string | null } | null {
  const before = placeOf(sql, contactId, key);
  const last = `SELECT key AS eventKey, state FROM ${eventsOf(sql, contactId, "events_long_subjects")}
    AND subject = ?2 AND seq < ?3 ORDER BY seq DESC LIMIT 1`;
  return firstRow<{ eventKey: string; state: string | null }>(sql, last, contactId, subject, before) ?? null;
}

/**
 * The recorded events of a contact, of some kinds, that happened at a time or later: HighLevel promises no order. Of more
 * than `MAX_AHEAD` the first ones.
 */
export function recordsAhead(
  sql: Sql,
  contactId: string,
  afterMs: number,
  kinds: readonly EventKind[],
): readonly string[] {
  const ahead = `SELECT record, occurred_at AS at, seq FROM ${eventsOf(sql, contactId, "events_long_occurred")}
    AND kind = ?2 AND occurred_at >= ?3 ORDER BY occurred_at, seq LIMIT ${MAX_AHEAD}`;
  const found = kinds.flatMap((kind) =>
    rows<{ record: string; at: number; seq: number }>(sql, ahead, contactId, kind, afterMs),
  );
  const first = found.toSorted((a, b) => a.at - b.at || a.seq - b.seq).slice(0, MAX_AHEAD);
  return first.map(({ record }) => record);
}

const ANY_KIND = EVENT_KINDS.map((kind) => `'${kind}'`).join(", ");

/** The recorded events of a contact that happened later than a time, on which a rule fired, in log order: of more than `MAX_AHEAD`, of some. */
export function firedAhead(
  sql: Sql,
  contactId: string,
  afterMs: number,
  rule: string,
): readonly { readonly eventKey: string; readonly atMs: number }[] {
  const ahead = `SELECT key AS eventKey, received_at AS atMs, fired, seq FROM ${eventsOf(sql, contactId, "events_long_occurred")}
    AND kind IN (${ANY_KIND}) AND occurred_at > ?2 LIMIT ${MAX_AHEAD}`;
  const fired = `SELECT eventKey, atMs FROM (${ahead}) WHERE fired <> '[]' AND EXISTS (SELECT 1 FROM json_each(fired) WHERE value = ?3) ORDER BY seq`;
  return rows(sql, fired, contactId, afterMs, rule);
}

/**
 * After a clock that was ahead has been set back: an event without a time of its own, which happened when it was received,
 * did so no later than now. What is read back of it is its record, so that says the same. A time of its sender's stays. It
 * reads through the log, as seldom as that happens.
 */
export function putRight(sql: Sql, nowMs: number): void {
  sql.exec(
    `UPDATE events SET occurred_at = ?1, record = json_set(record, '$.event.occurredAt', ?2)
     WHERE occurred_at > ?1 AND json_valid(record)
       AND json_extract(record, '$.event.occurredAt') = json_extract(record, '$.event.receivedAt')
       AND ifnull(json_extract(record, '$.event.payload.timestamp'), json_extract(record, '$.event.payload.dateAdded')) IS NULL`,
    nowMs,
    new Date(nowMs).toISOString(),
  );
}
