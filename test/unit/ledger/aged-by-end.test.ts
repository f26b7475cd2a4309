// A wait may be longer than the retention: what it came to is kept from its end on.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import type { HighLevelAccount } from "../../../src/highlevel/account.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;
const text = (fields: object = {}): Rule =>
  aRule({
    name: "text",
    on: ["OutboundMessage"],
    actions: [{ type: "highlevel", call: "send-message", messageType: "SMS", message: "Hello", ...fields }],
  });

/** A location that keeps 30 days, whose HighLevel takes every text. */
async function aScene(rule: Rule) {
  const world = { now: NOON, texted: 0, status: 201 };
  const account: HighLevelAccount = {
    call(request, leaves) {
      const { method } = request;
      if (method === "GET") return Promise.resolve({ kind: "answer", status: 200, body: '{"contact":{}}' });
      leaves?.(outgoing(HIGHLEVEL, request));
      if (world.status === 201) world.texted += 1;
      const body = JSON.stringify({ messageId: `m-${world.texted}` });
      return Promise.resolve({ kind: "answer", status: world.status, body });
    },
  };
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage, account, ruleSet: aRuleSet(rule), clock: () => world.now });
  const send = (messageId: string, fields: object = {}) =>
    ledger.record(
      anEvent({ contactId: CONTACT, messageId, dateAdded: new Date(world.now).toISOString(), ...fields }, messageId),
    );
  /** Lets days pass, with an alarm in each, and as many minutes. */
  const pass = async (ms: number): Promise<void> => {
    const until = world.now + ms;
    while (world.now < until) {
      world.now = Math.min(until, world.now + DAY);
      await ledger.alarm();
    }
  };
  const left = (): number =>
    ["deliveries", "attempts", "sends"].reduce(
      (sum, table) => sum + storage.sql.exec(`SELECT 1 FROM ${table}`).toArray().length,
      0,
    );
  return { world, ledger, send, pass, left };
}

const states = (ledger: LocationLedger): string[] =>
  ledger
    .deliveries({ limit: 100 })
    .deliveries.map(({ state }) => state)
    .toSorted();

describe("a wait of 31 days where 30 are kept", () => {
  it("does not make the breaker forget what it let through", async () => {
    const { world, ledger, send, pass } = await aScene(text({ after: "31d" }));
    for (let index = 0; index < 6; index++, world.now += 20 * MINUTE) await send(`e${index}`);
    await pass(31 * DAY - 110 * MINUTE);
    for (let hour = 0; hour < 4; hour++) await pass(60 * MINUTE);
    await pass(2 * DAY);
    expect(world.texted).toBe(3);
    expect(states(ledger)).toEqual(["held", "held", "held", "sent", "sent", "sent"]);
  });

  it("does not make our own message a stranger's", async () => {
    const { ledger, send, pass } = await aScene(text({ after: "31d" }));
    await send("first");
    await pass(31 * DAY);
    expect(states(ledger)).toEqual(["sent"]);
    await pass(3 * DAY);
    expect(await send("m-1", { source: "api" })).toMatchObject({ status: "accepted", fired: [] });
    expect(await ledger.event("m-1")).toMatchObject({ decision: { sentBy: expect.any(String) } });
  });

  it("leaves what became of it to be seen for 30 days, and then goes with its event", async () => {
    const { ledger, send, pass, left } = await aScene(text({ after: "31d" }));
    await send("first");
    await pass(31 * DAY);
    await pass(29 * DAY);
    expect(states(ledger)).toEqual(["sent"]);
    expect(await ledger.event("first")).toMatchObject({ event: { key: "first" } });
    await pass(4 * DAY);
    expect(states(ledger)).toEqual([]);
    expect(left()).toBe(0);
    expect(await ledger.event("first")).toBeUndefined();
  });
});

describe("what ends long after it was decided", () => {
  it("as a dead letter can still be retried, with its event", async () => {
    const { world, ledger, send, pass } = await aScene(text({ after: "31d" }));
    world.status = 400;
    await send("first");
    await pass(33 * DAY);
    const [dead] = ledger.deliveries({ limit: 1 }).deliveries;
    expect(dead?.state).toBe("dead");
    world.status = 201;
    expect(ledger.retry(dead?.id ?? "")).toMatchObject({ ok: true });
    await ledger.alarm();
    expect([world.texted, ...states(ledger)]).toEqual([1, "sent"]);
  });

  it("cancelled by hand is shown for as long as what was sent", async () => {
    const { ledger, send, pass } = await aScene(text({ after: "90d" }));
    await send("first");
    await pass(60 * DAY);
    await ledger.cancelScheduled({});
    await pass(29 * DAY);
    expect(states(ledger)).toEqual(["cancelled"]);
    await pass(3 * DAY);
    expect(states(ledger)).toEqual([]);
  });

  it("is gone at once when its contact is erased", async () => {
    const { ledger, send, pass, left } = await aScene(text({ after: "31d" }));
    await send("first");
    await pass(33 * DAY);
    expect(ledger.eraseContact(LOCATION, CONTACT)).toMatchObject({ deliveries: 1, events: 1 });
    expect(left()).toBe(0);
  });
});
