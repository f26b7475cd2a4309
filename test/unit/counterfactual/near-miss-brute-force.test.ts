// Each comparison of a rule is taken to come out otherwise, wherever it stands, and the whole set decides again: where that
// makes the rule fire, and only there, it is among what alone kept it from firing.
import { describe, expect, it } from "vitest";
import { nearMissOf } from "../../../src/counterfactual/near-miss.ts";
import { comparisons } from "../../../src/language/conditions.ts";
import { decide, explain, type DecisionContext } from "../../../src/match/decide.ts";
import type { VerdictReason } from "../../../src/model/decision.ts";
import type { Event } from "../../../src/model/event.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import type { Condition, Rule, RuleSet } from "../../../src/model/rule.ts";
import { nearMisses } from "../../../src/replay/near-misses.ts";
import { readLog } from "../../../src/replay/items.ts";
import { startReplay } from "../../../src/replay/replay.ts";
import { each } from "../../../proof/replay/agreement.ts";
import { anEvent, aRule, aRuleSet, MOMENT } from "../../builders.ts";
import { agencyPayloads, agencyRules, eventOf } from "../../generated/agency.ts";
import { chance, type Chance } from "../../generated/chance.ts";
import { exportedPast } from "../../generated/past.ts";
import { upTo } from "../../thorough.ts";

const MADE = upTo(600, 20_000);
const PAIRS = upTo(300, 10_000);
const PASTS = upTo(1, 6);
const RULES = 100;

/** The conditions with each place of one comparison taken by what is always or never met. */
function taken(condition: Condition, name: string, by: Condition): Condition {
  if ("all" in condition) return { all: condition.all.map((part) => taken(part, name, by)) };
  if ("any" in condition) return { any: condition.any.map((part) => taken(part, name, by)) };
  if ("not" in condition) return { not: taken(condition.not, name, by) };
  return JSON.stringify(condition) === name ? by : condition;
}

const ALWAYS: Condition = { all: [] };
const NEVER: Condition = { not: ALWAYS };

function withOwn(ruleSet: RuleSet, own: Rule, fields: Partial<Rule>): RuleSet {
  return { ...ruleSet, rules: ruleSet.rules.map((one) => (one === own ? { ...one, ...fields } : one)) };
}

/** Rules and context without what held a rule back; `null`: its conditions did, or nothing. */
function without(
  reason: VerdictReason,
  { own, ruleSet, context }: { own: Rule; ruleSet: RuleSet; context: DecisionContext },
  detail = "",
): readonly [RuleSet, DecisionContext] | null {
  const { history = NO_HISTORY, paused } = context;
  const rule = (fields: Partial<Rule>) => [withOwn(ruleSet, own, fields), context] as const;
  const other = (fields: Partial<DecisionContext>) => [ruleSet, { ...context, ...fields }] as const;
  const hasFiredFor = (key: string, name: string): boolean => name !== own.name && history.hasFiredFor(key, name);
  const rules = ruleSet.rules.map((one) => (one.name === detail ? { ...one, stop: false } : one));
  const ways: { readonly [R in VerdictReason]?: readonly [RuleSet, DecisionContext] } = {
    limit: rule({ limit: undefined }),
    paused: other({ paused: paused?.filter((one) => one.rule !== null && one.rule !== own.name) }),
    "duplicate-action": other({ history: { ...history, hasFiredFor } }),
    loop: other({ chain: [] }),
    "no-change": other({ repeats: undefined }),
    "loop-guard": rule({ includeApi: true, includeInternal: true }),
    disabled: rule({ enabled: true }),
    late: rule({ late: true }),
    stopped: [{ ...ruleSet, rules }, context],
  };
  return ways[reason] ?? null;
}

/** What alone kept a rule from firing, by trying each. */
async function tried(event: Event, own: Rule, ruleSet: RuleSet, context: DecisionContext): Promise<readonly string[]> {
  const fires = async (set: RuleSet, at = context): Promise<boolean> =>
    (await decide(event, set, at)).decision.fired.includes(own.name);
  if (await fires(ruleSet)) return [];
  const enough: string[] = [];
  const names = new Set([...comparisons(own.conditions, [])].map(({ condition }) => JSON.stringify(condition)));
  for (const name of names)
    for (const by of [ALWAYS, NEVER]) {
      const conditions: Rule["conditions"] = { all: [taken(own.conditions, name, by)] };
      if (await fires(withOwn(ruleSet, own, { conditions }))) enough.push(name);
    }
  const { verdicts } = (await explain(event, ruleSet, context)).decision;
  const { reason, detail } = verdicts.find(({ rule }) => rule === own.name) ?? { reason: "fired" as const };
  const other = without(reason, { own, ruleSet, context }, detail);
  // A rule that is not asked has its conditions still to meet.
  if (other && (await fires(...other))) enough.push(reason);
  return enough.toSorted();
}

/** The same as it is told. */
async function told(event: Event, own: Rule, ruleSet: RuleSet, context: DecisionContext): Promise<readonly string[]> {
  const near = await nearMissOf(own, ruleSet)(event, context);
  return near
    .map(({ enough }) => {
      if ("reason" in enough) return enough.reason;
      return JSON.stringify("not" in enough.condition ? enough.condition.not : enough.condition);
    })
    .toSorted();
}

const LEAVES: readonly Condition[] = [
  { fact: "channel", operator: "equal", value: "sms" },
  { fact: "status", operator: "in", value: ["failed", "delivered"] },
  { fact: "outcome", operator: "equal", value: "failed" },
  { fact: "source", operator: "exists", value: true },
  { fact: "callDuration", operator: "greaterThan", value: 30 },
  { fact: "count", params: { outcome: "failed" }, operator: "greaterThanInclusive", value: 1 },
];

function conditionsBy(luck: Chance, depth: number): Condition {
  if (depth === 0 || luck.happens(0.3)) return luck.pick(LEAVES);
  const parts = Array.from({ length: luck.below(4) }, () => conditionsBy(luck, depth - 1));
  return luck.pick<() => Condition>([
    () => ({ all: parts }),
    () => ({ any: parts }),
    () => ({ not: conditionsBy(luck, depth - 1) }),
  ])();
}

/** A rule among others that may stop it, with some of what may hold it back, and an event. */
function worldBy(luck: Chance): Parameters<typeof tried> {
  const some = <Field>(field: Field): Field | undefined => (luck.happens(0.15) ? field : undefined);
  const own = aRule({
    name: "own",
    conditions: { all: [conditionsBy(luck, 3)] },
    limit: some({ count: 1, within: "1d" }),
    enabled: luck.happens(0.95),
    includeApi: luck.happens(0.5),
  });
  const others = Array.from({ length: luck.below(3) }, (_, index) =>
    aRule({
      name: `other-${index}`,
      priority: luck.pick([-1, 1]),
      stop: luck.happens(0.7),
      conditions: { all: [conditionsBy(luck, 2)] },
    }),
  );
  const event = anEvent({
    messageId: "m",
    messageType: luck.pick(["SMS", "CALL"]),
    status: luck.pick(["failed", "delivered", "read"]),
    callDuration: luck.pick([12, 45]),
    source: luck.pick(["workflow", "api"]),
  });
  const ruleSet = aRuleSet(...others, own);
  const [fired, atLimit] = [luck.happens(0.2), luck.happens(0.5)];
  const context: DecisionContext = {
    ...MOMENT,
    history: { ...NO_HISTORY, hasFiredFor: () => fired, firings: () => (atLimit ? 1 : 0) },
    repeats: some("before"),
    paused: some([{ rule: luck.pick([null, "own", "other-0"]), why: "by Ana" }]),
    chain: some(Array.from({ length: 3 }, () => luck.pick(["own", "own", "other-0"]))),
  };
  return [event, ruleSet.rules.find(({ name }) => name === "own") ?? own, ruleSet, context];
}

describe("what alone kept a rule from firing", () => {
  it(`is what deciding again shows, on ${MADE} sets that chance makes`, { timeout: 300_000 }, async () => {
    const luck = chance(19);
    const seen = new Map<string, number>();
    for (let made = 0; made < MADE; made += 1) {
      const world = worldBy(luck);
      const enough = await told(...world);
      expect(enough, JSON.stringify(world)).toEqual(await tried(...world));
      const kind = enough.length === 0 ? "nothing" : enough.length > 1 ? "several" : (enough[0] ?? "").slice(0, 20);
      seen.set(kind, (seen.get(kind) ?? 0) + 1);
    }
    // Each of them came, so that the comparison says something of each.
    for (const kind of ["nothing", "several", "limit", "paused", "duplicate-action", "loop", "no-change", "stopped"])
      expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(0);
    expect(seen.size).toBeGreaterThan(8 + LEAVES.length / 2);
  });

  it(
    `is what deciding again shows, on ${PAIRS} pairs of an agency's rules and events`,
    { timeout: 300_000 },
    async () => {
      const rules = agencyRules(RULES);
      let found = 0;
      for (const [index, payload] of agencyPayloads(PAIRS, RULES, 11).entries()) {
        const rule = rules[index % RULES];
        const event = eventOf(payload);
        if (!rule?.on.includes(event.kind)) continue;
        const ruleSet = aRuleSet(rule);
        const enough = await told(event, rule, ruleSet, MOMENT);
        expect(enough, `${rule.name} ${index}`).toEqual(await tried(event, rule, ruleSet, MOMENT));
        found += enough.length;
      }
      expect(found).toBeGreaterThan(PAIRS / 100);
    },
  );

  it.each(Array.from({ length: PASTS }, (_, n) => n + 1))(
    "is counted of each rule over a past that the real ledger recorded: seed %i",
    { timeout: 300_000 },
    async (seed) => {
      const { lines } = await exportedPast(seed);
      const { start, items } = await readLog(each(lines));
      const counts = new Map<string, { looked: number; fired: number; near: number }>();
      const inForce = new Map<string, RuleSet>(start.ruleSets);
      const replay = startReplay(start, ({ decision }) => inForce.get(decision.ruleSet) ?? null, {
        watch: async (event, ruleSet, context) => {
          for (const rule of ruleSet.rules.filter(({ on }) => on.includes(event.kind))) {
            const count = counts.get(rule.name) ?? { looked: 0, fired: 0, near: 0 };
            counts.set(rule.name, count);
            count.looked += 1;
            if ((await tried(event, rule, ruleSet, context)).length > 0) count.near += 1;
            else if ((await decide(event, ruleSet, context)).decision.fired.includes(rule.name)) count.fired += 1;
          }
        },
      });
      for await (const item of items) await replay.take(item);
      expect(counts.size).toBeGreaterThan(8);
      for (const [rule, count] of counts) {
        const found = await nearMisses(await readLog(each(lines)), { rule, sinceMs: 0 });
        expect(found, rule).toMatchObject({ ...count, unclear: 0 });
        expect(found.misses.reduce((sum, miss) => sum + miss.count, 0)).toBe(found.near);
      }
    },
  );
});
