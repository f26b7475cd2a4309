// Events that show what is claimed: each is decided by the whole rule set before it is told, and made as small as it can be.
import type { EventKind } from "../model/event-kinds.ts";
import type { RuleSet } from "../model/rule.ts";
import type { Part } from "./groups/group.ts";
import { firedOn, smallest, witnessOf, type Shows, type Witness } from "./witness.ts";

export class Witnesses {
  readonly #rules: RuleSet;
  readonly #timeZone: string;

  constructor(rules: RuleSet, timeZone: string) {
    this.#rules = rules;
    this.#timeZone = timeZone;
  }

  /** The smallest event of these parts that shows what is claimed of the rules that fire on it; `null`: it does not. */
  shown(kind: EventKind, parts: readonly Part[], shows: Shows): Promise<Witness | null> {
    return smallest(witnessOf(kind, parts, this.#timeZone), (witness) => this.#isShown(witness, shows));
  }

  /** The same with all that the parts say: for a claim about rules that do not fire. */
  async whole(kind: EventKind, parts: readonly Part[], shows: Shows): Promise<Witness | null> {
    const witness = witnessOf(kind, parts, this.#timeZone);
    return (await this.#isShown(witness, shows)) ? witness : null;
  }

  async #isShown(witness: Witness, shows: Shows): Promise<boolean> {
    const fired = await firedOn(this.#rules, witness, this.#timeZone);
    return fired !== null && shows(fired);
  }
}
