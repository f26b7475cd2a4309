// What a draft would do, asked of the real Worker: nothing of it is recorded.
import { exports } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import { aPayload, aRule, aTask, CONTACT, LOCATION } from "../builders.ts";
import { SHIPPED_RULES } from "../shipped.ts";
import { announced, api, apiPost, ORIGIN, postEvent } from "./client.ts";
import { stateOf } from "./tenants.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const TEXT = JSON.stringify({
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "count", operator: "greaterThanInclusive", value: 2, params: { channel: "sms" } }] },
  actions: [{ type: "task", title: "Call {{ event.contactId }} back", due: "1h" }],
  examples: [
    { event: { messageType: "SMS" }, fires: false },
    { event: { messageType: "SMS" }, history: [{ ago: "1h", event: { messageType: "SMS" } }], fires: true },
  ],
});
const check = (fields: JsonObject = {}) => apiPost("/check", { name: "second-sms", text: TEXT, ...fields });
const tryOut = (fields: JsonObject = {}) =>
  apiPost(`/locations/${LOCATION}/try`, { name: "second-sms", text: TEXT, ...fields });

/** The answer, when nothing was written for it. */
async function withoutTrace<Value>(ask: () => Promise<Value>): Promise<Value> {
  await announced();
  const [state, rows] = [await stateOf(LOCATION), world.rowsWritten];
  const answer = await ask();
  expect(world.rowsWritten).toBe(rows);
  expect(await stateOf(LOCATION)).toBe(state);
  return answer;
}

describe("POST /api/check", () => {
  it("checks a draft, and explains an event in its place in the log", async () => {
    world.rules = [aRule({ name: "second-sms", actions: [aTask()] }), aRule({ name: "other", actions: [aTask()] })];
    const { key } = await postEvent();
    const { status, body } = await withoutTrace(() => check({ event: aPayload() }));
    expect([status, body.admitted, body.findings, body.examples]).toEqual([200, true, [], { passed: 2, failed: 0 }]);
    expect(body.explained.decision.fired).toEqual(["other", "second-sms"]);
    expect(body.explained.decision.verdicts).toMatchObject([
      { rule: "other" },
      { conditions: [{ fact: "count", saw: 2 }] },
    ]);
    expect(body.explained.actions[1]).toMatchObject({ rule: "second-sms", action: { due: "1h" } });
    expect(body.explained.facts).toMatchObject({ channel: "sms", contactId: CONTACT });
    expect(key).not.toBe(body.explained.event.key);
    const fresh = await withoutTrace(() =>
      check({ event: aPayload({ contactId: "nobody-yet" }), locationId: LOCATION }),
    );
    expect(fresh.body.explained.decision.fired).toEqual(["other"]);
  });

  it("explains an event with what is said to be known beside it", async () => {
    world.rules = [];
    const rule = {
      on: ["OutboundMessage"],
      conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: "vip" }] },
      actions: [{ type: "task", title: "Call {{ contact.firstName | default: 'them' }}" }],
      examples: [{ event: {}, contact: { tags: ["vip"] }, fires: true }],
    };
    const asked = (fields: JsonObject) => check({ text: JSON.stringify(rule), event: aPayload(), ...fields });
    const { body } = await asked({ contact: { firstName: "Grace", tags: ["vip"] } });
    expect([body.findings, body.examples]).toEqual([[], { passed: 1, failed: 0 }]);
    expect(body.explained.decision).toMatchObject({ fired: ["second-sms"], known: { contact: { tags: ["vip"] } } });
    expect(JSON.stringify(body.explained.decision)).not.toContain("Grace");
    expect((await asked({})).body.explained.decision.fired).toEqual([]);
    const { status, body: odd } = await asked({ contact: { firstname: "Grace", tags: "vip", owner: { mail: 1 } } });
    expect([status, odd.explained]).toEqual([200, null]);
    expect(odd.issues.map(({ pointer }: { pointer: string }) => pointer).toSorted()).toEqual([
      "/contact/firstname",
      "/contact/owner/mail",
      "/contact/tags",
    ]);
    expect(JSON.stringify(odd.issues)).not.toMatch(/Grace|vip/);
  });

  it("answers with the findings of a text that is no rule", async () => {
    const { status, body } = await check({ text: '{ "on": [' });
    expect([status, body.admitted]).toEqual([200, false]);
    expect(body.findings).toEqual([{ pointer: "", code: "RULE_JSON", message: expect.any(String), severity: "error" }]);
  });

  it.each<[what: string, body: string, status: number, code: string]>([
    ["no JSON", "{", 400, "REQUEST_NOT_JSON"],
    ["no draft", "{}", 400, "REQUEST_PARAMETER"],
    ["a body that is too large", JSON.stringify({ name: "a", text: "x".repeat(1_000_000) }), 413, "REQUEST_TOO_LARGE"],
    ["a text that is too large", JSON.stringify({ name: "a", text: "x".repeat(200_000) }), 400, "REQUEST_PARAMETER"],
    [
      "10,000 levels",
      `{"name":"a","text":"{}","event":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
      422,
      "EVENT_UNUSABLE",
    ],
  ])("refuses %s", async (_, body, status, code) => {
    for (const path of ["/check", `/locations/${LOCATION}/try`]) {
      const answer = await api(path, { method: "POST", body });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
    }
  });

  it.each<[patterns: number, admitted: boolean, code: string]>([
    [900, false, "RULE_PATTERN"],
    [15, true, "RULE_EXAMPLE"],
  ])("keeps no ledger busy with %s patterns and a long text", async (patterns, admitted, code) => {
    await postEvent();
    const any = Array.from({ length: patterns }, (_, index) => ({
      fact: "body",
      operator: "matches",
      value: `(?i)[\\pL\\pN]{90}<${index}>`,
    }));
    const text = JSON.stringify({ on: ["OutboundMessage"], conditions: { any }, actions: [aTask()] });
    const { status, body } = await check({ text, event: aPayload({ body: "a".repeat(20_000) }) });
    expect([status, body.admitted, body.explained]).toEqual([200, admitted, null]);
    expect(body.findings.map((finding: { code: string }) => finding.code)).toContain(code);
  });

  it("lives through a draft of 10,000 levels", async () => {
    const text = `${'{"all":['.repeat(6_000)}1${"]}".repeat(6_000)}`;
    const { status, body } = await check({ text, event: aPayload() });
    expect([status, body.findings[0].code]).toEqual([200, "RULE_SHAPE"]);
  });
});

describe("POST /api/locations/:l/try", () => {
  it("decides the last events again with the draft alone, and leaves no trace", async () => {
    world.rules = [aRule({ name: "second-sms", actions: [aTask()] })];
    const keys: string[] = [];
    for (const fields of [{}, {}, { contactId: "other" }, { messageType: "CALL" }]) {
      keys.push((await postEvent(fields)).key);
      world.now += 60_000;
    }
    const { status, body } = await withoutTrace(() => tryOut());
    const { onlyNow, onlyBefore, ...counts } = body;
    expect([status, counts]).toEqual([
      200,
      {
        findings: [],
        tried: 4,
        from: "2100-01-01T12:00:00.000Z",
        to: "2100-01-01T12:03:00.000Z",
        fires: 2,
        firedBefore: 3,
        both: 1,
      },
    ]);
    expect(onlyNow.map(({ eventKey }: { eventKey: string }) => eventKey)).toEqual([keys[3]]);
    expect(onlyBefore.map(({ eventKey }: { eventKey: string }) => eventKey)).toEqual([keys[2], keys[0]]);
    const { body: log } = await api(`/locations/${LOCATION}/events?limit=1`);
    expect(onlyNow).toEqual(log.events);
    expect((await tryOut({ limit: 1 })).body).toMatchObject({ tried: 1, fires: 1 });
  });

  it("tries nothing with a draft that is refused, and wants a location that is served", async () => {
    await postEvent();
    expect((await tryOut({ text: "[]" })).body).toMatchObject({ tried: 0, findings: [{ code: "RULE_SHAPE" }] });
    expect((await tryOut({ limit: 1_001 })).body).toMatchObject({ issues: [{ pointer: "/limit" }] });
    expect((await apiPost("/locations/not%2Fone/try", { name: "a", text: TEXT })).status).toBe(404);
  });

  it("is closed without a token", async () => {
    for (const path of ["/api/check", `/api/locations/${LOCATION}/try`]) {
      const { status } = await exports.default.fetch(ORIGIN + path, { method: "POST", body: "{}" });
      expect(status).toBe(401);
    }
  });
});

describe("GET /api/rules", () => {
  it("tells what the build saw of each rule, and not the named conditions", async () => {
    const { body } = await api("/rules");
    expect(Object.keys(body).toSorted()).toEqual(["checked", "findings", "hash", "rules"]);
    const shipped = body.checked.filter(({ rule }: { rule: string }) => SHIPPED_RULES.includes(rule));
    expect(shipped.map(({ rule }: { rule: string }) => rule)).toEqual(SHIPPED_RULES);
    for (const checked of shipped)
      expect(checked).toMatchObject({ failing: 0, findings: [], examples: expect.any(Number) });
  });
});
