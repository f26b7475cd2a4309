// Forgetting: one contact on request, and everything that is older than the operator keeps.
import type { Erased } from "../model/ledger.ts";
import * as held from "./held.ts";
import { firstRow, rows, type Sql } from "./ports.ts";
import * as tasks from "./tasks.ts";

const OPEN = "('scheduled', 'sending')";
const SWEEP_ROWS = 1_000;

/**
 * Removes a contact from every table and has its tasks removed from KV. Of its events only the keys stay, without
 * any of their content, so that a late retry of a webhook is still recognised and does not bring them back.
 */
export function eraseContact(sql: Sql, locationId: string, contactId: string, nowMs: number): Erased {
  const taskIds = rows<{ id: string }>(
    sql,
    "SELECT id FROM tasks WHERE contact_id = ? UNION SELECT id FROM deliveries WHERE contact_id = ? AND json_extract(plan, '$.action.type') = 'task'",
    contactId,
    contactId,
  );
  for (const { id } of taskIds) tasks.planWrite(sql, locationId, id, null, nowMs);
  sql.exec("DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE contact_id = ?)", contactId);
  return {
    deliveries: count(sql, "DELETE FROM deliveries WHERE contact_id = ? RETURNING id", contactId),
    tasks: count(sql, "DELETE FROM tasks WHERE contact_id = ? RETURNING id", contactId),
    quarantined: count(sql, "DELETE FROM quarantine WHERE contact_id = ? RETURNING key", contactId),
    events: count(
      sql,
      "UPDATE events SET contact_id = '', fired = '[]', record = NULL WHERE contact_id = ? RETURNING seq",
      contactId,
    ),
  };
}

/**
 * Removes what was received before a time and has ended, a bounded number of events at once. An event stays as long
 * as one of its deliveries is open, and a task as long as it is not done. `true`: there is more to remove.
 */
export function sweep(sql: Sql, locationId: string, beforeMs: number, nowMs: number): boolean {
  const old = rows<{ seq: number; key: string }>(
    sql,
    `SELECT seq, key FROM events WHERE received_at < ? AND key NOT IN (SELECT event_key FROM deliveries WHERE state IN ${OPEN}) ORDER BY seq LIMIT ?`,
    beforeMs,
    SWEEP_ROWS,
  );
  // Ids begin with the time of the decision, so what is older than the oldest event that stays can be found by id.
  const oldest = beforeMs.toString(16).padStart(12, "0");
  for (const { seq } of old) sql.exec("DELETE FROM events WHERE seq = ?", seq);
  if (old.length < SWEEP_ROWS) {
    sql.exec(
      `DELETE FROM attempts WHERE delivery_id IN (SELECT id FROM deliveries WHERE id < ? AND state NOT IN ${OPEN})`,
      oldest,
    );
    sql.exec(`DELETE FROM deliveries WHERE id < ? AND state NOT IN ${OPEN}`, oldest);
  }
  for (const { id } of rows<{ id: string }>(
    sql,
    "DELETE FROM tasks WHERE state = 'done' AND completed_at < ? RETURNING id",
    beforeMs,
  )) {
    tasks.planWrite(sql, locationId, id, null, nowMs);
  }
  held.forgetBefore(sql, beforeMs);
  return old.length === SWEEP_ROWS;
}

/** Whether there is anything that a sweep may have to remove one day. */
export function hasContent(sql: Sql): boolean {
  return ["events", "tasks", "quarantine", "ignored"].some(
    (table) => firstRow(sql, `SELECT 1 FROM ${table} LIMIT 1`) !== undefined,
  );
}

function count(sql: Sql, statement: string, value: string): number {
  return rows(sql, statement, value).length;
}
