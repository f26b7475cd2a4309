// Lists of a location by the places of its events, held against the same list by the table, and how little they read.
import { describe, expect, it } from "vitest";
import { filled } from "../../../src/api/filled.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import * as log from "../../../src/ledger/log/log.ts";
import { Places, ROWS_AT_ONCE } from "../../../src/ledger/log/places.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { Sql } from "../../../src/ledger/store/ports.ts";
import type { LogQuery } from "../../../src/model/ledger.ts";
import { anEvent, aRule, aRuleSet, aTask, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const HOUR_MS = 3_600_000;
const isoOf = (ms: number): string => new Date(ms).toISOString();
const on = (value: string) => ({ all: [{ fact: "channel", operator: "equal", value }] });
const ruleSet = aRuleSet(
  aRule({ name: "calls", conditions: on("call"), actions: [aTask()] }),
  aRule({ name: "texts", conditions: on("sms"), actions: [aTask()] }),
);

const QUERIES: readonly (readonly [what: string, query: Omit<LogQuery, "limit">])[] = [
  ["everything", {}],
  ["a kind", { kind: "InboundMessage" }],
  ["a kind that never came", { kind: "ContactDelete" }],
  ["a channel", { channel: "sms" }],
  ["no channel", { channel: "none" }],
  ["an outcome", { outcome: "failed" }],
  ["no outcome", { outcome: "none" }],
  ["a rule", { rule: "calls" }],
  ["a rule that never fired", { rule: "call" }],
  ["any rule", { fired: "yes" }],
  ["no rule", { fired: "no" }],
  ["a time", { from: isoOf(NOON + 10_000), to: isoOf(NOON + 40_000) }],
  ["a channel, an outcome and a time", { channel: "sms", outcome: "delivered", to: isoOf(NOON + 30_000) }],
];

/** A ledger of sixty events of seven contacts, and its clock. */
async function world() {
  const clock = { nowMs: NOON };
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage, ruleSet, clock: () => clock.nowMs });
  const some = async (count: number, name: string): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      clock.nowMs += 1_000;
      const messageType = ["SMS", "CALL", "Email"][index % 3] ?? "";
      const status = index % 4 === 0 ? "failed" : "delivered";
      const type = index % 5 === 0 ? "InboundMessage" : "OutboundMessage";
      const fields = { type, messageType, status, contactId: `c${(index * 3) % 7}`, messageId: `${name}-${index}` };
      await ledger.record(anEvent(fields, `${name}-${index}`));
    }
  };
  await some(60, "old");
  return { ledger, clock, some, sql: storage.sql };
}

/** Every page of a list, one after the other. */
async function pages(ledger: LocationLedger, query: Omit<LogQuery, "limit">, limit: number): Promise<unknown[]> {
  const told: unknown[] = [];
  let next: LogQuery | null = { ...query, limit };
  while (next !== null) {
    const page = await filled(next, (part) => Promise.resolve(ledger.events(part)));
    if (page.cursor !== null) expect(page.events).toHaveLength(limit);
    told.push(...page.events);
    next = page.cursor === null ? null : { ...next, cursor: page.cursor };
  }
  return told;
}

async function isAsTheTable(ledger: LocationLedger, sql: Sql): Promise<void> {
  for (const [what, query] of QUERIES)
    for (const limit of [1, 7, 200])
      expect([what, limit, await pages(ledger, query, limit)]).toEqual([
        what,
        limit,
        log.list(sql, { ...query, limit: 200 }).events,
      ]);
}

describe("a list of a location is that of the table, with every filter", () => {
  it("as it was when it was read", async () => {
    const { ledger, sql } = await world();
    await isAsTheTable(ledger, sql);
  });

  it("after more events came, also by a clock that was set back", async () => {
    const { ledger, clock, some, sql } = await world();
    ledger.events({ limit: 1 });
    await some(20, "new");
    await isAsTheTable(ledger, sql);
    clock.nowMs -= HOUR_MS;
    await some(20, "earlier");
    await isAsTheTable(ledger, sql);
  });

  it("after a contact was erased, and what it had came again", async () => {
    const { ledger, some, sql } = await world();
    ledger.events({ limit: 1 });
    ledger.eraseContact(LOCATION, "c3");
    await isAsTheTable(ledger, sql);
    await some(20, "new");
    ledger.eraseContact(LOCATION, "c0");
    await isAsTheTable(ledger, sql);
  });

  it("after events were forgotten, or changed what is listed of them", async () => {
    const { ledger, sql } = await world();
    ledger.events({ limit: 1 });
    sql.exec("UPDATE OR REPLACE events SET contact_id = '', fired = '[]', record = NULL WHERE key GLOB 'old-[12]*'");
    await isAsTheTable(ledger, sql);
  });

  it("where one contact has more events than are read through", async () => {
    const { ledger, sql } = await world();
    ledger.events({ limit: 1 });
    for (let index = 0; index < 520; index += 1)
      await ledger.record(anEvent({ contactId: "busy", messageId: `b-${index}` }, `b-${index}`));
    expect(await pages(ledger, { channel: "sms" }, 200)).toEqual(
      log.list(sql, { channel: "sms", limit: 1_000 }).events,
    );
  });
});

it("an event that was decided after it was read stands once, with the rules that fired", async () => {
  const { ledger, sql, clock } = await world();
  const places = new Places(sql);
  const decided = (fired: string): void => {
    sql.exec("UPDATE events SET fired = ? WHERE key = 'old-59'", fired);
    places.note({ contactId: "c2", key: "old-59" });
  };
  const keys = (query: LogQuery): string[] => log.list(sql, query, places).events.map(({ eventKey }) => eventKey);
  expect(clock.nowMs).toBeGreaterThan(NOON);
  expect(ledger.events({ limit: 1 }).events).toMatchObject([{ eventKey: "old-59", contactId: "c2" }]);
  keys({ limit: 3 });
  decided('["late"]');
  expect(keys({ limit: 3, rule: "late" })).toEqual(["old-59"]);
  decided("[]");
  const [first, second] = [log.list(sql, { limit: 1 }, places), log.list(sql, { limit: 3 }, places)];
  // The page that meets what it was before may be short, and the next one goes on where it stands.
  const { events } = await filled({ limit: 3 }, (part) => Promise.resolve(log.list(sql, part, places)));
  expect(events.map(({ eventKey }) => eventKey)).toEqual(["old-59", "old-58", "old-57"]);
  expect([first.cursor, second.cursor]).not.toContain(null);
  expect(keys({ limit: 3, rule: "late" })).toEqual([]);
});

describe("a list reads", () => {
  /** As many events as a location has that are read in three parts, 50 of a contact. */
  const large = () => {
    const storage = sqliteStorage();
    const counted = { rows: 0, longest: 0 };
    const sql: Sql = {
      exec(statement, ...values) {
        const found = storage.sql.exec(statement, ...values);
        // What a part reads is counted by what it returns: a list of places for each contact.
        const rows = found
          .toArray()
          .reduce((sum, { seqs }) => sum + (typeof seqs === "string" ? (JSON.parse(seqs) as unknown[]).length : 1), 0);
        counted.rows += rows;
        counted.longest = Math.max(counted.longest, rows);
        return found;
      },
    };
    return { storage, sql, counted };
  };

  it("a part of the log with each call until all was read, then no more than it tells", async () => {
    const { storage, sql, counted } = large();
    await aLedger({ storage });
    const count = ROWS_AT_ONCE * 2 + 10;
    sql.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
      INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record)
      SELECT 'c' || (i % 800), 'k' || i, i * 1000000, 'InboundMessage', i * 1000, '[]', '{}' FROM n`);
    const places = new Places(sql);
    const ask = (query: Partial<LogQuery> = {}) => log.list(sql, { limit: 50, ...query }, places);
    counted.rows = 0;
    expect(ask()).toEqual({ events: [], cursor: String(Number.MAX_SAFE_INTEGER) });
    expect(ask({ cursor: "77" })).toEqual({ events: [], cursor: "77" });
    expect(ask().events).toHaveLength(50);
    expect(counted.longest).toBe(ROWS_AT_ONCE);
    expect(counted.rows - 50).toBe(count);
    counted.rows = 0;
    expect(ask({ kind: "ContactDelete" })).toEqual({ events: [], cursor: null });
    expect(ask({ rule: "nobody" })).toEqual({ events: [], cursor: null });
    expect(counted.rows).toBe(0);
    const page = ask({ cursor: "10000000000" });
    expect(page.events.map(({ eventKey }) => eventKey).slice(0, 2)).toEqual(["k9999", "k9998"]);
    expect(counted.rows).toBe(50);
    // Newest first however it was read, and the page over HTTP is whole.
    const calls: LogQuery[] = [];
    const anew = new Places(sql);
    const whole = await filled({ limit: 200 }, (part) => {
      calls.push(part);
      return Promise.resolve(log.list(sql, part, anew));
    });
    expect(calls).toHaveLength(3);
    expect(whole.events.map(({ eventKey }) => eventKey)).toEqual(
      Array.from({ length: 200 }, (_, index) => `k${count - index}`),
    );
  });

  it("the table where there are too many events to know their places", async () => {
    const { sql } = await world();
    const places = new Places(sql, 50);
    const told = log.list(sql, { limit: 200, channel: "sms" }, places);
    expect(log.list(sql, { limit: 200, channel: "sms" }, places)).toEqual(told);
    expect(told).toEqual(log.list(sql, { limit: 200, channel: "sms" }));
    expect(places.newest({ limit: 1 })).toBeNull();
  });

  it("nothing with an event, unless a list was asked for", async () => {
    const { ledger, sql } = await world();
    const statements: string[] = [];
    const places = new Places({ exec: (statement, ...values) => (statements.push(statement), sql.exec(statement, ...values)) }); // prettier-ignore
    places.note({ contactId: "c0", key: "old-0" });
    expect(statements).toEqual([]);
    places.newest({ limit: 1 });
    places.note({ contactId: "c0", key: "old-0" });
    expect(statements).toHaveLength(2);
    expect(ledger.events({ limit: 1 }).events).toHaveLength(1);
  });
});
