// Alerts through the API, from a delivery that dies to the page of all locations, over ledgers and the directory.
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { directoryOf } from "../../src/objects/durable-objects.ts";
import { webhookKeys, webhookSignature } from "../../src/kit/standard-webhooks.ts";
import { aPayload, aRule, aWebhook, LOCATION } from "../builders.ts";
import { TEST_WEBHOOK_SECRET } from "../keys.ts";
import { announced, api, apiPost, ledger, post, postEvent } from "./client.ts";
import { resetWorld, world, type OutgoingRequest } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const MINUTE = 60_000;
const HERE = `/locations/${LOCATION}`;
const URL_OF_ALERTS = "https://alerts.example.com/services/secret-part";
const OWN_URL = "https://own.example.com/services/another-secret";
const put = (body: object) => api(`${HERE}/alerts`, { method: "PUT", body: JSON.stringify(body) });
const toAlerts = () => world.requests.filter(({ url }) => url === URL_OF_ALERTS || url === OWN_URL);
const later = async (ms: number, object = ledger()): Promise<void> => {
  world.now += ms;
  await runDurableObjectAlarm(object);
};
const bodyOf = (request: OutgoingRequest | undefined) => JSON.parse(request?.body ?? "{}");

/** A destination that is gone, and a delivery to it that dies. */
async function aDeadLetter(): Promise<void> {
  world.rules = [aRule({ name: "texts-back", actions: [aWebhook({ url: "https://gone.example.com/" })] })];
  world.answer = ({ url }) => new Response("", { status: url.startsWith("https://gone.") ? 410 : 200 });
  await postEvent();
  await later(1_000);
  await later(MINUTE);
}

describe("an alert", () => {
  it("arrives signed, is listed of its location and of all, and is told again when it is over", async () => {
    world.alertUrl = URL_OF_ALERTS;
    await aDeadLetter();
    await vi.waitUntil(() => toAlerts().length === 1);
    const [first] = toAlerts();
    const [key = new Uint8Array()] = webhookKeys(TEST_WEBHOOK_SECRET) ?? [];
    const seconds = Number(first?.headers.get("webhook-timestamp"));
    expect(first?.headers.get("webhook-signature")).toBe(
      await webhookSignature(key, first?.id ?? "", seconds, first?.body ?? ""),
    );
    const alert = { kind: "dead", about: "texts-back", count: 1, code: "DESTINATION_GONE", endedAt: null };
    expect(bodyOf(first)).toMatchObject({
      type: "alerts",
      text: expect.stringContaining("Deliveries of rule texts-back have died"),
      data: { locationId: LOCATION, alerts: [alert] },
    });
    await announced();
    const told = { alerts: [{ ...alert, locationId: LOCATION }], cursor: null };
    await vi.waitUntil(async () => (await api("/alerts")).body.alerts.length === 1);
    expect((await api("/alerts")).body).toMatchObject(told);
    await vi.waitUntil(async () => (await api(`${HERE}/alerts`)).body.message?.endedAt !== null);
    expect((await api(`${HERE}/alerts`)).body).toMatchObject({ to: "deployment", open: 1, alerts: [alert] });
    world.answer = () => new Response("ok");
    await apiPost(`${HERE}/deliveries/retry`, {});
    await later(1_000);
    await later(2 * MINUTE);
    await later(6 * MINUTE);
    await vi.waitUntil(() => toAlerts().length === 2);
    expect(bodyOf(toAlerts()[1])).toMatchObject({
      text: expect.stringContaining("Over: "),
      data: { alerts: [{ kind: "dead", endedAt: expect.any(String) }] },
    });
    await vi.waitUntil(async () => (await api("/alerts")).body.alerts[0]?.endedAt !== null);
  });

  it("goes to a location's own URL, which is never shown again, and to nobody where that was said", async () => {
    world.alertUrl = URL_OF_ALERTS;
    const set = await put({ url: OWN_URL });
    expect([set.status, set.body]).toMatchObject([200, { to: "own" }]);
    await aDeadLetter();
    await vi.waitUntil(() => toAlerts().length === 1);
    expect(toAlerts()[0]?.url).toBe(OWN_URL);
    const shown = [await api(`${HERE}/alerts`), await api("/alerts"), await api(`${HERE}/audit`)];
    expect(JSON.stringify(shown.map(({ body }) => body))).not.toContain("secret");
    const stored = await runInDurableObject(ledger(), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT value FROM marks").toArray()),
    );
    expect(stored).not.toContain("another-secret");
    expect((await put({ url: null })).body).toMatchObject({ to: "off" });
    expect((await api(`${HERE}/alerts`, { method: "DELETE" })).body).toMatchObject({ to: "deployment" });
    const { body } = await api(`${HERE}/audit`);
    expect(body.audit.map(({ action }: { action: string }) => action)).toEqual([
      "alerts.set",
      "alerts.set",
      "alerts.set",
    ]);
  });

  it.each([
    [{ url: "http://plain.example.com/" }, "The URL is not https"],
    [{ url: "https://10.0.0.1/x" }, "The host is an IP address"],
    [{ url: "https://metadata.google.internal/" }, "The host is private"],
    [{ url: 5 }, "Expected url alone"],
    [{ url: OWN_URL, off: true }, "Expected url alone"],
    [{}, "Expected url alone"],
  ])("is not sent to %j", async (body, message) => {
    const answer = await put(body);
    expect([answer.status, answer.body.issues[0].pointer]).toEqual([400, "/url"]);
    expect(answer.body.issues[0].message).toContain(message);
  });

  it("is not looked for with an ordinary event: neither a row nor a statement more, but for the first of an hour", async () => {
    world.alertUrl = URL_OF_ALERTS;
    world.rules = [aRule({ actions: [aWebhook()] })];
    await postEvent();
    await announced();
    await later(MINUTE);
    world.statements = [];
    const before = world.rowsWritten;
    await postEvent();
    await runDurableObjectAlarm(ledger());
    expect(world.statements.filter((statement) => /alert|INTO marks/.test(statement))).toEqual([]);
    expect(world.rowsWritten - before).toBe(7);
    world.now += 60 * MINUTE;
    const hour = world.rowsWritten;
    await postEvent({ messageType: "Email" });
    // Its own, that something came in this hour, and, as once in five minutes, that there is news.
    expect(world.rowsWritten - hour).toBe(3);
  });
});

describe("a test", () => {
  it("arrives at once, where alerts of a location go", async () => {
    expect((await apiPost(`${HERE}/alerts/test`)).body).toMatchObject({ code: "ALERT_NOWHERE" });
    await put({ url: OWN_URL });
    expect((await apiPost(`${HERE}/alerts/test`)).body).toEqual({ status: 200 });
    expect(bodyOf(toAlerts()[0])).toMatchObject({ type: "alerts.test" });
    world.answer = () => new Response("", { status: 404 });
    const refused = await apiPost(`${HERE}/alerts/test`);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { code: "ALERT_FAILED", detail: expect.stringContaining("404") },
    ]);
  });

  it("of all locations says that there is no URL", async () => {
    expect((await apiPost("/alerts/test")).body).toMatchObject({ code: "ALERT_NOWHERE", status: 409 });
  });
});

describe("the directory", () => {
  it("keeps what is newer, and tells the alerts of a page of locations", async () => {
    const directory = directoryOf(env);
    const alert = {
      id: 1,
      kind: "full",
      about: "",
      count: null,
      code: null,
      openedAt: "2100-01-01T00:00:00.000Z",
      endedAt: null,
    } as const;
    await directory.alerted("one", { version: 5, open: 1, alerts: [alert] });
    await directory.alerted("one", { version: 4, open: 0, alerts: [] });
    await directory.alerted("two", { version: 1, open: 1, alerts: [alert, { ...alert, id: 2 }] });
    const first = await directory.alerts({ limit: 1 });
    expect([first.alerts.map(({ locationId }) => locationId), first.cursor]).toEqual([["one"], "one"]);
    const rest = await directory.alerts({ limit: 1, cursor: "one" });
    expect([rest.alerts.map(({ locationId }) => locationId), rest.cursor]).toEqual([["two", "two"], null]);
  });

  it("hears of each location by itself", async () => {
    world.rules = [aRule({ actions: [aWebhook({ url: "https://gone.example.com/" })] })];
    world.answer = () => new Response("", { status: 410 });
    for (const locationId of ["a-location", "b-location"]) {
      await post(aPayload({ locationId, webhookId: locationId }));
      const object = env.LEDGER.getByName(locationId);
      await later(1_000, object);
      await later(MINUTE, object);
    }
    await vi.waitUntil(async () => (await api("/alerts")).body.alerts.length === 2);
    const { body } = await api("/alerts");
    expect(body.alerts.map(({ locationId }: { locationId: string }) => locationId)).toEqual([
      "a-location",
      "b-location",
    ]);
  });
});
