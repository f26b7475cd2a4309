// An operator who pauses rules and the location at the worst moments, and ends that. It has its own chance, so that the
// runs without it stay as they are.
import { chance, type Chance } from "../../test/generated/chance.ts";
import type { PauseSeen } from "../history.ts";
import type { Clockwork } from "./clockwork.ts";
import { LOCATION } from "./location.ts";
import type { SimulatedObject } from "./object.ts";
import type { Operator } from "./operator.ts";

/** One seed in so many has pauses. */
const EVERY = 14;
const MOST = 6;
const LONGEST_MS = 40 * 60_000;

export class Pauser {
  readonly seen: PauseSeen[] = [];
  readonly #clockwork: Clockwork;
  readonly #object: SimulatedObject;
  readonly #operator: Operator;
  readonly #chance: Chance;

  constructor(seed: number, clockwork: Clockwork, object: SimulatedObject, operator: Operator) {
    this.#clockwork = clockwork;
    this.#object = object;
    this.#operator = operator;
    this.#chance = chance(seed ^ 0x5bd1e995);
    if (seed % EVERY === 0) this.#has = true;
  }

  readonly #has: boolean = false;

  /** Plans pauses for a while, soon after events, when there is most that may leave. */
  plan(moments: readonly number[], busyMs: number): void {
    const { pick, below } = bound(this.#chance);
    for (let turns = this.#has ? 1 + below(MOST) : 0; turns > 0; turns -= 1) {
      const isSoonAfter = moments.length > 0 && this.#chance.happens(0.7);
      const afterMs = isSoonAfter ? pick(moments) + below(pick([20, 300, 10_000])) : below(busyMs);
      const rule = this.#chance.happens(0.25) ? null : pick(this.#object.ruleSet.rules).name;
      this.#clockwork.after(afterMs, () => void this.#pause(rule, 1 + below(LONGEST_MS)));
    }
  }

  async #pause(rule: string | null, lastsMs: number): Promise<void> {
    const answer = await this.#operator.quietly((ledger) =>
      ledger.pause(LOCATION, rule, { reason: "the price is wrong" }, "ada"),
    );
    // Without an answer it may be paused, too: nothing is claimed, and it is ended all the same.
    const seen = answer?.ok ? { rule, order: this.#clockwork.order(), endOrder: Infinity } : null;
    if (seen) this.seen.push(seen);
    this.#clockwork.after(lastsMs, () => void this.#end(rule));
  }

  /** Asks until it is answered: whatever was paused for ever would wait for ever. */
  async #end(rule: string | null): Promise<void> {
    for (const one of this.seen)
      if (one.rule === rule && one.endOrder === Infinity) Object.assign(one, { endOrder: this.#clockwork.order() });
    if ((await this.#operator.quietly((ledger) => ledger.resume(rule))) === undefined)
      this.#clockwork.after(5_000, () => void this.#end(rule));
  }
}

function bound(made: Chance): Pick<Chance, "pick" | "below"> {
  return { pick: (list) => made.pick(list), below: (most) => made.below(most) };
}
