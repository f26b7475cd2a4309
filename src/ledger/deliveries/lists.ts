// Deliveries as people see them, and for the pump, which of them are next.
import {
  DELIVERY_STATES,
  type Attempt,
  type CancelledBy,
  type Delivery,
  type DeliveryCounts,
  type DeliveryFilter,
  type DeliveryState,
} from "../../model/delivery.ts";
import type { DeliveryQuery } from "../../model/ledger.ts";
import { against, IS_UNWANTED } from "../log/opt-outs.ts";
import { isPausedClause, pausesIn } from "../log/pauses.ts";
import { kindOf } from "../../act/kinds.ts";
import type { OptOut } from "../../model/opt-out.ts";
import { pauseOf, type Pause } from "../../model/pause.ts";
import type { SentRequest } from "../../model/sent-request.ts";
import { readPlan, timePrefix, type Plan } from "./deliveries.ts";
import { decidedAtMs, TIME_DIGITS } from "./ids.ts";
import { readRequests, unsettled, withBody } from "./sent-requests.ts";
import { firstRow, rows, type Sql, type SqlValue } from "../store/ports.ts";

interface DeliveryRow {
  id: string;
  event_key: string;
  contact_id: string;
  rule: string;
  host: string;
  plan: string;
  state: DeliveryState;
  due_at: number | null;
  give_up_at: number | null;
  cancelled_by: string | null;
  ended_at: number | null;
}

interface AttemptRow {
  n: number;
  at: number;
  status: number | null;
  error: string | null;
  duration_ms: number;
  answer: string | null;
  request: string | null;
}

const COLUMNS = "id, event_key, contact_id, rule, host, plan, state, due_at, give_up_at, cancelled_by, ended_at";
/** A list tells this much of the body of each request: a text message is whole. */
const LISTED_BODY_BYTES = 4_000;
/** How many rules, and how many hosts, there are to choose from at most. */
const MOST_WORDS = 200;

/** The deliveries of one decision, in the order of its actions. */
export function ofDecision(sql: Sql, idPrefix: string, nowMs: number): Delivery[] {
  const pauses = pausesIn(sql, nowMs);
  return rows<DeliveryRow>(
    sql,
    `SELECT ${COLUMNS} FROM deliveries WHERE id >= ? AND id < ? ORDER BY id`,
    idPrefix,
    `${idPrefix}~`,
  ).map((row) => toDelivery(sql, row, pauses));
}

/** One delivery. */
export function find(sql: Sql, id: string, nowMs: number): Delivery | undefined {
  const row = firstRow<DeliveryRow>(sql, `SELECT ${COLUMNS} FROM deliveries WHERE id = ?`, id);
  return row && toDelivery(sql, row, pausesIn(sql, nowMs));
}

/** Deliveries, newest first, a page at a time. */
export function list(
  sql: Sql,
  { state, cursor, limit, ...filter }: DeliveryQuery,
  nowMs: number,
): { deliveries: Delivery[]; cursor: string | null } {
  const { where, values } = filtered(filter, state);
  if (cursor !== undefined) {
    where.push("id < ?");
    values.push(cursor);
  }
  const statement = `SELECT ${COLUMNS} FROM deliveries WHERE ${where.join(" AND ")} ORDER BY id DESC LIMIT ?`;
  const found = rows<DeliveryRow>(sql, statement, ...values, limit + 1);
  const page = found.slice(0, limit);
  const pauses = pausesIn(sql, nowMs);
  return {
    deliveries: page.map((row) => toDelivery(sql, row, pauses, LISTED_BODY_BYTES)),
    cursor: found.length > limit ? (page.at(-1)?.id ?? null) : null,
  };
}

/** The ids of the deliveries in a state that match a filter, oldest first. */
export function idsOf(
  sql: Sql,
  state: DeliveryState,
  filter: DeliveryFilter,
  limit: number,
  which: Which = "any",
  pauses: readonly Pause[] = [],
): string[] {
  const { where, values } = filtered(filter, state);
  const meant = clauseOf(which, pauses);
  const statement = `SELECT id FROM deliveries WHERE ${where.join(" AND ")} AND ${meant.clause} ORDER BY id LIMIT ?`;
  return rows<{ id: string }>(sql, statement, ...values, ...meant.values, limit).map(({ id }) => id);
}

/** How many deliveries in a state match a filter; `upTo`: no later than the delivery with this id. */
export function countOf(
  sql: Sql,
  state: DeliveryState,
  filter: DeliveryFilter,
  which: Which,
  { upTo, pauses = [] }: { readonly upTo?: string | undefined; readonly pauses?: readonly Pause[] } = {},
): number {
  const { where, values } = filtered(filter, state);
  const meant = clauseOf(which, pauses);
  const all = [...where, meant.clause, ...(upTo === undefined ? [] : ["id <= ?"])];
  const statement = `SELECT COUNT(*) AS n FROM deliveries WHERE ${all.join(" AND ")}`;
  const given = [...values, ...meant.values, ...(upTo === undefined ? [] : [upTo])];
  return firstRow<{ n: number }>(sql, statement, ...given)?.n ?? 0;
}

/**
 * Which deliveries are meant: any; those whose contact wants their message and whose rule is not paused, or not, as far as
 * is known here; of those that are wanted, the ones that HighLevel's record of the contact held, which is asked again before they leave.
 */
export type Which = "any" | "wanted" | "unwanted" | "asked";

/** The rules and hosts that have a delivery. */
export interface DeliveryWords {
  readonly rules: Set<string>;
  readonly hosts: Set<string>;
}

/** How many deliveries match a filter in each state; the words are collected in the same pass unless they are known. */
export function counts(
  sql: Sql,
  filter: DeliveryFilter,
  known: DeliveryWords | null,
): { readonly counts: DeliveryCounts["counts"]; readonly words: DeliveryWords } {
  const { where, values } = filtered(filter);
  const meant = where.join(" AND ");
  const countOf = (state: DeliveryState, also = ""): string =>
    `COUNT(*) FILTER (WHERE ${STATE_CLAUSES[state]}${also}) AS ${state}`;
  const none = { scheduled: 0, sending: 0, held: 0, sent: 0, dead: 0, cancelled: 0 };
  if (known) {
    const columns = DELIVERY_STATES.map((state) => countOf(state)).join(", ");
    const found = firstRow<typeof none>(sql, `SELECT ${columns} FROM deliveries WHERE ${meant}`, ...values);
    return { counts: found ?? none, words: known };
  }
  const columns = DELIVERY_STATES.map((state) => countOf(state, " AND is_meant")).join(", ");
  const found = firstRow<typeof none & { rules: string; hosts: string }>(
    sql,
    `SELECT ${columns}, json_group_array(DISTINCT rule) AS rules, json_group_array(DISTINCT host) AS hosts
     FROM (SELECT state, rule, host, ${meant} AS is_meant FROM deliveries)`,
    ...values,
  );
  const { rules, hosts, ...counted } = found ?? { ...none, rules: "[]", hosts: "[]" };
  const words = (list: string): Set<string> => new Set(JSON.parse(list) as string[]);
  return { counts: counted, words: { rules: words(rules), hosts: words(hosts) } };
}

/** Words to choose from, sorted. */
export function choice(words: ReadonlySet<string>): string[] {
  return [...words]
    .filter((word) => word !== "")
    .toSorted()
    .slice(0, MOST_WORDS);
}

/** States are written out, because SQLite uses an index of one state only if the statement names that state. */
const STATE_CLAUSES: { readonly [State in DeliveryState]: string } = {
  scheduled: "state = 'scheduled'",
  sending: "state = 'sending'",
  held: "state = 'held'",
  sent: "state = 'sent'",
  dead: "state = 'dead'",
  cancelled: "state = 'cancelled'",
};

/** The last attempt failed with a code: its error begins with the code and a colon, which sorts before a semicolon. */
const LAST_ERROR = `id IN (SELECT delivery_id FROM attempts AS last WHERE error >= ? AND error < ?
  AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = last.delivery_id AND n > last.n))`;

const WHICH: { readonly [Name in Which]: string } = {
  any: "1",
  wanted: `NOT ${IS_UNWANTED}`,
  unwanted: IS_UNWANTED,
  asked: `NOT ${IS_UNWANTED} AND id IN (SELECT delivery_id FROM attempts AS last
    WHERE error LIKE 'CONTACT_DND:%'
    AND NOT EXISTS (SELECT 1 FROM attempts WHERE delivery_id = last.delivery_id AND n > last.n))`,
};

function clauseOf(which: Which, pauses: readonly Pause[]): { readonly clause: string; readonly values: SqlValue[] } {
  if (which === "any") return { clause: WHICH.any, values: [] };
  const { clause, values } = isPausedClause(pauses);
  return {
    clause: which === "unwanted" ? `(${WHICH[which]} OR ${clause})` : `${WHICH[which]} AND NOT ${clause}`,
    values,
  };
}

/** Found through the contact's events that fired a rule: a delivery's id begins with the time of its event. */
const OF_CONTACT = `id IN (SELECT own.id FROM events CROSS JOIN deliveries AS own
  WHERE events.contact_id = ? AND fired <> '[]' AND own.contact_id = events.contact_id
  AND own.id >= printf('%0${TIME_DIGITS}x', received_at) AND own.id < printf('%0${TIME_DIGITS}x', received_at + 1))`;

function filtered(
  { rule, host, contact, error, since, until }: DeliveryFilter,
  state?: DeliveryState,
): { where: string[]; values: SqlValue[] } {
  const where = [state === undefined ? "1" : STATE_CLAUSES[state]];
  const values: SqlValue[] = [];
  const narrow = (clause: string, ...given: (SqlValue | undefined)[]): void => {
    const known = given.filter((value) => value !== undefined);
    if (known.length < given.length) return;
    where.push(clause);
    values.push(...known);
  };
  narrow("rule = ?", rule);
  narrow("host = ?", host);
  narrow(OF_CONTACT, contact);
  narrow("id >= ?", since && timePrefix(Date.parse(since)));
  narrow("id < ?", until && timePrefix(Date.parse(until)));
  narrow(LAST_ERROR, error && `${error}:`, error && `${error};`);
  return { where, values };
}

/** Each host that deliveries are scheduled for: how many, and when the first is due. */
export function waitingByHost(
  sql: Sql,
): { readonly host: string; readonly waiting: number; readonly nextDueAtMs: number }[] {
  return rows(
    sql,
    `SELECT host, COUNT(*) AS waiting, MIN(due_at) AS nextDueAtMs
     FROM deliveries WHERE state = 'scheduled' AND due_at IS NOT NULL GROUP BY host`,
  );
}

const WAITING = "FROM deliveries WHERE state = 'scheduled' AND due_at IS NOT NULL";
/** Each host that deliveries wait for, and when the first is due. One look-up per host, however many wait. */
export const EARLIEST_BY_HOST = `
  WITH RECURSIVE hosts (host) AS (
    SELECT MIN(host) ${WAITING}
    UNION ALL SELECT (SELECT MIN(host) ${WAITING} AND host > hosts.host) FROM hosts WHERE hosts.host IS NOT NULL)
  SELECT host, (SELECT MIN(due_at) ${WAITING} AND deliveries.host = hosts.host) AS dueAtMs FROM hosts WHERE host IS NOT NULL`;

/** The rows of `EARLIEST_BY_HOST`. */
export function earliestByHost(sql: Sql): { readonly host: string; readonly dueAtMs: number }[] {
  return rows(sql, EARLIEST_BY_HOST);
}

/** How many due deliveries of a host take turns at most: those that have been due longest. */
const IN_TURNS = 5_000;

/**
 * The deliveries that are due at a host: the first of each contact, then the second of each, and so on; and how many
 * rows were read for that.
 */
export function dueInTurns(
  sql: Sql,
  host: string,
  nowMs: number,
  limit: number,
): { readonly ids: string[]; readonly read: number } {
  const found = rows<{ id: string; read: number }>(
    sql,
    `SELECT id, read FROM (
       SELECT id, due_at, ROW_NUMBER() OVER (PARTITION BY contact_id ORDER BY due_at, id) AS turn, COUNT(*) OVER () AS read
       FROM (SELECT id, due_at, contact_id FROM deliveries WHERE state = 'scheduled' AND host = ? AND due_at <= ?
         ORDER BY due_at LIMIT ?))
     ORDER BY turn, due_at, id LIMIT ?`,
    host,
    nowMs,
    IN_TURNS,
    limit,
  );
  return { ids: found.map(({ id }) => id), read: found[0]?.read ?? 0 };
}

/** The attempts of a delivery, in order. `bodyBytes`: how much of the body of each request is told. */
export function attemptsOf(sql: Sql, id: string, bodyBytes = Infinity): readonly Attempt[] {
  const made =
    "SELECT n, at, status, error, duration_ms, answer, request FROM attempts WHERE delivery_id = ? ORDER BY n";
  const attempts = rows<AttemptRow>(sql, made, id);
  const requests = readRequests(attempts);
  const told = (request: SentRequest | null | undefined): SentRequest | null =>
    request ? withBody(request, bodyBytes) : null;
  return attempts.map(({ at, status, error, duration_ms, answer }, index) => ({
    at: new Date(at).toISOString(),
    status,
    error,
    durationMs: duration_ms,
    answer,
    request: told(requests[index]),
  }));
}

const OPEN_STATES: ReadonlySet<DeliveryState> = new Set<DeliveryState>(["scheduled", "sending", "held"]);

/** `bodyBytes`: how much of the body of a request is told. */
function toDelivery(sql: Sql, row: DeliveryRow, pauses: readonly Pause[], bodyBytes = Infinity): Delivery {
  const plan = readPlan(row.plan);
  return {
    id: row.id,
    eventKey: row.event_key,
    contactId: row.contact_id,
    rule: row.rule,
    host: row.host,
    decidedAt: new Date(decidedAtMs(row.id)).toISOString(),
    action: plan?.action ?? null,
    state: row.state,
    dueAt: timeOf(row.due_at),
    window: plan?.window ?? null,
    giveUpAt: timeOf(row.give_up_at),
    endedAt: timeOf(row.ended_at),
    optOut: optOutOf(sql, row, plan),
    paused: OPEN_STATES.has(row.state) ? pauseOf(pauses, row.rule) : null,
    cancelledBy: row.cancelled_by === null ? null : (JSON.parse(row.cancelled_by) as CancelledBy),
    attempts: attemptsOf(sql, row.id, bodyBytes),
    unsettled: mayBeUnsettled(plan) ? unsettled(sql, row.id).map((request) => withBody(request, bodyBytes)) : [],
  };
}

/** Whether what leaves is written down before. */
function mayBeUnsettled(plan: Plan | null): boolean {
  if (plan === null) return false;
  const kind = kindOf(plan.action);
  return kind.messages(plan.action) !== null || kind.changes(plan.action) !== null;
}

/** What keeps a delivery from its contact, as far as is known now. */
function optOutOf(sql: Sql, { state, contact_id }: DeliveryRow, plan: Plan | null): OptOut | null {
  const known = plan === null || state === "sent" ? null : against(sql, contact_id, plan.action);
  return known && { channel: known.channel, why: known.why, since: known.since };
}

function timeOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}
