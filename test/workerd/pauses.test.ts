// Pauses and the audit log through the API, over several ledgers and the directory.
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROUTES } from "../../src/api/api.ts";
import { directoryOf } from "../../src/objects/durable-objects.ts";
import { bundledRules } from "../../src/rules/bundled.ts";
import { aRule, CONTACT, LOCATION } from "../builders.ts";
import { announced, api, apiPost, ledger, post, postEvent } from "./client.ts";
import { aPayload } from "../builders.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const RULE = bundledRules.rules[0]?.name ?? "";
const HERE = `/locations/${LOCATION}`;
const put = (path: string, body: object) => api(path, { method: "PUT", body: JSON.stringify(body) });
const end = (path: string) => api(path, { method: "DELETE" });
const REASON = { reason: "The price in the text is wrong" };

describe("a pause", () => {
  it("of a rule holds it, shows who, and ends", async () => {
    world.rules = [aRule({ name: RULE })];
    const paused = await put(`${HERE}/rules/${RULE}/pause`, REASON);
    expect([paused.status, paused.body]).toMatchObject([200, { pause: { rule: RULE, by: "ADMIN_TOKEN" }, held: 0 }]);
    const { key } = await postEvent();
    const { body } = await api(`${HERE}/events/${key}`);
    expect(body.decision.verdicts[0]).toMatchObject({ reason: "paused", fired: false });
    expect((await api(`${HERE}/pauses`)).body.pauses).toHaveLength(1);
    expect((await end(`${HERE}/rules/${RULE}/pause`)).body).toEqual({ pause: null, held: 0 });
    await postEvent();
    await runDurableObjectAlarm(ledger());
    expect(world.requests).toHaveLength(1);
  });

  it.each([
    [{}, "/reason"],
    [{ reason: " " }, "/reason"],
    [{ reason: "x".repeat(201) }, "/reason"],
    [{ ...REASON, until: "tomorrow" }, "/until"],
    [{ ...REASON, until: "2020-01-01T00:00:00Z" }, "/until"],
    [{ ...REASON, by: "somebody else" }, "/by"],
  ])("is refused with %j, at its place", async (body, pointer) => {
    const answer = await put(`${HERE}/pause`, body);
    expect([answer.status, answer.body.issues[0].pointer]).toEqual([400, pointer]);
    expect((await api(`${HERE}/pauses`)).body.pauses).toEqual([]);
  });

  it("of a rule that nobody has is refused", async () => {
    for (const path of [`${HERE}/rules/tpyo/pause`, "/rules/tpyo/pause"])
      expect((await put(path, REASON)).body).toMatchObject({ code: "LEDGER_NOT_FOUND" });
  });
});

describe("a pause in every location", () => {
  const COUNT = 40;
  const locations = Array.from({ length: COUNT }, (_, index) => `location-${index}`);
  let sent = 0;
  const sentBy = async (locationId: string): Promise<number> => {
    const before = world.requests.length;
    await post(aPayload({ locationId, webhookId: `event-${(sent += 1)}` }));
    await runDurableObjectAlarm(env.LEDGER.getByName(locationId));
    return world.requests.length - before;
  };

  it("is known to each of them with the answer, and in those that come later before anything leaves", async () => {
    world.rules = [aRule({ name: RULE })];
    for (const id of locations) await directoryOf(env).announce(id);
    const answer = await put(`/rules/${RULE}/pause`, REASON);
    expect(answer.body).toMatchObject({
      pause: { scope: "everywhere", by: "ADMIN_TOKEN" },
      locations: COUNT,
      told: COUNT,
    });
    for (const id of [locations[0] ?? "", locations[COUNT - 1] ?? "", "new-location"])
      expect(await sentBy(id), id).toBe(0);
    expect((await api("/pauses")).body.pauses).toHaveLength(1);
    expect((await end(`/rules/${RULE}/pause`)).body).toMatchObject({ pause: null });
    expect(await sentBy(locations[0] ?? "")).toBe(1);
    await expect.poll(async () => (await directoryOf(env).locations({ limit: 200 })).locations.length).toBe(COUNT + 1);
    await runDurableObjectAlarm(env.DIRECTORY.getByName("directory"));
    expect(await sentBy("new-location")).toBe(1);
    const { body } = await api("/audit");
    expect(body.audit.map(({ action, about, before }: never) => [action, about, before])).toEqual([
      ["pause.end", { rule: RULE }, { pause: expect.objectContaining({ rule: RULE, ...REASON }) }],
      ["pause", { rule: RULE, ...REASON }, { pause: null }],
    ]);
  });
});

describe("the audit log", () => {
  it("has a row for each route that changes something", async () => {
    world.rules = [aRule({ name: RULE }), aRule({ name: "texting", actions: [{ type: "task", title: "Call" }] })];
    await postEvent();
    await runDurableObjectAlarm(ledger());
    const [task] = (await api(`${HERE}/tasks`)).body.tasks;
    const delivery = (await api(`${HERE}/deliveries`)).body.deliveries.find(
      ({ rule }: { rule: string }) => rule === RULE,
    );
    const unusable = { type: "OutboundMessage", locationId: LOCATION, contactId: 7 };
    await post(unusable);
    const [body] = (await api(`${HERE}/quarantine`)).body.quarantined;
    const called = new Map<string, number>();
    const call = async (method: string, path: string, given?: object): Promise<void> => {
      const log =
        /^\/rules|^\/rule-sets|\/name$/.test(path) || (method === "DELETE" && path === HERE)
          ? "/audit"
          : `${HERE}/audit`;
      // Deleting a location takes away what it was called.
      const before = new Set<number>((await api(log)).body.audit.map(({ id }: { id: number }) => id));
      await api(path, { method, ...(given === undefined ? {} : { body: JSON.stringify(given) }) });
      const after = (await api(log)).body.audit.filter(({ id }: { id: number }) => !before.has(id)).length;
      const route = ROUTES.find(([verb, form]) => {
        const pattern = new RegExp(`^${form.replaceAll(/:\w+/g, "[^/]+")}$`);
        return verb === method.toLowerCase() && pattern.test(`/api${path}`);
      });
      called.set(`${route?.[0]} ${route?.[1]}`, after);
    };
    await announced();
    await call("PUT", `${HERE}/name`, { name: "Springfield Dental" });
    await call("PUT", `${HERE}/token`, { token: "pit-canary-0002" });
    await call("PUT", `${HERE}/alerts`, { url: null });
    await call("DELETE", `${HERE}/alerts`);
    await call("DELETE", `${HERE}/token`);
    await call("PUT", `${HERE}/pause`, REASON);
    await call("DELETE", `${HERE}/pause`);
    await call("PUT", `${HERE}/rules/${RULE}/pause`, REASON);
    await call("DELETE", `${HERE}/rules/${RULE}/pause`);
    await call("PUT", `/rules/${RULE}/pause`, REASON);
    await call("DELETE", `/rules/${RULE}/pause`);
    const { name: _, ...file } = aRule();
    await call("POST", "/rule-sets", { files: { rules: [{ file: "any.json", text: JSON.stringify(file) }] } });
    await call("POST", "/rule-sets/1/activate", { for: "shadow" });
    await call("POST", "/rule-sets/rollback", {});
    for (const move of ["retry", "cancel", "release", "discard"]) await call("POST", `${HERE}/deliveries/${move}`, {});
    await call("POST", `${HERE}/tasks/${task.id}/complete`);
    world.answer = () => new Response(null, { status: 410 });
    await postEvent();
    await runDurableObjectAlarm(ledger());
    const dead = (await api(`${HERE}/deliveries?state=dead`)).body.deliveries[0];
    await call("POST", `${HERE}/deliveries/${dead.id}/cancel`);
    await call("POST", `${HERE}/deliveries/${dead.id}/retry`);
    await call("POST", `${HERE}/quarantine/${body.id}/ingest`);
    await call("DELETE", `${HERE}/contacts/${CONTACT}`);
    expect(delivery.state).toBe("sent");
    const theirs = (await api(`${HERE}/audit`)).body;
    await call("DELETE", HERE, { confirm: LOCATION });
    // What is still unusable stays where it is; nothing is held that could be released; the other quarantine is empty.
    const CHANGES_NOTHING = {
      "post /api/locations/:l/quarantine/:id/ingest": 0,
    };
    // An import goes into an empty location alone: test/whole/import.test.ts.
    const NOT_CALLED = new Set([
      "post /api/locations/:l/deliveries/:id/release",
      "post /api/quarantine/:id/ingest",
      "put /api/locations/:l/import",
      "delete /api/locations/:l/import",
    ]);
    const changing = ROUTES.filter(([, , , action]) => action !== undefined).map(
      ([method, path]) => `${method} ${path}`,
    );
    const expected = changing.filter((name) => !NOT_CALLED.has(name)).map((name) => [name, 1]);
    expect(Object.fromEntries(called)).toEqual({ ...Object.fromEntries(expected), ...CHANGES_NOTHING });
    const text = JSON.stringify([theirs, (await api("/audit")).body]);
    for (const secret of ["pit-canary-0002", CONTACT]) expect(text).not.toContain(secret);
  });

  it("tells that something was ingested again, and what came of it", async () => {
    world.rules = [];
    await post({ type: "OutboundMessage", locationId: LOCATION, contactId: 7 });
    const [body] = (await api(`${HERE}/quarantine`)).body.quarantined;
    // As if a later version could read it.
    const note = { by: { through: "token", name: "ada" }, action: "quarantine.ingest", about: {} } as const;
    await ledger().release(body.id, { note, status: "accepted" });
    expect((await api(`${HERE}/audit`)).body.audit).toMatchObject([
      { action: "quarantine.ingest", before: { status: "quarantined" }, after: { status: "accepted" } },
    ]);
  });

  it("has nothing of what only counted, and nothing of what was refused", async () => {
    world.rules = [];
    await postEvent();
    await apiPost(`${HERE}/deliveries/cancel`, { dryRun: true });
    await apiPost(`${HERE}/deliveries/nothing/cancel`);
    await apiPost(`${HERE}/tasks/nothing/complete`);
    expect((await api(`${HERE}/audit`)).body).toEqual({ audit: [], cursor: null });
  });
});
