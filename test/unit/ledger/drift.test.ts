import { describe, expect, it } from "vitest";
import { driftInWords } from "../../../src/language/drift-words.ts";
import { driftLines } from "../../../src/cli/drift.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { anEvent, aRule, aRuleSet } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const RULES = aRuleSet(
  aRule({ name: "bounced", conditions: { all: [{ fact: "status", operator: "equal", value: "bounced" }] } }),
);

describe("the drift radar of a ledger", () => {
  it("counts what is recorded, once, beside what the rules test", async () => {
    let now = NOON;
    const ledger = await aLedger({ ruleSet: RULES, clock: () => now });
    for (let index = 0; index < 120; index += 1) {
      const status = index % 4 === 0 ? "failed" : "delivered";
      const event = anEvent({ status, messageId: `m${index}` }, `key-${index}`);
      await ledger.record(event);
      await ledger.record(event);
      now += MINUTE;
    }
    const { findings, groups } = ledger.drift();
    expect(findings.map((one) => [one.what, driftInWords(one)])).toEqual([
      [
        "never",
        'Rule "bounced" tests status: of 120 events that had it "delivered" 90 times, "failed" 30 times, "bounced" never came',
      ],
    ]);
    const [{ kind, channel, events, looked, places }] = groups as [(typeof groups)[number]];
    expect([kind, channel, events, looked]).toEqual(["OutboundMessage", "sms", 120, 120]);
    expect(places["outcome"]?.words).toEqual({ delivered: 90, failed: 30 });
    expect(places["status"]?.words).toEqual({ delivered: 90, failed: 30 });
    expect(driftLines(ledger.drift()).slice(2)).toEqual([
      "OutboundMessage, sms: 120 events",
      "  outcome: delivered 90, failed 30",
      "  sender: automation 120",
      "  messageType: SMS 120",
      "  status: delivered 90, failed 30",
    ]);
  });

  it("writes a row at most once in ten minutes, and what is on disk is there after a restart", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    const rowsSaved = (): number => Number(storage.sql.exec("SELECT COUNT(*) AS n FROM drift").toArray()[0]?.["n"]);
    let saves = 0;
    const counting = {
      ...storage,
      sql: {
        exec: (text: string, ...values: (string | number | null)[]) => {
          if (text.includes("INTO drift")) saves += 1;
          return storage.sql.exec(text, ...values);
        },
      },
    };
    const ledger = await aLedger({ storage: counting, ruleSet: RULES, clock: () => now });
    for (let index = 0; index < 600; index += 1) {
      await ledger.record(anEvent({ messageId: `m${index}` }, `key-${index}`));
      now += 6_000;
    }
    // An hour: the first event, and every ten minutes after.
    expect([saves, rowsSaved()]).toEqual([6, 1]);
    const again = await aLedger({ storage, ruleSet: RULES, clock: () => now });
    expect(again.drift().groups[0]).toMatchObject({ events: 600, looked: 520 });
  });

  it("forgets days with the log, and never refuses an event when it cannot be kept", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    let isBroken = false;
    const breaking = {
      ...storage,
      sql: {
        exec: (text: string, ...values: (string | number | null)[]) => {
          if (isBroken && text.includes("drift")) throw new Error("disk");
          return storage.sql.exec(text, ...values);
        },
      },
    };
    const ledger = await aLedger({ storage: breaking, ruleSet: RULES, clock: () => now });
    await ledger.record(anEvent({}, "first"));
    await ledger.alarm();
    isBroken = true;
    now += 20 * MINUTE;
    expect(await ledger.record(anEvent({}, "second"))).toMatchObject({ status: "accepted" });
    isBroken = false;
    now += 32 * 24 * 60 * MINUTE;
    await ledger.alarm();
    expect(storage.sql.exec("SELECT day FROM drift").toArray()).toEqual([]);
  });
});
