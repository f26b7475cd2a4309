import { describe, expect, it } from "vitest";
import { compareSets } from "../../../src/analysis/against.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aText } from "../../builders.ts";

const is = (fact: string, value: string | string[], operator = "equal") => ({ fact, operator, value });
const a = aRule({ name: "a", conditions: { all: [is("channel", "sms"), is("outcome", "failed")] } });
const compared = (before: readonly Rule[], after: readonly Rule[]) =>
  compareSets(aRuleSet(...before), aRuleSet(...after), "UTC");

describe("two versions of a set", () => {
  it("are the same where no event can tell them apart, however they are written", async () => {
    const other = {
      ...a,
      description: "Another text",
      conditions: { not: { any: [{ not: is("channel", "sms") }, is("outcome", ["failed"], "notIn")] } },
    };
    expect(await compared([a], [other])).toEqual({ before: 1, after: 1, rules: [], open: [] });
  });

  it("differ by the smallest event that fires a rule now and did not, and by one that no longer does", async () => {
    const other = { ...a, conditions: { all: [is("channel", ["sms", "email"], "in"), is("status", "failed")] } };
    const { rules } = await compared([a], [other]);
    expect(rules).toMatchObject([{ rule: "a", change: "changed", other: [] }]);
    expect(rules[0]?.gains?.event).toMatchObject({ status: "failed" });
    expect(rules[0]?.losses?.event["status"]).not.toBe("failed");
  });

  it("differ in what else rules say, in those that are new or gone, and know one that was renamed", async () => {
    const texts = aRule({ name: "texts", actions: [aText()] });
    const { rules } = await compared(
      [a, texts, aRule({ name: "gone" })],
      [
        { ...a, name: "b" },
        { ...texts, limit: { count: 1 } },
      ],
    );
    expect(rules).toMatchObject([
      { rule: "b", was: "a", change: "changed", other: [] },
      { rule: "texts", change: "changed", other: ["limit"] },
      { rule: "gone", change: "removed", losses: { event: { messageType: "SMS" } } },
    ]);
  });

  it("differ where a rule is stopped that was not", async () => {
    const stops = aRule({ name: "stops", stop: true, priority: 1, conditions: { all: [is("channel", "sms")] } });
    const { rules } = await compared([a, { ...stops, stop: false }], [a, stops]);
    expect(rules).toMatchObject([{ rule: "a", change: "changed", losses: { event: { messageType: "SMS" } } }]);
  });

  it("differ by an event whose past is long enough ago to use up no limit", async () => {
    const texts = { params: { channel: "sms", within: "7d" }, fact: "count", value: 2 };
    const counts = (operator: string) =>
      aRule({
        name: "counts",
        limit: { count: 1, within: "1d" },
        conditions: { all: [is("channel", "sms"), { ...texts, operator }] },
      });
    const { rules, open } = await compared([counts("equal")], [counts("greaterThanInclusive")]);
    expect(open).toEqual([]);
    expect(rules).toMatchObject([{ rule: "counts", gains: { history: [{}, {}] } }]);
  });
});
