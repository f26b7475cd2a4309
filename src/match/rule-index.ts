// The index over a rule set: for an event it proposes the rules that can fire. Too many is allowed, since the engine
// confirms each; too few never is. A trie over what rules demand of facts finds a few among thousands, and a check of
// each of those keeps the ones whose conditions are met or that only the engine can settle.
import type { Json } from "../kit/json.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { checkOf, effort, NOT_MET, slotOf, type Check } from "./without-engine.ts";
import { conjuncts, demandsOf, NO_DEMANDS, scopeOf, together, type Demands } from "./demands.ts";
import type { DecisionFacts } from "./facts.ts";

/** A rule in a leaf: its position in the order of deciding, and what the path to the leaf has not settled. */
interface Entry {
  readonly position: number;
  /** All of them have to be met, or at least not ruled out. */
  readonly checks: readonly Check[];
}

/** A rule to be placed in the trie. */
interface Demanding {
  readonly position: number;
  readonly parts: readonly Part[];
  readonly demands: Demands;
}

/** One of the conditions that all have to be met; with a slot, all that it wants is one of some values of that fact. */
interface Part {
  readonly check: Check;
  readonly slot: number | null;
  readonly demands: Demands;
}

/** Splits rules by the value of one fact; rules that demand nothing of it are in `others`. A leaf has neither. */
interface Node {
  readonly entries: readonly Entry[];
  readonly slot: number;
  readonly byValue: ReadonlyMap<Json | undefined, Node>;
  readonly others: Node | null;
}

/** The fact to split by, how many rules that spares on average, and how many additional places rules take for it. */
interface Split {
  readonly slot: number;
  readonly spared: number;
  readonly copies: number;
}

/** How many more places may be taken: this bounds the size of the trie. */
interface Room {
  places: number;
}

/** This few rules are faster to check than to split. */
const LEAF_RULES = 2;
/** A rule is stored under each value that it allows, for fact after fact: so many more places are allowed per rule. */
const PLACES_OF_RULE = 4;
const SPARE_PLACES = 1_000;
const NO_SLOT = -1;

export class RuleIndex {
  readonly #root: Node;
  /** How many places rules take beyond one each. */
  readonly copies: number;

  /** Takes the rules in the order of deciding. Disabled ones are never proposed. */
  constructor(rules: readonly Rule[]) {
    const known = new Map<string, Part | null>();
    const demanding = rules.flatMap((rule, position) =>
      rule.enabled === false ? [] : [demandingOf(rule, position, known)],
    );
    const places = SPARE_PLACES + rules.length * PLACES_OF_RULE;
    const room: Room = { places };
    this.#root = nodeOf(demanding, new Set(), new Set(), room);
    this.copies = places - room.places;
  }

  /** The positions of the rules that may fire on an event, in order. */
  propose(facts: DecisionFacts): number[] {
    const proposed: number[] = [];
    gather(this.#root, facts, proposed);
    return proposed.length > 1 ? proposed.sort((a, b) => a - b) : proposed;
  }
}

/** Whether the index rules out a rule for an event. */
export function isRuledOut(rule: Rule, facts: DecisionFacts): boolean {
  const checks = partsOf(rule, new Map()).map(({ check }) => check);
  return !mayBeMet(checks, facts);
}

function demandingOf(rule: Rule, position: number, known: Map<string, Part | null>): Demanding {
  const parts = partsOf(rule, known);
  return { position, parts, demands: parts.map(({ demands }) => demands).reduce(together, NO_DEMANDS) };
}

/**
 * What has to be met: first the scope, then the conditions, cheap ones first. If the engine would fail on a rule, the
 * rule is left to it wherever the scope applies, so that its verdict says what is wrong.
 */
function partsOf(rule: Rule, known: Map<string, Part | null>): readonly Part[] {
  const scope = scopeOf(rule).map((condition) => partOf(condition, known));
  const conditions = conditionParts(rule, known);
  return [...scope, ...conditions].filter((part) => part !== null);
}

function conditionParts({ conditions }: Rule, known: Map<string, Part | null>): readonly (Part | null)[] {
  try {
    const sorted = conjuncts(conditions).toSorted((a, b) => effort(a) - effort(b));
    const parts = sorted.map((condition) => partOf(condition, known));
    return parts.includes(null) ? [] : parts;
  } catch {
    return [];
  }
}

/** An agency's rules are much alike, so what they share is compiled once. `null`: the engine would fail on it. */
function partOf(condition: Condition, known: Map<string, Part | null>): Part | null {
  const text = JSON.stringify(condition);
  let part = known.get(text);
  if (part === undefined) {
    const check = checkOf(condition);
    const demands = check ? demandsOf(condition) : NO_DEMANDS;
    part = check && { check, slot: demands.size === 0 ? null : slotOf(condition), demands };
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
    // The engine will say what is wrong, for this rule alone.
    return true;
  }
}

/** `seen`: the facts by which the path here has split; `settled`: those of them whose value is known. */
function nodeOf(
  rules: readonly Demanding[],
  seen: ReadonlySet<number>,
  settled: ReadonlySet<number>,
  room: Room,
): Node {
  const split = rules.length > LEAF_RULES ? bestSplit(rules, seen, room.places) : null;
  if (split === null) {
    const leaf = rules.map(({ position, parts }): Entry => ({
      position,
      checks: parts.filter((part) => part.slot === null || !settled.has(part.slot)).map(({ check }) => check),
    }));
    return { entries: leaf, slot: NO_SLOT, byValue: new Map(), others: null };
  }
  const { slot } = split;
  room.places -= split.copies;
  const others: Demanding[] = [];
  const groups = new Map<Json, Demanding[]>();
  for (const rule of rules) {
    const values = rule.demands.get(slot);
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
    byValue: new Map(Array.from(groups, ([value, group]) => [value, nodeOf(group, seenBelow, settledBelow, room)])),
    others: others.length > 0 ? nodeOf(others, seenBelow, settled, room) : null,
  };
}

/** The split that spares the most rules; `null` if none spares at least one on average, or there is no room. */
function bestSplit(rules: readonly Demanding[], seen: ReadonlySet<number>, places: number): Split | null {
  const tallies = new Map<number, { demanding: number; places: number; values: Set<Json> }>();
  for (const { demands } of rules)
    for (const [slot, values] of demands) {
      if (seen.has(slot)) continue;
      let tally = tallies.get(slot);
      if (!tally) tallies.set(slot, (tally = { demanding: 0, places: 0, values: new Set() }));
      tally.demanding += 1;
      tally.places += values.size;
      for (const value of values) tally.values.add(value);
    }
  let best: Split | null = null;
  for (const [slot, tally] of tallies) {
    const spared = tally.demanding - (tally.values.size === 0 ? 0 : tally.places / tally.values.size);
    const copies = Math.max(0, tally.places - tally.demanding);
    if (spared >= 1 && copies <= places && (best === null || spared > best.spared)) best = { slot, spared, copies };
  }
  return best;
}
