// The rule sets that decided events of this location, so that "why did it not fire" can be answered after a deploy, too.
// Of a set that many locations share, a ledger keeps the rules that concern its own: whole, so that they can decide again, or,
// where that is too much, of each what its verdict needs.
import { bytesOf } from "../../kit/utf8.ts";
import { MAX_KEPT_SET_BYTES, MAX_STORED_BYTES } from "../../model/row-bounds.ts";
import { byPriority, type KeptRule, type Rule, type RuleSet } from "../../model/rule.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** A part of a set is one row; a character takes at most three bytes. */
const MAX_PART_CHARACTERS = MAX_STORED_BYTES / 3;

/** The sets that are kept and have been in use ever since. */
export function inUse(sql: Sql): readonly string[] {
  const found = rows<{ hash: string }>(sql, "SELECT hash FROM rule_sets WHERE part = 0 AND until IS NULL");
  return found.map(({ hash }) => hash);
}

/**
 * Keeps a set that comes into use, or comes back. The hash names the whole set, whatever of it is kept. `ended` are those
 * that have decided until now.
 */
export function keep(
  sql: Sql,
  ruleSet: RuleSet,
  {
    locationId,
    ended,
    nowMs,
  }: { readonly locationId: string; readonly ended: readonly string[]; readonly nowMs: number },
): void {
  for (const hash of ended) sql.exec("UPDATE rule_sets SET until = ? WHERE hash = ? AND part = 0", nowMs, hash);
  for (const [part, rules] of partsOf(ruleSet, locationId).entries())
    sql.exec(
      "INSERT OR REPLACE INTO rule_sets (hash, part, since, rules) VALUES (?, ?, ?, ?)",
      ruleSet.hash,
      part,
      nowMs,
      rules,
    );
}

/** What is kept of a set, in parts, each a list in JSON: the rules for a location, whole if all of them fit. */
export function partsOf({ rules }: RuleSet, locationId: string): readonly string[] {
  const own = rules.filter((rule) => concerns(rule, locationId));
  const whole = own.map((rule) => JSON.stringify({ ...rule, locations: rule.locations && [locationId] }));
  const doesFit = whole.every(isStorable) && whole.reduce((sum, text) => sum + bytesOf(text), 0) <= MAX_KEPT_SET_BYTES;
  return inParts(doesFit ? whole : toldTexts(own, locationId));
}

function isStorable(text: string): boolean {
  return bytesOf(text) <= MAX_STORED_BYTES;
}

/** Of each rule what its verdict needs, as far as there is room. */
function toldTexts(rules: readonly Rule[], locationId: string): readonly string[] {
  let room = MAX_KEPT_SET_BYTES;
  return rules.map((rule) => {
    const text = toldText(rule, locationId, Math.min(room, MAX_STORED_BYTES));
    room -= bytesOf(text);
    return text;
  });
}

/** Texts of JSON as lists, each short enough for a row. */
export function inParts(texts: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let size = 0;
  let own: string[] = [];
  for (const text of texts) {
    if (own.length > 0 && size + text.length > MAX_PART_CHARACTERS) {
      parts.push(`[${own.join(",")}]`);
      [size, own] = [0, []];
    }
    own.push(text);
    size += text.length;
  }
  return [...parts, `[${own.join(",")}]`];
}

/** The rules of a set that was kept, in the order of deciding. */
export function find(sql: Sql, hash: string): readonly KeptRule[] | undefined {
  const parts = rows<{ rules: string }>(sql, "SELECT rules FROM rule_sets WHERE hash = ? ORDER BY part", hash);
  return parts.length === 0 ? undefined : parts.flatMap(({ rules }) => JSON.parse(rules) as KeptRule[]);
}

/**
 * Kept rules together with those that are for other locations now: no copy of those is kept, so whether they were in
 * force when the kept ones were is not known. A rule that was kept is told as it was.
 */
export function withOthers(kept: readonly KeptRule[], { rules }: RuleSet, locationId: string): readonly KeptRule[] {
  const names = new Set(kept.map(({ name }) => name));
  const others = rules.filter((rule) => !concerns(rule, locationId) && !names.has(rule.name));
  return [...kept, ...others].toSorted(byPriority);
}

/** Forgets sets that decided no event that is still kept: all of those came after it had ended. */
export function forgetUnused(sql: Sql, inUse: readonly string[]): void {
  const ended = rows<{ hash: string; until: number }>(
    sql,
    `SELECT hash, until FROM rule_sets WHERE part = 0 AND until IS NOT NULL AND hash NOT IN (${inUse.map(() => "?").join(", ")})`,
    ...inUse,
  );
  if (ended.length === 0) return;
  const oldest = firstRow<{ at: number | null }>(
    sql,
    "SELECT MIN(received_at) AS at FROM events WHERE record IS NOT NULL",
  )?.at;
  for (const { hash, until } of ended)
    if (until <= (oldest ?? Infinity)) sql.exec("DELETE FROM rule_sets WHERE hash = ?", hash);
}

/** Forgets all sets but those in use: no verdict is told by the rules of then. */
export function forgetOthers(sql: Sql, inUse: readonly string[]): void {
  sql.exec(`DELETE FROM rule_sets WHERE hash NOT IN (${inUse.map(() => "?").join(", ")})`, ...inUse);
}

function concerns({ locations }: Rule, locationId: string): boolean {
  return locations === undefined || locations.includes(locationId);
}

/** Of a rule neither what it does nor for whom else it is; and without its conditions, if there is no room. */
function toldText(rule: Rule, locationId: string, maxBytes: number): string {
  const { name, on, enabled, priority, stop, includeApi, includeInternal, locations, conditions } = rule;
  const told = { name, on, enabled, priority, stop, includeApi, includeInternal };
  const kept: KeptRule = { ...told, locations: locations && [locationId], conditions, actions: [] };
  const text = JSON.stringify(kept);
  if (bytesOf(text) <= maxBytes) return text;
  return JSON.stringify({ ...kept, conditions: { any: [] }, isTooLarge: true } satisfies KeptRule);
}
