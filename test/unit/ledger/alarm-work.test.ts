// An alarm does a bounded piece of what is due, by counted work: Cloudflare ends one that computes for too long. What is
// left follows in the next alarm, at once, in the same order.
import { beforeAll, describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aWebhook } from "../../builders.ts";
import { upTo } from "../../thorough.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
/** Statements of one alarm: some 15 for a delivery. Each takes far less than a millisecond. */
const MOST_STATEMENTS = 45_000;

/** A ledger where deliveries are due, and what each alarm of it does. */
async function aBacklog(rules: readonly Rule[], events: readonly [contactId: string, body?: string][]) {
  const storage = sqliteStorage();
  let now = NOON;
  let statements = 0;
  const exec: typeof storage.sql.exec = (statement, ...values) => {
    statements += 1;
    return storage.sql.exec(statement, ...values);
  };
  const sent: { readonly host: string; readonly contactId: string; readonly n: number }[] = [];
  const watched = { ...storage, sql: { exec } };
  const ledger = await aLedger({
    storage: watched,
    ruleSet: aRuleSet(...rules),
    clock: () => now,
    fetch: async (request) => {
      const { contactId, n } = (await request.json()) as { contactId: string; n: string };
      sent.push({ host: new URL(request.url).hostname, contactId, n: Number(n) });
      return new Response();
    },
  });
  for (const [n, [contactId, text = ""]] of events.entries()) {
    now += 1;
    await ledger.record(anEvent({ contactId, messageId: `m${n}`, body: text }, `key-${n}`));
  }
  const recorded = (): number =>
    Number(storage.sql.exec("SELECT COUNT(*) AS n FROM events").toArray()[0]?.["n"]) - events.length;
  const alarms: { readonly sent: number; readonly statements: number; readonly recorded: number }[] = [];
  // Only the sweep, a day later, is still to come in the end.
  while ((storage.alarmAt ?? Infinity) <= now && alarms.length < 1_000) {
    storage.alarmAt = null;
    const before = { sent: sent.length, statements, recorded: recorded() };
    await ledger.alarm();
    alarms.push({
      sent: sent.length - before.sent,
      statements: statements - before.statements,
      recorded: recorded() - before.recorded,
    });
  }
  return { ledger, sent, alarms };
}

const to = (host: string, body: { readonly [key: string]: string } = {}) =>
  aWebhook({
    url: `https://${host}.example.com/`,
    body: { contactId: "{{ event.contactId }}", n: "{{ event.messageId | remove: 'm' }}", ...body },
  });

describe("an alarm with a backlog", { timeout: 120_000 }, () => {
  const DUE = upTo(1_500, 10_000);
  const CONTACTS = 50;
  let world: Awaited<ReturnType<typeof aBacklog>>;
  beforeAll(async () => {
    const events = Array.from({ length: DUE }, (_, n) => [`contact-${n % CONTACTS}`] as [string]);
    const rules = [aRule({ actions: [to("many")] }), aRule({ name: "few", actions: [to("few")] })];
    world = await aBacklog(rules, events);
  }, 120_000);

  it("does no more than a bounded piece of it, and the rest follows at once", () => {
    const { alarms, ledger } = world;
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 2 * DUE, scheduled: 0 });
    expect(Math.max(...alarms.map(({ statements }) => statements))).toBeLessThan(MOST_STATEMENTS);
    expect(alarms.length).toBeGreaterThan(1);
    expect(alarms.length).toBeLessThan(DUE / 50);
    console.info(
      `${2 * DUE} due deliveries: ${alarms.length} alarms, ${Math.max(...alarms.map(({ sent }) => sent))} each at most`,
    );
  });

  it("sends each once, and those of a contact in their order", () => {
    expect(new Set(world.sent.map(({ host, n }) => `${host}/${n}`)).size).toBe(world.sent.length);
    for (const own of Map.groupBy(world.sent, ({ host, contactId }) => `${host}/${contactId}`).values()) {
      const order = own.map(({ n }) => n);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it("is fair in each piece: hosts and contacts take turns", () => {
    const { alarms, sent } = world;
    const first = sent.slice(0, alarms[0]?.sent);
    const ofMany = first.filter(({ host }) => host.startsWith("many")).length;
    expect(Math.abs(2 * ofMany - first.length)).toBeLessThanOrEqual(8);
    const turns = [...Map.groupBy(first, ({ contactId }) => contactId).values()].map(({ length }) => length);
    expect(turns).toHaveLength(CONTACTS);
    expect(Math.max(...turns) - Math.min(...turns)).toBeLessThanOrEqual(8);
  });
});

describe("what an alarm takes on", { timeout: 60_000 }, () => {
  it.each<[what: string, body: { readonly [key: string]: string }, text: string]>([
    ["long events", {}, "x".repeat(200_000)],
    ["many filters", { text: `{{ event.body${" | strip".repeat(100)} }}` }, "x".repeat(12_000)],
    [
      "many templates",
      Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`t${n}`, "{{ event.body | truncate: 9 }}"])),
      "y".repeat(12_000),
    ],
  ])("is less where each delivery is more work: %s", async (_, body, text) => {
    const { alarms } = await aBacklog(
      [aRule({ actions: [to("heavy", body)] })],
      Array.from({ length: 150 }, (__, n) => [`contact-${n}`, text] as [string, string]),
    );
    expect(alarms.length).toBeGreaterThan(1);
    expect(alarms[0]?.sent).toBeLessThan(140);
  });

  it("is bounded for reports, too: each is decided like an event", async () => {
    const gateway = aWebhook({ report: true, body: { contactId: "{{ event.contactId }}", n: "1" } });
    const { alarms } = await aBacklog(
      [aRule({ actions: [gateway] })],
      Array.from({ length: 1_200 }, (_, n) => [`contact-${n}`] as [string]),
    );
    expect(alarms.reduce((sum, { recorded }) => sum + recorded, 0)).toBe(1_200);
    expect(Math.max(...alarms.map(({ recorded }) => recorded))).toBeLessThanOrEqual(500);
  });
});
