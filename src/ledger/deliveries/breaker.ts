// The breaker of a rule: how many messages it may send before a person has to look. People are protected by it, not
// servers: what is beyond is held, and sent only when it is released.
import { kindOf } from "../../act/kinds.ts";
import { actionError, unanswered, type AttemptOutcome } from "../../act/contract/outcome.ts";
import type { LeasedDelivery } from "./deliveries.ts";
import { firstRow, type LedgerStorage, type Sql, type SqlValue } from "../store/ports.ts";

/** What a rule that says nothing may send: in a minute to the whole location, and in a day to one contact. */
const PER_MINUTE = 20;
const PER_CONTACT_DAY = 3;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Lets a delivery through, or says why it is held. A message that is let through is counted from then on, in the same
 * transaction and before it leaves, so that those in flight count too; what it comes to changes nothing about that. Each
 * attempt asks again, among the others: what an outage has kept back does not come all at once. One that was released by
 * hand is through for good, and so is one that may have been sent: it is looked for.
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

/** Counts a delivery that is held and is to be released: its breaker holds it no more. Of any other nothing is changed. */
export function release(sql: Sql, id: string, nowMs: number): void {
  if (firstRow(sql, "SELECT 1 FROM deliveries WHERE id = ? AND state = 'held'", id)) count(sql, id, nowMs, true);
}

/** A delivery that was erased meanwhile leaves nothing. */
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

/** Reads no more rows than the bound. */
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
