import { describe, expect, it } from "vitest";
import { nearMissOf } from "../../../src/counterfactual/near-miss.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { nearMissInWords } from "../../../src/language/near-words.ts";
import type { DecisionContext } from "../../../src/match/decide.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import type { Condition, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, MOMENT } from "../../builders.ts";

interface Case {
  readonly about: string;
  readonly conditions?: Condition;
  readonly rule?: Partial<Rule>;
  readonly others?: readonly Rule[];
  readonly event?: JsonObject;
  readonly context?: Partial<DecisionContext>;
  /** What each alone would have been enough. */
  readonly enough: readonly string[];
  /** What the first of them saw. */
  readonly saw?: unknown;
}

const is = (fact: string, value: string | number): Condition => ({ fact, operator: "equal", value });
const longer: Condition = { fact: "callDuration", operator: "greaterThan", value: 30 };
const SMS = is("channel", "sms");
const CALL = is("channel", "call");
const FAILED = is("status", "failed");
const BULK = is("source", "bulk_actions");
const AT_LIMIT = { ...NO_HISTORY, firings: () => 1 };
const stopper = aRule({ name: "first", priority: 9, stop: true });

/** The events are a delivered SMS unless a case says otherwise. */
const CASES: readonly Case[] = [
  { about: "a rule that fires", enough: [] },
  { about: "one comparison of several", conditions: { all: [SMS, FAILED] }, enough: ["the status is failed"], saw: "delivered" },
  { about: "two comparisons that both have to be met", conditions: { all: [CALL, FAILED] }, enough: [] },
  { about: "a fact that is absent", conditions: { all: [SMS, longer] }, enough: ["the call duration is more than 30"] },
  { about: "any of two, of which each is enough", conditions: { all: [SMS, { any: [FAILED, BULK] }] }, enough: ["the status is failed", "the source is bulk_actions"] },
  { about: "an any that is met, beside one that is not", conditions: { all: [{ any: [SMS, FAILED] }, CALL] }, enough: ["the channel is call"] },
  { about: "an all within an any, of which one is a comparison away and one two", conditions: { any: [{ all: [SMS, FAILED] }, { all: [CALL, BULK] }] }, enough: ["the status is failed"] },
  { about: "a comparison under not, which is met", conditions: { all: [SMS, { not: is("status", "delivered") }] }, enough: ["the status is not delivered"], saw: "delivered" },
  { about: "a group under not", conditions: { not: { any: [SMS, FAILED] } }, enough: ["the channel is not sms"] },
  { about: "a group under not that two comparisons meet", conditions: { not: { any: [SMS, is("status", "delivered")] } }, enough: [] },
  { about: "a group under not of which each has to be met", conditions: { not: { all: [SMS, is("status", "delivered")] } }, enough: ["the channel is not sms", "the status is not delivered"] },
  { about: "a comparison that stands twice and has to be met in both places", conditions: { all: [FAILED, { any: [CALL, FAILED] }] }, enough: ["the status is failed"] },
  { about: "a comparison that stands twice and excludes itself", conditions: { all: [FAILED, { not: FAILED }] }, enough: [] },
  { about: "a comparison that stands twice, of which one place would be enough", conditions: { any: [{ all: [FAILED, CALL] }, { all: [{ not: FAILED }, CALL] }] }, enough: ["the channel is call"] },
  { about: "an empty any, which is met", conditions: { all: [{ any: [] }, CALL] }, enough: ["the channel is call"] },
  { about: "the log", conditions: { all: [{ fact: "count", params: { outcome: "delivered" }, operator: "greaterThanInclusive", value: 2 }] }, enough: ["the count of events with outcome delivered is at least 2"], saw: 1 },
  { about: "the clock", conditions: { all: [{ fact: "localTime", operator: "before", value: "10:00" }] }, enough: ["the local time is before 10:00"], saw: "15:30" },
  { about: "what is known of the contact", conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: "vip" }] }, context: { known: { contact: { tags: ["new"] }, location: undefined } }, enough: ["tags of the contact contains vip"], saw: ["new"] },
  { about: "a comparison, and its limit as well", conditions: { all: [FAILED] }, rule: { limit: { count: 1 } }, context: { history: AT_LIMIT }, enough: [] },
  { about: "a comparison, and a rule before it that stops it", conditions: { all: [FAILED] }, others: [stopper], enough: [] },
  { about: "a comparison, beside a rule before it that stops and does not fire", conditions: { all: [FAILED] }, others: [{ ...stopper, conditions: { all: [CALL] } }], enough: ["the status is failed"] },
  { about: "its limit", rule: { limit: { count: 1, within: "1d" } }, context: { history: AT_LIMIT }, enough: ["its limit has room"] },
  { about: "its limit for ever", rule: { limit: { count: 1 } }, context: { history: AT_LIMIT }, enough: ["its limit has room"] },
  { about: "a message for which it has fired", event: { messageId: "m" }, context: { history: { ...NO_HISTORY, hasFiredFor: (_, rule) => rule === "own" } }, enough: ["it has not fired for the message before"] },
  { about: "a message for which it and a rule before it that stops have fired", others: [stopper], event: { messageId: "m" }, context: { history: { ...NO_HISTORY, hasFiredFor: () => true } }, enough: ["it has not fired for the message before"] },
  { about: "a message for which it has fired, and its limit", event: { messageId: "m" }, rule: { limit: { count: 1 } }, context: { history: { ...AT_LIMIT, hasFiredFor: () => true } }, enough: [] },
  { about: "an event that changes nothing", context: { repeats: "before" }, enough: ["the event changes something"] },
  { about: "a chain of its own changes", context: { chain: ["own", "own", "own"] }, enough: ["the event is not of our own changes"] },
  { about: "a pause of it", context: { paused: [{ rule: "own", why: "by Ana" }] }, enough: ["it is not paused"] },
  { about: "a pause of the location", context: { paused: [{ rule: null, why: "by Ana" }] }, enough: ["it is not paused"] },
  { about: "a pause of another rule", conditions: { all: [FAILED] }, context: { paused: [{ rule: "first", why: "by Ana" }] }, enough: ["the status is failed"] },
  { about: "a rule before it that stops", others: [stopper], enough: ['rule "first" does not stop it'] },
  { about: "two rules before it that each stop", others: [stopper, { ...stopper, name: "second" }], enough: [] },
  { about: "a rule that is disabled", rule: { enabled: false }, enough: ["it is enabled"] },
  { about: "a message through the API", event: { source: "api" }, enough: ["it includes messages through the API and internal comments"] },
  { about: "a rule for another location", rule: { locations: ["elsewhere"] }, enough: [] },
  { about: "a comparison of a rule for another location", conditions: { all: [FAILED] }, rule: { locations: ["elsewhere"] }, enough: [] },
  { about: "an operator that nobody knows", conditions: { all: [{ fact: "status", operator: "resembles", value: "failed" }] }, enough: [] },
]; // prettier-ignore

describe("what alone kept a rule from firing", () => {
  it.each(CASES)("$about", async ({ conditions, rule = {}, others = [], event = {}, context = {}, enough, saw }) => {
    const own = aRule({ name: "own", ...rule, ...(conditions ? { conditions: { all: [conditions] } } : {}) });
    const near = await nearMissOf(own, aRuleSet(...others, own))(anEvent(event), { ...MOMENT, ...context });
    const told = near.map((one) => nearMissInWords({ enough: [one.enough], more: 0, count: 1, events: [] }));
    expect(told).toEqual(enough);
    if (saw !== undefined) expect(near[0]?.saw).toEqual(saw);
  });

  it("is found in an event that is found too late", async () => {
    const own = aRule({ name: "own" });
    const event = { ...anEvent({ timestamp: "2026-03-04T09:00:00.000Z" }), origin: "reconciled" as const };
    const near = await nearMissOf(own, aRuleSet(own))(event, MOMENT);
    expect(near.map(({ enough }) => enough)).toEqual([{ reason: "late" }]);
  });
});
