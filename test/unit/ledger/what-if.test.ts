import { describe, expect, it } from "vitest";
import { counterfactualInWords } from "../../../src/language/in-words.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { anEvent, aRule, aRuleSet, CONTACT } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const HOUR = 3_600_000;

async function toldOf(ledger: LocationLedger, key: string, rule: string): Promise<readonly string[] | undefined> {
  const story = await ledger.event(key, CONTACT, true);
  return story?.decision.verdicts.find((one) => one.rule === rule)?.whatIf?.map((one) => counterfactualInWords(one));
}

describe("what would have been enough on a recorded event", () => {
  it("is told when it is asked for, of the rules that did not fire", async () => {
    const failed = aRule({
      name: "failed",
      conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
    });
    const ledger = await aLedger({ ruleSet: aRuleSet(failed, aRule({ name: "any" })) });
    await ledger.record(anEvent({}, "key"));
    expect(await toldOf(ledger, "key", "failed")).toEqual(['status "failed"']);
    expect(await toldOf(ledger, "key", "any")).toBeUndefined();
    const plain = await ledger.event("key", CONTACT);
    expect(plain?.decision.verdicts.some(({ whatIf }) => whatIf !== undefined)).toBe(false);
  });

  it("is as of the event's place in the log: what came after it counts for nothing", async () => {
    let now = NOON;
    const rule = aRule({
      name: "third",
      conditions: {
        all: [{ fact: "count", params: { kind: "OutboundMessage" }, operator: "greaterThanInclusive", value: 3 }],
      },
    });
    const limited = aRule({ name: "limited", limit: { count: 1, within: "1d" } });
    const ledger = await aLedger({ ruleSet: aRuleSet(rule, limited), clock: () => now });
    for (const key of ["first", "second", "other"]) {
      await ledger.record(anEvent({ messageId: key }, key));
      now += HOUR;
    }
    expect(await toldOf(ledger, "second", "third")).toEqual(["3 or more as the count of OutboundMessage"]);
    expect(await toldOf(ledger, "second", "limited")).toEqual([
      "room within its limit, which there is from 2026-03-05T12:00:00.000Z on",
    ]);
    expect(await toldOf(ledger, "first", "limited")).toBeUndefined();
  });

  it("knows a message for which the rule had fired, and the rules that were in force then", async () => {
    const ruleSet = aRuleSet(aRule({ name: "once" }), aRule({ name: "gone", enabled: false }));
    const ledger = await aLedger({ ruleSet });
    await ledger.record(anEvent({ messageId: "m1" }, "first"));
    await ledger.record(anEvent({ messageId: "m1" }, "again"));
    expect(await toldOf(ledger, "again", "once")).toEqual(["an event that changes something and another message"]);
    expect(await toldOf(ledger, "first", "gone")).toEqual(["the rule enabled"]);
  });

  it("is told of twenty rules at most", async () => {
    const rules = Array.from({ length: 30 }, (_, n) =>
      aRule({ name: `r${n}`, conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] } }),
    );
    const ledger = await aLedger({ ruleSet: aRuleSet(...rules) });
    await ledger.record(anEvent({}, "key"));
    const story = await ledger.event("key", CONTACT, true);
    expect(story?.decision.verdicts.filter(({ whatIf }) => whatIf !== undefined)).toHaveLength(20);
  });
});
