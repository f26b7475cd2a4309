import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { firstRow } from "../../../src/ledger/store/ports.ts";
import { anEvent, aRule, aRuleSet, aTask, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const DAY = 86_400_000;
const RULES = aRuleSet(
  aRule({ actions: [aWebhook({ report: true })] }),
  aRule({
    name: "on-report",
    on: ["GatewayStatus"],
    conditions: { all: [{ fact: "outcome", operator: "equal", value: "failed" }] },
    actions: [aTask()],
  }),
);

/** What was reported of the tests' contact, oldest first. */
async function reported(ledger: LocationLedger) {
  const { events } = ledger.events({ limit: 100, kind: "GatewayStatus" });
  const stories = await Promise.all(events.map(({ eventKey }) => ledger.event(eventKey)));
  return stories.map((story) => ({ key: story?.event.key, ...story?.event.payload })).toReversed();
}

function openReports({ sql }: Pick<SqliteStorage, "sql">): number {
  return firstRow<{ n: number }>(sql, "SELECT COUNT(*) AS n FROM reports")?.n ?? 0;
}

function idOf(ledger: LocationLedger): string {
  return ledger.deliveries({ limit: 1, rule: "test-rule" }).deliveries[0]?.id ?? "";
}

beforeEach(() => {
  vi.spyOn(console, "log").mockReturnValue(undefined);
  vi.spyOn(console, "error").mockReturnValue(undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a delivery that was sent", () => {
  it.each<[answer: string, told: object]>([
    ['{"status":"delivered"}', { status: "delivered" }],
    ['{"status":"read","id":7}', { status: "read" }],
    [
      '{"status":"failed","error":{"code":30003,"type":"saas","message":"Unreachable","stack":["x"]}}',
      { status: "failed", error: { code: "30003", type: "saas", message: "Unreachable" } },
    ],
    ['{"status":"failed","error":"no"}', { status: "failed" }],
    ['{"status":"queued"}', { status: "pending" }],
    ['{"status":["delivered"]}', { status: "pending" }],
    ['["delivered"]', { status: "pending" }],
    [`{"status":"delivered","text":"${"x".repeat(2_000)}"}`, { status: "pending" }],
    ["", { status: "pending" }],
  ])("is reported as what it was answered: %s", async (answer, told) => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: RULES, fetch: () => Promise.resolve(new Response(answer)) });
    await ledger.record(anEvent({ messageId: "m-1", emailMessageId: "e-1" }));
    await ledger.alarm();
    expect(await reported(ledger)).toEqual([
      {
        key: `report-${idOf(ledger)}-1`,
        type: "GatewayStatus",
        locationId: LOCATION,
        contactId: CONTACT,
        messageId: "m-1",
        emailMessageId: "e-1",
        deliveryId: idOf(ledger),
        timestamp: "2026-03-04T12:00:00.000Z",
        ...told,
      },
    ]);
    expect(openReports(storage)).toBe(0);
  });

  it("lets a rule act on it at once", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({
      storage,
      ruleSet: RULES,
      fetch: () => Promise.resolve(new Response('{"status":"failed"}')),
    });
    await ledger.record(anEvent({ messageId: "m-1" }));
    await ledger.alarm();
    expect(storage.alarmAt).toBe(NOON);
    await ledger.alarm();
    expect(ledger.deliveries({ limit: 10 }).deliveries.map(({ rule, state }) => [rule, state])).toContainEqual([
      "on-report",
      "sent",
    ]);
  });

  it.each([{}, { messageId: "" }, { messageId: null }])("is not reported without a message: %j", async (fields) => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: RULES });
    await ledger.record(anEvent(fields));
    await ledger.alarm();
    expect([await reported(ledger), openReports(storage)]).toEqual([[], 0]);
  });

  it.each([undefined, false])("is not reported when its action does not ask: report %s", async (report) => {
    const storage = sqliteStorage();
    const inserts: string[] = [];
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.includes("INTO reports")) inserts.push(statement);
      return storage.sql.exec(statement, ...values);
    };
    const ruleSet = aRuleSet(aRule({ actions: [aWebhook({ report })] }));
    const ledger = await aLedger({ storage: { ...storage, sql: { exec } }, ruleSet });
    await ledger.record(anEvent({ messageId: "m-1" }));
    await ledger.alarm();
    expect([await reported(ledger), inserts]).toEqual([[], []]);
  });
});

describe("a delivery that is dead", () => {
  it("is reported as failed, with why, and once more when a retry by hand ends", async () => {
    const ledger = await aLedger({ ruleSet: RULES, fetch: () => Promise.resolve(new Response("", { status: 410 })) });
    await ledger.record(anEvent({ messageId: "m-1" }));
    await ledger.alarm();
    const id = idOf(ledger);
    const error = {
      code: "DESTINATION_GONE",
      type: "gateway",
      message: "The destination is gone and wants no more",
    };
    expect(await reported(ledger)).toMatchObject([{ key: `report-${id}-1`, status: "failed", error }]);
    ledger.retry(id);
    await ledger.alarm();
    expect(await reported(ledger)).toMatchObject([{ key: `report-${id}-1` }, { key: `report-${id}-2`, error }]);
  });

  it("is reported when it was given up after a week", async () => {
    let now = NOON;
    const ledger = await aLedger({
      ruleSet: RULES,
      clock: () => now,
      fetch: () => Promise.reject(new Error("down")),
    });
    for (let event = 0; event < 12; event++) await ledger.record(anEvent({ messageId: `m-${event}` }, `k-${event}`));
    for (let day = 0; day < 10; day++, now += DAY) await ledger.alarm();
    const told = await reported(ledger);
    expect(new Set(told.map((report) => (report as { messageId?: string }).messageId)).size).toBe(12);
    expect(told.every((report) => (report as { status?: string }).status === "failed")).toBe(true);
    expect(JSON.stringify(told)).toContain("DESTINATION_HELD_UP");
  });
});

it("a delivery that is cancelled is not reported", async () => {
  const ledger = await aLedger({ ruleSet: RULES });
  await ledger.record(anEvent({ messageId: "m-1" }));
  await ledger.cancel(idOf(ledger));
  await ledger.alarm();
  expect(await reported(ledger)).toEqual([]);
});

it("a report of a report is never made, whatever is stored", async () => {
  const ruleSet = aRuleSet(
    aRule({
      on: ["OutboundMessage", "GatewayStatus"],
      conditions: { all: [{ fact: "messageId", operator: "exists", value: true }] },
      actions: [aWebhook({ report: true })],
    }),
  );
  const ledger = await aLedger({ ruleSet });
  await ledger.record(anEvent({ messageId: "m-1" }));
  for (let times = 0; times < 5; times++) await ledger.alarm();
  expect(await reported(ledger)).toHaveLength(1);
});

describe("a report", () => {
  it("survives a crash between the end of its delivery and its recording, and is recorded once", async () => {
    const storage = sqliteStorage();
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.startsWith("INSERT INTO events") && values.includes("GatewayStatus")) throw new Error("gone");
      return storage.sql.exec(statement, ...values);
    };
    const crashing = await aLedger({ storage: { ...storage, sql: { exec } }, ruleSet: RULES });
    await crashing.record(anEvent({ messageId: "m-1" }));
    await crashing.alarm();
    expect([await reported(crashing), openReports(storage)]).toEqual([[], 1]);
    expect((await crashing.poke()).isOpen).toBe(true);
    storage.alarmAt = null;
    const ledger = await aLedger({ storage, ruleSet: RULES });
    expect(storage.alarmAt).toBe(NOON);
    await ledger.alarm();
    await ledger.alarm();
    expect(await reported(ledger)).toHaveLength(1);
    expect(openReports(storage)).toBe(0);
    expect((await ledger.poke()).isOpen).toBe(false);
  });

  it("that is there although its event is recorded goes without a second event", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: RULES });
    await ledger.record(anEvent({ messageId: "m-1" }));
    await ledger.alarm();
    const { event } = (await ledger.event(`report-${idOf(ledger)}-1`)) ?? {};
    const row = [event?.key ?? "", CONTACT, NOON, JSON.stringify(event)];
    storage.sql.exec("INSERT INTO reports (key, contact_id, noted_at, event) VALUES (?, ?, ?, ?)", ...row);
    await ledger.alarm();
    expect([(await reported(ledger)).length, openReports(storage)]).toEqual([1, 0]);
  });

  it("waits while its location is over the budget", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage, ruleSet: RULES, clock: () => now, eventsPerSecond: 0.1 });
    await ledger.record(anEvent({ messageId: "m-1" }));
    await ledger.alarm();
    expect([(await reported(ledger)).length, openReports(storage)]).toEqual([0, 1]);
    expect(storage.alarmAt).toBe(NOON + 10_000);
    now += 10_000;
    await ledger.alarm();
    expect([(await reported(ledger)).length, openReports(storage)]).toEqual([1, 0]);
  });

  it("is erased with its contact, also while it is being recorded", async () => {
    const gathering: (() => void)[] = [];
    const storage = sqliteStorage();
    const ledger = await aLedger({
      storage,
      ruleSet: RULES,
      clock: () => NOON,
      // Soon after a commit, what comes next waits a little for others.
      timer: (ms) => new Promise((done) => void (ms === 2 && gathering.push(done))),
    });
    await ledger.record(anEvent({ messageId: "m-1" }));
    const ringing = ledger.alarm();
    await expect.poll(() => gathering.length).toBe(1);
    ledger.eraseContact(LOCATION, CONTACT);
    gathering[0]?.();
    await ringing;
    expect([ledger.events({ limit: 10 }).events, openReports(storage)]).toEqual([[], 0]);
  });
});
