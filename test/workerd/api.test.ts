import { exports } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { answerApi } from "../../src/api/api.ts";
import { operatorOf } from "../../src/api/door.ts";
import { readConfiguration, type Variables } from "../../src/model/configuration.ts";
import type { Decision } from "../../src/model/decision.ts";
import type { ExportLine } from "../../src/model/export.ts";
import { hex, sha256 } from "../../src/kit/hash.ts";
import type { ApiPorts } from "../../src/api/ports.ts";
import { aPayload, aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN } from "../keys.ts";
import { api, apiPost, ORIGIN, post, postEvent } from "./client.ts";
import { outgoing, resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

describe("the door", () => {
  const call = async (authorization: string | null, path = "/api/locations") => {
    const response = await exports.default.fetch(
      ORIGIN + path,
      authorization === null ? {} : { headers: { authorization } },
    );
    return { status: response.status, body: await response.json<{ code: string }>(), headers: response.headers };
  };

  it.each([
    ["no header", null],
    ["another token", "Bearer wrong"],
    ["the token without Bearer", TEST_ADMIN_TOKEN],
    ["the beginning of the token", `Bearer ${TEST_ADMIN_TOKEN.slice(0, -1)}`],
    ["the token and more", `Bearer ${TEST_ADMIN_TOKEN}x`],
    ["an empty token", "Bearer "],
    ["Basic", `Basic ${btoa(`admin:${TEST_ADMIN_TOKEN}`)}`],
  ])("stays shut for %s", async (_, authorization) => {
    const { status, body, headers } = await call(authorization);
    expect([status, body.code]).toEqual([401, "API_TOKEN"]);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });

  it("stays shut for everything when no token is configured", async () => {
    const request = new Request(`${ORIGIN}/api/locations`, { headers: { authorization: "Bearer " } });
    const ports = { configuration: readConfiguration({}), clock: () => 0 };
    const answer = await answerApi(request, ports as Partial<ApiPorts> as ApiPorts);
    expect(answer).toMatchObject({ ok: false, failure: { code: "API_CLOSED" } });
  });

  describe("with several tokens", () => {
    const EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const opens = async (authorization: string | null, variables: Variables) => {
      const headers = new Headers(authorization === null ? {} : { authorization });
      const ports = { configuration: readConfiguration(variables), clock: Date.now, fetch: outgoing };
      return (await operatorOf(new Request(`${ORIGIN}/api/rules`, { headers }), ports)) !== null;
    };
    const hashed = async (...tokens: string[]) => (await Promise.all(tokens.map(sha256))).map(hex);

    it("opens for each of them, and for ADMIN_TOKEN beside them", async () => {
      const [first, second] = await hashed("ab_first", "ab_second");
      const variables = { ADMIN_TOKEN: "plain", ADMIN_TOKEN_HASHES: `one:${first}, ${second?.toUpperCase()}` };
      for (const token of ["plain", "ab_first", "ab_second"])
        expect(await opens(`Bearer ${token}`, variables), token).toBe(true);
    });

    it("stays shut for a token whose hash was taken out, and for the hash itself", async () => {
      const [first = "", second = ""] = await hashed("ab_first", "ab_second");
      expect(await opens("Bearer ab_first", { ADMIN_TOKEN_HASHES: second })).toBe(false);
      for (const token of [first, `one:${first}`, `${first},${second}`])
        expect(await opens(`Bearer ${token}`, { ADMIN_TOKEN_HASHES: `one:${first},${second}` })).toBe(false);
    });

    it.each([null, "", "Bearer", "Bearer ", "Bearer  ", "Basic "])(
      "stays shut for %j where the hash of nothing is configured",
      async (authorization) => {
        expect(await opens(authorization, { ADMIN_TOKEN_HASHES: EMPTY_HASH })).toBe(false);
      },
    );

    it("opens for no entry that is no hash", async () => {
      const entries = ["ab_first", "", ":", "one:", "one:ab_first", "*", "0".repeat(63), "undefined", "null"];
      for (const token of [...entries, "one"].filter((text) => text !== ""))
        expect(await opens(`Bearer ${token}`, { ADMIN_TOKEN_HASHES: entries.join() }), token).toBe(false);
    });

    it("looks at every one of them, whichever fits", async () => {
      const compare = vi.spyOn(crypto.subtle, "timingSafeEqual");
      const hashes = (await hashed("a", "b", "c")).join();
      for (const token of ["a", "b", "c", "plain", "none"]) {
        compare.mockClear();
        await opens(`Bearer ${token}`, { ADMIN_TOKEN: "plain", ADMIN_TOKEN_HASHES: hashes });
        expect(compare, token).toHaveBeenCalledTimes(4);
      }
      compare.mockRestore();
    });
  });

  it("is there before any route is looked for", async () => {
    expect((await call(null, "/api/nothing")).status).toBe(401);
    expect((await api("/nothing")).status).toBe(404);
    expect((await api("/locations", { method: "POST" })).status).toBe(405);
  });
});

describe("what is known of a contact", () => {
  const path = `/locations/${LOCATION}/contacts/known`;

  it("is told with since when and from where, and is nothing at first", async () => {
    expect((await api(path)).body).toMatchObject({ contactId: "known", state: "unknown", contact: null, gone: null });
    const timestamp = "2026-03-04T12:00:00.000Z";
    const record = { firstName: "Grace", tags: ["vip"], dnd: false, customFields: [{ id: "f1", value: "gold" }] };
    await post(aPayload({ type: "ContactUpdate", webhookId: "update", id: "known", timestamp, ...record }));
    const { status, body } = await api(path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      state: "known",
      contact: { id: "known", firstName: "Grace", tags: ["vip"], dnd: false, custom: { f1: "gold" } },
      parts: { fields: { since: timestamp, from: "event update" }, owner: null, customKeys: null, location: null },
      location: null,
    });
  });

  it("is nothing after it was erased", async () => {
    await post(aPayload({ type: "ContactUpdate", webhookId: "update", id: "known" }));
    await api(path, { method: "DELETE" });
    expect((await api(path)).body).toMatchObject({ state: "unknown", contact: null });
  });
});

describe("events", () => {
  it("are listed newest first, by contact and by rule, a page at a time", async () => {
    world.rules = [
      aRule({ name: "on-failed", conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] } }),
    ];
    await postEvent({ webhookId: "a" });
    await postEvent({ webhookId: "b", status: "failed" });
    await postEvent({ webhookId: "c", contactId: "another" });
    const keys = async (query: string) =>
      (await api(`/locations/${LOCATION}/events${query}`)).body.events.map(
        ({ eventKey }: { eventKey: string }) => eventKey,
      );
    expect(await keys("")).toEqual(["c", "b", "a"]);
    expect(await keys("?contact=another")).toEqual(["c"]);
    expect(await keys("?rule=on-failed")).toEqual(["b"]);
    const first = (await api(`/locations/${LOCATION}/events?limit=2`)).body;
    expect(await keys(`?limit=2&cursor=${first.cursor}`)).toEqual(["a"]);
    expect(first.events[1]).toEqual({
      eventKey: "b",
      kind: "OutboundMessage",
      channel: "sms",
      outcome: "failed",
      direction: "outbound",
      contactId: "test-contact",
      receivedAt: new Date(world.now).toISOString(),
      fired: ["on-failed"],
      held: [],
      sentBy: null,
      repeats: null,
      origin: null,
    });
  });

  it("tell why each rule fired or not, with what every condition saw", async () => {
    const { key } = await postEvent({ messageType: "Call", callStatus: "completed", webhookId: "with/slash?and#more" });
    const { body } = await api(`/locations/${LOCATION}/events/${encodeURIComponent(key)}`);
    expect(body.event).toMatchObject({ key, kind: "OutboundMessage", payload: { callStatus: "completed" } });
    const verdict = body.decision.verdicts.find(({ rule }: { rule: string }) => rule === "voicemail-text-back");
    expect(verdict).toEqual({
      rule: "voicemail-text-back",
      fired: false,
      reason: "conditions",
      conditions: [
        { pointer: "/all/0", fact: "channel", operator: "equal", value: "call", saw: "call", met: true },
        { pointer: "/all/1", fact: "callStatus", operator: "equal", value: "voicemail", saw: "completed", met: false },
      ],
    });
  });

  it("that do not exist are not found", async () => {
    const { status, body } = await api(`/locations/${LOCATION}/events/nothing`);
    expect([status, body.code]).toEqual([404, "LEDGER_NOT_FOUND"]);
  });
});

describe("lists", () => {
  it.each([
    ["events?limit=0", "/limit"],
    ["events?limit=many", "/limit"],
    ["events?limit=201", "/limit"],
    ["events?cursor=x", "/cursor"],
    ["deliveries?state=lost", "/state"],
    ["tasks?state=maybe", "/state"],
  ])("refuse %s and name the parameter", async (query, pointer) => {
    const { status, body } = await api(`/locations/${LOCATION}/${query}`);
    expect([status, body.code, body.issues[0].pointer]).toEqual([400, "REQUEST_PARAMETER", pointer]);
  });

  it("of deliveries and tasks page, and narrow by state", async () => {
    world.rules = [aRule({ actions: [aWebhook(), aWebhook(), aTask()] })];
    await postEvent();
    const { body } = await api(`/locations/${LOCATION}/deliveries?limit=2`);
    expect(body.deliveries).toHaveLength(2);
    const rest = await api(`/locations/${LOCATION}/deliveries?limit=2&cursor=${body.cursor}`);
    expect([rest.body.deliveries.length, rest.body.cursor]).toEqual([1, null]);
    expect((await api(`/locations/${LOCATION}/deliveries?state=sent`)).body.deliveries).toEqual([]);
    expect((await api(`/locations/${LOCATION}/deliveries?state=scheduled`)).body.deliveries).toHaveLength(3);
  });
});

describe("explain", () => {
  it("is the decision that would be made, and records nothing", async () => {
    const { status, body } = await apiPost("/explain", {
      event: aPayload({ messageType: "CALL", callStatus: "voicemail" }),
    });
    expect(status).toBe(200);
    expect(body.decision.fired).toContain("voicemail-text-back");
    const mine = body.actions.filter(({ rule }: { rule: string }) => rule === "voicemail-text-back");
    expect(mine.map(({ action }: { action: { call: string } }) => action.call)).toEqual([
      "send-message",
      "add-tags",
      "create-task",
    ]);
    expect((await api(`/locations/${LOCATION}/events`)).body.events).toEqual([]);
  });

  it("says what a live decision on the same event says", async () => {
    const payload = aPayload({ webhookId: "same", status: "failed" });
    const explained = (await apiPost("/explain", { event: payload })).body.decision;
    await post(payload);
    const live = (await api(`/locations/${LOCATION}/events/same`)).body.decision;
    // What the index has ruled out was never asked of the log: those conditions say that they were not looked at.
    const lookedAt = ({ verdicts }: Decision) =>
      verdicts.map(({ conditions, ...verdict }) => ({
        ...verdict,
        conditions: conditions.map((told) => (told.fact === "count" ? { ...told, met: null, saw: undefined } : told)),
      }));
    expect(lookedAt(live)).toEqual(lookedAt(explained));
    expect(explained.ruleSet).toBe(live.ruleSet);
  });

  it("takes a provider's message, and another location", async () => {
    const { type: _, ...fields } = aPayload();
    const { body } = await apiPost("/explain", {
      event: { ...fields, type: "SMS", phone: "+15550100" },
      locationId: "elsewhere",
    });
    expect([body.event.kind, body.event.locationId]).toEqual(["ProviderOutboundMessage", "elsewhere"]);
  });

  it.each<[title: string, body: string, status: number, code: string]>([
    ["no JSON", "{", 400, "REQUEST_NOT_JSON"],
    ["no event", "{}", 400, "REQUEST_PARAMETER"],
    ["an unknown kind", JSON.stringify({ event: { type: "Weather" } }), 422, "EVENT_UNUSABLE"],
    ["an unusable event", JSON.stringify({ event: { type: "OutboundMessage" } }), 422, "EVENT_UNUSABLE"],
    ["a list", "[]", 400, "REQUEST_PARAMETER"],
    ["a contact that is none", JSON.stringify({ event: aPayload(), contact: [] }), 400, "REQUEST_PARAMETER"],
    [
      "a location of other names",
      JSON.stringify({ event: aPayload(), location: { zone: 1 } }),
      400,
      "REQUEST_PARAMETER",
    ],
    ["20,000 levels", `${'{"event":'.repeat(20_000)}1${"}".repeat(20_000)}`, 422, "EVENT_UNUSABLE"],
  ])("refuses %s", async (_, body, status, code) => {
    const answer = await api("/explain", { method: "POST", body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});

it("the rules are told as they are in force", async () => {
  const { body } = await api("/rules");
  expect(body.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(body.rules.map(({ name }: { name: string }) => name)).toContain("voicemail-text-back");
  expect(body.findings).toEqual([]);
});

describe("the export", () => {
  const exported = async (after = ""): Promise<ExportLine[]> => {
    const query = `?until=2200-01-01T00:00:00Z&cursor=${encodeURIComponent(after)}`;
    const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
    const response = await exports.default.fetch(`${ORIGIN}/api/locations/${LOCATION}/export${query}`, { headers });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
    const text = await response.text();
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ExportLine]));
  };

  it("streams the log, says that it is whole, and goes on where it is told to", async () => {
    world.rules = [aRule({ actions: [aTask()] })];
    const sent: string[] = [];
    for (let n = 0; n < 40; n += 1) sent.push((await postEvent({ body: "x".repeat(40_000), messageId: `m-${n}` })).key);
    const lines = await exported();
    expect(lines.flatMap((line) => (line.type === "event" ? [line.event.key] : []))).toEqual(sent);
    expect(lines[0]).toMatchObject({ type: "export", v: 1, locationId: LOCATION });
    expect(lines.at(-1)).toEqual({ type: "end", events: 40 });
    expect(lines.filter(({ type }) => type === "delivery")).toHaveLength(40);
    const pages = lines.flatMap((line, index) => (line.type === "page" ? [{ cursor: line.cursor, index }] : []));
    expect(pages.length).toBeGreaterThan(4);
    for (const { cursor, index } of pages) {
      const rest = await exported(cursor);
      expect(rest.slice(1, -1)).toEqual(lines.slice(index + 1, -1));
    }
  });

  it.each(["cursor=nowhere", "cursor=events.1.%25", "since=yesterday"])("refuses %s", async (query) => {
    expect((await api(`/locations/${LOCATION}/export?${query}`)).body).toMatchObject({ code: "REQUEST_PARAMETER" });
  });
});
