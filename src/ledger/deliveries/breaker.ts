// The breaker of a rule: how many messages it may send before a person has to look. It protects people, not servers:
// further messages are held, and sent only when they are released.
import { kindOf } from "../../act/kinds.ts";
import { actionError, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import type { LeasedDelivery } from "./deliveries.ts";
import { firstRow, type LedgerStorage, type Sql, type SqlValue } from "../store/ports.ts";

/** What a rule may send unless it sets other bounds: in a minute to the whole location, and in a day to one contact. */
const PER_MINUTE = 20;
const PER_CONTACT_DAY = 3;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Lets a delivery through (`null`), or says why it is held. A message is counted in the transaction that lets it
 * through, before it leaves, so that those in flight count, too; its outcome does not change that. Each attempt is
 * checked again, against the others: what an outage has kept back does not go out all at once. A delivery that was
 * released by hand always passes, and so does one that may have been sent: its attempt looks for the message.
 */
export function letThrough(
  storage: LedgerStorage,
  { id, rule, contactId, plan }: LeasedDelivery,
  nowMs: number,
): AttemptOutcome | null {
  if (plan === null || kindOf(plan.action).messages(plan.action) === null) return null;
  const { perMinute = PER_MINUTE, perContactDay = PER_CONTACT_DAY } = plan.breaker ?? {};
  const { sql } = storage;
  return storage.transactionSync(() => {
    const passes = "SELECT 1 FROM sends WHERE delivery_id = ? AND (released = 1 OR left_at IS NOT NULL)";
    if (firstRow(sql, passes, id)) return null;
    // Sent while the clock was ahead: it counts from now on.
    sql.exec("UPDATE sends SET at = ?1 WHERE rule = ?2 AND at > ?1", nowMs, rule);
    const others = "rule = ? AND at > ? AND delivery_id <> ?";
    if (isReached(sql, perMinute, others, rule, nowMs - MINUTE_MS, id))
      return heldBecause(`Rule sent ${messages(perMinute)} within a minute, its breaker holds the others`);
    if (isReached(sql, perContactDay, `contact_id = ? AND ${others}`, contactId, rule, nowMs - DAY_MS, id))
      return heldBecause(
        `Rule sent the contact ${messages(perContactDay)} within 24 hours, its breaker holds the others`,
      );
    count(sql, id, nowMs, false);
    return null;
  });
}

/** Counts a held delivery as released: its breaker holds it no longer. One that is not held is left unchanged. */
export function release(sql: Sql, id: string, nowMs: number): void {
  if (firstRow(sql, "SELECT 1 FROM deliveries WHERE id = ? AND state = 'held'", id)) count(sql, id, nowMs, true);
}

/** Counts a delivery's message; nothing is written for one that was erased meanwhile. */
function count(sql: Sql, id: string, nowMs: number, isReleased: boolean): void {
  sql.exec(
    `INSERT INTO sends (delivery_id, rule, contact_id, at, left_at, looks, released)
     SELECT id, rule, contact_id, ?, NULL, 0, ? FROM deliveries WHERE id = ?
     ON CONFLICT (delivery_id) DO UPDATE SET at = excluded.at, released = max(released, excluded.released)`,
    nowMs,
    isReleased ? 1 : 0,
    id,
  );
}

/** Whether as many messages as the bound were sent. Reads no more rows than that. */
function isReached(sql: Sql, bound: number, which: string, ...values: readonly SqlValue[]): boolean {
  const sent = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM sends WHERE ${which} LIMIT ?)`;
  return (firstRow<{ n: number }>(sql, sent, ...values, bound)?.n ?? 0) >= bound;
}

function heldBecause(why: string): AttemptOutcome {
  return unanswered(actionError("ACTION_BREAKER", `${why}: release or discard them`));
}

function messages(count: number): string {
  return count === 1 ? "1 message" : `${count} messages`;
}
