import { hex, sha256 } from "../kit/hash.ts";
import {
  byPriority,
  type BuiltRules,
  type CheckedRule,
  type ConditionGroup,
  type Finding,
  type Rule,
  type RuleSet,
} from "../model/rule.ts";

/** What a set holds besides its rules. None of it changes the hash, which depends on the rules alone. */
type Besides = Pick<RuleSet, "checked" | "conditions">;

/** A rule set from admitted rules: in the order of deciding, named by the hash of their text. */
export async function ruleSetOf(
  rules: readonly Rule[],
  findings: readonly Finding[] = [],
  besides: Besides = {},
): Promise<RuleSet> {
  const sorted = rules.toSorted(byPriority);
  return { hash: hex(await sha256(JSON.stringify(sorted))), rules: sorted, findings, ...besides };
}

/** A rule set with a draft added, replacing the rule of the same name if there is one. */
export function withDraft({ rules }: RuleSet, draft: Rule): Promise<RuleSet> {
  return ruleSetOf([...rules.filter(({ name }) => name !== draft.name), draft]);
}

/** Turns a rule set into its bundled form. */
export function toBuilt({ hash, findings, rules, checked = [], conditions = {} }: RuleSet): Required<BuiltRules> {
  return {
    hash,
    findings,
    rules: JSON.stringify(rules),
    checked: JSON.stringify(checked),
    conditions: JSON.stringify(conditions),
  };
}

/** Reads a rule set from its bundled form. */
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
