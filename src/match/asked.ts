// What the rules of a set ask of the contact and the location: found once for a set, so that an event of a set that asks
// nothing costs nothing.
import { comparisons } from "../language/conditions.ts";
import type { Event } from "../model/event.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { nameOf, placesOf, type KnownPlace } from "./known.ts";

const NOTHING: readonly KnownPlace[] = [];
/** Kinds of event and locations for which the places are kept. */
const MAX_KEPT = 1_000;

export class AskedOfKnown {
  readonly #ofRule: ReadonlyMap<Rule, readonly KnownPlace[]>;
  readonly #onEvents = new Map<string, readonly KnownPlace[]>();

  constructor(rules: readonly Rule[]) {
    const asking = rules.map((rule) => [rule, placesIn(rule.conditions)] as const);
    this.#ofRule = new Map(asking.filter(([{ enabled }, places]) => enabled !== false && places.length > 0));
  }

  /** What one rule asks. */
  by(rule: Rule): readonly KnownPlace[] {
    return this.#ofRule.get(rule) ?? NOTHING;
  }

  /** What all rules ask that are for such events in this location. */
  on({ kind, locationId }: Event): readonly KnownPlace[] {
    if (this.#ofRule.size === 0) return NOTHING;
    const name = `${kind} ${locationId}`;
    let places = this.#onEvents.get(name);
    if (places === undefined) {
      const asking = [...this.#ofRule].filter(
        ([{ on, locations }]) => on.includes(kind) && (!locations || locations.includes(locationId)),
      );
      if (this.#onEvents.size >= MAX_KEPT) this.#onEvents.clear();
      this.#onEvents.set(name, (places = once(asking.flatMap(([, asked]) => asked))));
    }
    return places;
  }
}

/** What conditions ask, each place once. */
export function placesIn(conditions: Condition): readonly KnownPlace[] {
  try {
    return once([...comparisons(conditions, [])].flatMap(({ condition }) => placesOf(condition)));
  } catch {
    // They are none: the engine says so.
    return NOTHING;
  }
}

function once(places: readonly KnownPlace[]): readonly KnownPlace[] {
  return places.length < 2 ? places : [...new Map(places.map((place) => [nameOf(place), place])).values()];
}
