// What limits count: firings, as far as something came of them. One whose deliveries were all cancelled before an
// attempt left came to nothing, and is marked so; a person who sends one of them after all takes the mark away.
// Firings stand with their event. Those of limits that reach across contacts, or beyond the log, have rows of their own.
import type { Event } from "../../model/event.ts";
import type { Limit, LimitScope } from "../../model/rule.ts";
import { decidedAtMs, ORDINAL_DIGITS } from "./ids.ts";
import { eventsOf } from "../log/past.ts";
import { firstRow, rows, type Sql, type SqlValue } from "../store/ports.ts";

/** Notes the firing of a rule with a limit, if its event alone does not keep it for long enough, or for all to count. */
export function note(sql: Sql, rule: string, { per = "contact", within }: Limit, event: Event, atMs: number): void {
  const isForEver = within === undefined;
  if (per === "location")
    sql.exec(
      "INSERT OR IGNORE INTO firings (rule, at, event_key, is_for_ever) VALUES (?, ?, ?, ?)",
      rule,
      atMs,
      event.key,
      isForEver ? 1 : 0,
    );
  else if (isForEver)
    sql.exec(
      "INSERT OR IGNORE INTO kept_firings (contact_id, rule, event_key) VALUES (?, ?, ?)",
      event.contactId,
      rule,
      event.key,
    );
}

/** Which firings are counted: those of a rule for a contact or its location, after a time and before another. */
export interface Counted {
  readonly rule: string;
  readonly per: LimitScope;
  readonly contactId: string;
  /** Milliseconds since 1970; `-Infinity`: all that there ever were. */
  readonly afterMs: number;
  /** Milliseconds since 1970; absent: up to now. */
  readonly beforeMs?: number | undefined;
  /** No more are counted; absent: all. */
  readonly atMost?: number | undefined;
  /** Firings on events of the contact that are left out. */
  readonly but?: readonly FiringId[] | undefined;
}

/** A firing among those of its rule and contact. */
export interface FiringId {
  /** When, milliseconds since 1970. */
  readonly atMs: number;
  readonly eventKey: string;
}

/** `at` names a firing of a location, and never changes; it counts from then on, or, by a clock that was ahead, earlier. */
const COUNTS_FROM = "ifnull(counts_from, at)";

/** After a clock that was ahead: what happened after now happened now. */
export function putRight(sql: Sql, nowMs: number): void {
  sql.exec(`UPDATE firings SET counts_from = ?1 WHERE ${COUNTS_FROM} > ?1`, nowMs);
}

/** How many firings there were of which something came, or still may. */
export function countOf(sql: Sql, counted: Counted): number {
  return COUNTS[counted.per](sql, counted);
}

const COUNTS: { readonly [Scope in LimitScope]: (sql: Sql, counted: Counted) => number } = {
  contact(sql, { rule, contactId, afterMs, beforeMs = LAST, but = [], atMost = LAST }) {
    const left = JSON.stringify(but.map(({ eventKey }) => eventKey));
    // The name of a rule holds nothing that JSON would escape.
    const inLog = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${eventsOf(sql, contactId, "events_long_fired")} AND fired <> '[]'
      AND seq > ?2 AND received_at > ?3 AND received_at < ?4
      AND instr(fired, ?5) > 0 AND ifnull(instr(undone, ?5), 0) = 0
      AND key NOT IN (SELECT value FROM json_each(?6)) LIMIT ?7)`;
    const after = Math.max(afterMs, FIRST);
    // A place in the log is never before the time of recording, whatever clocks did.
    const known = numberIn(
      sql,
      inLog,
      contactId,
      Math.max(0, after * MICROSECONDS),
      after,
      beforeMs,
      `"${rule}"`,
      left,
      atMost,
    );
    if (afterMs >= FIRST) return known;
    const kept = `SELECT COUNT(*) AS n FROM kept_firings AS kept WHERE contact_id = ? AND rule = ? AND undone = 0
      AND NOT EXISTS (SELECT 1 FROM events WHERE events.contact_id = kept.contact_id AND key = kept.event_key)`;
    return known + numberIn(sql, kept, contactId, rule);
  },
  location(sql, { rule, afterMs, beforeMs = LAST, but = [] }) {
    const left = JSON.stringify(but.map(({ atMs, eventKey }) => `${atMs} ${eventKey}`));
    const all = `SELECT COUNT(*) AS n FROM firings WHERE rule = ?1 AND at > ?2 AND ${COUNTS_FROM} > ?2 AND ${COUNTS_FROM} < ?3 AND undone = 0
      AND at || ' ' || event_key NOT IN (SELECT value FROM json_each(?4))`;
    return numberIn(sql, all, rule, Math.max(afterMs, FIRST), beforeMs, left);
  },
};

function numberIn(sql: Sql, counted: string, ...values: readonly SqlValue[]): number {
  return firstRow<{ n: number }>(sql, counted, ...values)?.n ?? 0;
}

/** The firing of a rule that a delivery belongs to, and its deliveries that were not cancelled before an attempt left. */
export function firingOf(
  sql: Sql,
  deliveryId: string,
  rule: string,
): { readonly atMs: number; readonly alive: readonly string[] } {
  const prefix = deliveryId.slice(0, -ORDINAL_DIGITS);
  const alive = rows<{ id: string }>(sql, `${ALIVE} ORDER BY id`, prefix, `${prefix}~`, rule).map(({ id }) => id);
  return { atMs: decidedAtMs(deliveryId), alive };
}

const ALIVE =
  "SELECT id FROM deliveries WHERE id >= ? AND id < ? AND rule = ? AND NOT (state = 'cancelled' AND has_left = 0)";
const MICROSECONDS = 1_000;
const FIRST = Number.MIN_SAFE_INTEGER;
const LAST = Number.MAX_SAFE_INTEGER;

/**
 * Of a row of `deliveries`: all of its decision may be forgotten. One by one would not do, since a firing is known by what
 * all its deliveries came to. `isOver` says of a row, by its name, that it may.
 */
export function isOverWith(isOver: (row: string) => string): string {
  const prefix = `substr(deliveries.id, 1, length(deliveries.id) - ${ORDINAL_DIGITS})`;
  return `${isOver("deliveries")} AND NOT EXISTS (SELECT 1 FROM deliveries AS other
    WHERE other.id >= ${prefix} AND other.id < ${prefix} || '~' AND NOT (${isOver("other")}))`;
}

/**
 * Marks the firings that deliveries belong to by what all their deliveries have come to; called when some were cancelled,
 * or no longer are. Each decision is read once, however many of its deliveries are among them.
 */
export function reckon(sql: Sql, deliveryIds: readonly string[]): void {
  for (const [prefix, ids] of Map.groupBy(deliveryIds, (id) => id.slice(0, -ORDINAL_DIGITS))) {
    const firings = rows<Firing>(
      sql,
      `SELECT rule, event_key AS eventKey, contact_id AS contactId, MIN(state = 'cancelled' AND has_left = 0) AS isUndone
       FROM deliveries WHERE id >= ? AND id < ? GROUP BY rule HAVING MAX(id IN (SELECT value FROM json_each(?)))`,
      prefix,
      `${prefix}~`,
      JSON.stringify(ids),
    );
    const [first] = firings;
    if (first) mark(sql, firings, { ...first, atMs: decidedAtMs(prefix) });
  }
}

interface Firing {
  readonly rule: string;
  readonly contactId: string;
  readonly eventKey: string;
  readonly isUndone: number;
}

/** Marks the firings of one decision. */
function mark(
  sql: Sql,
  firings: readonly Firing[],
  { contactId, eventKey, atMs }: FiringId & { readonly contactId: string },
): void {
  const at = "SELECT undone FROM events WHERE contact_id = ? AND key = ?";
  const row = firstRow<{ undone: string | null }>(sql, at, contactId, eventKey);
  const undone = new Set(JSON.parse(row?.undone ?? "[]") as readonly string[]);
  const changed = firings.filter(({ rule, isUndone }) => undone.has(rule) !== (isUndone === 1));
  if (!row || changed.length === 0) return;
  for (const { rule, isUndone } of changed) {
    if (isUndone === 1) undone.add(rule);
    else undone.delete(rule);
    const inLocation = "UPDATE firings SET undone = ? WHERE rule = ? AND at = ? AND event_key = ?";
    sql.exec(inLocation, isUndone, rule, atMs, eventKey);
    const kept = "UPDATE kept_firings SET undone = ? WHERE contact_id = ? AND rule = ? AND event_key = ?";
    sql.exec(kept, isUndone, contactId, rule, eventKey);
  }
  sql.exec(
    "UPDATE events SET undone = ? WHERE contact_id = ? AND key = ?",
    undone.size === 0 ? null : JSON.stringify([...undone]),
    contactId,
    eventKey,
  );
}

/**
 * Removes a contact's firings, while its deliveries are still there; those of its location name nobody, and go on
 * counting, unless nothing came of them yet: now nothing will.
 */
export function eraseContact(sql: Sql, contactId: string): void {
  const toNothing = `SELECT MIN(id) AS id, rule, event_key AS eventKey FROM deliveries WHERE contact_id = ?
    GROUP BY substr(id, 1, length(id) - ${ORDINAL_DIGITS}), rule
    HAVING MIN(has_left = 0 AND state IN ('scheduled', 'held', 'cancelled'))`;
  for (const { id, rule, eventKey } of rows<{ id: string; rule: string; eventKey: string }>(sql, toNothing, contactId))
    sql.exec("DELETE FROM firings WHERE rule = ? AND at = ? AND event_key = ?", rule, decidedAtMs(id), eventKey);
}

/** Removes the firings before a time that no limit counts any more. */
export function forgetBefore(sql: Sql, beforeMs: number): void {
  sql.exec(`DELETE FROM firings WHERE ${COUNTS_FROM} < ? AND (is_for_ever = 0 OR undone = 1)`, beforeMs);
}
