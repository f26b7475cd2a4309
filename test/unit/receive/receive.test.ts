import { beforeEach, describe, expect, it, vi, type MockInstance } from "vitest";
import { readConfiguration, type Variables } from "../../../src/model/configuration.ts";
import type { Event } from "../../../src/model/event.ts";
import type { HookRoute } from "../../../src/model/event-kinds.ts";
import { problemOf, type Failure } from "../../../src/model/failure.ts";
import { hex, sha256 } from "../../../src/kit/hash.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Quarantined, Recorded, SetAside } from "../../../src/model/ledger.ts";
import type { EventStore } from "../../../src/model/rpc.ts";
import type { Install, UninstalledPlace } from "../../../src/model/token.ts";
import type { Result } from "../../../src/kit/result.ts";
import { ingest, ingestAgain, receive, type HookAnswer, type ReceivePorts } from "../../../src/receive/receive.ts";
import { aPayload, CONTACT, LOCATION, signed } from "../../builders.ts";
import { TEST_VARIABLES } from "../../keys.ts";

const NOW = Date.parse("2026-03-04T15:30:00.000Z");
const BOM = "\u{feff}";

/** Keeps what it is given, and knows a key again in its location. */
interface MemoryStore extends EventStore {
  readonly events: Event[];
  readonly held: { locationId: string | null; item: Quarantined }[];
  readonly ignored: { locationId: string | null; kind: string }[];
  readonly installs: readonly Install[];
  readonly uninstalls: { place: UninstalledPlace; eventKey: string }[];
}
function memoryStore(fired: readonly string[] = [], joined: Recorded | SetAside = { status: "held" }): MemoryStore {
  const events: Event[] = [];
  const held: MemoryStore["held"] = [];
  const ignored: MemoryStore["ignored"] = [];
  const installs: Install[] = [];
  const uninstalls: MemoryStore["uninstalls"] = [];
  return {
    events,
    held,
    ignored,
    installs,
    uninstalls,
    record(event) {
      const known = events.some(({ key, locationId }) => key === event.key && locationId === event.locationId);
      if (!known) events.push(event);
      return Promise.resolve(known ? { status: "duplicate" } : { status: "accepted", fired });
    },
    quarantine(locationId, item) {
      if (!held.some((other) => other.item.id === item.id)) held.push({ locationId, item });
      return Promise.resolve({ status: "held" });
    },
    join(locationId, item) {
      held.push({ locationId, item });
      return Promise.resolve(joined);
    },
    install(install) {
      installs.push(install);
      return Promise.resolve();
    },
    uninstall(place, { eventKey }) {
      const isRepeated = uninstalls.some((other) => other.eventKey === eventKey);
      uninstalls.push({ place, eventKey });
      return Promise.resolve(isRepeated ? "repeated" : "uninstalled");
    },
    countIgnored(locationId, kind) {
      ignored.push({ locationId, kind });
      return Promise.resolve({ status: "held" });
    },
  };
}

interface World extends ReceivePorts {
  readonly store: MemoryStore;
}
function aWorld(variables: Variables = {}, store = memoryStore()): World {
  return { configuration: readConfiguration({ ...TEST_VARIABLES, ...variables }), clock: () => NOW, store };
}

const utf8 = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(new TextEncoder().encode(text));
const bytesOf = (body: JsonObject | string): Uint8Array<ArrayBuffer> =>
  utf8(typeof body === "string" ? body : JSON.stringify(body));

async function aRequest(body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Request> {
  return new Request("https://afterbeep.test/hooks/highlevel", {
    method: "POST",
    body,
    headers: { "content-type": "application/json", "x-ghl-signature": await signed(body), ...headers },
  });
}

async function received(
  body: JsonObject | string | Uint8Array<ArrayBuffer>,
  world: World,
  route: HookRoute = "events",
): Promise<Result<HookAnswer, Failure>> {
  const bytes = body instanceof Uint8Array ? body : bytesOf(body);
  return receive(await aRequest(bytes), route, world);
}

/** The answer in one word: what it was taken as, or the code of the failure. */
function wordOf(result: Result<HookAnswer, Failure>): string {
  return result.ok ? result.value.status : result.failure.code;
}

function touched({ store }: World): number {
  return store.events.length + store.held.length + store.ignored.length;
}

let log: MockInstance<typeof console.error>;
beforeEach(() => {
  log = vi.spyOn(console, "error").mockReturnValue(undefined);
  log.mockClear();
});

describe("the order of the checks", () => {
  const TOO_LARGE = utf8("x".repeat(262_145));
  const NOT_JSON = utf8("x");
  const NOT_ALLOWED = bytesOf(aPayload({ locationId: "elsewhere" }));
  const GOOD = bytesOf(aPayload());
  // Every request has the faults of all requests after it, so a check that comes too early or too late shows.
  const BAD = { "content-type": "text/plain", "x-ghl-signature": "junk" };
  const UNSIGNED = { "x-ghl-signature": "junk" };

  it.each([
    { status: 405, code: "REQUEST_METHOD", method: "PUT", body: TOO_LARGE, headers: BAD },
    { status: 415, code: "REQUEST_MEDIA_TYPE", method: "POST", body: TOO_LARGE, headers: BAD },
    { status: 413, code: "REQUEST_TOO_LARGE", method: "POST", body: TOO_LARGE, headers: UNSIGNED },
    { status: 401, code: "EVENT_SIGNATURE", method: "POST", body: NOT_JSON, headers: UNSIGNED },
    { status: 400, code: "REQUEST_NOT_JSON", method: "POST", body: NOT_JSON, headers: {} },
    { status: 403, code: "EVENT_NOT_ALLOWED", method: "POST", body: NOT_ALLOWED, headers: {} },
  ])("answers $status $code", async ({ status, code, method, body, headers }) => {
    const world = aWorld({ ALLOWED_LOCATIONS: LOCATION });
    const { url, headers: sent } = await aRequest(body, headers);
    const result = await receive(new Request(url, { method, headers: sent, body }), "events", world);
    if (result.ok) throw new Error("Accepted");
    expect(result.failure.code).toBe(code);
    expect(problemOf(result.failure).status).toBe(status);
    expect(world.store.events).toEqual([]);
  });

  it("accepts what passes them all", async () => {
    const world = aWorld({ ALLOWED_LOCATIONS: LOCATION });
    expect(wordOf(await received(GOOD, world))).toBe("accepted");
    expect(world.store.events).toHaveLength(1);
  });

  it.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH"])(
    "names the method that %s should have been",
    async (method) => {
      const result = await receive(new Request("https://afterbeep.test/", { method }), "events", aWorld());
      expect(result).toEqual({ ok: false, failure: { code: "REQUEST_METHOD", allow: "POST" } });
    },
  );

  it.each([401, 413, 415])("leaves nothing behind of what was refused with %i", async (status) => {
    const world = aWorld();
    const headers = { 401: { "x-ghl-signature": "N/A" }, 413: {}, 415: { "content-type": "text/html" } }[status] ?? {};
    const body = status === 413 ? TOO_LARGE : GOOD;
    expect((await receive(await aRequest(body, headers), "events", world)).ok).toBe(false);
    expect(touched(world)).toBe(0);
  });

  it("has HighLevel send again while no key can be used", async () => {
    const world = aWorld({ HIGHLEVEL_PUBLIC_KEYS: "junk" });
    expect(wordOf(await received(aPayload(), world))).toBe("CONFIGURATION_KEYS");
    expect(touched(world)).toBe(0);
  });
});

describe("the media type", () => {
  it.each<{ headers: Record<string, string>; taken: boolean }>([
    { headers: { "content-type": "application/json" }, taken: true },
    { headers: { "content-type": "application/json; charset=utf-8" }, taken: true },
    { headers: { "content-type": "Application/JSON ;charset=UTF-8" }, taken: true },
    { headers: { "content-encoding": "identity" }, taken: true },
    { headers: { "content-type": "" }, taken: false },
    { headers: { "content-type": "text/json" }, taken: false },
    { headers: { "content-type": "application/jsonp" }, taken: false },
    { headers: { "content-type": "application/problem+json" }, taken: false },
    { headers: { "content-type": "text/plain, application/json" }, taken: false },
    { headers: { "content-encoding": "gzip" }, taken: false },
    { headers: { "content-encoding": "identity, gzip" }, taken: false },
  ])("$headers is taken: $taken", async ({ headers, taken }) => {
    const request = await aRequest(bytesOf(aPayload()), headers);
    expect(wordOf(await receive(request, "events", aWorld()))).toBe(taken ? "accepted" : "REQUEST_MEDIA_TYPE");
  });

  it("has to be there", async () => {
    const { url, headers } = await aRequest(bytesOf(aPayload()));
    headers.delete("content-type");
    const request = new Request(url, { method: "POST", headers, body: bytesOf(aPayload()) });
    expect(wordOf(await receive(request, "events", aWorld()))).toBe("REQUEST_MEDIA_TYPE");
  });
});

describe("the allow lists", () => {
  it.each([
    { locations: "*", accepted: true },
    { locations: LOCATION, accepted: true },
    { locations: `other, ${LOCATION} ,`, accepted: true },
    { locations: "other,*", accepted: true },
    { locations: "", accepted: false },
    { locations: " , ", accepted: false },
    { locations: "other", accepted: false },
    { locations: LOCATION.toUpperCase(), accepted: false },
    { locations: LOCATION.slice(0, -1), accepted: false },
  ])("ALLOWED_LOCATIONS=$locations accepts the event: $accepted", async ({ locations, accepted }) => {
    const world = aWorld({ ALLOWED_LOCATIONS: locations });
    expect(wordOf(await received(aPayload(), world))).toBe(accepted ? "accepted" : "EVENT_NOT_ALLOWED");
    expect(touched(world)).toBe(accepted ? 1 : 0);
  });

  it.each([
    { apps: "", appId: "app-1", accepted: true },
    { apps: "app-1", appId: "app-1", accepted: true },
    { apps: "app-2, app-1", appId: "app-1", accepted: true },
    { apps: "app-1", appId: undefined, accepted: true },
    { apps: "app-1", appId: null, accepted: true },
    { apps: "app-1", appId: "", accepted: true },
    { apps: "app-1", appId: "app-2", accepted: false },
    { apps: "app-1", appId: "APP-1", accepted: false },
    { apps: "app-1", appId: " app-1", accepted: false },
    { apps: "*", appId: "app-2", accepted: false },
  ])("HIGHLEVEL_APP_IDS=$apps accepts an event of app $appId: $accepted", async ({ apps, appId, accepted }) => {
    const world = aWorld({ HIGHLEVEL_APP_IDS: apps });
    const payload = appId === undefined ? aPayload() : aPayload({ appId });
    expect(wordOf(await received(payload, world))).toBe(accepted ? "accepted" : "EVENT_NOT_ALLOWED");
    expect(touched(world)).toBe(accepted ? 1 : 0);
  });

  it.each([
    { title: "an event that cannot be used", payload: aPayload({ contactId: 1 }) },
    { title: "a kind that is not known", payload: aPayload({ type: "Nope" }) },
  ])("keep out $title as well", async ({ payload }) => {
    const world = aWorld({ ALLOWED_LOCATIONS: "other" });
    expect(wordOf(await received(payload, world))).toBe("EVENT_NOT_ALLOWED");
    expect(touched(world)).toBe(0);
  });

  const nowhere = aPayload({ locationId: "" });
  it.each([
    { locations: "*", payload: nowhere, word: "quarantined", held: 1 },
    { locations: "other", payload: nowhere, word: "quarantined", held: 1 },
    { locations: "", payload: nowhere, word: "EVENT_NOT_ALLOWED", held: 0 },
    { locations: "*", payload: "no json", word: "REQUEST_NOT_JSON", held: 1 },
    { locations: "other", payload: "no json", word: "REQUEST_NOT_JSON", held: 1 },
    { locations: "", payload: "no json", word: "REQUEST_NOT_JSON", held: 0 },
  ])("ALLOWED_LOCATIONS=$locations and no location: $word", async ({ locations, payload, word, held }) => {
    const world = aWorld({ ALLOWED_LOCATIONS: locations });
    expect(wordOf(await received(payload, world))).toBe(word);
    expect(world.store.held.map(({ locationId }) => locationId)).toEqual(Array.from({ length: held }, () => null));
  });
});

describe("the event key", () => {
  it.each(["w", "6e5c1c4a-0d5e-4f4b-9d8e-000000000000", "!~:/", "x".repeat(128)])(
    "is the webhookId %s",
    async (webhookId) => {
      const world = aWorld();
      expect(await received(aPayload({ webhookId }), world)).toEqual({
        ok: true,
        value: { status: "accepted", eventKey: webhookId, fired: [] },
      });
      expect(world.store.events.map(({ key }) => key)).toEqual([webhookId]);
    },
  );

  it.each<{ title: string; fields: JsonObject }>([
    { title: "is absent", fields: {} },
    { title: "is null", fields: { webhookId: null } },
    { title: "is empty", fields: { webhookId: "" } },
    { title: "holds a space", fields: { webhookId: "a b" } },
    { title: "holds a line end", fields: { webhookId: "a\n" } },
    { title: "holds other letters", fields: { webhookId: "é" } },
    { title: "is too long", fields: { webhookId: "x".repeat(129) } },
  ])("is the SHA-256 of the body where webhookId $title", async ({ fields }) => {
    const world = aWorld();
    const expected = hex(await sha256(bytesOf(aPayload(fields))));
    expect(await received(aPayload(fields), world)).toMatchObject({ value: { eventKey: expected } });
    expect(expected).toMatch(/^[0-9a-f]{64}$/);
  });

  it("makes a second delivery a duplicate, whatever else changed", async () => {
    const world = aWorld({}, memoryStore(["a-rule"]));
    const first = await received(aPayload({ webhookId: "w1" }), world);
    const second = await received(aPayload({ webhookId: "w1", status: "failed" }), world);
    expect(first).toEqual({ ok: true, value: { status: "accepted", eventKey: "w1", fired: ["a-rule"] } });
    expect(second).toEqual({ ok: true, value: { status: "duplicate", eventKey: "w1" } });
    expect(world.store.events).toHaveLength(1);
  });
});

describe("an event", () => {
  it("is recorded as it was sent, with the time of its receipt", async () => {
    const world = aWorld();
    const payload = aPayload({ webhookId: "w1", unknownKey: { a: [1] }, dateAdded: "2026-03-04T10:00:00+01:00" });
    await received(payload, world);
    expect(world.store.events).toEqual([
      {
        key: "w1",
        kind: "OutboundMessage",
        locationId: LOCATION,
        contactId: CONTACT,
        occurredAt: "2026-03-04T09:00:00.000Z",
        receivedAt: "2026-03-04T15:30:00.000Z",
        payload,
      },
    ]);
  });

  it.each<{ route: HookRoute; type: string; word: string }>([
    { route: "events", type: "OutboundMessage", word: "accepted" },
    { route: "provider", type: "SMS", word: "accepted" },
    { route: "events", type: "SMS", word: "quarantined" },
    { route: "provider", type: "ProviderOutboundMessage", word: "quarantined" },
    { route: "provider", type: "OutboundMessage", word: "accepted" },
  ])("$type on the $route route is $word", async ({ route, type, word }) => {
    const world = aWorld();
    expect(wordOf(await received(aPayload({ type }), world, route))).toBe(word);
    expect(world.store.held.map(({ item }) => item.route)).toEqual(word === "quarantined" ? [route] : []);
  });

  it("holds no prototype keys", async () => {
    const world = aWorld();
    await received(`{"__proto__":{"a":1},${JSON.stringify(aPayload({ list: [{ a: 1 }] })).slice(1)}`, world);
    expect(world.store.events.map(({ payload }) => Object.keys(payload).includes("__proto__"))).toEqual([false]);
  });
});

describe("a kind that is not known", () => {
  it("is ignored and counted", async () => {
    const world = aWorld();
    expect(await received(aPayload({ type: "NoSuchKind", contactId: null }), world)).toEqual({
      ok: true,
      value: { status: "ignored" },
    });
    expect(world.store).toMatchObject({
      events: [],
      held: [],
      ignored: [{ locationId: LOCATION, kind: "NoSuchKind" }],
    });
  });

  it("is counted by no more than 64 characters, and without a location too", async () => {
    const world = aWorld();
    await received({ type: "x".repeat(65), companyId: "c" }, world);
    expect(world.store.ignored).toEqual([{ locationId: null, kind: "x".repeat(64) }]);
  });
});

describe("what became of an e-mail", () => {
  const stats = { type: "LCEmailStats", locationId: LOCATION, webhookId: "stats", webhookPayload: { event: "opened" } };

  it.each<[joined: Recorded | SetAside, word: string]>([
    [{ status: "accepted", fired: ["a-rule"] }, "accepted"],
    [{ status: "duplicate" }, "duplicate"],
    [{ status: "held" }, "quarantined"],
    [{ status: "over-budget", retryAfterSeconds: 3 }, "LEDGER_OVER_BUDGET"],
  ])("is joined to its e-mail by the ledger, which says %j", async (joined, word) => {
    const world = aWorld({}, memoryStore([], joined));
    expect(wordOf(await received(stats, world))).toBe(word);
    expect(world.store.held).toMatchObject([{ locationId: LOCATION, item: { eventKey: "stats", contactIds: [] } }]);
  });

  it("names its location among the tags of the e-mail, too", async () => {
    const world = aWorld();
    const { locationId: _, ...rest } = stats;
    await received({ ...rest, webhookPayload: { event: "opened", tags: ["et_other", `loc_${LOCATION}`] } }, world);
    expect(world.store.held).toMatchObject([{ locationId: LOCATION }]);
  });

  it("is an event at once where it names its contact", async () => {
    const world = aWorld();
    expect(wordOf(await received({ ...stats, contactId: CONTACT }, world))).toBe("accepted");
    expect(world.store.events).toMatchObject([{ kind: "EmailStatus", contactId: CONTACT }]);
  });
});

const withField = (json: string): string => `{"x":${json},${JSON.stringify(aPayload()).slice(1)}`;

describe("an event with fields that cannot be read", () => {
  it("is recorded, and the log names the fields and not what they hold", async () => {
    const world = aWorld();
    const said = vi.spyOn(console, "log").mockReturnValue(undefined);
    const odd = aPayload({
      type: "InboundMessage",
      webhookId: "odd",
      body: "STOP",
      userId: 123,
      callDuration: "00:31",
      from: 15551234567,
    });
    expect(wordOf(await received(odd, world))).toBe("accepted");
    expect(world.store.events.map(({ payload }) => payload)).toEqual([odd]);
    const lines = said.mock.calls.map(([line]) => JSON.parse(String(line)) as JsonObject);
    expect(lines).toMatchObject([{ message: "event", issues: ["/userId", "/callDuration", "/from"] }]);
    expect(JSON.stringify(lines)).not.toMatch(/123|00:31|1555/);
    await received(aPayload(), world);
    expect(said.mock.calls.at(-1)?.[0]).not.toContain("issues");
    said.mockRestore();
  });
});

describe("a signed body that cannot be used", () => {
  const PRIVATE = "+15005550006";
  const deep = `${"[".repeat(40)}0${"]".repeat(40)}`;
  const wide = `[${Array.from({ length: 5_000 }, () => "0").join(",")}]`;

  it.each<{ title: string; body: JsonObject | string; issues: { pointer: string; code: string }[] }>([
    {
      title: "a contact id of another type",
      body: aPayload({ contactId: { a: PRIVATE } }),
      issues: [{ pointer: "/contactId", code: "EVENT_FIELD" }],
    },
    {
      title: "a contact id with spaces",
      body: aPayload({ contactId: `${PRIVATE} ${PRIVATE}` }),
      issues: [{ pointer: "/contactId", code: "EVENT_FIELD" }],
    },
    {
      title: "several fields",
      body: aPayload({ contactId: "", callDuration: PRIVATE.slice(0, 4) + "x", body: [PRIVATE] }),
      issues: [
        { pointer: "/contactId", code: "EVENT_FIELD" },
        { pointer: "/body", code: "EVENT_FIELD" },
        { pointer: "/callDuration", code: "EVENT_FIELD" },
      ],
    },
    { title: "no type", body: aPayload({ type: null }), issues: [{ pointer: "/type", code: "EVENT_TYPE" }] },
    { title: "a list", body: `["${PRIVATE}"]`, issues: [{ pointer: "", code: "EVENT_SHAPE" }] },
    { title: "a text", body: `"${PRIVATE}"`, issues: [{ pointer: "", code: "EVENT_SHAPE" }] },
    { title: "null", body: "null", issues: [{ pointer: "", code: "EVENT_SHAPE" }] },
    { title: "too deep", body: withField(deep), issues: [{ pointer: `/x${"/0".repeat(31)}`, code: "EVENT_TOO_DEEP" }] },
    { title: "too wide", body: withField(wide), issues: [{ pointer: "", code: "EVENT_TOO_WIDE" }] },
  ])("is quarantined with pointers, never values: $title", async ({ body, issues }) => {
    const world = aWorld();
    const result = await received(body, world);
    if (!result.ok || result.value.status !== "quarantined") throw new Error(wordOf(result));
    const told = result.value.issues.map(({ pointer, code }) => ({ pointer, code }));
    expect(told).toHaveLength(issues.length);
    expect(told).toEqual(expect.arrayContaining(issues));
    expect(JSON.stringify(result.value.issues)).not.toContain(PRIVATE);
    const [held] = world.store.held;
    expect(held?.item).toMatchObject({ eventKey: result.value.eventKey, issues: result.value.issues, route: "events" });
    expect(held?.item.body).toBe(typeof body === "string" ? body : JSON.stringify(body));
    expect(world.store.events).toEqual([]);
    expect(log).not.toHaveBeenCalled();
  });

  it.each<{ payload: JsonObject; locationId: string | null; contactIds: string[] }>([
    { payload: aPayload({ type: "" }), locationId: LOCATION, contactIds: [CONTACT] },
    { payload: { type: "ContactDelete", locationId: LOCATION, id: "c 1" }, locationId: LOCATION, contactIds: ["c 1"] },
    { payload: aPayload({ contactId: 1 }), locationId: LOCATION, contactIds: ["1"] },
    { payload: aPayload({ contactId: "", id: "c2", status: 1 }), locationId: LOCATION, contactIds: ["c2"] },
    { payload: aPayload({ locationId: "a/b" }), locationId: null, contactIds: [CONTACT] },
    { payload: aPayload({ locationId: "x".repeat(65) }), locationId: null, contactIds: [CONTACT] },
    { payload: aPayload({ locationId: ["a"] }), locationId: null, contactIds: [CONTACT] },
  ])("is held for location $locationId and contacts $contactIds", async ({ payload, locationId, contactIds }) => {
    const world = aWorld();
    expect(wordOf(await received(payload, world))).toBe("quarantined");
    expect(world.store.held).toMatchObject([
      { locationId, item: { contactIds, receivedAt: "2026-03-04T15:30:00.000Z" } },
    ]);
  });

  it("is answered 400 and kept where it is no JSON", async () => {
    const world = aWorld();
    const bytes = Uint8Array.of(0x7b, 0xff, 0x00, 0x80);
    expect(wordOf(await received(bytes, world))).toBe("REQUEST_NOT_JSON");
    expect(world.store.held).toEqual([
      {
        locationId: null,
        item: {
          id: hex(await sha256(bytes)),
          eventKey: hex(await sha256(bytes)),
          receivedAt: "2026-03-04T15:30:00.000Z",
          route: "events",
          issues: [{ pointer: "", code: "EVENT_NOT_JSON", message: expect.any(String) }],
          contactIds: [],
          body: "base64:e/8AgA==",
        },
      },
    ]);
  });
});

describe("a store that throws", () => {
  const broken: EventStore = {
    record: () => Promise.reject(new Error("down")),
    quarantine: () => Promise.reject(new Error("down")),
    join: () => Promise.reject(new Error("down")),
    countIgnored: () => Promise.reject(new Error("down")),
    install: () => Promise.reject(new Error("down")),
    uninstall: () => Promise.reject(new Error("down")),
  };

  it.each<{ title: string; body: JsonObject | string }>([
    { title: "an event", body: aPayload({ body: "private words" }) },
    { title: "an event that cannot be used", body: aPayload({ contactId: ["private words"] }) },
    { title: "a kind that is not known", body: aPayload({ type: "Nope", body: "private words" }) },
    { title: "a body that is no JSON", body: "private words" },
    { title: "an install", body: { type: "INSTALL", appId: "private words", locationId: LOCATION } },
    { title: "an uninstall", body: { type: "UNINSTALL", appId: "private words", locationId: LOCATION } },
  ])("has HighLevel send $title again, and is logged without the body", async ({ body }) => {
    const result = await ingest({ bytes: bytesOf(body), route: "events" }, { ...aWorld(), store: broken });
    if (result.ok) throw new Error("Acknowledged");
    expect(result.failure).toEqual({ code: "LEDGER_UNAVAILABLE", retryAfterSeconds: expect.any(Number) });
    const problem = problemOf(result.failure);
    expect(problem.status).toBe(429);
    expect(Number(problem.headers["retry-after"])).toBeGreaterThan(0);
    expect(log).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(log.mock.calls)).not.toContain("private words");
  });

  it("may throw before it returns a promise", async () => {
    const store: EventStore = {
      ...broken,
      record: () => {
        throw new Error("down");
      },
    };
    const result = await ingest({ bytes: bytesOf(aPayload()), route: "events" }, { ...aWorld(), store });
    expect(wordOf(result)).toBe("LEDGER_UNAVAILABLE");
  });
});

const held = (body: string, fields: Partial<Quarantined> = {}): Quarantined => ({
  id: "i",
  eventKey: "k",
  receivedAt: "2026-03-01T00:00:00.000Z",
  route: "events",
  issues: [],
  contactIds: [],
  body,
  ...fields,
});

async function again(item: Quarantined, world: ReceivePorts): Promise<{ word: string; released: number }> {
  let released = 0;
  const result = await ingestAgain(item, world, () => {
    released += 1;
    return Promise.resolve();
  });
  return { word: wordOf(result), released };
}

describe("taking in again what the quarantine holds", () => {
  const text = JSON.stringify(aPayload({ webhookId: "w1" }));

  it.each([
    { title: "an event", item: held(text), word: "accepted", released: 1 },
    { title: "an event in base64", item: held(`base64:${btoa(text)}`), word: "accepted", released: 1 },
    {
      title: "a provider message",
      item: held('{"type":"SMS","locationId":"l","contactId":"c"}', { route: "provider" }),
      word: "accepted",
      released: 1,
    },
    {
      title: "a kind that is not known",
      item: held(JSON.stringify(aPayload({ type: "Nope", contactId: null }))),
      word: "ignored",
      released: 1,
    },
    {
      title: "what is still not usable",
      item: held(JSON.stringify(aPayload({ contactId: 1 }))),
      word: "quarantined",
      released: 0,
    },
    { title: "what is no JSON", item: held("base64:/w=="), word: "REQUEST_NOT_JSON", released: 0 },
  ])("$title: $word, released $released times", async ({ item, word, released }) => {
    expect(await again(item, aWorld())).toEqual({ word, released });
  });

  it("releases what has come in since", async () => {
    const world = aWorld();
    await received(text, world);
    expect(await again(held(text), world)).toEqual({ word: "duplicate", released: 1 });
  });

  it("does not release what is not allowed, or could not be stored", async () => {
    expect(await again(held(text), aWorld({ ALLOWED_LOCATIONS: "other" }))).toEqual({
      word: "EVENT_NOT_ALLOWED",
      released: 0,
    });
    const store = { ...memoryStore(), record: () => Promise.reject(new Error("down")) };
    expect(await again(held(text), { ...aWorld(), store })).toEqual({ word: "LEDGER_UNAVAILABLE", released: 0 });
  });

  it.each([
    { title: "text", body: utf8('{"type":"OutboundMessage","body":"é😀\\ud800"}') },
    { title: "no UTF-8", body: Uint8Array.of(0xff, 0x00, 0x7b) },
    { title: "text after a byte order mark", body: utf8(`${BOM}{"type":"OutboundMessage"}`) },
  ])("finds the same key again for the same bytes: $title", async ({ body }) => {
    const world = aWorld();
    await received(body, world);
    const [first] = world.store.held;
    if (!first) throw new Error("Not held");
    await again(first.item, world);
    expect(world.store.held.map(({ item }) => item.eventKey)).toEqual([hex(await sha256(body))]);
  });
});
