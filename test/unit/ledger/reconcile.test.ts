// What HighLevel sent no webhook of is found in its export, taken in once, and decided as the moment allows.
import { describe, expect, it, vi } from "vitest";
import { digestOf } from "../../../src/ledger/log/erased.ts";
import { aRule, aRuleSet, aTask, aText, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { HOUR, MINUTE, aReconciledLocation, NOON, SECOND } from "./a-reconciled-location.ts";

const seen = aRuleSet(aRule({ name: "seen", on: ["OutboundMessage", "InboundMessage"] }));

describe("a message of which no webhook came", () => {
  it("is taken in within the hour, as the event that its webhook would have been", async () => {
    const location = await aReconciledLocation();
    const message = location.message({ body: "Hello" });
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    const [entry, ...others] = location.log();
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      kind: "OutboundMessage",
      channel: "sms",
      outcome: "delivered",
      contactId: CONTACT,
      origin: "reconciled",
    });
    const story = await location.ledger.event(entry?.eventKey ?? "");
    expect(story?.event).toMatchObject({ origin: "reconciled", occurredAt: message.dateAdded });
    expect(story?.facts).toMatchObject({ messageId: message.id, body: "Hello", direction: "outbound" });
  });

  it.each([
    ["an SMS that came in", { type: "SMS", direction: "inbound" }, "InboundMessage", "sms", "delivered"],
    ["an e-mail", { type: "Email" }, "OutboundMessage", "email", "delivered"],
    [
      "a call that nobody took",
      { type: "Call", status: "completed", call: { status: "no-answer", durationS: 0 } },
      "OutboundMessage",
      "call",
      "no-answer",
    ],
    [
      "a call that came in and was taken",
      { type: "Call", direction: "inbound", status: "completed", call: { status: "completed", durationS: 12 } },
      "InboundMessage",
      "call",
      "answered",
    ],
    ["a WhatsApp message", { type: "WhatsApp", status: "read" }, "OutboundMessage", "whatsapp", "read"],
    ["one of a custom provider", { type: "Custom" }, "OutboundMessage", "sms", "delivered"],
  ] as const)("is read as webhooks are: %s", async (_, fields, kind, channel, outcome) => {
    const location = await aReconciledLocation();
    location.message(fields);
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    expect(location.log()).toMatchObject([{ kind, channel, outcome, origin: "reconciled" }]);
  });

  it.each(["TYPE_ACTIVITY_OPPORTUNITY", "TYPE_ACTIVITY_APPOINTMENT", "TYPE_SMS_REACTION", "TYPE_FORM_SUBMISSION"])(
    "is none if nobody wrote or called: %s",
    async (activity) => {
      const location = await aReconciledLocation();
      location.message({ activity });
      location.now += 20 * MINUTE;
      await location.poke();
      await location.ring();
      expect(location.log()).toEqual([]);
    },
  );

  it("is one with its webhook, whichever comes first", async () => {
    const location = await aReconciledLocation({ rules: seen });
    const [early, late] = [location.message(), location.message()];
    await location.webhook(early);
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    expect(await location.webhook(late)).toEqual({ status: "duplicate" });
    await location.poke();
    await location.ring();
    expect(location.log()).toHaveLength(2);
  });

  it("is one with a webhook of another id and spelling, but not with one of another state", async () => {
    const location = await aReconciledLocation();
    const message = location.message({ status: "undelivered" });
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    expect(await location.webhook(message, { webhookId: "other", status: "Failed" })).toEqual({ status: "duplicate" });
    expect(await location.webhook(message, { webhookId: "more", status: "read" })).toMatchObject({
      status: "accepted",
    });
  });

  it("is one with the webhook of an e-mail that names it by its other id", async () => {
    const location = await aReconciledLocation();
    const [before, after] = [location.message({ type: "Email" }), location.message({ type: "Email" })];
    await location.webhook(before, { messageId: "" });
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    expect(location.log()).toHaveLength(2);
    expect(await location.webhook(after, { messageId: "" })).toEqual({ status: "duplicate" });
  });

  it("is not taken in while its webhook may be under way, and soon after", async () => {
    const location = await aReconciledLocation({ rules: seen });
    const message = location.message();
    location.message({ contactId: "another" });
    location.now += MINUTE;
    await location.poke();
    await location.ring();
    expect(location.log()).toEqual([]);
    expect(await location.webhook(message)).toMatchObject({ status: "accepted", fired: ["seen"] });
    location.now += 5 * MINUTE;
    await location.poke(false);
    await location.ring();
    expect(location.log()).toMatchObject([{ contactId: CONTACT }, { contactId: "another", origin: "reconciled" }]);
  });

  it("is not looked for from before the location had its token", async () => {
    const location = await aReconciledLocation();
    location.now -= 2 * HOUR;
    location.message();
    location.now += 4 * HOUR;
    await location.poke();
    expect(location.log()).toEqual([]);
  });

  it("does not come back once its contact was erased", async () => {
    const location = await aReconciledLocation();
    const message = location.message();
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    location.ledger.eraseContact(LOCATION, CONTACT, await digestOf(CONTACT));
    location.highlevel.becomes(message.id, "read");
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    expect(location.log()).toEqual([]);
    expect(await location.webhook({ ...message, status: "delivered" })).toEqual({ status: "duplicate" });
  });

  it("is ours if we sent it, and fires nothing that does not ask for those", async () => {
    const rules = aRuleSet(
      aRule({
        name: "texts",
        conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
        actions: [aText()],
      }),
      aRule({ name: "sees", late: true }),
    );
    const location = await aReconciledLocation({ rules });
    await location.webhook(location.message({ status: "failed" }));
    await location.ring();
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring();
    const ours = location.log().find(({ origin }) => origin === "reconciled");
    expect(ours?.sentBy).toBe(location.ledger.deliveries({ rule: "texts", limit: 1 }).deliveries[0]?.id);
    expect(ours?.fired).toEqual([]);
  });
});

describe("a message that changed and of which no webhook says so", () => {
  it("is taken in with what became of it, once that was seen for a while", async () => {
    const location = await aReconciledLocation();
    const message = location.message({ status: "sent" });
    await location.webhook(message);
    location.now += 3 * HOUR;
    await location.poke();
    location.highlevel.becomes(message.id, "failed");
    location.now += HOUR;
    await location.poke();
    expect(location.log()).toHaveLength(1);
    location.now += 5 * MINUTE;
    await location.poke(false);
    await location.ring();
    expect(location.log()).toMatchObject([{ outcome: "sent" }, { outcome: "failed", origin: "reconciled" }]);
    expect(location.ledger.gaps({ limit: 1 }).gaps).toMatchObject([{ found: 1, changed: 1 }]);
  });

  it("is no news if the export only lags behind what webhooks said", async () => {
    const location = await aReconciledLocation();
    location.highlevel.state.export.lagMs = 8 * MINUTE;
    const message = location.message({ status: "sent" });
    location.now += 9 * MINUTE;
    location.highlevel.becomes(message.id, "delivered");
    await location.webhook(message);
    location.now += MINUTE;
    for (let turn = 0; turn < 6; turn++) {
      await location.poke();
      await location.ring();
      location.now += 5 * MINUTE;
    }
    expect(location.log()).toMatchObject([{ outcome: "delivered", origin: null }]);
  });

  it("is no news if a contact's text was read", async () => {
    const location = await aReconciledLocation();
    const message = location.message({ direction: "inbound" });
    await location.webhook(message);
    location.now += HOUR;
    location.highlevel.becomes(message.id, "read");
    for (let turn = 0; turn < 3; turn++) {
      location.now += 6 * MINUTE;
      await location.poke();
      await location.ring();
    }
    expect(location.log()).toHaveLength(1);
  });
});

describe("what follows from a message that was found late", () => {
  const rules = aRuleSet(
    aRule({ name: "at-once" }),
    aRule({ name: "late", late: true, actions: [aTask({ after: "5m" })] }),
    aRule({ name: "ahead", actions: [aTask({ after: "4h" })] }),
    aRule({ name: "partly", actions: [aWebhook(), aTask({ after: "4h" })] }),
  );

  it("is what is still ahead, counted from when it happened, and what a rule wants late", async () => {
    const location = await aReconciledLocation({ rules });
    const message = location.message();
    const madeAt = Date.parse(message.dateAdded);
    location.now += 2 * HOUR;
    await location.poke();
    await location.ring();
    const [entry] = location.log();
    expect(entry?.fired).toEqual(["ahead", "late", "partly"]);
    expect(entry?.held).toEqual([{ rule: "at-once", reason: "late" }]);
    const story = await location.ledger.event(entry?.eventKey ?? "");
    const verdict = (rule: string) => story?.decision.verdicts.find((one) => one.rule === rule);
    expect(verdict("at-once")).toMatchObject({ reason: "late", detail: `was due at ${message.dateAdded}` });
    expect(verdict("partly")?.notes).toEqual([
      { action: 0, reason: "late", detail: `was due at ${message.dateAdded}` },
    ]);
    const due = location.ledger.deliveries({ limit: 10 }).deliveries;
    expect(due.filter(({ state }) => state === "sent").map(({ rule }) => rule)).toEqual(["late"]);
    expect(due.filter(({ state }) => state === "scheduled").map(({ dueAt }) => Date.parse(dueAt ?? ""))).toEqual([
      madeAt + 4 * HOUR,
      madeAt + 4 * HOUR,
    ]);
    expect(location.ledger.gaps({ limit: 1 }).gaps).toMatchObject([{ found: 1, late: 1 }]);
  });

  it("is that a reply ends what it answers, and a STOP counts", async () => {
    const waits = aRuleSet(aRule({ name: "waits", actions: [aText({ after: "3h", cancelOn: ["reply"] })] }));
    const location = await aReconciledLocation({ rules: waits });
    await location.webhook(location.message());
    location.now += MINUTE;
    location.message({ direction: "inbound", body: "STOP" });
    location.now += HOUR;
    await location.poke();
    await location.ring();
    const [delivery] = location.ledger.deliveries({ limit: 10 }).deliveries;
    expect(delivery).toMatchObject({ state: "cancelled", cancelledBy: { trigger: "reply" } });
    await location.webhook(location.message());
    location.now += 4 * HOUR;
    await location.ring();
    const newest = location.ledger.deliveries({ limit: 1 }).deliveries[0];
    expect(newest).toMatchObject({ state: "held", optOut: { why: "stop" } });
  });

  it("is counted in its gap where its contact has to be asked for first", async () => {
    const vip = { fact: "contact", path: "$.tags", operator: "contains", value: "vip" } as const;
    const asking = aRuleSet(aRule({ name: "asking", conditions: { all: [vip] } }));
    const location = await aReconciledLocation({ rules: asking });
    location.highlevel.addContact({ id: "vip", locationId: LOCATION, tags: ["vip"] });
    location.message({ contactId: "vip" });
    location.now += 2 * HOUR;
    await location.poke();
    await location.ring();
    expect(location.log()[0]?.held).toEqual([{ rule: "asking", reason: "late" }]);
    expect(location.ledger.gaps({ limit: 1 }).gaps).toMatchObject([{ found: 1, late: 1 }]);
  });

  it("waits for the opening of a window that is still to come", async () => {
    const windowed = aRuleSet(aRule({ name: "windowed", window: { from: "18:00", to: "20:00" } }));
    const location = await aReconciledLocation({ rules: windowed });
    location.message();
    location.now += HOUR;
    await location.poke();
    await location.ring();
    const [delivery] = location.ledger.deliveries({ limit: 1 }).deliveries;
    expect(delivery).toMatchObject({ state: "scheduled", dueAt: "2026-03-04T18:00:00.000Z" });
  });
});

describe("a look", () => {
  it("of a quiet location costs two calls and writes no row, however often", async () => {
    const location = await aReconciledLocation();
    for (let past = 0; past < 40; past++) await location.webhook(location.message());
    location.now += HOUR;
    await location.poke();
    await location.ring();
    const before = location.asked();
    const changes = () => location.storage.sql.exec("SELECT total_changes() AS n").toArray()[0]?.["n"];
    const written = changes();
    for (let hour = 0; hour < 30; hour++) {
      location.now += HOUR;
      await location.poke();
      await location.poke(false);
    }
    expect(location.asked() - before).toBe(60);
    expect(changes()).toBe(written);
  });

  it("takes in what many pages have, the oldest first, and stays within HighLevel's limits", async () => {
    const logged = vi.spyOn(console, "log");
    const location = await aReconciledLocation({ limits: { perInterval: 20 } });
    for (let made = 0; made < 1_250; made++) {
      location.message({ type: made % 50 === 0 ? "Email" : "SMS", body: String(made) });
      location.now += 5 * SECOND;
    }
    location.now += 20 * MINUTE;
    await location.poke();
    await location.ring(location.now + HOUR);
    const times = location.storage.sql
      .exec("SELECT occurred_at AS at FROM events WHERE channel = 'sms' ORDER BY seq")
      .toArray()
      .map(({ at }) => Number(at));
    expect(times).toHaveLength(1_225);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(location.highlevel.tooMany.total).toBe(0);
    expect(location.highlevel.violations).toEqual([]);
    expect(location.ledger.gaps({ limit: 5 }).gaps).toMatchObject([
      { found: 1_250, changed: 0, kinds: { OutboundMessage: 1_250 } },
    ]);
    const told = logged.mock.calls.map(([line]) => JSON.parse(String(line)) as { readonly message: string });
    expect(told.filter(({ message }) => message === "gap")).toEqual([
      expect.objectContaining({ locationId: LOCATION, found: 1_250, changed: 0, late: 0 }),
    ]);
  });

  it("goes on where it was when the object died, whatever was under way, and takes nothing in twice", async () => {
    const location = await aReconciledLocation();
    for (let made = 0; made < 230; made++) location.message({ contactId: made % 2 === 0 ? CONTACT : "another" });
    location.now += HOUR;
    let kills = 0;
    for (let writes = 3; kills < 30; writes = 3 + ((writes * 7) % 23)) {
      let left = writes;
      await location.open((storage) => ({
        ...storage,
        sql: {
          exec: (statement, ...values) => {
            if (/^\s*(?:INSERT|UPDATE)/.test(statement) && (left -= 1) < 0) {
              location.stop();
              throw new Error("The object is gone");
            }
            return storage.sql.exec(statement, ...values);
          },
        },
      }));
      await location.orStopped(location.poke());
      await location.orStopped(location.ring());
      if (left < 0) kills += 1;
      location.now += MINUTE;
      if (!location.ledger.reconciling().isUnderWay && left >= 0) break;
    }
    await location.open();
    await location.poke();
    await location.ring(location.now + MINUTE);
    expect(kills).toBeGreaterThan(10);
    const counted = location.storage.sql.exec("SELECT COUNT(*) AS n, COUNT(DISTINCT key) AS m FROM events").toArray();
    expect(counted).toEqual([{ n: 230, m: 230 }]);
    expect(location.ledger.gaps({ limit: 5 }).gaps.reduce((sum, { found }) => sum + found, 0)).toBe(230);
  });

  it("begins the walk again where it was if HighLevel has forgotten the cursor", async () => {
    const location = await aReconciledLocation();
    for (let made = 0; made < 450; made++) {
      location.message();
      location.now += SECOND;
    }
    location.now += HOUR;
    let pages = 0;
    location.instead = (request) => {
      if (!request.url.includes("cursor=") || ++pages > 2) return null;
      location.now += 10 * MINUTE;
      return null;
    };
    await location.poke();
    await location.ring(location.now + HOUR);
    expect(location.storage.sql.exec("SELECT COUNT(*) AS n FROM events").toArray()).toEqual([{ n: 450 }]);
    expect(location.ledger.reconciling().isUnderWay).toBe(false);
  });

  it("is made up for soon if HighLevel gives no answer", async () => {
    const location = await aReconciledLocation();
    location.message();
    location.now += 20 * MINUTE;
    location.highlevel.faults.push({ match: ({ path }) => path.endsWith("/export"), kind: 500, times: 4 });
    await location.poke();
    expect(location.log()).toEqual([]);
    await location.ring(location.now + 20 * MINUTE);
    expect(location.log()).toHaveLength(1);
  });

  it("is made up for soon if what answers 403 is not HighLevel, such as a page of a firewall", async () => {
    const location = await aReconciledLocation();
    const message = location.message();
    location.now += 10 * MINUTE;
    location.instead = (request) =>
      request.url.includes("/export") ? Promise.resolve(new Response("<h1>Blocked</h1>", { status: 403 })) : null;
    await location.poke();
    expect(location.ledger.reconciling().state).toBe("on");
    location.instead = () => null;
    location.now += 10 * MINUTE;
    await location.ring();
    expect(location.log().map(({ eventKey }) => eventKey)).toEqual([`export-${message.id}-delivered`]);
  });

  it("leaves HighLevel's limits to deliveries, and never keeps one waiting", async () => {
    const rules = aRuleSet(aRule({ actions: [{ type: "highlevel", call: "add-tags", tags: ["seen"] }] }));
    const location = await aReconciledLocation({ rules, limits: { perInterval: 20 } });
    let answer: (() => void) | undefined;
    location.instead = (request) => {
      if (!request.url.includes("/export")) return null;
      const asked = new Promise<void>((done) => (answer = done));
      return asked.then(() => location.highlevel.answer(request));
    };
    void location.ledger.poke(true);
    await vi.waitUntil(() => answer !== undefined);
    await location.webhook(location.message());
    await location.ring();
    expect(location.ledger.deliveries({ limit: 1 }).deliveries[0]?.state).toBe("sent");
    answer?.();
  });

  it.each([
    ["the token lacks the scope", { scopes: ["contacts.readonly"] }, "refused", 1],
    ["it is switched off", { reconciles: false }, "off", 0],
  ] as const)("is not made where %s, which is told", async (_, given, state, asked) => {
    const location = await aReconciledLocation(given);
    for (let hour = 0; hour < 4; hour++) {
      await location.poke();
      location.now += HOUR;
    }
    expect(location.asked()).toBe(asked);
    expect(location.ledger.reconciling()).toMatchObject({ state });
    expect(location.ledger.reconciling().detail).toMatch(/.{10}/);
  });

  it("is made again once a token that was refused is given anew, and not without one", async () => {
    const location = await aReconciledLocation({ scopes: [] });
    await location.poke();
    location.now += HOUR;
    await location.giveToken();
    await location.poke();
    expect(location.asked()).toBe(2);
    location.ledger.forgetToken();
    location.now += HOUR;
    await location.poke();
    expect(location.asked()).toBe(2);
    expect(location.ledger.reconciling().state).toBe("no-token");
  });

  it("comes every five minutes where a location is silent for longer than it usually is, for an hour if nothing is found", async () => {
    const location = await aReconciledLocation();
    for (let past = 0; past < 40; past++) {
      await location.webhook(location.message());
      location.now += MINUTE;
    }
    const before = location.asked();
    for (let turn = 0; turn < 60; turn++) {
      location.now += 5 * MINUTE;
      await location.poke(false);
    }
    expect((location.asked() - before) / 2).toBeGreaterThanOrEqual(10);
    expect((location.asked() - before) / 2).toBeLessThanOrEqual(14);
    location.message();
    location.now += 5 * MINUTE;
    await location.poke(true);
    await location.ring();
    expect(location.log().at(-1)?.origin).toBe("reconciled");
    const found = location.asked();
    location.now += 5 * MINUTE;
    await location.poke(false);
    expect(location.asked()).toBe(found + 2);
  });

  it("finds the same whichever date HighLevel compares", async () => {
    const location = await aReconciledLocation();
    location.highlevel.state.export.comparesDates = "as sorted";
    const message = location.message({ status: "sent" });
    await location.webhook(message);
    location.now += 2 * HOUR;
    await location.poke();
    location.highlevel.becomes(message.id, "delivered");
    location.message({ contactId: "another" });
    location.now += 10 * MINUTE;
    await location.poke();
    await location.ring();
    location.now += 6 * MINUTE;
    await location.poke(false);
    await location.ring();
    expect(location.log().filter(({ origin }) => origin === "reconciled")).toHaveLength(2);
  });
});

describe("what is missing", () => {
  it("can be told without being taken in", async () => {
    const location = await aReconciledLocation();
    const message = location.message({ direction: "inbound" });
    await location.webhook(location.message());
    location.now += 20 * MINUTE;
    const told = await location.ledger.missing(NOON);
    expect(told).toMatchObject({
      ok: true,
      value: { missing: [{ messageId: message.id, kind: "InboundMessage", isKnown: false }], looked: 2, more: false },
    });
    expect(location.log()).toHaveLength(1);
    expect(location.ledger.gaps({ limit: 1 }).gaps).toEqual([]);
  });
});
