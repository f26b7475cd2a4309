// One message and its retries are one chain, and an event that changes nothing repeats the one before it.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const ANY: Rule["on"] = ["OutboundMessage", "InboundMessage", "ContactTagUpdate", "ContactDndUpdate", "GatewayStatus"];

/** Fires on everything. */
const always = aRule({
  name: "always",
  on: ANY,
  includeApi: true,
  conditions: { all: [{ fact: "kind", operator: "exists", value: true }] },
  actions: [aTask()],
});

/** A ledger a second later for each event; `told` says of each event whether it was fired on. */
async function aLog(...rules: Rule[]) {
  let now = NOON;
  const storage = sqliteStorage();
  const ledger = await aLedger({ storage, ruleSet: aRuleSet(...rules), clock: () => now });
  let count = 0;
  const tell = async (fields: JsonObject) => {
    now += 1_000;
    const recorded = await ledger.record(anEvent(fields, `key-${++count}`));
    return recorded.status === "accepted" ? recorded.fired.length > 0 : recorded.status;
  };
  const fires = async (events: readonly JsonObject[]) => {
    const fired = [];
    for (const fields of events) fired.push(await tell(fields));
    return fired;
  };
  return { ledger, storage, tell, fires };
}

const text = (messageId: string, originalMessageId: string | null = null, status = "failed"): JsonObject => ({
  messageId,
  originalMessageId,
  status,
});

const gateway = (messageId: string): JsonObject => ({ type: "GatewayStatus", ...text(messageId) });
const email = (emailMessageId: string, originalMessageId: string | null = null): JsonObject => ({
  ...text("", originalMessageId),
  messageType: "Email",
  emailMessageId,
});

describe("a message and its retries", () => {
  const first = text("1");
  const second = text("2", "1");
  const third = text("3", "2");
  const fourth = text("4", "3");

  // What joins two chains may come after both of them have fired.
  it.each<[string, JsonObject[], boolean[]]>([
    ["in order", [first, second, third], [true, false, false]],
    ["each a retry of the first", [first, second, text("3", "1")], [true, false, false]],
    ["the retry before the original", [second, first, third], [true, false, false]],
    ["backwards", [third, second, first], [true, false, false]],
    ["a retry of a retry before its own original", [first, third, second, text("5", "3")], [true, true, false, false]],
    ["two halves, and then what joins them", [first, second, fourth, third], [true, false, true, false]],
    ["two halves, backwards", [fourth, third, first, second], [true, false, true, false]],
    ["a ring", [text("1", "2"), text("2", "1")], [true, false]],
    ["a retry that says so only later", [first, text("2", null, "sent"), text("2", "1")], [true, false, false]],
    ["in another spelling", [first, text("2", "1", "failed "), text("3", "1", "Failed.")], [true, false, false]],
    ["in another state", [text("1", null, "sent"), text("2", "1")], [false, true]],
    ["by the id of an e-mail", [email("1"), email("2", "1")], [true, false]],
    [
      "told by a gateway",
      [text("1", null, "sent"), text("2", "1", "sent"), gateway("1"), gateway("2")],
      [false, false, true, false],
    ],
  ])("fire a rule once in one state: %s", async (_, events, expected) => {
    const failed = [{ fact: "outcome", operator: "equal", value: "failed" }];
    const { fires } = await aLog({ ...always, conditions: { all: failed } });
    expect(await fires(events)).toEqual(expected);
  });

  it("share one chain in the log, in whatever order they came", async () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [0, 3, 1, 2],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ]) {
      const { storage, fires } = await aLog(always);
      await fires(order.map((place) => [first, second, third, fourth][place] ?? {}));
      const chains = storage.sql.exec("SELECT DISTINCT chain FROM events").toArray();
      expect(chains, JSON.stringify(order)).toHaveLength(1);
    }
  });

  it("are another chain for another contact, another message, or what has no id", async () => {
    const { fires } = await aLog(always);
    expect(
      await fires([
        first,
        { ...second, contactId: "another" },
        text("5", "6"),
        { messageId: null, originalMessageId: "1", status: "failed" },
        text("7", "7"),
      ]),
    ).toEqual([true, true, true, true, true]);
  });

  it.each<[string, JsonObject[]]>([
    ["the present one joins two", [second, text("1", "0")]],
    ["the present one says so only later", [text("1", null, "pending"), text("1", "0")]],
  ])("are counted as one message: %s", async (_, events) => {
    const counts = { fact: "count", params: { messages: true }, operator: "greaterThanInclusive", value: 2 } as const;
    const { fires } = await aLog({ ...always, conditions: { all: [counts] } });
    expect(await fires(events)).toEqual(events.map(() => false));
  });

  it("are forgotten with their contact", async () => {
    const { ledger, storage, fires } = await aLog(always);
    await fires([first, second]);
    ledger.eraseContact(LOCATION, CONTACT);
    expect(storage.sql.exec("SELECT * FROM chains").toArray()).toEqual([]);
    expect(JSON.stringify(storage.sql.exec("SELECT * FROM events").toArray())).not.toMatch(
      /"(?:chain|subject|state)":"/,
    );
    expect(await fires([second])).toEqual([true]);
  });

  it("are found by the id of each message", async () => {
    const { ledger, fires } = await aLog(always);
    await fires([first, second]);
    const found = ledger.events({ contactId: CONTACT, messageId: "2", limit: 10 }).events;
    expect(found.map(({ eventKey }) => eventKey)).toEqual(["key-2"]);
  });
});

const tags = (value: JsonObject[string], more: JsonObject = {}): JsonObject => ({
  type: "ContactTagUpdate",
  id: CONTACT,
  contactId: null,
  tags: value,
  ...more,
});
const dnd = (dndSettings: JsonObject[string], more: JsonObject = {}): JsonObject => ({
  type: "ContactDndUpdate",
  id: CONTACT,
  contactId: null,
  dndSettings,
  ...more,
});
const SMS_OFF = { SMS: { status: "active", message: "STOP" } };
const SMS_ON = { SMS: { status: "inactive" } };

describe("an event that changes nothing", () => {
  it.each<[string, JsonObject[], boolean[]]>([
    ["the same tags", [tags(["a", "b"]), tags(["a", "b"])], [true, false]],
    ["in another order, some twice", [tags(["a", "b"]), tags(["b", "a", "b"])], [true, false]],
    ["one tag as text", [tags(["a"]), tags("a")], [true, false]],
    ["no tags, twice", [tags([]), tags([])], [true, false]],
    [
      "with another name or time",
      [tags(["a"]), tags(["a"], { firstName: "Ada", timestamp: "2026-03-04T11:00:00Z" })],
      [true, false],
    ],
    ["a third time", [tags(["a"]), tags(["a"]), tags(["a"])], [true, false, false]],
    ["there and back", [tags(["a"]), tags(["a", "b"]), tags(["a"])], [true, true, true]],
    ["other things in between", [tags(["a"]), text("1"), dnd(SMS_OFF), tags(["a"])], [true, true, true, false]],
    ["tags in another case", [tags(["a"]), tags([" A"])], [true, false]],
    ["an accent as a letter of its own", [tags(["caf\u00e9"]), tags(["cafe\u0301"])], [true, false]],
    ["nothing in the list", [tags([]), tags([null]), tags(["", {}])], [true, false, false]],
    ["tags that cannot be read", [tags(["a"]), tags(7), tags(7), tags(["a"])], [true, true, true, true]],
    ["no field of tags", [tags(["a"]), tags(null), tags(null)], [true, true, true]],
    ["another contact's tags", [tags(["a"]), tags(["a"], { id: "another" })], [true, true]],
    ["the same do not disturb", [dnd(SMS_OFF), dnd(SMS_OFF)], [true, false]],
    ["spelled otherwise", [dnd(SMS_OFF), dnd({ SMS: { message: "stop", status: "Active " } })], [true, false]],
    ["true as text", [dnd(SMS_OFF, { dnd: true }), dnd(SMS_OFF, { dnd: "true" })], [true, false]],
    ["keys in another case", [dnd(SMS_OFF), dnd({ sms: { Status: "active", message: "STOP" } })], [true, false]],
    [
      "a number and a switch as text",
      [dnd({ SMS: { status: true, code: 1 } }), dnd({ SMS: { code: "1", status: "true" } })],
      [true, false],
    ],
    [
      "empty parts, null or not there",
      [
        dnd(SMS_OFF),
        dnd(SMS_OFF, { inboundDndSettings: null }),
        dnd({ ...SMS_OFF, Email: {}, FB: { status: "" }, IG: [] }, { inboundDndSettings: {} }),
      ],
      [true, false, false],
    ],
    [
      "objects with keys in another order",
      [dnd({ SMS: [{ a: 1, b: 2 }] }), dnd({ SMS: [{ b: 2, a: 1 }] })],
      [true, false],
    ],
    ["one channel more", [dnd(SMS_OFF), dnd({ ...SMS_OFF, Email: { status: "active" } })], [true, true]],
    [
      "only for what comes in",
      [dnd(SMS_OFF), dnd(SMS_OFF, { inboundDndSettings: { all: { status: "active" } } })],
      [true, true],
    ],
    ["off and on again", [dnd(SMS_OFF), dnd(SMS_ON), dnd(SMS_OFF)], [true, true, true]],
    ["nothing said about it", [dnd(null), dnd(null)], [true, true]],
    ["the same status of a message", [text("1"), text("1"), { ...text("1"), status: "FAILED" }], [true, false, false]],
    [
      "a status in other spellings",
      ["no-answer", "no_answer", "No Answer ", "noanswer"].map((status) => text("1", null, status)),
      [true, false, false, false],
    ],
    ["other numbers in a status", [text("1", null, "error 1"), text("1", null, "error 2")], [true, true]],
    ["another status", [text("1", null, "sent"), text("1", null, "delivered")], [true, true]],
    [
      "a recording that was not there",
      [text("1"), { ...text("1"), attachments: ["https://files.example.com/1"] }],
      [true, false],
    ],
    ["the same of a gateway", [gateway("1"), gateway("1")], [true, false]],
    ["messages without an id", [text(""), text("")], [true, true]],
  ])("%s", async (_, events, expected) => {
    const { fires } = await aLog(always);
    expect(await fires(events)).toEqual(expected);
  });

  it("is recorded, says what it repeats, gives each rule that reason, and is counted apart", async () => {
    const { ledger, storage, fires } = await aLog(always);
    await fires([tags(["a"]), tags(["a"]), tags(["a"])]);
    expect(ledger.events({ limit: 10 }).events.map(({ repeats }) => repeats)).toEqual(["key-2", "key-1", null]);
    const story = await ledger.event("key-2");
    expect(story?.decision).toMatchObject({
      repeats: "key-1",
      fired: [],
      verdicts: [{ rule: "always", fired: false, reason: "no-change", detail: "key-1" }],
    });
    const day = { fromMs: NOON, toMs: NOON + 900_000, bucketMs: 900_000 };
    const expected = { events: { none: { none: [1] } }, repeats: [2], fired: [1] };
    expect(ledger.overview(day)).toMatchObject(expected);
    const again = await aLedger({ storage, clock: () => NOON + 5_000 });
    expect(again.overview(day)).toMatchObject(expected);
  });

  it("is no event that a rule counts", async () => {
    const third = aRule({
      on: ["ContactTagUpdate"],
      conditions: { all: [{ fact: "count", params: { kind: "ContactTagUpdate" }, operator: "equal", value: 2 }] },
    });
    const { fires } = await aLog(third);
    expect(await fires([tags(["a"]), tags(["a"]), tags(["b"]), tags(["b"])])).toEqual([false, false, true, false]);
  });

  it("still ends a wait", async () => {
    const waits = aRule({ actions: [aTask({ after: "1h", cancelOn: ["dnd"] })] });
    const { ledger, fires } = await aLog(waits);
    await fires([dnd(SMS_OFF), text("1"), dnd(SMS_OFF)]);
    expect(ledger.deliveries({ limit: 10 }).deliveries.map(({ state }) => state)).toEqual(["cancelled"]);
  });

  it("is explained as one before it is recorded, and as it was afterwards", async () => {
    const { ledger, fires } = await aLog(always);
    await fires([tags(["a"]), tags(["a"])]);
    const verdictOn = async (key: string, fields: JsonObject) =>
      (await ledger.explain(anEvent(fields, key))).decision.verdicts[0]?.reason;
    expect(await verdictOn("new", tags(["a"]))).toBe("no-change");
    expect(await verdictOn("new", tags(["b"]))).toBe("fired");
    expect(await verdictOn("key-2", tags(["a"]))).toBe("no-change");
    expect(await verdictOn("key-1", tags(["a"]))).toBe("fired");
  });

  it("knows nothing of an erased contact", async () => {
    const { ledger, fires } = await aLog(always);
    await fires([tags(["a"])]);
    ledger.eraseContact(LOCATION, CONTACT);
    expect(await fires([tags(["a"]), tags(["a"])])).toEqual([true, false]);
  });
});
