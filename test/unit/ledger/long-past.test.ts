// What is read of a contact's past is the same whether it is long or short, and bounded.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { PARAM_NAMES, PARAMS } from "../../../src/language/log-facts.ts";
import * as firings from "../../../src/ledger/deliveries/firings.ts";
import { ContactPast, LONG_PAST } from "../../../src/ledger/log/past.ts";
import { MAX_PAST } from "../../../src/model/history.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import type { Sql } from "../../../src/ledger/store/ports.ts";
import { countOf, secondsSinceOf } from "../../../src/match/history.ts";
import { NO_HISTORY, type PastEvent } from "../../../src/model/history.ts";
import type { CancelTrigger } from "../../../src/model/rule.ts";
import { durationMs } from "../../../src/time/duration.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, CONTACT, LOCATION } from "../../builders.ts";
import { upTo } from "../../thorough.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const WITHIN = ["1s", "10s", "1m", "2m", "1h"] as const;

/** The reading of the params that is easiest to see: each event of the past is looked at. */
function isMeant(past: PastEvent, params: JsonObject, nowMs: number): boolean {
  return Object.entries(params).every(([name, value]) =>
    name === "messages"
      ? true
      : name === "within"
        ? past.at > nowMs - (durationMs(value as string) ?? 0)
        : past[name as "kind" | "channel" | "outcome" | "direction"] === value,
  );
}

/** How many messages events are about, those without an id each for itself. */
function messagesOf(events: readonly PastEvent[]): number {
  const known = events.flatMap(({ chain }) => chain ?? []);
  return new Set(known).size + events.length - known.length;
}

const anyOf = <Value>(values: readonly Value[]) => fc.constantFrom(...values);
const params = fc.record(
  Object.fromEntries(
    PARAM_NAMES.map((name) => {
      const { takes } = PARAMS[name];
      if (takes === "boolean") return [name, fc.constant<boolean | string>(true)];
      return [name, anyOf<boolean | string>(takes === "duration" ? WITHIN : takes.slice(0, 3))];
    }),
  ),
  { requiredKeys: [] },
);
const events = fc.array(
  fc.record({
    waitMs: fc.oneof(
      { weight: 9, arbitrary: fc.nat(20_000) },
      { weight: 1, arbitrary: fc.integer({ min: -200_000, max: 400_000 }) },
    ),
    fields: fc.record({
      type: anyOf(["OutboundMessage", "InboundMessage"]),
      messageType: anyOf(["SMS", "Email", "Call"]),
      status: anyOf(["delivered", "failed", "sent"]),
      messageId: anyOf(["m1", "m2", "m3", ""]),
    }),
    isOthers: fc.boolean(),
  }),
  { maxLength: 30 },
);

describe("the past of a contact", () => {
  it("says the same when it is long as each of its events does, whatever is asked and whatever the clock does", async () => {
    await fc.assert(
      fc.asyncProperty(
        events,
        fc.array(params, { minLength: 1, maxLength: 8 }),
        fc.boolean(),
        async (told, asked, isLong) => {
          let now = NOON;
          const storage = sqliteStorage();
          const ledger = await aLedger({ storage, ruleSet: aRuleSet(), clock: () => now });
          for (const [index, { waitMs, fields, isOthers }] of told.entries()) {
            now += waitMs;
            await ledger.record(anEvent({ ...fields, contactId: isOthers ? "another" : CONTACT }, `key-${index}`));
          }
          if (isLong) storage.sql.exec("UPDATE events SET long_past = 1");
          const rows = storage.sql
            .exec("SELECT * FROM events WHERE contact_id = ? AND repeats IS NULL ORDER BY seq", CONTACT)
            .toArray();
          const all = rows.map((row) => ({ ...row, at: row["received_at"] }) as unknown as PastEvent);
          const event: PastEvent = { ...EVENT, at: now };
          const past = new ContactPast(storage.sql, CONTACT);
          const history = { ...NO_HISTORY, past: (afterMs: number) => past.after(afterMs) };
          for (const one of asked as JsonObject[]) {
            const meant = all.filter((other) => isMeant(other, one, now));
            const last = Math.max(...meant.map(({ at }) => at));
            const since = meant.length === 0 ? undefined : Math.max(0, Math.floor((now - last) / 1_000));
            const counted = isMeant(event, one, now) ? [...meant, event] : meant;
            expect(countOf(one, event, history)).toBe(one["messages"] ? messagesOf(counted) : counted.length);
            expect(secondsSinceOf(one, event, history)).toBe(since);
          }
        },
      ),
      { numRuns: upTo(150, 2_000) },
    );
  });
});

const EVENT: PastEvent = {
  kind: "OutboundMessage",
  channel: "sms",
  outcome: "failed",
  direction: "outbound",
  at: NOON,
  chain: null,
};

/** Fills a contact's log with events, each a second after the one before, the last at noon; every tenth fired a rule. */
function filled(sql: Sql, count: number, contactId = CONTACT): void {
  sql.exec(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO events (contact_id, key, seq, kind, channel, outcome, direction, message_key, chain, subject, state, occurred_at, received_at, fired, record, long_past)
     SELECT ?2, 'old-' || i, (?3 - (?1 - i) * 1000) * 1000, 'OutboundMessage', 'sms', CASE i % 2 WHEN 0 THEN 'failed' ELSE 'sent' END, 'outbound',
       '["OutboundMessage","m' || i || '","failed",""]', 'm' || i, '["OutboundMessage","m' || i || '"]', '[]',
       ?3 - (?1 - i) * 1000, ?3 - (?1 - i) * 1000, CASE i % 10 WHEN 0 THEN '["limited"]' ELSE '[]' END, '{}', CASE WHEN ?1 >= ${LONG_PAST} THEN 1 END FROM n`,
    count,
    contactId,
    NOON,
  );
}

describe("a long past", () => {
  it("begins with an event of many, is told from others, and ends with its contact", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: aRuleSet(), clock: () => now });
    const long = () => storage.sql.exec("SELECT COUNT(*) AS n FROM events WHERE long_past = 1").toArray()[0]?.["n"];
    for (let index = 0; index < LONG_PAST + 2; index++) {
      now += 1_000;
      await ledger.record(anEvent({ messageId: `m-${index}` }, `key-${index}`));
      await ledger.record(anEvent({ messageId: `m-${index}`, contactId: `other-${index}` }, `other-${index}`));
      expect(long()).toBe(index < LONG_PAST ? 0 : index + 1);
    }
    ledger.eraseContact(LOCATION, CONTACT);
    expect(long()).toBe(0);
  });

  it("takes along what a version before recorded of it, with the next sweep", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: aRuleSet(), clock: () => now });
    filled(storage.sql, LONG_PAST);
    await ledger.record(anEvent({ messageId: "new" }, "new"));
    await ledger.record(anEvent({ messageId: "new", contactId: "another" }, "another"));
    storage.sql.exec("UPDATE events SET long_past = NULL WHERE key = 'new'");
    await ledger.alarm();
    now += 25 * 3_600_000;
    await ledger.alarm();
    const left = storage.sql.exec("SELECT key FROM events WHERE long_past IS NULL").toArray();
    expect(left).toEqual([{ key: "another" }]);
  });

  it("is found by the migration", () => {
    const storage = sqliteStorage();
    migrate(storage, LEDGER_MIGRATIONS.slice(0, 13));
    const insert =
      "INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record) VALUES (?, ?, ?, 'OutboundMessage', ?, '[]', '{}')";
    for (let index = 0; index < LONG_PAST; index++) {
      storage.sql.exec(insert, "many", `key-${index}`, index, index);
      storage.sql.exec(insert, "", `gone-${index}`, index, index);
      if (index > 0) storage.sql.exec(insert, "fewer", `key-${index}`, index, index);
    }
    migrate(storage, LEDGER_MIGRATIONS);
    const long = storage.sql
      .exec("SELECT contact_id AS id, COUNT(*) AS n FROM events WHERE long_past = 1 GROUP BY 1")
      .toArray();
    expect(long).toEqual([{ id: "many", n: LONG_PAST }]);
  });

  it("is asked by its indexes alone, and looked at as far as its bound", async () => {
    const storage = sqliteStorage();
    const statements = new Set<string>();
    const exec: Sql["exec"] = (statement, ...values) => {
      statements.add(statement);
      return storage.sql.exec(statement, ...values);
    };
    const counts = (within: object, atLeast: number) =>
      ({ fact: "count", params: { kind: "OutboundMessage", ...within }, operator: "equal", value: atLeast }) as const;
    const ledger = await aLedger({
      storage: { ...storage, sql: { exec } },
      ruleSet: aRuleSet(
        aRule({
          name: "exact",
          conditions: { all: [counts({ within: "1m" }, 61)] },
          actions: [aTask({ cancelOn: ["reply", "dnd"] })],
        }),
        aRule({ name: "bounded", conditions: { all: [counts({}, MAX_PAST + 1)] }, actions: [aText()] }),
        aRule({ name: "limited", limit: { count: 3, within: "1h" } }),
        aRule({
          name: "restarts",
          on: ["ContactTagUpdate"],
          conditions: { all: [{ fact: "tags", operator: "contains", value: "x" }] },
          actions: [aTask({ after: "1h", restart: true })],
        }),
        aRule({ name: "wide", limit: { count: 1_000_000, within: "30d" } }),
      ),
      clock: () => NOON,
    });
    filled(storage.sql, 12_000);
    const limited = { rule: "limited", per: "contact", contactId: CONTACT, afterMs: NOON - 100_000 } as const;
    expect(firings.countOf(storage.sql, limited)).toBe(10);
    expect(firings.countOf(storage.sql, { ...limited, atMost: 3 })).toBe(3);
    statements.clear();
    const fields = { messageId: "retry", originalMessageId: "m11999", status: "failed" };
    expect(await ledger.record(anEvent({ ...fields, dateAdded: "2026-03-04T11:59:00Z" }, "new"))).toEqual({
      status: "accepted",
      fired: ["bounded", "exact", "wide"],
    });
    await ledger.record(anEvent({ type: "ContactDndUpdate", id: CONTACT, dnd: true }, "dnd"));
    storage.sql.exec(
      `INSERT INTO changes (delivery_id, rule, contact_id, event_key, call, at, released, body, left_at)
       VALUES ('d', 'r', ?1, 'k', 'add-tags', ?2, 0, '{"tags":["x"]}', ?2)`,
      CONTACT,
      NOON,
    );
    await ledger.record(anEvent({ type: "ContactTagUpdate", id: CONTACT, tags: ["x"] }, "tags"));
    await ledger.record(anEvent({ type: "InboundMessage", body: "STOP", messageId: "in" }, "stop"));
    for (const statement of statements) {
      // Where the past is not long it is read by the key, in the other branch of the same statement.
      if (statement.includes("AS isLong")) continue;
      // Whether there is anything at all is known from the first row.
      if (!/\bevents\b.*WHERE/s.test(statement) || !/^\s*SELECT/.test(statement)) continue;
      const values = Array(statement.match(/\?\d*/g)?.length ?? 0).fill(0) as number[];
      const numbered = Math.max(0, ...(statement.match(/\?\d+/g) ?? []).map((place) => Number(place.slice(1))));
      const plan = storage.sql
        .exec(`EXPLAIN QUERY PLAN ${statement}`, ...values.slice(0, numbered || values.length))
        .toArray();
      for (const { detail } of plan as { detail: string }[])
        if (/\bevents\b/.test(detail))
          expect(detail, statement).toMatch(
            /SEARCH .*(?:INDEX events_long\w* \(contact_id=\?|PRIMARY KEY \(contact_id=\? AND key=\?\))/,
          );
    }
    expect([...statements].filter((statement) => statement.includes("events_long")).length).toBeGreaterThan(6);
  });
});

it("of which only the newest are looked at is what a rule is tried on", async () => {
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage, ruleSet: aRuleSet(aRule()), clock: () => NOON + 3_605_000 });
  filled(storage.sql, MAX_PAST + 2_000);
  const at = (key: string, ms: number) =>
    storage.sql.exec("UPDATE events SET received_at = ?1, seq = ?1 * 1000 WHERE key = ?2", ms, key);
  for (const key of ["a", "b"]) await ledger.record(anEvent({ messageId: key }, key));
  at("a", NOON + 3_600_000);
  at("b", NOON + 3_605_000);
  const soon = { fact: "secondsSince", operator: "equal", value: 5 } as const;
  const tried = await ledger.tryRule(aRule({ name: "draft", conditions: { all: [soon] } }), 1);
  expect(tried).toMatchObject({ tried: 1, fires: 1 });
});

describe("a thousand waits of a contact", () => {
  const WAITS = 1_000;
  const until = (status: string) =>
    ({
      on: ["OutboundMessage"],
      conditions: { all: [{ fact: "status", operator: "matches", value: `^${status}$` }] },
    }) as const;

  /** A contact that many deliveries wait for, and what is read of them. */
  async function aCrowd(cancelOn: (index: number) => CancelTrigger[]) {
    let now = NOON;
    const storage = sqliteStorage();
    let plansRead = 0;
    const exec: Sql["exec"] = (statement, ...values) => {
      if (/^\s*SELECT plan FROM deliveries/.test(statement)) plansRead += 1;
      return storage.sql.exec(statement, ...values);
    };
    const rules = Array.from({ length: WAITS }, (_, index) =>
      aRule({
        name: `waits-${index}`,
        conditions: { all: [{ fact: "status", operator: "equal", value: "begun" }] },
        actions: [aTask({ after: "1h", cancelOn: cancelOn(index) })],
      }),
    );
    const ledger = await aLedger({
      storage: { ...storage, sql: { exec } },
      ruleSet: aRuleSet(...rules),
      clock: () => now,
    });
    const tell = async (status: string) => {
      now += 1_000;
      plansRead = 0;
      await ledger.record(anEvent({ status, dateAdded: new Date(now).toISOString() }, `key-${now}`));
      return plansRead;
    };
    await tell("begun");
    const left = () => ledger.deliveryCounts({}).counts.scheduled;
    return { storage, tell, left };
  }

  it("is asked once for all that have the same triggers, whose text is read once", async () => {
    const { tell, left } = await aCrowd(() => ["reply", until("the same")]);
    expect(await tell("another")).toBe(1);
    expect(left()).toBe(WAITS);
    expect(await tell("the same")).toBe(0);
    expect(left()).toBe(0);
  });

  it("ends those whose own conditions are met, each text read once", async () => {
    const { tell, left } = await aCrowd((index) => [until(`s${index}`)]);
    expect(await tell("another")).toBe(WAITS);
    expect(await tell("s7")).toBe(0);
    expect(left()).toBe(WAITS - 1);
  });

  it("is found by an index that has all that is looked at", async () => {
    const { storage } = await aCrowd(() => ["reply"]);
    const plan = storage.sql
      .exec(
        `EXPLAIN QUERY PLAN SELECT id, cancel_on, event_at, cancelled_by FROM deliveries INDEXED BY deliveries_cancellable
         WHERE state IN ('scheduled', 'sending') AND contact_id = ?1 AND cancellable = 1 AND event_at <= ?2`,
        CONTACT,
        NOON,
      )
      .toArray();
    expect(JSON.stringify(plan)).toContain(
      "SEARCH deliveries USING COVERING INDEX deliveries_cancellable (contact_id=?",
    );
  });

  it("counts what a version before scheduled, which wrote neither hash nor time", async () => {
    const { storage, tell, left } = await aCrowd(() => [until("over")]);
    storage.sql.exec("UPDATE deliveries SET cancel_on = NULL, event_at = NULL");
    await tell("over");
    expect(left()).toBe(0);
  });
});
