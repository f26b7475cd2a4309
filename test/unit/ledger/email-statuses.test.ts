// What became of an e-mail is joined to it, whichever comes first, and to the contact whose e-mail it was.
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
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
