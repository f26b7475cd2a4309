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

  /** The smallest event of these parts that shows what is claimed of the rules that fire on it; `null`: none does. */
  shown(kind: EventKind, parts: readonly Part[], shows: Shows): Promise<Witness | null> {
    return smallestOfPasts(witnessOf(kind, parts, this.#timeZone), (one) => this.#isShown(one, shows));
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

/** Hours between earlier events that are told one from the other by usual limits: an hour, a day, a week, a month. */
const STEPS_H: readonly number[] = [2, 25, 169, 745];

/** The smallest that still shows something, of a witness or of the same with another past; `null`: none shows it. */
export async function smallestOfPasts(
  witness: Witness,
  shows: (witness: Witness) => Promise<boolean>,
): Promise<Witness | null> {
  for (const one of withPasts(witness)) {
    const small = await smallest(one, shows);
    if (small) return small;
  }
  return null;
}

/** A witness, and the same with its past spread over time: what came before may itself use up a limit. */
function withPasts(witness: Witness): readonly Witness[] {
  const { history } = witness;
  if (!history) return [witness];
  const spread = (hours: number): Witness => ({
    ...witness,
    history: history.map((one, at) => ({ ...one, ago: `${(history.length - at) * hours}h` })),
  });
  return [witness, ...STEPS_H.map(spread)];
}
