// The index over a rule set: for an event it proposes the rules that can fire. Too many is allowed, too few never: what
// it proposes, the engine confirms. A trie over what rules demand of a fact finds a few of thousands, and a check of
// each leaves those whose conditions are met, or on which only the engine can say.
import type { Json } from "../model/json.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { checkOf, effort, NOT_MET, slotOf, type Check } from "./check.ts";
import { conditionsOf, demandsOf, NO_DEMANDS, together, type Demands } from "./demands.ts";
import type { DecisionFacts } from "./facts.ts";

/** A rule in a leaf: its place in the order of deciding, and what the way to the leaf has not settled. */
interface Entry {
  readonly position: number;
  /** All of them have to be met, or at least possible. */
  readonly checks: readonly Check[];
}

/** A rule on its way into the trie. */
interface Demanding {
  readonly position: number;
  readonly parts: readonly Part[];
  readonly demands: Demands;
}

/** One of the conditions that all have to be met; with a slot, it only asks for one of some values of that fact. */
interface Part {
  readonly check: Check;
  readonly slot: number | null;
  readonly demands: Demands;
}

/** Splits rules by the value of one fact; those that demand nothing of it are in `others`. A leaf has neither. */
interface Node {
  readonly entries: readonly Entry[];
  readonly slot: number;
  readonly byValue: ReadonlyMap<Json | undefined, Node>;
  readonly others: Node | null;
}

/** So few rules are checked faster than they are split. */
const LEAF_RULES = 2;
/** A rule stands under each value that it allows; one that allows more is checked instead. */
const MAX_VALUES = 32;
const NO_SLOT = -1;

export class RuleIndex {
  readonly #root: Node;

  /** Rules in the order of deciding. Those that are switched off are never proposed. */
  constructor(rules: readonly Rule[]) {
    const known = new Map<string, Part | null>();
    const demanding = rules.flatMap((rule, position) =>
      rule.enabled === false ? [] : [demandingOf(rule, position, known)],
    );
    this.#root = nodeOf(demanding, new Set(), new Set());
  }

  /** The places of the rules that an event may fire, in order. */
  propose(facts: DecisionFacts): number[] {
    const proposed: number[] = [];
    gather(this.#root, facts, proposed);
    return proposed.length > 1 ? proposed.sort((a, b) => a - b) : proposed;
  }
}

/** Whether the index rules a rule out for an event. */
export function isRuledOut(rule: Rule, facts: DecisionFacts): boolean {
  const parts = partsOf(rule, new Map());
  const checks = parts?.map(({ check }) => check) ?? [];
  return !mayBeMet(checks, facts);
}

/** A rule that the engine would fail on has no parts: it is proposed for every event, so that its verdict says so. */
function demandingOf(rule: Rule, position: number, known: Map<string, Part | null>): Demanding {
  const parts = partsOf(rule, known);
  return parts
    ? { position, parts, demands: parts.map(({ demands }) => demands).reduce(together) }
    : { position, parts: [], demands: NO_DEMANDS };
}

function partsOf(rule: Rule, known: Map<string, Part | null>): readonly Part[] | null {
  try {
    const conditions = conditionsOf(rule).toSorted((a, b) => effort(a) - effort(b));
    const parts = conditions.map((condition) => partOf(condition, known));
    return parts.every((part) => part !== null) ? parts : null;
  } catch {
    return null;
  }
}

/** Rules of an agency are much alike: what two of them ask is compiled once. `null`: the engine would fail on it. */
function partOf(condition: Condition, known: Map<string, Part | null>): Part | null {
  const text = JSON.stringify(condition);
  let part = known.get(text);
  if (part === undefined) {
    const check = checkOf(condition);
    part = check && { check, slot: slotOf(condition), demands: demandsOf(condition) };
    known.set(text, part);
  }
  return part;
}

function gather(from: Node, facts: DecisionFacts, proposed: number[]): void {
  for (let node: Node | null = from; node !== null; node = node.others) {
    for (const entry of node.entries) if (mayBeMet(entry.checks, facts)) proposed.push(entry.position);
    const chosen = node.slot === NO_SLOT ? undefined : node.byValue.get(facts.at(node.slot));
    if (chosen) gather(chosen, facts, proposed);
  }
}

function mayBeMet(checks: readonly Check[], facts: DecisionFacts): boolean {
  try {
    for (const check of checks) if (check(facts) === NOT_MET) return false;
    return true;
  } catch {
    // The engine will say what is wrong with it, on this rule alone.
    return true;
  }
}

/** `seen`: the facts that were looked at on the way here; `settled`: those among them whose value is known. */
function nodeOf(rules: readonly Demanding[], seen: ReadonlySet<number>, settled: ReadonlySet<number>): Node {
  const slot = rules.length > LEAF_RULES ? bestSplit(rules, seen) : null;
  if (slot === null) {
    const leaf = rules.map(({ position, parts }): Entry => ({
      position,
      checks: parts.filter((part) => part.slot === null || !settled.has(part.slot)).map(({ check }) => check),
    }));
    return { entries: leaf, slot: NO_SLOT, byValue: new Map(), others: null };
  }
  const others: Demanding[] = [];
  const groups = new Map<Json, Demanding[]>();
  for (const rule of rules) {
    const values = usable(rule.demands.get(slot));
    if (!values) others.push(rule);
    else
      for (const value of values) {
        const group = groups.get(value);
        if (group) group.push(rule);
        else groups.set(value, [rule]);
      }
  }
  const seenBelow = new Set([...seen, slot]);
  const settledBelow = new Set([...settled, slot]);
  return {
    entries: [],
    slot,
    byValue: new Map(Array.from(groups, ([value, group]) => [value, nodeOf(group, seenBelow, settledBelow)])),
    others: others.length > 0 ? nodeOf(others, seenBelow, settled) : null,
  };
}

/** The fact whose value leaves the fewest rules to look at; `null`: none leaves noticeably fewer. */
function bestSplit(rules: readonly Demanding[], seen: ReadonlySet<number>): number | null {
  const tallies = new Map<number, { demanding: number; places: number; values: Set<Json> }>();
  for (const { demands } of rules)
    for (const [slot, demanded] of demands) {
      const values = seen.has(slot) ? null : usable(demanded);
      if (!values) continue;
      let tally = tallies.get(slot);
      if (!tally) tallies.set(slot, (tally = { demanding: 0, places: 0, values: new Set() }));
      tally.demanding += 1;
      tally.places += values.size;
      for (const value of values) tally.values.add(value);
    }
  let best: { slot: number; spared: number } | null = null;
  for (const [slot, { demanding, places, values }] of tallies) {
    const spared = values.size === 0 ? demanding : demanding - places / values.size;
    if (spared >= 1 && (best === null || spared > best.spared)) best = { slot, spared };
  }
  return best && best.slot;
}

function usable(values: ReadonlySet<Json> | undefined): ReadonlySet<Json> | null {
  return values && values.size <= MAX_VALUES ? values : null;
}
