// The smallest changes under which a rule would have fired that did not: every one of a single thing, and of two where one
// alone is not enough. Each is shown by deciding again, with everything else as it was: docs/decisions/0077.
import type { Json } from "../kit/json.ts";
import type { DecisionContext } from "../match/decide.ts";
import type { Decision, Verdict } from "../model/decision.ts";
import type { Change, Counterfactual } from "../model/counterfactual.ts";
import type { Event } from "../model/event.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import { gatesIn } from "./gates.ts";
import { Conditions, type Truths } from "./conditions.ts";
import { placesOf, type Changed, type Place } from "./places.ts";
import { changeInWords, NO_REACH, type Reach } from "./words.ts";
import { verdictIn, type World } from "./world.ts";

/** So many pairs are told. */
const MOST_PAIRS = 12;
/** So many words that are each enough are told. */
const MOST_WORDS = 4;

/** The verdicts of a decision, those of rules that did not fire with what would have been enough. */
export async function withWhatIf(
  { verdicts, ...decision }: Decision,
  event: Event,
  ruleSet: RuleSet,
  context: DecisionContext,
): Promise<Decision> {
  const byName = new Map(ruleSet.rules.map((rule) => [rule.name, rule]));
  const told: Verdict[] = [];
  for (const verdict of verdicts) {
    const rule = byName.get(verdict.rule);
    told.push(verdict.fired || !rule ? verdict : { ...verdict, whatIf: await whatIf(event, rule, ruleSet, context) });
  }
  return { ...decision, verdicts: told };
}

/** What would have been enough for a rule that did not fire; the nearest first. Empty: nothing that is looked at. */
export async function whatIf(
  event: Event,
  rule: Rule,
  ruleSet: RuleSet,
  context: DecisionContext,
): Promise<readonly Counterfactual[]> {
  const world: World = { event, rule, ruleSet, context };
  const conditions = new Conditions(rule);
  const found: Counterfactual[] = [];
  const left: Tried[] = [];
  for (const place of [...gatesIn(world), ...placesOf(rule)]) {
    const changes = place
      .changesIn(world)
      .map((changed) => ({ ...changed, truths: conditions.truthsIn(changed.world) }));
    const enough = await enoughOf(changes.filter(({ truths }) => conditions.isMet(truths)));
    if (enough) found.push({ changes: [enough] });
    else left.push({ place, changes: classesOf(place, changes) });
  }
  const singles = found.length;
  const pairs = new Pairs(conditions, conditions.truthsIn(world));
  for (const [index, one] of left.entries())
    for (const other of left.slice(index + 1)) {
      if (found.length - singles >= MOST_PAIRS) return found;
      const both = await pairs.enough(one, other);
      if (both) found.push({ changes: both });
    }
  return found;
}

/** A change, and which comparisons are met by it. */
interface Seen extends Changed {
  readonly truths: Truths;
}

/** A place at which no change is enough by itself. */
interface Tried {
  readonly place: Place;
  readonly changes: readonly Seen[];
}

/** Of changes that the comparisons of a place do not tell apart the nearest. */
function classesOf({ comparisons }: Place, changes: readonly Seen[]): readonly Seen[] {
  const classes = new Map<string, Seen>();
  for (const seen of changes) {
    const name = comparisons.map((index) => Number(seen.truths[index])).join("");
    if (!classes.has(name)) classes.set(name, seen);
  }
  return [...classes.values()];
}

/** The nearest of some changes that is enough, with the others of its kind; `null`: none is. */
async function enoughOf(met: readonly Changed[]): Promise<Change | null> {
  for (const changed of met) if (await fires(changed.world)) return changeInWords(changed, await reachOf(changed, met));
  return null;
}

async function fires(world: World): Promise<boolean> {
  return (await verdictIn(world))?.fired === true;
}

/** Of a number, whether others further on are enough, too; of a word, which other words are. */
async function reachOf({ what, from, to }: Changed, met: readonly Changed[]): Promise<Reach> {
  const others = async (is: (value: Json) => boolean): Promise<readonly Json[]> => {
    const told: Json[] = [];
    for (const one of met.filter((other) => other.to !== undefined && is(other.to)).slice(0, MOST_WORDS))
      if (one.to !== undefined && (await fires(one.world))) told.push(one.to);
    return told;
  };
  if (typeof to === "number") {
    const isUp = typeof from !== "number" || from < to;
    const further = await others((value) => typeof value === "number" && (isUp ? value > to : value < to));
    return { ...NO_REACH, [isUp ? "orMore" : "orLess"]: further.length > 0 };
  }
  if (what !== "fact" || typeof to !== "string") return NO_REACH;
  return {
    ...NO_REACH,
    words: await others((value) => typeof value === "string" && value !== to && value !== "other"),
  };
}

/** Changes at two places, neither of which is enough. */
class Pairs {
  readonly #conditions: Conditions;
  readonly #truths: Truths;

  /** `truths`: which comparisons are met as it is. */
  constructor(conditions: Conditions, truths: Truths) {
    this.#conditions = conditions;
    this.#truths = truths;
  }

  /** A change at each that together are enough; `null`: there are none. */
  async enough(one: Tried, other: Tried): Promise<readonly [Change, Change] | null> {
    for (const first of one.changes)
      for (const second of other.changes) {
        if (!this.#conditions.isMet(this.#together(one, first, other, second))) continue;
        // The second comes on top of the first.
        const isMeant = ({ to }: Changed): boolean => JSON.stringify(to) === JSON.stringify(second.to);
        const then = other.place.changesIn(first.world).find(isMeant);
        if (then && (await fires(then.world))) return [changeInWords(first, NO_REACH), changeInWords(then, NO_REACH)];
      }
    return null;
  }

  #together({ place }: Tried, first: Seen, { place: otherPlace }: Tried, second: Seen): Truths {
    return this.#truths.map((truth, index) => {
      if (otherPlace.comparisons.includes(index)) return second.truths[index] === true;
      return place.comparisons.includes(index) ? first.truths[index] === true : truth;
    });
  }
}
