// Deliveries: the actions of decisions on their way, and every attempt that was made. `moves.ts` says which moves a
// delivery can make; here it is read, moved and written.
import { kindOf } from "../../act/kinds.ts";
import { actionError, HELD_CODES, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import type { CancelledBy, DeliveryState } from "../../model/delivery.ts";
import type { Event } from "../../model/event.ts";
import { hex, sha256 } from "../../kit/hash.ts";
import type { JsonObject } from "../../kit/json.ts";
import type { Action, Breaker, CancelTrigger } from "../../model/rule.ts";
import type { SentRequest } from "../../model/sent-request.ts";
import type { Window } from "../../model/window.ts";
import * as firings from "./firings.ts";
import { decidedAtMs, ORDINAL_DIGITS, TIME_DIGITS } from "./ids.ts";
import { durationMs } from "../../time/duration.ts";
import * as moves from "./moves.ts";
import { planText } from "./plan-size.ts";
import type { Standing } from "./moves.ts";
import { noteTime } from "../store/marks.ts";
import { firedAhead } from "../log/past.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";
import * as reports from "./reports.ts";
import { storedText } from "./sent-requests.ts";

/** What a delivery will do, as it was decided: a later deploy of the rules does not change it. */
export interface Plan {
  /** The version of this format. */
  readonly v: 1;
  readonly action: Action;
  /** What templates see as `rule`. */
  readonly rule: JsonObject;
  /** The action's place in its rule; only of one that restarts. */
  readonly place?: number | undefined;
  /** The rules whose changes in HighLevel led to its event; absent: none, as far as was known. */
  readonly chain?: readonly string[] | undefined;
  /** When it may be attempted; absent: at any time. */
  readonly window?: Window | undefined;
  /** How many messages its rule may send; absent: the default. */
  readonly breaker?: Breaker | undefined;
  /** Keys that were too large to be kept: it is not performed. Absent: it is whole. */
  readonly leftOut?: readonly string[] | undefined;
}

/** A delivery to be scheduled, or one that ended before it began. */
export interface NewDelivery {
  readonly rule: string;
  readonly plan: Plan;
  readonly dueAtMs: number;
  readonly cancelledBy: CancelledBy | null;
  /** The hash of what may cancel it; `null`: nothing does. */
  readonly cancelOn: string | null;
}

/** A delivery as the pump takes it. */
export interface LeasedDelivery {
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly rule: string;
  /** Where it goes: what concurrency, rate and circuit breaker count by; `""` on deliveries from before it was stored. */
  readonly host: string;
  /** `null`: in a format that this version does not know. */
  readonly plan: Plan | null;
}

interface StandingRow {
  state: DeliveryState;
  due_at: number | null;
  tries: number;
  give_up_at: number | null;
  cancelled_by: string | null;
  has_left: number;
}

const STANDING = "state, due_at, tries, give_up_at, cancelled_by, has_left";
/** A message can quote an answer or a rule. */
const MAX_ERROR_CHARACTERS = 1_000;
const GIVEN_UP_AT_ONCE = 1_000;
const HELD_UP_FOR_TOO_LONG = unanswered(
  actionError("DESTINATION_HELD_UP", "Its destination took nothing for a week; retry the delivery once it does"),
);
const NOT_RELEASED = unanswered(
  actionError(
    "ACTION_NOT_RELEASED",
    "Nobody released it within a week; retry the delivery, and its breaker looks at it again",
  ),
);

/**
 * What the ids of all deliveries of one decision begin with: 12 hex digits of the time, so that ids sort by it, and
 * 20 of a hash. An id depends on the decision alone, so repeating a step can never create a second delivery.
 */
export async function deliveryIdPrefix(
  event: Pick<Event, "locationId" | "contactId" | "key">,
  decidedAt: string,
): Promise<string> {
  const digest = await sha256(`${event.locationId}\n${event.contactId}\n${event.key}`);
  return `${timePrefix(Date.parse(decidedAt))}${hex(digest.subarray(0, 10))}`;
}

/** What the ids of all deliveries decided at a time begin with. */
export function timePrefix(atMs: number): string {
  return atMs.toString(16).padStart(TIME_DIGITS, "0");
}

/** Where a plan goes: what concurrency, rate and circuit breaker count by. */
export function hostOf({ action }: Plan): string {
  return kindOf(action).host(action);
}

/** Adds the deliveries of a decision whose event was appended. */
export function schedule(sql: Sql, event: Event, idPrefix: string, planned: readonly NewDelivery[]): void {
  const ended = new Map<string, string>();
  for (const [ordinal, { rule, plan, dueAtMs, cancelledBy, cancelOn }] of planned.entries()) {
    const standing = moves.begun(dueAtMs, cancelledBy);
    const id = idPrefix + String(ordinal).padStart(ORDINAL_DIGITS, "0");
    if (moves.cameToNothing(standing)) ended.set(rule, id);
    sql.exec(
      `INSERT INTO deliveries (id, event_key, contact_id, rule, host, plan, cancellable, event_at, cancel_on, ended_at, ${STANDING})
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      event.key,
      event.contactId,
      rule,
      hostOf(plan),
      planText(plan),
      cancelOn === null ? 0 : 1,
      Date.parse(event.occurredAt),
      cancelOn,
      moves.hasEnded(standing) ? decidedAtMs(idPrefix) : null,
      ...columnsOf(standing),
    );
  }
  if (ended.size > 0) firings.reckon(sql, [...ended.values()]);
}

/** A delivery that an event may cancel. */
export interface Wait {
  readonly id: string;
  /** The hash of what cancels it, `""` if only a restart does; `null` on deliveries of a version that wrote none. */
  readonly cancelOn: string | null;
}

// For each state that a partial index covers: SQLite would use neither index for all of them.
const OPEN = [
  "INDEXED BY deliveries_cancellable WHERE state IN ('scheduled', 'sending')",
  "INDEXED BY deliveries_held_cancellable WHERE state = 'held'",
] as const;
const EVENT_AT =
  "ifnull(event_at, (SELECT occurred_at FROM events WHERE events.contact_id = deliveries.contact_id AND key = event_key))";

/**
 * The deliveries of a contact that an event may cancel: those that wait or are held, and those that are being sent and
 * may have to be sent again. Their own events happened no later than this one. It reads no plan.
 */
export function cancellable(sql: Sql, contactId: string, occurredAtMs: number): readonly Wait[] {
  const open = OPEN.map(
    (isOpen) => `SELECT id, cancel_on AS cancelOn FROM deliveries ${isOpen} AND contact_id = ?1 AND cancellable = 1
      AND cancelled_by IS NULL AND ${EVENT_AT} <= ?2`,
  );
  return rows<Wait>(sql, open.join(" UNION ALL "), contactId, occurredAtMs);
}

/** What may cancel a delivery. */
export function triggersOf(sql: Sql, id: string): readonly CancelTrigger[] {
  const found = firstRow<{ plan: string }>(sql, "SELECT plan FROM deliveries WHERE id = ?", id);
  return (found && readPlan(found.plan)?.action.cancelOn) ?? [];
}

/** A delivery that something may cancel before it is sent: it waits, is held, or may have to be sent again. */
export interface OpenDelivery {
  readonly id: string;
  readonly rule: string;
  readonly eventKey: string;
  readonly state: DeliveryState;
  readonly hasLeft: boolean;
  /** When its event happened, milliseconds since 1970. */
  readonly occurredAtMs: number;
  /** The place of its action in the rule, if a later firing replaces it; `null`: none does. */
  readonly place: number | null;
}

/** A contact's deliveries by rule that another event may cancel, and that nothing has cancelled yet. */
export function openOf(sql: Sql, contactId: string): ReadonlyMap<string, readonly OpenDelivery[]> {
  const open = OPEN.map(
    (isOpen) => `SELECT id, rule, event_key AS eventKey, state, has_left AS hasLeft, ${EVENT_AT} AS occurredAtMs,
      CASE json_extract(plan, '$.v') WHEN 1 THEN json_extract(plan, '$.place') END AS place
      FROM deliveries ${isOpen} AND contact_id = ?1 AND cancellable = 1 AND cancelled_by IS NULL`,
  );
  type Row = Omit<OpenDelivery, "hasLeft"> & { readonly hasLeft: number };
  const found = rows<Row>(sql, open.join(" UNION ALL "), contactId);
  return Map.groupBy(
    found.map(({ hasLeft, ...row }) => ({ ...row, hasLeft: hasLeft === 1 })),
    ({ rule }) => rule,
  );
}

/** The key of an event that happened later, for which the rule's action in a place has left or ended; `null`: there is none. */
export function doneInPlace(sql: Sql, { contactId, occurredAt }: Event, rule: string, place: number): string | null {
  const done = `SELECT 1 FROM deliveries WHERE id >= ? AND id < ? AND event_key = ? AND contact_id = ? AND rule = ?
    AND json_extract(plan, '$.place') = ? AND NOT (state = 'cancelled' AND has_left = 0)`;
  const found = firedAhead(sql, contactId, Date.parse(occurredAt), rule).find(({ eventKey, atMs }) => {
    const ids = [timePrefix(atMs), timePrefix(atMs + 1)] as const;
    return firstRow(sql, done, ...ids, eventKey, contactId, rule, place) !== undefined;
  });
  return found?.eventKey ?? null;
}

/** Whether deliveries may still be cancelled before an attempt leaves, or were. */
export function areUnsent(sql: Sql, ids: readonly string[]): boolean {
  const under =
    "SELECT 1 FROM deliveries WHERE id = ? AND (has_left = 1 OR state NOT IN ('scheduled', 'held', 'cancelled'))";
  return ids.every((id) => firstRow(sql, under, id) === undefined);
}

/** The plan of a delivery, or `null` if it is in a format that this version does not know. */
export function readPlan(text: string): Plan | null {
  try {
    const plan = JSON.parse(text) as Plan;
    return plan.v === 1 ? plan : null;
  } catch {
    return null;
  }
}

/** The present state of a delivery. */
function standingOf(sql: Sql, id: string): Standing | undefined {
  const row = firstRow<StandingRow>(sql, `SELECT ${STANDING} FROM deliveries WHERE id = ?`, id);
  return row && toStanding(row);
}

/** Makes a move; `null` if there is no such delivery, or it cannot move that way from its present state. */
export function move(sql: Sql, id: string, next: (from: Standing) => Standing | null, nowMs: number): Standing | null {
  const moved = moveOne(sql, id, next, nowMs);
  if (moved?.isReckoned) firings.reckon(sql, [id]);
  return moved?.to ?? null;
}

/** Makes a move of each of some deliveries; returns those that moved. */
export function moveAll(
  sql: Sql,
  ids: readonly string[],
  next: (from: Standing, id: string) => Standing | null,
  nowMs: number,
): readonly string[] {
  const moved = ids.flatMap((id) => {
    const one = moveOne(sql, id, (from) => next(from, id), nowMs);
    return one === null ? [] : [{ id, ...one }];
  });
  const reckoned = moved.filter(({ isReckoned }) => isReckoned).map(({ id }) => id);
  if (reckoned.length > 0) firings.reckon(sql, reckoned);
  return moved.map(({ id }) => id);
}

/** Makes a move, after which its firing has to be reckoned if it came to nothing or no longer has. */
function moveOne(
  sql: Sql,
  id: string,
  next: (from: Standing) => Standing | null,
  nowMs: number,
): { readonly to: Standing; readonly isReckoned: boolean } | null {
  const from = standingOf(sql, id);
  const to = from && next(from);
  if (!to) return null;
  sql.exec(
    "UPDATE deliveries SET state = ?, due_at = ?, tries = ?, give_up_at = ?, cancelled_by = ?, has_left = ?, ended_at = ?, waits_from = ? WHERE id = ?",
    ...columnsOf(to),
    moves.hasEnded(to) ? nowMs : null,
    to.state === "scheduled" ? nowMs : null,
    id,
  );
  if (to.state === "scheduled") noteTime(sql, nowMs);
  return { to, isReckoned: moves.cameToNothing(from) !== moves.cameToNothing(to) };
}

/** Deliveries that were made to wait at a time that has not come yet: since their decision, or since they were moved. */
const FROM_AHEAD = `FROM deliveries WHERE state = 'scheduled' AND due_at > ?1 AND
  CASE WHEN waits_from IS NULL THEN id > ?2 ELSE waits_from > ?1 END`;

/** One row: the id of the delivery that was decided last; null: there is none. */
export const LAST_DECIDED = "SELECT MAX(id) AS id FROM deliveries";

/** The latest time at which a delivery was decided, milliseconds since 1970; 0: there is none. */
export function lastDecidedAtMs(sql: Sql): number {
  const last = firstRow<{ id: string | null }>(sql, LAST_DECIDED)?.id;
  return last ? decidedAtMs(last) : 0;
}

/**
 * After a clock that was ahead has been set back: what was made to wait by it waits for as long as it was to, from now. Of
 * a delivery with a window only its own delay counts: the window is looked at again when it is taken.
 */
export function putRight(sql: Sql, nowMs: number): void {
  const found = rows<{ id: string; due_at: number; waits_from: number | null; plan: string }>(
    sql,
    `SELECT id, due_at, waits_from, plan ${FROM_AHEAD}`,
    nowMs,
    timePrefix(nowMs + 1),
  );
  for (const { id, due_at: dueAtMs, waits_from: fromMs, plan } of found) {
    const { window, action } = readPlan(plan) ?? {};
    const delayMs = fromMs === null && action?.after !== undefined ? (durationMs(action.after) ?? 0) : 0;
    const waitMs = window ? delayMs : dueAtMs - (fromMs ?? decidedAtMs(id));
    move(sql, id, (from) => moves.putRight(from, waitMs, nowMs), nowMs);
  }
  const held = "UPDATE deliveries SET give_up_at = ?1 WHERE state = 'held' AND give_up_at > ?1";
  sql.exec(held, nowMs + moves.GIVE_UP_AFTER_MS);
}

/** Whether a delivery is being sent and is to be: it was neither cancelled nor erased since it was taken. */
export function isWanted(sql: Sql, id: string): boolean {
  const wanted = "SELECT 1 FROM deliveries WHERE id = ? AND state = 'sending' AND cancelled_by IS NULL";
  return firstRow(sql, wanted, id) !== undefined;
}

/** Whether a delivery has died. */
export function isDead(sql: Sql, id: string): boolean {
  return standingOf(sql, id)?.state === "dead";
}

/** Whether a delivery was held, and nothing came of it since. */
export function wasHeld(sql: Sql, id: string): boolean {
  const last = "SELECT error FROM attempts WHERE delivery_id = ? ORDER BY n DESC LIMIT 1";
  const error = firstRow<{ error: string | null }>(sql, last, id)?.error ?? "";
  return HELD_CODES.some((code) => error.startsWith(`${code}:`));
}

/** Takes a delivery, and marks it as being sent; `undefined` if it is not due after all. */
export function lease(sql: Sql, id: string, nowMs: number): LeasedDelivery | undefined {
  if (!move(sql, id, (from) => moves.leased(from, nowMs), nowMs)) return undefined;
  const leased = firstRow<Omit<LeasedDelivery, "plan"> & { readonly plan: string }>(
    sql,
    "SELECT id, event_key AS eventKey, contact_id AS contactId, rule, host, plan FROM deliveries WHERE id = ?",
    id,
  );
  return leased && { ...leased, plan: readPlan(leased.plan) };
}

/** The deliveries that are being sent: those of `resumeInterrupted`, once nothing is under way. */
export const SENDING = "SELECT id, host FROM deliveries WHERE state = 'sending' AND due_at IS NOT NULL";

/** Moves on deliveries that were being sent when the object stopped: all of them, unless they are known. */
export function resumeInterrupted(
  sql: Sql,
  nowMs: number,
  interrupted: readonly { readonly id: string }[] = rows<{ id: string }>(sql, SENDING),
): void {
  for (const { id } of interrupted)
    if (move(sql, id, (from) => moves.interrupted(from, nowMs), nowMs)) noteCut(sql, id, nowMs);
}

/** Notes that an attempt was cut off of which no row tells: a replay of the log has to know. */
export function noteCut(sql: Sql, id: string, nowMs: number): void {
  sql.exec("UPDATE deliveries SET interrupted_at = ? WHERE id = ? AND interrupted_at IS NULL", nowMs, id);
}

/**
 * Writes an attempt down with the request that left, and moves the delivery on. `false`: it was erased meanwhile, and stays
 * gone.
 */
export function settle(
  sql: Sql,
  id: string,
  outcome: AttemptOutcome,
  time: { startedAt: number; now: number },
  random: number,
  request: SentRequest | null = null,
): boolean {
  const to = move(sql, id, (from) => moves.attempted(from, outcome, time.now, random), time.now);
  if (to) noteAttempt(sql, id, to, outcome, time, request);
  return to !== null;
}

/**
 * Gives up what could not be sent for a week after it was due, and what was not released for a week, a bounded number at
 * once; `true`: there may be more.
 */
export function giveUp(sql: Sql, nowMs: number): boolean {
  const due =
    "SELECT id FROM deliveries WHERE state = 'scheduled' AND due_at <= ? AND ifnull(give_up_at, due_at + ?) <= ? LIMIT ?";
  const held = "SELECT id FROM deliveries WHERE state = 'held' AND give_up_at <= ? LIMIT ?";
  const isMoreDue = giveUpAll(sql, [due, nowMs, moves.GIVE_UP_AFTER_MS, nowMs], HELD_UP_FOR_TOO_LONG, nowMs);
  return giveUpAll(sql, [held, nowMs], NOT_RELEASED, nowMs) || isMoreDue;
}

function giveUpAll(
  sql: Sql,
  [over, ...values]: readonly [statement: string, ...values: number[]],
  why: AttemptOutcome,
  nowMs: number,
): boolean {
  const ids = rows<{ id: string }>(sql, over, ...values, GIVEN_UP_AT_ONCE);
  for (const { id } of ids) {
    const to = move(sql, id, (from) => moves.givenUp(from, nowMs), nowMs);
    if (to) noteAttempt(sql, id, to, why, { startedAt: nowMs, now: nowMs });
  }
  return ids.length === GIVEN_UP_AT_ONCE;
}

/** Writes down an attempt and, if it was the last one and the action wants a report, what is to be reported. */
function noteAttempt(
  sql: Sql,
  id: string,
  { state }: Standing,
  outcome: AttemptOutcome,
  time: { startedAt: number; now: number },
  request: SentRequest | null = null,
): void {
  const counted = firstRow<{ n: number }>(sql, "SELECT COUNT(*) AS n FROM attempts WHERE delivery_id = ?", id);
  const attempts = (counted?.n ?? 0) + 1;
  sql.exec(
    "INSERT INTO attempts (delivery_id, n, at, status, error, duration_ms, answer, request) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    attempts,
    time.startedAt,
    outcome.status,
    outcome.done ? null : `${outcome.error.code}: ${outcome.error.message}`.slice(0, MAX_ERROR_CHARACTERS),
    Math.max(0, time.now - time.startedAt),
    outcome.answer,
    request && storedText(sql, id, request, attempts - 1),
  );
  if (state !== "sent" && state !== "dead") return;
  const about = "SELECT event_key AS eventKey, contact_id AS contactId, plan FROM deliveries WHERE id = ?";
  const delivery = firstRow<{ eventKey: string; contactId: string; plan: string }>(sql, about, id);
  const action = delivery && readPlan(delivery.plan)?.action;
  if (action && kindOf(action).reports?.(action)) reports.note(sql, { ...delivery, id, attempts }, outcome, time.now);
}

function toStanding(row: StandingRow): Standing {
  return {
    state: row.state,
    dueAtMs: row.due_at,
    tries: row.tries,
    giveUpAtMs: row.give_up_at,
    cancelledBy: row.cancelled_by === null ? null : (JSON.parse(row.cancelled_by) as CancelledBy),
    hasLeft: row.has_left === 1,
  };
}

/** In the order of `STANDING`. */
function columnsOf({ state, dueAtMs, tries, giveUpAtMs, cancelledBy, hasLeft }: Standing) {
  return [state, dueAtMs, tries, giveUpAtMs, cancelledBy && JSON.stringify(cancelledBy), hasLeft ? 1 : 0] as const;
}
