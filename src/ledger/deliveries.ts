// Deliveries: the actions of decisions on their way, and every attempt that was made.
import type { AttemptOutcome } from "../act/outcome.ts";
import { retryDelayMs } from "../act/retry.ts";
import type { Attempt, CancelledBy, Delivery, DeliveryState } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import { hex, sha256 } from "../model/hash.ts";
import type { PageQuery } from "../model/ledger.ts";
import type { JsonObject } from "../model/json.ts";
import type { Action } from "../model/rule.ts";
import type { Window } from "../model/window.ts";
import { firstRow, rows, type Sql, type SqlValue } from "./ports.ts";

/** What a delivery will do, as it was decided: a later deploy of the rules does not change it. */
export interface Plan {
  /** The version of this form. */
  readonly v: 1;
  readonly action: Action;
  /** What templates see as `rule`. */
  readonly rule: JsonObject;
  /** When it may be attempted; absent: at any time. */
  readonly window?: Window | undefined;
}

/** A delivery to be scheduled, or one that ended before it began. */
export interface NewDelivery {
  readonly rule: string;
  readonly plan: Plan;
  readonly dueAtMs: number;
  readonly cancelledBy: CancelledBy | null;
}

/** A delivery as the pump takes it. */
export interface DueDelivery {
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly rule: string;
  /** As stored: `readPlan` reads it. */
  readonly plan: string;
  /** Attempts that failed so far since it was scheduled or retried by hand. */
  readonly tries: number;
}

interface DeliveryRow {
  id: string;
  event_key: string;
  contact_id: string;
  rule: string;
  plan: string;
  state: DeliveryState;
  due_at: number | null;
  tries: number;
  cancelled_by: string | null;
}

interface AttemptRow {
  at: number;
  status: number | null;
  error: string | null;
  duration_ms: number;
  answer: string | null;
}

const COLUMNS = "id, event_key, contact_id, rule, plan, state, due_at, tries, cancelled_by";
const ORDINAL_DIGITS = 4;

/**
 * What the ids of all deliveries of one decision begin with: 12 hex digits of the time, so that ids sort by it, and
 * 20 of a hash. Ids follow from the decision alone, so repeating a step can never make a second one.
 */
export async function deliveryIdPrefix(event: Event, decidedAt: string): Promise<string> {
  const digest = await sha256(`${event.locationId}\n${event.contactId}\n${event.key}`);
  return `${Date.parse(decidedAt).toString(16).padStart(12, "0")}${hex(digest.subarray(0, 10))}`;
}

/** Adds the deliveries of a decision. */
export function schedule(sql: Sql, event: Event, idPrefix: string, planned: readonly NewDelivery[]): void {
  for (const [ordinal, { rule, plan, dueAtMs, cancelledBy }] of planned.entries()) {
    sql.exec(
      `INSERT INTO deliveries (id, event_key, contact_id, rule, plan, state, due_at, tries, cancellable, cancelled_by)
       VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
      idPrefix + String(ordinal).padStart(ORDINAL_DIGITS, "0"),
      event.key,
      event.contactId,
      rule,
      JSON.stringify(plan),
      cancelledBy ? "cancelled" : "scheduled",
      cancelledBy ? null : dueAtMs,
      plan.action.cancelOn ? 1 : 0,
      cancelledBy && JSON.stringify(cancelledBy),
    );
  }
}

/**
 * The deliveries of a contact that an event may cancel: those that wait, and those that are being sent and may have to
 * be sent again. Only of events that happened no later than it did.
 */
export function cancellable(
  sql: Sql,
  contactId: string,
  occurredAtMs: number,
): { readonly id: string; readonly plan: Plan | null }[] {
  const open = `SELECT id, plan FROM deliveries WHERE contact_id = ? AND cancellable = 1 AND state IN ('scheduled', 'sending')
    AND cancelled_by IS NULL AND (SELECT occurred_at FROM events WHERE events.contact_id = deliveries.contact_id AND key = event_key) <= ?`;
  return rows<{ id: string; plan: string }>(sql, open, contactId, occurredAtMs).map(({ id, plan }) => ({
    id,
    plan: readPlan(plan),
  }));
}

/** Takes the delivery that has been due longest, and marks it as being sent. */
export function takeDue(sql: Sql, nowMs: number): DueDelivery | undefined {
  const row = firstRow<DeliveryRow>(
    sql,
    `SELECT ${COLUMNS} FROM deliveries WHERE state = 'scheduled' AND due_at <= ? ORDER BY due_at, id LIMIT 1`,
    nowMs,
  );
  if (!row) return undefined;
  sql.exec("UPDATE deliveries SET state = 'sending' WHERE id = ?", row.id);
  const { id, event_key: eventKey, contact_id: contactId, rule, plan, tries } = row;
  return { id, eventKey, contactId, rule, plan, tries };
}

/** The plan of a delivery, or `null` when it is of a form that this version does not know. */
export function readPlan(text: string): Plan | null {
  try {
    const plan = JSON.parse(text) as Plan;
    return plan.v === 1 ? plan : null;
  } catch {
    return null;
  }
}

/** Back to waiting, unless an event ended the wait while the delivery was being sent: the only way out of `sending` but its end. */
const PUT_BACK = "state = iif(cancelled_by IS NULL, 'scheduled', 'cancelled')";

/** Puts back a delivery that was taken: its attempt failed, could not be written down, or its window is shut. */
export function postpone(sql: Sql, id: string, dueAtMs: number, tries: number | null = null): void {
  const dueAt = "due_at = iif(cancelled_by IS NULL, ?, NULL)";
  const set = `${PUT_BACK}, ${dueAt}, tries = ifnull(?, tries)`;
  sql.exec(`UPDATE deliveries SET ${set} WHERE id = ? AND state = 'sending'`, dueAtMs, tries, id);
}

/** When the next delivery is due, milliseconds since 1970; `null`: none waits. */
export function nextDueAt(sql: Sql): number | null {
  return (
    firstRow<{ at: number }>(
      sql,
      "SELECT due_at AS at FROM deliveries WHERE state = 'scheduled' AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
    )?.at ?? null
  );
}

/** Deliveries that were being sent when the object stopped: whether they arrived is not known, so they are due again. */
export function resumeInterrupted(sql: Sql): void {
  sql.exec(
    `UPDATE deliveries SET ${PUT_BACK}, due_at = iif(cancelled_by IS NULL, due_at, NULL) WHERE state = 'sending' AND due_at IS NOT NULL`,
  );
}

/** Writes an attempt down and moves the delivery on. A delivery that was erased meanwhile stays gone: then `false`. */
export function settle(
  sql: Sql,
  delivery: DueDelivery,
  outcome: AttemptOutcome,
  time: { startedAt: number; now: number },
  random: number,
): boolean {
  if (firstRow(sql, "SELECT 1 FROM deliveries WHERE id = ?", delivery.id) === undefined) return false;
  const { n } = firstRow<{ n: number }>(
    sql,
    "SELECT COUNT(*) AS n FROM attempts WHERE delivery_id = ?",
    delivery.id,
  ) ?? { n: 0 };
  const error = outcome.done ? null : `${outcome.error.code}: ${outcome.error.message}`;
  const duration = Math.max(0, time.now - time.startedAt);
  sql.exec(
    "INSERT INTO attempts (delivery_id, n, at, status, error, duration_ms, answer) VALUES (?, ?, ?, ?, ?, ?, ?)",
    delivery.id,
    n + 1,
    time.startedAt,
    outcome.status,
    error,
    duration,
    outcome.answer,
  );
  const next = moveAfter(delivery, outcome, time.now, random);
  if (next.state === "scheduled") postpone(sql, delivery.id, next.dueAt, delivery.tries + 1);
  else end(sql, delivery.id, next.state);
  return true;
}

/** What has ended by itself was cancelled by nobody. */
function end(sql: Sql, id: string, state: "sent" | "dead"): void {
  sql.exec("UPDATE deliveries SET state = ?, due_at = NULL, cancelled_by = NULL WHERE id = ?", state, id);
}

/** Where a delivery goes after an attempt. Pure. */
function moveAfter(
  { tries }: Pick<DueDelivery, "tries">,
  outcome: AttemptOutcome,
  nowMs: number,
  random: number,
): { readonly state: "sent" | "dead" } | { readonly state: "scheduled"; readonly dueAt: number } {
  if (outcome.done) return { state: "sent" };
  const delay = outcome.error.retry === "never" ? null : retryDelayMs(tries + 1, random, outcome.retryAfterMs);
  return delay === null ? { state: "dead" } : { state: "scheduled", dueAt: nowMs + delay };
}

/** The state of a delivery. */
export function stateOf(sql: Sql, id: string): DeliveryState | undefined {
  return firstRow<{ state: DeliveryState }>(sql, "SELECT state FROM deliveries WHERE id = ?", id)?.state;
}

/** Schedules a delivery anew, with all its attempts before it. */
export function reschedule(sql: Sql, id: string, dueAtMs: number): void {
  sql.exec(
    "UPDATE deliveries SET state = 'scheduled', due_at = ?, tries = 0, cancelled_by = NULL WHERE id = ?",
    dueAtMs,
    id,
  );
}

/** Cancels a delivery that was not sent. One that is being sent is noted: it is not sent again when this attempt fails. */
export function cancel(sql: Sql, id: string, by: CancelledBy): void {
  const why = JSON.stringify(by);
  sql.exec("UPDATE deliveries SET cancelled_by = ? WHERE id = ? AND state = 'sending'", why, id);
  sql.exec(
    "UPDATE deliveries SET state = 'cancelled', due_at = NULL, cancelled_by = ? WHERE id = ? AND state NOT IN ('sending', 'sent')",
    why,
    id,
  );
}

/** The deliveries of one decision, in the order of its actions. */
export function ofDecision(sql: Sql, idPrefix: string): Delivery[] {
  return rows<DeliveryRow>(
    sql,
    `SELECT ${COLUMNS} FROM deliveries WHERE id >= ? AND id < ? ORDER BY id`,
    idPrefix,
    `${idPrefix}~`,
  ).map((row) => toDelivery(sql, row));
}

/** One delivery. */
export function find(sql: Sql, id: string): Delivery | undefined {
  const row = firstRow<DeliveryRow>(sql, `SELECT ${COLUMNS} FROM deliveries WHERE id = ?`, id);
  return row && toDelivery(sql, row);
}

/** Deliveries, newest first, a page at a time. */
export function list(
  sql: Sql,
  query: PageQuery & { state?: DeliveryState | undefined },
): { deliveries: Delivery[]; cursor: string | null } {
  const { state, cursor, limit } = query;
  const where = ["1"];
  const values: SqlValue[] = [];
  if (state !== undefined) {
    where.push("state = ?");
    values.push(state);
  }
  if (cursor !== undefined) {
    where.push("id < ?");
    values.push(cursor);
  }
  const found = rows<DeliveryRow>(
    sql,
    `SELECT ${COLUMNS} FROM deliveries WHERE ${where.join(" AND ")} ORDER BY id DESC LIMIT ?`,
    ...values,
    limit + 1,
  );
  const page = found.slice(0, limit);
  return {
    deliveries: page.map((row) => toDelivery(sql, row)),
    cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

function toDelivery(sql: Sql, row: DeliveryRow): Delivery {
  const attempts = rows<AttemptRow>(
    sql,
    "SELECT at, status, error, duration_ms, answer FROM attempts WHERE delivery_id = ? ORDER BY n",
    row.id,
  );
  return {
    id: row.id,
    eventKey: row.event_key,
    rule: row.rule,
    action: readPlan(row.plan)?.action ?? null,
    state: row.state,
    dueAt: row.due_at === null ? null : new Date(row.due_at).toISOString(),
    cancelledBy: row.cancelled_by === null ? null : (JSON.parse(row.cancelled_by) as CancelledBy),
    attempts: attempts.map(({ at, status, error, duration_ms, answer }): Attempt => ({
      at: new Date(at).toISOString(),
      status,
      error,
      durationMs: duration_ms,
      answer,
    })),
  };
}
