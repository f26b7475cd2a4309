// Letting messages go that their contact does not want: what is said before, what is done, and what is said after.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import type { HighLevelRequest, Leaves } from "../../../src/highlevel/account.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { MESSAGE_TYPES } from "../../../src/model/rule.ts";
import { DND_CHANNELS } from "../../../src/model/opt-out.ts";
import { against, IS_UNWANTED } from "../../../src/ledger/log/opt-outs.ts";
import { anEvent, aRule, aRuleSet, aTask, aText } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");

/** A ledger whose texts are held by their contact's wishes, by HighLevel's record of the contact, or by a breaker. */
async function aScene(perMinute = 20) {
  const storage = sqliteStorage();
  let now = NOON;
  let keys = 0;
  let hasToken = true;
  const inRecord = new Set<string>();
  const sent: string[] = [];
  const call = async (request: HighLevelRequest, leaves?: Leaves) => {
    if (!hasToken) return { kind: "no-token", message: "There is no token" } as const;
    const contactId = decodeURIComponent(request.path.split("/").at(-1) ?? "");
    const body =
      request.method === "GET" ? { contact: { dnd: inRecord.has(contactId) } } : { messageId: `m-${++keys}` };
    if (request.method !== "GET") {
      leaves?.(outgoing(HIGHLEVEL, request));
      sent.push((request.body as { contactId: string }).contactId);
    }
    return { kind: "answer", status: 200, body: JSON.stringify(body) } as const;
  };
  const ledger = await aLedger({
    storage,
    clock: () => now,
    ruleSet: aRuleSet(aRule({ name: "text", breaker: { perMinute }, actions: [aText()] })),
    account: { call },
  });
  const record = (fields: JsonObject) => {
    // Deliveries are listed by when they were decided.
    now += 1;
    return ledger.record(
      anEvent({ messageId: `in-${++keys}`, dateAdded: new Date(now).toISOString(), ...fields }, `key-${keys}`),
    );
  };
  const writes = (contactId: string, body: string) =>
    record({ type: "InboundMessage", messageType: "SMS", contactId, body, status: "delivered" });
  const pass = async (ms = 0) => {
    now += ms;
    await ledger.alarm();
  };
  const all = () => ledger.deliveries({ limit: 50 }).deliveries;
  const stateOf = (contact: string) => all().flatMap(({ contactId, state }) => (contactId === contact ? [state] : []));
  return {
    ledger,
    storage,
    record,
    writes,
    pass,
    all,
    stateOf,
    inRecord,
    sent,
    setToken: (has: boolean) => (hasToken = has),
  };
}

describe("releasing what is held", () => {
  it("says before and after what stays held, and why, and moves nothing for it", async () => {
    const { ledger, record, writes, pass, all, stateOf, inRecord, sent } = await aScene();
    for (const contactId of ["ada", "bob", "cleo"]) await writes(contactId, "STOP");
    inRecord.add("dan");
    for (const contactId of ["ada", "bob", "cleo", "dan"]) await record({ contactId, status: "failed" });
    await pass();
    expect(all().map(({ state }) => state)).toEqual(["held", "held", "held", "held"]);
    expect(all().map(({ contactId, optOut }) => [contactId, optOut?.channel ?? null, optOut?.why ?? null])).toEqual([
      ["dan", null, null],
      ["cleo", "SMS", "stop"],
      ["bob", "SMS", "stop"],
      ["ada", "SMS", "stop"],
    ]);
    await pass(60_000);
    await writes("bob", "START");
    const before = ledger.releaseDeliveries({}, undefined, true);
    expect(before).toEqual({ released: 2, held: 2, asked: 1, more: false });
    expect(all().every(({ state }) => state === "held")).toBe(true);
    expect(ledger.releaseDeliveries({})).toEqual(before);
    await pass();
    expect(["ada", "bob", "cleo", "dan"].map(stateOf)).toEqual([["held"], ["sent"], ["held"], ["held"]]);
    expect(sent).toEqual(["bob"]);
    // What stayed held was not tried again; what HighLevel holds was.
    const attempts = Object.fromEntries(all().map(({ contactId, attempts: tries }) => [contactId, tries.length]));
    expect(attempts).toMatchObject({ ada: 1, cleo: 1, dan: 2 });
    inRecord.clear();
    expect(ledger.releaseDeliveries({ contact: "dan" })).toEqual({ released: 1, held: 0, asked: 1, more: false });
    await pass();
    expect(stateOf("dan")).toEqual(["sent"]);
  });

  it("goes through all of them in steps, whatever stays held among them", async () => {
    const { ledger, record, writes, pass, stateOf, sent } = await aScene(1);
    for (const contactId of ["ada", "bob"]) await writes(contactId, "STOP");
    for (const contactId of ["zoe", "ada", "bob", "cleo", "dan"]) await record({ contactId, status: "failed" });
    await pass();
    expect(["zoe", "ada", "bob", "cleo", "dan"].map((one) => stateOf(one)[0])).toEqual([
      "sent",
      "held",
      "held",
      "held",
      "held",
    ]);
    expect(ledger.releaseDeliveries({}, 1, true)).toEqual({ released: 2, held: 2, asked: 0, more: false });
    expect(ledger.releaseDeliveries({}, 1)).toEqual({ released: 1, held: 2, asked: 0, more: true });
    expect(ledger.releaseDeliveries({}, 1)).toEqual({ released: 1, held: 2, asked: 0, more: false });
    expect(ledger.releaseDeliveries({}, 1)).toEqual({ released: 0, held: 2, asked: 0, more: false });
    await pass();
    expect(sent).toEqual(["zoe", "cleo", "dan"]);
  });

  it.each(["releaseDelivery", "retry"] as const)(
    "one by one: it stays held, and the answer says why: %s",
    async (how) => {
      const { ledger, record, writes, pass, all, sent } = await aScene();
      await writes("ada", "STOP");
      await record({ contactId: "ada", status: "failed" });
      await pass();
      const [{ id } = { id: "" }] = all();
      const told = ledger[how](id);
      expect(told).toMatchObject({ ok: true, value: { state: "held", optOut: { channel: "SMS", why: "stop" } } });
      await pass();
      expect(all()[0]?.attempts).toHaveLength(1);
      await pass(60_000);
      await writes("ada", "START");
      expect(ledger[how](id)).toMatchObject({ ok: true, value: { state: "scheduled", optOut: null } });
      await pass();
      expect(sent).toEqual(["ada"]);
      expect(all()[0]).toMatchObject({ state: "sent", optOut: null });
      expect(ledger[how](id)).toMatchObject({ ok: false, failure: { code: "LEDGER_DELIVERY_STATE", state: "sent" } });
    },
  );
});

describe("retrying what is dead", () => {
  it("leaves dead what would only be held, and says how many that are", async () => {
    const { ledger, record, writes, pass, all, stateOf, sent, setToken } = await aScene();
    setToken(false);
    for (const contactId of ["ada", "bob"]) await record({ contactId, status: "failed" });
    await pass();
    expect(all().map(({ state }) => state)).toEqual(["dead", "dead"]);
    setToken(true);
    await pass(60_000);
    await writes("ada", "STOP");
    expect(all().map(({ contactId, optOut }) => [contactId, optOut?.why])).toEqual([
      ["bob", undefined],
      ["ada", "stop"],
    ]);
    expect(ledger.retryDead({}, undefined, true)).toEqual({ retried: 1, held: 1, more: false });
    expect(sent).toEqual([]);
    const ada = all().find(({ contactId }) => contactId === "ada");
    expect(ledger.retry(ada?.id ?? "")).toMatchObject({ ok: true, value: { state: "dead", optOut: { why: "stop" } } });
    expect(ledger.retryDead({})).toEqual({ retried: 1, held: 1, more: false });
    await pass();
    expect([stateOf("ada"), stateOf("bob"), sent]).toEqual([["dead"], ["sent"], ["bob"]]);
  });
});

describe("a dry run", () => {
  it("of cancelling and discarding counts, and ends nothing", async () => {
    const { ledger, record, pass, all } = await aScene(1);
    for (const contactId of ["ada", "bob", "cleo"]) await record({ contactId, status: "failed" });
    expect(await ledger.cancelScheduled({}, 1, true)).toEqual({ cancelled: 3, more: false });
    await pass();
    expect(await ledger.discardDeliveries({ contact: "cleo" }, 1, true)).toEqual({ discarded: 1, more: false });
    expect(await ledger.discardDeliveries({}, 1, true)).toEqual({ discarded: 2, more: false });
    expect(all().map(({ state }) => state)).toEqual(["held", "held", "sent"]);
  });
});

it("what SQL says of many is what is said of one, for each type of message and each channel", async () => {
  const { storage } = await aScene();
  const { sql } = storage;
  const actions = [...MESSAGE_TYPES.map((messageType) => aText({ messageType })), aTask()];
  for (const channel of ["all", ...DND_CHANNELS]) {
    sql.exec("DELETE FROM opt_outs");
    sql.exec(
      "INSERT INTO opt_outs (contact_id, channel, why, since, event_key) VALUES ('ada', ?, 'dnd', 0, 'k')",
      channel,
    );
    for (const action of actions) {
      const row = "SELECT ? AS contact_id, ? AS plan";
      const said = (contactId: string, plan: string) =>
        [...sql.exec(`SELECT ${IS_UNWANTED} AS n FROM (${row}) AS deliveries`, contactId, plan)][0]?.["n"] === 1;
      const plan = JSON.stringify({ v: 1, action });
      expect([channel, action, said("ada", plan)]).toEqual([channel, action, against(sql, "ada", action) !== null]);
      expect(said("bob", plan) || said("ada", "no JSON")).toBe(false);
    }
  }
});
