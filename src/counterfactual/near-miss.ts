// Whether one thing alone kept a rule from firing on an event: how one comparison came out, or what held the rule back.
// No value is looked for, as what-if.ts does: that thing is taken to be otherwise, and the event is decided again.
import { shortened } from "../match/condition-verdicts.ts";
import type { DecisionContext } from "../match/decide.ts";
import type { DecisionFacts } from "../match/facts.ts";
import { comparisonIn } from "../match/without-engine.ts";
import type { Json } from "../kit/json.ts";
import type { Event } from "../model/event.ts";
import { NO_HISTORY } from "../model/history.ts";
import type { Enough, GateReason } from "../model/near-miss.ts";
import type { Condition, FactCondition, Rule, RuleSet } from "../model/rule.ts";
import { factsIn, fires, withRule, type World } from "./world.ts";

/** Something that would have been enough, had it been otherwise. */
export interface Near {
  readonly enough: Enough;
  /** The same for what is the same, in whatever form of the rule. */
  readonly name: string;
  /** What the comparison saw; absent: nothing, or it is about none. */
  readonly saw?: Json | undefined;
}

/**
 * What alone kept a rule from firing on an event: several if each of them would have been enough, empty if more was in the
 * way, or the rule fires.
 */
export type NearMissOf = (event: Event, context: DecisionContext) => Promise<readonly Near[]>;

/** Makes a rule of a set ready to be asked. A comparison that stands in it twice is one. */
export function nearMissOf(rule: Rule, { hash, rules }: RuleSet): NearMissOf {
  const conditions = new Conditions(rule);
  // Of the others only those before it that stop say anything about whether it fires.
  const before = rules.slice(0, rules.indexOf(rule)).filter(({ stop }) => stop === true);
  const ruleSet: RuleSet = { hash, rules: [...before, rule], findings: [] };
  const met: Rule = { ...rule, conditions: { all: [] } };
  const ifMet = { rule: met, ruleSet: { ...ruleSet, rules: [...before, met] } };
  return async (event, context) => {
    const world: World = { event, rule, ruleSet, context };
    const facts = factsIn(world);
    const seen = conditions.seenIn(facts);
    if (seen === null) return [];
    if (conditions.isMet(seen)) return heldBackBy(world);
    const turning = conditions.turning(seen);
    if (turning.length === 0 || !(await fires({ ...world, ...ifMet }))) return [];
    return turning.map((leaf) => told(leaf, seen(leaf), facts));
  };
}

function told({ condition, name, comparison }: Leaf, isMet: boolean, facts: DecisionFacts): Near {
  const saw = comparison?.read(facts);
  return {
    enough: { condition: isMet ? { not: condition } : condition },
    name: `${isMet ? "not " : ""}${name}`,
    ...(saw === undefined ? {} : { saw: shortened(saw) }),
  };
}

/** A comparison of a rule, wherever it stands in it. */
interface Leaf {
  readonly condition: FactCondition;
  readonly name: string;
  /** `null`: the engine would fail on it. */
  readonly comparison: ReturnType<typeof comparisonIn>;
  /** In how many places it stands. */
  times: number;
}

/** Whether a comparison is met. */
type Seen = (leaf: Leaf) => boolean;

/** A tree of conditions in which comparisons that are the same are one. */
type Node =
  | { readonly leaf: Leaf }
  | { readonly not: Node }
  | { readonly all: readonly Node[] }
  | { readonly any: readonly Node[] };

class Conditions {
  readonly #root: Node;
  readonly #leaves = new Map<string, Leaf>();

  constructor({ conditions }: Rule) {
    this.#root = this.#nodeOf(conditions);
  }

  #nodeOf(condition: Condition): Node {
    if ("all" in condition) return { all: condition.all.map((part) => this.#nodeOf(part)) };
    if ("any" in condition) return { any: condition.any.map((part) => this.#nodeOf(part)) };
    if ("not" in condition) return { not: this.#nodeOf(condition.not) };
    const { fact, path, params, operator, value } = condition;
    const name = JSON.stringify([fact, path, params, operator, value]);
    const leaf = this.#leaves.get(name) ?? { condition, name, comparison: comparisonIn(condition), times: 0 };
    leaf.times += 1;
    this.#leaves.set(name, leaf);
    return { leaf };
  }

  /** How the comparisons come out, each looked at when it is asked for; `null`: the engine would fail on one. */
  seenIn(facts: DecisionFacts): Seen | null {
    if ([...this.#leaves.values()].some(({ comparison }) => comparison === null)) return null;
    const looked = new Map<Leaf, boolean>();
    return (leaf) => {
      const known = looked.get(leaf);
      if (known !== undefined) return known;
      const { comparison } = leaf;
      const isMet = comparison?.compare(comparison.read(facts), comparison.wanted(facts)) === true;
      looked.set(leaf, isMet);
      return isMet;
    };
  }

  isMet(seen: Seen): boolean {
    return isMet(this.#root, seen);
  }

  /** The comparisons of which each alone, were it otherwise, would make all of it come out otherwise. */
  turning(seen: Seen): readonly Leaf[] {
    const was = this.isMet(seen);
    const turns = (leaf: Leaf): boolean => isMet(this.#root, (one) => (one === leaf) !== seen(one)) !== was;
    return [...turningIn(this.#root, seen)].filter((leaf) => leaf.times === 1 || turns(leaf));
  }
}

function isMet(node: Node, seen: Seen): boolean {
  if ("leaf" in node) return seen(node.leaf);
  if ("not" in node) return !isMet(node.not, seen);
  if ("all" in node) return node.all.every((part) => isMet(part, seen));
  // As the engine has it, an empty `any` is met.
  return node.any.length === 0 || node.any.some((part) => isMet(part, seen));
}

/** Of comparisons that stand in one place those that turn a part, and of the others none less. */
function turningIn(node: Node, seen: Seen): ReadonlySet<Leaf> {
  if ("leaf" in node) return new Set([node.leaf]);
  if ("not" in node) return turningIn(node.not, seen);
  const [parts, decisive] = "all" in node ? [node.all, false] : [node.any, true];
  const deciding = parts.filter((part) => isMet(part, seen) === decisive);
  // Where no part decides, any may come to; where some do, what turns the whole turns each of them.
  if (deciding.length === 0) return new Set(parts.flatMap((part) => [...turningIn(part, seen)]));
  const [first = new Set<Leaf>(), ...others] = deciding.map((part) => turningIn(part, seen));
  return new Set([...first].filter((leaf) => others.every((other) => other.has(leaf))));
}

/** What holds a rule back whose conditions are met, and the world in which that alone does not. */
const WITHOUT: { readonly [R in Exclude<GateReason, "stopped">]: (world: World) => World } = {
  disabled: (world) => withRule(world, { ...world.rule, enabled: true }),
  "loop-guard": (world) => withRule(world, { ...world.rule, includeApi: true, includeInternal: true }),
  "no-change": (world) => ({ ...world, context: { ...world.context, repeats: undefined } }),
  paused: (world) => {
    const others = world.context.paused?.filter(({ rule }) => rule !== null && rule !== world.rule.name);
    return { ...world, context: { ...world.context, paused: others } };
  },
  late: (world) => withRule(world, { ...world.rule, late: true }),
  "duplicate-action": (world) => {
    const { history = NO_HISTORY } = world.context;
    const hasFiredFor: typeof history.hasFiredFor = (key, name) =>
      name !== world.rule.name && history.hasFiredFor(key, name);
    return { ...world, context: { ...world.context, history: { ...history, hasFiredFor } } };
  },
  loop: (world) => ({ ...world, context: { ...world.context, chain: undefined } }),
  limit: (world) => withRule(world, { ...world.rule, limit: undefined }),
};

/** What alone holds a rule back; empty: more than that does, or the rule fires. */
async function heldBackBy(world: World): Promise<readonly Near[]> {
  if (await fires(world)) return [];
  for (const [reason, without] of Object.entries(WITHOUT))
    if (await fires(without(world))) return [{ enough: { reason: reason as GateReason }, name: reason }];
  for (const before of world.ruleSet.rules.slice(0, -1)) {
    const rules = world.ruleSet.rules.map((one) => (one === before ? { ...one, stop: false } : one));
    if (await fires({ ...world, ruleSet: { ...world.ruleSet, rules } }))
      return [{ enough: { reason: "stopped", rule: before.name }, name: `stopped ${before.name}` }];
  }
  return [];
}
