// An event without a time of its own, received by a clock that was ahead: once that is right, what comes then is later.
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { anEvent, aRule, aRuleSet, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;

describe("after a clock that was six hours ahead", () => {
  async function aWorld(rule: Rule) {
    const world = { now: NOON + 360 * MINUTE, count: 0 };
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: aRuleSet(rule), clock: () => world.now });
    const tell = (fields: JsonObject) => {
      const now = new Date(world.now).toISOString();
      const key = `key-${(world.count += 1)}`;
      return ledger.record({ ...anEvent({ messageId: key, ...fields }, key), occurredAt: now, receivedAt: now });
    };
    const setRight = async () => {
      world.now = NOON + MINUTE;
      await ledger.alarm();
    };
    const cancelled = () => ledger.deliveries({ state: "cancelled", limit: 10 }).deliveries;
    return { world, storage, tell, setRight, cancelled };
  }

  it("a reply ends a wait", async () => {
    const { tell, setRight, cancelled } = await aWorld(
      aRule({ actions: [aWebhook({ after: "1h", cancelOn: ["reply"] })] }),
    );
    await tell({});
    await setRight();
    await tell({ type: "InboundMessage", body: "Hi" });
    expect(cancelled()).toHaveLength(1);
  });

  it("an action that restarts waits for what came later", async () => {
    const { tell, setRight, cancelled } = await aWorld(aRule({ actions: [aWebhook({ after: "1h", restart: true })] }));
    await tell({});
    await setRight();
    await tell({});
    expect(cancelled()).toMatchObject([{ eventKey: "key-1" }]);
  });

  it("STOP after START stops, and START after STOP lifts it", async () => {
    const { storage, tell, setRight } = await aWorld(aRule());
    const optOuts = () => storage.sql.exec("SELECT why FROM opt_outs").toArray();
    await tell({ type: "InboundMessage", body: "START" });
    await setRight();
    await tell({ type: "InboundMessage", body: "STOP" });
    expect(optOuts()).toEqual([{ why: "stop" }]);
    const other = await aWorld(aRule());
    await other.tell({ type: "InboundMessage", body: "STOP" });
    await other.setRight();
    await other.tell({ type: "InboundMessage", body: "START" });
    expect(other.storage.sql.exec("SELECT why FROM opt_outs").toArray()).toEqual([]);
  });
});
