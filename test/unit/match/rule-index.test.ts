import { describe, expect, it } from "vitest";
import { decide, everyVerdict, explain } from "../../../src/match/decide.ts";
import { DecisionFacts } from "../../../src/match/facts.ts";
import { RuleIndex } from "../../../src/match/rule-index.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import type { ConditionGroup, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, MOMENT } from "../../builders.ts";

const words = (count: number, from = 0): string[] => Array.from({ length: count }, (_, index) => `w${from + index}`);
const proposed = (rules: readonly Rule[], fields = {}): number =>
  new RuleIndex(rules).propose(new DecisionFacts(anEvent(fields), MOMENT, NO_HISTORY)).length;

describe("the index", () => {
  it("takes room in line with the number of rules, whatever they ask", () => {
    const facts = ["userId", "conversationId", "conversationProviderId", "from"];
    const rules = Array.from({ length: 300 }, (_, index) =>
      aRule({
        name: `r${index}`,
        conditions: { all: facts.map((fact) => ({ fact, operator: "in", value: words(16, index % 16) })) },
      }),
    );
    expect(new RuleIndex(rules).copies).toBeLessThanOrEqual(1_000 + 4 * rules.length);
    const fields = { userId: "w20", conversationId: "w20", conversationProviderId: "w20", from: "w20" };
    const fits = rules.filter((_, index) => index % 16 >= 5).length;
    expect(proposed(rules, fields)).toBe(fits);
  });

  it("proposes by the last of a thousand long lists as by the first", () => {
    const any = Array.from({ length: 1_000 }, (_, index) => ({
      fact: "userId",
      operator: "in",
      value: words(100, index * 100),
    }));
    const rules = [aRule({ conditions: { any } }), aRule({ name: "other" }), aRule({ name: "third" })];
    expect(proposed(rules, { userId: "w0", messageType: "Email" })).toBe(1);
    expect(proposed(rules, { userId: "w99999", messageType: "Email" })).toBe(1);
    expect(proposed(rules, { userId: "w100000", messageType: "Email" })).toBe(0);
  });

  it("leaves a rule to the engine that it would fail on, and only where the rule applies", async () => {
    const conditions: ConditionGroup = {
      any: [
        { fact: "channel", operator: "equal", value: "sms", priority: 5 },
        { fact: "channel", operator: "no-such-operator", value: 1 },
      ],
    };
    const rules = aRuleSet(aRule({ on: ["InboundMessage"], conditions }));
    expect((await decide(anEvent(), rules, MOMENT)).decision.verdicts).toEqual([]);
    const { decision } = await decide(anEvent({ type: "InboundMessage" }), rules, MOMENT);
    expect(decision.fired).toEqual(["test-rule"]);
  });
});

describe("every verdict", () => {
  it("counts as left out only what cannot be told", async () => {
    const asks: ConditionGroup = { all: [{ fact: "count", operator: "greaterThan", value: 5 }] };
    const rules = aRuleSet(aRule({ name: "asks", conditions: asks }), aRule({ name: "held" }));
    const event = anEvent({ source: "api" });
    const { decision } = await decide(event, rules, MOMENT);
    const stored = { ...decision, verdicts: [], leftOut: 2 };
    expect(everyVerdict(event, stored, rules)).toEqual((await explain(event, rules, MOMENT)).decision);
    const unheld = anEvent({ messageType: "SMS" }, "another");
    const told = everyVerdict(unheld, { ...(await decide(unheld, rules, MOMENT)).decision, verdicts: [] }, rules);
    expect(told).toMatchObject({ verdicts: [{ rule: "held", fired: true, shortened: true }], leftOut: 1 });
  });
});
