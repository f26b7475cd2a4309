import { describe, expect, it } from "vitest";
import { whatIf } from "../../../src/counterfactual/what-if.ts";
import type { DecisionContext } from "../../../src/match/decide.ts";
import { counterfactualInWords } from "../../../src/language/in-words.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import type { Condition, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, MOMENT } from "../../builders.ts";

interface Case {
  readonly about: string;
  readonly conditions?: readonly Condition[];
  readonly rule?: Partial<Rule>;
  readonly others?: readonly Rule[];
  readonly event?: JsonObject;
  readonly context?: Partial<DecisionContext>;
  /** Each counterfactual, its changes joined by " and ". */
  readonly says: readonly string[];
}

const CALL = { messageType: "CALL", status: "completed", callStatus: "completed", callDuration: 12 };
const equal = (fact: string, value: string | number): Condition => ({ fact, operator: "equal", value });

const CASES: readonly Case[] = [
  {
    about: "a number that goes on",
    conditions: [{ fact: "callDuration", operator: "greaterThan", value: 30 }],
    event: CALL,
    says: ["callDuration 31 or more"],
  },
  {
    about: "a number that is bounded on both sides, the nearest",
    conditions: [
      { fact: "callDuration", operator: "greaterThan", value: 30 },
      { fact: "callDuration", operator: "lessThan", value: 40 },
    ],
    event: { ...CALL, callDuration: 90 },
    says: ["callDuration 39"],
  },
  {
    about: "a number that goes on, but for one",
    conditions: [
      { fact: "callDuration", operator: "greaterThan", value: 30 },
      { fact: "callDuration", operator: "notEqual", value: 40 },
    ],
    event: CALL,
    says: ["callDuration 31"],
  },
  {
    about: "a word, and those that are enough as well",
    conditions: [{ fact: "outcome", operator: "in", value: ["voicemail", "busy"] }],
    event: CALL,
    says: ['outcome "voicemail" or "busy"'],
  },
  {
    about: "a text that holds another",
    conditions: [{ fact: "body", operator: "containsText", value: "refund" }],
    event: { body: "hello" },
    says: ['body "refund"'],
  },
  {
    about: "a text that a pattern finds",
    conditions: [{ fact: "body", operator: "matches", value: "(?i)\\bcall (me|us) back\\b" }],
    event: { body: "hello" },
    says: ['body "call me back"'],
  },
  {
    about: "a text that a pattern finds, and more is wanted of",
    conditions: [
      { fact: "body", operator: "matches", value: "(?i)price" },
      { fact: "body", operator: "startsWith", value: "Hi" },
    ],
    event: { body: "hello" },
    says: ['body "Hiprice" or "Hi price"'],
  },
  {
    about: "a text that a pattern finds, and that is no word",
    conditions: [{ fact: "body", operator: "matches", value: "^\\d{4}$" }],
    event: { body: "hello" },
    says: [],
  },
  {
    about: "a field that has to be away",
    conditions: [{ fact: "userId", operator: "exists", value: false }],
    event: { userId: "u1" },
    says: ["no userId"],
  },
  {
    about: "a path that nothing is at",
    conditions: [{ fact: "payload", path: "$.customData.plan", operator: "equal", value: "gold" }],
    says: ['"gold" as customData.plan of the payload'],
  },
  {
    about: "an item chosen by a filter",
    conditions: [{ fact: "payload", path: "$.customFields[?id=abc].value", operator: "equal", value: "yes" }],
    event: { customFields: [{ id: "other", value: "no" }] },
    says: ['"yes" as value where id is abc in customFields of the payload'],
  },
  {
    about: "a tag of the contact",
    conditions: [{ fact: "contact", path: "$.tags", operator: "contains", value: "vip" }],
    context: { known: { contact: { tags: ["new"] }, location: undefined } },
    says: ['"vip" added to tags of the contact'],
  },
  {
    about: "a tag of the contact that has to be away",
    conditions: [{ fact: "contact", path: "$.tags", operator: "doesNotContain", value: "vip" }],
    context: { known: { contact: { tags: ["new", "vip"] }, location: undefined } },
    says: ['"vip" removed from tags of the contact'],
  },
  {
    about: "the one item that is not as all have to be",
    conditions: [{ fact: "attachments", operator: "everyFact:endsWith", value: ".pdf" }],
    event: { attachments: ["a.pdf", "b.jpg"] },
    says: ['"b.jpg" removed from attachments'],
  },
  {
    about: "the contact's past",
    conditions: [{ fact: "count", params: { outcome: "voicemail" }, operator: "greaterThanInclusive", value: 2 }],
    says: ["2 or more as the count of events with outcome voicemail"],
  },
  {
    about: "the clock",
    conditions: [
      { fact: "localTime", operator: "before", value: "10:00" },
      { fact: "weekday", operator: "equal", value: "monday" },
    ],
    says: ["the clock at 2026-03-09T00:00:00.000Z"],
  },
  {
    about: "two things of which neither is enough",
    conditions: [equal("status", "failed"), { fact: "body", operator: "startsWith", value: "Re:" }],
    event: { status: "delivered", body: "hello" },
    says: ['status "failed" and body "Re:"'],
  },
  {
    about: "one of two things that are each enough, and no pair beside them",
    conditions: [{ any: [equal("status", "failed"), equal("source", "workflow")] }],
    event: { status: "delivered", source: "app" },
    says: ['status "failed"', 'source "workflow"'],
  },
  {
    about: "under a not",
    conditions: [{ not: equal("status", "delivered") }],
    event: { status: "delivered" },
    says: ['status "completed" or "voicemail" or "sent" or "failed" or "undelivered"'],
  },
  { about: "a rule that is disabled", rule: { enabled: false }, says: ["the rule enabled"] },
  {
    about: "a message through the API",
    event: { source: "api" },
    says: ['"includeApi": true in the rule'],
  },
  { about: "what changes nothing", context: { repeats: "before" }, says: ["an event that changes something"] },
  {
    about: "a pause",
    context: { paused: [{ rule: null, why: "by a person" }] },
    says: ["no pause"],
  },
  {
    about: "a rule before it that stops",
    rule: { name: "second" },
    others: [aRule({ name: "first", priority: 9, stop: true })],
    says: ['rule "first" not stopping it'],
  },
  {
    about: "a limit, to the moment at which it has room",
    rule: { limit: { count: 1, within: "1d" } },
    context: {
      history: { ...NO_HISTORY, firings: (_rule, _per, afterMs) => (MOMENT.nowMs - 3_600_000 > afterMs ? 1 : 0) },
    },
    says: ["room within its limit, which there is from 2026-03-05T14:30:00.000Z on"],
  },
  {
    about: "a limit and a condition",
    conditions: [equal("status", "failed")],
    rule: { limit: { count: 1, within: "1d" } },
    context: {
      history: { ...NO_HISTORY, firings: (_rule, _per, afterMs) => (MOMENT.nowMs - 3_600_000 > afterMs ? 1 : 0) },
    },
    says: ['room within its limit, which there is from 2026-03-05T14:30:00.000Z on and status "failed"'],
  },
  {
    about: "a message for which the rule has fired",
    event: { messageId: "m1" },
    context: { history: { ...NO_HISTORY, hasFiredFor: (key) => key.includes('"m1"') } },
    says: ["another message"],
  },
  {
    about: "a limit for ever",
    rule: { limit: { count: 1 } },
    context: { history: { ...NO_HISTORY, firings: () => 1 } },
    says: [],
  },
];

const told = async ({ conditions = [], rule = {}, others = [], event = {}, context = {} }: Case): Promise<string[]> => {
  const own = aRule({ name: "own", conditions: { all: conditions }, ...rule });
  const ruleSet = aRuleSet(...others, own);
  const ready = ruleSet.rules.find(({ name }) => name === own.name) ?? own;
  const found = await whatIf(anEvent(event), ready, ruleSet, { ...MOMENT, ...context });
  return found.map((one) => counterfactualInWords(one));
};

describe("what would have been enough", () => {
  it("is looked for among a bounded number of values, however long the lists of a rule are", async () => {
    const long = Array.from({ length: 100_000 }, (_, n) => `word-${n}`);
    const conditions: Condition[] = [
      { fact: "messageId", operator: "in", value: long },
      { fact: "body", operator: "someValue:containsText", value: long },
      { fact: "attachments", operator: "someValue:contains", value: long },
    ];
    for (const condition of conditions) {
      let asked = 0;
      const history = { ...NO_HISTORY, firings: () => ((asked += 1), 1) };
      const rule = { limit: { count: 1 } };
      expect(await told({ about: "", conditions: [condition], rule, context: { history }, says: [] })).toEqual([]);
      expect(asked).toBeLessThan(100);
    }
  });

  it.each(CASES)("$about", async (one) => {
    expect(await told(one)).toEqual(one.says);
  });
});
