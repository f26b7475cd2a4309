// The app's own events at the hook: what an uninstall ends, and what it does not.
import { directoryOf } from "../../src/objects/durable-objects.ts";
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sealKeys } from "../../src/highlevel/seal.ts";
import { sealGrant } from "../../src/highlevel/sealed-token.ts";
import { installObjects } from "../../src/objects/client.ts";
import { install } from "../../src/objects/installs.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { aRule, LOCATION } from "../builders.ts";
import { TEST_TOKEN_KEY } from "../keys.ts";
import { api, ledger, post, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

const APP_ID = "canaryapp";
beforeEach(resetWorld);
afterEach(reset);

async function installIn(locationId: string, companyId: string | null = "agency"): Promise<void> {
  const keys = await sealKeys([TEST_TOKEN_KEY]);
  if (!keys.ok) throw new Error(keys.failure);
  const tokens = { accessToken: "canary-access", refreshToken: "canary-refresh" };
  const grant = { ...tokens, expiresInMs: 86_400_000, scopes: [], locationId, companyId };
  await install(installObjects(env), locationId, await sealGrant(keys.value, grant, APP_ID, world.now));
}
const uninstall = (fields: JsonObject) => post({ type: "UNINSTALL", appId: APP_ID, webhookId: "gone-1", ...fields });
const stateOf = async (locationId: string) => (await api(`/locations/${locationId}/token`)).body.token?.state;

describe("UNINSTALL", () => {
  it("ends the token of a location: what follows is a dead letter that says so", async () => {
    await installIn(LOCATION);
    world.rules = [aRule({ actions: [{ type: "highlevel", call: "add-tags", tags: ["missed"] }] })];
    expect((await uninstall({ locationId: LOCATION })).body).toEqual({
      status: "accepted",
      eventKey: "gone-1",
      fired: [],
    });
    await postEvent();
    await runDurableObjectAlarm(ledger());
    const [delivery] = (await api(`/locations/${LOCATION}/deliveries`)).body.deliveries;
    expect(delivery).toMatchObject({
      state: "dead",
      attempts: [{ error: expect.stringContaining("The app was uninstalled") }],
    });
    expect(world.requests).toEqual([]);
    expect((await api(`/locations/${LOCATION}/token`)).body.token).toMatchObject({
      state: "uninstalled",
      since: new Date(world.now).toISOString(),
    });
  });

  it("of an agency ends the tokens that came with it, and no others", async () => {
    for (const location of ["one", "two"]) await installIn(location);
    await installIn("theirs", "another-agency");
    await installIn("alone", null);
    expect((await uninstall({ companyId: "agency" })).body).toMatchObject({ status: "accepted", fired: [] });
    const states = await Promise.all(["one", "two", "theirs", "alone"].map(stateOf));
    expect(states).toEqual(["uninstalled", "uninstalled", "active", "active"]);
    expect(await directoryOf(env).ofCompany("agency", 10)).toEqual([]);
  });

  it("that is repeated, or older than the token, does not end a later install", async () => {
    await installIn(LOCATION);
    await uninstall({ locationId: LOCATION });
    await installIn(LOCATION);
    expect((await uninstall({ locationId: LOCATION })).body).toEqual({ status: "duplicate", eventKey: "gone-1" });
    const earlier = new Date(world.now - 1_000).toISOString();
    expect((await uninstall({ locationId: LOCATION, webhookId: "gone-2", timestamp: earlier })).status).toBe(202);
    expect((await uninstall({ companyId: "agency", webhookId: "gone-3", timestamp: earlier })).status).toBe(202);
    expect(await stateOf(LOCATION)).toBe("active");
    // So that an uninstall of its agency finds it.
    expect(await directoryOf(env).ofCompany("agency", 10)).toEqual([LOCATION]);
  });

  it("of another app changes nothing", async () => {
    await installIn(LOCATION);
    await uninstall({ locationId: LOCATION, appId: "another" });
    await uninstall({ companyId: "agency", appId: "another", webhookId: "gone-2" });
    expect(await stateOf(LOCATION)).toBe("active");
  });

  it("leaves a token that somebody gave", async () => {
    await api(`/locations/${LOCATION}/token`, { method: "PUT", body: JSON.stringify({ token: "pit-canary-0001" }) });
    await uninstall({ locationId: LOCATION });
    expect(await stateOf(LOCATION)).toBe("active");
  });

  it("that says too little is of a kind that is not known", async () => {
    expect((await uninstall({})).body).toEqual({ status: "ignored" });
  });
});

it("INSTALL is taken in, and is no unknown kind", async () => {
  const installed = { type: "INSTALL", appId: APP_ID, locationId: LOCATION, webhookId: "new-1" };
  expect((await post(installed)).body).toEqual({ status: "accepted", eventKey: "new-1", fired: [] });
  expect((await api(`/locations/${LOCATION}/ignored`)).body).toEqual({ ignored: [] });
});
