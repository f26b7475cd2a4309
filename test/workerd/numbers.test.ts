// What the operator's page asks: settings, changes, numbers, hosts, and lists narrowed by everything that they take.
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { api, apiPost, ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const at = (path: string) => `/locations/${LOCATION}/${path}`;
const HOUR = 3_600_000;
const sum = (numbers: number[] = []): number => numbers.reduce((total, number) => total + number, 0);
const runAlarms = () => runDurableObjectAlarm(ledger());
/** The ids, or keys, of a list. */
async function listed(path: string): Promise<string[]> {
  const { body } = await api(at(path));
  const list = Object.values(body).find(Array.isArray) as { id?: string; eventKey?: string }[];
  return list.map(({ id, eventKey }) => id ?? eventKey ?? "");
}

it("settings are those of the deployment", async () => {
  const { hash } = (await api("/rules")).body;
  const settings = { timeZone: "UTC", retentionDays: 30, ruleSet: hash, highlevelHost: "app.gohighlevel.com" };
  const highlevel = { keepsTokens: true, canInstall: true, reconciles: expect.any(Boolean) };
  expect((await api("/settings")).body).toEqual({ ...settings, ...highlevel });
});

it("locations are found by a part of their id, whatever its case", async () => {
  await postEvent();
  const found = async (search: string) =>
    (await api(`/locations?search=${search}`)).body.locations.map(
      ({ locationId }: { locationId: string }) => locationId,
    );
  expect(await found("ST-LOC")).toEqual([LOCATION]);
  expect(await found("elsewhere")).toEqual([]);
  expect((await api("/locations?search=%00")).body.issues[0].pointer).toBe("/search");
  expect((await api("/locations?search=%E2%80%AA")).status).toBe(200);
});

it("a change is told when something was recorded or attempted, without a statement", async () => {
  world.rules = [aRule()];
  const change = async () => (await api(at("changes"))).body.change as string;
  const first = await change();
  world.statements = [];
  expect(await change()).toBe(first);
  expect(world.statements).toEqual([]);
  await postEvent();
  const second = await change();
  await runAlarms();
  expect(new Set([first, second, await change()]).size).toBe(3);
});

it("the numbers of a location and its rules count what happened", async () => {
  world.rules = [aRule({ limit: { count: 1, within: "1h" }, actions: [aWebhook(), aTask({ due: "1h" })] })];
  await postEvent({ messageId: "1" });
  await postEvent({ messageId: "2", status: "failed" });
  await runAlarms();
  world.now += 2 * HOUR;
  const day = "bucket=hour&from=2100-01-01T00:00Z&to=2100-01-02T00:00Z";
  const { body } = await api(at(`overview?${day}`));
  expect([body.bucketMs, body.fired.length, sum(body.fired), sum(body.sent), sum(body.failed)]).toEqual([
    HOUR,
    24,
    1,
    2,
    0,
  ]);
  expect([sum(body.events.sms.delivered), sum(body.events.sms.failed)]).toEqual([1, 1]);
  expect(body.now).toMatchObject({ eventsToday: 2, openTasks: 1, overdueTasks: 1, scheduled: 0, oldestDueAt: null });
  const { rules, lastFired } = (await api(at(`rules?${day}`))).body;
  expect([sum(rules["test-rule"].fired), sum(rules["test-rule"].held.limit)]).toEqual([1, 1]);
  expect(Object.keys(lastFired)).toEqual(["test-rule"]);
  expect((await api(at(`overview?${day.replace("hour", "minute")}`))).body.issues[0].pointer).toBe("/from");
  expect((await api(at("rules"))).body).toMatchObject({ bucketMs: 900_000, rules: {} });
});

describe("events", () => {
  it("narrow by each thing that they have", async () => {
    world.rules = [aRule({ limit: { count: 1, within: "1h" } })];
    await postEvent({ webhookId: "a", messageId: "m1" });
    world.now += HOUR / 2;
    await postEvent({ webhookId: "b", messageId: "m2", status: "failed" });
    await postEvent({ webhookId: "c", messageType: "Email", messageId: "m1" });
    const since = new Date(world.now).toISOString();
    for (const [query, keys] of [
      ["channel=email", ["c"]],
      ["outcome=failed", ["b"]],
      ["kind=InboundMessage", []],
      ["fired=yes", ["a"]],
      ["fired=no", ["c", "b"]],
      [`from=${since}`, ["c", "b"]],
      [`to=${since}`, ["a"]],
      ["contact=test-contact&message=m1", ["c", "a"]],
      ["contact=another&message=m1", []],
    ] as const)
      expect(await listed(`events?${query}`), query).toEqual(keys);
    const [held] = (await api(at("events?outcome=failed"))).body.events;
    expect(held.held).toEqual([{ rule: "test-rule", reason: "limit" }]);
  });

  it("of a contact are found with one look-up, and tell what rules see", async () => {
    world.rules = [];
    await postEvent({ webhookId: "k", subject: "Hello" });
    world.statements = [];
    const { body } = await api(at("events/k?contact=test-contact"));
    expect(body.facts).toMatchObject({ channel: "sms", outcome: "delivered", subject: "Hello", weekday: "friday" });
    const asked = world.statements.find((statement) => statement.includes("record FROM events")) ?? "";
    const plan = await runInDurableObject(ledger(), (_, { storage }) =>
      storage.sql.exec(`EXPLAIN QUERY PLAN ${asked}`, "contact", "key").toArray(),
    );
    expect(JSON.stringify(plan)).toContain("USING PRIMARY KEY (contact_id=? AND key=?)");
    expect((await api(at("events/k?contact=another"))).status).toBe(404);
  });
});

describe("deliveries", () => {
  const elsewhere = aWebhook({ url: "https://other.example.com/" });
  beforeEach(async () => {
    world.answer = ({ url }) => new Response(null, { status: url.includes("other") ? 410 : 200 });
    world.rules = [
      aRule({ name: "now", actions: [aWebhook(), elsewhere], window: { from: "00:00", to: "24:00" } }),
      aRule({ name: "later", actions: [aWebhook({ after: "1h" })] }),
    ];
    await postEvent({ contactId: "c1" });
    world.now += 1_000;
    await postEvent({ contactId: "c2" });
    await runAlarms();
  });

  it("narrow, and are counted, by everything that is named", async () => {
    const since = new Date(world.now).toISOString();
    for (const [query, number, dead] of [
      ["", 6, 2],
      ["rule=later", 2, 0],
      ["host=other.example.com", 2, 2],
      ["contact=c1", 3, 1],
      ["contact=c1&rule=now", 2, 1],
      ["error=DESTINATION_GONE", 2, 2],
      ["error=DESTINATION", 0, 0],
      [`since=${since}`, 3, 1],
      [`until=${since}&error=DESTINATION_GONE`, 1, 1],
    ] as const) {
      const { body } = await api(at(`deliveries/counts?${query}`));
      expect([query, (await listed(`deliveries?${query}`)).length, body.counts.dead]).toEqual([query, number, dead]);
      expect(sum(Object.values(body.counts)), query).toBe(number);
      expect([body.rules, body.hosts]).toEqual([
        ["later", "now"],
        ["other.example.com", "receiver.example.com"],
      ]);
    }
    expect(await listed("deliveries?state=dead&rule=later")).toEqual([]);
    expect(await listed("deliveries?state=dead")).toHaveLength(2);
  });

  it("are told one by one", async () => {
    const [listedFirst] = (await api(at("deliveries?state=scheduled"))).body.deliveries;
    const { body } = await api(at(`deliveries/${listedFirst.id}`));
    expect(body.delivery).toEqual(listedFirst);
    const decidedAt = new Date(world.now).toISOString();
    expect(body.delivery).toMatchObject({ contactId: "c2", host: "receiver.example.com", decidedAt, window: null });
    expect(Date.parse(body.delivery.giveUpAt) - Date.parse(body.delivery.dueAt)).toBe(7 * 24 * HOUR);
    const [sent] = (await api(at("deliveries?state=sent"))).body.deliveries;
    expect(sent.window).toEqual({ from: "00:00", to: "24:00" });
    expect((await api(at("deliveries/nothing"))).body.code).toBe("LEDGER_NOT_FOUND");
  });

  it("that are scheduled are cancelled by a filter, and none beside them", async () => {
    const cancel = async (filter: { [name: string]: string }) => (await apiPost(at("deliveries/cancel"), filter)).body;
    expect(await cancel({ rule: "now" })).toEqual({ cancelled: 0, more: false });
    expect(await cancel({ contact: "c1" })).toEqual({ cancelled: 1, more: false });
    const [cancelled] = (await api(at("deliveries?state=cancelled"))).body.deliveries;
    expect(cancelled).toMatchObject({ contactId: "c1", rule: "later", cancelledBy: { by: "operator" } });
    expect(await listed("deliveries?state=scheduled")).toHaveLength(1);
    expect((await apiPost(at("deliveries/cancel"), { state: "sent" })).body.issues[0].pointer).toBe("/state");
    expect((await apiPost(at("deliveries/retry"), { contact: "c2" })).body).toEqual({
      retried: 1,
      held: 0,
      more: false,
    });
  });

  it("that are held are released or discarded, one by one or by a filter, and none beside them", async () => {
    const text = { type: "highlevel", call: "send-message", messageType: "SMS", message: "Hello" } as const;
    world.rules = [aRule({ name: "text", breaker: { perMinute: 1 }, actions: [text] })];
    for (const contactId of ["h1", "h2", "h3", "h4", "h5"]) await postEvent({ contactId, messageId: contactId });
    await runAlarms();
    const { counts } = (await api(at("deliveries/counts?error=ACTION_BREAKER"))).body;
    expect(counts).toEqual({ scheduled: 0, sending: 0, held: 4, sent: 0, dead: 0, cancelled: 0 });
    const [first] = await listed("deliveries?state=held");
    const released = await apiPost(at(`deliveries/${first}/release`));
    expect(released.body.delivery).toMatchObject({ id: first, state: "scheduled", attempts: [{ status: null }] });
    const again = await apiPost(at(`deliveries/${first}/release`));
    expect([again.status, again.body.code]).toEqual([409, "LEDGER_DELIVERY_STATE"]);
    const nothing = await apiPost(at("deliveries/nothing/release"));
    expect([nothing.status, nothing.body.code]).toEqual([404, "LEDGER_NOT_FOUND"]);
    expect((await apiPost(at("deliveries/discard"), { rule: "now" })).body).toEqual({ discarded: 0, more: false });
    expect((await apiPost(at("deliveries/discard"), { limit: 1 })).body).toEqual({ discarded: 1, more: true });
    const [{ contactId }] = (await api(at("deliveries?state=held"))).body.deliveries;
    const reply = { type: "InboundMessage", messageType: "SMS", contactId };
    await postEvent({ ...reply, messageId: "stop", body: "STOP" });
    const partly = { released: 1, held: 1, asked: 0, more: false };
    expect((await apiPost(at("deliveries/release"), { rule: "text", dryRun: true })).body).toEqual(partly);
    expect((await apiPost(at("deliveries/release"), { rule: "text", dryRun: "yes" })).body.issues[0].pointer).toBe(
      "/dryRun",
    );
    expect((await apiPost(at("deliveries/release"), { rule: "text" })).body).toEqual(partly);
    const [stays] = await listed("deliveries?state=held");
    const asked = await apiPost(at(`deliveries/${stays}/release`));
    expect(asked.body.delivery).toMatchObject({ state: "held", optOut: { channel: "SMS", why: "stop" } });
    expect((await apiPost(at("deliveries/discard"), { dryRun: true })).body).toEqual({ discarded: 1, more: false });
    await postEvent({ ...reply, messageId: "start", body: "START" });
    expect((await apiPost(at("deliveries/release"), {})).body).toMatchObject({ released: 1, held: 0 });
    expect((await apiPost(at("deliveries/release"), { state: "held" })).body.issues[0].pointer).toBe("/state");
    await runAlarms();
    expect(await listed("deliveries?state=held")).toEqual([]);
    // There is no token: what was let go was tried.
    expect(await listed("deliveries?rule=text&error=HIGHLEVEL_TOKEN")).toHaveLength(4);
  });

  it("wait by host, which tells how it stands", async () => {
    world.answer = () => new Response(null, { status: 503, headers: { "retry-after": "60" } });
    world.now += HOUR;
    await runAlarms();
    const { hosts } = (await api(at("hosts"))).body;
    expect(hosts).toMatchObject([
      {
        host: "receiver.example.com",
        mode: "suspect",
        failures: 2,
        openUntil: null,
        pausedUntil: new Date(world.now + 60_000).toISOString(),
        waiting: 2,
        inFlight: 0,
      },
    ]);
  });
});

it("tasks come by what is due first, those without a date last, a page at a time", async () => {
  world.rules = [
    aRule({
      actions: [aTask(), aTask({ due: "2h" }), aTask({ due: "1h" })].map((task, index) => ({
        ...task,
        title: `${index}`,
      })),
    }),
  ];
  await postEvent({ contactId: "c1" });
  await runAlarms();
  const titles: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body } = await api(at(`tasks?order=due&limit=1&state=open${cursor && `&cursor=${cursor}`}`));
    titles.push(...body.tasks.map(({ title }: { title: string }) => title));
    cursor = body.cursor;
  }
  expect(titles).toEqual(["2", "1", "0"]);
  expect(await listed("tasks?contact=c1")).toHaveLength(3);
  expect(await listed("tasks?contact=c2&order=due")).toEqual([]);
});
