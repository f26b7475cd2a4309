// The rules of published sets that are in force here, or in the shadow: those for this location, whole, so that a ledger
// that starts needs nobody to decide.
import type { Rule } from "../../model/rule.ts";
import { rows, type Sql } from "../store/ports.ts";
import { inParts } from "./rule-sets.ts";

/** Keeps the rules of a set, each as JSON. It belongs in a transaction. */
export function keep(sql: Sql, ruleSet: string, rules: readonly string[]): void {
  sql.exec("DELETE FROM own_rules WHERE rule_set = ?", ruleSet);
  for (const [part, text] of inParts(rules).entries())
    sql.exec("INSERT INTO own_rules (rule_set, part, rules) VALUES (?, ?, ?)", ruleSet, part, text);
}

/** The rules of a set, in the order of deciding; `null`: they are not kept. */
export function find(sql: Sql, ruleSet: string): readonly Rule[] | null {
  const parts = rows<{ rules: string }>(sql, "SELECT rules FROM own_rules WHERE rule_set = ? ORDER BY part", ruleSet);
  return parts.length === 0 ? null : parts.flatMap(({ rules }) => JSON.parse(rules) as Rule[]);
}

/** Whether the rules of a set are kept. */
export function isKept(sql: Sql, ruleSet: string): boolean {
  return rows(sql, "SELECT 1 FROM own_rules WHERE rule_set = ? LIMIT 1", ruleSet).length > 0;
}

/** Forgets the rules of all sets but these. */
export function forgetOthers(sql: Sql, ruleSets: readonly string[]): void {
  const kept = ruleSets.map(() => "?").join(", ");
  sql.exec(`DELETE FROM own_rules WHERE rule_set NOT IN (${kept})`, ...ruleSets);
}
