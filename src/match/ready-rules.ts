// A rule set made ready once: indexed when it is first asked for proposals, each rule compiled for the engine when it is
// first proposed.
import type { Rule, RuleSet } from "../model/rule.ts";
import { AskedOfKnown } from "./asked.ts";
import { compileRule, type CompiledRule } from "./engine.ts";
import { RuleIndex } from "./rule-index.ts";

export class ReadyRules {
  readonly rules: readonly Rule[];
  #index: RuleIndex | null = null;
  #asked: AskedOfKnown | null = null;
  readonly #compiled = new Map<Rule, CompiledRule>();

  constructor({ rules }: RuleSet) {
    this.rules = rules;
  }

  get index(): RuleIndex {
    return (this.#index ??= new RuleIndex(this.rules));
  }

  /** What the rules ask of the contact and the location. */
  get asked(): AskedOfKnown {
    return (this.#asked ??= new AskedOfKnown(this.rules));
  }

  compiled(rule: Rule): CompiledRule {
    let ready = this.#compiled.get(rule);
    if (!ready) this.#compiled.set(rule, (ready = compileRule(rule)));
    return ready;
  }
}

const readySets = new WeakMap<RuleSet, ReadyRules>();

/** A rule set, ready to decide with. */
export function readyRules(ruleSet: RuleSet): ReadyRules {
  let ready = readySets.get(ruleSet);
  if (!ready) readySets.set(ruleSet, (ready = new ReadyRules(ruleSet)));
  return ready;
}
