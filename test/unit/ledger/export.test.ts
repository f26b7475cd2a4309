import { describe, expect, it } from "vitest";
import { disagreements } from "../../../proof/replay/agreement.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { EXPORT_VERSION, type ExportLine, type ExportQuery } from "../../../src/model/export.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aTask, aWebhook, anEvent, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const UNTIL = "2030-01-01T00:00:00Z";

interface Told {
  readonly lines: readonly ExportLine[];
  /** The cursor after each page. */
  readonly cursors: readonly string[];
  readonly longest: number;
}

/** All pages of an export, from a cursor on. */
async function exportOf(ledger: LocationLedger, query: Partial<ExportQuery> = {}): Promise<Told> {
  const lines: ExportLine[] = [];
  const cursors: string[] = [];
  let longest = 0;
  for (let cursor = query.cursor; ;) {
    const page = await ledger.export({ locationId: LOCATION, until: UNTIL, ...query, cursor });
    longest = Math.max(longest, page.lines.length);
    lines.push(...page.lines.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ExportLine])));
    if (page.cursor === null) return { lines, cursors, longest };
    cursors.push((cursor = page.cursor));
  }
}

/** What the lines are about, in a word or two. */
const inShort = (lines: readonly ExportLine[]): string[] =>
  lines.map((line) => {
    if (line.type === "event") return `event ${line.event.key}`;
    if (line.type === "delivery") return `delivery ${line.rule} ${line.state}`;
    if (line.type === "rules") return `rules ${line.ruleSet}`;
    return line.type === "opt-out" ? `opt-out ${line.channel}` : line.type;
  });

const reply = (body: string, key: string) => anEvent({ type: "InboundMessage", body, messageId: key }, key);
const waits: Rule = aRule({ name: "waits", actions: [aTask({ after: "1h", cancelOn: ["reply"] }), aTask()] });

describe("an export", () => {
  it("has the sets, what contacts do not want, and each event with what followed from it, in the order of the log", async () => {
    const storage = sqliteStorage();
    let now = Date.parse("2026-03-04T12:00:00Z");
    const clock = () => (now += 1_000);
    const before = await aLedger({ storage, clock, ruleSet: { ...aRuleSet(waits), hash: "one" } });
    await before.record(anEvent({ messageId: "a" }, "first"));
    await before.record(reply("STOP", "second"));
    const after = await aLedger({ storage, clock, ruleSet: { ...aRuleSet(waits), hash: "two" } });
    await after.record(anEvent({ messageId: "b", contactId: "another" }, "third"));
    const { lines } = await exportOf(after);
    expect(inShort(lines)).toEqual([
      "rules one",
      "rules two",
      "opt-out SMS",
      "event first",
      "delivery waits cancelled",
      "delivery waits scheduled",
      "event second",
      "event third",
      "delivery waits scheduled",
      "delivery waits scheduled",
    ]);
    const rules = lines.flatMap((line) => (line.type === "rules" ? line.rules : []));
    expect(rules).toEqual([waits, waits]);
    expect(lines).toContainEqual(
      expect.objectContaining({ cancelledBy: { by: "event", trigger: "reply", eventKey: "second" }, hasLeft: false }),
    );
  });

  it("of a long log comes in pages of a bounded size, and goes on after each of them", async () => {
    const ledger = await aLedger({ ruleSet: aRuleSet(waits) });
    for (let n = 0; n < 60; n += 1)
      await ledger.record(anEvent({ messageId: `${n}`, contactId: `c-${n % 7}`, body: "x".repeat(40_000) }, `k ${n}%`));
    const { lines, cursors, longest } = await exportOf(ledger);
    const events = inShort(lines).filter((line) => line.startsWith("event"));
    expect(events).toEqual(Array.from({ length: 60 }, (_, n) => `event k ${n}%`));
    expect(cursors.length).toBeGreaterThan(4);
    expect(longest).toBeLessThan(600_000);
    for (const cursor of cursors) {
      const rest = await exportOf(ledger, { cursor });
      expect(rest.lines).toEqual(lines.slice(lines.length - rest.lines.length));
      expect(inShort(rest.lines).filter((line) => line.startsWith("event"))).toEqual(
        events.slice(events.length - rest.lines.filter(({ type }) => type === "event").length),
      );
    }
  });

  it("has all of a log that is longer than what one pass through it finds", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: aRuleSet() });
    await ledger.record(anEvent({ messageId: "a" }, "first"));
    storage.sql.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
      INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record)
      SELECT contact_id, key || '-' || i, seq + i, kind, received_at, fired, record FROM events, n WHERE key = 'first'`);
    const { lines } = await exportOf(ledger);
    expect(lines.filter(({ type }) => type === "event")).toHaveLength(10_501);
  });

  it("has only what was recorded between two times", async () => {
    let now = Date.parse("2026-03-04T12:00:00Z");
    const ledger = await aLedger({ ruleSet: aRuleSet(), clock: () => now });
    for (const key of ["one", "two", "three"]) {
      await ledger.record(anEvent({ messageId: key }, key));
      now += 60_000;
    }
    const { lines } = await exportOf(ledger, { since: "2026-03-04T12:01:00Z", until: "2026-03-04T12:02:00Z" });
    expect(inShort(lines).slice(1)).toEqual(["event two"]);
  });

  it("has nothing of a contact that was erased, not even between two pages", async () => {
    const ledger = await aLedger({ ruleSet: aRuleSet(waits) });
    for (let n = 0; n < 30; n += 1)
      await ledger.record(anEvent({ messageId: `${n}`, contactId: `c-${n % 2}`, body: "x".repeat(40_000) }, `${n}`));
    const first = await ledger.export({ locationId: LOCATION, until: UNTIL, cursor: "events." });
    ledger.eraseContact(LOCATION, "c-1");
    const { lines } = await exportOf(ledger, { cursor: first.cursor ?? "" });
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.filter((line) => line.type === "event" && line.event.contactId === "c-1")).toEqual([]);
  });

  it("says what an event said whose payload is forgotten", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: aRuleSet(waits) });
    await ledger.record(anEvent({ messageId: "a" }, "old"));
    storage.sql.exec(
      "UPDATE events SET record = json_set(record, '$.event.payload', json('{}'), '$.dropped', 'payload')",
    );
    const { lines } = await exportOf(ledger);
    expect(lines.find(({ type }) => type === "event")).toMatchObject({
      dropped: "payload",
      chain: "a",
      told: { channel: "sms", outcome: "delivered", messageKey: '["OutboundMessage","a","delivered",""]' },
    });
  });

  it("has no token", async () => {
    const ledger = await aLedger({ ruleSet: aRuleSet(waits) });
    const sealed = "sealed-and-secret";
    const owner = { expiresAtMs: null, companyId: null, appId: null, scopes: [] };
    ledger.storeToken(LOCATION, { source: "private", sealed, ...owner });
    await ledger.record(anEvent());
    expect(JSON.stringify((await exportOf(ledger)).lines)).not.toContain(sealed);
  });

  it("of a set that is too large to be kept whole says what its verdicts need", async () => {
    const long = "é".repeat(600_000);
    const rules = Array.from({ length: 9 }, (_, n) => aRule({ name: `rule-${n}`, actions: [aTask({ title: long })] }));
    const ledger = await aLedger({ ruleSet: aRuleSet(...rules) });
    const { lines } = await exportOf(ledger);
    const kept = lines.flatMap((line) => (line.type === "rules" ? line.rules : []));
    expect(kept).toEqual(rules.map((rule) => ({ ...rule, actions: [] })));
  });
});

describe("an attempt that was cut off because the object stopped", () => {
  const asks = aRule({
    name: "asks",
    limit: { count: 1, within: "1h" },
    actions: [aWebhook({ after: "1m", cancelOn: ["reply"], restart: true })],
  });
  const happened = (key: string, nowMs: number) => {
    const at = new Date(nowMs).toISOString();
    return { ...anEvent({ messageId: key, timestamp: at }, key), receivedAt: at };
  };

  it.each([
    ["the contact has replied since: it had left, and is not sent again", "reply", ["cancelled", true]],
    ["its rule fires again: the limit counts it", "again", ["sending", true]],
  ] as const)("is told, and where %s, a replay agrees", async (_, then, expected) => {
    const storage = sqliteStorage();
    let now = Date.parse("2026-03-04T12:00:00Z");
    const opened = () =>
      aLedger({ storage, clock: () => now, ruleSet: aRuleSet(asks), fetch: () => new Promise(() => undefined) });
    const first = await opened();
    await first.record(happened("first", now));
    now += 61_000;
    void first.alarm();
    await new Promise((done) => setImmediate(done));
    now += 1_000;
    const second = await opened();
    const at = new Date(now).toISOString();
    const event =
      then === "reply" ? { ...reply("yes", "then"), receivedAt: at, occurredAt: at } : happened("then", now);
    await second.record(event);
    const { lines } = await exportOf(second);
    const [delivery] = lines.flatMap((line) => (line.type === "delivery" ? [line] : []));
    expect(delivery).toMatchObject({ attempts: [], interruptedAt: at });
    expect([delivery?.state, delivery?.hasLeft]).toEqual(expected);
    const head: ExportLine = {
      type: "export",
      v: EXPORT_VERSION,
      locationId: LOCATION,
      exportedAt: at,
      since: null,
      until: UNTIL,
      cursor: null,
      timeZone: "UTC",
      retentionDays: 30,
      ruleSet: aRuleSet(asks).hash,
    };
    expect(await disagreements([head, ...lines])).toEqual([]);
  });
});
