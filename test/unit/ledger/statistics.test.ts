import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { Tally } from "../../../src/ledger/log/tally.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { BUCKET_MS, type BucketName } from "../../../src/model/statistics.ts";
import { anEvent, aRule, aRuleSet, aWebhook, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;

const RULES = aRuleSet(
  aRule({ name: "every-sms", priority: 3 }),
  aRule({ name: "limited", priority: 2, limit: { count: 1, within: "1h" }, stop: true }),
  aRule({ name: "stopped", actions: [aWebhook({ url: "https://other.example.com/" })] }),
);

/** What a page would see of the last day, in each length of bucket. */
function told(ledger: LocationLedger, now: number) {
  return (Object.keys(BUCKET_MS) as BucketName[]).map((name) => {
    const bucketMs = BUCKET_MS[name];
    const toMs = Math.ceil((now + 1) / bucketMs) * bucketMs;
    const buckets = { fromMs: toMs - 200 * bucketMs, toMs, bucketMs };
    return {
      overview: ledger.overview(buckets),
      rules: ledger.rules(buckets),
      deliveries: ledger.deliveryCounts({}),
      words: ledger.unknownWords(),
    };
  });
}

const sum = (numbers: readonly number[] = []): number => numbers.reduce((total, number) => total + number, 0);
const lastDay = (now: number) => ({ fromMs: now - DAY, toMs: now + 900_000, bucketMs: 900_000 });

describe("the tally", () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ what: fc.constant("event" as const), contact: fc.nat(2), key: fc.nat(30) }) },
    {
      weight: 4,
      arbitrary: fc.record({ what: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 3 * 3_600_000 }) }),
    },
    { weight: 4, arbitrary: fc.record({ what: fc.constant("alarm" as const), fails: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ what: fc.constant("erase" as const), contact: fc.nat(2) }) },
    {
      weight: 2,
      arbitrary: fc.record({ what: fc.constant("refuse" as const), table: fc.constantFrom("events", "attempts") }),
    },
    { weight: 3, arbitrary: fc.record({ what: fc.constant("ask" as const) }) },
  );

  it("that is kept up is the one that the tables give, whatever happens", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let now = NOON;
        let status = 200;
        let refused = "";
        const storage = sqliteStorage();
        const exec: typeof storage.sql.exec = (statement, ...values) => {
          if (refused === "" || !statement.startsWith(`INSERT INTO ${refused}`))
            return storage.sql.exec(statement, ...values);
          refused = "";
          throw new Error("full");
        };
        const world = {
          storage: { ...storage, sql: { exec } },
          ruleSet: RULES,
          clock: () => now,
          fetch: () => Promise.resolve(new Response(null, { status })),
        };
        const ledger = await aLedger(world);
        told(ledger, now);
        for (const taken of steps) {
          if (taken.what === "wait") now += taken.ms;
          else if (taken.what === "refuse") refused = taken.table;
          else if (taken.what === "erase") ledger.eraseContact(LOCATION, `contact-${taken.contact}`);
          else if (taken.what === "ask") told(ledger, now);
          else if (taken.what === "alarm") {
            status = taken.fails ? 503 : 200;
            await ledger.alarm();
          } else {
            const fields = { contactId: `contact-${taken.contact}`, messageId: `message-${taken.key}` };
            const messageType = ["Email", "SMS", "SMS", "Pigeon", "SMS"][taken.key % 5] ?? "SMS";
            await ledger.record(anEvent({ ...fields, messageType }, `key-${taken.key}`)).catch(() => undefined);
          }
        }
        expect(told(ledger, now)).toEqual(told(await aLedger({ ...world, storage }), now));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps the sums when there is too much of it, and what is young as fine as it was", () => {
    const now = NOON;
    const [fine, coarse] = [new Tally(), new Tally(300)];
    for (const tally of [fine, coarse])
      for (let quarter = 0; quarter < 30 * 96; quarter++) tally.addAttempt(now - quarter * 15 * MINUTE, true, now);
    const total = (tally: Tally) =>
      tally.counts({ fromMs: now - 31 * DAY, toMs: now + DAY, bucketMs: DAY }, now).map(({ counts }) => sum(counts));
    expect(total(coarse)).toEqual(total(fine));
    expect(coarse.counts(lastDay(now), now)).toEqual(fine.counts(lastDay(now), now));
  });

  it("has room for a month of many things, however long it is kept up", () => {
    const most = 6_000;
    const [whole, bounded] = [new Tally(), new Tally(most)];
    let now = NOON;
    let largest = 0;
    for (let index = 0; index < 31 * 288; index++) {
      now += 5 * MINUTE;
      const event = {
        atMs: now,
        kind: "OutboundMessage" as const,
        channel: `channel-${index % 5}`,
        outcome: `outcome-${index % 4}`,
        fired: [`rule-${index % 11}`],
        suppressed: [{ rule: `rule-${index % 13}`, reason: "limit" as const }],
        words: [],
        isRepeat: false,
      };
      for (const tally of [whole, bounded]) {
        tally.addEvent(event, now);
        tally.addAttempt(now - (index % 7) * DAY, index % 3 > 0, now);
      }
      largest = Math.max(largest, bounded.size);
    }
    expect(largest).toBeLessThanOrEqual(most);
    expect(whole.size).toBeGreaterThan(2 * most);
    const sums = (tally: Tally) =>
      tally
        .counts({ fromMs: NOON - 40 * DAY, toMs: now + DAY, bucketMs: 80 * DAY }, now)
        .map(({ series, counts }) => [...series, sum(counts)]);
    expect(sums(bounded)).toEqual(sums(whole));
    expect(bounded.lastFired).toEqual(whole.lastFired);
    const recent = { fromMs: now - 105 * MINUTE, toMs: now, bucketMs: 15 * MINUTE };
    expect(bounded.counts(recent, now)).toEqual(whole.counts(recent, now));
  });

  it("has minutes of the last two hours only", () => {
    const tally = new Tally();
    for (let minute = 300; minute >= 0; minute--)
      tally.addAttempt(NOON - minute * MINUTE, false, NOON - minute * MINUTE);
    const [failed] = tally.counts({ fromMs: NOON - 300 * MINUTE, toMs: NOON + MINUTE, bucketMs: MINUTE }, NOON);
    expect([sum(failed?.counts.slice(0, 180)), sum(failed?.counts.slice(180))]).toEqual([0, 121]);
  });
});

describe("words that nobody knows", () => {
  it("are counted with when they came, also after a restart, and written in no row of their own", async () => {
    let now = NOON;
    let rowsWritten = 0;
    const storage = sqliteStorage();
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (/^(INSERT|UPDATE)/.test(statement) && !statement.includes("INTO marks")) rowsWritten += 1;
      return storage.sql.exec(statement, ...values);
    };
    const world = { storage: { ...storage, sql: { exec } }, clock: () => now };
    const ledger = await aLedger(world);
    expect(ledger.unknownWords()).toEqual({ words: [], others: 0 });
    for (const [key, fields] of [
      ["one", { messageType: "Pigeon", messageTypeString: "TYPE_PIGEON" }],
      ["two", { messageType: "SMS", status: "flown" }],
      ["three", { messageType: "Pigeon" }],
    ] as const) {
      rowsWritten = 0;
      await ledger.record(anEvent({ messageId: key, ...fields }, key));
      if (key === "three") expect(rowsWritten).toBe(1);
      now += MINUTE;
    }
    const at = (minutes: number): string => new Date(NOON + minutes * MINUTE).toISOString();
    const words = [
      { field: "messageType", word: "Pigeon", count: 2, firstSeen: at(0), lastSeen: at(2) },
      { field: "messageTypeString", word: "TYPE_PIGEON", count: 1, firstSeen: at(0), lastSeen: at(0) },
      { field: "status", word: "flown", count: 1, firstSeen: at(1), lastSeen: at(1) },
    ];
    expect(ledger.unknownWords()).toEqual({ words, others: 0 });
    expect((await aLedger({ ...world, storage })).unknownWords()).toEqual({ words, others: 0 });
  });

  it("are bounded, however many come", async () => {
    const ledger = await aLedger({ clock: () => NOON });
    for (let word = 0; word < 120; word++) {
      const name = String.fromCharCode(97 + (word % 26), 97 + Math.floor(word / 26));
      await ledger.record(anEvent({ messageId: name, messageType: `Pigeon ${name}` }, name));
    }
    const { words, others } = ledger.unknownWords();
    expect([words.length, others]).toEqual([100, 20]);
  });
});

describe("the numbers of a location", () => {
  it("say what fired, what was held and why, and what stands now", async () => {
    const storage = sqliteStorage();
    let now = NOON;
    const ledger = await aLedger({ storage, ruleSet: RULES, clock: () => now });
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    now += 20 * MINUTE;
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    await ledger.record(anEvent({ messageId: "2", attachments: [] }, "three"));
    const { rules, lastFired } = ledger.rules(lastDay(now));
    const of = (rule: string) => ({
      fired: sum(rules[rule]?.fired),
      ...Object.fromEntries(Object.entries(rules[rule]?.held ?? {}).map(([reason, counts]) => [reason, sum(counts)])),
    });
    expect(of("every-sms")).toEqual({ fired: 2, "duplicate-action": 1 });
    expect(of("limited")).toEqual({ fired: 1, limit: 2 });
    expect(of("stopped")).toEqual({ fired: 1, stopped: 1, "duplicate-action": 1 });
    expect(lastFired).toMatchObject({
      "every-sms": new Date(now).toISOString(),
      limited: new Date(NOON).toISOString(),
    });
    const overview = ledger.overview(lastDay(now));
    expect([sum(overview.events["sms"]?.["delivered"]), sum(overview.fired)]).toEqual([3, 4]);
    expect(overview.now).toEqual({
      scheduled: 4,
      sending: 0,
      dead: 0,
      oldestDueAt: new Date(NOON).toISOString(),
      eventsToday: 3,
      openTasks: 0,
      overdueTasks: 0,
      held: 0,
      quarantined: 0,
    });
  });

  it("forget what was recorded before today when they count today's events", async () => {
    let now = Date.parse("2026-03-04T23:59:59Z");
    const ledger = await aLedger({ clock: () => now });
    await ledger.record(anEvent({}, "yesterday"));
    now += 1_000;
    expect(ledger.overview(lastDay(now)).now.eventsToday).toBe(0);
    await ledger.record(anEvent({}, "today"));
    expect(ledger.overview(lastDay(now)).now.eventsToday).toBe(1);
  });

  it("are read from the log once, and again only after a sweep that removed something", async () => {
    let now = NOON;
    let passes = 0;
    const storage = sqliteStorage();
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.includes("GROUP BY 1, kind, channel")) passes += 1;
      return storage.sql.exec(statement, ...values);
    };
    const ledger = await aLedger({ storage: { ...storage, sql: { exec } }, clock: () => now });
    await ledger.record(anEvent());
    for (const [days, passesThen] of [
      [0, 1],
      [1, 1],
      [2, 1],
      [32, 2],
      [33, 2],
    ] as const) {
      now = NOON + days * DAY + 1;
      await ledger.alarm();
      ledger.overview(lastDay(now));
      expect(passes, `day ${days}`).toBe(passesThen);
    }
  });

  it("forget what the sweep forgets", async () => {
    let now = NOON;
    const ledger = await aLedger({ clock: () => now });
    await ledger.record(anEvent());
    await ledger.alarm();
    const month = { fromMs: NOON - DAY, toMs: NOON + 900 * 3_600_000, bucketMs: 3_600_000 };
    expect(sum(ledger.overview(month).events["sms"]?.["delivered"])).toBe(1);
    for (const days of [1, 31, 32]) {
      now = NOON + days * DAY;
      await ledger.alarm();
    }
    expect(ledger.overview(month).events).toEqual({});
  });
});

describe("the change of a location", () => {
  it("is another after each thing that changes, and the same as long as nothing does", async () => {
    let now = NOON;
    const ledger = await aLedger({ ruleSet: RULES, clock: () => now });
    const seen = new Set<string>();
    const isNews = (): boolean => seen.size < seen.add(ledger.change()).size;
    isNews();
    await ledger.record(anEvent({}, "one"));
    expect(isNews()).toBe(true);
    ledger.events({ limit: 1 });
    ledger.overview(lastDay(now));
    ledger.hosts();
    await ledger.event("one");
    expect(isNews()).toBe(false);
    await ledger.alarm();
    expect(isNews()).toBe(true);
    const held = {
      id: "h",
      eventKey: "k",
      receivedAt: new Date(now).toISOString(),
      issues: [],
      contactIds: [],
      body: "",
    };
    ledger.quarantine(LOCATION, { ...held, route: "events" });
    expect(isNews()).toBe(true);
    ledger.eraseContact(LOCATION, "test-contact");
    expect(isNews()).toBe(true);
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    isNews();
    await ledger.cancelScheduled({});
    expect(isNews()).toBe(true);
  });

  it("is another after the object was started anew", async () => {
    const storage = sqliteStorage();
    const before = (await aLedger({ storage })).change();
    expect((await aLedger({ storage, clock: () => NOON + 1 })).change()).not.toBe(before);
  });
});
