// The analysis against brute force: whatever it says of rules has to be true of every event of a small space, and each
// event that it shows has to show it.
import { describe, expect, it } from "vitest";
import { pairsOn } from "../../../src/analysis/pairs.ts";
import { AnalysedSet, Spaces } from "../../../src/analysis/set.ts";
import type { Answer } from "../../../src/analysis/search.ts";
import { firedOn, witnessOf } from "../../../src/analysis/witness.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRuleSet } from "../../builders.ts";
import { chance } from "../../generated/chance.ts";
import { upTo } from "../../thorough.ts";
import { truthsOn } from "./brute-force.ts";
import { smallWorld } from "./small-space.ts";

const SETS = upTo(60, 1_000);
const KIND = "OutboundMessage";

/** What the analysis says, each with the rules that have to fire on an event of it, and those that must not. */
function claimsOf(rules: readonly Rule[]): readonly {
  readonly name: string;
  readonly answer: Answer;
  readonly fire: readonly string[];
  readonly silent: readonly string[];
}[] {
  const spaces = new Spaces(rules);
  const set = new AnalysedSet(aRuleSet(...rules), spaces);
  const own = spaces.of(KIND);
  if (!own) throw new Error("No rule looks at the kind");
  const never: Answer = { is: "never" };
  const pairs = new Map(
    [...pairsOn(set, KIND, own, "UTC")].map((pair) => [`${pair.first.name} ${pair.second.name}`, pair] as const),
  );
  const alone = rules.map((rule) => ({
    name: `fires ${rule.name}`,
    answer: own.answer(set.fires(rule, KIND)),
    fire: [rule.name],
    silent: [],
  }));
  const of = set.rules.flatMap((one, place) =>
    set.rules.slice(place + 1).flatMap((other) => {
      const pair = pairs.get(`${one.name} ${other.name}`);
      const [a, b] = [one.name, other.name];
      const both = { name: `both ${a} ${b}`, answer: pair?.both ?? never, fire: [a, b], silent: [] };
      if (!pair) return [both];
      return [
        both,
        { name: `apart ${a} ${b}`, answer: pair.firstAlone(), fire: [a], silent: [b] },
        { name: `apart ${b} ${a}`, answer: pair.secondAlone(), fire: [b], silent: [a] },
      ];
    }),
  );
  return [...alone, ...of];
}

describe("the analysis", () => {
  it(`says of ${SETS} sets of rules what is true on every event of a small space`, async () => {
    const seen = { sets: 0, never: 0, met: 0, open: 0 };
    for (let seed = 0; seed < SETS; seed++) {
      const { rules, situations, name } = smallWorld(chance(seed));
      const truths = truthsOn(rules, situations);
      const ruleSet = aRuleSet(...rules);
      const told = (text: string): string =>
        `${text}, seed ${seed}, ${name}: ${JSON.stringify(rules.map(({ name: rule, conditions, priority, stop }) => ({ rule, conditions, priority, stop })))}`;
      for (const { name: claim, answer, fire, silent } of claimsOf(rules)) {
        const [what, ...names] = claim.split(" ");
        const isTrue = truths[what as "fires" | "both" | "apart"].has(names.join(" "));
        seen[answer.is] += 1;
        if (answer.is === "never" && isTrue) expect.unreachable(told(`Not so: never ${claim}`));
        if (answer.is !== "met") continue;
        const witness = witnessOf(KIND, answer.value, "UTC");
        const fired = await firedOn(ruleSet, witness, "UTC");
        const isShown =
          fired !== null && fire.every((rule) => fired.has(rule)) && !silent.some((rule) => fired.has(rule));
        if (!isShown) expect.unreachable(told(`Not shown: ${claim} by ${JSON.stringify(witness)}`));
        if (!isTrue) expect.unreachable(told(`Not in the space: ${claim} by ${JSON.stringify(witness)}`));
      }
      seen.sets += 1;
    }
    expect(seen.sets).toBe(SETS);
    // It would prove nothing if all were alike, or left open.
    expect(seen.never).toBeGreaterThan(SETS);
    expect(seen.met).toBeGreaterThan(SETS * 3);
    expect(seen.open / (seen.never + seen.met + seen.open)).toBeLessThan(0.02);
  }, 300_000);
});
