// Events that wait for what HighLevel says of their contact: decided once, in the contact's order, within a minute.
import { describe, expect, it } from "vitest";
import type { HighLevelAnswer, HighLevelRequest, Leaves } from "../../../src/highlevel/account.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import type { Event } from "../../../src/model/event.ts";
import type { Condition, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { upTo } from "../../thorough.ts";
import { aLedger } from "./a-ledger.ts";
import { VirtualTime } from "./virtual-time.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const asks = (path: string, value: unknown, operator = "equal"): Condition =>
  ({ fact: "contact", path, operator, value }) as Condition;
const isVip: Condition = asks("$.tags", "vip", "contains");
const texts: Condition = { fact: "channel", operator: "equal", value: "sms" };
const vip = (fields: Partial<Rule> = {}): Rule =>
  aRule({ name: "vip", conditions: { all: [texts, isVip] }, actions: [aTask()], ...fields });

const answered = (status: number, body: object): HighLevelAnswer => ({
  kind: "answer",
  status,
  body: JSON.stringify(body),
});

/** A location whose HighLevel answers when a test says so. */
class World {
  now = NOON;
  readonly storage = sqliteStorage();
  readonly calls: string[] = [];
  readonly contacts = new Map<string, JsonObject>();
  /** What is answered in place of a contact, by its id, or of anything. */
  faults = new Map<string, HighLevelAnswer>();
  /** Answers wait for this. */
  gate: Promise<void> = Promise.resolve();
  rules: readonly Rule[];
  ledger: LocationLedger | null = null;
  #keys = 0;

  constructor(...rules: readonly Rule[]) {
    this.rules = rules.length > 0 ? rules : [vip()];
  }

  async open(): Promise<LocationLedger> {
    return (this.ledger = await aLedger({
      storage: this.storage,
      clock: () => this.now,
      ruleSet: aRuleSet(...this.rules),
      account: { call: (request, leaves) => this.#call(request, leaves) },
    }));
  }

  get opened(): LocationLedger {
    if (!this.ledger) throw new Error("It is not open");
    return this.ledger;
  }

  /** A payload of a message, with a key of its own. */
  message(fields: JsonObject = {}): Event {
    const key = `key-${(this.#keys += 1)}`;
    const at = new Date(this.now).toISOString();
    return { ...anEvent({ messageId: key, timestamp: at, ...fields }, key), receivedAt: at };
  }

  decisionOf(key: string) {
    return this.opened.event(key).then((story) => story?.decision);
  }

  /** The events of the log that are being decided, oldest first. */
  deciding(): string[] {
    const { events } = this.opened.events({ limit: 2_000 });
    return events
      .filter(({ deciding }) => deciding)
      .map(({ eventKey }) => eventKey)
      .toReversed();
  }

  rows(table: string): unknown[] {
    return this.storage.sql.exec(`SELECT * FROM ${table}`).toArray();
  }

  async #call(request: HighLevelRequest, leaves?: Leaves): Promise<HighLevelAnswer> {
    const { method, path } = request;
    this.calls.push(`${method} ${path}`);
    await this.gate;
    const id = /^\/contacts\/([^/]+)$/.exec(path)?.[1] ?? path.split("?")[0] ?? "";
    const fault = this.faults.get(id) ?? this.faults.get("*");
    if (fault) return fault;
    if (path.startsWith("/locations/") && path.includes("/customFields"))
      return answered(200, { customFields: [{ id: "f1", fieldKey: "contact.plan" }] });
    if (path.startsWith("/locations/")) return answered(200, { location: { id: LOCATION, city: "Springfield" } });
    if (path.startsWith("/users/")) return answered(200, { id: path.slice(7), email: "uma@example.com" });
    if (method !== "GET") {
      leaves?.(outgoing(HIGHLEVEL, request));
      return answered(201, { messageId: `m-${this.calls.length}` });
    }
    const contact = this.contacts.get(id);
    return contact ? answered(200, { contact: { id, ...contact } }) : answered(400, { message: "Contact not found" });
  }
}

/** A gate that a test opens. */
function aGate(): { readonly shut: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { shut: promise, open: resolve };
}
const turns = async (count = 30): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await new Promise((done) => setImmediate(done));
};

describe("an event whose decision needs a contact that is not known", () => {
  it("is recorded at once, and decided when HighLevel has answered, as of when it came", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    const event = world.message();
    expect(await ledger.record(event)).toEqual({ status: "accepted", fired: [], deciding: true });
    expect(await ledger.record(event)).toEqual({ status: "duplicate" });
    expect(world.deciding()).toEqual([event.key]);
    expect(await world.decisionOf(event.key)).toMatchObject({ fired: [], verdicts: [], deciding: true });
    world.now += 5 * SECOND;
    open();
    await ledger.decided();
    expect(world.deciding()).toEqual([]);
    const decision = await world.decisionOf(event.key);
    expect(decision).toMatchObject({
      fired: ["vip"],
      decidedAt: new Date(NOON).toISOString(),
      known: { contact: { tags: ["vip"] } },
    });
    expect(decision).not.toHaveProperty("deciding");
    expect(ledger.deliveries({ limit: 10 }).deliveries).toHaveLength(1);
    expect(world.calls).toEqual([`GET /contacts/${CONTACT}`]);
  });

  it("makes no second call: the contact is known from then on", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const ledger = await world.open();
    await ledger.record(world.message());
    await ledger.decided();
    expect(await ledger.record(world.message())).toEqual({ status: "accepted", fired: ["vip"] });
    expect(world.calls).toHaveLength(1);
  });

  it("is decided at once where its own conditions settle it", async () => {
    const world = new World();
    const ledger = await world.open();
    expect(await ledger.record(world.message({ messageType: "Email" }))).toEqual({ status: "accepted", fired: [] });
    expect(world.calls).toEqual([]);
  });

  it("is decided at once by what the event itself says of the contact", async () => {
    const world = new World(vip({ on: ["ContactUpdate"], conditions: { all: [isVip] } }));
    const ledger = await world.open();
    const whole = { tags: ["vip"], dnd: false, customFields: [] };
    const event = world.message({ type: "ContactUpdate", id: CONTACT, ...whole });
    expect(await ledger.record(event)).toEqual({ status: "accepted", fired: ["vip"] });
    expect(world.calls).toEqual([]);
  });
});

describe("what waits behind it", () => {
  it("is whatever comes to the same contact, and nobody else", async () => {
    const world = new World(
      vip({ limit: { count: 1, within: "1h" } }),
      aRule({ name: "plain", actions: [aWebhook()] }),
    );
    world.contacts.set(CONTACT, { tags: ["vip"] });
    world.contacts.set("known", { tags: [] });
    const ledger = await world.open();
    await ledger.record(world.message({ contactId: "known" }));
    await ledger.decided();
    const { shut, open } = aGate();
    world.gate = shut;
    const first = world.message();
    await ledger.record(first);
    world.now += SECOND;
    // It needs nothing itself, but comes after one that does.
    const second = world.message({ messageType: "Email" });
    expect(await ledger.record(second)).toMatchObject({ deciding: true });
    const third = world.message();
    await ledger.record(third);
    const other = await ledger.record(world.message({ contactId: "known" }));
    expect(other).toEqual({ status: "accepted", fired: ["plain"] });
    open();
    await ledger.decided();
    // The limit of the first holds for the third: in order, each on the log before it.
    expect((await world.decisionOf(first.key))?.fired.toSorted()).toEqual(["plain", "vip"]);
    expect((await world.decisionOf(third.key))?.fired).toEqual(["plain"]);
    expect((await world.decisionOf(third.key))?.verdicts).toContainEqual(expect.objectContaining({ reason: "limit" }));
    expect(world.calls.filter((call) => call === `GET /contacts/${CONTACT}`)).toHaveLength(1);
  });

  it("sees the log as it was before each, not what came after", async () => {
    const counts = (count: number): Condition => ({
      fact: "count",
      operator: "equal",
      value: count,
      params: { kind: "OutboundMessage", within: "1h" },
    });
    const rules = [1, 2, 3].map((count) => vip({ name: `nth-${count}`, conditions: { all: [counts(count), isVip] } }));
    const world = new World(...rules);
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    const events = [world.message(), world.message(), world.message()];
    for (const event of events) await ledger.record(event);
    open();
    await ledger.decided();
    for (const [index, { key }] of events.entries())
      expect((await world.decisionOf(key))?.fired).toEqual([`nth-${index + 1}`]);
  });

  it("repeats what came before it, as it would have", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    const [first, again] = [world.message({ messageId: "same" }), world.message({ messageId: "same" })];
    await ledger.record(first);
    await ledger.record(again);
    open();
    await ledger.decided();
    expect(await world.decisionOf(again.key)).toMatchObject({ repeats: first.key, fired: [] });
    expect(ledger.deliveries({ limit: 10 }).deliveries).toHaveLength(1);
  });
});

describe("while an event waits,", () => {
  it("a later reply ends at once what waits already, and what it will start", async () => {
    const waits = { after: "10m", cancelOn: ["reply" as const] };
    const world = new World(
      vip({ actions: [aTask(waits)] }),
      aRule({
        name: "before",
        conditions: { all: [{ fact: "status", operator: "equal", value: "sent" }, texts] },
        actions: [aTask(waits)],
      }),
    );
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const ledger = await world.open();
    world.faults.set("*", { kind: "timeout" });
    world.rules = [];
    await ledger.record(world.message({ status: "sent", contactId: CONTACT }));
    await turns();
    world.now += MINUTE;
    await ledger.alarm();
    expect(ledger.deliveries({ limit: 10 }).deliveries.map(({ rule, state }) => [rule, state])).toEqual([
      ["before", "scheduled"],
    ]);
    world.faults.clear();
    const { shut, open } = aGate();
    world.gate = shut;
    await ledger.record(world.message());
    world.now += SECOND;
    const reply = world.message({ type: "InboundMessage", dateAdded: new Date(world.now).toISOString() });
    await ledger.record(reply);
    const before = ledger.deliveries({ limit: 10 }).deliveries.find(({ rule }) => rule === "before");
    expect(before).toMatchObject({ state: "cancelled", cancelledBy: { trigger: "reply", eventKey: reply.key } });
    open();
    await ledger.decided();
    const started = ledger.deliveries({ limit: 10 }).deliveries.find(({ rule }) => rule === "vip");
    expect(started).toMatchObject({ state: "cancelled", cancelledBy: { trigger: "reply", eventKey: reply.key } });
  });

  it("a STOP that comes holds what it starts", async () => {
    const world = new World(vip({ actions: [aText()] }));
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    await ledger.record(world.message());
    world.now += SECOND;
    await ledger.record(world.message({ type: "InboundMessage", body: "STOP" }));
    open();
    await ledger.decided();
    await ledger.alarm();
    expect(ledger.deliveries({ limit: 10 }).deliveries).toMatchObject([{ state: "held" }]);
    expect(world.calls.filter((call) => call.startsWith("POST"))).toEqual([]);
  });

  it("its own conditions do not end what it starts", async () => {
    const own = { on: ["OutboundMessage" as const], conditions: { all: [texts] } };
    const world = new World(vip({ actions: [aTask({ after: "1h", cancelOn: [own] })] }));
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const ledger = await world.open();
    await ledger.record(world.message());
    await ledger.decided();
    expect(ledger.deliveries({ limit: 10 }).deliveries).toMatchObject([{ state: "scheduled" }]);
  });

  it("erasing its contact leaves nothing of it, and nothing is decided", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { firstName: "Grace", tags: ["vip"] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    await ledger.record(world.message());
    await turns();
    ledger.eraseContact(LOCATION, CONTACT);
    open();
    await ledger.decided();
    for (const table of ["events", "contacts", "deliveries"])
      expect(JSON.stringify(world.rows(table))).not.toMatch(/Grace|test-contact/);
    expect(ledger.deliveries({ limit: 10 }).deliveries).toEqual([]);
    expect(await ledger.poke()).toMatchObject({ isOpen: expect.any(Boolean) });
    expect(world.deciding()).toEqual([]);
  });
});

describe("where HighLevel does not say, an event is decided without its contact, and says so:", () => {
  const VERDICTS: [name: string, fault: HighLevelAnswer | null, why: RegExp, isAtOnce: boolean][] = [
    ["it knows no such contact", null, /^contact unknown: HighLevel knows no such contact$/, true],
    ["the token may not ask", answered(403, { message: "No scope" }), /^contact unknown: HighLevel answered 403/, true],
    [
      "there is no token",
      { kind: "no-token", message: "There is no token" },
      /^contact unknown: There is no token$/,
      true,
    ],
    ["it is down", answered(503, {}), /^contact unknown: HighLevel did not answer within a minute$/, false],
    ["it does not answer", { kind: "timeout" }, /^contact unknown: HighLevel did not answer within a minute$/, false],
    [
      "its limits have no room",
      answered(429, {}),
      /^contact unknown: HighLevel did not answer within a minute$/,
      false,
    ],
    [
      "it answers something else",
      answered(200, {}),
      /^contact unknown: HighLevel did not answer within a minute$/,
      false,
    ],
  ];

  it.each(VERDICTS)("%s", async (_, fault, why, isAtOnce) => {
    const world = new World(
      vip(),
      aRule({ name: "no-vip", conditions: { all: [texts, { not: isVip }] }, actions: [aTask()] }),
    );
    if (fault) world.faults.set("*", fault);
    const ledger = await world.open();
    const event = world.message();
    await ledger.record(event);
    await ledger.decided();
    expect(world.deciding()).toEqual(isAtOnce ? [] : [event.key]);
    for (
      let rings = 0;
      rings < 20 && world.deciding().length > 0 && (world.storage.alarmAt ?? Infinity) <= NOON + MINUTE;
      rings++
    ) {
      world.now = Math.max(world.now, world.storage.alarmAt ?? 0);
      world.storage.alarmAt = null;
      await ledger.alarm();
    }
    expect(world.now).toBeLessThanOrEqual(NOON + MINUTE);
    expect(world.deciding()).toEqual([]);
    const decision = await world.decisionOf(event.key);
    expect(decision?.fired).toEqual(["no-vip"]);
    const told = decision?.verdicts.find(({ rule }) => rule === "vip");
    expect(told).toMatchObject({ fired: false, reason: "conditions" });
    expect(told?.detail).toMatch(why);
  });

  it("a call that hangs is waited for no longer than a minute, and its answer is kept all the same", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    const event = world.message();
    await ledger.record(event);
    await turns();
    world.now += MINUTE;
    await turns();
    expect(world.deciding()).toEqual([]);
    expect((await world.decisionOf(event.key))?.fired).toEqual([]);
    open();
    await turns();
    expect(ledger.knownContact(LOCATION, CONTACT).state).toBe("known");
    expect(await ledger.record(world.message())).toMatchObject({ fired: ["vip"] });
  });
});

describe("what a rule asks besides the contact's own record", () => {
  const OTHERS: [name: string, condition: Condition, contact: JsonObject, calls: readonly string[]][] = [
    [
      "its owner",
      asks("$.owner.email", "uma@example.com"),
      { assignedTo: "u1" },
      [`GET /contacts/${CONTACT}`, "GET /users/u1"],
    ],
    ["an owner that there is not", { not: asks("$.owner.email", true, "exists") }, {}, [`GET /contacts/${CONTACT}`]],
    [
      "a custom field by its key",
      asks("$.custom.plan", "gold"),
      { customFields: [{ id: "f1", value: "gold" }] },
      [`GET /contacts/${CONTACT}`, `GET /locations/${LOCATION}/customFields?model=contact`],
    ],
    [
      "a custom field by its id",
      asks("$.custom.f1", "gold"),
      { customFields: [{ id: "f1", value: "gold" }] },
      [`GET /contacts/${CONTACT}`],
    ],
    [
      "the location",
      { fact: "location", path: "$.city", operator: "equal", value: "Springfield" },
      {},
      [`GET /locations/${LOCATION}`],
    ],
  ];

  it.each(OTHERS)("%s is asked for once, and not for the next contact", async (_, condition, contact, calls) => {
    const world = new World(aRule({ name: "asks", conditions: { all: [texts, condition] }, actions: [aTask()] }));
    world.contacts.set(CONTACT, contact);
    world.contacts.set("other", contact);
    const ledger = await world.open();
    const event = world.message();
    await ledger.record(event);
    await ledger.decided();
    expect((await world.decisionOf(event.key))?.fired).toEqual(["asks"]);
    expect(world.calls).toEqual(calls);
    const other = world.message({ contactId: "other" });
    await ledger.record(other);
    await ledger.decided();
    expect((await world.decisionOf(other.key))?.fired).toEqual(["asks"]);
    const ofOther = calls.filter((call) => call.includes("/contacts/")).map(() => "GET /contacts/other");
    expect(world.calls).toEqual([...calls, ...ofOther]);
  });
});

describe("a burst", () => {
  it("of one contact asks once", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const ledger = await world.open();
    const events = Array.from({ length: 50 }, () => world.message());
    const recorded = await Promise.all(events.map((event) => ledger.record(event)));
    expect(recorded.every(({ status }) => status === "accepted")).toBe(true);
    await ledger.decided();
    expect(world.deciding()).toEqual([]);
    expect(world.calls).toEqual([`GET /contacts/${CONTACT}`]);
    expect(ledger.deliveries({ limit: 100 }).deliveries).toHaveLength(50);
  });

  it("of a thousand contacts is taken at once, asks once for each, and asks the location once", async () => {
    const inPlan = asks("$.custom.plan", "gold");
    const world = new World(aRule({ name: "gold", conditions: { all: [texts, inPlan] }, actions: [aTask()] }));
    const count = upTo(150, 1_000);
    const ids = Array.from({ length: count }, (_, index) => `contact-${index}`);
    for (const id of ids) world.contacts.set(id, { customFields: [{ id: "f1", value: "gold" }] });
    const { shut, open } = aGate();
    world.gate = shut;
    const ledger = await world.open();
    const recorded = await Promise.all(ids.map((contactId) => ledger.record(world.message({ contactId }))));
    expect(new Set(recorded.map((one) => JSON.stringify(one)))).toEqual(
      new Set(['{"status":"accepted","fired":[],"deciding":true}']),
    );
    open();
    for (let rings = 0; rings < 5 && world.deciding().length > 0; rings++) await ledger.alarm();
    expect(world.deciding()).toEqual([]);
    expect(world.calls).toHaveLength(count + 1);
    expect(new Set(world.calls).size).toBe(count + 1);
    expect(ledger.events({ limit: 2_000, fired: "yes" }).events).toHaveLength(count);
  }, 120_000);
});

describe("an object that is gone", () => {
  it("leaves what waits to the next one, by whatever rules are in force then", async () => {
    const world = new World();
    world.contacts.set(CONTACT, { tags: ["vip"] });
    const { shut } = aGate();
    world.gate = shut;
    const first = await world.open();
    const events = [world.message(), world.message()];
    for (const event of events) await first.record(event);
    expect(world.storage.alarmAt).toBe(NOON);
    world.gate = Promise.resolve();
    world.rules = [vip({ name: "renamed" })];
    const next = await world.open();
    expect(await next.poke()).toMatchObject({ isOpen: true });
    expect(await next.record(events[0] ?? world.message())).toEqual({ status: "duplicate" });
    const third = world.message();
    expect(await next.record(third)).toMatchObject({ deciding: true });
    await next.alarm();
    expect(world.deciding()).toEqual([]);
    for (const { key } of [...events, third]) expect((await world.decisionOf(key))?.fired).toEqual(["renamed"]);
  });

  it("has lost nothing when its time had passed meanwhile", async () => {
    const world = new World();
    world.faults.set("*", { kind: "broken" });
    const event = world.message();
    await (await world.open()).record(event);
    world.now += 3 * MINUTE;
    const next = await world.open();
    await next.alarm();
    expect((await world.decisionOf(event.key))?.verdicts).toMatchObject([
      { detail: "contact unknown: HighLevel did not answer within a minute" },
    ]);
  });

  it("makes nobody wait for longer when its clock was ahead", async () => {
    const world = new World();
    world.faults.set("*", { kind: "timeout" });
    const ledger = await world.open();
    world.now += 24 * 60 * MINUTE;
    const event = world.message({ timestamp: null });
    await ledger.record(event);
    await turns();
    world.now = NOON;
    await ledger.poke();
    world.now += MINUTE + SECOND;
    await ledger.alarm();
    expect(world.deciding()).toEqual([]);
  });
});

it("a question whose answer cannot be written down gives HighLevel's place back", async () => {
  const world = new World();
  world.faults.set("*", answered(503, {}));
  const ledger = await world.open();
  const exec = world.storage.sql.exec.bind(world.storage.sql);
  let refused = 0;
  world.storage.sql.exec = (statement, ...values) => {
    if (refused === 0 && statement.includes("INTO hosts")) throw new Error(`The disk refuses ${(refused += 1)}`);
    return exec(statement, ...values);
  };
  await ledger.record(world.message());
  await turns();
  expect(refused).toBe(1);
  expect(ledger.hosts().map(({ inFlight }) => inFlight)).not.toContain(1);
});

it("an event of a set that asks nothing reads and writes what it did: no table of contacts is asked", async () => {
  const world = new World(aRule());
  const ledger = await world.open();
  // The first event of a day has the location announced, by its name if that is known.
  await ledger.record(world.message());
  await turns();
  const statements: string[] = [];
  const exec = world.storage.sql.exec.bind(world.storage.sql);
  world.storage.sql.exec = (statement, ...values) => {
    statements.push(statement);
    return exec(statement, ...values);
  };
  await ledger.record(world.message());
  expect(statements.filter((statement) => /contacts|records|deciding IS NOT NULL/.test(statement))).toEqual([]);
});

describe("while an alarm's other work takes minutes, as with a destination that hangs", () => {
  const hooked = aRule({
    name: "hooked",
    conditions: { all: [{ fact: "channel", operator: "equal", value: "email" }] },
    actions: [aWebhook()],
  });

  it.each([
    ["had been asked before it began", true],
    ["comes while it is under way", false],
  ])("an event whose question %s waits no longer than a minute", async (_, isBefore) => {
    const time = new VirtualTime(NOON);
    const ledger = await aLedger({
      clock: time.now,
      timer: time.sleep,
      ruleSet: aRuleSet(vip(), hooked),
      account: { call: () => Promise.resolve(answered(500, {})) },
      fetch: () => time.sleep(5 * MINUTE).then(() => new Response(null, { status: 200 })),
    });
    const said = (key: string, fields: JsonObject): Event => {
      const at = new Date(time.now()).toISOString();
      return { ...anEvent({ messageId: key, timestamp: at, ...fields }, key), receivedAt: at };
    };
    const waits = (): Promise<unknown> => ledger.record(said("waits", {}));
    if (isBefore) await time.pass(waits());
    await time.pass(ledger.record(said("hooked", { messageType: "Email", contactId: "another" })));
    const alarm = ledger.alarm();
    await time.pass(alarm, time.now() + 5 * SECOND);
    const fromMs = time.now();
    if (!isBefore) await time.pass(waits());
    await time.pass(alarm, fromMs + MINUTE + SECOND);
    expect(await ledger.event("waits")).toMatchObject({ decision: { fired: [] } });
    expect((await ledger.event("waits"))?.decision).not.toHaveProperty("deciding");
    await time.pass(alarm);
  });
});
