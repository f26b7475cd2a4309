// What the Worker logs while everything goes through it that people would not like to find in a log.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SAMPLES } from "../../src/events/samples.ts";
import type { Delivery } from "../../src/model/delivery.ts";
import type { HookRoute } from "../../src/model/event-kinds.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { bundleWorker, runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { LOCATION, provedHeaders } from "../builders.ts";
import { CANARY_PERSON, holdsCanary } from "../canaries.ts";
import { TEST_ADMIN_TOKEN, TEST_VARIABLES } from "../keys.ts";
import { aCheckout } from "./checkout.ts";
import { aFailingDestination, BODY, CONTACT, everyKind, rulesFor, UNKNOWN_KIND, UNUSABLE } from "./private-traffic.ts";

const HOOKS: { readonly [R in HookRoute]: string } = {
  events: "/hooks/highlevel",
  provider: "/hooks/highlevel/provider",
  gateway: "/hooks/gateway",
};

describe("the log", () => {
  const checkout = aCheckout("privacy");
  const bundle = mkdtempSync(join(tmpdir(), "afterbeep-"));
  let destination: { host: string; server: Server };
  let worker: RunningWorker;
  let log = "";
  const statuses = new Map<string, number>();

  const lines = (): { readonly message?: string; readonly [key: string]: unknown }[] =>
    log
      .split("\n")
      .slice(0, -1)
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as JsonObject);
  const count = (message: string): number => lines().filter((line) => line.message === message).length;

  const call = async (path: string, init: RequestInit = {}): Promise<Response> => fetch(worker.url + path, init);
  const post = async (route: HookRoute, body: string, signature?: string): Promise<Response> => {
    const proved = await provedHeaders(body, route, /"webhookId":"([^"]+)"/.exec(body)?.[1]);
    const headers = signature === undefined ? proved : { ...proved, "x-ghl-signature": signature };
    return call(HOOKS[route], { method: "POST", body, headers });
  };
  const api = (path: string, init: RequestInit = {}, token = TEST_ADMIN_TOKEN): Promise<Response> =>
    call(`/api${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
  const deliveries = async (): Promise<readonly Delivery[]> => {
    const found: Delivery[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = await api(`/locations/${LOCATION}/deliveries?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`);
      const { deliveries, cursor: next } = (await page.json()) as { deliveries: Delivery[]; cursor: string | null };
      found.push(...deliveries);
      cursor = next;
    }
    return found;
  };
  const until = async (met: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await met())) await new Promise((soon) => setTimeout(soon, 10));
  };

  beforeAll(async () => {
    destination = await aFailingDestination();
    const { host } = destination;
    const toml = join(checkout, "wrangler.toml");
    const hosts = `OUTBOUND_ALLOWED_HOSTS = "${host}"`;
    writeFileSync(toml, readFileSync(toml, "utf8").replace('OUTBOUND_ALLOWED_HOSTS = ""', hosts));
    rmSync(join(checkout, "rules"), { recursive: true });
    mkdirSync(join(checkout, "rules"));
    for (const [name, rule] of Object.entries(rulesFor(host)))
      writeFileSync(join(checkout, `rules/${name}.json`), JSON.stringify(rule));
    await bundleWorker(bundle, checkout);
    const variables = {
      ...TEST_VARIABLES,
      OUTBOUND_ALLOWED_HOSTS: host,
      // It refuses everything, and quotes what it was sent: tokens, codes, the client's secret.
      HIGHLEVEL_API: `http://${host}/400`,
      HIGHLEVEL_PUBLIC_KEYS: `${TEST_VARIABLES.HIGHLEVEL_PUBLIC_KEYS}\n-----BEGIN PUBLIC KEY-----\nY2FuYXJ5\n-----END PUBLIC KEY-----`,
    };
    worker = await runWorker({
      bundle,
      variables,
      onLog: (chunk) => {
        log += chunk;
        console.log(chunk);
      },
    });
    const token = JSON.stringify({ token: "pit-canary-token" });
    for (const body of [token, token.replace("pit-", " "), "{"])
      await api(`/locations/${LOCATION}/token`, { method: "PUT", body });
    for (const { route, payload } of everyKind()) {
      const body = JSON.stringify(payload);
      for (const time of ["first", "again"])
        statuses.set(`${JSON.stringify(payload["webhookId"])} ${time}`, (await post(route, body)).status);
    }
    for (const [webhookId, payload] of Object.entries(UNUSABLE))
      await post("events", JSON.stringify({ webhookId, ...(payload as JsonObject) }));
    await post("events", JSON.stringify({ webhookId: "unknown-kind", ...UNKNOWN_KIND }));
    await post("events", `{"webhookId": "not-json", "body": ${BODY}`);
    await until(async () => (await deliveries()).every(({ attempts }) => attempts.length > 0));
  }, 90_000);

  afterAll(async () => {
    await worker.miniflare.dispose();
    destination.server.close();
    for (const folder of [checkout, bundle]) rmSync(folder, { recursive: true, force: true });
  });

  it("has one line for each event that came: accepted, known already, not known, not usable", async () => {
    expect(new Set(statuses.values())).toEqual(new Set([202]));
    const samples = Object.keys(SAMPLES).length;
    await until(() => count("event") >= 2 * samples + Object.keys(UNUSABLE).length + 2);
    const events = lines().filter(({ message }) => message === "event");
    const byStatus = (status: string): unknown[] =>
      events.filter((line) => line["status"] === status).map(({ eventKey }) => eventKey);
    // A kind without an entry is recorded only where a rule looks at it.
    const keys = Object.entries(SAMPLES)
      .map(([name, { route }]) => `${route === "gateway" ? "gateway-" : ""}kind-${name}`)
      .filter((key) => key !== "kind-other");
    expect(byStatus("accepted")).toEqual(keys);
    expect(byStatus("duplicate")).toEqual(keys);
    expect(byStatus("ignored")).toEqual(expect.arrayContaining(["kind-other", "unknown-kind"]));
    expect(byStatus("ignored")).toHaveLength(3);
    expect(byStatus("quarantined")).toEqual([...Object.keys(UNUSABLE), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(events.find(({ eventKey }) => eventKey === "kind-sms")).toEqual({
      message: "event",
      eventKey: "kind-sms",
      locationId: LOCATION,
      kind: "OutboundMessage",
      status: "accepted",
      fired: Object.keys(rulesFor("")).toSorted((a, b) => a.localeCompare(b)),
      firedCount: Object.keys(rulesFor("")).length,
    });
  });

  it("has one line for each attempt, whatever came of it", async () => {
    // Some are tried again meanwhile: the two are compared at one moment.
    const told = async (): Promise<{ rule: string; attempts: number; lines: number }[]> => {
      const ofApi = await deliveries();
      const written = lines();
      return ofApi.map(({ id, rule, attempts }) => ({
        rule,
        attempts: attempts.length,
        lines: written.filter(({ deliveryId }) => deliveryId === id).length,
      }));
    };
    await expect
      .poll(async () => (await told()).filter((one) => one.lines !== one.attempts), { timeout: 20_000 })
      .toEqual([]);
    const came = new Map(lines().map(({ rule, outcome, status }) => [rule, [outcome, status]]));
    came.delete(undefined);
    expect(Object.fromEntries(came)).toEqual({
      answered: ["done", 204],
      echoed: ["DESTINATION_STATUS", 503],
      redirected: ["DESTINATION_REDIRECT", 302],
      tagged: ["HIGHLEVEL_REFUSED", 400],
      gone: ["DESTINATION_GONE", 410],
      broken: ["DESTINATION_UNREACHABLE", null],
      "dot-segment": ["DESTINATION_REFUSED", null],
      "bad-header": ["ACTION_TEMPLATE", null],
      "unbound-secret": ["ACTION_SECRET", null],
      "absent-field": ["ACTION_TEMPLATE", null],
      "bad-number": ["ACTION_TEMPLATE", null],
      task: ["done", null],
    });
  });

  it("has a line for each install that came back, with what became of it alone; no answer shows a token", async () => {
    // The destination's 400 is no JSON, so it proves nothing about the code.
    const page = await call("/oauth/callback?code=canary-code");
    expect([page.status, holdsCanary(await page.text())]).toEqual([502, false]);
    const installs = (): unknown[] => lines().filter(({ message }) => message === "install");
    await until(() => installs().length > 0);
    expect(installs()).toEqual([{ message: "install", outcome: "unclear", locationId: null }]);
    const tagged = (await deliveries()).filter(({ rule }) => rule === "tagged");
    expect(tagged.length).toBeGreaterThan(0);
    expect(JSON.stringify(tagged.map(({ attempts }) => attempts))).toContain("Bearer [token]");
    expect(JSON.stringify(tagged)).not.toContain("pit-canary");
  });

  it("has a line for refused requests with the route and the code alone", async () => {
    const unsigned = JSON.stringify({ type: "InboundMessage", webhookId: "unsigned-key", ...CANARY_PERSON });
    const requests: (() => Promise<Response>)[] = [
      () => post("events", unsigned, "canary"),
      () => post("events", unsigned, "canary"),
      () => post("provider", unsigned, btoa("canary".repeat(20))),
      () => call(`${HOOKS.events}?token=canary`, { method: "PUT", body: "canary" }),
      () => call(`${HOOKS.events}?token=canary`, { method: "POST", body: "canary" }),
      () => call("/canary?token=canary"),
      () => api(`/locations/canary/events?contact=${encodeURIComponent(CANARY_PERSON.email)}`, {}, "canary-wrong"),
    ];
    const answers = [];
    for (const request of requests) answers.push((await request()).status);
    expect(answers).toEqual([401, 401, 401, 405, 415, 404, 401]);
    const refused = (): unknown[] => lines().filter(({ message }) => message === "refused");
    await until(() => refused().length >= 5);
    expect(refused()).toEqual([
      { message: "refused", route: "events", code: "EVENT_SIGNATURE", count: 1 },
      { message: "refused", route: "provider", code: "EVENT_SIGNATURE", count: 1 },
      { message: "refused", route: "events", code: "REQUEST_METHOD", count: 1 },
      { message: "refused", route: "events", code: "REQUEST_MEDIA_TYPE", count: 1 },
      { message: "refused", route: "api", code: "API_TOKEN", count: 1 },
    ]);
    expect(log).not.toContain("unsigned-key");
  });

  it("says nothing of what the operator asks for", async () => {
    const { quarantined } = (await (await api(`/locations/${LOCATION}/quarantine`)).json()) as {
      quarantined: { id: string; contactIds: string[] }[];
    };
    const held = quarantined.find(({ contactIds }) => contactIds.includes(CONTACT));
    const json = { method: "POST", body: JSON.stringify({ event: { type: "canary", ...CANARY_PERSON } }) };
    const requests: (() => Promise<Response>)[] = [
      () => api("/locations/canary/events?contact=canary&rule=canary&cursor=canary"),
      () => api(`/locations/${LOCATION}/events?contact=canary&limit=canary`),
      () => api(`/locations/${LOCATION}/events/canary%ff`),
      () => api(`/locations/${LOCATION}/deliveries/canary/retry`, { method: "POST" }),
      () => api(`/locations/${LOCATION}/tasks/canary/complete`, { method: "POST" }),
      () => api("/explain", { method: "POST", body: "canary" }),
      () => api("/explain", json),
      () => api(`/canary/${encodeURIComponent(CANARY_PERSON.email)}`),
      () => api(`/locations/${LOCATION}/contacts/${CONTACT}`, { method: "DELETE" }),
      () => api(`/locations/${LOCATION}/quarantine/${held?.id ?? ""}/ingest`, { method: "POST" }),
    ];
    const before = lines().length;
    const answers = [];
    for (const request of requests) answers.push((await request()).status);
    expect(answers).toEqual([400, 400, 404, 404, 404, 400, 422, 404, 200, 404]);
    expect(lines().filter(({ message }) => message !== "attempt").length).toBeLessThanOrEqual(before);
  });

  it("holds no word of a message, no person, no address, no secret and no URL, on stdout or stderr", () => {
    expect(log.split("\n").filter(holdsCanary)).toEqual([]);
    expect(log).not.toMatch(/https?:|token=|[?&]to=/);
    expect(log).not.toContain(CONTACT);
  });

  it("has the line of a key that cannot be used", () => {
    expect(lines()).toContainEqual({
      message: "A block in HIGHLEVEL_PUBLIC_KEYS is no Ed25519 or RSA public key",
      code: "CONFIGURATION_KEYS",
    });
  });
});
