// The ordered log of a location: each event once, with the decision that was made about it.
import { SUPPRESSION_REASONS, type Decision, type SuppressedRule, type Verdict } from "../../model/decision.ts";
import { unknownWordsOf } from "../../events/derive.ts";
import { bytesOf } from "../../kit/utf8.ts";
import type { SentMessage } from "../../highlevel/sent-messages.ts";
import type { Stated } from "../../match/stated.ts";
import type { Event } from "../../model/event.ts";
import type { EventKind } from "../../model/event-kinds.ts";
import { MAX_PAST, type RecordedEvent } from "../../model/history.ts";
import type { LogEntry, LogQuery } from "../../model/ledger.ts";
import { firstRow, rows, type Sql, type SqlValue } from "../store/ports.ts";
import * as past from "./past.ts";
import { SORT, type KnownPlace, type Places } from "./places.ts";
import { readSuppressed } from "./tally.ts";

/** An event and its decision, as stored. */
export interface LogRecord {
  /** The version of this form. */
  readonly v: 1;
  readonly event: Event;
  readonly decision: Decision;
  /** What the ledger has forgotten of it for want of room: the payload, or the verdicts too. Absent: nothing. */
  readonly dropped?: "payload" | "decision" | undefined;
}

/** Verdicts beyond this are shortened, then left out. */
const MAX_VERDICT_BYTES = 1_000_000;
/** What the row may take together: it holds 2 MB, and its ids, times and message key are not counted. */
const MAX_RECORD_BYTES = 1_600_000;
/** The list of rules that were held back. */
const MAX_HELD_BYTES = 200_000;

interface EventRow {
  seq: number;
  key: string;
  kind: string;
  channel: string | null;
  contact_id: string;
  received_at: number;
  fired: string;
}

interface EntryRow extends EventRow {
  outcome: string | null;
  direction: RecordedEvent["direction"];
  held: string | null;
  repeats: string | null;
  sent_by: string | null;
  deciding: number | null;
  origin: "reconciled" | null;
}

/** Whether an event has been recorded, even if its contact was erased since: its row then has no contact id. */
export function isRecorded(sql: Sql, contactId: string, key: string): boolean {
  return firstRow(sql, "SELECT 1 FROM events WHERE contact_id IN (?, '') AND key = ?", contactId, key) !== undefined;
}

/** Where an event goes in the log. */
interface Place {
  readonly seq: number;
  /** Where the log of its contact ended. */
  readonly end: past.End;
  /** It is not decided yet, and has to be by this time, milliseconds since 1970; `null`: it is. */
  readonly deciding: number | null;
}

/** Appends an event. Throws if it is there already: callers check first. */
export function append(
  sql: Sql,
  { event, decision }: Pick<LogRecord, "event" | "decision">,
  own: RecordedEvent,
  stated: Stated | null,
  { seq, end, deciding }: Place,
): void {
  sql.exec(
    `INSERT INTO events (contact_id, key, seq, kind, channel, outcome, direction, message_key, chain, subject, state, repeats, long_past, occurred_at, received_at, deciding, words, fired, held, record)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    event.contactId,
    event.key,
    seq,
    event.kind,
    own.channel,
    own.outcome,
    own.direction,
    own.messageKey,
    own.chain,
    stated?.subject ?? null,
    stated?.state ?? null,
    decision.repeats ?? null,
    past.joinsLongPast(sql, event.contactId, end) ? 1 : null,
    Date.parse(event.occurredAt),
    own.at,
    deciding,
    wordsText(event),
    ...decisionColumns(event, decision),
  );
}

/** Writes the decision about an event that was appended without one; `false`: it has one, or is gone. */
export function decide(sql: Sql, { event, decision }: Pick<LogRecord, "event" | "decision">): boolean {
  const decided = `UPDATE events SET deciding = NULL, fired = ?, held = ?, record = ?
    WHERE contact_id = ? AND key = ? AND deciding IS NOT NULL RETURNING seq`;
  const found = firstRow(sql, decided, ...decisionColumns(event, decision), event.contactId, event.key);
  return found !== undefined;
}

/** What the columns `fired`, `held` and `record` hold. */
function decisionColumns(
  event: Event,
  decision: Decision,
): readonly [fired: string, held: string | null, record: string] {
  const fired = JSON.stringify(decision.fired);
  const held = heldText(suppressedBy(decision));
  return [fired, held, recordText(event, decision, MAX_RECORD_BYTES - bytesOf(fired) - bytesOf(held ?? ""))];
}

/** The words of an event that nobody knows; `null`: there are none. */
function wordsText({ kind, payload }: Event): string | null {
  const words = unknownWordsOf(kind, payload);
  return words.length === 0 ? null : JSON.stringify(words);
}

/** The rules that a decision suppressed, of those that the index proposed. */
export function suppressedBy({ verdicts }: Decision): SuppressedRule[] {
  return verdicts.flatMap((verdict) => {
    const reason = SUPPRESSION_REASONS.find((known) => known === verdict.reason);
    return reason ? [{ rule: verdict.rule, reason }] : [];
  });
}

/** The newest events of a contact, as many as are looked at, oldest first: to try a rule on them, not for each event. */
export function pastOf(sql: Sql, contactId: string): RecordedEvent[] {
  const newest = `SELECT kind, channel, outcome, direction, received_at, fired, message_key, chain, repeats FROM ${past.eventsOf(sql, contactId, "events_long")}
    ORDER BY seq DESC LIMIT ${MAX_PAST}`;
  const found = rows<PastRow>(sql, newest, contactId).toReversed();
  return found.map((row) => ({
    kind: row.kind as EventKind,
    channel: row.channel,
    outcome: row.outcome,
    direction: row.direction,
    at: row.received_at,
    fired: JSON.parse(row.fired) as string[],
    chain: row.chain,
    messageKey: row.message_key,
    isRepeat: row.repeats !== null,
  }));
}

interface PastRow extends EventRow {
  outcome: string | null;
  direction: RecordedEvent["direction"];
  message_key: string | null;
  chain: string | null;
  repeats: string | null;
}

/**
 * Recorded events of a contact, with their payloads, of some kinds, that happened at a time or later, in the order of their
 * times: HighLevel promises no order. Of more than `MAX_AHEAD` the first ones.
 */
export function recordedAhead(sql: Sql, contactId: string, afterMs: number, kinds: readonly EventKind[]): Event[] {
  return past
    .recordsAhead(sql, contactId, afterMs, kinds)
    .map((record) => JSON.parse(record) as LogRecord)
    .filter(({ dropped }) => dropped === undefined)
    .map(({ event }) => event);
}

/** Messages to a contact that were sent through the API and recorded since a time. */
export function apiMessagesOf(sql: Sql, contactId: string, sinceMs: number): SentMessage[] {
  const sent = `SELECT record FROM ${past.eventsOf(sql, contactId, "events_long")}
    AND kind = 'OutboundMessage' AND seq >= ?2 * 1000 AND received_at >= ?2 ORDER BY occurred_at`;
  return rows<{ record: string }>(sql, sent, contactId, sinceMs).flatMap(({ record }) => {
    const { messageId, emailMessageId, source, plainText, body } = (JSON.parse(record) as LogRecord).event.payload;
    const id = messageId || emailMessageId;
    const text = plainText || body;
    if (typeof id !== "string" || typeof source !== "string" || source.toLowerCase() !== "api") return [];
    const other = typeof emailMessageId === "string" && emailMessageId !== id ? emailMessageId : undefined;
    return [{ id, emailMessageId: other, text: typeof text === "string" ? text : "" }];
  });
}

/** The last event of a kind that states something of the contact. */
export function lastOfKind(sql: Sql, contactId: string, kind: EventKind): Event | undefined {
  const last = `SELECT record FROM ${past.eventsOf(sql, contactId, "events_long_subjects")}
    AND subject = ?2 AND record IS NOT NULL ORDER BY seq DESC LIMIT 1`;
  return readRecord(firstRow<{ record: string }>(sql, last, contactId, JSON.stringify([kind])))?.event;
}

/** One event of a contact with its decision. */
export function find(sql: Sql, contactId: string, key: string): LogRecord | undefined {
  return findSized(sql, contactId, key)?.record;
}

/** The same, with how many characters were read. */
export function findSized(
  sql: Sql,
  contactId: string,
  key: string,
): { readonly record: LogRecord; readonly characters: number } | undefined {
  const found = "SELECT record FROM events WHERE contact_id = ? AND key = ?";
  const row = firstRow<{ record: string | null }>(sql, found, contactId, key);
  const record = readRecord(row);
  return record && { record, characters: row?.record?.length ?? 0 };
}

/** The last event with a key, of any contact. It scans the log: for people, not for each event. */
export function findByKey(sql: Sql, key: string): LogRecord | undefined {
  return readRecord(
    firstRow<{ record: string | null }>(
      sql,
      "SELECT record FROM events WHERE key = ? AND record IS NOT NULL ORDER BY seq DESC LIMIT 1",
      key,
    ),
  );
}

function readRecord(row: { record: string | null } | undefined): LogRecord | undefined {
  return row?.record ? (JSON.parse(row.record) as LogRecord) : undefined;
}

/** The id of an event's message. A version before wrote it into the message key, where the chain stands now. */
const MESSAGE_ID = "json_extract(ifnull(subject, message_key), '$[1]')";
/** Read, and looked up, only for a page's rows. */
const ORIGIN = "json_extract(record, '$.event.origin') AS origin";
const SENT_BY = `CASE WHEN kind IN ('OutboundMessage', 'EmailStatus') THEN (SELECT delivery_id FROM sends WHERE message_id = ${MESSAGE_ID} OR email_message_id = ${MESSAGE_ID}) END AS sent_by`;

const LISTED = `SELECT seq, key, kind, channel, outcome, direction, contact_id, received_at, fired, held, repeats, deciding, ${ORIGIN}, ${SENT_BY}`;
/** Where a list begins, as a cursor. */
const BEGINNING = String(Number.MAX_SAFE_INTEGER);

/** A page of the log: it may have fewer events than were asked for, or none, and another may follow all the same. */
interface Page {
  readonly events: LogEntry[];
  readonly cursor: string | null;
}

/** The log, newest first, a page at a time: by the places of its events, or of one contact by the table. */
export function list(sql: Sql, query: LogQuery, places?: Places): Page {
  const found = query.contactId === undefined ? (places?.newest(query) ?? null) : null;
  if (found === "unread") return { events: [], cursor: query.cursor ?? BEGINNING };
  return found === null ? scanned(sql, query) : placed(sql, found, query.limit);
}

function placed(sql: Sql, found: readonly KnownPlace[], limit: number): Page {
  const told: (EntryRow & { sort: string })[] = [];
  let end = 0;
  for (const { contactId, seq, sort, drop } of found.slice(0, limit)) {
    const one = `${LISTED}, ${SORT} FROM ${past.eventsOf(sql, contactId, "events_long")} AND seq = ?2 AND record IS NOT NULL`;
    const row = firstRow<EntryRow & { sort: string }>(sql, one, contactId, seq);
    const before = told.at(-1);
    const isTold = before?.seq === seq && before.contact_id === contactId;
    if (row?.sort === sort && !isTold) told.push(row);
    else drop();
    // What was another when it was read stands in the same place as what it is now.
    end = told.at(-1)?.seq === seq ? seq : seq + 1;
  }
  return { events: told.map(toEntry), cursor: found.length > limit ? String(end) : null };
}

function scanned(
  sql: Sql,
  { contactId, rule, messageId, kind, channel, outcome, from, to, fired, cursor, limit }: LogQuery,
): Page {
  const where = ["record IS NOT NULL"];
  const values: SqlValue[] = [];
  const narrow = (clause: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    where.push(clause);
    values.push(value);
  };
  narrow("contact_id = ?", contactId);
  narrow("seq < ?", cursor === undefined ? undefined : Number(cursor));
  narrow("kind = ?", kind);
  narrow("ifnull(channel, 'none') = ?", channel);
  narrow("ifnull(outcome, 'none') = ?", outcome);
  narrow("received_at >= ?", from && Date.parse(from));
  narrow("received_at < ?", to && Date.parse(to));
  narrow("(fired <> '[]') = ?", fired && Number(fired === "yes"));
  narrow(`${MESSAGE_ID} = ?`, messageId);
  narrow("EXISTS (SELECT 1 FROM json_each(fired) WHERE value = ?)", rule);
  const found = rows<EntryRow>(
    sql,
    `${LISTED} FROM events WHERE ${where.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const page = found.slice(0, limit);
  return { events: page.map(toEntry), cursor: found.length > limit ? String(page.at(-1)?.seq) : null };
}

function toEntry(row: EntryRow): LogEntry {
  return {
    eventKey: row.key,
    kind: row.kind,
    channel: row.channel,
    outcome: row.outcome,
    direction: row.direction,
    contactId: row.contact_id,
    receivedAt: new Date(row.received_at).toISOString(),
    fired: JSON.parse(row.fired) as string[],
    held: readSuppressed(row.held),
    sentBy: row.sent_by,
    repeats: row.repeats,
    origin: row.origin,
    ...(row.deciding === null ? {} : { deciding: true }),
  };
}

/** The list of rules that were held back, as many of them as fit; `null`: there are none. */
function heldText(suppressed: readonly SuppressedRule[]): string | null {
  const texts = suppressed.map(({ rule, reason }) => JSON.stringify([rule, reason]));
  let room = MAX_HELD_BYTES;
  const fitting = texts.filter((text) => (room -= bytesOf(text) + 1) > 0);
  return fitting.length === 0 ? null : `[${fitting.join(",")}]`;
}

/** The record as JSON, its verdicts cut to the room that the event and the names of the rules that fired leave. */
function recordText(event: Event, decision: Decision, maxBytes: number): string {
  const text = JSON.stringify({ v: 1, event, decision });
  // A character takes at most three bytes: with so few, everything fits.
  if (text.length * 3 <= MAX_VERDICT_BYTES) return text;
  const others = bytesOf(JSON.stringify({ v: 1, event, decision: { ...decision, verdicts: [] } }));
  const room = Math.min(MAX_VERDICT_BYTES, maxBytes - others);
  return JSON.stringify({ v: 1, event, decision: bounded(decision, room) });
}

/** Gives verdicts room in turn, first to those that fired: whole, or without conditions, or not at all. */
function bounded(decision: Decision, maxBytes: number): Decision {
  let room = maxBytes;
  const stored = new Map<Verdict, Verdict>();
  for (const verdict of decision.verdicts.toSorted((a, b) => Number(b.fired) - Number(a.fired))) {
    for (const form of [verdict, { ...verdict, conditions: [], shortened: true as const }]) {
      const size = bytesOf(JSON.stringify(form)) + 1;
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
