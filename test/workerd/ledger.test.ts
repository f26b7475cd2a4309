import { env } from "cloudflare:workers";
import {
  abortAllDurableObjects,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import { aPayload, aRule, aTask, aWebhook, CONTACT, LOCATION } from "../builders.ts";
import { TEST_VARIABLES } from "../keys.ts";
import { api, apiPost, ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The alarm, by hand; `false` when none was set. */
const alarm = (): Promise<boolean> => runDurableObjectAlarm(ledger());
const alarmAt = (): Promise<number | null> => runInDurableObject(ledger(), (_, state) => state.storage.getAlarm());

/** Sends one event on which the given actions follow, and gives its key. */
async function fire(actions: Parameters<typeof aRule>[0] = {}, fields: JsonObject = {}): Promise<string> {
  world.rules = [aRule(actions)];
  return (await postEvent(fields)).key;
}
const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** The network holds its answer back until it gets a status. (A promise of a test cannot be awaited in an object.) */
function heldAnswer(): { status: number | null } {
  const held: { status: number | null } = { status: null };
  world.answer = async () => {
    while (held.status === null) await soon();
    return new Response(null, { status: held.status });
  };
  return held;
}

async function deliveriesOf(key: string) {
  return (await api(`/locations/${LOCATION}/events/${key}`)).body.deliveries;
}

describe("recording", () => {
  it("makes one decision, one task and one webhook of an event that comes 200 times at once", async () => {
    world.rules = [aRule({ actions: [aWebhook(), aTask()] })];
    const answers = await Promise.all(Array.from({ length: 200 }, () => postEvent({ webhookId: "storm" })));
    const states = answers.map(({ answer }) => answer.body.status);
    expect(states.filter((state) => state === "accepted")).toHaveLength(1);
    expect(states.filter((state) => state === "duplicate")).toHaveLength(199);
    await alarm();
    expect((await api(`/locations/${LOCATION}/events`)).body.events).toHaveLength(1);
    expect(world.requests).toHaveLength(1);
    expect((await env.TASKS.list()).keys).toHaveLength(1);
  });

  it("keeps 60 different events that come at once, in one order", async () => {
    await Promise.all(Array.from({ length: 60 }, (_, index) => postEvent({ webhookId: `many-${index}` })));
    const keys: string[] = [];
    for (let cursor = ""; ;) {
      const { body } = await api(`/locations/${LOCATION}/events?limit=25${cursor && `&cursor=${cursor}`}`);
      keys.push(...body.events.map(({ eventKey }: { eventKey: string }) => eventKey));
      if (body.cursor === null) break;
      cursor = body.cursor;
    }
    expect(new Set(keys).size).toBe(60);
  });

  it("stores event, decision, delivery and alarm together, before it answers", async () => {
    const key = await fire();
    await runInDurableObject(ledger(), async (_, { storage }) => {
      const count = (table: string) => storage.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one()["n"];
      expect([count("events"), count("deliveries"), count("attempts")]).toEqual([1, 1, 0]);
      expect(await storage.getAlarm()).toBe(world.now);
    });
    expect(world.requests).toEqual([]);
    expect(await deliveriesOf(key)).toMatchObject([{ rule: "test-rule", state: "scheduled", attempts: [] }]);
  });

  it("leaves nothing behind when the transaction fails half way", async () => {
    world.rules = [aRule({ actions: [aWebhook()] })];
    await postEvent({ webhookId: "before" });
    await runInDurableObject(ledger(), (_, { storage }) => {
      storage.sql.exec("CREATE TRIGGER fail BEFORE INSERT ON deliveries BEGIN SELECT RAISE(ABORT, 'disk'); END");
    });
    const { answer } = await postEvent({ webhookId: "during" });
    expect([answer.status, answer.body.code, answer.headers.get("retry-after")]).toEqual([
      429,
      "LEDGER_UNAVAILABLE",
      "30",
    ]);
    await runInDurableObject(ledger(), (_, { storage }) => storage.sql.exec("DROP TRIGGER fail") && undefined);
    expect((await api(`/locations/${LOCATION}/events`)).body.events).toHaveLength(1);
    expect((await postEvent({ webhookId: "during" })).answer.body.status).toBe("accepted");
  });

  it("announces the location to the directory before it records its first event", async () => {
    world.rules = [];
    await postEvent();
    expect((await api("/locations")).body.locations).toMatchObject([{ locationId: LOCATION }]);
  });
});

describe("delivering", () => {
  it("sends what is due and keeps the attempt", async () => {
    const key = await fire();
    world.answer = () => new Response("thank you", { status: 201 });
    await alarm();
    const [delivery] = await deliveriesOf(key);
    expect(delivery).toMatchObject({
      state: "sent",
      dueAt: null,
      attempts: [{ status: 201, error: null, answer: "thank you" }],
    });
    expect(world.requests[0]).toMatchObject({ id: delivery.id, url: "https://receiver.example.com/hook" });
  });

  it("retries on the schedule with the same id and body, and gives up after ten attempts", async () => {
    const key = await fire();
    world.answer = () => new Response("busy", { status: 503 });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 10; attempt++) {
      const before = world.now;
      expect(await alarm()).toBe(true);
      expect(world.requests).toHaveLength(attempt);
      const [{ dueAt }] = await deliveriesOf(key);
      if (dueAt === null) break;
      world.now = Date.parse(dueAt);
      waits.push(world.now - before);
      expect(await alarmAt()).toBeLessThanOrEqual(world.now);
    }
    const hours = [2, 5, 10, 14, 20, 24].map((count) => count * HOUR);
    expect(waits).toEqual([5 * SECOND, 5 * MINUTE, 30 * MINUTE, ...hours]);
    const [delivery] = await deliveriesOf(key);
    expect(delivery).toMatchObject({ state: "dead", dueAt: null });
    expect(delivery.attempts).toHaveLength(10);
    expect(new Set(world.requests.map(({ id }) => id)).size).toBe(1);
    expect(new Set(world.requests.map(({ body }) => body)).size).toBe(1);
  });

  it.each<[title: string, answer: () => Response, state: string, error: string | null]>([
    ["2xx is sent", () => new Response(null, { status: 204 }), "sent", null],
    ["410 is the end", () => new Response(null, { status: 410 }), "dead", "DESTINATION_GONE"],
    [
      "301 is not followed",
      () => new Response(null, { status: 301, headers: { location: "https://b.example.com" } }),
      "scheduled",
      "DESTINATION_REDIRECT",
    ],
    ["404 is tried again", () => new Response(null, { status: 404 }), "scheduled", "DESTINATION_STATUS"],
    [
      "a broken connection is tried again",
      () => {
        throw new Error("reset");
      },
      "scheduled",
      "DESTINATION_UNREACHABLE",
    ],
    [
      "a time-out is tried again",
      () => {
        throw new DOMException("late", "TimeoutError");
      },
      "scheduled",
      "DESTINATION_TIMEOUT",
    ],
  ])("%s", async (_, answer, state, error) => {
    const key = await fire();
    world.answer = answer;
    await alarm();
    const [delivery] = await deliveriesOf(key);
    expect(delivery.state).toBe(state);
    expect(delivery.attempts[0].error?.split(":")[0] ?? null).toBe(error);
    expect(world.requests).toHaveLength(1);
  });

  it("honours Retry-After", async () => {
    const key = await fire();
    world.answer = () => new Response(null, { status: 429, headers: { "retry-after": "120" } });
    const before = world.now;
    await alarm();
    expect(Date.parse((await deliveriesOf(key))[0].dueAt) - before).toBe(120 * SECOND);
  });

  it("lets a destination that hangs hold one place and nothing else", async () => {
    let release: () => void = () => undefined;
    let isReleased = false;
    world.answer = async ({ body }) => {
      if (!body.includes("slow")) return new Response("ok");
      while (!isReleased) await new Promise((soon) => setTimeout(soon, 1));
      return new Response("late");
    };
    release = () => (isReleased = true);
    world.rules = [aRule({ actions: [aWebhook()] })];
    await postEvent({ webhookId: "slow" });
    const run = alarm();
    while (world.requests.length === 0) await new Promise((soon) => setTimeout(soon, 1));
    await Promise.all(Array.from({ length: 20 }, (_, index) => postEvent({ webhookId: `quick-${index}` })));
    while (world.requests.length < 21) await new Promise((soon) => setTimeout(soon, 1));
    const waiting = (await api(`/locations/${LOCATION}/deliveries?state=sending`)).body.deliveries;
    expect(waiting).toHaveLength(1);
    release();
    await run;
    expect((await api(`/locations/${LOCATION}/deliveries?state=sent`)).body.deliveries).toHaveLength(21);
  });

  it("puts a delivery back whose outcome could not be written down, and goes on with the others", async () => {
    const key = await fire({ actions: [aWebhook(), aWebhook()] });
    const [{ id }] = await deliveriesOf(key);
    await runInDurableObject(ledger(), (_, { storage }) => {
      const isFirst = `NEW.delivery_id = '${id}'`;
      storage.sql.exec(
        `CREATE TRIGGER fail BEFORE INSERT ON attempts WHEN ${isFirst} BEGIN SELECT RAISE(ABORT, 'disk'); END`,
      );
    });
    await alarm();
    expect((await deliveriesOf(key)).map(({ state }: { state: string }) => state)).toEqual(["scheduled", "sent"]);
    await runInDurableObject(ledger(), (_, { storage }) => void storage.sql.exec("DROP TRIGGER fail"));
    const next = await alarmAt();
    expect(next).toBe(world.now + 10 * SECOND);
    world.now = next ?? 0;
    await alarm();
    expect((await deliveriesOf(key))[0].state).toBe("sent");
  });

  it("does not let one unreadable plan stand in the way of the others", async () => {
    const key = await fire({ actions: [aWebhook(), aWebhook()] });
    const [{ id }] = await deliveriesOf(key);
    await runInDurableObject(
      ledger(),
      (_, { storage }) => void storage.sql.exec(`UPDATE deliveries SET plan = '{"v":9}' WHERE id = ?`, id),
    );
    await alarm();
    // A newer version may have made it, and come back: it waits.
    expect((await deliveriesOf(key)).map(({ state }: { state: string }) => state)).toEqual(["scheduled", "sent"]);
  });

  it.each([
    [
      "six under way",
      Array.from({ length: 15 }, (_, index) => aWebhook({ url: `https://h${index % 7}.example.com/` })),
      6,
    ],
    ["four of them to one host", Array.from({ length: 15 }, () => aWebhook()), 4],
  ])("never has more than %s, and takes the next as soon as one ends", async (_, actions, places) => {
    let open = 0;
    let most = 0;
    world.answer = async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((soon) => setTimeout(soon, 0));
      open -= 1;
      return new Response("ok");
    };
    await fire({ actions });
    await alarm();
    expect([most, world.requests.length]).toEqual([places, 15]);
  });

  it("takes what becomes due while it is at work", async () => {
    world.rules = [aRule()];
    await postEvent({ webhookId: "first" });
    world.answer = async ({ body }) => {
      if (body.includes("first")) await postEvent({ webhookId: "second" });
      return new Response("ok");
    };
    await alarm();
    expect(world.requests).toHaveLength(2);
  });

  it("does what was decided, whatever the rules say later", async () => {
    const key = await fire({ actions: [aWebhook({ url: "https://old.example.com/" })] });
    world.rules = [aRule({ actions: [aWebhook({ url: "https://new.example.com/" })] })];
    await alarm();
    expect(world.requests.map(({ url }) => url)).toEqual(["https://old.example.com/"]);
    expect((await deliveriesOf(key))[0].action.url).toBe("https://old.example.com/");
  });

  it("keeps a template that names what is not there as a dead letter that says so", async () => {
    const key = await fire({ actions: [aWebhook({ body: { a: "{{ event.nothing }}" } })] });
    await alarm();
    expect(await deliveriesOf(key)).toMatchObject([
      { state: "dead", attempts: [{ error: expect.stringContaining("ACTION_TEMPLATE") }] },
    ]);
    expect(world.requests).toEqual([]);
  });

  it("reads secrets when it sends and stores them nowhere", async () => {
    await fire({ actions: [aWebhook({ headers: { "x-token": "Bearer {{ secret.GATEWAY_TOKEN }}" } })] });
    await alarm();
    expect(world.requests[0]?.headers.get("x-token")).toBe(`Bearer ${TEST_VARIABLES.GATEWAY_TOKEN}`);
    await runInDurableObject(ledger(), (_, { storage }) => {
      for (const { name } of storage.sql.exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )) {
        expect(JSON.stringify(storage.sql.exec(`SELECT * FROM ${name}`).toArray()), name).not.toContain(
          TEST_VARIABLES.GATEWAY_TOKEN,
        );
      }
    });
  });

  it("cannot read Afterbeep's own secrets from a rule", async () => {
    const key = await fire({ actions: [aWebhook({ headers: { "x-token": "{{ secret.ADMIN_TOKEN }}" } })] });
    await alarm();
    expect(await deliveriesOf(key)).toMatchObject([
      { state: "scheduled", attempts: [{ error: expect.stringContaining("ACTION_SECRET") }] },
    ]);
    expect(world.requests).toEqual([]);
  });
});

describe("an object that is stopped", () => {
  it("delivers after an eviction between the answer and the alarm", async () => {
    const key = await fire();
    await evictDurableObject(ledger());
    expect(await alarm()).toBe(true);
    expect((await deliveriesOf(key))[0].state).toBe("sent");
  });

  it("sends again, under the same id, what was under way when it was killed", async () => {
    const key = await fire();
    world.answer = () => new Promise<Response>(() => undefined);
    void alarm().catch(() => undefined);
    while (world.requests.length === 0) await soon();
    expect((await deliveriesOf(key))[0].state).toBe("sending");
    await abortAllDurableObjects();
    world.answer = () => new Response("ok");
    expect((await deliveriesOf(key))[0].state).toBe("scheduled");
    expect(await alarm()).toBe(true);
    expect((await deliveriesOf(key))[0].state).toBe("sent");
    expect(world.requests).toHaveLength(2);
    expect(new Set(world.requests.map(({ id }) => id)).size).toBe(1);
  });

  it("sets a lost alarm again when it wakes", async () => {
    const key = await fire();
    await runInDurableObject(ledger(), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(ledger());
    await deliveriesOf(key);
    expect(await alarmAt()).toBe(world.now);
  });

  it("keeps its memory nowhere but in storage", async () => {
    await postEvent({ webhookId: "kept" });
    await evictDurableObject(ledger());
    expect((await postEvent({ webhookId: "kept" })).answer.body.status).toBe("duplicate");
  });
});

describe("changing a delivery by hand", () => {
  async function aDelivery(status: number): Promise<{ id: string; key: string }> {
    const key = await fire();
    world.answer = () => new Response(null, { status });
    await alarm();
    return { id: (await deliveriesOf(key))[0].id, key };
  }

  it("retries a dead letter with all its schedule before it", async () => {
    const { id, key } = await aDelivery(410);
    world.answer = () => new Response("ok");
    const { body } = await apiPost(`/locations/${LOCATION}/deliveries/${id}/retry`);
    expect(body.delivery).toMatchObject({ id, state: "scheduled" });
    await alarm();
    const [delivery] = await deliveriesOf(key);
    expect(delivery.state).toBe("sent");
    expect(delivery.attempts.map(({ status }: { status: number }) => status)).toEqual([410, 200]);
  });

  it("sends nothing after a cancel", async () => {
    const { id } = await aDelivery(500);
    const { body } = await apiPost(`/locations/${LOCATION}/deliveries/${id}/cancel`);
    expect(body.delivery).toMatchObject({ state: "cancelled", dueAt: null });
    world.now += 2 * DAY;
    await alarm();
    expect(world.requests).toHaveLength(1);
  });

  it("cancels what is being sent if that fails, and says so only then", async () => {
    const answer = heldAnswer();
    const key = await fire();
    const ringing = alarm();
    while (world.requests.length === 0) await soon();
    const [{ id }] = await deliveriesOf(key);
    const cancelled = apiPost(`/locations/${LOCATION}/deliveries/${id}/cancel`);
    const early = await Promise.race([cancelled, alarmAt().then(() => "no answer yet")]);
    answer.status = 503;
    expect(early).toBe("no answer yet");
    expect((await cancelled).body.delivery).toMatchObject({ state: "cancelled", cancelledBy: { by: "operator" } });
    await ringing;
    world.now += DAY;
    await alarm();
    expect(world.requests).toHaveLength(1);
  });

  it("says that what is being sent was sent when it arrives after a cancel was asked for", async () => {
    const answer = heldAnswer();
    const key = await fire();
    const ringing = alarm();
    while (world.requests.length === 0) await soon();
    const [{ id }] = await deliveriesOf(key);
    const cancelled = apiPost(`/locations/${LOCATION}/deliveries/${id}/cancel`);
    await alarmAt();
    answer.status = 200;
    const { status, body } = await cancelled;
    expect([status, body.code, body.detail]).toEqual([409, "LEDGER_DELIVERY_STATE", "The delivery is sent"]);
    await ringing;
  });

  it("retries the dead letters that a filter describes, and nothing that was sent", async () => {
    world.answer = ({ url }) => new Response(null, { status: url.includes("gone") ? 410 : 200 });
    const actions = ["gone-a", "gone-b", "fine"].map((name) => aWebhook({ url: `https://${name}.example.com/` }));
    await fire({ actions });
    await alarm();
    const retry = (filter: JsonObject) => apiPost(`/locations/${LOCATION}/deliveries/retry`, filter);
    world.answer = () => new Response("ok");
    const told = [
      await retry({ host: "fine.example.com" }),
      await retry({ rule: "another" }),
      await retry({ error: "DESTINATION_TIMEOUT" }),
      await retry({ until: "2099-12-31T00:00:00Z" }),
      await retry({ error: "DESTINATION_GONE", host: "gone-a.example.com", since: "2099-12-31T00:00:00Z" }),
      await retry({}),
    ];
    expect(told.map(({ body }) => body)).toEqual(
      [0, 0, 0, 0, 1, 1].map((retried) => ({ retried, held: 0, more: false })),
    );
    await alarm();
    const sent = world.requests.map(({ url }) => new URL(url).hostname.split(".")[0] ?? "");
    expect(sent.toSorted((a, b) => a.localeCompare(b))).toEqual(["fine", "gone-a", "gone-a", "gone-b", "gone-b"]);
  });

  it.each([
    [{ state: "sent" }, "/state"],
    [{ since: "yesterday" }, "/since"],
    [{ since: "2026-99-99T00:00Z" }, "/since"],
    [{ error: "%" }, "/error"],
    [[], ""],
  ])("refuses the filter %j", async (filter, pointer) => {
    const { status, body } = await apiPost(`/locations/${LOCATION}/deliveries/retry`, filter);
    expect([status, body.issues.map((issue: { pointer: string }) => issue.pointer)]).toEqual([400, [pointer]]);
  });

  it.each(["retry", "cancel"])("refuses to %s what was sent", async (verb) => {
    const { id } = await aDelivery(200);
    const { status, body } = await apiPost(`/locations/${LOCATION}/deliveries/${id}/${verb}`);
    expect([status, body.code]).toEqual([409, "LEDGER_DELIVERY_STATE"]);
  });

  it.each(["retry", "cancel"])("does not know what to %s when there is no such delivery", async (verb) => {
    const { status, body } = await apiPost(`/locations/${LOCATION}/deliveries/nothing/${verb}`);
    expect([status, body.code]).toEqual([404, "LEDGER_NOT_FOUND"]);
  });
});

describe("tasks", () => {
  const inKv = async (): Promise<JsonObject[]> => {
    const { keys } = await env.TASKS.list();
    return Promise.all(
      keys.map(async ({ name, metadata }) => ({
        ...(await env.TASKS.get<JsonObject>(name, "json")),
        name,
        metadata: metadata as JsonObject,
      })),
    );
  };

  it("stand in KV under a key that follows from the decision, with what a list shows as metadata", async () => {
    await fire({ actions: [aTask({ title: "Call {{ event.contactId }}", due: "2h" })] });
    await alarm();
    const dueAt = new Date(world.now + 2 * HOUR).toISOString();
    const [task] = await inKv();
    expect(task).toMatchObject({
      title: `Call ${CONTACT}`,
      state: "open",
      dueAt,
      name: expect.stringMatching(`^task:${LOCATION}:[0-9a-f]{36}$`),
    });
    expect(task?.["metadata"]).toEqual({ title: `Call ${CONTACT}`, dueAt, state: "open", contactId: CONTACT });
    expect((await api(`/locations/${LOCATION}/tasks?state=open`)).body.tasks).toMatchObject([{ id: task?.["id"] }]);
  });

  it("are completed in the ledger at once, and in KV with the next alarm", async () => {
    await fire({ actions: [aTask()] });
    await alarm();
    const [{ id }] = (await api(`/locations/${LOCATION}/tasks`)).body.tasks;
    const { body } = await apiPost(`/locations/${LOCATION}/tasks/${id}/complete`);
    expect(body.task).toMatchObject({ id, state: "done", completedAt: new Date(world.now).toISOString() });
    await alarm();
    expect(await inKv()).toMatchObject([{ id, state: "done", metadata: { state: "done" } }]);
    expect((await api(`/locations/${LOCATION}/tasks?state=open`)).body.tasks).toEqual([]);
    expect((await api(`/locations/${LOCATION}/tasks?state=done`)).body.tasks).toHaveLength(1);
  });

  it("that do not exist are not found", async () => {
    expect((await apiPost(`/locations/${LOCATION}/tasks/nothing/complete`)).status).toBe(404);
  });
});

describe("forgetting", () => {
  it("removes what is older than the operator keeps, and only what has ended", async () => {
    world.rules = [aRule({ conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] } })];
    await postEvent({ webhookId: "old" });
    await postEvent({ webhookId: "old-and-sent", status: "failed", messageId: "m1" });
    await alarm();
    world.now += 20 * DAY;
    await postEvent({ webhookId: "young" });
    await alarm();
    world.answer = () => new Response(null, { status: 500 });
    await postEvent({ webhookId: "young-and-waiting", status: "failed" });
    await alarm();
    world.now += 11 * DAY;
    await alarm();
    await alarm();
    const { body } = await api(`/locations/${LOCATION}/events`);
    expect(body.events.map(({ eventKey }: { eventKey: string }) => eventKey)).toEqual(["young-and-waiting", "young"]);
    expect((await api(`/locations/${LOCATION}/deliveries`)).body.deliveries).toHaveLength(1);
  });

  it("erases a contact from every table and from KV, and knows a late retry all the same", async () => {
    world.rules = [aRule({ actions: [aWebhook(), aTask({ title: "Call {{ event.contactId }}" })] })];
    const payload = aPayload({ webhookId: "erase-me", contactId: "contact-to-erase", body: "private words" });
    await postEvent(payload);
    await postEvent({ webhookId: "other" });
    await postEvent({ webhookId: "broken", contactId: "contact-to-erase", type: "", body: "private words" });
    await alarm();
    const { body } = await api(`/locations/${LOCATION}/contacts/contact-to-erase`, { method: "DELETE" });
    expect(body.erased).toEqual({ events: 1, deliveries: 2, tasks: 1, quarantined: 1 });
    await alarm();
    await runInDurableObject(ledger(), (_, { storage }) => {
      const tables = storage.sql
        .exec<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
        )
        .toArray();
      for (const { name } of tables) {
        const text = JSON.stringify(storage.sql.exec(`SELECT * FROM ${name}`).toArray());
        expect(text, name).not.toContain("contact-to-erase");
        expect(text, name).not.toContain("private words");
      }
    });
    expect((await env.TASKS.list()).keys).toHaveLength(1);
    expect((await postEvent(payload)).answer.body.status).toBe("duplicate");
    expect((await api(`/locations/${LOCATION}/events`)).body.events).toHaveLength(1);
    expect((await api(`/locations/${LOCATION}/events/erase-me`)).status).toBe(404);
  });
});
