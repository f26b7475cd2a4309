// The breaker of a rule: how many messages it may send, and how often it may change something in HighLevel, before a person
// has to look. It protects people, not servers: what is beyond is held, and goes out only when it is released.
import { amount } from "../../kit/amount.ts";
import { kindOf } from "../../act/kinds.ts";
import { actionError, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import { BREAKER_BOUNDS } from "../../model/rule.ts";
import { readPlan, type LeasedDelivery, type Plan } from "./deliveries.ts";
import { firstRow, type LedgerStorage, type Sql, type SqlValue } from "../store/ports.ts";

/** What a rule may do unless it sets other bounds: in a minute in the whole location, and in a day to one contact. */
interface Bounds {
  readonly perMinute: number;
  readonly perContactDay: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** What is counted: its table, what one of it is, its bounds, and how it reads. */
interface Counted {
  readonly table: "sends" | "changes";
  readonly one: string;
  readonly bounds: Bounds;
  readonly inWords: (count: number, isToContact: boolean) => string;
}

const MESSAGES: Counted = {
  table: "sends",
  one: "delivery_id",
  bounds: BREAKER_BOUNDS.messages,
  inWords: (count, isToContact) => `sent ${isToContact ? "the contact " : ""}${amount(count, "message", "messages")}`,
};
/** The changes of one firing count as one. */
const CHANGES: Counted = {
  table: "changes",
  one: "event_key",
  bounds: BREAKER_BOUNDS.changes,
  inWords: (count, isToContact) =>
    `changed ${isToContact ? "the contact in HighLevel" : "HighLevel"} ${amount(count, "time", "times")}`,
};

/**
 * Lets a delivery through (`null`), or says why it is held. A message or change is counted in the transaction that lets it
 * through, before it leaves, so that those in flight count, too; its outcome does not change that. Each attempt is
 * checked again, against the others: what an outage has kept back does not go out all at once. A delivery that was
 * released by hand always passes, and so does one that may have been sent: its attempt looks for the message.
 */
export function letThrough(
  storage: LedgerStorage,
  { id, eventKey, rule, contactId, plan }: LeasedDelivery,
  nowMs: number,
): AttemptOutcome | null {
  const counted = plan && countedOf(plan);
  if (!plan || !counted) return null;
  const { table, one, bounds, inWords } = counted;
  const { perMinute = bounds.perMinute, perContactDay = bounds.perContactDay } = plan.breaker ?? {};
  const { sql } = storage;
  return storage.transactionSync(() => {
    if (firstRow(sql, PASSES[table], id)) return null;
    // Let through while the clock was ahead: it counts from now on.
    sql.exec(`UPDATE ${table} SET at = ?1 WHERE rule = ?2 AND at > ?1`, nowMs, rule);
    const itself = one === "event_key" ? eventKey : id;
    const others = `rule = ? AND at > ? AND ${one} <> ?`;
    const reached = (bound: number, which: string, ...values: readonly SqlValue[]): boolean =>
      isReached(sql, { table, one }, bound, which, ...values);
    if (reached(perMinute, others, rule, nowMs - MINUTE_MS, itself))
      return heldBecause(`Rule ${inWords(perMinute, false)} within a minute, its breaker holds the others`);
    if (reached(perContactDay, `contact_id = ? AND ${others}`, contactId, rule, nowMs - DAY_MS, itself))
      return heldBecause(`Rule ${inWords(perContactDay, true)} within 24 hours, its breaker holds the others`);
    count(sql, table, id, plan, nowMs, false);
    return null;
  });
}

/** What of an action the breaker counts; `null`: it changes nothing in HighLevel. */
function countedOf({ action }: Plan): Counted | null {
  const kind = kindOf(action);
  if (kind.messages(action) !== null) return MESSAGES;
  return kind.changes(action) === null ? null : CHANGES;
}

const PASSES = {
  sends: "SELECT 1 FROM sends WHERE delivery_id = ? AND (released = 1 OR left_at IS NOT NULL)",
  changes: "SELECT 1 FROM changes WHERE delivery_id = ? AND released = 1",
};

/** Counts a held delivery as released: its breaker holds it no longer. One that is not held is left unchanged. */
export function release(sql: Sql, id: string, nowMs: number): void {
  const held = firstRow<{ plan: string }>(sql, "SELECT plan FROM deliveries WHERE id = ? AND state = 'held'", id);
  const plan = held ? readPlan(held.plan) : null;
  const counted = plan && countedOf(plan);
  if (plan && counted) count(sql, counted.table, id, plan, nowMs, true);
}

/** Counts a delivery; nothing is written for one that was erased meanwhile. */
function count(
  sql: Sql,
  table: Counted["table"],
  id: string,
  { action }: Plan,
  nowMs: number,
  isReleased: boolean,
): void {
  const released = isReleased ? 1 : 0;
  const again = "ON CONFLICT (delivery_id) DO UPDATE SET at = excluded.at, released = max(released, excluded.released)";
  if (table === "sends")
    sql.exec(
      `INSERT INTO sends (delivery_id, rule, contact_id, at, left_at, looks, released)
       SELECT id, rule, contact_id, ?, NULL, 0, ? FROM deliveries WHERE id = ? ${again}`,
      nowMs,
      released,
      id,
    );
  else
    sql.exec(
      `INSERT INTO changes (delivery_id, rule, contact_id, event_key, call, at, released)
       SELECT id, rule, contact_id, event_key, ?, ?, ? FROM deliveries WHERE id = ? ${again}`,
      kindOf(action).changes(action) ?? "",
      nowMs,
      released,
      id,
    );
}

/** Whether the bound is reached. Reads no more messages than that. */
function isReached(
  sql: Sql,
  { table, one }: Pick<Counted, "table" | "one">,
  bound: number,
  which: string,
  ...values: readonly SqlValue[]
): boolean {
  const found = `SELECT COUNT(*) AS n FROM (SELECT ${one === "event_key" ? "DISTINCT event_key" : "1"} FROM ${table} WHERE ${which} LIMIT ?)`;
  return (firstRow<{ n: number }>(sql, found, ...values, bound)?.n ?? 0) >= bound;
}

function heldBecause(why: string): AttemptOutcome {
  return unanswered(actionError("ACTION_BREAKER", `${why}: release or discard them`));
}
