// A ledger that is full, on the storage of a real Durable Object and by the size that it tells.
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aRule, aWebhook, LOCATION } from "../builders.ts";
import { api, ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const MINUTE_MS = 60_000;
const sizeOf = () => runInDurableObject(ledger(), (_, { storage }) => storage.sql.databaseSize);
const storageOf = async () => (await api(`/locations/${LOCATION}/overview`)).body.storage;

describe("a full ledger", () => {
  it("forgets its oldest payloads, tells of it, and records on; what waits is sent as it was meant", async () => {
    const failed = { all: [{ fact: "status", operator: "equal", value: "failed" }] };
    const later = aWebhook({ after: "5h", body: { said: "{{ event.body }}" } });
    world.rules = [aRule({ conditions: failed, actions: [later] })];
    await postEvent({ webhookId: "waits", status: "failed", body: "keep me" });
    const empty = await sizeOf();
    world.maxBytes = empty + 300_000;
    expect(await storageOf()).toEqual({ bytes: empty, maxBytes: world.maxBytes, full: null });
    for (let index = 0; index < 130; index += 1) {
      world.now += MINUTE_MS;
      const { answer } = await postEvent({ webhookId: `event-${index}`, body: "b".repeat(5_000) });
      expect(answer.status).toBe(202);
      const due = await runInDurableObject(ledger(), (_, { storage }) => storage.getAlarm());
      if (due !== null && due <= world.now) await runDurableObjectAlarm(ledger());
    }
    await runDurableObjectAlarm(ledger());
    const { full, bytes } = await storageOf();
    expect(bytes).toBeLessThanOrEqual(world.maxBytes);
    expect(full).toMatchObject({
      isOver: false,
      isExhausted: false,
      dropped: { decisions: 0, deliveries: 0, events: 0 },
    });
    expect(full.dropped.payloads).toBeGreaterThan(50);
    const eventOf = async (key: string) => (await api(`/locations/${LOCATION}/events/${key}`)).body;
    expect(await eventOf("event-0")).toMatchObject({ dropped: "payload", event: { payload: {} } });
    expect(Object.keys(await eventOf("event-129"))).not.toContain("dropped");
    expect((await postEvent({ webhookId: "event-0" })).answer.body.status).toBe("duplicate");
    world.now += 5 * 60 * MINUTE_MS;
    await runDurableObjectAlarm(ledger());
    expect(world.requests.map(({ body }) => JSON.parse(body))).toEqual([{ said: "keep me" }]);
  });
});
