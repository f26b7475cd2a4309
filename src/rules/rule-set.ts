import { hex, sha256 } from "../model/hash.ts";
import { byPriority, type Finding, type Rule, type RuleSet } from "../model/rule.ts";

/** A rule set from admitted rules: in the order of deciding, and named by the hash of what they say. */
export async function ruleSetOf(rules: readonly Rule[], findings: readonly Finding[] = []): Promise<RuleSet> {
  const sorted = rules.toSorted(byPriority);
  return { hash: hex(await sha256(JSON.stringify(sorted))), rules: sorted, findings };
}

/** A rule set as it is bundled: its rules are text, which costs a start nothing, and are parsed when the first event asks. */
export interface BuiltRules {
  readonly hash: string;
  readonly findings: readonly Finding[];
  readonly rules: string;
}

/** The form in which a rule set is bundled. */
export function toBuilt({ hash, findings, rules }: RuleSet): BuiltRules {
  return { hash, findings, rules: JSON.stringify(rules) };
}

/** The rule set behind its bundled form. */
export function fromBuilt({ hash, findings, rules: text }: BuiltRules): RuleSet {
  let parsed: readonly Rule[] | null = null;
  return {
    hash,
    findings,
    get rules() {
      return (parsed ??= JSON.parse(text) as readonly Rule[]);
    },
  };
}
