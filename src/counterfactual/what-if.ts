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
import { fires, type World } from "./world.ts";

/** So many pairs are told. */
const MOST_PAIRS = 12;
/** Of so many changes by which the conditions are met it is tried whether the rule fires: what keeps it from that is mostly the same. */
const MOST_TRIED = 16;
/** So many words that are each enough are told. */
const MOST_WORDS = 4;

/** The verdicts of a decision, those of the first `most` rules that did not fire with what would have been enough. */
export async function withWhatIf(
  { verdicts, ...decision }: Decision,
  event: Event,
  ruleSet: RuleSet,
  context: DecisionContext,
  most = Infinity,
): Promise<Decision> {
  const byName = new Map(ruleSet.rules.map((rule) => [rule.name, rule]));
  const asked: Verdict[] = [];
  let left = most;
  for (const verdict of verdicts) {
    const rule = verdict.fired ? undefined : byName.get(verdict.rule);
    const isAsked = rule !== undefined && left > 0;
    if (isAsked) left -= 1;
    asked.push(isAsked ? { ...verdict, whatIf: await whatIf(event, rule, ruleSet, context) } : verdict);
  }
  return { ...decision, verdicts: asked };
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
  const singles: Near[] = [];
  const left: Tried[] = [];
  for (const place of [...gatesIn(world), ...placesOf(rule)]) {
    const changes = place
      .changesIn(world)
      .map((changed) => ({ ...changed, truths: conditions.truthsIn(changed.world) }));
    const isMet = ({ truths }: Seen): boolean => conditions.isMet(truths);
    const enough = await enoughOf(changes.filter(isMet), changes);
    if (enough) singles.push(enough);
    else left.push({ place, changes: classesOf(place, changes) });
  }
  const pairs: (readonly [Changed, Changed])[] = [];
  const together = new Pairs(conditions, conditions.truthsIn(world));
  for (const [index, one] of left.entries())
    for (const other of left.slice(index + 1)) {
      const both = pairs.length < MOST_PAIRS ? await together.enough(one, other) : null;
      if (both) pairs.push(both);
    }
  const ofPair = ([one, other]: readonly [Changed, Changed]): number => one.far + other.far;
  return [
    ...singles.toSorted((a, b) => a.far - b.far).map(({ change }) => ({ changes: [change] })),
    ...pairs.toSorted((a, b) => ofPair(a) - ofPair(b)).map((pair) => ({ changes: pair.map(told) })),
  ];
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

/** The nearest of the changes that meet the conditions that is enough, with the others of its kind; `null`: none is. */
async function enoughOf(met: readonly Changed[], all: readonly Changed[]): Promise<Near | null> {
  for (const changed of met.slice(0, MOST_TRIED))
    if (await fires(changed.world))
      return { far: changed.far, change: { ...told(changed), ...(await more(changed, met, all)) } };
  return null;
}

/** A change that is told, and how far it is from what was. */
interface Near {
  readonly far: number;
  readonly change: Change;
}

function told({ what, place, from, to }: Changed): Change {
  return { what, place, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Of a number, whether all others further on are enough, too; of a word, which other words are. */
async function more(
  { what, from, to }: Changed,
  met: readonly Changed[],
  all: readonly Changed[],
): Promise<Pick<Change, "reach" | "others">> {
  const others = async (is: (value: Json) => boolean): Promise<readonly Json[]> => {
    const enough: Json[] = [];
    for (const one of met.filter((other) => other.to !== undefined && is(other.to)).slice(0, MOST_WORDS))
      if (one.to !== undefined && (await fires(one.world))) enough.push(one.to);
    return enough;
  };
  if (typeof to === "number") {
    const isUp = typeof from !== "number" || from < to;
    const isFurther = (value: Json | undefined): boolean =>
      typeof value === "number" && (isUp ? value > to : value < to);
    const ends = all.some((one) => isFurther(one.to) && !met.includes(one));
    const further = ends ? [] : await others(isFurther);
    return further.length === 0 ? {} : { reach: isUp ? "or more" : "or less" };
  }
  if (what !== "fact" || typeof to !== "string") return {};
  const words = await others((value) => typeof value === "string" && value !== to && value !== "other");
  return words.length === 0 ? {} : { others: words };
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
  async enough(one: Tried, other: Tried): Promise<readonly [Changed, Changed] | null> {
    for (const first of one.changes)
      for (const second of other.changes) {
        if (!this.#conditions.isMet(this.#together(one, first, other, second))) continue;
        // The second comes on top of the first.
        const then = other.place.again(second, first.world);
        if (then && (await fires(then.world))) return [first, then];
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
