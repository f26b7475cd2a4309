// Installing the marketplace app, on a HighLevel that is strict about codes.
import { env } from "cloudflare:workers";
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import worker from "../../src/worker.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import type { LedgerEnv } from "../../src/objects/durable-objects.ts";
import { aRule, CONTACT, LOCATION } from "../builders.ts";
import { TEST_APP } from "../keys.ts";
import { api, ledger, ORIGIN, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

let highLevel: HighLevelStandIn;
beforeEach(() => {
  resetWorld();
  highLevel = new HighLevelStandIn({ clock: () => world.now, app: TEST_APP });
  highLevel.addContact({ id: CONTACT, locationId: LOCATION });
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => highLevel.answer(new Request(input, init)));
  world.answer = ({ url, headers, body, method }) => highLevel.answer(new Request(url, { method, headers, body }));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await reset();
});

async function visit(path: string, variables: Partial<LedgerEnv> = {}): Promise<Response> {
  const request = new Request(ORIGIN + path, { redirect: "manual" });
  return worker.fetch(request as Parameters<typeof worker.fetch>[0], { ...env, ...variables });
}
const back = (code: string, variables?: Partial<LedgerEnv>) =>
  visit(`/oauth/callback?code=${encodeURIComponent(code)}`, variables);
const told = async () => (await api(`/locations/${LOCATION}/token`)).body.token;
const NOWHERE: readonly (keyof LedgerEnv)[] = ["HIGHLEVEL_CLIENT_ID", "HIGHLEVEL_CLIENT_SECRET"];

describe("GET /oauth/start", () => {
  it("leads to HighLevel's page, and back to this Worker", async () => {
    const response = await visit("/oauth/start");
    expect([response.status, response.headers.get("cache-control")]).toEqual([302, "no-store"]);
    const url = new URL(response.headers.get("location") ?? "");
    expect(url.origin + url.pathname).toBe("https://marketplace.gohighlevel.com/oauth/chooselocation");
    expect(url.searchParams.get("redirect_uri")).toBe(`${ORIGIN}/oauth/callback`);
    expect(url.href).not.toContain(TEST_APP.clientSecret);
    // The marketplace refuses redirect URLs that contain its names.
    expect(new URL(url.searchParams.get("redirect_uri") ?? "").pathname).not.toMatch(/highlevel|ghl/i);
  });
});

describe("GET /oauth/callback", () => {
  it("installs the app in the location: its follow-ups carry the token, which nobody is shown", async () => {
    const lines = vi.spyOn(console, "log");
    const code = highLevel.authorize(LOCATION);
    const response = await back(code);
    const page = await response.text();
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(page).toContain(LOCATION);
    const seen = page + JSON.stringify(lines.mock.calls) + JSON.stringify(await told());
    for (const secret of [code, "access-0", "refresh-0", TEST_APP.clientSecret]) expect(seen).not.toContain(secret);
    expect(JSON.stringify(lines.mock.calls)).toContain('\\"outcome\\":\\"installed\\"');
    expect(await told()).toMatchObject({
      source: "oauth",
      state: "active",
      scopes: expect.arrayContaining(["contacts.write"]),
    });
    expect((await api("/locations")).body.locations).toEqual([expect.objectContaining({ locationId: LOCATION })]);

    world.rules = [aRule({ actions: [{ type: "highlevel", call: "add-tags", tags: ["missed"] }] })];
    await postEvent();
    await runDurableObjectAlarm(ledger());
    expect(highLevel.state.contacts.get(CONTACT)?.tags).toEqual(["missed"]);
    expect(highLevel.violations).toEqual([]);
  });

  it("takes a code once", async () => {
    const code = highLevel.authorize(LOCATION);
    expect((await back(code)).status).toBe(200);
    const again = await back(code);
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining("used before")]);
    expect(await told()).toMatchObject({ state: "active" });
  });

  const refused: readonly (readonly [
    what: string,
    path: string,
    variables: Partial<LedgerEnv>,
    status: number,
    says: string,
  ])[] = [
    ["no code", "/oauth/callback", {}, 400, "gave no code"],
    ["an empty code", "/oauth/callback?code=", {}, 400, "gave no code"],
    ["a code with a line end", "/oauth/callback?code=a%0d%0ab", {}, 400, "gave no code"],
    ["a code that HighLevel did not give", "/oauth/callback?code=<script>canary", {}, 400, "wrong or was used"],
    ["no key for tokens", "CODE", { HIGHLEVEL_TOKEN_KEY: "" }, 400, "HIGHLEVEL_TOKEN_KEY"],
    ["a key that cannot be used", "CODE", { HIGHLEVEL_TOKEN_KEY: "canary" }, 400, "HIGHLEVEL_TOKEN_KEY"],
    ["another client secret", "CODE", { HIGHLEVEL_CLIENT_SECRET: "canary" }, 400, "HIGHLEVEL_CLIENT_SECRET"],
    ["a location that is not allowed", "CODE", { ALLOWED_LOCATIONS: "elsewhere" }, 403, "ALLOWED_LOCATIONS"],
    ["no location allowed", "CODE", { ALLOWED_LOCATIONS: "" }, 403, "ALLOWED_LOCATIONS"],
  ];
  it.each(refused)("installs nothing with %s, and says what to do", async (_, path, variables, status, says) => {
    const response = await (path === "CODE" ? back(highLevel.authorize(LOCATION), variables) : visit(path, variables));
    const page = await response.text();
    expect([response.status, page]).toEqual([status, expect.stringContaining(says)]);
    expect(page).not.toMatch(/canary|</);
    expect(await told()).toBeNull();
  });

  it.each(NOWHERE)("says to set %s, and so does the start", async (name) => {
    for (const path of ["/oauth/start", "/oauth/callback?code=x"]) {
      const response = await visit(path, { [name]: "" });
      expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(name)]);
    }
    expect(highLevel.requests).toEqual([]);
  });

  it("keeps the code unused where the key is missing: it can be opened again", async () => {
    const code = highLevel.authorize(LOCATION);
    await back(code, { HIGHLEVEL_TOKEN_KEY: "" });
    expect((await back(code)).status).toBe(200);
  });

  it("uses no agency's token that names none: test/workerd/agency.test.ts has those that do", async () => {
    const agency = { access_token: "canary-a", refresh_token: "canary-r", expires_in: 9, userType: "Company" };
    for (const companyId of [undefined, "", "an agency", "x".repeat(129)]) {
      vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(Response.json({ ...agency, companyId })));
      const response = await back("x");
      expect([response.status, await response.text()]).toEqual([502, expect.stringContaining("could be used")]);
    }
  });

  it("says so when HighLevel does not answer", async () => {
    for (const kind of ["refuse-connection", 503] as const) {
      highLevel.faults.push({ match: () => true, kind, times: 1 });
      const response = await back(highLevel.authorize(LOCATION));
      expect([response.status, await response.text()]).toEqual([
        502,
        expect.stringContaining("HighLevel gave no answer"),
      ]);
    }
  });
});
