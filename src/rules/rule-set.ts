import { hex, sha256 } from "../kit/hash.ts";
import {
  byPriority,
  type CheckedRule,
  type ConditionGroup,
  type Finding,
  type Rule,
  type RuleSet,
} from "../model/rule.ts";

/** What a set holds beside its rules: none of it changes the hash, which names the rules. */
type Besides = Pick<RuleSet, "checked" | "conditions">;

/** A rule set from admitted rules: in the order of deciding, and named by the hash of what they say. */
export async function ruleSetOf(
  rules: readonly Rule[],
  findings: readonly Finding[] = [],
  besides: Besides = {},
): Promise<RuleSet> {
  const sorted = rules.toSorted(byPriority);
  return { hash: hex(await sha256(JSON.stringify(sorted))), rules: sorted, findings, ...besides };
}

/** A rule set with a draft instead of the rule of its name, or beside all others. */
export function withDraft({ rules }: RuleSet, draft: Rule): Promise<RuleSet> {
  return ruleSetOf([...rules.filter(({ name }) => name !== draft.name), draft]);
}

/**
 * A rule set as it is bundled: what can be long is text, which costs a start nothing, and is parsed when it is first
 * asked for. A set that an older version built has its rules alone.
 */
export interface BuiltRules {
  readonly hash: string;
  readonly findings: readonly Finding[];
  readonly rules: string;
  readonly checked?: string;
  readonly conditions?: string;
}

/** The form in which a rule set is bundled. */
export function toBuilt({ hash, findings, rules, checked = [], conditions = {} }: RuleSet): Required<BuiltRules> {
  return {
    hash,
    findings,
    rules: JSON.stringify(rules),
    checked: JSON.stringify(checked),
    conditions: JSON.stringify(conditions),
  };
}

/** The rule set behind its bundled form. */
export function fromBuilt({ hash, findings, rules, checked = "[]", conditions = "{}" }: BuiltRules): RuleSet {
  const read = {
    rules: once(() => JSON.parse(rules) as readonly Rule[]),
    checked: once(() => JSON.parse(checked) as readonly CheckedRule[]),
    conditions: once(() => JSON.parse(conditions) as { readonly [name: string]: ConditionGroup }),
  };
  return {
    hash,
    findings,
    get rules() {
      return read.rules();
    },
    get checked() {
      return read.checked();
    },
    get conditions() {
      return read.conditions();
    },
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
