import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse, type Request as OutboundRequest } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_PART_BYTES } from "../../src/api/import.ts";
import { MAX_PUBLICATION_BYTES } from "../../src/api/rule-sets.ts";
import { sendEvent, type Target } from "../../src/local/hook-client.ts";
import { LOCATION, payloadOf, SAMPLES } from "../../src/events/samples.ts";
import { HighLevelStandIn } from "../../src/local/stand-in/stand-in.ts";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { MAX_EVENT_BYTES } from "../../src/model/event.ts";
import type { Delivery, DeliveryState } from "../../src/model/delivery.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import {
  misfits,
  objectAt,
  operationsOf,
  readDocument,
  validatorOf,
  type Operation,
  type Parameter,
} from "../api/document.ts";
import { callOf, operationOf, pageExamples, type Call } from "../api/page.ts";
import { gatewaySigned, provedHeaders, sampleOf, signed } from "../builders.ts";
import { bundleWithRules } from "./bundles.ts";
import { TEST_ADMIN_TOKEN, TEST_APP, TEST_PRIVATE_KEY, TEST_VARIABLES } from "../keys.ts";

const document = readDocument();
const operations = operationsOf(document);
const validator = validatorOf(document);
/** They take more than the others: a whole folder of rules, a part of a log. */
const LARGER: { readonly [operation: string]: number } = {
  "POST /api/rule-sets": MAX_PUBLICATION_BYTES,
  "PUT /api/locations/{locationId}/import": MAX_PART_BYTES,
};
/** A user that HighLevel knows. */
const USER = "user-1";
/** Nothing ever came of it. */
const EMPTY = "empty-location";
const AUTH = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };

/** Texts a contact whose tags change, once a day: the next ones are held. There is no token, so the first one is dead. */
const TEXTING = {
  on: ["ContactTagUpdate"],
  conditions: { all: [{ fact: "contactId", operator: "exists", value: true }] },
  breaker: { perContactDay: 1 },
  actions: [{ type: "highlevel", call: "send-message", messageType: "SMS", message: "Hello" }],
};
/** What leaves deliveries in every state, and tasks. */
const SENT = [
  "sms",
  "call",
  "voicemail",
  "call-voicemail",
  "missed-call",
  "sms-failed",
  "provider-sms",
  "reply",
  "tags",
  "tags",
  "tags",
  "tags",
  "dnd",
];
/** What an export of the location has, in the order in which it comes first. */
const LINES = ["rules", "page", "opt-out", "event", "delivery", "contact", "end"];
/** Bodies that no event can be made of, in the location and in none. */
const UNUSABLE: readonly JsonObject[] = [
  { type: "OutboundMessage", locationId: LOCATION, contactId: 7 },
  { type: "OutboundMessage" },
];
const UNKNOWN: readonly JsonObject[] = [{ type: "NoSuchKind", locationId: LOCATION }, { type: "NoSuchKind" }];

const folder = mkdtempSync(join(tmpdir(), "afterbeep-"));
let worker: RunningWorker;

/** What HighLevel has and sent no webhook of. */
const MISSING = {
  id: "missing-1",
  type: 2,
  messageType: "TYPE_SMS",
  locationId: LOCATION,
  contactId: "contact-sms",
  conversationId: "conversation-1",
  dateAdded: "2026-03-04T14:12:05.000Z",
  direction: "inbound",
  status: "delivered",
  contentType: "text/plain",
};
/** An agency of which the Worker may serve no location, so that it has no token of it. */
const COMPANY = "agency-1";
const highLevel = new HighLevelStandIn({ clock: () => Date.now(), app: TEST_APP });
highLevel.addLocation({ id: "outside-1", name: "Outside", companyId: COMPANY });
highLevel.installIn("outside-1");

async function answered(request: OutboundRequest): Promise<OutboundResponse> {
  const { url, method } = request;
  const body = method === "POST" ? { body: await request.text() } : {};
  const headers = Object.fromEntries(request.headers);
  const answer = await highLevel.answer(new Request(url, { method, headers, ...body }));
  return OutboundResponse.json(await answer.json(), { status: answer.status });
}

/** The CRM is gone, so that its deliveries are dead at once; the gateways take what they get. */
const outbound = async (request: OutboundRequest): Promise<OutboundResponse> => {
  const { host, pathname } = new URL(request.url);
  if (pathname.startsWith("/oauth/")) return answered(request);
  if (pathname === `/users/${USER}`) return OutboundResponse.json({ id: USER, name: "Uma Example" });
  if (pathname.endsWith("/export")) {
    const messages = [{ ...MISSING, dateAdded: new Date(Date.now() - 3_600_000).toISOString() }];
    return OutboundResponse.json({ messages, total: 1 });
  }
  return new OutboundResponse(null, { status: host === "crm.example.com" ? 410 : 204 });
};

async function ask<Answer = JsonObject>(path: string): Promise<Answer> {
  const response = await fetch(new URL(path, worker.url), { headers: AUTH });
  return (await response.json()) as Answer;
}

async function deliveriesIn(state: DeliveryState): Promise<readonly Delivery[]> {
  const path = `/api/locations/${LOCATION}/deliveries?state=${state}&limit=200`;
  return (await ask<{ deliveries: Delivery[] }>(path)).deliveries;
}

async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await new Promise((soon) => setTimeout(soon, 20));
}

beforeAll(async () => {
  const bundle = join(folder, "bundle");
  await bundleWithRules(bundle, { texting: TEXTING });
  const variables = {
    ...TEST_VARIABLES,
    ALLOWED_LOCATIONS: `${LOCATION},${EMPTY}`,
    RULES_FROM: "published",
    ALERT_URL: "https://alerts.example.com/",
    ALERT_SILENCE: "drift",
  };
  worker = await runWorker({ bundle, variables, outbound });
  const target: Target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
  for (const [index, name] of SENT.entries()) {
    // A contact each: a reply of one does not end the waits of another.
    const sample = sampleOf(name, `contact-${name}`);
    // The same tags again would change nothing.
    const set = name === "tags" ? { tags: [`tag-${index}`] } : {};
    const { httpStatus } = await sendEvent(target, sample.route, payloadOf(sample, set, new Date()));
    expect([name, httpStatus]).toEqual([name, 202]);
  }
  for (const body of [...UNUSABLE, ...UNKNOWN]) await sendEvent(target, "events", body);
  await until(
    async () =>
      (await deliveriesIn("dead")).length >= 2 &&
      (await deliveriesIn("sent")).length >= 2 &&
      (await deliveriesIn("scheduled")).length >= 2 &&
      (await deliveriesIn("held")).length >= 3,
  );
  // What has died is an alert some seconds later.
  await until(async () => (await ask<{ alerts: readonly unknown[] }>("/api/alerts")).alerts.length > 0);
  const callback = new URL(`/oauth/callback?code=${highLevel.authorizeAgency(COMPANY)}`, worker.url);
  expect((await fetch(callback)).status).toBe(200);
  const agency = `/api/agencies/${COMPANY}`;
  await until(async () => (await ask<{ counts: { outside: number } }>(agency)).counts.outside === 1);
  // Only now: what was texted before died for want of a token.
  const token = { method: "PUT", headers: AUTH, body: JSON.stringify({ token: "pit-of-the-tests" }) };
  expect((await fetch(new URL(`/api/locations/${LOCATION}/token`, worker.url), token)).status).toBe(200);
  await publishVersions();
}, 180_000);

/** Four versions and eight changes, as the page has them; one was in the shadow, and would have done otherwise. */
async function publishVersions(): Promise<void> {
  const change = async (path: string, body: object): Promise<void> => {
    const response = await fetch(new URL(path, worker.url), {
      method: "POST",
      headers: AUTH,
      body: JSON.stringify(body),
    });
    expect([path, response.status]).toEqual([path, 200]);
  };
  const rule = { ...TEXTING, actions: [{ type: "task", title: "Look at it" }], breaker: undefined };
  for (let over = 0; over < 4; over += 1)
    await change("/api/rule-sets", {
      files: { rules: [{ file: `rule-${over}.json`, text: JSON.stringify(rule) }] },
      over,
    });
  await change("/api/rule-sets/3/activate", { for: "shadow" });
  await until(async () => {
    const { told, locations } = await ask<{ told: number; locations: number }>("/api/rule-sets");
    return told === locations;
  });
  const sample = sampleOf("tags", "contact-of-the-shadow");
  const target: Target = { url: worker.url, privateKey: TEST_PRIVATE_KEY, adminToken: TEST_ADMIN_TOKEN };
  await sendEvent(target, sample.route, payloadOf(sample, { tags: ["in the shadow"] }, new Date()));
  for (const version of [1, 2, 3, 4, 3, 2, 4]) await change(`/api/rule-sets/${version}/activate`, { for: "all" });
}

afterAll(async () => {
  await worker.miniflare.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function send({ method, url, headers, body }: Call): Promise<Response> {
  return fetch(new URL(url, worker.url), { method, headers, body });
}

/** Holds an answer against its operation: a status that is listed, its content type, its headers and its body. */
async function held(operation: Operation, response: Response, lines = LINES): Promise<JsonObject> {
  const text = await response.text();
  const told = operation.answers.get(response.status);
  if (!told) throw new Error(`${operation.name} does not list ${response.status}: ${text}`);
  expect(response.headers.get("content-type")).toBe(told.contentType);
  for (const name of told.headers) expect(response.headers.has(name), `${operation.name}: ${name}`).toBe(true);
  const isLines = told.contentType === "application/x-ndjson";
  const [body = {}, ...more] = (isLines ? text.trimEnd().split("\n") : [text]).map(
    (one) => JSON.parse(one) as JsonObject,
  );
  for (const one of [body, ...more])
    expect(misfits(validator(told.schema), one), `${operation.name} answered ${response.status}`).toEqual([]);
  if (isLines) expect([...new Set(more.map(({ type }) => type))]).toEqual(lines);
  return body;
}

/** What the variables of the page stand for when an operation is asked. */
async function variablesFor({ name, path }: Operation): Promise<{ readonly [name: string]: string }> {
  const isGateway = path.endsWith("gateway");
  const sample = SAMPLES[isGateway ? "gateway-delivered" : path.endsWith("provider") ? "provider-sms" : "sms"];
  const payload = JSON.stringify(sample ? payloadOf(sample, {}, new Date()) : null);
  const gateway = await gatewaySigned(payload);
  const location = `/api/locations/${LOCATION}`;
  const first = async (list: Promise<{ readonly [name: string]: unknown }>, field: string): Promise<string> => {
    const [[item] = []] = Object.values(await list) as { readonly [field: string]: string }[][];
    return item?.[field] ?? "";
  };
  const state = name.endsWith("/cancel") ? "scheduled" : name.endsWith("/release") ? "held" : "dead";
  return {
    WORKER: worker.url,
    AUTH: `Authorization: Bearer ${TEST_ADMIN_TOKEN}`,
    LOCATION,
    EMPTY,
    COMPANY,
    USER,
    CONTACT: "contact-sms-failed",
    EVENT: await first(ask(`${location}/events?contact=contact-sms-failed`), "eventKey"),
    DELIVERY: await first(ask(`${location}/deliveries?state=${state}`), "id"),
    TASK: await first(ask(`${location}/tasks`), "id"),
    BODY: await first(ask(path.startsWith("/api/quarantine") ? "/api/quarantine" : `${location}/quarantine`), "id"),
    PAYLOAD: payload,
    SIGNATURE: isGateway ? (gateway["webhook-signature"] ?? "") : await signed(payload),
    ID: gateway["webhook-id"] ?? "",
    SECONDS: gateway["webhook-timestamp"] ?? "",
  };
}

/** The examples of the page with what they ask for; those that erase come last. */
const examples = pageExamples()
  .map(({ command }) => {
    const nowhere = new Proxy({}, { get: (_, name) => (name === "WORKER" ? "https://worker.example" : "X: x") });
    const operation = operationOf(operations, callOf(command, nowhere));
    if (!operation) throw new Error(`No operation: ${command}`);
    return { command, operation };
  })
  .toSorted((a, b) => Number(a.operation.method === "DELETE") - Number(b.operation.method === "DELETE"));

describe("each call of docs/api.md is answered as docs/openapi.json describes it", () => {
  it.each(examples)("$operation.name", async ({ command, operation }) => {
    const response = await send(callOf(command, await variablesFor(operation)));
    expect(response.status).toBeLessThan(300);
    const answer = await held(operation, response);
    // An empty list says nothing of what stands in it.
    for (const [name, list] of operation.method === "GET" && "cursor" in answer ? Object.entries(answer) : [])
      // No webhook was lost for as long as it takes to believe that.
      if (name !== "gaps") expect(list).not.toEqual([]);
  });

  it("and so is an export of the whole", async () => {
    const operation = operations.find(({ name }) => name === "GET /api/locations/{locationId}/export");
    if (!operation) throw new Error("There is no export");
    const whole = await send(callTo(operation, { query: { whole: "true" } }));
    // The first event fired nothing.
    const lines = ["rules", "page", "opt-out", "event", "rows", "delivery", "contact", "end"];
    expect(await held(operation, whole, lines)).toMatchObject({ type: "export" });
  });

  it("and so are the lists that they narrow, in full", async () => {
    for (const operation of operations.filter(({ name }) => name.startsWith("GET /api"))) {
      if (/\{(?!locationId)/.test(operation.path)) continue;
      await held(operation, await send(callTo(operation)));
    }
  });
});

describe("the problems of every operation are as docs/openapi.json describes them", () => {
  const api = operations.filter(({ path }) => path.startsWith("/api"));

  it.each(api)("$name without the token, or with another one", async (operation) => {
    for (const headers of [{}, { authorization: "Bearer wrong" }]) {
      const problem = await held(operation, await send(callTo(operation, { headers })));
      expect(problem).toMatchObject({ status: 401, code: "API_TOKEN" });
    }
  });

  it.each(api.filter(({ path }) => path.includes("{locationId}")))(
    "$name of a location that is not served",
    async (operation) => {
      const problem = await held(operation, await send(callTo(operation, { locationId: "elsewhere" })));
      expect(problem).toMatchObject({ status: 404, code: "REQUEST_NOT_FOUND" });
    },
  );

  // Of a contact that nobody knows it is told that nothing is known.
  it.each(api.filter(({ path, method }) => /\{(?!locationId|contactId)/.test(path) && method !== "DELETE"))(
    "$name of what is not there",
    async (operation) => {
      const problem = await held(operation, await send(callTo(operation)));
      expect(problem).toMatchObject({ status: 404, code: "LEDGER_NOT_FOUND" });
    },
  );

  it.each(
    api.flatMap((operation) => operation.parameters.filter(hasForm).map((parameter) => ({ operation, parameter }))),
  )("$operation.name with a $parameter.name of another form", async ({ operation, parameter }) => {
    const call = callTo(operation, { query: { [parameter.name]: "*".repeat(300) } });
    const response = await send(call);
    const issues = expect.arrayContaining([expect.objectContaining({ pointer: `/${parameter.name}` })]);
    expect(await held(operation, response)).toMatchObject({ status: 400, code: "REQUEST_PARAMETER", issues });
  });

  it.each(api.filter(({ body }) => body !== null))("$name with a body that cannot be used", async (operation) => {
    const bodies: readonly (readonly [body: string, code: string])[] = [
      ["{", "REQUEST_NOT_JSON"],
      ["[]", "REQUEST_PARAMETER"],
      [`${"[".repeat(60)}${"]".repeat(60)}`, "EVENT_UNUSABLE"],
      [JSON.stringify("x".repeat(LARGER[operation.name] ?? 2 * MAX_EVENT_BYTES)), "REQUEST_TOO_LARGE"],
    ];
    for (const [body, code] of bodies)
      expect(await held(operation, await send(callTo(operation, { body })))).toMatchObject({ code });
  });

  it.each(operations.filter(({ path }) => path.startsWith("/hooks")))(
    "$name that cannot be taken in",
    async (operation) => {
      const type = { "content-type": "application/json" };
      const proved = async (body: string): Promise<Call> => {
        const headers = await provedHeaders(body, operation.path.endsWith("gateway") ? "gateway" : "events");
        return { ...callTo(operation, { body }), headers };
      };
      const calls: readonly (readonly [code: string, call: Call])[] = [
        ["REQUEST_METHOD", { ...callTo(operation), method: "GET", body: null }],
        ["REQUEST_MEDIA_TYPE", { ...(await proved("{}")), headers: { "content-type": "text/plain" } }],
        ["REQUEST_TOO_LARGE", await proved(`"${"x".repeat(MAX_EVENT_BYTES)}"`)],
        ["EVENT_SIGNATURE", { ...(await proved("{}")), headers: type }],
        ["REQUEST_NOT_JSON", await proved("{")],
        ["EVENT_NOT_ALLOWED", await proved('{ "locationId": "elsewhere" }')],
      ];
      for (const [code, call] of calls) expect(await held(operation, await send(call))).toMatchObject({ code });
    },
  );

  it("a delivery that was sent is neither retried nor released nor cancelled", async () => {
    const [sent] = await deliveriesIn("sent");
    const late = api.filter(({ path }) => path.includes("/{deliveryId}/"));
    expect(late).toHaveLength(3);
    for (const operation of late) {
      const call = callTo(operation);
      const response = await send({ ...call, url: call.url.replace("nothing", sent?.id ?? "") });
      expect(await held(operation, response)).toMatchObject({ status: 409, code: "LEDGER_DELIVERY_STATE" });
    }
  });
});

/** A call that is right, but for what the caller says: of things that are not there. */
function callTo(
  { path, method, body: schema }: Operation,
  given: {
    readonly headers?: { readonly [name: string]: string };
    readonly locationId?: string;
    readonly query?: { readonly [name: string]: string };
    readonly body?: string;
  } = {},
): Call {
  const url = new URL(
    path.replace("{locationId}", given.locationId ?? LOCATION).replaceAll(/\{\w+\}/g, "nothing"),
    worker.url,
  );
  for (const [name, value] of Object.entries(given.query ?? {})) url.searchParams.set(name, value);
  const headers = { ...(given.headers ?? AUTH), "content-type": "application/json" };
  return { method, url: url.href, headers, body: given.body ?? (schema === null ? null : bodyOf(schema)) };
}

/** The example of a schema that needs something, else nothing. */
function bodyOf(schema: JsonObject): string {
  const { $ref } = schema;
  const { examples } = typeof $ref === "string" ? objectAt(document, $ref) : schema;
  return JSON.stringify(Array.isArray(examples) ? examples[0] : {});
}

function hasForm(parameter: Parameter): boolean {
  const { pattern, enum: words, minimum } = parameter.schema;
  return parameter.in === "query" && (pattern ?? words ?? minimum) !== undefined;
}
