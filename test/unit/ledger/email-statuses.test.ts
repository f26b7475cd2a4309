// What became of an e-mail is joined to it, whichever comes first, and to the contact whose e-mail it was.
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { succeed } from "../../../src/kit/result.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { Quarantined } from "../../../src/model/ledger.ts";
import { anEvent, aRule, aRuleSet, aTask, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const at = (minutes: number): string => new Date(NOON + minutes * 60_000).toISOString();

/** An e-mail to a contact, some minutes after noon. */
const email = (contactId: string, minutes: number, fields: JsonObject = {}) =>
  anEvent(
    {
      contactId,
      messageType: "Email",
      messageId: `message-${contactId}-${minutes}`,
      emailMessageId: `mail-${contactId}-${minutes}`,
      to: [`Somebody <${contactId}@Example.com>`],
      dateAdded: at(minutes),
      ...fields,
    },
    `email-${contactId}-${minutes}`,
  );

/** What HighLevel says became of an e-mail. */
function status(
  event: string,
  { id, to, minutes = 10, more = {} }: { id?: string; to?: string; minutes?: number; more?: JsonObject },
): Quarantined {
  const body = JSON.stringify({
    type: "LCEmailStats",
    locationId: LOCATION,
    webhookPayload: {
      event,
      timestamp: (NOON + minutes * 60_000) / 1_000,
      ...(id === undefined ? {} : { message: { headers: { "message-id": id } } }),
      ...(to === undefined ? {} : { recipient: to }),
      ...more,
    },
  });
  const eventKey = `${event} ${id} ${to} ${minutes}`;
  return {
    id: `item ${eventKey}`,
    eventKey,
    receivedAt: at(minutes),
    route: "events",
    issues: [],
    contactIds: [],
    body,
  };
}

const statuses = (ledger: LocationLedger) =>
  ledger
    .events({ limit: 50, kind: "EmailStatus" })
    .events.map(({ contactId, outcome }) => `${contactId} ${outcome}`)
    .toReversed();
const waiting = (ledger: LocationLedger): number => ledger.quarantined({ limit: 50 }).quarantined.length;

describe("what became of an e-mail", () => {
  it.each<[title: string, item: Quarantined, contact: string | null]>([
    ["by its id", status("opened", { id: "mail-ada-0" }), "ada"],
    [
      "by its id in brackets, with the mail service's host",
      status("opened", { id: "<mail-ada-0@mg.example.com>" }),
      "ada",
    ],
    ["by HighLevel's own id of the message", status("opened", { id: "message-bob-1" }), "bob"],
    ["by its id, whoever the recipient is", status("opened", { id: "mail-ada-0", to: "bob@example.com" }), "ada"],
    ["by its recipient, if no id is known", status("opened", { id: "other", to: "ADA@example.com" }), "ada"],
    ["by its recipient alone", status("opened", { to: "Bob <bob@example.com>" }), "bob"],
    ["to nobody: another recipient", status("opened", { id: "other", to: "eve@example.com" }), null],
    ["to nobody: before the e-mail was sent", status("opened", { to: "bob@example.com", minutes: -10 }), null],
    ["to nobody: it names nothing", status("opened", {}), null],
  ])("is joined %s", async (_, item, contact) => {
    const ledger = await aLedger();
    await ledger.record(email("ada", 0));
    await ledger.record(email("bob", 1));
    expect((await ledger.join(LOCATION, item)).status).toBe(contact === null ? "held" : "accepted");
    expect(statuses(ledger)).toEqual(contact === null ? [] : [`${contact} opened`]);
    const kept = ledger.quarantined({ limit: 5 }).quarantined;
    expect(kept.map(({ issues }) => issues.map(({ code }) => code))).toEqual(
      contact === null ? [["EVENT_UNJOINED"]] : [],
    );
  });

  it.each<[when: string, minutes: number, ofMinute: number]>([
    ["the last e-mail to a recipient before it", 30, 21],
    ["the one before it, though another follows soon", 19.9, 0],
    ["the one of its moment, told in whole seconds", 20 - 1 / 60, 20],
    ["the first one soon after it, where none was before it: clocks differ", -4, 0],
  ])("is joined to %s", async (_, minutes, ofMinute) => {
    const ledger = await aLedger();
    for (const sent of [0, 20, 21, 40]) await ledger.record(email("ada", sent));
    await ledger.join(LOCATION, status("clicked", { to: "ada@example.com", minutes }));
    const [entry] = ledger.events({ limit: 1, kind: "EmailStatus" }).events;
    const story = await ledger.event(entry?.eventKey ?? "");
    expect(story?.event.payload["messageId"]).toBe(`message-ada-${ofMinute}`);
  });

  it("waits for its e-mail if it comes first, and is then decided as if it had come then", async () => {
    const ruleSet = aRuleSet(
      aRule({
        on: ["EmailStatus"],
        conditions: { all: [{ fact: "outcome", operator: "equal", value: "bounced" }] },
        actions: [aTask()],
      }),
    );
    const ledger = await aLedger({ ruleSet });
    const more = { severity: "permanent", "delivery-status": { code: 550 } };
    await ledger.join(LOCATION, status("failed", { id: "mail-ada-0", minutes: 1, more }));
    await ledger.join(LOCATION, status("opened", { to: "bob@example.com", minutes: 3 }));
    expect([statuses(ledger), waiting(ledger)]).toEqual([[], 2]);
    await ledger.record(email("ada", 0));
    expect([statuses(ledger), waiting(ledger)]).toEqual([["ada bounced"], 1]);
    await ledger.record(email("bob", 2));
    expect([statuses(ledger), waiting(ledger)]).toEqual([["ada bounced", "bob opened"], 0]);
    expect(ledger.deliveries({ limit: 5 }).deliveries).toHaveLength(1);
  });

  it("is joined to e-mails from before the first of them, and to those after a restart", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await ledger.record(email("ada", 0));
    expect(storage.sql.exec("SELECT COUNT(*) AS n FROM email_names").toArray()).toEqual([{ n: 0 }]);
    await ledger.join(LOCATION, status("delivered", { id: "mail-ada-0" }));
    await ledger.record(email("bob", 1));
    const later = await aLedger({ storage });
    await later.join(LOCATION, status("opened", { id: "mail-bob-1" }));
    expect(statuses(later)).toEqual(["ada delivered", "bob opened"]);
  });

  it("is a duplicate when it comes again, and changes nothing when it says the same", async () => {
    const ledger = await aLedger();
    await ledger.record(email("ada", 0));
    const item = status("opened", { id: "mail-ada-0" });
    expect((await ledger.join(LOCATION, item)).status).toBe("accepted");
    expect((await ledger.join(LOCATION, item)).status).toBe("duplicate");
    await ledger.join(LOCATION, { ...item, eventKey: "another", id: "another" });
    const [last] = ledger.events({ limit: 1 }).events;
    expect(last).toMatchObject({ eventKey: "another", repeats: item.eventKey });
  });

  it("is found by an index", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await ledger.join(LOCATION, status("opened", { id: "none" }));
    for (const [table, where] of [
      ["email_names", "name = 'x' AND at <= 5 ORDER BY at DESC LIMIT 1"],
      ["email_waits", "name = 'x' LIMIT 5"],
    ])
      expect(
        JSON.stringify(storage.sql.exec(`EXPLAIN QUERY PLAN SELECT * FROM ${table} WHERE ${where}`).toArray()),
      ).toMatch(/SEARCH \w+ USING PRIMARY KEY/);
  });

  it("goes with its contact when that is erased, also what waits under one of its addresses", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await ledger.record(email("ada", 0));
    await ledger.join(LOCATION, status("opened", { id: "mail-ada-0" }));
    await ledger.join(LOCATION, status("opened", { to: "ada@example.com", minutes: -30 }));
    expect(waiting(ledger)).toBe(1);
    ledger.eraseContact(LOCATION, "ada");
    expect([statuses(ledger), waiting(ledger)]).toEqual([[], 0]);
    expect(storage.sql.exec("SELECT COUNT(*) AS n FROM email_names").toArray()).toEqual([{ n: 0 }]);
  });

  it("goes with a contact that is erased where only the contact's address is known", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    const record = { type: "ContactUpdate", id: "ada", email: "Ada@example.com", contactId: null };
    await ledger.record(anEvent({ messageType: null, ...record }, "record"));
    await ledger.join(LOCATION, status("bounced", { id: "unknown", to: "ada@example.com" }));
    await ledger.join(LOCATION, status("bounced", { id: "unknown", to: "bob@example.com" }));
    expect(waiting(ledger)).toBe(2);
    ledger.eraseContact(LOCATION, "ada");
    expect(waiting(ledger)).toBe(1);
  });
});

/** Which message each status is about, in the order in which they came: its id, or `-`. */
async function joined(ledger: LocationLedger): Promise<string[]> {
  const { events } = ledger.events({ limit: 50, kind: "EmailStatus" });
  const stories = await Promise.all(events.map(({ eventKey, contactId }) => ledger.event(eventKey, contactId)));
  const about = stories.map((story) => story?.event.payload["messageId"] ?? "-");
  return events
    .map(({ contactId, outcome }, index) =>
      `${contactId} ${outcome}: ${JSON.stringify(about[index])}`.replaceAll('"', ""),
    )
    .toReversed();
}

/** What comes one after the other: an e-mail, or a status. */
type Came = ReturnType<typeof email> | Quarantined;
const come = async (ledger: LocationLedger, all: readonly Came[]): Promise<void> => {
  for (const one of all) await ("body" in one ? ledger.join(LOCATION, one) : ledger.record(one));
};

describe("what became of an e-mail, told before the e-mail", () => {
  const ada = "ada@example.com";
  it.each<[title: string, came: readonly Came[], about: readonly string[]]>([
    [
      "is about the e-mail that has its name, once that comes, and not about the one before",
      [email("ada", 0), status("failed", { id: "mail-ada-9", to: ada }), email("ada", 9)],
      ["ada failed: message-ada-9"],
    ],
    [
      "is about none that is known, where HighLevel's names are those of the mail service",
      [
        email("ada", 0),
        status("opened", { id: "mail-ada-0", minutes: 1 }),
        status("delivered", { id: "mail-ada-9", to: ada }),
      ],
      ["ada opened: message-ada-0", "ada delivered: -"],
    ],
    [
      "is about that which comes then",
      [
        email("ada", 0),
        status("opened", { id: "mail-ada-0", minutes: 1 }),
        status("delivered", { id: "<mail-ada-9@mg.example.com>", to: ada }),
        status("opened", { id: "<mail-ada-9@mg.example.com>", to: ada, minutes: 11 }),
        email("ada", 9),
        status("clicked", { id: "mail-ada-9", to: ada, minutes: 12 }),
      ],
      [
        "ada opened: message-ada-0",
        "ada delivered: message-ada-9",
        "ada opened: message-ada-9",
        "ada clicked: message-ada-9",
      ],
    ],
    [
      "is of whom that e-mail was to, where two have the same address",
      [
        email("bob", 0, { to: [ada] }),
        status("complained", { id: "mail-ada-9", to: ada }),
        email("ada", 9, { to: [ada] }),
      ],
      ["bob complained: message-bob-0", "ada complained: message-ada-9"],
    ],
    [
      "leaves the one before free for what is about it",
      [
        email("ada", 0, { emailMessageId: "" }),
        status("failed", { id: "mail-ada-9", to: ada }),
        email("ada", 9),
        status("opened", { id: "its own", to: ada, minutes: 8 }),
      ],
      ["ada failed: message-ada-9", "ada opened: message-ada-0"],
    ],
  ])("%s", async (_, came, about) => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await come(ledger, came);
    expect(await joined(ledger)).toEqual(about);
    expect(waiting(ledger)).toBe(0);
    expect(storage.sql.exec("SELECT COUNT(*) AS n FROM email_waits").toArray()).toEqual([{ n: 0 }]);
    const messages = storage.sql.exec("SELECT key, subject, chain, message_key FROM events WHERE kind = 'EmailStatus'");
    for (const { subject, chain, message_key: key } of messages.toArray())
      expect([chain, JSON.parse(String(key))[1]]).toEqual(Array(2).fill(JSON.parse(String(subject))[1]));
  });

  it("has fired once, and repeats itself under the e-mail that it is about", async () => {
    const ruleSet = aRuleSet(aRule({ on: ["EmailStatus"], conditions: { all: [] }, actions: [aTask()] }));
    const ledger = await aLedger({ ruleSet });
    const early = status("failed", { id: "mail-ada-9", to: ada });
    await come(ledger, [email("ada", 0), early, email("ada", 9), { ...early, id: "again", eventKey: "again" }]);
    const [again] = ledger.events({ limit: 1 }).events;
    expect(again).toMatchObject({ eventKey: "again", repeats: early.eventKey, fired: [] });
    expect(ledger.deliveries({ limit: 5 }).deliveries).toHaveLength(1);
  });
});

describe("what became of an e-mail that the mail service calls otherwise", () => {
  it.each<[title: string, came: readonly Came[], about: readonly string[]]>([
    [
      "is about the same one as before, whatever was sent meanwhile",
      [
        email("ada", 0),
        status("delivered", { id: "own-0", to: "ada@example.com", minutes: 1 }),
        email("ada", 5),
        status("opened", { id: "own-0", to: "ada@example.com", minutes: 9 }),
        status("opened", { id: "own-5", to: "ada@example.com", minutes: 9.5 }),
      ],
      ["ada delivered: message-ada-0", "ada opened: message-ada-0", "ada opened: message-ada-5"],
    ],
    [
      "is not about one that it called by another name",
      [
        email("ada", 0),
        email("ada", 5),
        status("delivered", { id: "own-5", to: "ada@example.com", minutes: 6 }),
        status("opened", { id: "own-0", to: "ada@example.com", minutes: 9 }),
      ],
      ["ada delivered: message-ada-5", "ada opened: message-ada-0"],
    ],
  ])("%s", async (_, came, about) => {
    const ledger = await aLedger();
    await come(ledger, came);
    expect(await joined(ledger)).toEqual(about);
  });
});

describe("what became of an e-mail of ours", () => {
  it("is joined before the e-mail's own event came, names the delivery, and is seen by rules without includeApi", async () => {
    const storage = sqliteStorage();
    const ruleSet = aRuleSet(aRule({ on: ["EmailStatus"], conditions: { all: [] }, actions: [aTask()] }));
    const ledger = await aLedger({ storage, ruleSet });
    storage.sql.exec(
      "INSERT INTO sends (delivery_id, rule, contact_id, at, looks, message_id, email_message_id) VALUES ('the-delivery', 'r', 'ada', 1, 0, 'm1', 'e1')",
    );
    const joined = await ledger.join(LOCATION, status("opened", { id: "<e1@mg.example.com>" }));
    expect(joined).toEqual({ status: "accepted", fired: ["test-rule"] });
    const [entry] = ledger.events({ limit: 1 }).events;
    expect(entry).toMatchObject({ contactId: "ada", outcome: "opened", sentBy: "the-delivery" });
    const story = await ledger.event(entry?.eventKey ?? "");
    expect(story?.decision.sentBy).toBe("the-delivery");
  });
});

describe("what became of an e-mail of ours, told before HighLevel has answered, while the e-mail's own webhook is lost", () => {
  const mailing = aRule({
    name: "mailing",
    actions: [
      {
        type: "highlevel",
        call: "send-message",
        messageType: "Email",
        subject: "Hello",
        html: "<p>How are you today?</p>",
      },
    ],
  });
  /** What the mail service calls the e-mail, and what becomes of HighLevel's answer. */
  const CASES = [
    { ids: "known", answer: "comes" },
    { ids: "its own", answer: "comes" },
    { ids: "known", answer: "is lost" },
    { ids: "its own", answer: "is lost" },
  ] as const;
  it.each(CASES)("stops the next e-mail: its name is $ids, and the answer $answer", async ({ ids, answer }) => {
    let now = NOON;
    const highLevel = new HighLevelStandIn({ clock: () => now });
    highLevel.addLocation({ id: LOCATION });
    highLevel.addContact({ id: "ada", locationId: LOCATION, email: "ada@example.com" });
    highLevel.addToken("pit", LOCATION);
    highLevel.state.mail.ids = ids;
    const storage = sqliteStorage();
    const sent: string[] = [];
    const told: string[] = [];
    const ledger = await aLedger({
      storage,
      clock: () => now,
      ruleSet: aRuleSet(mailing),
      tokens: { current: () => Promise.resolve(succeed("pit")), insteadOf: () => Promise.resolve(null) },
      fetch: async (request) => {
        const answered = await highLevel.answer(request);
        if (request.method !== "POST") return answered;
        const { messageId } = (await answered.clone().json()) as { messageId: string };
        sent.push(messageId);
        const body = JSON.stringify(highLevel.emailBecomes(messageId, "complained"));
        const about = { id: "early", eventKey: "early", receivedAt: new Date(now).toISOString() };
        told.push(
          (await ledger.join(LOCATION, { ...about, route: "events", issues: [], contactIds: [], body })).status,
        );
        if (answer === "is lost") throw new Error("The connection broke");
        return answered;
      },
    });
    const until = async (minutes: number): Promise<void> => {
      for (; storage.alarmAt !== null && storage.alarmAt <= NOON + minutes * 60_000; await ledger.alarm()) {
        now = Math.max(now, storage.alarmAt);
        storage.alarmAt = null;
      }
      now = Math.max(now, NOON + minutes * 60_000);
    };
    await ledger.record(anEvent({ contactId: "ada" }, "first"));
    await until(30);
    expect([sent.length, told]).toEqual([1, ["held"]]);
    expect([await joined(ledger), waiting(ledger)]).toEqual([[`ada complained: ${sent[0]}`], 0]);
    expect(ledger.events({ limit: 1, kind: "EmailStatus" }).events[0]?.sentBy).toBe(
      ledger.deliveries({ limit: 1 }).deliveries[0]?.id,
    );
    await ledger.record(anEvent({ contactId: "ada", messageId: "another" }, "second"));
    await until(60);
    expect(sent).toHaveLength(1);
    expect(ledger.deliveries({ limit: 5, state: "held" }).deliveries).toHaveLength(1);
  });

  it("is joined by the next instance, if this one dies over it", async () => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await ledger.join(LOCATION, status("complained", { id: "mail-of-ours" }));
    storage.sql.exec(
      "INSERT INTO sends (delivery_id, rule, contact_id, at, looks, message_id, email_message_id) VALUES ('the-delivery', 'r', 'ada', 1, 0, 'm1', 'mail-of-ours')",
    );
    storage.sql.exec("INSERT INTO email_waits SELECT 'ready', quarantine_id FROM email_waits LIMIT 1");
    const later = await aLedger({ storage });
    await later.alarm();
    expect([await joined(later), waiting(later)]).toEqual([["ada complained: m1"], 0]);
  });
});

describe("an opt-out for e-mail", () => {
  it.each<[title: string, event: string, more: JsonObject, wants: readonly string[]]>([
    ["comes of a complaint", "complained", {}, ["Email stop"]],
    ["comes of an unsubscribe", "unsubscribed", {}, ["Email stop"]],
    [
      "comes of a refusal that says so",
      "failed",
      { severity: "permanent", "delivery-status": { code: 606, message: "Not delivering to unsubscribed recipient" } },
      ["Email stop"],
    ],
    ["does not come of a bounce", "failed", { severity: "permanent", "delivery-status": { code: 550 } }, []],
    ["does not come of an e-mail that was opened", "opened", {}, []],
  ])("%s", async (_, event, more, wants) => {
    const storage = sqliteStorage();
    const ledger = await aLedger({ storage });
    await ledger.record(email("ada", 0));
    await ledger.join(LOCATION, status(event, { id: "mail-ada-0", more }));
    const kept = storage.sql.exec("SELECT channel, why FROM opt_outs WHERE contact_id = 'ada'").toArray();
    expect(kept.map(({ channel, why }) => `${String(channel)} ${String(why)}`)).toEqual(wants);
  });
});
