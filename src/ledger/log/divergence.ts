// Where the set in the shadow would have done otherwise than the one in force: a row for each rule and event. Where both agree
// nothing is written.
import type { Json } from "../../kit/json.ts";
import { bytesOf } from "../../kit/utf8.ts";
import type { Divergence, DivergenceHow, DivergencePage } from "../../model/published.ts";
import type { Action, LimitScope } from "../../model/rule.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** So many are kept of one set: by then it is plain that it is another one. */
const MAX_KEPT = 10_000;
/** What is kept of the actions that would have followed. */
const MAX_ACTIONS_BYTES = 20_000;

/** One rule that would have done otherwise. */
export interface Differing {
  readonly rule: string;
  readonly how: DivergenceHow;
  /** What would have followed; empty: nothing. */
  readonly actions: readonly Action[];
}

/** The event that it is about. */
export interface DifferingOn {
  readonly eventKey: string;
  readonly contactId: string;
  readonly messageKey: string | null;
  readonly atMs: number;
  readonly ruleSet: string;
}

interface Row {
  id: number;
  ruleSet: string;
  contactId: string;
  eventKey: string;
  at: number;
  rule: string;
  how: DivergenceHow;
  actions: string | null;
}

/** Notes what differs, if there is room (`isFull`). It belongs in the transaction that records the event. */
export function note(
  sql: Sql,
  { eventKey, contactId, messageKey, atMs, ruleSet }: DifferingOn,
  differing: readonly Differing[],
): void {
  for (const { rule, how, actions } of differing) {
    const text = JSON.stringify(actions);
    sql.exec(
      "INSERT INTO divergence (rule_set, contact_id, event_key, message_key, at, rule, how, actions) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ruleSet,
      contactId,
      eventKey,
      messageKey,
      atMs,
      rule,
      how,
      actions.length === 0 || bytesOf(text) > MAX_ACTIONS_BYTES ? null : text,
    );
  }
}

/** How much more often than it fired, or less (negative), a rule of a set in the shadow would have fired after a time. */
export function firingsBeside(
  sql: Sql,
  ruleSet: string,
  rule: string,
  per: LimitScope,
  contactId: string,
  afterMs: number,
): number {
  const found = `SELECT COUNT(*) FILTER (WHERE how = 'more') - COUNT(*) FILTER (WHERE how = 'less') AS n FROM divergence
    WHERE rule_set = ? AND rule = ? AND at > ? AND (? = 'location' OR contact_id = ?)`;
  return firstRow<{ n: number }>(sql, found, ruleSet, rule, afterMs, per, contactId)?.n ?? 0;
}

/** How a rule differed on a message in a state; `null`: it did not. */
export function onMessage(
  sql: Sql,
  ruleSet: string,
  rule: string,
  messageKey: string,
  contactId: string,
): DivergenceHow | null {
  const found =
    "SELECT how FROM divergence WHERE rule_set = ? AND rule = ? AND contact_id = ? AND message_key = ? AND how <> 'other' ORDER BY id DESC LIMIT 1";
  return firstRow<{ how: DivergenceHow }>(sql, found, ruleSet, rule, contactId, messageKey)?.how ?? null;
}

/** How many differences are kept of a set; it reads as many rows. */
export function countOf(sql: Sql, ruleSet: string): number {
  const found = "SELECT COUNT(*) AS n FROM (SELECT 1 FROM divergence WHERE rule_set = ? LIMIT ?)";
  return firstRow<{ n: number }>(sql, found, ruleSet, MAX_KEPT)?.n ?? 0;
}

/** Whether no more are kept of a set of which there are so many. */
export function isFull(count: number): boolean {
  return count >= MAX_KEPT;
}

/** What differs, newest first, a page at a time. `shadow`: the set in the shadow; of none, the last that was. */
export function list(
  sql: Sql,
  shadow: string | null,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): DivergencePage {
  const before = Number(cursor ?? Number.MAX_SAFE_INTEGER) || 0;
  const last = "SELECT rule_set AS ruleSet FROM divergence ORDER BY id DESC LIMIT 1";
  const ruleSet = shadow ?? firstRow<{ ruleSet: string }>(sql, last)?.ruleSet ?? "";
  const found = rows<Row>(
    sql,
    `SELECT id, rule_set AS ruleSet, contact_id AS contactId, event_key AS eventKey, at, rule, how, actions FROM divergence
     WHERE rule_set = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    ruleSet,
    before,
    limit + 1,
  );
  const page = found.slice(0, limit);
  const end = page.at(-1);
  const counts = rows<{ rule: string; more: number; less: number; other: number }>(
    sql,
    `SELECT rule, COUNT(*) FILTER (WHERE how = 'more') AS more, COUNT(*) FILTER (WHERE how = 'less') AS less,
       COUNT(*) FILTER (WHERE how = 'other') AS other FROM divergence WHERE rule_set = ? GROUP BY rule ORDER BY COUNT(*) DESC, rule`,
    ruleSet,
  );
  const contacts = "SELECT COUNT(DISTINCT contact_id) AS n FROM divergence WHERE rule_set = ?";
  return {
    divergence: page.map(told),
    cursor: found.length > limit && end ? String(end.id) : null,
    shadow,
    rules: counts,
    contacts: firstRow<{ n: number }>(sql, contacts, ruleSet)?.n ?? 0,
    isFull: isFull(countOf(sql, ruleSet)),
  };
}

function told({ ruleSet, contactId, eventKey, rule, how, at, actions }: Row): Divergence {
  return {
    eventKey,
    contactId,
    rule,
    how,
    ruleSet,
    at: new Date(at).toISOString(),
    ...(actions === null ? {} : { actions: JSON.parse(actions) as Json }),
  };
}
