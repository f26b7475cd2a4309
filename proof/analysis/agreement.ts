// What the analysis says of a random set of rules, held against every event of a small space.
import { pairsOn } from "../../src/analysis/pairs.ts";
import type { Answer } from "../../src/analysis/search.ts";
import { AnalysedSet, Spaces } from "../../src/analysis/set.ts";
import { firedOn, witnessOf } from "../../src/analysis/witness.ts";
import type { Rule } from "../../src/model/rule.ts";
import { aRuleSet } from "../../test/builders.ts";
import { chance } from "../../test/generated/chance.ts";
import { truthsOn, type Truths } from "./brute-force.ts";
import { smallWorld } from "./small-space.ts";

/** What a seed showed. */
export interface Agreement {
  /** How many answers were of each sort. */
  readonly never: number;
  readonly met: number;
  readonly open: number;
  /** What is not so, or not shown; empty: they agree. */
  readonly disagreements: readonly string[];
}

/** One thing that the analysis says, with the rules that fire on an event of it, and those that do not. */
interface Claim {
  readonly of: keyof Truths;
  readonly answer: Answer;
  readonly fire: readonly [string, ...string[]];
  readonly silent: readonly string[];
}

const KIND = "OutboundMessage";
const NEVER: Answer = { is: "never" };

/** Analyses the set of a seed, and decides every event of its space. */
export async function agreementOf(seed: number): Promise<Agreement> {
  const { rules, situations, name } = smallWorld(chance(seed));
  const truths = truthsOn(rules, situations);
  const ruleSet = aRuleSet(...rules);
  const count = { never: 0, met: 0, open: 0 };
  const disagreements: string[] = [];
  for (const { of, answer, fire, silent } of claimsOf(rules)) {
    const said = [...fire, ...silent].join(" ");
    const isTrue = truths[of].has(said);
    count[answer.is] += 1;
    const disagree = (how: string): void => {
      const asked = rules.filter((rule) => [...fire, ...silent].includes(rule.name));
      const told = asked.map(({ name: rule, conditions, priority, stop }) => ({ rule, conditions, priority, stop }));
      disagreements.push(`${how}: ${of} ${said}, seed ${seed}, ${name}: ${JSON.stringify(told)}`);
    };
    if (answer.is === "never" && isTrue) disagree("Not so: it never happens");
    if (answer.is !== "met") continue;
    const witness = witnessOf(KIND, answer.value, "UTC");
    const fired = await firedOn(ruleSet, witness, "UTC");
    // Such a past can be, but no example can have it: an age is whole seconds there, and one at least.
    const isWritten = answer.value.every(({ past = [] }) => past.every(({ agoMs }) => agoMs >= 1_000));
    const isShown =
      !isWritten ||
      (fired !== null && fire.every((rule) => fired.has(rule)) && !silent.some((rule) => fired.has(rule)));
    if (!isShown) disagree(`Not shown by ${JSON.stringify(witness)}`);
    else if (!isTrue) disagree(`Not in the space: ${JSON.stringify(witness)}`);
  }
  return { ...count, disagreements };
}

/** All that the analysis says of some rules. */
function* claimsOf(rules: readonly Rule[]): Generator<Claim> {
  const spaces = new Spaces(rules);
  const set = new AnalysedSet(aRuleSet(...rules), spaces);
  const own = spaces.of(KIND);
  if (!own) throw new Error("No rule looks at the kind");
  for (const rule of rules)
    yield { of: "fires", answer: own.answer(set.fires(rule, KIND)), fire: [rule.name], silent: [] };
  const told = [...pairsOn(set, KIND, own, "UTC")];
  for (const [place, { name: a }] of set.rules.entries())
    for (const { name: b } of set.rules.slice(place + 1)) {
      const pair = told.find(({ first, second }) => first.name === a && second.name === b);
      yield { of: "both", answer: pair?.both ?? NEVER, fire: [a, b], silent: [] };
      if (!pair) continue;
      yield { of: "apart", answer: pair.firstAlone(), fire: [a], silent: [b] };
      yield { of: "apart", answer: pair.secondAlone(), fire: [b], silent: [a] };
    }
}
