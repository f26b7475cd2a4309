// What left is kept as it left: through the real ledger, on a clock that jumps.
import { describe, expect, it } from "vitest";
import type { HighLevelAccount, HighLevelAnswer, HighLevelRequest, Leaves } from "../../../src/highlevel/account.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { MAX_BODY_BYTES, readRequests, storedText } from "../../../src/ledger/deliveries/sent-requests.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { rows } from "../../../src/ledger/store/ports.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import type { Delivery } from "../../../src/model/delivery.ts";
import type { Action } from "../../../src/model/rule.ts";
import { messageTextIn, type SentRequest } from "../../../src/model/sent-request.ts";
import { anEvent, aRule, aRuleSet, aText, aTask, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE_MS = 60_000;

/** A HighLevel in front of which a test can stop the object. */
class HighLevel implements HighLevelAccount {
  /** What becomes of each call that changes something: the object stops before there is an answer, or it is answered. */
  ends: ("stops" | "answered" | "timeout" | "refused-once")[] = [];
  /** The messages that it has. */
  readonly has: string[] = [];
  stopped = false;

  call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer> {
    const answer = (body: object): Promise<HighLevelAnswer> =>
      Promise.resolve({ kind: "answer", status: 200, body: JSON.stringify(body) });
    if (request.path.startsWith("/contacts/") && request.method === "GET") return answer({ contact: {} });
    if (request.path.startsWith("/conversations/messages/export")) {
      const messages = this.has.map((body, index) => ({
        id: `m-${index}`,
        body,
        direction: "outbound",
        source: "api",
      }));
      return answer({ messages, total: messages.length });
    }
    const end = this.ends.shift() ?? "answered";
    const sent = outgoing(HIGHLEVEL, request);
    if (end === "refused-once") leaves?.(sent);
    if (leaves && !leaves(sent)) return Promise.resolve({ kind: "stopped" });
    if (end === "timeout") return Promise.resolve({ kind: "timeout" });
    if (end !== "stops") return answer({ messageId: `m-of-${this.has.length}` });
    this.stopped = true;
    return new Promise(() => undefined);
  }
}

/** A location with one rule, and an object that can stop. */
async function aLocation(action: Action, fetch?: (request: Request) => Promise<Response>, timeGoesOn = false) {
  const storage = sqliteStorage();
  const highLevel = new HighLevel();
  let now = NOON;
  const open = (): Promise<LocationLedger> =>
    aLedger({
      storage,
      // An object that was stopped does not go on by itself.
      timer: () => new Promise((done) => void (timeGoesOn && setImmediate(done))),
      ruleSet: aRuleSet(aRule({ name: "one", actions: [action] })),
      clock: () => now,
      account: highLevel,
      ...(fetch ? { fetch } : {}),
    });
  let ledger = await open();
  const only = (): Delivery => {
    const [delivery] = ledger.deliveries({ limit: 1 }).deliveries;
    const found = delivery && ledger.delivery(delivery.id);
    if (!found) throw new Error("There is no delivery");
    return found;
  };
  return {
    storage,
    highLevel,
    only,
    list: () => ledger.deliveries({ limit: 10 }).deliveries,
    story: () => ledger.event("one"),
    retry: () => ledger.retry(only().id),
    erase: () => ledger.eraseContact(LOCATION, CONTACT),
    record: (fields = {}) => ledger.record(anEvent({ messageId: "1", ...fields }, "one")),
    recordAnother: () => ledger.record(anEvent({ messageId: "2" }, "two")),
    /** Does what is due, until it is done or the object stops. */
    ring: async (afterMs = 0): Promise<void> => {
      now += afterMs;
      highLevel.stopped = false;
      const alarm = ledger.alarm();
      let isDone = false;
      void alarm.then(() => (isDone = true));
      do await new Promise((done) => setImmediate(done));
      while (!isDone && !highLevel.stopped);
      // What the object does besides ends, too.
      await new Promise((done) => setImmediate(done));
    },
    /** The object stops, and another takes its place. */
    restart: async (): Promise<void> => void (ledger = await open()),
  };
}

const texts = (requests: readonly (SentRequest | null)[]) =>
  requests.map((request) => (request === null ? null : messageTextIn(request)));

describe("an attempt keeps its request", () => {
  it("of a webhook, each of its attempts, the same body once", async () => {
    const answers = [500, 500, 200];
    const got: string[] = [];
    const location = await aLocation(aWebhook({ body: { said: "{{ event.body }}" } }), async (request) => {
      got.push(await request.text());
      return new Response("", { status: answers.shift() ?? 200 });
    });
    await location.record({ body: "Hello" });
    for (let rings = 0; rings < 3; rings++) await location.ring(10 * MINUTE_MS);
    const { state, attempts, unsettled } = location.only();
    expect([state, attempts.length, unsettled]).toEqual(["sent", 3, []]);
    expect(attempts.map(({ request }) => request?.body)).toEqual(got);
    const at = attempts.map(({ request }) => request?.headers["webhook-timestamp"]);
    expect(new Set(at).size).toBe(3);
    const stored = rows<{ request: string }>(location.storage.sql, "SELECT request FROM attempts ORDER BY n");
    expect(stored.map(({ request }) => request.includes("Hello"))).toEqual([true, false, false]);
    expect((await location.story())?.deliveries[0]?.attempts).toEqual(attempts);
  });

  it("of a message, with its text and its size", async () => {
    const location = await aLocation(aText({ message: "Hi {{ event.body }}" }));
    await location.record({ body: "Grace €" });
    await location.ring();
    const { attempts, unsettled } = location.only();
    expect(unsettled).toEqual([]);
    expect(texts(attempts.map(({ request }) => request))).toEqual(["Hi Grace €"]);
    expect(attempts[0]?.request?.message).toEqual({ characters: 10, encoding: "GSM-7", segments: 1 });
    expect(attempts[0]?.request?.headers["authorization"]).toBe("Bearer {{ token }}");
  });

  it("of a task, and nothing of one that was not made", async () => {
    const made = await aLocation(aTask({ title: "Call {{ event.body }}" }));
    await made.record({ body: "Grace" });
    await made.ring();
    expect(made.only().attempts[0]?.request?.body).toContain('"title":"Call Grace"');
    const not = await aLocation(aTask({ title: "Call {{ event.absent }}" }));
    await not.record();
    await not.ring();
    expect(not.only().attempts.map(({ request }) => request)).toEqual([null]);
  });

  it("a list tells the beginning of a large body, and the delivery alone all of it", async () => {
    const location = await aLocation(aWebhook({ body: { said: "{{ event.body }}" } }));
    await location.record({ body: "x".repeat(10_000) });
    await location.ring();
    expect(location.only().attempts[0]?.request).toMatchObject({ cutBytes: 0 });
    const listed = location.list()[0]?.attempts[0]?.request;
    expect(listed?.body).toHaveLength(4_000);
    expect(listed?.cutBytes).toBe((location.only().attempts[0]?.request?.body?.length ?? 0) - 4_000);
  });
});

describe("a record of what left costs no row", () => {
  const WRITTEN: readonly (readonly [what: string, action: Action, rows: number])[] = [
    ["a webhook", aWebhook(), 3],
    ["a task", aTask(), 4],
    ["a message", aText(), 6],
    ["a change", { type: "highlevel", call: "add-tags", tags: ["a"] }, 5],
  ];

  it.each(WRITTEN)("%s: as many are written as without it", async (_, action, expected) => {
    const location = await aLocation(action, undefined, true);
    const written = (): number =>
      Number(rows<{ n: number }>(location.storage.sql, "SELECT total_changes() AS n")[0]?.n);
    await location.record();
    await location.ring();
    await location.recordAnother();
    const before = written();
    await location.ring();
    expect(location.only().attempts[0]?.request).not.toBeNull();
    expect(written() - before).toBe(expected);
  });
});

describe("what left is known though the object stopped before there was an answer", () => {
  const MESSAGE = "Hi {{ event.body }}";

  it("a message that HighLevel has: it is found, and not sent again", async () => {
    const location = await aLocation(aText({ message: MESSAGE }));
    location.highLevel.ends = ["stops"];
    await location.record({ body: "Grace" });
    await location.ring();
    await location.restart();
    expect(location.only().attempts).toEqual([]);
    expect(texts(location.only().unsettled)).toEqual(["Hi Grace"]);
    location.highLevel.has.push("Hi Grace");
    await location.ring(10 * MINUTE_MS);
    const { state, attempts, unsettled } = location.only();
    expect([state, texts(attempts.map(({ request }) => request))]).toEqual(["sent", [null]]);
    expect(texts(unsettled)).toEqual(["Hi Grace"]);
  });

  it("a message that HighLevel has not: it is sent again, and both are kept", async () => {
    const location = await aLocation(aText({ message: MESSAGE }));
    location.highLevel.ends = ["stops", "answered"];
    await location.record({ body: "Grace" });
    await location.ring();
    await location.restart();
    for (let rings = 0; rings < 3; rings++) await location.ring(10 * MINUTE_MS);
    const { state, attempts, unsettled } = location.only();
    expect(state).toBe("sent");
    expect(texts(attempts.flatMap(({ request }) => (request ? [request] : [])))).toEqual(["Hi Grace"]);
    expect(texts(unsettled)).toEqual(["Hi Grace"]);
    expect(unsettled[0]?.at).toBe("2026-03-04T12:00:00.000Z");
  });

  it("and again, as often as it stops", async () => {
    const location = await aLocation(aText({ message: MESSAGE }));
    location.highLevel.ends = Array.from({ length: 6 }, () => "stops" as const);
    await location.record({ body: "Grace" });
    for (let stops = 0; stops < 6; stops++) {
      for (let rings = 0; rings < 5 && !location.highLevel.stopped; rings++) await location.ring(360 * MINUTE_MS);
      expect(location.highLevel.stopped).toBe(true);
      location.highLevel.stopped = false;
      await location.restart();
    }
    const { unsettled } = location.only();
    expect(texts(unsettled)).toEqual([null, null, "Hi Grace", "Hi Grace", "Hi Grace", "Hi Grace"]);
    expect(unsettled[0]?.cutBytes).toBeGreaterThan(20);
  });

  it("a change in HighLevel, which is repeated", async () => {
    const location = await aLocation({ type: "highlevel", call: "add-tags", tags: ["{{ event.body }}"] });
    location.highLevel.ends = ["stops"];
    await location.record({ body: "vip" });
    await location.ring();
    await location.restart();
    expect(location.only().unsettled.map(({ body }) => body)).toEqual(['{"tags":["vip"]}']);
    await location.ring(MINUTE_MS);
    const { state, attempts } = location.only();
    expect([state, attempts.map(({ request }) => request?.body)]).toEqual(["sent", ['{"tags":["vip"]}']]);
  });

  it("but what an attempt tells of is told once", async () => {
    const location = await aLocation(aText({ message: MESSAGE }));
    location.highLevel.ends = ["timeout", "refused-once"];
    await location.record({ body: "Grace" });
    await location.ring();
    expect(location.only()).toMatchObject({ state: "scheduled", unsettled: [] });
    expect(texts(location.only().attempts.map(({ request }) => request))).toEqual(["Hi Grace"]);
    for (let rings = 0; rings < 3; rings++) await location.ring(10 * MINUTE_MS);
    const { state, attempts, unsettled } = location.only();
    expect([state, unsettled]).toEqual(["sent", []]);
    expect(texts(attempts.flatMap(({ request }) => (request ? [request] : [])))).toEqual(["Hi Grace", "Hi Grace"]);
  });
});

describe("of one delivery no more is kept than a bound", () => {
  const request = (body: string): SentRequest => ({
    at: "2026-03-04T12:00:00.000Z",
    method: "POST",
    url: "https://crm.example.com/",
    headers: {},
    body,
    cutBytes: 0,
    message: null,
  });

  it("bodies that differ are cut from there on, and say so", async () => {
    const { storage } = await aLocation(aWebhook());
    const bodies = Array.from({ length: 6 }, (_, index) => String(index).repeat(30_000));
    for (const [index, body] of bodies.entries()) {
      const insert = "INSERT INTO attempts (delivery_id, n, at, duration_ms, request) VALUES ('d', ?, 0, 0, ?)";
      storage.sql.exec(insert, index + 1, storedText(storage.sql, "d", request(body), index));
    }
    const stored = rows<{ n: number; request: string }>(storage.sql, "SELECT n, request FROM attempts ORDER BY n");
    const kept = readRequests(stored);
    expect(kept.map((one) => [one?.body?.length, one?.cutBytes])).toEqual([
      [30_000, 0],
      [30_000, 0],
      [30_000, 0],
      [30_000, 0],
      [MAX_BODY_BYTES - 120_000, 150_000 - MAX_BODY_BYTES],
      [0, 30_000],
    ]);
  });
});

describe("an erased contact", () => {
  const ACTIONS: readonly (readonly [string, Action])[] = [
    ["a webhook", aWebhook({ body: { said: "{{ event.body }}" } })],
    ["a message", aText({ message: "Hi {{ event.body }}" })],
    ["a message that may have left", aText({ message: "Hi {{ event.body }}" })],
    ["a change", { type: "highlevel", call: "create-note", body: "{{ event.body }}" }],
    ["a task", aTask({ title: "{{ event.body }}" })],
  ];

  it.each(ACTIONS)("leaves no trace in what is kept of %s", async (title, action) => {
    const location = await aLocation(action);
    const { sql } = location.storage;
    const dump = (): string => {
      const tables = rows<{ name: string }>(sql, "SELECT name FROM sqlite_schema WHERE type = 'table'");
      return JSON.stringify(tables.map(({ name }) => rows(sql, `SELECT * FROM ${name}`)));
    };
    if (title.includes("may have")) location.highLevel.ends = ["stops"];
    await location.record({ body: "Canary-Grace" });
    await location.ring();
    await location.restart();
    expect(dump().split("Canary-Grace").length).toBeGreaterThan(2);
    location.erase();
    expect(dump()).not.toContain("Canary-Grace");
  });
});
