import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { readEvent } from "../../../src/events/event.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aPayload, aRule, aRuleSet, aTask, CONTACT } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const HOUR = 3_600_000;
const task = [aTask()];
const everySms = aRule({ actions: task });

/** A ledger that has recorded events, an hour after each other, with the rules that were in force. */
async function aLog(events: readonly JsonObject[], rules: readonly Rule[] = []) {
  let now = NOON;
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage, ruleSet: aRuleSet(...rules), clock: () => now });
  const rows = () => JSON.stringify(storage.sql.exec("SELECT * FROM events ORDER BY seq").toArray());
  for (const [index, fields] of events.entries()) {
    const read = readEvent(aPayload(fields), {
      key: `e${index}`,
      route: "events",
      receivedAt: new Date(now).toISOString(),
    });
    if (read.status !== "event") throw new Error("Not an event");
    await ledger.record(read.event);
    now += HOUR;
  }
  return { ledger, rows };
}

const keys = (entries: readonly { readonly eventKey: string }[]) => entries.map(({ eventKey }) => eventKey).join();
async function tried(ledger: LocationLedger, rule: Rule, limit = 1_000) {
  const { onlyNow, onlyBefore, ...counts } = await ledger.tryRule(rule, limit);
  return { ...counts, onlyNow: keys(onlyNow), onlyBefore: keys(onlyBefore) };
}

const sms = { messageType: "SMS" };
const call = { messageType: "CALL", callStatus: "voicemail" };

describe("a rule that is tried on the log", () => {
  it("sees the contact as it is known now", async () => {
    const record = { firstName: "Ada", tags: ["vip"], customFields: [], dnd: false };
    const { ledger } = await aLog([sms, { ...record, type: "ContactUpdate", id: CONTACT, contactId: null }, sms]);
    const isVip = (value: string) =>
      aRule({ conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value }] } });
    expect(await tried(ledger, isVip("vip"))).toMatchObject({ tried: 3, fires: 2, onlyNow: "e2,e0" });
    expect(await tried(ledger, isVip("lost"))).toMatchObject({ tried: 3, fires: 0 });
  });

  it("is held against what the rule of its name really did, newest first", async () => {
    const { ledger } = await aLog([sms, call, sms, call], [everySms]);
    const draft = aRule({ conditions: { any: [{ fact: "outcome", operator: "equal", value: "voicemail" }] } });
    expect(await tried(ledger, draft)).toEqual({
      tried: 4,
      from: "2026-03-04T12:00:00.000Z",
      to: "2026-03-04T15:00:00.000Z",
      fires: 2,
      firedBefore: 2,
      both: 0,
      onlyNow: "e3,e1",
      onlyBefore: "e2,e0",
    });
    expect(await tried(ledger, everySms)).toMatchObject({ fires: 2, firedBefore: 2, both: 2, onlyNow: "" });
    expect(await tried(ledger, { ...everySms, name: "new" })).toMatchObject({
      fires: 2,
      firedBefore: 0,
      onlyNow: "e2,e0",
    });
  });

  it("is tried on the last events alone, and on none of an empty log", async () => {
    const { ledger } = await aLog([sms, sms, sms]);
    expect(await tried(ledger, everySms, 2)).toMatchObject({
      tried: 2,
      onlyNow: "e2,e1",
      from: "2026-03-04T13:00:00.000Z",
    });
    const { ledger: empty } = await aLog([]);
    expect(await tried(empty, everySms)).toMatchObject({ tried: 0, from: null, to: null, fires: 0 });
  });

  it("sees the history as it stood before each event, that of the contact alone", async () => {
    const { ledger } = await aLog([sms, { ...sms, contactId: "other" }, sms, sms, { ...sms, contactId: "other" }]);
    const third = aRule({
      conditions: { all: [{ fact: "count", operator: "equal", value: 2, params: { channel: "sms" } }] },
    });
    expect(await tried(ledger, third)).toMatchObject({ onlyNow: "e4,e2" });
    // What is older than the tried events still counts.
    expect(await tried(ledger, third, 1)).toMatchObject({ tried: 1, onlyNow: "e4" });
    const lately = aRule({
      conditions: { all: [{ fact: "secondsSince", operator: "equal", value: 3_600, params: { channel: "sms" } }] },
    });
    expect(await tried(ledger, lately)).toMatchObject({ onlyNow: "e3" });
  });

  it.each<[per: "contact" | "location", onlyNow: string, bothOfTheLastTwo: number]>([
    ["contact", "e3,e1,e0", 1],
    ["location", "e3,e0", 0],
  ])("counts its own tried firings for a limit per %s, not those of then", async (per, onlyNow, bothOfTheLastTwo) => {
    const limited = (count: number) => aRule({ limit: { count, within: "150m", per }, actions: task });
    const { ledger } = await aLog([sms, { ...sms, contactId: "other" }, sms, sms], [limited(4)]);
    const ofNew = { ...limited(1), name: "new" };
    expect(await tried(ledger, ofNew)).toMatchObject({ onlyNow });
    expect(await tried(ledger, ofNew, 2)).toMatchObject({ onlyNow: "e2" });
    expect(await tried(ledger, limited(1))).toMatchObject({ firedBefore: 4, both: onlyNow.split(",").length });
    // What the rule of this name really did before the first tried event counts.
    expect(await tried(ledger, limited(1), 2)).toMatchObject({ firedBefore: 2, both: bothOfTheLastTwo });
  });

  it("fires once for a message in a state, as a live one does", async () => {
    const message = { ...sms, messageId: "m1" };
    const { ledger } = await aLog([message, message, { ...message, status: "failed" }]);
    expect(await tried(ledger, everySms)).toMatchObject({ onlyNow: "e2,e0" });
  });

  it("keeps to what a rule asks: other locations, switched off, the loop guard", async () => {
    const { ledger } = await aLog([sms, { ...sms, source: "api" }]);
    expect(await tried(ledger, { ...everySms, enabled: false })).toMatchObject({ tried: 2, fires: 0 });
    expect(await tried(ledger, { ...everySms, locations: ["elsewhere"] })).toMatchObject({ fires: 0 });
    expect(await tried(ledger, everySms)).toMatchObject({ onlyNow: "e0" });
    expect(await tried(ledger, { ...everySms, includeApi: true })).toMatchObject({ onlyNow: "e1,e0" });
  });

  it("leaves out events whose contact was erased, and writes nothing", async () => {
    const { ledger, rows } = await aLog([sms, { ...sms, contactId: "other" }]);
    ledger.eraseContact("test-location", CONTACT);
    const before = rows();
    expect(await tried(ledger, everySms)).toMatchObject({ tried: 1, onlyNow: "e1" });
    expect(rows()).toBe(before);
  });

  it("shows a hundred of each", async () => {
    const { ledger } = await aLog(Array.from({ length: 120 }, () => sms));
    const { fires, onlyNow } = await ledger.tryRule(everySms, 1_000);
    expect([fires, onlyNow.length]).toEqual([120, 100]);
  });

  it("is tried and decided on no event on which that would keep the others waiting", async () => {
    const { ledger } = await aLog([sms, { ...sms, body: "a".repeat(20_000) }]);
    const any = Array.from({ length: 15 }, (_, i) => ({
      fact: "body",
      operator: "matches",
      value: `(?i)[\\pL]{90}<${i}>`,
    }));
    const slow = aRule({ conditions: { any } });
    const at = new Date(NOON + HOUR).toISOString();
    expect(await tried(ledger, slow)).toMatchObject({ tried: 0, fires: 0, from: at, to: at });
    expect(await ledger.explainWith(slow, anEvent({ body: "a".repeat(20_000) }))).toBeNull();
    expect((await ledger.explainWith(slow, anEvent({ body: "a" })))?.decision.verdicts).toHaveLength(1);
  });

  it("is decided on no event of a contact whose past is long, when it asks of it again and again", async () => {
    const { ledger } = await aLog(Array.from({ length: 300 }, () => sms));
    const asks = { fact: "count", operator: "greaterThan", value: 0 };
    const greedy = (times: number) => aRule({ conditions: { all: Array.from({ length: times }, () => asks) } });
    expect(await ledger.explainWith(greedy(10_000), anEvent())).toBeNull();
    expect((await ledger.explainWith(greedy(100), anEvent()))?.decision.fired).toEqual(["test-rule"]);
  });

  it("is tried on fewer events, the newest, when it asks the whole past again and again", async () => {
    const { ledger } = await aLog(Array.from({ length: 300 }, () => sms));
    const asks = { fact: "count", operator: "greaterThan", value: 0 };
    const greedy = aRule({ conditions: { all: Array.from({ length: 200 }, () => asks) } });
    const { tried: few, to } = await tried(ledger, greedy);
    expect(few).toBeGreaterThan(10);
    expect(few).toBeLessThan(150);
    expect(to).toBe(new Date(NOON + 299 * HOUR).toISOString());
    expect((await tried(ledger, aRule({ conditions: { all: [asks] } }))).tried).toBe(300);
  });
});
