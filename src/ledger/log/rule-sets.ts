// The rule sets that decided events of this location, so that "why did it not fire" can be answered after a deploy, too.
import type { Rule, RuleSet } from "../../model/rule.ts";
import { firstRow, rows, type Sql } from "../store/ports.ts";

/** A row holds 2 MB; a character takes at most three bytes. */
const MAX_PART_CHARACTERS = 500_000;

/** The hash of the set that came into use last. */
export function latest(sql: Sql): string | undefined {
  return firstRow<{ hash: string }>(sql, "SELECT hash FROM rule_sets WHERE part = 0 ORDER BY since DESC LIMIT 1")?.hash;
}

/** Keeps a set that comes into use, or comes back. Of a rule for other locations it keeps only what a verdict needs. */
export function keep(sql: Sql, { hash, rules }: RuleSet, locationId: string, nowMs: number): void {
  const store = (part: number, texts: readonly string[]): void =>
    void sql.exec(
      "INSERT OR REPLACE INTO rule_sets (hash, part, since, rules) VALUES (?, ?, ?, ?)",
      hash,
      part,
      nowMs,
      `[${texts.join(",")}]`,
    );
  let part = 0;
  let size = 0;
  let texts: string[] = [];
  for (const rule of rules) {
    const text = JSON.stringify(concerns(rule, locationId) ? rule : elsewhere(rule));
    if (texts.length > 0 && size + text.length > MAX_PART_CHARACTERS) {
      store(part, texts);
      [part, size, texts] = [part + 1, 0, []];
    }
    texts.push(text);
    size += text.length;
  }
  store(part, texts);
}

/** A set that was kept. */
export function find(sql: Sql, hash: string): RuleSet | undefined {
  const parts = rows<{ rules: string }>(sql, "SELECT rules FROM rule_sets WHERE hash = ? ORDER BY part", hash);
  if (parts.length === 0) return undefined;
  return { hash, rules: parts.flatMap(({ rules }) => JSON.parse(rules) as Rule[]), findings: [] };
}

/** Forgets sets that decided no event that is still kept: all of those came after the next set was in use. */
export function forgetUnused(sql: Sql, inUse: string): void {
  const sets = rows<{ hash: string; since: number }>(
    sql,
    "SELECT hash, since FROM rule_sets WHERE part = 0 ORDER BY since",
  );
  if (sets.length < 2) return;
  const oldest = firstRow<{ at: number | null }>(
    sql,
    "SELECT MIN(received_at) AS at FROM events WHERE record IS NOT NULL",
  )?.at;
  for (const [index, { hash }] of sets.entries()) {
    const next = sets[index + 1];
    if (next && hash !== inUse && next.since <= (oldest ?? Infinity))
      sql.exec("DELETE FROM rule_sets WHERE hash = ?", hash);
  }
}

function concerns({ locations }: Rule, locationId: string): boolean {
  return locations === undefined || locations.includes(locationId);
}

/** What is kept of a rule for other locations. Its verdict is reached before conditions are evaluated: none are kept. */
function elsewhere({ name, on, priority, enabled }: Rule): Rule {
  return {
    name,
    on,
    ...(priority === undefined ? {} : { priority }),
    ...(enabled === undefined ? {} : { enabled }),
    locations: [],
    conditions: { any: [] },
    actions: [],
  };
}
