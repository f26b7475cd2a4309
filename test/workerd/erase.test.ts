// What is left of a contact, looked for in every column of every table, after an erasure and after the retention.
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import { aPayload, aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { CANARY_PERSON, holdsCanary } from "../canaries.ts";
import { api, apiPost, ledger, post } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const CONTACT = "canary-contact";
const DAY = 86_400_000;
const EVERY_MESSAGE = { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] };

beforeEach(resetWorld);
afterEach(reset);

/** Every row of an object's database that holds a canary, with its table. */
function leftIn(stub: DurableObjectStub): Promise<string[]> {
  return runInDurableObject(stub, (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    const rows = tables.flatMap(({ name }) =>
      sql
        .exec(`SELECT * FROM ${name}`)
        .toArray()
        .map((row) => `${name}: ${JSON.stringify(row)}`),
    );
    return rows.filter(holdsCanary);
  });
}

/** The tables that hold any of them. */
const tablesOf = (rows: readonly string[]): string[] => [...new Set(rows.map((row) => row.split(":", 1)[0] ?? ""))];

async function leftInTasks(): Promise<string[]> {
  const { keys } = await env.TASKS.list();
  const found = await Promise.all(keys.map(async (key) => `${JSON.stringify(key)} ${await env.TASKS.get(key.name)}`));
  return found.filter(holdsCanary);
}

/** A contact in every table: sent, dead, waiting and cancelled deliveries, tasks, what cannot be used, all kinds. */
async function aContactEverywhere(): Promise<void> {
  const on = { on: ["OutboundMessage"] as const, conditions: EVERY_MESSAGE };
  const url = "https://receiver.example.com/{{ event.phone }}?to={{ event.email }}";
  world.rules = [
    aRule({ ...on, name: "sent", actions: [aWebhook({ url })] }),
    aRule({ ...on, name: "tried-again", actions: [aWebhook({ url: "https://fails.example.com/" })] }),
    aRule({ ...on, name: "dead", actions: [aWebhook({ body: "{{ event.body }} {{ event.nothing }}" })] }),
    aRule({ ...on, name: "waiting", actions: [aWebhook({ after: "3d" })] }),
    aRule({ ...on, name: "ended", actions: [aWebhook({ after: "3d", cancelOn: ["reply"] })] }),
    aRule({
      ...on,
      name: "tasks",
      limit: { count: 9, within: "1d", per: "location" },
      actions: [aTask({ title: "Call {{ event.phone }}" }), aTask({ title: "{{ event.body }}" })],
    }),
  ];
  world.answer = ({ url, body }) => new Response(body, { status: url.includes("fails") ? 503 : 200 });
  const send = (fields: JsonObject) => post(aPayload({ contactId: CONTACT, ...fields }));
  await send({ webhookId: "message", messageId: "m1" });
  await runDurableObjectAlarm(ledger());
  await send({ webhookId: "reply", type: "InboundMessage" });
  for (const type of ["ContactDndUpdate", "ContactTagUpdate", "ContactUpdate"])
    await send({ webhookId: type, type, id: CONTACT, dnd: false, tags: ["canary-tag"], customFields: [] });
  await send({ webhookId: "unusable", type: "", callDuration: "canary" });
  await send({ webhookId: "no-location", locationId: null });
  const { tasks } = (await api(`/locations/${LOCATION}/tasks`)).body;
  await apiPost(`/locations/${LOCATION}/tasks/${tasks[0].id}/complete`);
}

describe("a contact that is erased", () => {
  beforeEach(aContactEverywhere);

  it("was in every table that can hold a contact", async () => {
    expect(tablesOf(await leftIn(ledger())).toSorted()).toEqual([
      "attempts",
      "contacts",
      "deliveries",
      "events",
      "quarantine",
      "task_writes",
      "tasks",
    ]);
    expect(tablesOf(await leftIn(env.DIRECTORY.getByName("directory")))).toEqual(["quarantine"]);
    expect(await leftInTasks()).toHaveLength(2);
  });

  it("is in no column of any table, and in no task, and the others stay", async () => {
    const other = aPayload({ webhookId: "other", contactId: "other", ...withoutCanaries() });
    await post(other);
    const { body } = await api(`/locations/${LOCATION}/contacts/${CONTACT}`, { method: "DELETE" });
    expect(body.erased).toEqual({ events: 5, deliveries: 7, tasks: 2, quarantined: 2 });
    expect(await leftIn(ledger())).toEqual([]);
    expect(await leftIn(env.DIRECTORY.getByName("directory"))).toEqual([]);
    await runDurableObjectAlarm(ledger());
    expect(await leftInTasks()).toEqual([]);
    expect(await leftIn(ledger())).toEqual([]);
    const { events } = (await api(`/locations/${LOCATION}/events`)).body;
    expect(events.map(({ eventKey }: JsonObject) => eventKey)).toEqual(["other"]);
    expect((await env.TASKS.list()).keys).toHaveLength(2);
  });

  it("is told until when the platform can bring it back: 30 days", async () => {
    const before = Date.now();
    const { body } = await api(`/locations/${LOCATION}/contacts/${CONTACT}`, { method: "DELETE" });
    const until = Date.parse(body.recoverableUntil);
    expect(until).toBeGreaterThanOrEqual(before + 30 * DAY);
    expect(until).toBeLessThanOrEqual(Date.now() + 30 * DAY);
  });
});

describe("what is older than the retention", () => {
  it("is in no column of the ledger, and in no task, once all of it has ended", async () => {
    await aContactEverywhere();
    const { tasks } = (await api(`/locations/${LOCATION}/tasks?state=open`)).body;
    await apiPost(`/locations/${LOCATION}/tasks/${tasks[0].id}/complete`);
    // Ten attempts take three days, the wait another three; then the retention, and a day until the next sweep.
    for (let day = 0; day <= 3 + 30 + 3; day++) {
      world.now += DAY;
      await runDurableObjectAlarm(ledger());
      await runDurableObjectAlarm(ledger());
    }
    expect(await leftIn(ledger())).toEqual([]);
    expect(await leftInTasks()).toEqual([]);
  });
});

/** Another contact, of whom nothing is to be looked for. */
function withoutCanaries(): JsonObject {
  return Object.fromEntries(Object.keys(CANARY_PERSON).map((name) => [name, name === "attachments" ? [] : "other"]));
}
