// Which locations a deployment takes events of, and which the operator can ask about.
import { directoryOf, Ledger, type LedgerEnv } from "../../src/objects/durable-objects.ts";
import { env } from "cloudflare:workers";
import { listDurableObjectIds, reset, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isServed } from "../../src/api/served.ts";
import { sealKeys } from "../../src/highlevel/seal.ts";
import { sealPrivate } from "../../src/highlevel/sealed-token.ts";
import { readConfiguration } from "../../src/model/configuration.ts";
import worker from "../../src/worker.ts";
import { aPayload, signed } from "../builders.ts";
import { TEST_TOKEN_KEY } from "../keys.ts";
import { A, api, B, send } from "./tenants.ts";
import { resetWorld } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const ledgers = async (): Promise<number> => (await listDurableObjectIds(env.LEDGER)).length;
const OTHERS = [A.toUpperCase(), B.slice(0, -1), `${A}x`, "elsewhere", "-", "_"];

describe("where ALLOWED_LOCATIONS names two, any other", () => {
  it.each([...OTHERS, ` ${A}`, `${A}.`, `${A},${B}`, ""])("such as %j may not send", async (locationId) => {
    const { status } = await send(aPayload({ locationId }));
    // What names no location that could exist is kept by the directory, for an operator who has named some.
    expect(status).toBe(OTHERS.includes(locationId) ? 403 : 202);
    expect(await ledgers()).toBe(0);
  });

  it.each(OTHERS)("such as %j is not found, and no ledger comes into being", async (location) => {
    for (const path of ["events", "deliveries", "tasks", "quarantine", "ignored", "events/key", "token"])
      expect((await api("get", `/api/locations/${location}/${path}`)).status).toBe(404);
    expect((await api("delete", `/api/locations/${location}/contacts/c`)).status).toBe(404);
    expect((await api("put", `/api/locations/${location}/token`, { token: "pit-of-nobody" })).status).toBe(404);
    expect(await ledgers()).toBe(0);
  });

  it("is explained as if nothing had happened there, without a ledger", async () => {
    const { status, text } = await api("post", "/api/explain", {
      event: aPayload({ status: "failed" }),
      locationId: "elsewhere",
    });
    expect([status, JSON.parse(text)]).toEqual([
      200,
      expect.objectContaining({ event: expect.objectContaining({ locationId: "elsewhere" }) }),
    ]);
    expect((JSON.parse(text) as { decision: { fired: string[] } }).decision.fired).toContain("sms-failed");
    expect(await ledgers()).toBe(0);
  });
});

it("each of several allowed locations may send and be asked", async () => {
  for (const locationId of [A, B]) {
    expect((await send(aPayload({ locationId }))).status).toBe(202);
    expect((await api("get", `/api/locations/${locationId}/events`)).text).toContain("test-contact");
  }
});

it("a location that is allowed no more is not looked through in HighLevel's export, and is again once it is", async () => {
  const stub = env.LEDGER.getByName(A);
  const keys = await sealKeys([TEST_TOKEN_KEY]);
  if (!keys.ok) throw new Error(keys.failure);
  await stub.storeToken(A, await sealPrivate(keys.value, "pit-of-the-tests", A));
  const states = await runInDurableObject(stub, (_, state) =>
    Promise.all(
      ["*", B, `${B},${A}`].map(async (ALLOWED_LOCATIONS) => {
        const { state: told } = await new Ledger(state, { ...env, ALLOWED_LOCATIONS }).reconciling();
        return told;
      }),
    ),
  );
  expect(states).toEqual(["on", "off", "on"]);
});

it("a location that is allowed no more can still be asked and erased, because the directory knows it", async () => {
  const known = ["-", "-a", "A", "Tenant", "Tenant_Xy7", "Tenant_Xy7-Qa", "_", "a", "z".repeat(64), "zz"];
  for (const id of known) await directoryOf(env).announce(id);
  const configuration = readConfiguration({ ALLOWED_LOCATIONS: "" });
  const served = (id: string) => isServed(id, { configuration, locations: directoryOf(env) });
  for (const id of known) expect(await served(id), id).toBe(true);
  const unknown = [
    "0",
    "--",
    "-A",
    "-b",
    "B",
    "Tenan",
    "Tenant_Xy7-Q",
    "Tenant_xy7",
    "tenant",
    "`",
    "z",
    "z".repeat(63),
  ];
  for (const id of unknown) expect(await served(id), id).toBe(false);
  expect((await api("get", "/api/locations/Tenant/events")).status).toBe(200);
  expect((await api("delete", "/api/locations/Tenant/contacts/c")).status).toBe(200);
});

describe("JURISDICTION", () => {
  const there = (jurisdiction: string): LedgerEnv => ({ ...env, ALLOWED_LOCATIONS: "*", JURISDICTION: jurisdiction });
  const webhook = async (): Promise<Parameters<typeof worker.fetch>[0]> => {
    const body = JSON.stringify(aPayload());
    const headers = { "content-type": "application/json", "x-ghl-signature": await signed(body) };
    const request = new Request("https://worker/hooks/highlevel", { method: "POST", headers, body });
    return request as Parameters<typeof worker.fetch>[0];
  };

  it("that is no place keeps nothing anywhere, and has HighLevel send again", async () => {
    const before = await ledgers();
    const { status, headers } = await worker.fetch(await webhook(), there("europe"));
    expect([status, headers.get("retry-after")]).toEqual([429, "60"]);
    expect(await ledgers()).toBe(before);
    const health = new Request("https://worker/healthz") as Parameters<typeof worker.fetch>[0];
    expect((await worker.fetch(health, there("europe"))).status).toBe(200);
  });

  it("is of no effect where there are no places, such as on a machine of one's own", async () => {
    const before = await ledgers();
    expect((await worker.fetch(await webhook(), there("eu"))).status).toBe(202);
    expect(await ledgers()).toBe(before + 1);
  });

  it("that was changed lets what was elsewhere rest", async () => {
    await worker.fetch(await webhook(), there(""));
    const stub = env.LEDGER.getByName(aPayload()["locationId"] as string);
    const elsewhere = { ...there("eu"), LEDGER: { jurisdiction: () => env.LEDGER } } as unknown as LedgerEnv;
    const rings = await runInDurableObject(stub, async (_, state) => {
      await new Ledger(state, elsewhere).alarm();
      return state.storage.getAlarm();
    });
    expect(rings).toBeGreaterThan(Date.now() + 3_000_000);
  });
});
