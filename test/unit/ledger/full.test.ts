// A ledger that is full forgets its oldest history and nothing else, and records on.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAccount } from "../../../src/highlevel/account.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { anEvent, aRule, aRuleSet, aText, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const BODY = "b".repeat(5_000);
const BUCKETS = { fromMs: NOON, toMs: NOON + HOUR_MS, bucketMs: HOUR_MS };

/** A ledger whose events are a minute apart, and whose alarms ring when they are due. */
async function aSmallLedger({
  maxBytes = 440_000,
  rules = [aRule({ name: "sends", conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] } })],
  storage = sqliteStorage(),
  ...others
}: {
  maxBytes?: number;
  rules?: ReturnType<typeof aRule>[];
  storage?: ReturnType<typeof sqliteStorage>;
  account?: HighLevelAccount;
} = {}) {
  let now = NOON;
  const ledger = await aLedger({ storage, maxBytes, ruleSet: aRuleSet(...rules), clock: () => now, ...others });
  const ring = async (): Promise<void> => {
    for (let rung = 0; rung < 100 && storage.alarmAt !== null && storage.alarmAt <= now; rung += 1) {
      storage.alarmAt = null;
      await ledger.alarm();
    }
  };
  let sizeAtMost = 0;
  const record = async (fields: Parameters<typeof anEvent>[0], key: string) => {
    now += MINUTE_MS;
    const event = { ...anEvent({ body: BODY, ...fields }, key), receivedAt: new Date(now).toISOString() };
    const recorded = await ledger.record({ ...event, occurredAt: event.receivedAt });
    sizeAtMost = Math.max(sizeAtMost, storage.sizeBytes());
    await ring();
    return recorded;
  };
  const many = async (from: number, to: number, fields: Parameters<typeof anEvent>[0] = {}): Promise<void> => {
    for (let index = from; index < to; index += 1)
      expect(await record({ contactId: `contact-${index % 7}`, ...fields }, `event-${index}`)).toMatchObject({
        status: "accepted",
      });
  };
  return { ledger, storage, record, many, ring, wait: (ms: number) => (now += ms), sizeAtMost: () => sizeAtMost };
}

/** What is missing of events; `null`: nothing. */
const droppedOf = async (ledger: LocationLedger, keys: readonly string[]) =>
  Promise.all(
    keys.map(async (key) => {
      const story = await ledger.event(key);
      return story ? (story.dropped ?? null) : "all";
    }),
  );
const fullOf = (ledger: LocationLedger) => ledger.overview(BUCKETS).storage.full;

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

describe("a full ledger", () => {
  it("forgets payloads first, oldest first, says so, and stays below its bound while it records on", async () => {
    const { ledger, storage, many, sizeAtMost } = await aSmallLedger();
    await many(0, 20);
    expect(fullOf(ledger)).toBeNull();
    await many(20, 160);
    await ledger.alarm();
    const keys = Array.from({ length: 160 }, (_, index) => `event-${index}`);
    const dropped = await droppedOf(ledger, keys);
    const firstWhole = dropped.indexOf(null);
    expect(firstWhole).toBeGreaterThan(20);
    expect(dropped.slice(firstWhole).every((what) => what === null)).toBe(true);
    expect(storage.sizeBytes()).toBeLessThanOrEqual(440_000);
    expect(sizeAtMost()).toBeLessThan(700_000);
    const old = await ledger.event("event-0");
    expect(old?.event.payload).toEqual({});
    expect(old?.event).toMatchObject({ contactId: "contact-0", kind: "OutboundMessage" });
    expect(fullOf(ledger)).toMatchObject({
      isOver: false,
      isExhausted: false,
      dropped: { payloads: firstWhole, decisions: 0, deliveries: 0, events: 0 },
    });
    const lines = vi.mocked(console.error).mock.calls.map(([line]) => JSON.parse(String(line)) as { message: string });
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines)
      expect(line).toMatchObject({
        message: "The ledger is full: its oldest history is forgotten",
        locationId: "test-location",
      });
  });

  it("forgets what was known of a contact together with the verdicts on it", async () => {
    const asks = { fact: "contact", path: "$.custom.notes", operator: "containsText", value: "nowhere" };
    const { ledger, storage, record, many } = await aSmallLedger({ rules: [aRule({ conditions: { all: [asks] } })] });
    const customFields = [{ id: "notes", value: "n".repeat(20_000) }];
    await record({ type: "ContactUpdate", contactId: "ada", id: "ada", tags: [], dnd: false, customFields }, "record");
    await many(0, 60, { contactId: "ada", body: "" });
    await ledger.alarm();
    const dropped = await droppedOf(
      ledger,
      Array.from({ length: 60 }, (_, index) => `event-${index}`),
    );
    expect(dropped).toContain("decision");
    const known =
      "SELECT count(*) AS n FROM events WHERE json_extract(record, '$.dropped') = 'decision' AND json_extract(record, '$.decision.known') IS NOT NULL";
    expect(storage.sql.exec(known).toArray()).toEqual([{ n: 0 }]);
    expect(fullOf(ledger)?.dropped.events).toBe(0);
  });

  it("then forgets verdicts, deliveries that are over, and events on which nothing fired, whose keys it still knows", async () => {
    const { ledger, storage, many, record, ring } = await aSmallLedger({ maxBytes: 390_000 });
    await many(0, 30, { status: "failed" });
    await many(30, 720, { body: "" });
    const full = fullOf(ledger);
    expect(full?.dropped.decisions).toBeGreaterThan(0);
    expect(full?.dropped.deliveries).toBeGreaterThan(0);
    expect(full?.dropped.events).toBeGreaterThan(0);
    await ledger.alarm();
    await ring();
    expect(storage.sizeBytes()).toBeLessThanOrEqual(390_000);
    for (const index of [0, 29, 30, 200, 599])
      expect(await record({ contactId: `contact-${index % 7}` }, `event-${index}`)).toEqual({ status: "duplicate" });
  });

  it("keeps whole what still waits, and it arrives as it was meant", async () => {
    const rules = [
      aRule({
        name: "later",
        conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
        actions: [aWebhook({ after: "1d", body: { said: "{{ event.body }}" } })],
      }),
    ];
    const { ledger, many, record, wait, ring } = await aSmallLedger({ rules });
    await record({ contactId: "waits", status: "failed", body: "keep me" }, "waits");
    await many(0, 200);
    expect(await droppedOf(ledger, ["waits", "event-0", "event-1"])).toEqual([null, "payload", "payload"]);
    wait(24 * HOUR_MS);
    await ring();
    expect(ledger.deliveries({ limit: 5 }).deliveries).toMatchObject([{ eventKey: "waits", state: "sent" }]);
  });

  it("keeps opt-outs, limits, and what keeps a rule from firing twice for one message", async () => {
    const failed = { all: [{ fact: "status", operator: "equal", value: "failed" }] };
    const rules = [
      aRule({ name: "once", conditions: failed }),
      aRule({ name: "limited", conditions: failed, limit: { count: 1, within: "30d" } }),
    ];
    const { ledger, storage, many, record } = await aSmallLedger({ rules, maxBytes: 290_000 });
    await record({ contactId: "ada", status: "failed", messageId: "m-1" }, "first");
    await record({ type: "InboundMessage", contactId: "ada", body: "STOP" }, "stop");
    await many(0, 400);
    expect(fullOf(ledger)?.dropped.events).toBeGreaterThan(0);
    const again = await record({ contactId: "ada", status: "failed", messageId: "m-1" }, "again");
    expect(again).toMatchObject({ status: "accepted", fired: [] });
    const other = await record({ contactId: "ada", status: "failed", messageId: "m-2" }, "other");
    expect(other).toMatchObject({ fired: ["once"] });
    // What comes late from before the STOP is put in order with it, and does not lift it.
    expect(await droppedOf(ledger, ["stop"])).toEqual([null]);
    const late = anEvent({ type: "InboundMessage", contactId: "ada", body: "START" }, "late");
    await ledger.record({ ...late, occurredAt: new Date(NOON + MINUTE_MS).toISOString() });
    const kept = storage.sql.exec("SELECT contact_id, why FROM opt_outs").toArray();
    expect(kept).toEqual([{ contact_id: "ada", why: "stop" }]);
  });

  it.each<[said: string, on: JsonObject, off: JsonObject]>([
    ["STOP", { type: "InboundMessage", body: "STOP" }, { type: "InboundMessage", body: "START" }],
    [
      "do not disturb",
      { type: "ContactDndUpdate", id: "ada", dndSettings: { SMS: { status: "active" } } },
      { type: "ContactDndUpdate", id: "ada", dndSettings: { SMS: { status: "inactive" } } },
    ],
  ])("keeps an opt-out that was said twice, by %s, where what lifts it is from in between", async (_, on, off) => {
    const { ledger, storage, many, record } = await aSmallLedger({ maxBytes: 290_000 });
    for (const key of ["first", "between", "again", "last"]) await record({ contactId: "ada", ...on }, key);
    await many(0, 400);
    expect(fullOf(ledger)?.dropped.events).toBeGreaterThan(0);
    for (const [key, minutes] of [
      ["early", 1.5],
      ["late", 3.5],
    ] as const) {
      const event = anEvent({ contactId: "ada", ...off }, key);
      await ledger.record({ ...event, occurredAt: new Date(NOON + minutes * MINUTE_MS).toISOString() });
    }
    const kept = storage.sql.exec("SELECT contact_id, channel, since FROM opt_outs").toArray();
    expect(kept).toEqual([{ contact_id: "ada", channel: "SMS", since: NOON + 4 * MINUTE_MS }]);
    const event = anEvent({ contactId: "ada", ...off }, "after");
    await ledger.record({ ...event, occurredAt: new Date(NOON + 5 * MINUTE_MS).toISOString() });
    expect(storage.sql.exec("SELECT 1 FROM opt_outs").toArray()).toEqual([]);
  });

  it("keeps for three days the replies that end the wait of an event that comes late", async () => {
    const conditions = { all: [{ fact: "status", operator: "equal", value: "failed" }] };
    const rules = [aRule({ conditions, actions: [aWebhook({ after: "5d", cancelOn: ["reply"] })] })];
    for (const [days, state] of [
      [1, "cancelled"],
      [4, "scheduled"],
    ] as const) {
      const { ledger, many, record, wait } = await aSmallLedger({ rules, maxBytes: 290_000 });
      await record({ type: "InboundMessage", contactId: "ada", body: "Hi" }, "reply");
      wait(days * 24 * HOUR_MS);
      await many(0, 400);
      expect(fullOf(ledger)?.dropped.events).toBeGreaterThan(0);
      const late = {
        ...anEvent({ contactId: "ada", status: "failed" }, "late"),
        occurredAt: new Date(NOON).toISOString(),
      };
      await ledger.record(late);
      expect(ledger.deliveries({ contact: "ada", limit: 5 }).deliveries).toMatchObject([{ state }]);
    }
  });

  it.each(["contact", "location"] as const)("keeps for a limit of each %s that something was sent", async (per) => {
    const rules = [
      aRule({
        conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
        limit: { count: 1, within: "30d", per },
        actions: [aWebhook(), aWebhook({ after: "20d", cancelOn: ["reply"] })],
      }),
    ];
    const { ledger, many, record } = await aSmallLedger({ rules, maxBytes: 290_000 });
    await record({ contactId: "ada", status: "failed", messageId: "m-1" }, "first");
    await many(0, 400);
    expect(fullOf(ledger)?.dropped.events).toBeGreaterThan(0);
    await record({ type: "InboundMessage", contactId: "ada", body: "Hi" }, "reply");
    expect(ledger.deliveries({ contact: "ada", limit: 5 }).deliveries.map(({ state }) => state)).toEqual([
      "cancelled",
      "sent",
    ]);
    expect(await record({ contactId: "ada", status: "failed", messageId: "m-2" }, "again")).toMatchObject({
      fired: [],
    });
  });

  it("does not send again a message that it cannot remember the event of", async () => {
    const sent: string[] = [];
    const account: HighLevelAccount = {
      call: (request, leaves) => {
        const { path } = request;
        if (path.startsWith("/contacts/"))
          return Promise.resolve({ kind: "answer", status: 200, body: '{"contact":{}}' });
        leaves?.(outgoing(HIGHLEVEL, request));
        sent.push(path);
        return Promise.resolve({ kind: "answer", status: sent.length === 1 ? 422 : 200, body: "{}" });
      },
    };
    const failed = { all: [{ fact: "status", operator: "equal", value: "failed" }] };
    const { ledger, many, record, ring } = await aSmallLedger({
      account,
      rules: [aRule({ conditions: failed, actions: [aText({ message: "Hi {{ event.body }}" })] })],
    });
    await record({ contactId: "ada", status: "failed", messageId: "m-1" }, "dead");
    expect(ledger.deliveries({ limit: 1 }).deliveries).toMatchObject([{ state: "dead" }]);
    await many(0, 200);
    expect(await droppedOf(ledger, ["dead"])).toEqual(["payload"]);
    ledger.retry(ledger.deliveries({ limit: 1 }).deliveries[0]?.id ?? "");
    await ring();
    const [delivery] = ledger.deliveries({ limit: 1 }).deliveries;
    expect(delivery?.attempts.at(-1)?.error).toMatch(/^ACTION_LOST: /);
    expect(sent).toHaveLength(1);
  });

  it("says that nothing is left when it may forget nothing more, and rests before it looks again", async () => {
    const { ledger, storage, many, record } = await aSmallLedger({ maxBytes: 1_000 });
    await many(0, 40);
    expect(fullOf(ledger)).toMatchObject({ isOver: true, isExhausted: true });
    expect(storage.alarmAt).toBeGreaterThan(NOON + 40 * MINUTE_MS);
    expect(await record({}, "more")).toMatchObject({ status: "accepted" });
  });

  it("names no contact in what it notes about itself", async () => {
    const { storage, many } = await aSmallLedger();
    await many(0, 300);
    expect(JSON.stringify(storage.sql.exec("SELECT * FROM marks").toArray())).not.toContain("contact-");
  });
});
