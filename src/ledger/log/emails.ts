// Which e-mail is meant by what HighLevel says became of one: it names no contact, only the mail service's id and the
// recipient. Nothing is noted in a location until the first of these comes, since few apps get them. Whatever is looked up
// is a row of an index, or a few.
import { recipientsOf, channelOf } from "../../events/derive.ts";
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { momentMs } from "../../kit/moment.ts";
import type { Event } from "../../model/event.ts";
import { mark, setMark } from "../store/marks.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import * as contacts from "./contacts.ts";
import * as guesses from "./email-guesses.ts";

/** The e-mail that a status is about. */
export interface KnownEmail {
  readonly contactId: string;
  /** `null`: none of the e-mails to the recipient that are known, only whose address it is. */
  readonly messageId: string | null;
  /** It was found by the recipient alone: the e-mail may turn out to be another. */
  readonly isGuess: boolean;
}

/** An e-mail of the log or of ours. */
type Email = {
  readonly contactId: string;
  readonly messageId: string;
  /** What HighLevel calls it besides. */
  readonly emailMessageId: string | null;
  readonly recipients: readonly string[];
  readonly atMs: number;
};

const MAX_NAME_CHARACTERS = 500;
const MAX_RECIPIENTS = 20;
/** E-mails that were recorded before the first status came: as many of the newest, so long ago at most. */
const EARLIER_ROWS = 2_000;
const EARLIER_MS = 7 * 86_400_000;
/** A status is told in whole seconds, and clocks differ a little: an e-mail of that moment was before it. */
const ABOUT_THEN_MS = 2_000;
/** How far the clocks of HighLevel and of its mail service may be apart, where no e-mail was before a status. */
const CLOCKS_APART_MS = 5 * 60_000;
/** Of the e-mails to a recipient as many are looked at. */
const LOOKED_AT = 20;
/** What waits for one e-mail and is looked at when that comes. */
const MAX_WAITING = 50;
/** The name under which what has to be looked at again waits. */
const READY = "ready";
/** How the mark ends once a status named an e-mail as HighLevel does. */
const BY_NAME = " by name";

/** From now on e-mails are noted by their names; those of the last days are looked up in the log, once. */
export function begin(sql: Sql, nowMs: number): void {
  if (isOn(sql)) return;
  setMark(sql, "emails", String(nowMs));
  const earlier = `SELECT record FROM events WHERE kind = 'OutboundMessage' AND channel = 'email' AND record IS NOT NULL
    AND received_at >= ? ORDER BY seq DESC LIMIT ${EARLIER_ROWS}`;
  for (const { record } of rows<{ record: string }>(sql, earlier, nowMs - EARLIER_MS)) {
    const email = emailIn(sql, (JSON.parse(record) as { event: Event }).event);
    if (email) noteNames(sql, email);
  }
  // Of one of ours HighLevel's answer is enough: its webhook may be lost.
  const ours = `SELECT contact_id AS contactId, message_id AS messageId, email_message_id AS emailMessageId, at AS atMs FROM sends
    WHERE message_id IS NOT NULL AND at >= ? AND (SELECT json_extract(plan, '$.action.messageType') FROM deliveries WHERE id = delivery_id) = 'Email'
    ORDER BY delivery_id DESC LIMIT ${EARLIER_ROWS}`;
  for (const sent of rows<Omit<Email, "recipients">>(sql, ours, nowMs - EARLIER_MS))
    noteNames(sql, { ...sent, recipients: addressesOf(sql, sent.contactId) });
}

/** Notes the names of an e-mail of the log. It belongs in the transaction that records the event. */
export function note(sql: Sql, event: Event): void {
  if (isEmail(event) && isOn(sql)) known(sql, emailIn(sql, event));
}

/** The same for an e-mail of ours, once HighLevel has said its ids. It belongs in the transaction that writes those down. */
export function noteSent(sql: Sql, contactId: string, ids: readonly (string | null | undefined)[], atMs: number): void {
  const [messageId, emailMessageId = null] = ids.filter((id) => isNamed(id));
  if (messageId === undefined || !isOn(sql)) return;
  known(sql, { contactId, messageId, emailMessageId, recipients: addressesOf(sql, contactId), atMs });
}

function isOn(sql: Sql): boolean {
  return mark(sql, "emails") !== undefined;
}

export function isEmail({ kind, payload }: Event): boolean {
  return kind === "OutboundMessage" && channelOf(kind, payload) === "email";
}

function emailIn(sql: Sql, { kind, payload, contactId, occurredAt }: Event): Email | null {
  const [messageId, emailMessageId = null] = [payload["messageId"], payload["emailMessageId"]].filter(isNamed);
  if (messageId === undefined) return null;
  const told = addressesIn(recipientsOf(kind, payload)).slice(0, MAX_RECIPIENTS);
  // What HighLevel's export has of an e-mail does not say to which address it went.
  const recipients = told.length > 0 ? told : addressesOf(sql, contactId);
  return { contactId, messageId, emailMessageId, recipients, atMs: Date.parse(occurredAt) };
}

/** The address of a contact, as far as it is known. */
function addressesOf(sql: Sql, contactId: string): readonly string[] {
  const fields = contacts.find(sql, contactId).parts.fields?.value;
  return addressesIn(isJsonObject(fields) ? [fields["email"]] : []);
}

/** An e-mail is known from now on: what waits for it is looked at again, and what was taken for another's is its own. */
function known(sql: Sql, email: Email | null): void {
  if (email === null) return;
  noteNames(sql, email);
  guesses.settle(sql, email, idsOf(email).map(nameOfId), email.recipients.map(nameOfRecipient));
  const ready = `INSERT OR IGNORE INTO email_waits (name, quarantine_id)
    SELECT '${READY}', quarantine_id FROM email_waits WHERE name = ? LIMIT ${MAX_WAITING}`;
  for (const name of namesOf(email)) sql.exec(ready, name);
}

function noteNames(sql: Sql, email: Email): void {
  const { atMs, messageId, contactId, emailMessageId } = email;
  for (const name of namesOf(email))
    sql.exec(
      "INSERT OR IGNORE INTO email_names (name, at, message_id, contact_id, email_id) VALUES (?, ?, ?, ?, ?)",
      name,
      atMs,
      messageId,
      contactId,
      emailMessageId,
    );
}

type NameRow = {
  contactId: string;
  messageId: string;
  /** What HighLevel calls the e-mail, and the mail service as far as a status told. */
  emailId: string | null;
  mailId: string | null;
  guessed: number | null;
};
const NAMED =
  "SELECT contact_id AS contactId, message_id AS messageId, email_id AS emailId, mail_id AS mailId, guessed FROM email_names WHERE name = ?";

/** The e-mail that a status is about: one of ours or of the log by its id, else the last one to its recipient before it that may be meant. */
export function emailOf(sql: Sql, status: JsonObject): KnownEmail | null {
  const ids = idsIn(status);
  for (const id of ids) {
    const sent = `SELECT contact_id AS contactId, ifnull(message_id, email_message_id) AS messageId, 0 AS guessed FROM sends
      WHERE delivery_id IN (SELECT delivery_id FROM sends WHERE message_id = ?1 UNION ALL SELECT delivery_id FROM sends WHERE email_message_id = ?1) LIMIT 1`;
    const named =
      firstRow<NameRow>(sql, sent, id) ?? firstRow<NameRow>(sql, `${NAMED} ORDER BY at DESC LIMIT 1`, nameOfId(id));
    if (named) return { contactId: named.contactId, messageId: named.messageId || null, isGuess: named.guessed === 1 };
  }
  const [recipient] = addressesIn([status["recipient"]]);
  const atMs = momentMs(status["happenedAt"]);
  return recipient === undefined || atMs === null ? null : byRecipient(sql, nameOfRecipient(recipient), atMs, ids);
}

/** The last e-mail before a time, else the first soon after it: clocks differ. One that is called otherwise is not meant. */
function byRecipient(sql: Sql, name: string, atMs: number, ids: readonly string[]): KnownEmail | null {
  const before = `${NAMED} AND at <= ? ORDER BY at DESC LIMIT ${LOOKED_AT}`;
  const after = `${NAMED} AND at > ? AND at <= ? ORDER BY at LIMIT ${LOOKED_AT}`;
  const thenMs = atMs + ABOUT_THEN_MS;
  const all = [
    ...rows<NameRow>(sql, before, name, thenMs),
    ...rows<NameRow>(sql, after, name, thenMs, atMs + CLOCKS_APART_MS),
  ];
  const isByName = mark(sql, "emails")?.endsWith(BY_NAME) ?? false;
  const isOther = (id: string | null): boolean => id !== null && !formsOf(id).some((form) => ids.includes(form));
  const meant = all.find(
    ({ mailId, emailId }) => ids.length === 0 || !(isOther(mailId) || (isByName && isOther(emailId))),
  );
  const [whose] = all;
  if (whose === undefined) return null;
  return { contactId: (meant ?? whose).contactId, messageId: meant?.messageId ?? null, isGuess: true };
}

/** Notes what a status was joined to, so that the next one about the same e-mail is joined to the same. It belongs in the transaction before it is recorded. */
export function noteJoined(sql: Sql, status: JsonObject, email: KnownEmail, nowMs: number): void {
  const ids = idsIn(status);
  const [mailId] = ids;
  // The shortest form is one of each form that the e-mail itself may come under.
  const name = ids.at(-1);
  if (mailId === undefined || name === undefined) return;
  const recipients = recipientsIn(status);
  if (email.isGuess) return guesses.note(sql, email, { name: nameOfId(name), mailId, nowMs, recipients });
  const since = mark(sql, "emails");
  if (since !== undefined && !since.endsWith(BY_NAME)) setMark(sql, "emails", `${since}${BY_NAME}`);
}

/** Notes that a status in the quarantine waits for its e-mail: HighLevel promises no order. */
export function wait(sql: Sql, status: JsonObject, quarantineId: string): void {
  for (const name of [...idsIn(status).map(nameOfId), ...recipientsIn(status)])
    sql.exec("INSERT OR IGNORE INTO email_waits (name, quarantine_id) VALUES (?, ?)", name, quarantineId);
}

/** Items of the quarantine that have to be looked at again, since what they may be about is known by now. */
export function ready(sql: Sql): readonly string[] {
  const waiting = `SELECT quarantine_id AS id FROM email_waits WHERE name = '${READY}' LIMIT ${MAX_WAITING}`;
  return rows<{ id: string }>(sql, waiting).map(({ id }) => id);
}

/** An item was looked at again. */
export function looked(sql: Sql, quarantineId: string): void {
  sql.exec("DELETE FROM email_waits WHERE name = ? AND quarantine_id = ?", READY, quarantineId);
}

/** Something waits no longer. */
export function waited(sql: Sql, status: JsonObject, quarantineId: string): void {
  for (const name of [...idsIn(status).map(nameOfId), ...recipientsIn(status), READY])
    sql.exec("DELETE FROM email_waits WHERE name = ? AND quarantine_id = ?", name, quarantineId);
}

/** Forgets a contact: its e-mails, and what waits in the quarantine under one of their names or its address. */
export function forget(sql: Sql, contactId: string): void {
  sql.exec(
    "DELETE FROM quarantine WHERE id IN (SELECT quarantine_id FROM email_waits WHERE name IN (SELECT name FROM email_names WHERE contact_id = ? UNION ALL SELECT value FROM json_each(?)))",
    contactId,
    JSON.stringify(addressesOf(sql, contactId).map(nameOfRecipient)),
  );
}

/** Forgets waits for what is no longer in the quarantine. */
export function forgetWaits(sql: Sql): void {
  sql.exec("DELETE FROM email_waits WHERE quarantine_id NOT IN (SELECT id FROM quarantine)");
}

function namesOf(email: Email): readonly string[] {
  return [...idsOf(email).map(nameOfId), ...email.recipients.map(nameOfRecipient)];
}

function idsOf({ messageId, emailMessageId }: Pick<Email, "messageId" | "emailMessageId">): readonly string[] {
  return idsIn({ messageId, emailMessageId });
}

/** The ids that an e-mail or a status has: as they are, and before the `@` of the mail service. */
function idsIn({ messageId, emailMessageId }: JsonObject): readonly string[] {
  return [...new Set([messageId, emailMessageId].filter(isNamed).flatMap(formsOf))];
}

function formsOf(id: string): readonly string[] {
  const whole = id.trim().replace(/^<(.*)>$/, "$1");
  return [whole, whole.split("@", 1)[0] ?? whole].filter((form) => form !== "");
}

function recipientsIn(status: JsonObject): readonly string[] {
  return addressesIn([status["recipient"]]).map(nameOfRecipient);
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
