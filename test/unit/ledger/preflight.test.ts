import { describe, expect, it } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAnswer, HighLevelRequest } from "../../../src/highlevel/account.ts";
import { LedgerAccount } from "../../../src/ledger/highlevel/account.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { succeed } from "../../../src/kit/result.ts";
import { MESSAGE_TYPES, type Action, type MessageType } from "../../../src/model/rule.ts";
import type { Window } from "../../../src/model/window.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger, NO_LIMITS } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NO_TOKEN: HighLevelAnswer = { kind: "no-token", message: "There is no token" };

const answered = (status: number, body: object): HighLevelAnswer => ({
  kind: "answer",
  status,
  body: JSON.stringify(body),
});
const aContact = (contact: JsonObject = {}): HighLevelAnswer => answered(200, { contact: { id: CONTACT, ...contact } });
const aLocation = (location: JsonObject = {}): HighLevelAnswer => answered(200, { location });
const wrote = (body: string, fields: JsonObject = {}): JsonObject => ({
  type: "InboundMessage",
  messageType: "SMS",
  body,
  dateAdded: new Date(NOON - HOUR_MS).toISOString(),
  ...fields,
});
const dnd = (dndSettings: JsonObject, all = false): JsonObject => ({
  type: "ContactDndUpdate",
  id: CONTACT,
  dnd: all,
  dndSettings,
  timestamp: new Date(NOON - HOUR_MS).toISOString(),
});

/** A ledger with one rule, and a HighLevel whose answers a test may change. */
async function aScene({
  action = aText(),
  window,
  startsAt = NOON,
}: { action?: Action; window?: Window; startsAt?: number } = {}) {
  let now = startsAt;
  let keys = 0;
  const calls: HighLevelRequest[] = [];
  const highlevel = {
    contact: aContact(),
    location: aLocation(),
    sent: answered(201, { messageId: "m-1" }),
    found: answered(200, { messages: [] }),
    /** While the contact is asked for. */
    meanwhile: async (): Promise<void> => undefined,
  };
  const storage = sqliteStorage();
  const ledger = await aLedger({
    storage,
    clock: () => now,
    ruleSet: aRuleSet(aRule({ actions: [action], ...(window ? { window } : {}) })),
    account: {
      call: async (request, leaves) => {
        calls.push(request);
        if (request.method !== "GET") {
          leaves?.();
          return highlevel.sent;
        }
        if (request.path.startsWith("/conversations/")) return highlevel.found;
        if (request.path.startsWith("/locations/")) return highlevel.location;
        await highlevel.meanwhile();
        return highlevel.contact;
      },
    },
  });
  const record = (fields: JsonObject): Promise<unknown> => ledger.record(anEvent(fields, `event-${(keys += 1)}`));
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    await ledger.alarm();
  };
  const delivery = () => {
    const [first] = ledger.deliveries({ limit: 10 }).deliveries;
    if (!first) throw new Error("No delivery");
    return first;
  };
  const made = (method: string, path = ""): number =>
    calls.filter((call) => call.method === method && call.path.startsWith(path)).length;
  return { ledger, storage, highlevel, calls, record, pass, delivery, made };
}

const errorOf = ({ attempts }: { attempts: readonly { error: string | null }[] }): string =>
  (attempts.at(-1)?.error ?? "").split(":")[0] ?? "";

const ON = { status: "active" };

describe("a message to a contact", () => {
  const STATES: [name: string, event: JsonObject, keeps: readonly MessageType[], code: string][] = [
    ["in do not disturb for all channels", dnd({}, true), MESSAGE_TYPES, "CONTACT_DND"],
    ["for SMS", dnd({ SMS: ON }), ["SMS", "RCS", "Custom"], "CONTACT_DND"],
    ["for e-mail", dnd({ Email: { status: "permanent" } }), ["Email"], "CONTACT_DND"],
    ["for WhatsApp", dnd({ WhatsApp: ON }), ["WhatsApp"], "CONTACT_DND"],
    ["for Facebook", dnd({ FB: ON }), ["FB"], "CONTACT_DND"],
    ["for RCS", dnd({ RCS: ON }), ["RCS"], "CONTACT_DND"],
    ["who wrote STOP by RCS", wrote("STOP", { messageType: "RCS" }), ["SMS", "RCS", "Custom"], "CONTACT_STOPPED"],
    ["who wrote STOP on TikTok", wrote("STOP", { messageType: "TIKTOK" }), ["TIKTOK"], "CONTACT_STOPPED"],
    ["for calls", dnd({ Call: ON }), [], "CONTACT_DND"],
    ["who wrote STOP", wrote("Stop!"), ["SMS", "RCS", "Custom"], "CONTACT_STOPPED"],
    ["who wrote STOP on WhatsApp", wrote("STOP", { messageType: "WhatsApp" }), ["WhatsApp"], "CONTACT_STOPPED"],
  ];
  const cases = STATES.flatMap(([name, event, keeps, code]) =>
    MESSAGE_TYPES.map((type) => [name, type, event, keeps.includes(type) ? code : null] as const),
  );

  it.each(cases)("%s, as %s, by the log", async (_, messageType, event, code) => {
    const { record, pass, delivery, made } = await aScene({ action: aText({ messageType }) });
    await record(event);
    await record({});
    await pass(0);
    expect(made("POST")).toBe(code === null ? 1 : 0);
    expect(errorOf(delivery())).toBe(code ?? "");
  });

  it.each(cases.filter(([name]) => !name.startsWith("who wrote")))(
    "%s, as %s, by its record",
    async (_, messageType, event, code) => {
      const { highlevel, record, pass, delivery, made } = await aScene({ action: aText({ messageType }) });
      const { dnd: all = false, dndSettings = {} } = event;
      highlevel.contact = aContact({ dnd: all, dndSettings });
      await record({});
      await pass(0);
      expect(made("POST")).toBe(code === null ? 1 : 0);
      expect(errorOf(delivery())).toBe(code ?? "");
    },
  );

  it("is held by the log without a token too, and says so rather than that there is none", async () => {
    const { highlevel, record, pass, delivery } = await aScene();
    highlevel.contact = NO_TOKEN;
    highlevel.sent = NO_TOKEN;
    await record(wrote("STOP"));
    await record({});
    await pass(0);
    expect(errorOf(delivery())).toBe("CONTACT_STOPPED");
  });

  it("without a token is a dead letter that says so", async () => {
    const { highlevel, record, pass, delivery } = await aScene();
    highlevel.contact = NO_TOKEN;
    highlevel.sent = NO_TOKEN;
    await record({});
    await pass(0);
    expect(delivery().state).toBe("dead");
    expect(errorOf(delivery())).toBe("HIGHLEVEL_TOKEN");
  });

  it("says what they do not want and since when, and nothing of the contact", async () => {
    const { record, pass, delivery } = await aScene();
    await record(dnd({ SMS: ON }));
    await record({});
    await pass(0);
    expect(delivery().attempts.at(-1)).toMatchObject({
      error:
        "CONTACT_DND: The contact does not want SMS, since 2026-03-04T11:00:00.000Z: release the delivery once they do want it, or discard it",
      answer: null,
    });
  });

  it.each([
    ["5xx", answered(503, {}), "DESTINATION_STATUS"],
    ["no answer in time", { kind: "timeout" } as const, "DESTINATION_TIMEOUT"],
    ["no connection", { kind: "broken" } as const, "DESTINATION_UNREACHABLE"],
    ["too many calls", answered(429, {}), "HIGHLEVEL_LIMIT"],
    ["an answer that cannot be read", answered(200, {}), "CONTACT_UNKNOWN"],
  ])("is not sent blindly: after %s it is tried again", async (_, answer, code) => {
    const { highlevel, record, pass, delivery, made } = await aScene();
    highlevel.contact = answer;
    await record({});
    await pass(0);
    expect(errorOf(delivery())).toBe(code);
    expect([delivery().state, made("POST")]).toEqual(["scheduled", 0]);
    highlevel.contact = aContact();
    await pass(HOUR_MS);
    expect([delivery().state, made("POST")]).toEqual(["sent", 1]);
  });

  it.each([
    ["HighLevel does not know the contact", 404, "HIGHLEVEL_REFUSED"],
    ["the token may not ask", 401, "HIGHLEVEL_TOKEN_REFUSED"],
    ["HighLevel refuses to say", 403, "HIGHLEVEL_REFUSED"],
  ])("is given up when %s", async (_, status, code) => {
    const { highlevel, record, pass, delivery, made } = await aScene();
    highlevel.contact = answered(status, { message: "No" });
    await record({});
    await pass(0);
    expect(errorOf(delivery())).toBe(code);
    expect([delivery().state, made("POST")]).toEqual(["dead", 0]);
  });

  it("is held when they write STOP while HighLevel is asked about them", async () => {
    const { highlevel, record, pass, delivery, made } = await aScene();
    highlevel.meanwhile = async () => void (await record(wrote("STOP")));
    await record({});
    await pass(0);
    expect([errorOf(delivery()), made("POST")]).toEqual(["CONTACT_STOPPED", 0]);
  });

  it("is not sent when what ends its wait comes while HighLevel is asked about them", async () => {
    const { highlevel, record, pass, delivery, made } = await aScene({ action: aText({ cancelOn: ["reply"] }) });
    highlevel.meanwhile = async () =>
      void (await record(wrote("Hello", { dateAdded: new Date(NOON + MINUTE_MS).toISOString() })));
    await record({ dateAdded: new Date(NOON).toISOString() });
    await pass(0);
    expect([delivery().state, made("POST")]).toEqual(["cancelled", 0]);
  });

  it("goes once they want it again and it is released", async () => {
    const { ledger, record, pass, delivery, made } = await aScene();
    await record(wrote("STOP"));
    await record({});
    await pass(0);
    ledger.retry(delivery().id);
    await pass(0);
    expect([errorOf(delivery()), made("POST")]).toEqual(["CONTACT_STOPPED", 0]);
    await record(wrote("START", { dateAdded: new Date(NOON).toISOString() }));
    ledger.retry(delivery().id);
    await pass(0);
    expect([delivery().state, made("POST")]).toEqual(["sent", 1]);
  });

  it("that may have been sent before it was held is looked for before it is sent again", async () => {
    const { ledger, highlevel, record, pass, delivery, made } = await aScene();
    highlevel.sent = { kind: "timeout" };
    await record({});
    await pass(0);
    expect(errorOf(delivery())).toBe("HIGHLEVEL_END_UNKNOWN");
    await record(wrote("STOP", { dateAdded: new Date(NOON).toISOString() }));
    await pass(HOUR_MS);
    expect(errorOf(delivery())).toBe("CONTACT_STOPPED");
    await record(wrote("START", { dateAdded: new Date(NOON + MINUTE_MS).toISOString() }));
    highlevel.found = answered(200, {
      messages: [{ id: "m-0", direction: "outbound", source: "api", body: aText()["message"] }],
    });
    ledger.retry(delivery().id);
    await pass(0);
    expect([delivery().state, made("POST")]).toEqual(["sent", 1]);
  });

  it("is asked about once, and nothing else is", async () => {
    const own = await aScene({ window: { from: "08:00", to: "20:00", timeZone: "contact" } });
    own.highlevel.contact = aContact({ timezone: "Europe/Berlin" });
    await own.record({});
    await own.pass(0);
    expect([own.made("GET", "/contacts/"), own.made("GET"), own.made("POST")]).toEqual([1, 1, 1]);
    const tag = await aScene({ action: { type: "highlevel", call: "add-tags", tags: ["called"] } });
    await tag.record(wrote("STOP"));
    await tag.record({});
    await tag.pass(0);
    expect([tag.made("GET"), tag.made("POST")]).toEqual([0, 1]);
  });
});

describe("HighLevel as it is published", () => {
  it("takes what it is asked about a contact and a location, and what it says is kept to", async () => {
    let now = NOON;
    const standIn = new HighLevelStandIn({ clock: () => now });
    standIn.addLocation({ id: LOCATION, timezone: "America/Los_Angeles" });
    const contact = standIn.addContact({ id: CONTACT, locationId: LOCATION });
    contact.dndSettings = { SMS: { status: "permanent" } };
    standIn.addToken("pit", LOCATION);
    const ports = {
      fetch: (request: Request) => standIn.answer(request),
      timeLimit: () => new AbortController().signal,
    };
    const tokens = { current: () => Promise.resolve(succeed("pit")), insteadOf: () => Promise.resolve(null) };
    const ledger = await aLedger({
      clock: () => now,
      ruleSet: aRuleSet(aRule({ actions: [aText()], window: { from: "08:00", timeZone: "contact" } })),
      account: new LedgerAccount(
        { api: "https://highlevel.example.com", apiVersion: "dated" },
        ports,
        tokens,
        NO_LIMITS,
      ),
    });
    const first = () => ledger.deliveries({ limit: 1 }).deliveries[0];
    await ledger.record(anEvent());
    await ledger.alarm();
    expect(first()?.dueAt).toBe("2026-03-04T16:00:00.000Z");
    now += 4 * HOUR_MS;
    await ledger.alarm();
    expect(errorOf(first() ?? { attempts: [] })).toBe("CONTACT_DND");
    contact.dndSettings = {};
    ledger.retry(first()?.id ?? "");
    await ledger.alarm();
    expect(first()?.state).toBe("sent");
    expect(standIn.violations).toEqual([]);
    expect(standIn.state.messages.size).toBe(1);
  });
});

describe("the contact's own hours", () => {
  const DAY: Window = { from: "08:00", to: "20:00", timeZone: "contact" };
  const ZONES: [name: string, at: string, contact: JsonObject, location: JsonObject, opens: string | null][] = [
    ["of their zone, open", "2026-03-04T12:00:00Z", { timezone: "Europe/Berlin" }, {}, null],
    [
      "of their zone, early",
      "2026-03-04T12:00:00Z",
      { timezone: "America/Los_Angeles" },
      {},
      "2026-03-04T16:00:00.000Z",
    ],
    ["of their zone, late", "2026-03-04T12:00:00Z", { timezone: "Asia/Tokyo" }, {}, "2026-03-04T23:00:00.000Z"],
    ["over spring forward", "2026-03-08T05:00:00Z", { timezone: "America/New_York" }, {}, "2026-03-08T12:00:00.000Z"],
    ["the day before", "2026-03-07T05:00:00Z", { timezone: "America/New_York" }, {}, "2026-03-07T13:00:00.000Z"],
    ["over fall back", "2026-10-25T00:00:00Z", { timezone: "Europe/Berlin" }, {}, "2026-10-25T07:00:00.000Z"],
    [
      "of the location, without one",
      "2026-03-04T12:00:00Z",
      {},
      { timezone: "Asia/Tokyo" },
      "2026-03-04T23:00:00.000Z",
    ],
    [
      "of the location, with one that there is not",
      "2026-03-04T12:00:00Z",
      { timezone: "Mars/Olympus" },
      { timezone: "Asia/Tokyo" },
      "2026-03-04T23:00:00.000Z",
    ],
    ["of TIME_ZONE, without any", "2026-03-04T05:00:00Z", {}, {}, "2026-03-04T08:00:00.000Z"],
    [
      "of TIME_ZONE, with none that there is",
      "2026-03-04T05:00:00Z",
      { timezone: "contact" },
      { timezone: "?" },
      "2026-03-04T08:00:00.000Z",
    ],
  ];
  const ACTIONS: [name: string, action: Action][] = [
    ["a message", aText()],
    ["a task", aTask()],
  ];

  it.each(ZONES.flatMap((zone) => ACTIONS.map(([kind, action]) => [kind, action, ...zone] as const)))(
    "hold for %s (%#): %3$s",
    async (_, action, __, at, contact, location, opens) => {
      const startsAt = Date.parse(at);
      const { highlevel, record, pass, delivery } = await aScene({ action, window: DAY, startsAt });
      highlevel.contact = aContact(contact);
      highlevel.location = aLocation(location);
      await record({});
      await pass(0);
      if (opens === null) return expect(delivery().state).toBe("sent");
      expect(delivery()).toMatchObject({ state: "scheduled", dueAt: opens, attempts: [] });
      await pass(Date.parse(opens) - startsAt - 1);
      expect(delivery().state).toBe("scheduled");
      await pass(1);
      expect(delivery().state).toBe("sent");
    },
  );

  it("are looked at after the delay, and not before", async () => {
    const { highlevel, record, pass, delivery, calls } = await aScene({ action: aText({ after: "3h" }), window: DAY });
    highlevel.contact = aContact({ timezone: "America/Los_Angeles" });
    await record({});
    expect(delivery().dueAt).toBe("2026-03-04T15:00:00.000Z");
    await pass(2 * HOUR_MS);
    expect(calls).toEqual([]);
    await pass(HOUR_MS);
    expect(delivery().dueAt).toBe("2026-03-04T16:00:00.000Z");
  });

  it("are asked again at each attempt: the contact may have moved", async () => {
    const { highlevel, record, pass, delivery } = await aScene({ window: DAY });
    highlevel.contact = aContact({ timezone: "America/Los_Angeles" });
    await record({});
    await pass(0);
    highlevel.contact = aContact({ timezone: "Pacific/Honolulu" });
    await pass(4 * HOUR_MS);
    expect(delivery()).toMatchObject({ state: "scheduled", dueAt: "2026-03-04T18:00:00.000Z" });
  });

  it("are those of TIME_ZONE without a token", async () => {
    const { highlevel, record, pass, delivery, made } = await aScene({ action: aTask(), window: DAY });
    highlevel.contact = NO_TOKEN;
    await record({});
    await pass(0);
    expect([delivery().state, made("GET", "/locations/")]).toEqual(["sent", 0]);
  });

  it.each([
    ["5xx of the contact", { contact: answered(500, {}) }],
    ["a contact that does not come in time", { contact: { kind: "timeout" } as const }],
    ["5xx of the location", { location: answered(502, {}) }],
    ["a location that cannot be reached", { location: { kind: "broken" } as const }],
  ])("are not guessed after %s, and no other destination is blamed", async (_, answers) => {
    const { ledger, highlevel, record, pass, delivery } = await aScene({ action: aTask(), window: DAY });
    Object.assign(highlevel, answers);
    await record({});
    await pass(0);
    expect([delivery().state, errorOf(delivery())]).toEqual(["scheduled", "CONTACT_UNKNOWN"]);
    expect(ledger.hosts()).toMatchObject([{ host: "highlevel" }, { host: "kv", mode: "closed" }]);
    Object.assign(highlevel, { contact: aContact(), location: aLocation() });
    await pass(HOUR_MS);
    expect(delivery().state).toBe("sent");
  });

  it.each(["contact", "location"] as const)(
    "wait for their turn after 429 of the %s: nothing has failed",
    async (what) => {
      const { ledger, highlevel, record, pass, delivery } = await aScene({ action: aTask(), window: DAY });
      highlevel[what] = answered(429, {});
      await record({});
      await pass(0);
      expect(delivery()).toMatchObject({ state: "scheduled", attempts: [] });
      expect(Date.parse(delivery().dueAt ?? "")).toBe(NOON + 10_000);
      expect(ledger.hosts()).toMatchObject([{ host: "kv", mode: "closed" }]);
      Object.assign(highlevel, { contact: aContact(), location: aLocation() });
      await pass(10_000);
      expect(delivery().state).toBe("sent");
    },
  );

  it("are not taken for unknown for an hour because of a 429", async () => {
    const { highlevel, record, pass, delivery, made } = await aScene({ window: DAY });
    highlevel.location = answered(429, {});
    await record({});
    await pass(0);
    expect([delivery().state, made("POST")]).toEqual(["scheduled", 0]);
    // At noon in UTC it is half past two at night there.
    highlevel.location = aLocation({ timezone: "Pacific/Marquesas" });
    await pass(MINUTE_MS);
    expect([delivery().dueAt, made("POST")]).toEqual(["2026-03-04T17:30:00.000Z", 0]);
  });

  it.each([401, 403, 404])("fall back when HighLevel refuses to say: %i", async (status) => {
    const { highlevel, record, pass, delivery } = await aScene({ action: aTask(), window: DAY });
    highlevel.contact = answered(status, {});
    highlevel.location = answered(status, {});
    await record({});
    await pass(0);
    expect(delivery().state).toBe("sent");
  });

  it("ask for the location's zone once a day", async () => {
    const { highlevel, record, pass, made } = await aScene({ action: aTask(), window: DAY });
    highlevel.location = aLocation({ timezone: "Europe/London" });
    await record({ messageId: "1" });
    await pass(0);
    await record({ messageId: "2" });
    await pass(HOUR_MS);
    expect([made("GET", "/contacts/"), made("GET", `/locations/${LOCATION}`)]).toEqual([2, 1]);
    await record({ messageId: "3" });
    await pass(23 * HOUR_MS);
    expect(made("GET", `/locations/${LOCATION}`)).toBe(2);
  });
});

describe("the verdict on a rule that fires", () => {
  const NOTED: [name: string, before: readonly JsonObject[], notes: readonly JsonObject[] | undefined][] = [
    ["says nothing when nothing is known", [], undefined],
    [
      "says that the contact is in do not disturb",
      [dnd({ SMS: ON })],
      [{ action: 0, reason: "dnd", detail: "the contact does not want SMS, since 2026-03-04T11:00:00.000Z" }],
    ],
    [
      "says that the contact wrote STOP",
      [wrote("STOP")],
      [
        {
          action: 0,
          reason: "stopped",
          detail: "the contact stopped SMS with a word such as STOP, since 2026-03-04T11:00:00.000Z",
        },
      ],
    ],
    ["says nothing of another channel", [dnd({ Email: ON })], undefined],
    [
      "says nothing any more once they want it again",
      [dnd({ SMS: ON }), dnd({ SMS: { status: "inactive" } })],
      undefined,
    ],
  ];

  it.each(NOTED)("%s, as decided and as explained", async (_, before, notes) => {
    const { ledger, record } = await aScene();
    for (const event of before) await record(event);
    const explained = await ledger.explain(anEvent({}, "asked"));
    expect(explained.decision.verdicts[0]?.notes).toEqual(notes);
    await record({});
    const recorded = await ledger.event(`event-${before.length + 1}`);
    expect(recorded?.decision.verdicts).toMatchObject([{ rule: "test-rule", fired: true }]);
    expect(recorded?.decision.verdicts[0]?.notes).toEqual(notes);
  });

  it("counts the event that it is about", async () => {
    const storage = sqliteStorage();
    const action = aText();
    const onReply = aRule({
      on: ["InboundMessage"],
      conditions: { all: [{ fact: "body", operator: "exists", value: true }] },
      actions: [aTask(), action],
    });
    const ledger = await aLedger({ storage, ruleSet: aRuleSet(onReply), clock: () => NOON });
    const { decision } = await ledger.explain(anEvent(wrote("Stop"), "asked"));
    expect(decision.verdicts[0]?.notes).toMatchObject([{ action: 1, reason: "stopped" }]);
    expect(storage.sql.exec("SELECT * FROM opt_outs").toArray()).toEqual([]);
  });

  it("says nothing of actions that send the contact nothing", async () => {
    const { ledger, record } = await aScene({ action: aTask() });
    await record(dnd({}, true));
    expect((await ledger.explain(anEvent({}, "asked"))).decision.verdicts[0]?.notes).toBeUndefined();
  });
});
