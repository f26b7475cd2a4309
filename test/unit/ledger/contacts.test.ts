// What is known of a contact after its events and HighLevel's answers, in whatever order they come.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { succeed } from "../../../src/kit/result.ts";
import type { KnownContact } from "../../../src/model/known-contact.ts";
import { anEvent, aRule, aRuleSet, aText, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { CANARY_PERSON } from "../../canaries.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Nothing of the person of the other tests. */
const NOBODY = Object.fromEntries(Object.keys(CANARY_PERSON).map((name) => [name, null]));
const WHOLE: JsonObject = {
  ...NOBODY,
  firstName: "Grace",
  email: "grace@example.com",
  assignedTo: "u",
  tags: ["vip"],
  dnd: false,
  customFields: [{ id: "f1", value: "gold" }],
};

async function aScene({ rules = [aRule({ actions: [aText()] })] }: { rules?: ReturnType<typeof aRule>[] } = {}) {
  const time = { now: NOON };
  const storage = sqliteStorage();
  const standIn = new HighLevelStandIn({ clock: () => time.now });
  standIn.addToken("pit", LOCATION);
  standIn.addLocation({
    id: LOCATION,
    name: "Shop",
    timezone: "Asia/Tokyo",
    customFields: [{ id: "f1", name: "Plan", fieldKey: "contact.plan" }],
  });
  standIn.addUser({ id: "u", locationId: LOCATION, name: "Uma Example" });
  const tokens = { current: () => Promise.resolve(succeed("pit")), insteadOf: () => Promise.resolve(null) };
  /** While HighLevel is asked. */
  const meanwhile = { happens: async (): Promise<void> => undefined };
  /** By how much HighLevel's clock is ahead of ours. */
  const there = { aheadMs: 0 };
  const open = () =>
    aLedger({
      storage,
      clock: () => time.now,
      ruleSet: aRuleSet(...rules),
      tokens,
      fetch: async (request) => {
        if (!request.url.startsWith("https://highlevel.")) return new Response();
        await meanwhile.happens();
        const answer = await standIn.answer(request);
        answer.headers.set("date", new Date(time.now + there.aheadMs).toUTCString());
        return answer;
      },
    });
  const ledger = await open();
  let keys = 0;
  const event = (type: string, atMs: number, fields: JsonObject = {}, contactId = CONTACT) =>
    ledger.record(
      anEvent(
        { ...NOBODY, type, id: contactId, contactId, timestamp: new Date(atMs).toISOString(), ...fields },
        `key-${(keys += 1)}`,
      ),
    );
  /** A message that is texted back, for which HighLevel is asked about the contact. */
  const asks = async () => {
    await event("OutboundMessage", time.now, { messageId: `m-${keys}`, dateAdded: new Date(time.now).toISOString() });
    await ledger.alarm();
  };
  const known = (): KnownContact => ledger.knownContact(LOCATION, CONTACT);
  const stored = (): unknown[] => storage.sql.exec("SELECT * FROM contacts").toArray();
  return { time, storage, standIn, ledger, open, event, asks, known, stored, meanwhile, there };
}

const iso = (ms: number): string => new Date(ms).toISOString();

describe("what is known of a contact", () => {
  it("is nothing at first", async () => {
    const { known, event, stored } = await aScene();
    await event("InboundMessage", NOON);
    expect(known()).toEqual({
      contactId: CONTACT,
      state: "unknown",
      contact: null,
      customKeys: null,
      parts: { fields: null, tags: null, dnd: null, custom: null, owner: null, customKeys: null, location: null },
      gone: null,
      location: null,
    });
    expect(stored()).toEqual([]);
  });

  it("is what its record says, since when and from where", async () => {
    const { known, event } = await aScene();
    await event("ContactCreate", NOON, WHOLE);
    await event("ContactTagUpdate", NOON + SECOND, { tags: ["vip", "new"], firstName: "Not looked at" });
    await event("ContactDndUpdate", NOON + 2 * SECOND, { dnd: true });
    expect(known()).toMatchObject({
      state: "known",
      contact: {
        id: CONTACT,
        firstName: "Grace",
        name: "Grace",
        email: "grace@example.com",
        assignedTo: "u",
        tags: ["vip", "new"],
        dnd: true,
        custom: { f1: "gold" },
      },
      parts: {
        fields: { since: iso(NOON), from: "event key-1" },
        tags: { since: iso(NOON + SECOND), from: "event key-2" },
        dnd: { since: iso(NOON + 2 * SECOND), from: "event key-3" },
        custom: { since: iso(NOON), from: "event key-1" },
      },
    });
  });

  it("says which key is which field's, once a text has asked for the keys", async () => {
    const rule = aRule({
      actions: [{ ...aText(), message: "Your plan: {{ contact.custom.plan | default: 'none' }}" }],
    });
    const { known, event, asks, standIn } = await aScene({ rules: [rule] });
    standIn.addContact({ id: CONTACT, locationId: LOCATION, customFields: [{ id: "f1", value: "gold" }] });
    await event("ContactCreate", NOON, {
      ...WHOLE,
      customFields: [
        { id: "f1", value: "gold" },
        { id: "f9", value: 1 },
      ],
    });
    expect(known().customKeys).toBeNull();
    await asks();
    expect(known().customKeys).toEqual({ f1: "plan" });
  });

  it("is partly known by an event that says one part", async () => {
    const { known, event } = await aScene();
    await event("ContactTagUpdate", NOON, { tags: ["vip"] });
    expect(known()).toMatchObject({ state: "partly", contact: { id: CONTACT, tags: ["vip"] } });
  });

  it("has the parts that a record left out as they were, and loses the fields that it left out", async () => {
    const { known, event } = await aScene();
    await event("ContactUpdate", NOON, WHOLE);
    await event("ContactUpdate", NOON + SECOND, { firstName: "Ada" });
    expect(known().contact).toEqual({
      id: CONTACT,
      firstName: "Ada",
      name: "Ada",
      tags: ["vip"],
      dnd: false,
      custom: { f1: "gold" },
    });
  });

  it("is what HighLevel answered when it was asked, with what no event says", async () => {
    const { known, asks, standIn, event, time } = await aScene();
    const contact = standIn.addContact({ id: CONTACT, locationId: LOCATION, firstName: "Grace" });
    Object.assign(contact, { timezone: "Asia/Tokyo", tags: ["vip"] });
    await asks();
    expect(known()).toMatchObject({
      state: "known",
      contact: { id: CONTACT, firstName: "Grace", timeZone: "Asia/Tokyo", tags: ["vip"], dnd: false, custom: {} },
      parts: { fields: { since: iso(NOON), from: "highlevel" }, custom: { since: iso(NOON), from: "highlevel" } },
    });
    await event("ContactUpdate", (time.now += SECOND), { ...WHOLE, firstName: "Ada" });
    expect(known().contact).toMatchObject({ firstName: "Ada", timeZone: "Asia/Tokyo" });
  });

  it("is that there is none, where HighLevel knows none: for an hour, then it is open again", async () => {
    const { known, asks, time, event } = await aScene();
    await asks();
    expect(known()).toMatchObject({ state: "gone", contact: null, gone: { since: iso(NOON), from: "highlevel" } });
    await event("ContactCreate", (time.now += HOUR), WHOLE);
    expect(known()).toMatchObject({ state: "known", gone: null });
  });

  it("is that there is none for that hour, though HighLevel's clock is ahead of ours", async () => {
    const vip = aRule({
      conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: "vip" }] },
    });
    const { ledger, standIn, event, time, there } = await aScene({ rules: [vip] });
    there.aheadMs = 5 * 60 * SECOND;
    const message = async (contactId: string): Promise<number> => {
      const fields = { messageId: `m-${contactId}-${time.now}`, dateAdded: iso(time.now) };
      await event("OutboundMessage", time.now, fields, contactId);
      await ledger.alarm();
      return standIn.requests.filter(({ path }) => path === `/contacts/${contactId}`).length;
    };
    await message("another");
    expect(await message("nobody")).toBe(1);
    time.now += 10 * SECOND;
    expect(await message("nobody")).toBe(1);
    time.now += HOUR + there.aheadMs;
    expect(await message("nobody")).toBe(2);
  });
});

/** Each step happens at its second and is recorded in this order. */
type Step = readonly [type: string, second: number, fields?: JsonObject];
const LATE: [name: string, steps: readonly Step[], known: object][] = [
  [
    "an old event that comes late changes nothing",
    [
      ["ContactUpdate", 5, { ...WHOLE, firstName: "New" }],
      ["ContactUpdate", 1, { ...WHOLE, firstName: "Old" }],
    ],
    { contact: { firstName: "New" }, parts: { fields: { since: iso(NOON + 5 * SECOND) } } },
  ],
  [
    "an old list of tags does not come back after a newer record",
    [
      ["ContactUpdate", 5, WHOLE],
      ["ContactTagUpdate", 1, { tags: ["old"] }],
    ],
    { contact: { tags: ["vip"] } },
  ],
  [
    "a late event between two that say the same does not win",
    [
      ["ContactTagUpdate", 1, { tags: ["a"] }],
      ["ContactDndUpdate", 2, { dnd: true }],
      ["ContactTagUpdate", 3, { tags: ["a"] }],
      ["ContactTagUpdate", 2, { tags: ["b"] }],
    ],
    { contact: { tags: ["a"] } },
  ],
  [
    "a late event brings the parts that nothing newer said",
    [
      ["ContactTagUpdate", 5, { tags: ["new"] }],
      ["ContactUpdate", 1, WHOLE],
    ],
    { state: "known", contact: { firstName: "Grace", tags: ["new"] } },
  ],
  [
    "one that was deleted is gone",
    [
      ["ContactUpdate", 1, WHOLE],
      ["ContactDelete", 5],
      ["ContactTagUpdate", 6, { tags: ["ghost"] }],
      ["ContactUpdate", 4, WHOLE],
    ],
    { state: "gone", contact: null, gone: { since: iso(NOON + 5 * SECOND), from: "event key-2" } },
  ],
  [
    "a deletion that comes late ends what is older, and not what is newer",
    [
      ["ContactUpdate", 5, WHOLE],
      ["ContactDelete", 1],
    ],
    { state: "known", gone: null },
  ],
  [
    "one that was made anew is there again",
    [
      ["ContactUpdate", 1, WHOLE],
      ["ContactDelete", 2],
      ["ContactCreate", 3, { ...WHOLE, firstName: "Again" }],
    ],
    { state: "known", contact: { firstName: "Again" }, gone: null },
  ],
];

describe("HighLevel promises no order:", () => {
  it.each(LATE)("%s", async (_, steps, expected) => {
    const { known, event } = await aScene();
    for (const [type, second, fields] of steps) await event(type, NOON + second * SECOND, fields);
    expect(known()).toMatchObject(expected);
  });

  it("what HighLevel answered is not undone by what happened before it was asked", async () => {
    const { known, asks, standIn, event } = await aScene();
    standIn.addContact({ id: CONTACT, locationId: LOCATION, firstName: "Answered" });
    await asks();
    await event("ContactUpdate", NOON - SECOND, { ...WHOLE, firstName: "Before" });
    expect(known().contact).toMatchObject({ firstName: "Answered" });
    await event("ContactUpdate", NOON + SECOND, { ...WHOLE, firstName: "After" });
    expect(known().contact).toMatchObject({ firstName: "After" });
  });

  it("an answer does not undo what happened after it was asked for", async () => {
    const { known, asks, standIn, event, time, meanwhile } = await aScene();
    standIn.addContact({ id: CONTACT, locationId: LOCATION, firstName: "Answered" });
    meanwhile.happens = async () => {
      meanwhile.happens = async () => undefined;
      time.now += SECOND;
      await event("ContactUpdate", time.now, { ...WHOLE, firstName: "Meanwhile" });
    };
    await asks();
    expect(known().contact).toMatchObject({ firstName: "Meanwhile" });
  });
});

describe("the row of a contact", () => {
  it("is written only if something changed", async () => {
    const { storage, event } = await aScene();
    const written = async (work: () => Promise<unknown>): Promise<number> => {
      const writes: string[] = [];
      const exec = storage.sql.exec.bind(storage.sql);
      storage.sql.exec = (statement, ...values) => {
        if (statement.startsWith("INSERT INTO contacts")) writes.push(statement);
        return exec(statement, ...values);
      };
      await work();
      storage.sql.exec = exec;
      return writes.length;
    };
    expect(await written(() => event("ContactUpdate", NOON, WHOLE))).toBe(1);
    expect(await written(() => event("ContactUpdate", NOON + 1, { ...WHOLE, attachments: ["x"] }))).toBe(0);
    expect(await written(() => event("ContactTagUpdate", NOON + 2, { tags: ["vip"] }))).toBe(0);
    expect(await written(() => event("InboundMessage", NOON + 3, { firstName: "Ada" }))).toBe(0);
    expect(await written(() => event("ContactTagUpdate", NOON + 4, { tags: [] }))).toBe(1);
  });

  it("goes when the contact is erased, and an answer that comes then does not bring it back", async () => {
    const { known, asks, standIn, event, ledger, stored, meanwhile } = await aScene();
    await event("ContactUpdate", NOON, WHOLE);
    standIn.addContact({ id: CONTACT, locationId: LOCATION, firstName: "Grace" });
    meanwhile.happens = async () => void ledger.eraseContact(LOCATION, CONTACT);
    await asks();
    expect(standIn.requests.length).toBeGreaterThan(0);
    expect([known().state, stored()]).toEqual(["unknown", []]);
  });

  it("goes with the contact's last event, and not before", async () => {
    const { known, event, ledger, time, stored } = await aScene({ rules: [aRule({ actions: [aWebhook()] })] });
    await event("ContactUpdate", NOON, WHOLE);
    await ledger.alarm();
    time.now += 20 * DAY;
    await event("InboundMessage", time.now);
    for (let day = 0; day < 12; day++) {
      time.now += DAY;
      await ledger.alarm();
    }
    expect(known().state).toBe("known");
    for (let day = 0; day < 21; day++) {
      time.now += DAY;
      await ledger.alarm();
    }
    expect(stored()).toEqual([]);
  });

  it("is put right after a clock that was ahead", async () => {
    const { known, event, time, ledger } = await aScene();
    time.now = NOON + DAY;
    // Without a time of its own, it happened when it was received.
    await ledger.record({
      ...anEvent({ ...WHOLE, type: "ContactUpdate", id: CONTACT }, "ahead"),
      occurredAt: iso(NOON + DAY),
      receivedAt: iso(NOON + DAY),
    });
    time.now = NOON;
    await event("ContactUpdate", NOON + SECOND, { ...WHOLE, firstName: "Right" });
    expect(known()).toMatchObject({ contact: { firstName: "Right" } });
  });
});

describe("the location", () => {
  it("is asked for once a day, and kept", async () => {
    const rules = [aRule({ window: { from: "00:00", to: "24:00", timeZone: "contact" }, actions: [aWebhook()] })];
    const { known, asks, standIn, time } = await aScene({ rules });
    standIn.addContact({ id: CONTACT, locationId: LOCATION });
    const asked = () => standIn.requests.filter(({ path }) => path === `/locations/${LOCATION}`).length;
    await asks();
    time.now += HOUR;
    await asks();
    expect(asked()).toBe(1);
    expect(known()).toMatchObject({
      location: { id: LOCATION, name: "Shop", timeZone: "Asia/Tokyo" },
      parts: { location: { since: iso(NOON), from: "highlevel" } },
    });
    time.now += DAY;
    await asks();
    expect(asked()).toBe(2);
  });
});
