// Deliveries as people see them, and which are next as the pump sees them.
import type { Attempt, CancelledBy, Delivery, DeliveryFilter, DeliveryState } from "../model/delivery.ts";
import type { PageQuery } from "../model/ledger.ts";
import { readPlan, timePrefix } from "./deliveries.ts";
import { firstRow, rows, type Sql, type SqlValue } from "./ports.ts";

interface DeliveryRow {
  id: string;
  event_key: string;
  rule: string;
  plan: string;
  state: DeliveryState;
  due_at: number | null;
  cancelled_by: string | null;
}

interface AttemptRow {
  at: number;
  status: number | null;
  error: string | null;
  duration_ms: number;
  answer: string | null;
}

const COLUMNS = "id, event_key, rule, plan, state, due_at, cancelled_by";

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

/** The ids of dead deliveries that a filter describes, oldest first. */
export function dead(sql: Sql, { rule, host, error, since, until }: DeliveryFilter, limit: number): string[] {
  const where = ["state = 'dead'"];
  const values: SqlValue[] = [];
  const narrow = (clause: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    where.push(clause);
    values.push(value);
  };
  narrow("rule = ?", rule);
  narrow("host = ?", host);
  narrow("id >= ?", since && timePrefix(Date.parse(since)));
  narrow("id < ?", until && timePrefix(Date.parse(until)));
  const last = "(SELECT error FROM attempts WHERE delivery_id = deliveries.id ORDER BY n DESC LIMIT 1)";
  narrow(`substr(${last}, 1, instr(${last}, ':') - 1) = ?`, error);
  const statement = `SELECT id FROM deliveries WHERE ${where.join(" AND ")} ORDER BY id LIMIT ?`;
  return rows<{ id: string }>(sql, statement, ...values, limit).map(({ id }) => id);
}

/** Each host that something waits for, and when the first of it is due. One look-up a host, however much waits. */
export function earliestByHost(sql: Sql): { readonly host: string; readonly dueAtMs: number }[] {
  const open = "FROM deliveries WHERE state = 'scheduled' AND due_at IS NOT NULL";
  return rows(
    sql,
    `WITH RECURSIVE hosts (host) AS (
       SELECT MIN(host) ${open}
       UNION ALL SELECT (SELECT MIN(host) ${open} AND host > hosts.host) FROM hosts WHERE hosts.host IS NOT NULL)
     SELECT host, (SELECT MIN(due_at) ${open} AND deliveries.host = hosts.host) AS dueAtMs FROM hosts WHERE host IS NOT NULL`,
  );
}

/** How many due deliveries of a host take turns: those that have been due longest. */
const IN_TURNS = 5_000;

/** The deliveries that are due at a host: the first of each contact, then the second of each, and so on. */
export function dueInTurns(sql: Sql, host: string, nowMs: number, limit: number): string[] {
  return rows<{ id: string }>(
    sql,
    `SELECT id FROM (
       SELECT id, due_at, ROW_NUMBER() OVER (PARTITION BY contact_id ORDER BY due_at, id) AS turn
       FROM (SELECT id, due_at, contact_id FROM deliveries WHERE state = 'scheduled' AND host = ? AND due_at <= ?
         ORDER BY due_at LIMIT ?))
     ORDER BY turn, due_at, id LIMIT ?`,
    host,
    nowMs,
    IN_TURNS,
    limit,
  ).map(({ id }) => id);
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
