// A location that is deleted: nothing of it is left anywhere, whatever happens meanwhile, and others stay as they are.
import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registryOf } from "../../src/objects/durable-objects.ts";
import { aPayload, aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { holdsCanary } from "../canaries.ts";
import { api, ledger, post, type Answer } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const OTHER = "another-location";
const CONTACT = "canary-contact";
const MANY = 950;

beforeEach(resetWorld);
afterEach(reset);

const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 1));
const deletes = (body: unknown = { confirm: LOCATION }, locationId = LOCATION): Promise<Answer> =>
  api(`/locations/${locationId}`, { method: "DELETE", body: JSON.stringify(body) });
const known = async (): Promise<string[]> =>
  (await api("/locations")).body.locations.map(({ locationId }: { locationId: string }) => locationId);
const kept = async (): Promise<string[]> => (await env.TASKS.list()).keys.map(({ name }) => name);
const alarmAt = (stub = ledger()): Promise<number | null> =>
  runInDurableObject(stub, (_, { storage }) => storage.getAlarm());
/** Every row of the ledger but the numbers of its migrations. */
const rowsLeft = (stub = ledger()): Promise<string[]> =>
  runInDurableObject(stub, (_, { storage: { sql } }) =>
    sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf*'")
      .toArray()
      .filter(({ name }) => name !== "migrations")
      .flatMap(({ name }) =>
        sql
          .exec(`SELECT * FROM ${name}`)
          .toArray()
          .map((row) => `${name}: ${JSON.stringify(row)}`),
      ),
  );

/** A contact with a task in KV, something that waits, and something that died. */
async function isBusy(locationId = LOCATION): Promise<void> {
  const on = { on: ["OutboundMessage"] as const };
  world.rules = [
    aRule({ ...on, name: "task", actions: [aTask({ title: "Call {{ event.phone }}" })] }),
    aRule({ ...on, name: "waits", actions: [aWebhook({ after: "3d" })] }),
    aRule({ ...on, name: "dead", actions: [aWebhook({ body: "{{ event.nothing }}" })] }),
  ];
  await post(aPayload({ locationId, contactId: CONTACT, webhookId: `busy-${locationId}` }));
  await runDurableObjectAlarm(env.LEDGER.getByName(locationId));
}

/** More tasks than are removed at once. */
const hasManyTasks = (): Promise<void> =>
  runInDurableObject(ledger(), (_, { storage: { sql } }) => {
    for (let n = 0; n < MANY; n++)
      sql.exec("INSERT INTO tasks (id, contact_id, state, task) VALUES (?, 'c', 'open', '{}')", `many-${n}`);
  });

describe("DELETE /api/locations/:l", () => {
  it("leaves nothing in the ledger, no alarm, no task, no entry, and others as they were", async () => {
    await isBusy();
    await isBusy(OTHER);
    await post(aPayload({ type: "", contactId: CONTACT, callDuration: "canary", webhookId: "unusable" }));
    expect((await rowsLeft()).some(holdsCanary)).toBe(true);
    expect(await kept()).toHaveLength(2);
    const { status, body } = await deletes();
    expect([status, body]).toEqual([
      200,
      { deleted: { tasks: 1 }, more: false, recoverableUntil: expect.stringMatching(/^\d{4}-.*Z$/) },
    ]);
    expect(await rowsLeft()).toEqual([]);
    expect(await alarmAt()).toBeNull();
    expect(await kept()).toEqual([expect.stringContaining(OTHER)]);
    expect(await known()).toEqual([OTHER]);
    expect((await rowsLeft(env.LEDGER.getByName(OTHER))).some(holdsCanary)).toBe(true);
    expect(await alarmAt(env.LEDGER.getByName(OTHER))).not.toBeNull();
  });

  it("is noted for all locations: who, when and which, and nothing of a contact or of what somebody called it", async () => {
    await isBusy();
    await isBusy(OTHER);
    for (const id of [LOCATION, OTHER])
      await api(`/locations/${id}/name`, { method: "PUT", body: JSON.stringify({ name: `Dentist ${id}` }) });
    await deletes();
    const told = JSON.stringify((await api("/audit")).body);
    expect([told.includes(`Dentist ${LOCATION}`), told.includes(`Dentist ${OTHER}`)]).toEqual([false, true]);
    await deletes({ confirm: OTHER }, OTHER);
    const { audit } = (await api("/audit")).body;
    expect(audit).toMatchObject([
      {
        action: "location.delete",
        by: { through: "token" },
        about: { location: OTHER },
        contactId: null,
        after: { tasks: 1, more: false },
      },
      { action: "location.delete", about: { location: LOCATION } },
    ]);
  });

  it.each([[{}], [{ confirm: "another" }], [{ confirm: true }], [{ confirm: LOCATION, and: 1 }], [null], [[LOCATION]]])(
    "does nothing when %j confirms it",
    async (body) => {
      await isBusy();
      const answer = await deletes(body);
      expect(answer).toMatchObject({
        status: 400,
        body: { code: "REQUEST_PARAMETER", issues: [{ pointer: "/confirm" }] },
      });
      expect((await rowsLeft()).some(holdsCanary)).toBe(true);
      expect((await api("/audit")).body.audit).toEqual([]);
    },
  );

  it("changes nothing when it is repeated", async () => {
    await isBusy();
    await deletes();
    expect((await deletes()).body).toMatchObject({ deleted: { tasks: 0 }, more: false });
    expect([await rowsLeft(), await known(), await kept()]).toEqual([[], [], []]);
  });

  it("takes a large one by parts; meanwhile nothing is taken in, nothing leaves, and an eviction changes nothing", async () => {
    await isBusy();
    await hasManyTasks();
    expect((await deletes()).body).toMatchObject({ deleted: { tasks: 900 }, more: true });
    const arrives = (): Promise<Answer> => post(aPayload({ webhookId: "meanwhile", contactId: CONTACT }));
    expect(await arrives()).toMatchObject({ status: 429, body: { code: "LEDGER_UNAVAILABLE" } });
    await evictDurableObject(ledger());
    expect((await arrives()).status).toBe(429);
    const before = world.requests.length;
    world.now += 4 * 86_400_000;
    await runDurableObjectAlarm(ledger());
    expect(world.requests).toHaveLength(before);
    expect(await known()).toEqual([LOCATION]);
    expect((await deletes()).body).toMatchObject({ deleted: { tasks: MANY + 1 - 900 }, more: false });
    expect([await rowsLeft(), await known(), await kept()]).toEqual([[], [], []]);
  });

  it("has what is sent again afterwards begin a whole location, which knows nothing of the one before", async () => {
    await isBusy();
    await hasManyTasks();
    await deletes();
    await deletes();
    expect((await post(aPayload({ webhookId: `busy-${LOCATION}`, contactId: CONTACT }))).body).toMatchObject({
      status: "accepted",
    });
    const { events } = (await api(`/locations/${LOCATION}/events`)).body;
    expect(events).toHaveLength(1);
    expect((await api(`/locations/${LOCATION}/pauses`)).body.pauses).toEqual([]);
    await runDurableObjectAlarm(ledger());
    expect(await known()).toEqual([LOCATION]);
    expect(await kept()).toHaveLength(1);
  });

  it("waits for what is being sent, which then is gone, too", async () => {
    world.rules = [aRule({ on: ["OutboundMessage"], actions: [aWebhook({})] })];
    await post(aPayload({ contactId: CONTACT }));
    let isAnswered = false;
    world.answer = async () => {
      while (!isAnswered) await soon();
      return new Response("ok");
    };
    const rung = runDurableObjectAlarm(ledger());
    while (world.requests.length === 0) await soon();
    let isDeleted = false;
    const deleting = deletes().finally(() => (isDeleted = true));
    for (let turn = 0; turn < 20; turn++) await soon();
    expect(isDeleted).toBe(false);
    isAnswered = true;
    expect((await deleting).body).toMatchObject({ more: false });
    await rung;
    expect(await rowsLeft()).toEqual([]);
    expect(await alarmAt()).toBeNull();
  });

  it("is no longer told of changes of the rules", async () => {
    world.rulesFrom = "published";
    await isBusy();
    const told = (): Promise<number> =>
      runInDurableObject(
        env.REGISTRY.getByName("registry"),
        (_, { storage }) => storage.sql.exec("SELECT 1 FROM locations").toArray().length,
      );
    await registryOf(env).inForce(LOCATION);
    expect(await told()).toBe(1);
    await deletes();
    expect(await told()).toBe(0);
  });
});
