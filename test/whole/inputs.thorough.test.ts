// Odd inputs over HTTP, to the bundled Worker in workerd: every one is answered, none with a 5xx, and what is taken is
// kept as it was sent.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Response as OutboundResponse } from "miniflare";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runWorker, type RunningWorker } from "../../src/local/workerd.ts";
import { MAX_NODES, parseJson } from "../../src/events/parse-json.ts";
import { withContact } from "../../src/events/contact.ts";
import { EVENT_KINDS, KINDS, type HookRoute } from "../../src/model/event-kinds.ts";
import type { JsonObject } from "../../src/kit/json.ts";
import { MAX_EVENT_BYTES } from "../../src/model/event.ts";
import { aPayload, provedHeaders } from "../builders.ts";
import { bytesOf, JSON_CASES, NAUGHTY_TEXTS, within, type JsonCase } from "../cases/json-cases.ts";
import { eventWith } from "../cases/naughty-payloads.ts";
import { TEST_ADMIN_TOKEN, TEST_VARIABLES } from "../keys.ts";
import { bundleWithRules } from "./bundles.ts";

/** Values in a payload, and the list that is put beside them. */
const NODES_AROUND = ((count = 1) => {
  JSON.parse(JSON.stringify(aPayload({ webhookId: "" })), () => (count += 1));
  return count;
})();

/** Kinds without an entry are recorded where a rule looks at them. */
const LOOKS_AT_OTHERS = {
  on: ["Other"],
  conditions: { all: [{ fact: "contactId", operator: "equal", value: "nobody" }] },
  actions: [{ type: "task", title: "Never" }],
};
const bundle = mkdtempSync(join(tmpdir(), "afterbeep-"));
const AT_ONCE = 25;
let worker: RunningWorker;

beforeAll(async () => {
  const outbound = (): Promise<OutboundResponse> => Promise.resolve(new OutboundResponse(null, { status: 204 }));
  await bundleWithRules(bundle, { others: LOOKS_AT_OTHERS });
  worker = await runWorker({ bundle, variables: TEST_VARIABLES, outbound });
}, 60_000);
afterAll(async () => {
  await worker.miniflare.dispose();
  rmSync(bundle, { recursive: true, force: true });
});

const HOOKS: { readonly [R in HookRoute]: string } = {
  events: "/hooks/highlevel",
  provider: "/hooks/highlevel/provider",
  gateway: "/hooks/gateway",
};

/** What a hook answers, as `<HTTP status> <what it was taken as, or the code of the failure or of the first issue>`. */
async function wordOn(body: Uint8Array<ArrayBuffer>, route: HookRoute = "events", id?: string): Promise<string> {
  const headers = await provedHeaders(body, route, id);
  const response = await fetch(new URL(HOOKS[route], worker.url), { method: "POST", headers, body });
  const answer = (await response.json()) as { status: string; code?: string; issues?: { code: string }[] };
  return `${response.status} ${answer.issues?.[0]?.code ?? answer.code ?? answer.status}`;
}

async function api(path: string): Promise<{ readonly status: number; readonly body: unknown }> {
  const headers = { authorization: `Bearer ${TEST_ADMIN_TOKEN}` };
  const response = await fetch(new URL(`/api${path}`, worker.url), { headers });
  return { status: response.status, body: await response.json() };
}

/** What a location holds of an event. */
async function kept(locationId: string, key: string): Promise<unknown> {
  const { body } = await api(`/locations/${locationId}/events/${key}`);
  return (body as { event?: { payload: unknown } }).event?.payload;
}

/** What came of each item, by its title, some at a time. */
async function each<Item extends { readonly title: string }, Told>(
  items: readonly Item[],
  tell: (item: Item, index: number) => Told | Promise<Told>,
): Promise<{ [title: string]: Told }> {
  const told: [string, Told][] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    const some = items.slice(start, start + AT_ONCE);
    const answers = some.map(async (item, index): Promise<[string, Told]> => [
      item.title,
      await tell(item, start + index),
    ]);
    told.push(...(await Promise.all(answers)));
  }
  return Object.fromEntries(told);
}

const utf8 = (payload: JsonObject): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(new TextEncoder().encode(JSON.stringify(payload)));

function wordFor(says: string, usable: string): string {
  if (says === "nothing") return "400 REQUEST_NOT_JSON";
  return says === "value" ? usable : `202 ${says}`;
}

/** A byte order mark begins a document; within one it is no JSON. */
const saysWithin = ({ hex = "", says }: JsonCase): string => (hex.startsWith("efbbbf") ? "nothing" : says);

describe.each(["accepted", "refused", "undefined"] as const)("documents of the category %s", (category) => {
  const cases = JSON_CASES.filter((known) => known.category === category);
  const locationId = `json-${category}`;
  const event = (given: JsonCase, index: number) => within(aPayload({ locationId, webhookId: `w-${index}` }), given);

  it("are kept, or refused, when they come alone", async () => {
    const words = await each(cases, async (given) => {
      const word = await wordOn(bytesOf(given));
      return word.replace(/EVENT_(?:SHAPE|TYPE)$/, "no event");
    });
    expect(words).toEqual(await each(cases, ({ says }) => wordFor(says, "202 no event")));
  }, 60_000);

  it("are taken, or not, within an event", async () => {
    const words = await each(cases, (given, index) => wordOn(event(given, index)));
    expect(words).toEqual(await each(cases, (given) => wordFor(saysWithin(given), "202 accepted")));
  }, 60_000);

  it("are kept as they were sent", async () => {
    const taken = (given: JsonCase): boolean => saysWithin(given) === "value";
    const payloads = await each(cases, (given, index) => (taken(given) ? kept(locationId, `w-${index}`) : null));
    const meant = (given: JsonCase, index: number): unknown =>
      taken(given) ? JSON.parse(JSON.stringify(parseJson(event(given, index))?.value)) : null;
    expect(payloads).toEqual(await each(cases, meant));
  }, 60_000);
});

describe("texts that go wrong somewhere", () => {
  it.each(EVENT_KINDS)(
    "are kept as they were sent in every field of %s",
    async (kind) => {
      const locationId = `texts-${kind}`;
      const sent = (text: string, index: number): JsonObject => {
        const payload = { ...eventWith(kind, text).payload, locationId, webhookId: `w-${index}` };
        // Each has a contact of its own, so that no history grows.
        return withContact(KINDS[kind], payload, `c-${index}`);
      };
      const { route } = eventWith(kind, "");
      const words = await each(NAUGHTY_TEXTS, ({ text }, index) =>
        wordOn(utf8(sent(text, index)), route, `w-${index}`),
      );
      expect(words).toEqual(await each(NAUGHTY_TEXTS, () => "202 accepted"));
      const payloads = await each(NAUGHTY_TEXTS, (_, index) =>
        kept(locationId, `${route === "gateway" ? "gateway-" : ""}w-${index}`),
      );
      expect(payloads).toEqual(await each(NAUGHTY_TEXTS, ({ text }, index) => sent(text, index)));
    },
    60_000,
  );

  it.each(["type", "locationId", "contactId", "webhookId", "appId"])(
    "are answered where an event has its %s",
    async (name) => {
      const fields = { locationId: "texts-in-ids" };
      const words = await each(NAUGHTY_TEXTS, ({ text }) => wordOn(utf8(aPayload({ ...fields, [name]: text }))));
      for (const [title, word] of Object.entries(words)) expect(word, title).toMatch(/^202 /);
    },
    60_000,
  );

  it("leave lists that can be read", async () => {
    const lists = [
      "/ignored",
      "/quarantine?limit=200",
      "/locations?limit=200",
      "/locations/texts-in-ids/ignored",
      "/locations/texts-in-ids/quarantine?limit=200",
      "/locations/texts-OutboundMessage/events?limit=200",
      "/locations/texts-OutboundMessage/deliveries?limit=200",
      "/locations/texts-OutboundMessage/tasks?limit=200",
    ];
    for (const path of lists) expect((await api(path)).status, path).toBe(200);
  });
});

describe("a body of the largest size", () => {
  it.each<[title: string, documentOf: (room: number) => string]>([
    ["one text", (room) => JSON.stringify("x".repeat(room - 2))],
    ["one key", (room) => `{"${"k".repeat(room - 6)}":0}`],
    ["one number", (room) => `0.${"1".repeat(room - 2)}`],
    ["escapes", (room) => `"${"\\u0000".repeat(Math.floor((room - 2) / 6))}"`],
    ["lone surrogates", (room) => `"${"\\ud800".repeat(Math.floor((room - 2) / 6))}"`],
    ["white space", (room) => `${" ".repeat(room - 1)}0`],
    [
      "as many values as there may be",
      () => JSON.stringify(Array.from({ length: MAX_NODES - NODES_AROUND }, () => "x")),
    ],
  ])("is kept as it was sent: %s", async (title, documentOf) => {
    const key = title.replaceAll(" ", "-");
    const payload = aPayload({ locationId: "large", webhookId: key });
    const text = documentOf(MAX_EVENT_BYTES - JSON.stringify(payload).length - ',"x0":'.length);
    expect(await wordOn(within(payload, { text }))).toBe("202 accepted");
    expect(await kept("large", key)).toEqual({ ...payload, x0: JSON.parse(text) });
  });
});
