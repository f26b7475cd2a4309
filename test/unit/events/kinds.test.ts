import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { contactIn, contactPath, contactsNamed, withContact } from "../../../src/events/contact.ts";
import { factsOf, guardedAs, issuesOf, readEvent } from "../../../src/events/event.ts";
import { filledIn } from "../../../src/events/filled-in.ts";
import { kindNamed, routeOf, typesOf } from "../../../src/events/kind-of.ts";
import { payloadOf, SAMPLES } from "../../../src/events/samples.ts";
import { structOf } from "../../../src/events/structs.ts";
import { isJsonObject, jsonPointer, type Json, type JsonObject } from "../../../src/kit/json.ts";
import { FACTS, factsOfKind } from "../../../src/language/facts.ts";
import { ROOT } from "../../../src/local/project.ts";
import { runExample } from "../../../src/match/examples.ts";
import { DecisionFacts } from "../../../src/match/facts.ts";
import { asPast } from "../../../src/match/history.ts";
import type { Event } from "../../../src/model/event.ts";
import type { FieldType } from "../../../src/model/event-fields.ts";
import { EVENT_KINDS, isMessage, KINDS, type EventKind, type HookRoute } from "../../../src/model/event-kinds.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import { ruleSchema } from "../../../src/rules/schema.ts";
import { aRule, MOMENT } from "../../builders.ts";

const RECEIVED_AT = "2026-03-04T15:30:00.000Z";
const ROUTES: readonly HookRoute[] = ["events", "provider", "gateway"];

const samplesOf = (kind: EventKind) =>
  Object.entries(SAMPLES).filter(([, { payload }]) => kindNamed(payload["type"]) === kind);

/** The least that is an event of a kind, with some fields. */
function leastOf(kind: EventKind, fields: JsonObject = {}): JsonObject {
  const [type] = typesOf(kind);
  return withContact(KINDS[kind], { locationId: "here", ...fields, type }, "the-contact");
}

function read(payload: Json, route: HookRoute): ReturnType<typeof readEvent> {
  return readEvent(payload, { key: "k", route, receivedAt: RECEIVED_AT });
}

/** The event that a payload is on the route of its kind. */
function eventOf(kind: EventKind, payload: JsonObject): Event {
  const result = read(payload, KINDS[kind].route);
  if (result.status !== "event") throw new Error(`Not an event: ${JSON.stringify(result)}`);
  return result.event;
}

/** Where a payload is refused; `null`: it is an event. */
function refusedAt(payload: Json, route: HookRoute): readonly string[] | "ignored" | null {
  const result = read(payload, route);
  if (result.status === "ignored") return result.status;
  return result.status === "unusable" ? result.issues.map(({ pointer }) => pointer) : null;
}

/** What is sent in a field of each type, and what it is as a fact. */
const SENT: { readonly [T in FieldType]: readonly (readonly [sent: Json, fact: Json])[] } = {
  text: [["some words", "some words"]],
  id: [["an-id", "an-id"]],
  number: [
    [31, 31],
    ["31", 31],
  ],
  boolean: [
    [true, true],
    ["false", false],
  ],
  list: [
    [
      ["a", "b"],
      ["a", "b"],
    ],
    ["a", ["a"]],
  ],
  object: [[{ code: "1" }, { code: "1" }]],
  address: [
    ["+15550100042", "+15550100042"],
    [["a@example.com"], ["a@example.com"]],
    [{}, {}],
  ],
  time: [
    ["2026-03-04T15:00:00Z", "2026-03-04T15:00:00Z"],
    [Date.parse("2026-03-04T15:00:00Z"), "2026-03-04T15:00:00.000Z"],
    [Date.parse("2026-03-04T15:00:00Z") / 1_000, "2026-03-04T15:00:00.000Z"],
    ["1772636400", "2026-03-04T15:00:00.000Z"],
  ],
  any: [
    ["a", "a"],
    [{ b: 1 }, { b: 1 }],
  ],
};
/** What a field of each type does not take; `any` takes everything. */
const WRONG: { readonly [T in Exclude<FieldType, "any">]: Json } = {
  text: 1,
  id: 1,
  number: "many",
  boolean: "perhaps",
  list: 1,
  object: "text",
  address: 1,
  time: true,
};

describe.each(EVENT_KINDS)("%s", (kind) => {
  const entry = KINDS[kind];
  /** The fields that an event cannot do without; they are not spoilt. */
  const needed = new Set(["type", "locationId", contactPath(entry)[0]]);
  const fields = Object.entries(entry.fields).filter(([name]) => !needed.has(name));
  /** What lacks its ids is refused there; what has no entry of its own is counted. */
  const lacking = (pointers: readonly string[]) => (entry.isOther ? "ignored" : pointers);

  it("has a sample that reads as that kind on its route, with its contact", () => {
    const samples = samplesOf(kind);
    expect(samples.length).toBeGreaterThan(0);
    for (const [name, sample] of samples) {
      expect([name, sample.route, routeOf(sample.payload)]).toEqual([name, entry.route, entry.route]);
      const event = eventOf(kind, payloadOf(sample, {}, new Date(RECEIVED_AT)));
      expect(event).toMatchObject({ kind, contactId: contactIn(entry, sample.payload) });
      const asked = new DecisionFacts(event, MOMENT, NO_HISTORY);
      for (const fact of factsOfKind(kind)) if (FACTS[fact]?.always) expect(asked.value(fact), fact).toBeDefined();
    }
  });

  const own = entry.isOther
    ? "what every event has and at least one field that is not in the table"
    : "no field that is not in the table";
  it(`has samples with ${own}`, () => {
    const known = new Set([...Object.keys(entry.fields), contactPath(entry)[0], ...(entry.recipients ?? [])]);
    for (const [name, sample] of samplesOf(kind)) {
      const sent = Object.keys(payloadOf(sample, {}, new Date(RECEIVED_AT)));
      const others = sent.filter((field) => !known.has(field));
      expect([name, others.length > 0]).toEqual([name, entry.isOther ?? false]);
    }
  });

  it.each([undefined, null, "", "with a space", 7, ["the-contact"]])("is nothing with the contact %j", (contactId) => {
    const payload = withContact(entry, leastOf(kind), "gone");
    const path = contactPath(entry);
    const holder = path.slice(0, -1).reduce<Json>((at, key) => (isJsonObject(at) ? (at[key] ?? null) : null), payload);
    const [last = ""] = path.slice(-1);
    if (!isJsonObject(holder)) throw new Error("No holder");
    if (contactId === undefined) delete holder[last];
    else holder[last] = contactId;
    expect(refusedAt(payload, entry.route)).toEqual(lacking([jsonPointer(path)]));
    expect(contactsNamed(payload)).toEqual(contactId === undefined || contactId === null ? [] : expect.anything());
  });

  it("is named among those whose contact is erased from the quarantine", () => {
    expect(contactsNamed(leastOf(kind, { callDuration: "spoilt" }))).toEqual(["the-contact"]);
  });

  it.each([undefined, null, "", "a/b", 7])("is nothing in the location %j", (locationId) => {
    const { locationId: _, ...rest } = leastOf(kind);
    const payload = locationId === undefined ? rest : { ...rest, locationId };
    expect(refusedAt(payload, entry.route)).toEqual(lacking(["/locationId"]));
  });

  it("comes by its own route; what HighLevel sends may come by the provider's", () => {
    const taken = ROUTES.filter((route) => refusedAt(leastOf(kind), route) === null);
    expect(taken.toSorted()).toEqual(entry.route === "events" ? ["events", "provider"] : [entry.route]);
    for (const route of ROUTES)
      if (!taken.includes(route)) expect(refusedAt(leastOf(kind), route), route).toEqual(["/type"]);
  });

  it("is known by each of its types, which is the type of no other kind", () => {
    expect(typesOf(kind).map(kindNamed)).toEqual(typesOf(kind).map(() => kind));
    const others = new Set<string>(EVENT_KINDS.flatMap((other) => (other === kind ? [] : [other, ...typesOf(other)])));
    expect(typesOf(kind).filter((type) => others.has(type))).toEqual([]);
    const isOneOfThem = typesOf(kind).includes(kind);
    expect(refusedAt({ ...leastOf(kind), type: kind }, entry.route)).toEqual(isOneOfThem ? null : ["/type"]);
  });

  it.each(fields)(
    "reads the field %s as a fact of its type; any other value is noted, and absent",
    (name, { type }) => {
      expect(FACTS[name]?.derived, `"${name}" is a derived fact already`).toBeUndefined();
      for (const [sent, fact] of SENT[type])
        expect(factsOf(eventOf(kind, leastOf(kind, { [name]: sent })))[name]).toEqual(fact);
      if (type !== "any") {
        const odd = eventOf(kind, leastOf(kind, { [name]: WRONG[type] }));
        expect(issuesOf(odd).map(({ pointer, code }) => [pointer, code])).toEqual([[`/${name}`, "EVENT_FIELD"]]);
        expect(factsOf(odd)[name]).toEqual(FACTS[name]?.always ? [] : undefined);
        expect(odd.payload[name]).toEqual(WRONG[type]);
      }
      for (const nothing of [null, ""]) {
        const absent = factsOf(eventOf(kind, leastOf(kind, { [name]: nothing })))[name];
        expect(absent).toEqual(FACTS[name]?.always ? [] : nothing === "" && type === "text" ? "" : undefined);
      }
    },
  );

  it("has exactly the facts of its columns", () => {
    const facts = new Set(factsOfKind(kind));
    expect({
      channel: facts.has("channel"),
      outcome: facts.has("outcome"),
      sender: facts.has("sender"),
      recipients: facts.has("recipients"),
    }).toEqual({
      channel: isMessage(kind),
      outcome: entry.hasOutcome === true,
      sender: entry.message?.direction === "outbound",
      recipients: entry.recipients !== undefined,
    });
    for (const name of entry.recipients ?? [])
      expect(factsOf(eventOf(kind, leastOf(kind, { [name]: "a@example.com" })))["recipients"]).toEqual([
        "a@example.com",
      ]);
    if (entry.message) expect(Object.keys(entry.fields)).toContain(entry.message.channel);
  });

  it("happened when it says, else when it was told, else when it came", () => {
    const [said, told] = ["2026-03-04T15:00:00.000Z", "2026-03-04T15:10:00.000Z"];
    const at = (payload: JsonObject): string => eventOf(kind, leastOf(kind, payload)).occurredAt;
    expect(at({})).toBe(RECEIVED_AT);
    expect(at({ timestamp: told })).toBe(told);
    expect(at({ timestamp: told, dateAdded: said })).toBe(entry.time === "dateAdded" ? said : told);
    if (entry.time) expect(at({ timestamp: told, [entry.time]: said })).toBe(said);
  });

  it("went the way of its column, for those that count it", () => {
    expect(asPast(eventOf(kind, leastOf(kind)), [], 0).direction).toBe(entry.message?.direction ?? null);
  });

  it("is guarded as its entry says, and as nothing else", () => {
    const guards = entry.guards ?? [];
    const guarded = (payload: JsonObject) => guardedAs(eventOf(kind, leastOf(kind, payload)));
    expect(guarded({ source: "app" })).toBeNull();
    expect(guarded({ source: "api" })).toBe(guards.includes("api") ? "api" : null);
    expect(guarded({ messageType: "InternalComment" })).toBe(guards.includes("internal") ? "internal" : null);
    expect(guarded({ messageType: "InternalComment", source: "api" })).toBe(guards[0] ?? null);
  });

  it("is decided in an example that leaves everything out", async () => {
    const conditions = {
      all: [
        { fact: "kind", operator: "equal", value: kind },
        { fact: "contactId", operator: "equal", value: "example-contact" },
      ],
    };
    const rule = aRule({ on: [kind], conditions });
    const result = await runExample(rule, { event: {}, fires: true }, "UTC");
    expect(result).toMatchObject({ ok: true, value: { passed: true } });
  });
});

describe("a field that several kinds have", () => {
  const names = [...new Set(EVENT_KINDS.flatMap((kind) => Object.keys(KINDS[kind].fields)))];
  it.each(names)("has one type: %s", (name) => {
    const types = EVENT_KINDS.flatMap((kind) => KINDS[kind].fields[name]?.type ?? []);
    expect(new Set(types), name).toEqual(new Set([FACTS[name]?.type]));
  });

  it("is a fact of exactly those kinds", () => {
    for (const name of names)
      expect([name, FACTS[name]?.kinds]).toEqual([
        name,
        EVENT_KINDS.filter((kind) => Object.hasOwn(KINDS[kind].fields, name)),
      ]);
  });
});

describe("a contact that stands inside an object", () => {
  const entry = {
    about: "something was booked",
    route: "events",
    contact: "booking.person.id",
    fields: { booking: { type: "object", about: "what was booked" } },
  } as const;
  const issues = (payload: JsonObject): readonly string[] => {
    const [error] = structOf(entry).validate(payload);
    return error ? error.failures().map(({ path }) => jsonPointer(path)) : [];
  };
  const whole = { locationId: "here", booking: { day: "monday", person: { name: "Ada", id: "c1" } } };

  it("is found, placed and named", () => {
    expect(contactIn(entry, whole)).toBe("c1");
    expect(withContact(entry, whole, "c2")).toEqual({
      locationId: "here",
      booking: { day: "monday", person: { name: "Ada", id: "c2" } },
    });
    expect(withContact(entry, {}, "c2")).toEqual({ booking: { person: { id: "c2" } } });
    expect(withContact(entry, { booking: "full" }, "c2")).toEqual({ booking: "full" });
    expect(contactsNamed({ ...whole, id: 7 }, [entry, { contact: "id" }])).toEqual(["c1", "7"]);
    expect(contactsNamed({ booking: ["c1"] }, [entry])).toEqual([]);
  });

  it.each<readonly [what: string, booking: Json | undefined, pointer: string]>([
    ["its holder", undefined, "/booking/person/id"],
    ["anything in its holder", {}, "/booking/person/id"],
    ["anything but null", null, "/booking/person/id"],
    ["an id", { person: { id: "" } }, "/booking/person/id"],
    ["an id that can be one", { person: { id: ".." } }, "/booking/person/id"],
    ["an object to hold it", "full", "/booking"],
    ["an object to hold it further in", { person: ["c1"] }, "/booking/person"],
  ])("is missing without %s", (_, booking, pointer) => {
    expect(issues(booking === undefined ? { locationId: "here" } : { locationId: "here", booking })).toEqual([pointer]);
  });

  it("is enough", () => {
    expect(issues(whole)).toEqual([]);
  });
});

describe("what a payload leaves out", () => {
  const defaults = { type: "InboundMessage", locationId: "l", contactId: "c", messageId: "m" };
  it.each<readonly [given: JsonObject, whole: JsonObject]>([
    [{}, { type: "InboundMessage", locationId: "l", messageId: "m", contactId: "c" }],
    [{ contactId: null }, { type: "InboundMessage", locationId: "l", messageId: "m", contactId: null }],
    [{ type: "ContactDelete" }, { type: "ContactDelete", locationId: "l", id: "c" }],
    [
      { type: "SMS", contactId: "mine", locationId: "there" },
      { type: "SMS", locationId: "there", messageId: "m", contactId: "mine" },
    ],
    [{ type: "NoSuchKind" }, { type: "NoSuchKind", locationId: "l", contactId: "c" }],
  ])("stands where its kind has it: %j", (given, whole) => expect(filledIn(given, defaults)).toEqual(whole));

  it("is a time too, where one is given", () => {
    const at = RECEIVED_AT;
    expect(filledIn({}, { ...defaults, at })).toMatchObject({ timestamp: at, dateAdded: at });
    expect(filledIn({ type: "ContactDelete" }, { ...defaults, at })).toEqual({
      type: "ContactDelete",
      locationId: "l",
      timestamp: at,
      id: "c",
    });
  });
});

describe("the docs", () => {
  const page = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const codeIn = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, word = ""]) => word);
  const rows = [...page.matchAll(/^\| `(\w+)` \| ([a-z-]+) \| (.+) \|$/gm)].filter(([, kind = ""]) => kind in KINDS);
  const short = Map.groupBy(rows, ([, , word]) => word);
  const groups = new Map<string | undefined, readonly (string | undefined)[]>([
    ...[...short].map(([word, named]) => [word, named.map(([, kind]) => kind)] as const),
    ["all", EVENT_KINDS],
    ["messages", EVENT_KINDS.filter(isMessage)],
    ["contact", EVENT_KINDS.filter((kind) => KINDS[kind].contact === "id")],
  ]);

  it("name every kind, with what happened", () => {
    expect(rows.map(([, kind, , about]) => [kind, about])).toEqual(
      EVENT_KINDS.map((kind) => [kind, KINDS[kind].about]),
    );
  });

  it("name every fact with its type, its kinds and its phrase", () => {
    const [, section = ""] = /^## Facts$([\s\S]*?)^## /m.exec(page) ?? [];
    const told = [...section.matchAll(/^\| `(\w+)` \| (\w+)(, always)? \| ([a-z ]+) \| (.+) \|$/gm)].map(
      ([, name, type, always, kinds = "", about]) => {
        const named = kinds.split(" ").flatMap((word) => groups.get(word) ?? [`no kind "${word}"`]);
        return [name, { type, always: always !== undefined, kinds: new Set(named), about }];
      },
    );
    const known = Object.entries(FACTS).map(([name, { type, always = false, kinds, about }]) => [
      name,
      { type, always, kinds: new Set(kinds), about },
    ]);
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(known));
  });

  it("name the messages and the contact's own kinds beside `on`, and those that everybody subscribes to", () => {
    const [, on = ""] = /^\| `on` \| kinds of event: (.+) \|$/m.exec(readme) ?? [];
    const own = EVENT_KINDS.filter((kind) => KINDS[kind].needed || KINDS[kind].route !== "events");
    expect(codeIn(on)).toEqual(own);
    const needed = EVENT_KINDS.filter((kind) => KINDS[kind].needed);
    for (const text of [readme, readFileSync(join(ROOT, "docs/highlevel.md"), "utf8")]) {
      const [, subscribed = ""] = /subscribe to ([^.]+?),? and to each other kind/.exec(text) ?? [];
      expect(codeIn(subscribed)).toEqual(needed);
    }
  });

  it("and the schema name exactly the kinds", () => {
    expect(ruleSchema["$defs"]).toMatchObject({ kinds: { items: { enum: EVENT_KINDS } } });
  });
});
