import { describe, expect, it } from "vitest";
import { decide, everyVerdict, explain } from "../../../src/match/decide.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import type { Event } from "../../../src/model/event.ts";
import type { ConditionGroup, Rule, RuleSet } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aWebhook, MOMENT } from "../../builders.ts";

/** A decision with every verdict: what the index and the engine make of it, which is what the engine alone does. */
async function decided(event: Event, rules: RuleSet) {
  const { decision, actions } = await decide(event, rules, MOMENT);
  const whole = everyVerdict(event, decision, rules);
  expect(whole).toEqual((await explain(event, rules, MOMENT)).decision);
  return { decision: whole, actions };
}

async function verdictOf(rule: Partial<Rule>, fields: JsonObject = {}) {
  const { decision } = await decided(anEvent(fields), aRuleSet(aRule(rule)));
  const [verdict] = decision.verdicts;
  if (!verdict) throw new Error("No verdict");
  return verdict;
}

const when = (fact: string, operator: string, value: Json, path?: string): ConditionGroup => ({
  all: [{ fact, operator, value, ...(path === undefined ? {} : { path }) }],
});

describe("a comparison", () => {
  it.each<[title: string, condition: ConditionGroup, event: JsonObject, fires: boolean]>([
    ["equal text", when("status", "equal", "failed"), { status: "failed" }, true],
    ["equal is case-sensitive", when("status", "equal", "Failed"), { status: "failed" }, false],
    ["equal never coerces", when("messageTypeId", "equal", "2"), { messageTypeId: 2 }, false],
    ["a number sent as text is a number", when("callDuration", "equal", 31), { callDuration: "31" }, true],
    ["an absent fact satisfies notEqual", when("userId", "notEqual", "u1"), {}, true],
    ["an absent fact satisfies notIn", when("userId", "notIn", ["u1"]), {}, true],
    ["an absent fact is not less than anything", when("callDuration", "lessThan", 30), {}, false],
    ["null is absent", when("userId", "equal", null), { userId: null }, false],
    ["in a list", when("status", "in", ["failed", "undelivered"]), { status: "undelivered" }, true],
    ["not in a list", when("status", "in", ["failed"]), { status: "sent" }, false],
    ["contains in a list", when("recipients", "contains", "+15550100"), { to: ["+15550100"] }, true],
    ["contains on text is false", when("body", "contains", "stop"), { body: "stop it" }, false],
    ["doesNotContain on text is false too", when("body", "doesNotContain", "stop"), { body: "go" }, false],
    ["greater than", when("callDuration", "greaterThan", 30), { callDuration: 31 }, true],
    ["greater than is strict", when("callDuration", "greaterThan", 31), { callDuration: 31 }, false],
    ["at least", when("callDuration", "greaterThanInclusive", 31), { callDuration: 31 }, true],
    ["a path into the payload", when("payload", "equal", 7, "$.custom.score[1]"), { custom: { score: [1, 7] } }, true],
    ["a path that leads nowhere", when("payload", "equal", 7, "$.custom.score[9]"), { custom: { score: [1] } }, false],
    ["a path does not reach a prototype", when("payload", "notEqual", "x", "$.custom.toString"), { custom: {} }, true],
    ["another fact", when("to", "equal", { fact: "from" }), { to: "a", from: "a" }, true],
    ["a decorator", when("recipients", "someFact:equal", "b"), { to: ["a", "b"] }, true],
    ["not", { not: { fact: "status", operator: "equal", value: "failed" } }, { status: "sent" }, true],
    [
      "any",
      {
        any: [
          { fact: "status", operator: "equal", value: "x" },
          { fact: "channel", operator: "equal", value: "sms" },
        ],
      },
      {},
      true,
    ],
  ])("%s", async (_, conditions, event, fires) => {
    expect(await verdictOf({ conditions }, event)).toMatchObject({
      fired: fires,
      reason: fires ? "fired" : "conditions",
    });
  });
});

describe("a verdict", () => {
  it("tells every condition with the value that it saw, in the order of the file", async () => {
    const conditions: ConditionGroup = {
      all: [
        { fact: "channel", operator: "equal", value: "call" },
        {
          any: [
            { fact: "callStatus", operator: "equal", value: "busy" },
            { not: { fact: "userId", operator: "equal", value: "u1" } },
          ],
        },
      ],
    };
    const { conditions: seen } = await verdictOf({ conditions }, { messageType: "Call", callStatus: "no-answer" });
    expect(seen).toEqual([
      { pointer: "/all/0", fact: "channel", operator: "equal", value: "call", saw: "call", met: true },
      { pointer: "/all/1/any/0", fact: "callStatus", operator: "equal", value: "busy", saw: "no-answer", met: false },
      { pointer: "/all/1/any/1/not", fact: "userId", operator: "equal", value: "u1", met: false },
    ]);
  });

  it("says which conditions were not reached because one with a higher priority had settled it", async () => {
    const conditions: ConditionGroup = {
      all: [
        { fact: "status", operator: "equal", value: "failed" },
        { fact: "channel", operator: "equal", value: "email", priority: 5 },
      ],
    };
    const rules = aRuleSet(aRule({ conditions }));
    const { decision } = await explain(anEvent({ status: "failed" }), rules, MOMENT);
    expect(decision.verdicts[0]?.conditions.map(({ met }) => met)).toEqual([null, false]);
  });

  it("shows the other fact's value where two facts are compared", async () => {
    const { conditions } = await verdictOf(
      { conditions: when("to", "equal", { fact: "from" }) },
      { to: "a", from: "b" },
    );
    expect(conditions).toMatchObject([{ value: "b", saw: "a", met: false }]);
  });

  it("is no second copy of a long message", async () => {
    const { conditions } = await verdictOf({ conditions: when("body", "equal", "x") }, { body: "y".repeat(10_000) });
    expect(JSON.stringify(conditions).length).toBeLessThan(500);
  });

  it("is an error for a rule that throws, and harms no other", async () => {
    const broken = aRule({ name: "a-broken", conditions: when("status", "no-such-operator", "x") });
    const throwing = aRule({ name: "b-throwing", conditions: when("status", "nope:equal", 5) });
    const unbuildable = aRule({ name: "c-unbuildable", conditions: { all: 7 } as unknown as ConditionGroup });
    const { decision, actions } = await decide(
      anEvent(),
      aRuleSet(broken, throwing, unbuildable, aRule({ name: "d-fine" })),
      MOMENT,
    );
    expect(decision.verdicts.map(({ reason }) => reason)).toEqual(["error", "error", "error", "fired"]);
    expect(decision.verdicts[0]?.detail).toContain("no-such-operator");
    expect(actions.map(({ rule }) => rule.name)).toEqual(["d-fine"]);
  });
});

describe("a decision", () => {
  it("asks the rules of this kind of event alone", async () => {
    const inbound = aRule({ name: "inbound", on: ["InboundMessage"] });
    const { decision } = await decide(anEvent(), aRuleSet(inbound, aRule()), MOMENT);
    expect(decision.verdicts.map(({ rule }) => rule)).toEqual(["test-rule"]);
  });

  it("goes by priority, then by name", async () => {
    const rules = [
      aRule({ name: "b" }),
      aRule({ name: "a" }),
      aRule({ name: "z", priority: 5 }),
      aRule({ name: "last", priority: -1 }),
    ];
    const { decision } = await decide(anEvent(), aRuleSet(...rules), MOMENT);
    expect(decision.fired).toEqual(["z", "a", "b", "last"]);
  });

  it("lists the actions of the rules that fired, in order", async () => {
    const rules = [
      aRule({ name: "two", actions: [aTask(), aWebhook()] }),
      aRule({ name: "none", conditions: when("status", "equal", "x") }),
    ];
    const { actions } = await decide(anEvent(), aRuleSet(...rules), MOMENT);
    expect(actions.map(({ rule, index, action }) => [rule.name, index, action.type])).toEqual([
      ["two", 0, "task"],
      ["two", 1, "webhook"],
    ]);
  });

  it("stops after a rule that stops, and only when it fired", async () => {
    const stopping = aRule({ name: "first", priority: 2, stop: true });
    const missed = aRule({ name: "missed", priority: 3, stop: true, conditions: when("status", "equal", "x") });
    const { decision } = await decided(anEvent(), aRuleSet(stopping, missed, aRule({ name: "later" })));
    expect(decision.verdicts.map(({ rule, reason, detail }) => [rule, reason, detail])).toEqual([
      ["missed", "conditions", undefined],
      ["first", "fired", undefined],
      ["later", "stopped", "first"],
    ]);
  });

  it.each<[reason: string, rule: Partial<Rule>, event: JsonObject]>([
    ["disabled", { enabled: false }, {}],
    ["location", { locations: ["another"] }, {}],
    ["loop-guard", {}, { source: "api" }],
    ["loop-guard", {}, { messageType: "InternalComment" }],
    ["loop-guard", {}, { messageType: "TYPE_INTERNAL_COMMENT" }],
  ])("holds a rule back: %s", async (reason, rule, event) => {
    expect(await verdictOf(rule, event)).toMatchObject({ fired: false, reason, conditions: [] });
  });

  it("says that a rule is paused where it would fire, and notes it for a replay", async () => {
    const paused = [
      { rule: "first", why: "by ada since then: a reason" },
      { rule: "elsewhere", why: "by ada" },
    ];
    const rules = aRuleSet(
      aRule({ name: "first", priority: 2, stop: true }),
      aRule({ name: "later" }),
      aRule({ name: "elsewhere", on: ["InboundMessage"] }),
    );
    const of = async (fields: JsonObject) => (await decide(anEvent(fields), rules, { ...MOMENT, paused })).decision;
    const { fired, verdicts, paused: kept } = await of({});
    expect([fired, kept]).toEqual([[], [paused[0]]]);
    expect(verdicts.map(({ rule, reason, detail }) => [rule, reason, detail])).toEqual([
      ["first", "paused", "by ada since then: a reason"],
      ["later", "stopped", "first"],
    ]);
    expect((await of({ messageType: "Email" })).verdicts).toEqual([]);
  });

  it("lets a rule ask for what the loop guard holds back", async () => {
    expect(await verdictOf({ includeApi: true }, { source: "api" })).toMatchObject({ fired: true });
    const internal: Partial<Rule> = {
      includeInternal: true,
      conditions: when("messageType", "equal", "InternalComment"),
    };
    expect(await verdictOf(internal, { messageType: "InternalComment" })).toMatchObject({ fired: true });
  });

  it("is the same when many are made at once on one rule set", async () => {
    const rules = aRuleSet(
      aRule({ name: "sms" }),
      aRule({ name: "failed", priority: -1, conditions: when("status", "equal", "failed") }),
    );
    const events = Array.from({ length: 200 }, (_, index) =>
      anEvent(index % 2 === 0 ? { status: "failed" } : { messageType: "Email" }, `k${index}`),
    );
    const decisions = await Promise.all(events.map((event) => decide(event, rules, MOMENT)));
    for (const [index, { decision }] of decisions.entries())
      expect(decision.fired).toEqual(index % 2 === 0 ? ["sms", "failed"] : []);
  });

  it("leaves rules and event as they were", async () => {
    const rules = aRuleSet(aRule());
    const event = anEvent();
    const before = JSON.stringify([rules, event]);
    await decide(event, rules, MOMENT);
    expect(JSON.stringify([rules, event])).toBe(before);
  });
});
