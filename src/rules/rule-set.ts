import { hex, sha256 } from "../model/hash.ts";
import type { Finding, Rule, RuleSet } from "../model/rule.ts";

/** A rule set from admitted rules: sorted by name, and named by the hash of what they say. */
export async function ruleSetOf(rules: readonly Rule[], findings: readonly Finding[] = []): Promise<RuleSet> {
  const sorted = rules.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return { hash: hex(await sha256(JSON.stringify(sorted))), rules: sorted, findings };
}
