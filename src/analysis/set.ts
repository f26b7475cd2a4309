// A set of rules as a whole: when each of them fires, with those that stop it taken into account.
import { EVENT_KINDS, type EventKind } from "../model/event-kinds.ts";
import { byPriority, type Rule, type RuleSet } from "../model/rule.ts";
import { KindRules } from "./firing.ts";
import type { Literal } from "./groups/group.ts";
import { joined, opposite, type Logic } from "./values/logic.ts";

/** What all rules that are analysed together ask of events, kind by kind. */
export class Spaces {
  readonly #of = new Map<EventKind, KindRules>();

  constructor(rules: readonly Rule[]) {
    for (const kind of EVENT_KINDS) {
      const own = rules.filter(({ on, enabled }) => on.includes(kind) && enabled !== false);
      if (own.length > 0) this.#of.set(kind, new KindRules(kind, own));
    }
  }

  /** The kinds that some rule looks at. */
  get kinds(): readonly EventKind[] {
    return [...this.#of.keys()];
  }

  of(kind: EventKind): KindRules | undefined {
    return this.#of.get(kind);
  }
}

/** A rule set among what is analysed. */
export class AnalysedSet {
  readonly ruleSet: RuleSet;
  readonly #spaces: Spaces;
  readonly #before: ReadonlyMap<Rule, readonly Rule[]>;
  readonly #fires = new Map<KindRules, Map<Rule, Logic<Literal>>>();

  constructor(ruleSet: RuleSet, spaces: Spaces) {
    const rules = ruleSet.rules.toSorted(byPriority);
    this.ruleSet = { ...ruleSet, rules };
    this.#spaces = spaces;
    const stops = rules.map((rule) => rule.stop === true && rule.enabled !== false);
    this.#before = new Map(
      rules.map((rule, place) => [rule, rules.filter((_, other) => other < place && stops[other])]),
    );
  }

  get rules(): readonly Rule[] {
    return this.ruleSet.rules;
  }

  /** The rules that keep a rule from firing where they fire, on one kind of event: those before it that stop. */
  stopsBefore(rule: Rule, kind: EventKind): readonly Rule[] {
    const rules = this.#spaces.of(kind);
    const before = this.#before.get(rule) ?? [];
    if (!rules || before.length === 0) return [];
    const fires = rules.fires(rule);
    return before.filter((stop) => stop.on.includes(kind) && rules.answer(fires, rules.fires(stop)).is !== "never");
  }

  /** That a rule fires: its conditions are met, and those of no rule that stops it. */
  fires(rule: Rule, kind: EventKind): Logic<Literal> {
    const rules = this.#rulesOf(kind);
    let own = this.#fires.get(rules);
    if (!own) this.#fires.set(rules, (own = new Map()));
    let fires = own.get(rule);
    if (!fires) {
      const stops = this.stopsBefore(rule, kind);
      fires = joined("all", [rules.fires(rule), ...stops.map((stop) => rules.isSilent(stop))]);
      own.set(rule, fires);
    }
    return fires;
  }

  /** That it does not. */
  isSilent(rule: Rule, kind: EventKind): Logic<Literal> {
    return opposite(this.fires(rule, kind), ({ atom, isMet }) => ({ atom, isMet: !isMet }));
  }

  #rulesOf(kind: EventKind): KindRules {
    const rules = this.#spaces.of(kind);
    if (!rules) throw new Error(`No rule looks at ${kind}`);
    return rules;
  }
}
