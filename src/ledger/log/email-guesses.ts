// What became of an e-mail may come before the e-mail: then it is told of its contact at once, by the recipient alone, and
// which e-mail it was is a guess. It is put right when the e-mail turns up that has the name.
import { isJsonObject } from "../../kit/json.ts";
import { chainOf } from "./chains.ts";
import type { LogRecord } from "./log.ts";
import { eventsOf } from "./past.ts";
import * as quarantine from "./quarantine.ts";
import { rows, type Sql } from "../store/ports.ts";

/** Names of a status, as `email_names` has them. */
interface Named {
  readonly name: string;
  /** What the mail service calls the e-mail. */
  readonly mailId: string;
  readonly recipients: readonly string[];
  readonly nowMs: number;
}

/** Notes which e-mail a status was taken to be about; `null`: about none that is known. */
export function note(
  sql: Sql,
  { contactId, messageId }: { readonly contactId: string; readonly messageId: string | null },
  { name, mailId, recipients, nowMs }: Named,
): void {
  const guessed = `INSERT INTO email_names (name, at, message_id, contact_id, mail_id, guessed)
    SELECT ?1, ?2, ?3, ?4, ?5, 1 WHERE NOT EXISTS (SELECT 1 FROM email_names WHERE name = ?1)`;
  sql.exec(guessed, name, nowMs, messageId ?? "", contactId, mailId);
  // Another status of another name is not about that e-mail.
  const called = "UPDATE email_names SET mail_id = ? WHERE name = ? AND message_id = ? AND mail_id IS NULL";
  if (messageId !== null) for (const name of recipients) sql.exec(called, mailId, name, messageId);
}

type Guess = { contactId: string; messageId: string; mailId: string };

/** An e-mail is known by these names from now on: what was taken to be about another is about this one. */
export function settle(
  sql: Sql,
  email: { readonly contactId: string; readonly messageId: string },
  names: readonly string[],
  recipients: readonly string[],
): void {
  for (const name of names) {
    const gone = `DELETE FROM email_names WHERE name = ? AND guessed = 1
      RETURNING contact_id AS contactId, message_id AS messageId, mail_id AS mailId`;
    for (const guess of rows<Guess>(sql, gone, name)) {
      if (guess.messageId === email.messageId) continue;
      const free = "UPDATE email_names SET mail_id = NULL WHERE name = ? AND mail_id = ? AND message_id <> ?";
      for (const recipient of recipients) sql.exec(free, recipient, guess.mailId, email.messageId);
      for (const record of statusesOf(sql, guess))
        if (guess.contactId === email.contactId) isAbout(sql, record, email.messageId);
        else comesAgain(sql, record, name);
    }
  }
}

/** The events that were recorded by a guess, of one contact. */
function statusesOf(sql: Sql, { contactId, messageId, mailId }: Guess): readonly LogRecord[] {
  // Without a message an event is about the name that it has.
  const subject = JSON.stringify(["EmailStatus", messageId || mailId]);
  const told = `SELECT record FROM ${eventsOf(sql, contactId, "events_long_subjects")} AND subject = ?2
    AND record IS NOT NULL AND json_extract(record, '$.event.payload.emailMessageId') = ?3`;
  const found = rows<{ record: string }>(sql, told, contactId, subject, mailId);
  return found.map(({ record }) => JSON.parse(record) as LogRecord);
}

function isAbout(sql: Sql, { event: { contactId, key } }: LogRecord, messageId: string): void {
  const chain = chainOf(sql, contactId, messageId) ?? messageId;
  sql.exec(
    `UPDATE events SET subject = json_set(subject, '$[1]', ?1), chain = ?2, message_key = json_set(message_key, '$[1]', ?2),
       record = json_set(record, '$.event.payload.messageId', ?1) WHERE contact_id = ?3 AND key = ?4`,
    messageId,
    chain,
    contactId,
    key,
  );
}

/** It was an e-mail to another contact of the same address, of whom nothing was told: it is taken in as if it came now. */
function comesAgain(sql: Sql, { event }: LogRecord, name: string): void {
  const { contactId: _, messageId: __, ...payload } = event.payload;
  if (!isJsonObject(payload["webhookPayload"])) return;
  const id = `again ${event.key}`;
  const body = JSON.stringify(payload);
  const { key: eventKey, receivedAt } = event;
  quarantine.keep(sql, { id, eventKey, receivedAt, route: "events", issues: [], contactIds: [], body });
  sql.exec("INSERT OR IGNORE INTO email_waits (name, quarantine_id) VALUES (?, ?)", name, id);
}
