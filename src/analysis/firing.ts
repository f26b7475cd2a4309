// When a rule fires, as a statement about events of one kind: its locations, what it may see, its conditions. What came of
// earlier events (limits, duplicates, pauses) is left out: it only ever keeps a rule from firing.
import { KINDS, type EventKind, type Guard } from "../model/event-kinds.ts";
import type { Rule } from "../model/rule.ts";
import type { Literal } from "./groups/group.ts";
import { INTERNAL } from "./groups/words.ts";
import { KindSpace } from "./space.ts";
import { Search, type Answer } from "./search.ts";
import { joined, NEVER, opposite, type Logic } from "./values/logic.ts";

/** A part of what a rule asks of an event: a place in the rule, and what is asked. */
export interface Demand {
  /** Keys that lead to the place, or the word for what the rule leaves out. */
  readonly place: readonly (string | number)[];
  readonly statement: Logic<Literal>;
}

/** What a set of rules asks of events of one kind. */
export class KindRules {
  readonly space: KindSpace;
  readonly search = new Search();
  readonly #demands = new Map<Rule, readonly Demand[]>();
  readonly #fires = new Map<Rule, Logic<Literal>>();
  readonly #isSilent = new Map<Rule, Logic<Literal>>();

  constructor(kind: EventKind, rules: readonly Rule[]) {
    this.space = new KindSpace(kind);
    // Every atom is known before anything is asked: groups list their samples once.
    for (const rule of rules) this.fires(rule);
  }

  /** That a rule's conditions are met, and it may see the event. */
  fires(rule: Rule): Logic<Literal> {
    return kept(this.#fires, rule, () =>
      rule.enabled === false || !rule.on.includes(this.space.kind)
        ? NEVER
        : joined(
            "all",
            this.demands(rule).map(({ statement }) => statement),
          ),
    );
  }

  /** That it does not. */
  isSilent(rule: Rule): Logic<Literal> {
    return kept(this.#isSilent, rule, () => opposite(this.fires(rule), turned));
  }

  answer(...statements: readonly Logic<Literal>[]): Answer {
    return this.search.answer(statements);
  }

  /** What a rule asks, part by part. */
  demands(rule: Rule): readonly Demand[] {
    return kept(this.#demands, rule, () => {
      const { conditions } = rule;
      const parts =
        "all" in conditions
          ? conditions.all.map((part, at) => ({ part, place: ["conditions", "all", at] }))
          : [{ part: conditions, place: ["conditions"] }];
      return [
        ...this.#ofLocations(rule),
        ...this.#ofGuards(rule),
        ...parts.map(({ part, place }) => ({ place, statement: this.space.statement(part) })),
      ];
    });
  }

  #ofLocations({ locations }: Rule): readonly Demand[] {
    if (!locations) return [];
    const condition = { fact: "locationId", operator: "in", value: [...locations] };
    return [{ place: ["locations"], statement: this.space.statement(condition) }];
  }

  /** The first guard that fits an event counts: a comment that was sent through the API is a comment. */
  #ofGuards(rule: Rule): readonly Demand[] {
    const guards = KINDS[this.space.kind].guards ?? [];
    const sees: readonly Logic<Literal>[] = [...guards.entries()].flatMap(([at, guard]) => {
      if (!INCLUDES[guard](rule)) return [];
      return [joined("all", [...guards.slice(0, at).map((other) => this.#is(other, false)), this.#is(guard, true)])];
    });
    if (guards.length === 0 || sees.length === guards.length) return [];
    const plain = joined(
      "all",
      guards.map((guard) => this.#is(guard, false)),
    );
    return [{ place: ["guards"], statement: joined("any", [plain, ...sees]) }];
  }

  #is(guard: Guard, isMet: boolean): Logic<Literal> {
    return this.space.statement(GUARDED[guard], isMet);
  }
}

const INCLUDES: { readonly [G in Guard]: (rule: Rule) => boolean } = {
  api: ({ includeApi }) => includeApi === true,
  internal: ({ includeInternal }) => includeInternal === true,
};
const GUARDED: {
  readonly [G in Guard]: { readonly fact: string; readonly operator: string; readonly value: string | boolean };
} = {
  api: { fact: "sender", operator: "equal", value: "api" },
  internal: { fact: INTERNAL, operator: "exists", value: true },
};

function turned({ atom, isMet }: Literal): Literal {
  return { atom, isMet: !isMet };
}

function kept<Key, Value>(by: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = by.get(key);
  if (value === undefined) by.set(key, (value = make()));
  return value;
}
