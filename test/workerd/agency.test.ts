// An agency installs the app for its sub-accounts by one click: each gets its token, its name and its follow-ups.
import { env } from "cloudflare:workers";
import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import { directoryOf, type LedgerEnv } from "../../src/objects/durable-objects.ts";
import worker from "../../src/worker.ts";
import { aRule } from "../builders.ts";
import { TEST_APP } from "../keys.ts";
import { api, ORIGIN, post, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const COMPANY = "agency-1";
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MANY = Array.from({ length: 40 }, (_, index) => `sub-${String(index + 1).padStart(2, "0")}`);

const TEN = MANY.slice(0, 10);

let highLevel: HighLevelStandIn;
beforeEach(() => {
  resetWorld();
  highLevel = new HighLevelStandIn({ clock: () => world.now, app: TEST_APP });
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => highLevel.answer(new Request(input, init)));
  world.answer = ({ url, headers, body, method }) =>
    highLevel.answer(new Request(url, { method, headers, ...(body === "" ? {} : { body }) }));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await reset();
});

const agency = () => env.AGENCY.getByName(COMPANY);
const rings = () => runDurableObjectAlarm(agency());
const alarmAt = () => runInDurableObject(agency(), (_, { storage }) => storage.getAlarm());
const given = () =>
  runInDurableObject(
    agency(),
    (_, { storage }) => storage.sql.exec("SELECT 1 FROM locations WHERE state = 'given'").toArray().length,
  );
const stateOf = async (locationId: string) => (await api(`/locations/${locationId}/token`)).body.token?.state ?? null;
const statesOf = async (ids: readonly string[]) => [...new Set(await Promise.all(ids.map(stateOf)))];
const asked = (path: string) => highLevel.requests.filter((call) => call.path === path);

function madeBy(companyId: string, ids: readonly string[]): void {
  for (const id of ids) {
    highLevel.addLocation({ id, name: `Name of ${id}`, companyId });
    highLevel.addContact({ id: `contact-of-${id}`, locationId: id });
    highLevel.installIn(id);
  }
}
async function comesBack(code: string, variables: Partial<LedgerEnv> = {}): Promise<Response> {
  const request = new Request(`${ORIGIN}/oauth/callback?code=${code}`);
  return worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ...variables });
}
async function installs(ids: readonly string[] = MANY): Promise<void> {
  madeBy(COMPANY, ids);
  expect((await comesBack(highLevel.authorizeAgency(COMPANY))).status).toBe(200);
  await rings();
}
/** A follow-up in a sub-account: what HighLevel has of it, or what the delivery ended with. */
async function tagsIn(locationId: string): Promise<unknown> {
  world.rules = [aRule({ actions: [{ type: "highlevel", call: "add-tags", tags: ["missed"] }] })];
  await postEvent({ locationId, contactId: `contact-of-${locationId}` });
  await runDurableObjectAlarm(env.LEDGER.getByName(locationId));
  const [delivery] = (await api(`/locations/${locationId}/deliveries`)).body.deliveries;
  return delivery.state === "sent"
    ? highLevel.state.contacts.get(`contact-of-${locationId}`)?.tags
    : delivery.attempts.at(-1).error;
}

describe("a sub-account that is deleted", () => {
  it("gets no other token from its agency, which lists it on, until the app is installed there again", async () => {
    await installs(TEN);
    const [id = ""] = TEN;
    const body = JSON.stringify({ confirm: id });
    expect((await api(`/locations/${id}`, { method: "DELETE", body })).body).toMatchObject({ more: false });
    const listed = async (): Promise<string[]> =>
      (await api("/locations")).body.locations.map(({ locationId }: JsonObject) => locationId);
    for (let hour = 0; hour < 3; hour++) {
      world.now += HOUR_MS;
      await rings();
    }
    expect(await listed()).toEqual(TEN.slice(1));
    expect((await api(`/agencies/${COMPANY}?limit=1`)).body).toMatchObject({ counts: { given: 9, left: 1 } });
    expect(await stateOf(id)).toBeNull();
  });
});

describe("an agency with forty sub-accounts", () => {
  it("installs the app by one click: forty tokens and names, no secret shown", async () => {
    const lines = vi.spyOn(console, "log");
    madeBy(COMPANY, MANY);
    const code = highLevel.authorizeAgency(COMPANY);
    const response = await comesBack(code);
    const page = await response.text();
    expect([response.status, page]).toEqual([200, expect.stringContaining(COMPANY)]);
    await rings();
    expect(await statesOf(MANY)).toEqual(["active"]);
    const { locations } = (await api("/locations?limit=200")).body;
    expect(locations.map(({ locationId, name }: JsonObject) => [locationId, name])).toEqual(
      MANY.map((id) => [id, `Name of ${id}`]),
    );
    expect((await api("/locations?search=name%20of%20sub-07")).body.locations).toMatchObject([
      { locationId: "sub-07" },
    ]);
    expect(locations[0]).toMatchObject({ companyId: COMPANY });
    expect((await api("/agencies")).body).toEqual({
      agencies: [{ companyId: COMPANY, isInstalled: true }],
      cursor: null,
    });
    const { body: told } = await api(`/agencies/${COMPANY}?limit=1`);
    expect(told).toMatchObject({
      companyId: COMPANY,
      token: { source: "oauth", state: "active" },
      failure: null,
      counts: { given: 40, wanting: 0 },
      locations: [{ locationId: "sub-01", name: "Name of sub-01", state: "given" }],
      cursor: "sub-01",
    });
    expect((await api("/agencies/nobody")).status).toBe(404);
    expect((await api("/locations/sub-01/token")).body.token).toMatchObject({ source: "agency", state: "active" });
    expect(await tagsIn("sub-33")).toEqual(["missed"]);
    expect(asked("/oauth/locationToken")).toHaveLength(40);
    expect(highLevel.violations).toEqual([]);
    const seen = page + JSON.stringify([lines.mock.calls, locations, told]);
    for (const secret of [code, "access-0", "refresh-0", TEST_APP.clientSecret]) expect(seen).not.toContain(secret);
    // Neither is any of it on disk: the agency's token is sealed as the others are.
    const kept = await runInDurableObject(agency(), (_, { storage }) =>
      storage.sql.exec("SELECT * FROM tokens").toArray(),
    );
    expect(kept).toMatchObject([{ company_id: COMPANY, sealed: expect.stringMatching(/^v1\./) }]);
    expect(JSON.stringify(kept)).not.toMatch(/access-0|refresh-0/);
  });

  it("that makes another one later: it joins by itself, told once, twice, before the code, or not at all", async () => {
    const told = highLevel;
    madeBy(COMPANY, ["early"]);
    expect((await post(told.installIn("early"))).status).toBe(202);
    await installs(MANY.slice(0, 3));
    expect(await statesOf(["early", ...MANY.slice(0, 3)])).toEqual(["active"]);

    world.now += DAY_MS / 4;
    madeBy(COMPANY, ["later"]);
    const event = told.installIn("later");
    expect((await post(event)).body).toMatchObject({ status: "accepted", fired: [] });
    await post({ ...event, webhookId: "again" });
    await rings();
    expect(await stateOf("later")).toBe("active");
    await post(event);
    await rings();
    expect(asked("/oauth/locationToken")).toHaveLength(5);

    // HighLevel may leave the agency out, and its webhooks get lost.
    madeBy(COMPANY, ["unnamed", "unheard"]);
    const { companyId: _, ...unnamed } = told.installIn("unnamed");
    await post(unnamed);
    await rings();
    expect(await statesOf(["unnamed", "unheard"])).toEqual(["active"]);
    madeBy(COMPANY, ["lost"]);
    world.now += HOUR_MS;
    await rings();
    expect(await stateOf("lost")).toBe("active");
    expect((await api("/locations?search=lost")).body.locations).toMatchObject([{ name: "Name of lost" }]);
    expect(told.violations).toEqual([]);
  });

  it("has one leave and come back, and the others stay", async () => {
    await installs(MANY.slice(0, 3));
    world.now += HOUR_MS;
    await post(highLevel.uninstallIn("sub-02"));
    expect(await Promise.all(MANY.slice(0, 3).map(stateOf))).toEqual(["active", "uninstalled", "active"]);
    expect(await tagsIn("sub-02")).toContain("The app was uninstalled");
    world.now += HOUR_MS;
    await rings();
    expect(await stateOf("sub-02")).toBe("uninstalled");
    world.now += HOUR_MS;
    await post(highLevel.installIn("sub-02"));
    await rings();
    expect(await statesOf(MANY.slice(0, 3))).toEqual(["active"]);
  });

  it("leaves: all its tokens end, and it comes back with another click", async () => {
    await installs(TEN);
    highLevel.addToken("pit-canary-0001", "alone");
    await api("/locations/alone/token", { method: "PUT", body: JSON.stringify({ token: "pit-canary-0001" }) });
    world.now += HOUR_MS;
    const gone = highLevel.uninstallAgency(COMPANY);
    expect((await post(gone)).body).toMatchObject({ status: "accepted" });
    expect(await statesOf(TEN)).toEqual(["uninstalled"]);
    expect(await stateOf("alone")).toBe("active");
    expect(await directoryOf(env).agencies(10)).toEqual([]);
    expect((await api("/agencies")).body.agencies).toEqual([{ companyId: COMPANY, isInstalled: false }]);
    const { body: told } = await api(`/agencies/${COMPANY}?state=left`);
    expect([told.token.state, told.counts.left, told.locations.length]).toEqual(["uninstalled", 10, 10]);
    expect((await post(gone)).body).toMatchObject({ status: "duplicate" });
    const before = highLevel.requests.length;
    world.now += DAY_MS;
    await rings();
    expect([highLevel.requests.length - before, await alarmAt()]).toEqual([0, null]);
    await installs(TEN);
    expect(await statesOf(TEN)).toEqual(["active"]);
    expect((await post(gone)).body).toMatchObject({ status: "duplicate" });
    expect(await directoryOf(env).agencies(10)).toEqual([COMPANY]);
    expect(await directoryOf(env).ofCompany(COMPANY, 10)).toEqual(TEN);
  });

  it("gives tokens only to those that ALLOWED_LOCATIONS admits", async () => {
    madeBy(COMPANY, MANY);
    const page = await comesBack(highLevel.authorizeAgency(COMPANY), { ALLOWED_LOCATIONS: "" });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("ALLOWED_LOCATIONS admits no")]);
  });

  it("leaves a token that somebody gave, and one of an installation of the sub-account's own", async () => {
    highLevel.addToken("pit-canary-0001", "sub-01");
    await api("/locations/sub-01/token", { method: "PUT", body: JSON.stringify({ token: "pit-canary-0001" }) });
    madeBy(COMPANY, MANY.slice(0, 3));
    await comesBack(highLevel.authorize("sub-02"));
    await installs(MANY.slice(0, 3));
    const sources = await Promise.all(
      MANY.slice(0, 3).map(async (id) => (await api(`/locations/${id}/token`)).body.token.source),
    );
    expect(sources).toEqual(["private", "oauth", "agency"]);
    expect(asked("/oauth/locationToken")).toHaveLength(1);
  });

  it("is done all the same when HighLevel breaks down in between, and the object with it", async () => {
    let calls = 0;
    highLevel.faults.push({ match: ({ path }) => path !== "/oauth/token" && ++calls % 4 === 0, kind: 503, times: 9 });
    const some = MANY.slice(0, 9);
    madeBy(COMPANY, some);
    await comesBack(highLevel.authorizeAgency(COMPANY));
    for (let rounds = 0; rounds < 20 && (await alarmAt()) !== null && (await given()) < some.length; rounds++) {
      world.now = Math.max(world.now, (await alarmAt()) ?? 0);
      if (rounds === 0) await evictDurableObject(agency());
      await rings();
    }
    expect(await statesOf(some)).toEqual(["active"]);
    expect(calls).toBeGreaterThan(10);
    expect(highLevel.violations).toEqual([]);
  });
});

describe("the token of a sub-account", () => {
  it.each([
    ["is refreshed there, where HighLevel gives a refresh token", true, 1, 1],
    ["is asked for anew with the agency's, where it gives none", false, 0, 2],
  ])("%s", async (_, hasRefresh, refreshes, locationTokens) => {
    highLevel.tokens.hasRefresh = hasRefresh;
    await installs(["sub-01"]);
    world.now += 2 * DAY_MS;
    expect(await tagsIn("sub-01")).toEqual(["missed"]);
    const refreshed = asked("/oauth/token").filter(({ body }) => String(body).includes("user_type=Location"));
    expect(refreshed).toHaveLength(refreshes);
    expect(asked("/oauth/locationToken")).toHaveLength(locationTokens);
    expect(highLevel.violations).toEqual([]);
  });

  it("that HighLevel no longer refreshes is asked for anew", async () => {
    await installs(["sub-01"]);
    highLevel.tokens.revoke("sub-01");
    expect(await tagsIn("sub-01")).toEqual(["missed"]);
    expect(asked("/oauth/locationToken")).toHaveLength(2);
  });

  it("ends where its agency's has ended, with what to do", async () => {
    highLevel.tokens.hasRefresh = false;
    await installs(["sub-01"]);
    highLevel.tokens.revokeCompany(COMPANY);
    expect(await tagsIn("sub-01")).toContain("install the app again");
    expect(await stateOf("sub-01")).toBe("refused");
  });
});

describe("GET /oauth/callback for an agency", () => {
  it("installs nothing for one that HIGHLEVEL_COMPANY_INSTALL does not name, and says so", async () => {
    madeBy(COMPANY, ["sub-01"]);
    const code = highLevel.authorizeAgency(COMPANY);
    const response = await comesBack(code, { HIGHLEVEL_COMPANY_INSTALL: "another" });
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringMatching(/agency-1 .*HIGHLEVEL_COMPANY_INSTALL.*\/oauth\/start/s),
    ]);
    expect(await alarmAt()).toBeNull();
  });
});
