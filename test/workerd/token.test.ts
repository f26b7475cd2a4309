// A location's token through the API: given, used, shown without the token, forgotten.
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import worker from "../../src/worker.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import type { LedgerEnv } from "../../src/objects/durable-objects.ts";
import { aRule, CONTACT, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN } from "../keys.ts";
import { api, ledger, ORIGIN, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const PIT = "pit-canary-0001";
const PATH = `/locations/${LOCATION}/token`;
const TAGGING = aRule({
  name: "tagging",
  actions: [{ type: "highlevel", call: "add-tags", tags: ["missed"] }],
});

beforeEach(resetWorld);
afterEach(reset);

const give = (body: unknown) => api(PATH, { method: "PUT", body: JSON.stringify(body) });
/** The network is HighLevel, where the location has its token. */
function aHighLevel(): HighLevelStandIn {
  const highLevel = new HighLevelStandIn({ clock: () => world.now });
  highLevel.addContact({ id: CONTACT, locationId: LOCATION });
  highLevel.addToken(PIT, LOCATION);
  world.answer = ({ url, headers, body, method }) =>
    highLevel.answer(new Request(url, { method, headers, ...(method === "GET" ? {} : { body }) }));
  world.rules = [TAGGING];
  return highLevel;
}
async function delivered(): Promise<{ state: string; attempts: { error: string | null }[] }> {
  await runDurableObjectAlarm(ledger());
  const { body } = await api(`/locations/${LOCATION}/deliveries`);
  return body.deliveries[0];
}

describe("PUT /api/locations/:l/token", () => {
  it("gives the location a token, which calls of HighLevel carry", async () => {
    const highLevel = aHighLevel();
    const given = await give({ token: PIT });
    const told = { source: "private", state: "active", scopes: [], expiresAt: null };
    expect([given.status, given.body.token]).toEqual([200, expect.objectContaining(told)]);
    await postEvent();
    expect(await delivered()).toMatchObject({ state: "sent" });
    expect(highLevel.state.contacts.get(CONTACT)?.tags).toEqual(["missed"]);
    expect(highLevel.violations).toEqual([]);
  });

  it("shows the token to nobody, and keeps it sealed", async () => {
    await give({ token: PIT });
    expect(JSON.stringify((await api(PATH)).body)).not.toContain(PIT);
    const rows = await runInDurableObject(ledger(), (_, { storage }) => {
      const tables = storage.sql
        .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
        .toArray();
      const ours = tables.map(({ name }) => name).filter((name) => !name.startsWith("_cf_"));
      return JSON.stringify(ours.map((name) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
    });
    expect(rows).toContain('"sealed":"v1.');
    expect(rows).not.toContain(PIT);
  });

  it("makes the location known, and its token survives an eviction", async () => {
    await give({ token: PIT });
    await runDurableObjectAlarm(ledger());
    expect((await api("/locations")).body.locations).toEqual([expect.objectContaining({ locationId: LOCATION })]);
    expect((await api(PATH)).body.token).toMatchObject({ state: "active" });
  });

  const unusable: readonly (readonly [what: string, body: unknown, pointer: string])[] = [
    ["no object", [], ""],
    ["no token", {}, "/token"],
    ["a token with a line end", { token: "pit-canary\r\nx: y" }, "/token"],
    ["a token that is a word", { token: "canary" }, "/token"],
    ["another key", { token: PIT, canary: 1 }, "/canary"],
  ];
  it.each(unusable)("refuses %s", async (_, body, pointer) => {
    const answer = await give(body);
    expect(answer.body).toMatchObject({ status: 400, code: "REQUEST_PARAMETER", issues: [{ pointer }] });
    expect(JSON.stringify(answer.body)).not.toContain(PIT);
    expect((await api(PATH)).body).toEqual({ token: null });
  });

  it.each([
    ["", "not set"],
    ["canary-nonsense", "Key 1 of HIGHLEVEL_TOKEN_KEY"],
  ])("says what to set where the key is %j", async (HIGHLEVEL_TOKEN_KEY, detail) => {
    const deployment: LedgerEnv = { ...env, HIGHLEVEL_TOKEN_KEY };
    const request = new Request(`${ORIGIN}/api${PATH}`, {
      method: "PUT",
      headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}` },
      body: JSON.stringify({ token: PIT }),
    });
    const response = await worker.fetch(request as Parameters<typeof worker.fetch>[0], deployment);
    const problem = await response.json();
    expect(problem).toMatchObject({ status: 400, code: "CONFIGURATION_TOKEN_KEY" });
    expect(problem).toMatchObject({ detail: expect.stringContaining(detail) });
    expect(JSON.stringify(problem)).not.toContain("canary");
  });
});

describe("POST /api/locations/:l/token/check", () => {
  const check = () => api(`${PATH}/check`, { method: "POST" });

  it("asks HighLevel what it may read, and says which scopes it lacks", async () => {
    const highLevel = aHighLevel();
    highLevel.addToken(PIT, LOCATION, ["locations.readonly", "contacts.readonly", "contacts.write"]);
    await give({ token: PIT });
    const { status, body } = await check();
    expect([status, body.failure, body.token.state]).toEqual([200, null, "active"]);
    expect(body.token.refusedScopes.map(({ scope }: { scope: string }) => scope).toSorted()).toEqual([
      "conversations/message.readonly",
      "locations/customFields.readonly",
      "users.readonly",
    ]);
    expect((await api(PATH)).body.token).toEqual(body.token);
    expect(JSON.stringify(body)).not.toContain(PIT);
    expect(highLevel.violations).toEqual([]);
  });

  it("says that a token is refused, or of another location", async () => {
    const highLevel = aHighLevel();
    await give({ token: "pit-canary-unknown" });
    expect((await check()).body).toMatchObject({ failure: null, token: { state: "refused" } });
    highLevel.addLocation({ id: "elsewhere" });
    highLevel.addToken("pit-canary-elsewhere", "elsewhere");
    await give({ token: "pit-canary-elsewhere" });
    expect((await check()).body).toMatchObject({ failure: null, token: { state: "refused" } });
  });

  it("says why nothing could be asked", async () => {
    aHighLevel();
    expect((await check()).body).toMatchObject({ token: null, failure: expect.stringContaining("no HighLevel token") });
    await give({ token: PIT });
    world.answer = () => Promise.reject(new TypeError("reset"));
    expect((await check()).body).toMatchObject({ failure: "broken", token: { state: "active" } });
  });
});

describe("a location without a token", () => {
  it("has dead letters that say so, until it is given one", async () => {
    aHighLevel();
    await postEvent();
    const dead = await delivered();
    expect([dead.state, dead.attempts[0]?.error]).toEqual(["dead", expect.stringContaining("has no HighLevel token")]);
  });

  it("is what DELETE leaves", async () => {
    await give({ token: PIT });
    expect((await api(PATH, { method: "DELETE" })).body).toEqual({ token: null });
    expect((await api(PATH)).body).toEqual({ token: null });
  });
});
