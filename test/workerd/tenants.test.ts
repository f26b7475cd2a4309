import { env } from "cloudflare:workers";
import { listDurableObjectIds, reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../../src/api/api.ts";
import type { Json } from "../../src/kit/json.ts";
import { chance, type Chance } from "../generated/chance.ts";
import { upTo } from "../thorough.ts";
import { A, api, B, fill, idsOf, RULES, secretOf, send, SHARED, stateOf } from "./tenants.ts";
import { resetWorld, world } from "./world.ts";

const CALLS = upTo(600, 3_000);
/** A draft that fires on everything, for the routes that take one. */
const DRAFT = {
  name: "draft",
  text: JSON.stringify({
    on: ["OutboundMessage"],
    conditions: { all: [{ fact: "count", operator: "greaterThan", value: 0 }] },
    actions: [{ type: "task", title: "{{ event.body }}" }],
  }),
};
const BODIES: { readonly [route: string]: Json } = {
  "post /api/locations/:l/try": DRAFT,
  "put /api/locations/:l/token": { token: "pit-of-nobody" },
};
const UNPLACED = "secret-text-of-nobody";
const ROUTES_OF_A_LOCATION = ROUTES.filter(([, path]) => path.includes("/:l"));
const PARAMETERS = new Set([":l", ":key", ":id", ":c", ":u", ":rule", ":v"]);

let idsOfA: readonly string[] = [];
let ownToA: readonly string[] = [];
let before = "";
beforeAll(async () => {
  resetWorld();
  world.rules = RULES;
  for (const location of [A, B]) await fill(location);
  await send({ type: "OutboundMessage", contactId: "contact-of-nobody", body: UNPLACED });
  world.requests = [];
  const idsOfB = await idsOf(B);
  idsOfA = await idsOf(A);
  ownToA = [secretOf(A), ...idsOfA.filter((id) => !idsOfB.includes(id))];
  before = await stateOf(A);
});
afterAll(reset);

/** What belongs to A, or to nobody, and stands in an answer although the request did not name it. */
function leaked(answer: string, request: string): readonly string[] {
  return [...ownToA, UNPLACED].filter((text) => answer.includes(text) && !request.includes(text));
}

/** Whether a path, as a server reads it, names A itself. */
function namesA(path: string): boolean {
  const [, , , segment = ""] = new URL(path, "https://afterbeep.test").pathname.split("/");
  try {
    return decodeURIComponent(segment) === A;
  } catch {
    return false;
  }
}

/** Pauses of rules in every location, and what operators did in all of them. */
const isOfAll = (path: string): boolean => /^\/api\/(?:rules\/|pauses|audit)/.test(path);

const at = (path: string, location: string, id: string): string =>
  path.replace(":l", location).replaceAll(/:\w+/g, encodeURIComponent(id));

describe("two locations", () => {
  it("have something to hide: each finds its own text in its events, deliveries, tasks, quarantine and ignored kinds", async () => {
    for (const location of [A, B]) {
      const lists = ["deliveries", "tasks", "quarantine", "ignored", `events/key-1-${location}`];
      for (const list of lists) {
        const { status, text } = await api("get", `/api/locations/${location}/${list}`);
        expect([list, status, text.includes(secretOf(location))]).toEqual([list, 200, true]);
      }
    }
    expect(ownToA.length).toBeGreaterThan(30);
  });

  it("are asked by routes whose parameters this test knows how to fill", () => {
    const parameters = ROUTES.flatMap(([, path]) => path.match(/:\w+/g) ?? []);
    expect(parameters.filter((parameter) => !PARAMETERS.has(parameter))).toEqual([]);
    expect(ROUTES_OF_A_LOCATION.length).toBeGreaterThan(9);
  });

  it.each(ROUTES_OF_A_LOCATION.map(([method, path]) => ({ method, path })))(
    "$method $path shows and changes nothing of A under B, whatever id of A it is given",
    async ({ method, path }) => {
      const leaks: unknown[] = [];
      for (const id of idsOfA) {
        for (const query of [`?cursor=${id}`, `?contact=${id}&limit=200`, "?state=scheduled", "?state=done"]) {
          const asked = at(path, B, id) + query;
          const { text } = await api(method, asked, BODIES[`${method} ${path}`]);
          const found = leaked(text, asked);
          if (found.length > 0) leaks.push({ asked, found });
        }
      }
      expect(leaks).toEqual([]);
      expect(await stateOf(A)).toBe(before);
    },
  );

  it(`stay apart over ${CALLS} calls of any route with any id in any spelling`, async () => {
    const luck = chance(20_260_304);
    const leaks: unknown[] = [];
    const statuses = new Map<number, number>();
    for (let times = 0; times < CALLS; times++) {
      const [method, path] = luck.pick(ROUTES);
      const location = luck.happens(0.4) ? B : luck.pick(SPELLINGS)(luck.happens(0.5) ? A : B, luck);
      const id = luck.happens(0.7) ? luck.pick(idsOfA) : luck.pick(SPELLINGS)(luck.pick(idsOfA), luck);
      const query = new URLSearchParams({
        cursor: luck.pick(idsOfA),
        contact: luck.pick(idsOfA),
        rule: luck.pick(["again", "later"]),
      });
      const asked = at(path, location, id) + (luck.happens(0.3) ? `?${query.toString()}` : "");
      if (namesA(asked) || path.startsWith("/api/quarantine") || isOfAll(path)) continue;
      const payload = { type: "OutboundMessage", contactId: luck.pick(idsOfA), messageType: "SMS", webhookId: id };
      const bodies: { readonly [path: string]: Json } = {
        "/api/explain": { event: payload, locationId: luck.happens(0.5) ? B : location },
        "/api/check": { ...DRAFT, event: payload, locationId: luck.happens(0.5) ? B : location },
        "/api/locations/:l/try": DRAFT,
      };
      const body = bodies[path] ?? BODIES[`${method} ${path}`];
      const { status, text } = await api(method, asked, body);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const request = decodeURIComponent(
        `${encodeURIComponent(asked)}${encodeURIComponent(JSON.stringify(body ?? ""))}`,
      );
      const found = leaked(text, request).filter((leak) => !request.includes(encodeURIComponent(leak)));
      if (found.length > 0 || status >= 500) leaks.push({ asked, status, found });
    }
    expect(leaks).toEqual([]);
    for (const status of [200, 404]) expect(statuses.get(status), String(status)).toBeGreaterThan(CALLS / 10);
    expect(await stateOf(A)).toBe(before);
  }, 30_000);

  it("stay apart when B sends events, replies, opt-outs and deletions of A's contacts, keys and messages", async () => {
    const kinds = ["OutboundMessage", "InboundMessage", "ContactDndUpdate", "ContactDelete", "ContactTagUpdate"];
    for (const [index, id] of idsOfA.entries()) {
      const type = kinds[index % kinds.length] ?? "";
      const payload = {
        type,
        locationId: B,
        contactId: id,
        id,
        webhookId: id,
        messageId: id,
        messageType: "SMS",
        body: "of B",
        dnd: true,
      };
      const { status, text } = await send(payload);
      expect([status, leaked(text, JSON.stringify(payload))]).toEqual([202, []]);
    }
    await runDurableObjectAlarm(env.LEDGER.getByName(B));
    expect(world.requests.length).toBeGreaterThan(0);
    expect(world.requests.filter((request) => request.body.includes(secretOf(A)))).toEqual([]);
    expect(await stateOf(A)).toBe(before);
  });

  it("have a past of their own: what B would decide on A's contact counts nothing of A's", async () => {
    const event = {
      type: "OutboundMessage",
      contactId: `contact-1-${A}-fresh`,
      messageType: "SMS",
      status: "delivered",
    };
    const countIn = async (locationId: string, contactId: string) => {
      const { text } = await api("post", "/api/explain", { event: { ...event, contactId }, locationId });
      const { decision } = JSON.parse(text) as {
        decision: { verdicts: { rule: string; conditions: { saw: number }[] }[] };
      };
      return decision.verdicts.find(({ rule }) => rule === "again")?.conditions[0]?.saw;
    };
    // The event itself counts.
    expect(await countIn(A, SHARED)).toBe(4 + 1);
    await api("delete", `/api/locations/${B}/contacts/${SHARED}`);
    expect(await countIn(B, SHARED)).toBe(1);
    expect(await countIn(A, SHARED)).toBe(4 + 1);
  });

  it("try a draft on their own log: each on as many events as it has, and shows those alone", async () => {
    for (const location of [A, B]) {
      const tried = await api("post", `/api/locations/${location}/try`, DRAFT);
      const log = await api("get", `/api/locations/${location}/events?limit=200`);
      const { tried: count, onlyNow } = JSON.parse(tried.text) as { tried: number; onlyNow: Json[] };
      const { events } = JSON.parse(log.text) as { events: Json[] };
      expect(count).toBe(events.length);
      expect(onlyNow.length).toBeGreaterThan(5);
      expect(onlyNow.filter((entry) => !events.some((own) => JSON.stringify(own) === JSON.stringify(entry)))).toEqual(
        [],
      );
    }
    expect(await stateOf(A)).toBe(before);
  });

  it("are erased apart: a contact of both stays in A when B erases it", async () => {
    await api("delete", `/api/locations/${B}/contacts/${SHARED}`);
    await runDurableObjectAlarm(env.LEDGER.getByName(B));
    const keysIn = async (location: string) => {
      const { text } = await api("get", `/api/locations/${location}/events?contact=${SHARED}`);
      return (JSON.parse(text) as { events: { eventKey: string }[] }).events.map(({ eventKey }) => eventKey);
    };
    expect(await keysIn(B)).toEqual([]);
    expect(await keysIn(A)).toEqual([6, 4, 2, 0].map((number) => `key-${number}-${A}`));
    expect(await stateOf(A)).toBe(before);
  });

  it("see nothing of what was signed for nobody: only the directory's own routes show it", async () => {
    expect((await api("get", "/api/quarantine")).text).toContain(UNPLACED);
    for (const location of [A, B])
      expect((await api("get", `/api/locations/${location}/quarantine?limit=200`)).text).not.toContain(UNPLACED);
    for (const secret of [secretOf(A), secretOf(B)]) {
      expect((await api("get", "/api/quarantine?limit=200")).text).not.toContain(secret);
      expect((await api("get", "/api/ignored")).text).not.toContain(secret);
      expect((await api("get", "/api/locations")).text).not.toContain(secret);
    }
  });

  it("are the only ones: no other ledger has come into being, whatever was asked", async () => {
    const ids = (await listDurableObjectIds(env.LEDGER)).map(String);
    expect(ids.toSorted()).toEqual([A, B].map((name) => String(env.LEDGER.idFromName(name))).toSorted());
  });
});

/** Ways to write an id that are not the id, or that a server may take for it. */
const SPELLINGS: readonly ((id: string, luck: Chance) => string)[] = [
  (id) => id,
  (id) => id.toUpperCase(),
  (id) => id.toLowerCase(),
  (id, luck) => {
    const place = luck.below(id.length);
    return `${id.slice(0, place)}%${id.charCodeAt(place).toString(16)}${id.slice(place + 1)}`;
  },
  (id) => encodeURIComponent(encodeURIComponent(id)).replaceAll("-", "%252d"),
  (id) => id.replaceAll(/./g, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  (id) => `${id}%00`,
  (id) => `%00${id}`,
  (id) => `${id}%20`,
  (id) => `%09${id}%0a`,
  (id) => `${id}.`,
  (id) => `${id}%2e`,
  (id) => `${id}%2f`,
  (id) => `${id}/`,
  (id) => `/${id}`,
  (id) => `${id}%2f..%2f${A}`,
  (id) => `..%2f${id}`,
  (id) => `%2e%2e/${id}`,
  (id) => `${id};${A}`,
  (id) => `${id},${A}`,
  (id) => `${id}%26l=${A}`,
  (id) => `${id}?l=${A}`,
  (id) => `${id}%3fl=${A}`,
  (id) => `${id}#${A}`,
  (id) => `${id}*`,
  (id) => `${id.slice(0, -1)}%`,
  (id) => `${id.slice(0, -1)}%c0%af`,
  (id) => `${id}%ff`,
  (id) =>
    encodeURIComponent(id.replaceAll(/[A-Za-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0))),
  (id) => encodeURIComponent(id.replaceAll("e", "\u0435").replaceAll("a", "\u0430")),
  (id) => encodeURIComponent(`${id}\u200b`),
  (id) => encodeURIComponent(`${id}\u0301`),
  (id) => encodeURIComponent(`' OR location_id = '${id}`),
  (id) => encodeURIComponent(`${id}' --`),
  () => "__proto__",
  () => "constructor",
  () => "directory",
  () => "%2a",
  () => "null",
  () => "",
];
