// Which e-mail is meant by what HighLevel says became of one: it names no contact, only the mail service's id and the
// recipient. Nothing is noted in a location until the first of these comes, since few apps get them. Whatever is looked up
// is a row of an index, or a few.
import { recipientsOf, channelOf } from "../../events/derive.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import { momentMs } from "../../kit/moment.ts";
import type { Event } from "../../model/event.ts";
import { mark, setMark } from "../store/marks.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** The e-mail that something is about. */
export interface KnownEmail {
  readonly contactId: string;
  readonly messageId: string;
}

const MAX_NAME_CHARACTERS = 500;
const MAX_RECIPIENTS = 20;
/** E-mails that were recorded before the first status came: as many of the newest, so long ago at most. */
const EARLIER_ROWS = 2_000;
const EARLIER_MS = 7 * 86_400_000;
/** A status is told in whole seconds, and clocks differ a little: an e-mail of that moment was before it. */
const ABOUT_THEN_MS = 2_000;
/** How far the clocks of HighLevel and of its mail service may be apart, where no e-mail was before a status. */
const CLOCKS_APART_MS = 5 * 60_000;
/** What waits for one e-mail and is looked at when that comes. */
const MAX_WAITING = 50;

/** From now on e-mails are noted by their names; those of the last days are looked up in the log, once. */
export function begin(sql: Sql, nowMs: number): void {
  if (isOn(sql)) return;
  setMark(sql, "emails", String(nowMs));
  const earlier = `SELECT record FROM events WHERE kind = 'OutboundMessage' AND channel = 'email' AND record IS NOT NULL
    AND received_at >= ? ORDER BY seq DESC LIMIT ${EARLIER_ROWS}`;
  for (const { record } of rows<{ record: string }>(sql, earlier, nowMs - EARLIER_MS))
    noteNames(sql, (JSON.parse(record) as { event: Event }).event);
}

/** Notes the names of an e-mail of the log. It belongs in the transaction that records the event. */
export function note(sql: Sql, event: Event): void {
  if (isEmail(event) && isOn(sql)) noteNames(sql, event);
}

function isOn(sql: Sql): boolean {
  return mark(sql, "emails") !== undefined;
}

function isEmail({ kind, payload }: Event): boolean {
  return kind === "OutboundMessage" && channelOf(kind, payload) === "email";
}

function noteNames(sql: Sql, event: Event): void {
  const { messageId, emailMessageId } = event.payload;
  const id = [messageId, emailMessageId].find(isNamed);
  if (id === undefined) return;
  for (const name of namesOfEmail(event))
    sql.exec(
      "INSERT OR IGNORE INTO email_names (name, at, message_id, contact_id) VALUES (?, ?, ?, ?)",
      name,
      Date.parse(event.occurredAt),
      id,
      event.contactId,
    );
}

type KnownRow = { contactId: string; messageId: string };
const NAMED = "SELECT contact_id AS contactId, message_id AS messageId FROM email_names WHERE name = ?";

/** The e-mail that a status is about: one of ours or of the log by its id, else the last one to its recipient before it. */
export function emailOf(sql: Sql, status: JsonObject): KnownEmail | null {
  for (const id of idsIn(status)) {
    const sent = `SELECT contact_id AS contactId, ifnull(message_id, email_message_id) AS messageId FROM sends
      WHERE delivery_id IN (SELECT delivery_id FROM sends WHERE message_id = ?1 UNION ALL SELECT delivery_id FROM sends WHERE email_message_id = ?1) LIMIT 1`;
    const known = firstRow<KnownRow>(sql, sent, id) ?? last(sql, nameOfId(id), Number.MAX_SAFE_INTEGER);
    if (known) return known;
  }
  const [recipient] = addressesIn([status["recipient"]]);
  const atMs = momentMs(status["happenedAt"]);
  if (recipient === undefined || atMs === null) return null;
  const name = nameOfRecipient(recipient);
  return last(sql, name, atMs + ABOUT_THEN_MS) ?? firstUntil(sql, name, atMs + CLOCKS_APART_MS);
}

function last(sql: Sql, name: string, untilMs: number): KnownEmail | null {
  const found = `${NAMED} AND at <= ? ORDER BY at DESC LIMIT 1`;
  return firstRow<KnownRow>(sql, found, name, untilMs) ?? null;
}

function firstUntil(sql: Sql, name: string, untilMs: number): KnownEmail | null {
  const found = `${NAMED} AND at <= ? ORDER BY at LIMIT 1`;
  return firstRow<KnownRow>(sql, found, name, untilMs) ?? null;
}

/** Notes that a status in the quarantine waits for its e-mail: HighLevel promises no order. */
export function wait(sql: Sql, status: JsonObject, quarantineId: string): void {
  const names = [...idsIn(status).map(nameOfId), ...addressesIn([status["recipient"]]).map(nameOfRecipient)];
  for (const name of names)
    sql.exec("INSERT OR IGNORE INTO email_waits (name, quarantine_id) VALUES (?, ?)", name, quarantineId);
}

/** Items of the quarantine that may be about an e-mail that was recorded. */
export function waitingFor(sql: Sql, event: Event): readonly string[] {
  if (!isEmail(event) || !isOn(sql)) return [];
  const waiting = `SELECT quarantine_id AS id FROM email_waits WHERE name = ? LIMIT ${MAX_WAITING}`;
  return [
    ...new Set(namesOfEmail(event).flatMap((name) => rows<{ id: string }>(sql, waiting, name).map(({ id }) => id))),
  ];
}

/** Something waits no longer. */
export function waited(sql: Sql, status: JsonObject, quarantineId: string): void {
  const names = [...idsIn(status).map(nameOfId), ...addressesIn([status["recipient"]]).map(nameOfRecipient)];
  for (const name of names)
    sql.exec("DELETE FROM email_waits WHERE name = ? AND quarantine_id = ?", name, quarantineId);
}

/** Forgets a contact: its e-mails, and what waits in the quarantine under one of their names. */
export function forget(sql: Sql, contactId: string): void {
  sql.exec(
    "DELETE FROM quarantine WHERE id IN (SELECT quarantine_id FROM email_waits WHERE name IN (SELECT name FROM email_names WHERE contact_id = ?))",
    contactId,
  );
  sql.exec("DELETE FROM email_names WHERE contact_id = ?", contactId);
}

/** Forgets e-mails from before a time, and waits for what is no longer in the quarantine. */
export function forgetBefore(sql: Sql, beforeMs: number): void {
  sql.exec("DELETE FROM email_names WHERE at < ?", beforeMs);
  sql.exec("DELETE FROM email_waits WHERE quarantine_id NOT IN (SELECT id FROM quarantine)");
}

function namesOfEmail({ kind, payload }: Event): readonly string[] {
  return [
    ...idsIn(payload).map(nameOfId),
    ...addressesIn(recipientsOf(kind, payload)).slice(0, MAX_RECIPIENTS).map(nameOfRecipient),
  ];
}

/** The ids that an e-mail or a status has: as they are, and before the `@` of the mail service. */
function idsIn({ messageId, emailMessageId }: JsonObject): readonly string[] {
  const whole = [messageId, emailMessageId].filter(isNamed).map((id) => id.trim().replace(/^<(.*)>$/, "$1"));
  return [...new Set(whole.flatMap((id) => [id, id.split("@", 1)[0] ?? id]))].filter((id) => id !== "");
}

function isNamed(value: Json | undefined): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_NAME_CHARACTERS;
}

/** Addresses in lower case, without the names before them. */
function addressesIn(given: readonly (Json | undefined)[]): readonly string[] {
  const texts = given.filter(isNamed).flatMap((text) => text.split(/[,;]/));
  return [...new Set(texts.map((text) => (/<([^<>]*)>/.exec(text)?.[1] ?? text).trim().toLowerCase()))].filter((text) =>
    text.includes("@"),
  );
}

const nameOfId = (id: string): string => `id ${id}`;
const nameOfRecipient = (address: string): string => `to ${address}`;
