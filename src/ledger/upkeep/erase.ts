// Forgetting: one contact on request, and everything that is older than the operator keeps.
import { kindOf } from "../../act/kinds.ts";
import type { Erased } from "../../model/ledger.ts";
import { readPlan, timePrefix } from "../deliveries/deliveries.ts";
import type { Task } from "../../model/task.ts";
import { completeLongPasts } from "../log/past.ts";
import * as firings from "../deliveries/firings.ts";
import * as quarantine from "../log/quarantine.ts";
import * as emails from "../log/emails.ts";
import * as contacts from "../log/contacts.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import * as ruleSets from "../log/rule-sets.ts";
import * as tasks from "../deliveries/tasks.ts";
import { MAX_DURATION_MS } from "../../time/duration.ts";

const OPEN = "('scheduled', 'sending', 'held')";
/**
 * Deliveries of decisions all of which ended by a time (`?1`). Ids begin with the time of the decision, so only the old
 * ones are looked at (`?2`). A version before it wrote no end: it was the last attempt, or is not known.
 */
const ENDED_DELIVERIES = `FROM deliveries WHERE id < ?2 AND ${firings.isOverWith(
  (row) => `${row}.state NOT IN ${OPEN}
  AND ifnull(${row}.ended_at, ifnull((SELECT MAX(at) FROM attempts WHERE delivery_id = ${row}.id), 0)) <= ?1`,
)}`;
const SWEEP_ROWS = 1_000;
const DAY_MS = 86_400_000;
/** HighLevel retries a webhook for about three days, and the key is the only guard against replays of a signed body. */
const KEY_DAYS = 30;
/** HighLevel's export is looked back through for a week at most: so long it has to be known who was erased. */
const LOOKED_BACK_MS = 8 * DAY_MS;
/** Of an event that was forgotten only its key, place, kind, channel, outcome, direction and times are left. */
export const TOMBSTONE =
  "contact_id = '', fired = '[]', held = NULL, undone = NULL, words = NULL, record = NULL, message_key = NULL, chain = NULL, subject = NULL, state = NULL, repeats = NULL, long_past = NULL, deciding = NULL";
/** Another contact's event with the same key left a tombstone that will stay longer: one is enough. */
const KNOWN_FOR_LONGER =
  "EXISTS (SELECT 1 FROM events AS t WHERE t.contact_id = '' AND t.key = events.key AND t.received_at >= events.received_at)";

/** Tables of which the rows of a contact go with it, and nothing else has to be done. */
const OF_CONTACTS = [
  "sends",
  "changes",
  "kept_firings",
  "reports",
  "opt_outs",
  "chains",
  "email_names",
  "contacts",
  "divergence",
];
/** What is forgotten by when it was noted. */
const NOTED: readonly (readonly [table: string, column: string])[] = [
  ["chains", "at"],
  // Users that nobody has asked about for as long: the location and its fields are asked for again daily.
  ["records", "asked_at"],
  ["gaps", "taken_until"],
  ["audit", "at"],
  ["email_names", "at"],
  // They could not be recorded for as long as anything is kept.
  ["reports", "noted_at"],
  ["divergence", "at"],
];

/**
 * Removes a contact from every table and has its tasks removed from KV. Its events leave tombstones without content,
 * so that a late retry of a webhook is still recognised and does not bring them back.
 */
export function eraseContact(sql: Sql, locationId: string, contactId: string, nowMs: number): Erased {
  const plans = rows<{ id: string; plan: string; state: string }>(
    sql,
    "SELECT id, plan, state FROM deliveries WHERE contact_id = ?",
    contactId,
  );
  const leaving = plans.filter((row) => {
    const plan = readPlan(row.plan);
    return plan === null || kindOf(plan.action).leavesTask;
  });
  const kept = rows<{ id: string }>(sql, "SELECT id FROM tasks WHERE contact_id = ?", contactId);
  for (const { id } of kept) tasks.planWrite(sql, locationId, id, null, nowMs);
  for (const { id, state } of leaving)
    tasks.planWrite(sql, locationId, id, null, state === "sending" ? nowMs + tasks.LAST_WRITE_MS : nowMs);
  sql.exec("DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE contact_id = ?)", contactId);
  firings.eraseContact(sql, contactId);
  emails.forget(sql, contactId);
  for (const table of OF_CONTACTS) sql.exec(`DELETE FROM ${table} WHERE contact_id = ?`, contactId);
  sql.exec("UPDATE audit SET contact_id = NULL WHERE contact_id = ?", contactId);
  return {
    deliveries: count(sql, "DELETE FROM deliveries WHERE contact_id = ? RETURNING id", contactId),
    tasks: count(sql, "DELETE FROM tasks WHERE contact_id = ? RETURNING id", contactId),
    quarantined: quarantine.eraseContact(sql, contactId),
    events:
      count(sql, `DELETE FROM events WHERE contact_id = ? AND ${KNOWN_FOR_LONGER} RETURNING seq`, contactId) +
      count(sql, `UPDATE OR REPLACE events SET ${TOMBSTONE} WHERE contact_id = ? RETURNING seq`, contactId),
  };
}

/**
 * Removes what ended before a time, a bounded number of rows at once: a delivery and what it sent by its end, which may
 * be long after it was decided; a task once it was done. An event stays as long as one of its deliveries does. Its key
 * stays for 30 days in any case, so that a late retry of the webhook is still a duplicate. `ruleSet` is the hash of the
 * one in use. `true`: there is more to remove.
 */
export function sweep(sql: Sql, beforeMs: number, nowMs: number, rulesInUse: readonly string[]): boolean {
  const oldest = timePrefix(beforeMs);
  const gone = rows<{ id: string }>(sql, `SELECT id ${ENDED_DELIVERIES} LIMIT ?3`, beforeMs, oldest, SWEEP_ROWS);
  for (const { id } of gone) {
    sql.exec("DELETE FROM attempts WHERE delivery_id = ?", id);
    sql.exec("DELETE FROM sends WHERE delivery_id = ?", id);
    sql.exec("DELETE FROM changes WHERE delivery_id = ?", id);
    sql.exec("DELETE FROM deliveries WHERE id = ?", id);
  }
  // A delivery's id begins with the time of its event.
  const ended = "deciding IS NULL AND key NOT IN (SELECT event_key FROM deliveries WHERE id < ?2)";
  sql.exec(
    `DELETE FROM events WHERE received_at < ?1 AND record IS NOT NULL AND ${ended} AND ${KNOWN_FOR_LONGER}`,
    beforeMs,
    oldest,
  );
  const forgotten = rows(
    sql,
    `UPDATE OR REPLACE events SET ${TOMBSTONE} WHERE (contact_id, key) IN (SELECT contact_id, key FROM events WHERE received_at < ?1 AND record IS NOT NULL AND ${ended} LIMIT ?3) RETURNING seq`,
    beforeMs,
    oldest,
    SWEEP_ROWS,
  );
  const removed = rows(
    sql,
    "DELETE FROM events WHERE (contact_id, key) IN (SELECT contact_id, key FROM events WHERE received_at < ? AND record IS NULL LIMIT ?) RETURNING seq",
    Math.min(beforeMs, nowMs - KEY_DAYS * DAY_MS),
    SWEEP_ROWS,
  );
  const isFilling = contacts.fillKeys(sql);
  const more = isFilling || [gone, forgotten, removed].some(({ length }) => length === SWEEP_ROWS);
  const done = "DELETE FROM tasks WHERE state = 'done' AND completed_at < ? RETURNING task";
  for (const row of rows<{ task: string }>(sql, done, beforeMs)) {
    const { id, locationId } = JSON.parse(row.task) as Task;
    tasks.planWrite(sql, locationId, id, null, nowMs);
  }
  // Those of deliveries that were forgotten before their time: the ledger was full.
  sql.exec("DELETE FROM sends WHERE at < ? AND delivery_id NOT IN (SELECT id FROM deliveries)", beforeMs);
  firings.forgetBefore(sql, nowMs - MAX_DURATION_MS);
  completeLongPasts(sql);
  contacts.forgetWithoutEvents(sql);
  sql.exec("DELETE FROM drift WHERE day < ?", Math.floor(beforeMs / DAY_MS));
  sql.exec("DELETE FROM erased WHERE at < ?", nowMs - LOOKED_BACK_MS);
  for (const [table, column] of NOTED) sql.exec(`DELETE FROM ${table} WHERE ${column} < ?`, beforeMs);
  quarantine.forgetBefore(sql, beforeMs);
  emails.forgetWaits(sql);
  ruleSets.forgetUnused(sql, rulesInUse);
  return more;
}

/** Whether there is anything that a sweep may have to remove some day. */
export function hasContent(sql: Sql): boolean {
  return ["events", "tasks", "quarantine", "ignored", "audit"].some(
    (table) => firstRow(sql, `SELECT 1 FROM ${table} LIMIT 1`) !== undefined,
  );
}

function count(sql: Sql, statement: string, value: string): number {
  return rows(sql, statement, value).length;
}
