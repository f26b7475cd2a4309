// The index may propose too many, never too few: index and engine together fire what the plain engine fires.
import { Almanac, Engine, Fact } from "json-rules-engine";
import { describe, expect, it } from "vitest";
import { guardedAs } from "../../../src/events/event.ts";
import { decide, everyVerdict, explain } from "../../../src/match/decide.ts";
import { DecisionFacts, plainFacts } from "../../../src/match/facts.ts";
import { OWN_COMPARISONS, TOTAL_COMPARISONS, TOTAL_DECORATORS } from "../../../src/match/comparisons.ts";
import { resolvePath } from "../../../src/language/path.ts";
import { RuleIndex } from "../../../src/match/rule-index.ts";
import type { Event } from "../../../src/model/event.ts";
import type { Known } from "../../../src/model/known.ts";
import type { History } from "../../../src/model/history.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Rule, RuleSet } from "../../../src/model/rule.ts";
import { aRuleSet, MOMENT } from "../../builders.ts";
import { agencyPayloads, agencyRules, eventOf } from "../../generated/agency.ts";
import { anyEvent, anyKnown, anyRules } from "../../generated/anything.ts";
import { chance } from "../../generated/chance.ts";
import { upTo } from "../../thorough.ts";

const RULE_SETS = upTo(400, 4_000);
const EVENTS_OF_EACH = 25;
const MAX_RULES = 12;

const HISTORY: History = {
  past: () => [
    {
      kind: "OutboundMessage",
      channel: "sms",
      outcome: "failed",
      direction: "outbound",
      at: MOMENT.nowMs - 3_600_000,
      chain: null,
    },
  ],
  hasFiredFor: () => false,
  firings: () => 0,
  replaced: () => null,
  optOut: () => null,
};
const OPTIONS = { allowUndefinedFacts: true, pathResolver: resolvePath };

/** The engine's own lookup leaves a text, a number or an absent fact as it is, whatever the path. */
class PathAlmanac extends Almanac {
  override async factValue<T>(name: string, params?: Record<string, unknown>, path?: string): Promise<T> {
    const value = await super.factValue<T>(name, params);
    return path ? (resolvePath(value, path) as T) : value;
  }
}

/** json-rules-engine as its manual says, with our operators, and nothing else of ours. */
function plainEngine(rules: readonly Rule[]): Engine {
  const engine = new Engine([], OPTIONS);
  for (const [name, compare] of Object.entries({ ...TOTAL_COMPARISONS, ...OWN_COMPARISONS }))
    engine.addOperator(name, compare);
  for (const [name, decorate] of Object.entries(TOTAL_DECORATORS)) engine.addOperatorDecorator(name, decorate);
  for (const { name, conditions } of rules)
    engine.addRule({ name, conditions: structuredClone(conditions) as never, event: { type: name } });
  return engine;
}

async function firedByPlainEngine(
  engine: Engine,
  rules: readonly Rule[],
  event: Event,
  known: Known,
): Promise<string[]> {
  const almanac = new PathAlmanac(OPTIONS);
  for (const [name, value] of Object.entries(plainFacts(event, MOMENT)))
    almanac.addFact(new Fact<unknown>(name, value, { cache: false }));
  for (const [name, value] of Object.entries(known)) almanac.addFact(new Fact<unknown>(name, value, { cache: false }));
  for (const name of ["count", "secondsSince"]) {
    const ask = (params: JsonObject) => new DecisionFacts(event, MOMENT, HISTORY).value(name, params);
    almanac.addFact(new Fact<unknown>(name, ask, { cache: false }));
  }
  const { results } = await engine.run({}, { almanac });
  const met = new Set(results.map(({ name }) => name));
  const guarded = guardedAs(event);
  return rules
    .filter(({ name }) => met.has(name))
    .filter(
      ({ on, locations, enabled }) =>
        on.includes(event.kind) && enabled !== false && (!locations || locations.includes(event.locationId)),
    )
    .filter(({ includeApi, includeInternal }) => guarded === null || (guarded === "api" ? includeApi : includeInternal))
    .map(({ name }) => name)
    .toSorted();
}

describe("index and engine", () => {
  it(`fire what the plain engine fires, on ${RULE_SETS * EVENTS_OF_EACH} pairs of any rules and any event`, async () => {
    let pairs = 0;
    let fired = 0;
    let proposed = 0;
    let rulesSeen = 0;
    for (let seed = 0; seed < RULE_SETS; seed++) {
      const luck = chance(seed);
      const rules = anyRules(luck, 1 + luck.below(MAX_RULES));
      const ruleSet: RuleSet = aRuleSet(...rules);
      const engine = plainEngine(rules);
      for (let turn = 0; turn < EVENTS_OF_EACH; turn++) {
        const event = anyEvent(luck);
        const known = anyKnown(luck);
        const { decision } = await decide(event, ruleSet, { ...MOMENT, history: HISTORY, known });
        const plain = await firedByPlainEngine(engine, rules, event, known);
        const sorted = decision.fired.toSorted();
        if (plain.join() !== sorted.join())
          expect(sorted, JSON.stringify({ seed, rules, event, known })).toEqual(plain);
        pairs += 1;
        fired += plain.length;
        proposed += decision.verdicts.length;
        rulesSeen += rules.length;
      }
    }
    expect(pairs).toBeGreaterThanOrEqual(upTo(10_000, 100_000));
    // The test would prove nothing if hardly anything fired, or the index proposed everything.
    expect(fired).toBeGreaterThan(pairs / 3);
    expect(proposed).toBeLessThan(rulesSeen * 0.6);
  }, 120_000);

  it("say the same of each rule as the engine alone, whether it was proposed or not, where none asks the log", async () => {
    const rules = agencyRules(1_000);
    const ruleSet = aRuleSet(...rules);
    for (const event of agencyPayloads(20, 1_000).map(eventOf)) {
      const { decision } = await decide(event, ruleSet, MOMENT);
      expect(everyVerdict(event, decision, ruleSet)).toEqual((await explain(event, ruleSet, MOMENT)).decision);
    }
  });

  it("propose nearly nothing but what fires, of ten thousand rules", async () => {
    const rules = agencyRules(10_000);
    const index = new RuleIndex(rules);
    const ruleSet = aRuleSet(...rules);
    let proposed = 0;
    let fired = 0;
    for (const event of agencyPayloads(200, 10_000).map(eventOf)) {
      proposed += index.propose(new DecisionFacts(event, MOMENT, HISTORY)).length;
      fired += (await decide(event, ruleSet, MOMENT)).decision.fired.length;
    }
    expect(fired).toBeGreaterThan(200);
    expect(proposed).toBe(fired);
  });
});
