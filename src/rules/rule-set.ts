import { hex, sha256 } from "../model/hash.ts";
import { byPriority, type Finding, type Rule, type RuleSet } from "../model/rule.ts";

/** A rule set from admitted rules: in the order of deciding, and named by the hash of what they say. */
export async function ruleSetOf(rules: readonly Rule[], findings: readonly Finding[] = []): Promise<RuleSet> {
  const sorted = rules.toSorted(byPriority);
  return { hash: hex(await sha256(JSON.stringify(sorted))), rules: sorted, findings };
}
