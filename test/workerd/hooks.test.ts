import { env, exports } from "cloudflare:workers";
import { reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HookRoute } from "../../src/model/event-kinds.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import type { Rule } from "../../src/model/rule.ts";
import { aGatewayStatus, aPayload, gatewaySigned, provedHeaders, signed } from "../builders.ts";
import { share } from "../thorough.ts";
import { api, ledger, ORIGIN, post, postEvent, postRaw } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

interface EventCase {
  readonly route: HookRoute;
  readonly payload: Json;
  readonly expect: { readonly status: string; readonly facts?: JsonObject };
}
const files = import.meta.glob<EventCase>("../cases/events/*.json", { eager: true, import: "default" });
const cases = Object.entries(files).map(([path, value]) => ({
  title: path.replace(/.*\/|\.json$/g, "").replaceAll("-", " "),
  value,
}));
const STATUS: { readonly [status: string]: string } = {
  event: "accepted",
  unusable: "quarantined",
  ignored: "ignored",
};

async function signedHeaders(body: string | Uint8Array<ArrayBuffer>): Promise<Record<string, string>> {
  return { "content-type": "application/json", "x-ghl-signature": await signed(body) };
}

describe("what became of an e-mail", () => {
  it("becomes an event of the e-mail's contact, also when it came before the e-mail", async () => {
    const stats = (event: string) => ({
      type: "LCEmailStats",
      locationId: aPayload()["locationId"] ?? null,
      webhookPayload: {
        event,
        timestamp: Math.floor(Date.now() / 1_000),
        message: { headers: { "message-id": "<mail-1@mg.example.com>" } },
      },
    });
    const early = await post(stats("delivered"), "events");
    expect([early.status, early.body.status]).toEqual([202, "quarantined"]);
    const email = { ...aPayload(), messageType: "Email", messageId: "message-1", emailMessageId: "mail-1" };
    expect((await post(email, "events")).body.status).toBe("accepted");
    expect((await post(stats("opened"), "events")).body.status).toBe("accepted");
    const { events } = await ledger().events({ limit: 5, kind: "EmailStatus" });
    expect(events.map(({ outcome }) => outcome)).toEqual(["opened", "delivered"]);
    expect((await ledger().quarantined({ limit: 5 })).quarantined).toEqual([]);
  });
});

describe("every documented shape over HTTP", () => {
  it("is there to be tried", () => expect(cases.length).toBeGreaterThan(60));

  it.each(cases)("$title", async ({ value: { route, payload, expect: expected } }) => {
    const answer = await post(payload, route);
    // No rule that ships looks at a kind without an entry.
    const status = expected.facts?.["kind"] === "Other" ? "ignored" : STATUS[expected.status];
    expect([answer.status, answer.body.status]).toEqual([202, status]);
  });

  it.each(share(cases, 15))(
    "$title, sent again to the other route: no second event",
    async ({ value: { route, payload } }) => {
      const first = await post(payload, route);
      const again = await post(payload, route === "events" ? "provider" : "events");
      const accepted = [first, again].filter(({ body }) => body.status === "accepted");
      expect(again.status).toBe(202);
      expect(accepted.length).toBeLessThan(2);
    },
  );

  it.each(share(cases, 15))("$title, with one bit flipped: refused", async ({ value: { route, payload } }) => {
    const bytes = Uint8Array.from(new TextEncoder().encode(JSON.stringify(payload)));
    const headers = await provedHeaders(bytes, route);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    expect((await postRaw(bytes, headers, route)).status).toBe(401);
  });
});

describe("a hook refuses", () => {
  const body = JSON.stringify(aPayload());

  it.each<
    [
      title: string,
      status: number,
      code: string,
      send: () => Promise<{ status: number; headers: Headers; body: { code: string } }>,
    ]
  >([
    ["no signature", 401, "EVENT_SIGNATURE", () => postRaw(body, { "content-type": "application/json" })],
    [
      "N/A as a signature",
      401,
      "EVENT_SIGNATURE",
      () => postRaw(body, { "content-type": "application/json", "x-ghl-signature": "N/A" }),
    ],
    [
      "the signature of other bytes",
      401,
      "EVENT_SIGNATURE",
      async () => postRaw(`${body} `, await signedHeaders(body)),
    ],
    [
      "a doubled signature",
      401,
      "EVENT_SIGNATURE",
      async () => {
        const headers = new Headers(await signedHeaders(body));
        headers.append("x-ghl-signature", await signed(body));
        return postRaw(body, headers);
      },
    ],
    [
      "another content type",
      415,
      "REQUEST_MEDIA_TYPE",
      async () => postRaw(body, { ...(await signedHeaders(body)), "content-type": "text/plain" }),
    ],
    [
      "a compressed body",
      415,
      "REQUEST_MEDIA_TYPE",
      async () => postRaw(body, { ...(await signedHeaders(body)), "content-encoding": "gzip" }),
    ],
    ["signed bytes that are no JSON", 400, "REQUEST_NOT_JSON", async () => postRaw("{", await signedHeaders("{"))],
    [
      "256 KB and one byte",
      413,
      "REQUEST_TOO_LARGE",
      async () => postRaw("x".repeat(256 * 1024 + 1), await signedHeaders(body)),
    ],
  ])("%s", async (_, status, code, send) => {
    const answer = await send();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  it.each([1, 3, 63, 65, 66, 128, 512])("a signature of %d bytes", async (length) => {
    const signature = btoa("x".repeat(length));
    const answer = await postRaw(body, { "content-type": "application/json", "x-ghl-signature": signature });
    expect([answer.status, answer.body.code]).toEqual([401, "EVENT_SIGNATURE"]);
  });

  it("a stream that never says how long it is", async () => {
    const chunk = new Uint8Array(64 * 1024);
    const stream = new ReadableStream({
      pull: (controller) => controller.enqueue(chunk),
    });
    const answer = await postRaw(stream, { "content-type": "application/json" });
    expect(answer.status).toBe(413);
  });

  it("other methods, with a word on the right one", async () => {
    const response = await exports.default.fetch(`${ORIGIN}/hooks/highlevel`);
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });

  it("unknown routes", async () => {
    expect((await exports.default.fetch(`${ORIGIN}/nothing`)).status).toBe(404);
  });
});

describe("what was signed is never lost", () => {
  it("a body that is no JSON is answered 400 and kept", async () => {
    await postRaw("{", await signedHeaders("{"));
    const { body } = await api("/quarantine");
    expect(body.quarantined).toMatchObject([{ body: "base64:ew==", issues: [{ code: "EVENT_NOT_JSON" }] }]);
  });

  it("an event without a location is kept by the directory", async () => {
    const { locationId: _, ...payload } = aPayload({ webhookId: "w-unplaced" });
    await post(payload);
    const { body } = await api("/quarantine");
    expect(body.quarantined).toMatchObject([{ eventKey: "w-unplaced", issues: [{ pointer: "/locationId" }] }]);
  });

  it("an event without a contact is kept by its location, and can be taken in again", async () => {
    const payload = aPayload({ webhookId: "w-no-contact", contactId: "" });
    const answer = await post(payload);
    expect(answer.body).toMatchObject({
      status: "quarantined",
      issues: [{ pointer: "/contactId", code: "EVENT_FIELD" }],
    });
    const [{ id }] = (await api("/locations/test-location/quarantine")).body.quarantined;
    const again = await api(`/locations/test-location/quarantine/${id}/ingest`, { method: "POST" });
    expect(again.body).toMatchObject({ status: "quarantined" });
    const { body } = await api("/locations/test-location/quarantine");
    expect(body.quarantined).toHaveLength(1);
    expect(JSON.parse(body.quarantined[0].body)).toEqual(payload);
  });

  it("keeps every body, whatever key it claims, and a usable event of that key leaves them where they are", async () => {
    for (const body of ["FIRST", "SECOND"]) await post(aPayload({ webhookId: "shared", contactId: "", body }));
    await postEvent({ webhookId: "shared" });
    const { body } = await api("/locations/test-location/quarantine");
    expect(body.quarantined.map(({ eventKey }: { eventKey: string }) => eventKey)).toEqual(["shared", "shared"]);
  });

  it.each([
    ["too deep", `${"[".repeat(40)}${"]".repeat(40)}`],
    ["too wide", JSON.stringify(Array.from({ length: 6_000 }, () => 0))],
  ])("a document that is %s is quarantined", async (_, text) => {
    const answer = await postRaw(text, await signedHeaders(text));
    expect([answer.status, answer.body.status]).toEqual([202, "quarantined"]);
  });

  it("a kind we do not know is ignored, and counted", async () => {
    for (let times = 0; times < 3; times++) await post({ type: "ProductCreate", locationId: "test-location" });
    const { body } = await api("/locations/test-location/ignored");
    expect(body.ignored).toMatchObject([
      {
        kind: "ProductCreate",
        count: 3,
        lastSeen: expect.stringMatching(/T.*Z$/),
        use: expect.stringContaining("Where its payloads name a contact, a rule can look at it"),
      },
    ]);
  });
});

describe("an event", () => {
  it("is accepted once, and a duplicate however often it comes again", async () => {
    const first = await postEvent({ webhookId: "w-twice", status: "failed" });
    expect(first.answer.body).toEqual({
      status: "accepted",
      eventKey: "w-twice",
      fired: expect.arrayContaining(["sms-failed"]),
    });
    const again = await postEvent({ webhookId: "w-twice", status: "failed" });
    expect(again.answer.body).toEqual({ status: "duplicate", eventKey: "w-twice" });
  });

  it("without a webhookId is known by its bytes", async () => {
    const { body } = await post(aPayload());
    expect(body.eventKey).toMatch(/^[0-9a-f]{64}$/);
    expect((await post(aPayload())).body).toEqual({ status: "duplicate", eventKey: body.eventKey });
  });

  it("of another location never meets it", async () => {
    await postEvent({ webhookId: "w-shared" });
    const other = await post(aPayload({ webhookId: "w-shared", locationId: "other-location" }));
    expect(other.body.status).toBe("accepted");
    expect((await api("/locations/test-location/events")).body.events).toHaveLength(1);
  });

  it("cannot change a prototype", async () => {
    const body =
      '{"type":"OutboundMessage","locationId":"test-location","contactId":"c","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    const { body: answer } = await postRaw(body, await signedHeaders(body));
    expect(answer.status).toBe("accepted");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const story = await api(`/locations/test-location/events/${answer.eventKey}`);
    expect(Object.keys(story.body.event.payload)).toEqual(["type", "locationId", "contactId"]);
  });
});

describe("the hook of gateways", () => {
  const send = async (payload: Json, id = "msg-1") => {
    const body = JSON.stringify(payload);
    return postRaw(body, { "content-type": "application/json", ...(await gatewaySigned(body, { id })) }, "gateway");
  };

  it("records what a gateway says of a message, once for each webhook-id", async () => {
    const status = aGatewayStatus({ status: "failed", error: { code: "30003", type: "saas", message: "Unreachable" } });
    expect((await send(status)).body).toEqual({
      status: "accepted",
      eventKey: "gateway-msg-1",
      fired: ["gateway-status"],
    });
    expect((await send(status)).body).toEqual({ status: "duplicate", eventKey: "gateway-msg-1" });
    expect((await send(status, "msg-2")).body).toMatchObject({ status: "accepted", eventKey: "gateway-msg-2" });
    const story = await api("/locations/test-location/events/gateway-msg-1");
    expect(story.body.event).toMatchObject({ kind: "GatewayStatus", payload: status });
    expect(story.body.facts).toMatchObject({ outcome: "failed", messageId: "message-1" });
  });

  it("takes nothing that HighLevel signed, and HighLevel's hooks nothing of a gateway's", async () => {
    const body = JSON.stringify(aGatewayStatus());
    const types = { "content-type": "application/json" };
    const refused = [
      await postRaw(body, { ...types, "x-ghl-signature": await signed(body) }, "gateway"),
      await postRaw(body, { ...types, ...(await gatewaySigned(body)) }, "events"),
    ];
    expect(refused.map((answer) => [answer.status, answer.body.code])).toEqual([
      [401, "EVENT_SIGNATURE"],
      [401, "EVENT_SIGNATURE"],
    ]);
  });

  it("is told of by a webhook that reports, and rules act on either", async () => {
    const actions: Rule["actions"] = [{ type: "webhook", url: "https://gateway.example.com/messages", report: true }];
    const failed: Rule["conditions"] = { all: [{ fact: "outcome", operator: "equal", value: "failed" }] };
    world.rules = [
      {
        name: "hand-over",
        on: ["ProviderOutboundMessage"],
        conditions: { all: [{ fact: "phone", operator: "exists", value: true }] },
        actions,
      },
      { name: "on-failure", on: ["GatewayStatus"], conditions: failed, actions: [{ type: "task", title: "Call" }] },
    ];
    world.answer = () => Response.json({ status: "failed", error: { code: "30003", message: "Unreachable" } });
    const message = {
      type: "SMS",
      locationId: "test-location",
      contactId: "c",
      messageId: "m",
      phone: "+1",
      message: "x",
    };
    expect((await post(message, "provider")).body.fired).toEqual(["hand-over"]);
    await runDurableObjectAlarm(ledger());
    const { body } = await api("/locations/test-location/events?kind=GatewayStatus");
    expect(body.events).toMatchObject([{ outcome: "failed", contactId: "c", fired: ["on-failure"] }]);
    const again = aGatewayStatus({ contactId: "c", messageId: "m", status: "failed" });
    // The same message in the same state: it was acted on already.
    expect((await send(again)).body).toMatchObject({ status: "accepted", fired: [] });
  });

  it("keeps what cannot be used, and takes it in again under the key that it came with", async () => {
    expect((await send(aPayload())).body).toMatchObject({
      status: "quarantined",
      eventKey: "gateway-msg-1",
      issues: [{ pointer: "/type", code: "EVENT_ROUTE" }],
    });
    const [item] = (await api("/locations/test-location/quarantine")).body.quarantined;
    expect(item).toMatchObject({ route: "gateway", eventKey: "gateway-msg-1" });
    const again = await api(`/locations/test-location/quarantine/${item.id}/ingest`, { method: "POST" });
    expect(again.body).toMatchObject({ status: "quarantined", eventKey: "gateway-msg-1" });
  });
});

it("healthz answers", async () => {
  expect((await exports.default.fetch(`${ORIGIN}/healthz`)).status).toBe(200);
});

it("a Worker whose ledger is out of reach answers 429, never 2xx or 5xx", async () => {
  const { receive } = await import("../../src/receive/receive.ts");
  const { readConfiguration } = await import("../../src/model/configuration.ts");
  const broken = () => Promise.reject(new Error("overloaded"));
  const body = JSON.stringify(aPayload());
  const request = new Request(`${ORIGIN}/hooks/highlevel`, {
    method: "POST",
    body,
    headers: await signedHeaders(body),
  });
  const result = await receive(request, "events", {
    configuration: readConfiguration(env),
    clock: Date.now,
    store: {
      record: broken,
      quarantine: broken,
      join: broken,
      countIgnored: broken,
      uninstall: broken,
      install: broken,
    },
  });
  expect(result).toMatchObject({ ok: false, failure: { code: "LEDGER_UNAVAILABLE" } });
});
