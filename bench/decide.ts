// `npm run bench`: what a decision costs as the number of rules grows, as ratios of one interleaved run.
// The index that makes it independent of that number is not there yet: this is the figure to beat.
import { performance } from "node:perf_hooks";
import { anEvent, aRule, aRuleSet, MOMENT } from "../test/builders.ts";
import { decide } from "../src/match/decide.ts";
import type { RuleSet } from "../src/model/rule.ts";

const SIZES = [7, 100, 1_000];
const ROUNDS = 5;
const ROUND_MS = 400;

const setOf = (size: number): RuleSet =>
  aRuleSet(
    ...Array.from({ length: size }, (_, index) =>
      aRule({
        name: `rule-${index}`,
        conditions: {
          all: [
            { fact: "status", operator: "equal", value: `status-${index}` },
            { fact: "channel", operator: "equal", value: "sms" },
          ],
        },
      }),
    ),
  );

async function decisionsPerSecond(ruleSet: RuleSet): Promise<number> {
  const startedAt = performance.now();
  let count = 0;
  while (performance.now() - startedAt < ROUND_MS) {
    await decide(anEvent({ status: "status-3" }), ruleSet, MOMENT);
    count += 1;
  }
  return (count * 1_000) / (performance.now() - startedAt);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const sets = SIZES.map((size) => ({ size, ruleSet: setOf(size), rates: [] as number[] }));
for (let round = 0; round < ROUNDS; round++)
  for (const { ruleSet, rates } of sets) rates.push(await decisionsPerSecond(ruleSet));
const fastest = median(sets[0]?.rates ?? []);
console.log("rules   decisions/s (median of 5)   of the first");
for (const { size, rates } of sets) {
  console.log(
    `${String(size).padStart(5)}   ${median(rates).toFixed(0).padStart(25)}   ${((100 * median(rates)) / fastest).toFixed(1).padStart(9)} %`,
  );
}
