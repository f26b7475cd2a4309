import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/kit/json.ts";
import type { CancelTrigger, Rule } from "../../src/model/rule.ts";
import { aPayload, aRule, aWebhook, CONTACT, LOCATION } from "../builders.ts";
import { upTo } from "../thorough.ts";
import { api, apiPost, ledger, post, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Three parts of it are whole. */
const AT_ONCE = upTo(90, 300);

const alarm = (): Promise<boolean> => runDurableObjectAlarm(ledger());
const alarmAt = (): Promise<number | null> => runInDurableObject(ledger(), (_, state) => state.storage.getAlarm());

/** Moves the clock on and lets whatever is due then happen. */
async function pass(ms: number): Promise<void> {
  world.now += ms;
  await alarm();
}

async function fire(rule: Partial<Rule>, fields: JsonObject = {}): Promise<string> {
  world.rules = [aRule(rule)];
  return (await postEvent(fields)).key;
}
async function deliveryOf(key: string) {
  return (await api(`/locations/${LOCATION}/events/${key}`)).body.deliveries[0];
}
const reply = (fields: JsonObject = {}) =>
  post({
    type: "InboundMessage",
    locationId: LOCATION,
    contactId: CONTACT,
    messageType: "SMS",
    status: "delivered",
    body: "Yes",
    ...fields,
  });
const about = (type: string, fields: JsonObject = {}) => post({ type, locationId: LOCATION, id: CONTACT, ...fields });

describe("a delay", () => {
  it("is kept to the millisecond, and survives an eviction", async () => {
    const key = await fire({ actions: [aWebhook({ after: "5m" })] });
    await alarm();
    expect(world.requests).toEqual([]);
    expect(Date.parse((await deliveryOf(key)).dueAt)).toBe(world.now + 5 * MINUTE);
    expect(await alarmAt()).toBe(world.now + 5 * MINUTE);
    await evictDurableObject(ledger());
    await pass(5 * MINUTE - 1);
    expect(world.requests).toEqual([]);
    await pass(1);
    expect(world.requests).toHaveLength(1);
    await pass(DAY);
    expect(world.requests).toHaveLength(1);
  });
});

describe("a wait", () => {
  const onReply = (cancelOn: readonly CancelTrigger[]): Partial<Rule> => ({
    actions: [aWebhook({ after: "5m", cancelOn })],
  });

  it.each<[title: string, cancelOn: readonly CancelTrigger[], pull: () => Promise<unknown>, trigger: string | null]>([
    ["a reply", ["reply"], () => reply(), "reply"],
    [
      "a voicemail that they left is no reply",
      ["reply"],
      () => reply({ messageType: "CALL", status: "voicemail" }),
      null,
    ],
    ["a voicemail drop is no reply", ["reply"], () => reply({ messageType: "VoiceMail", status: "delivered" }), null],
    [
      "a call of theirs that nobody took",
      ["reply"],
      () => reply({ messageType: "CALL", callStatus: "no-answer" }),
      null,
    ],
    [
      "a call of theirs that was taken",
      ["reply"],
      () => reply({ messageType: "CALL", callStatus: "completed" }),
      "reply",
    ],
    ["a reply of somebody else", ["reply"], () => reply({ contactId: "another" }), null],
    ["do not disturb", ["dnd"], () => about("ContactDndUpdate", { dnd: true }), "dnd"],
    [
      "do not disturb on one channel",
      ["dnd"],
      () => about("ContactDndUpdate", { dnd: false, dndSettings: { SMS: { status: "permanent" } } }),
      "dnd",
    ],
    [
      "do not disturb switched off",
      ["dnd"],
      () => about("ContactDndUpdate", { dnd: false, dndSettings: { SMS: { status: "inactive" } } }),
      null,
    ],
    ["the contact deleted", ["delete"], () => about("ContactDelete"), "delete"],
    ["what was not asked for", ["delete"], () => reply(), null],
    [
      "conditions of one's own",
      [{ on: ["ContactTagUpdate"], conditions: { all: [{ fact: "tags", operator: "contains", value: "won" }] } }],
      () => about("ContactTagUpdate", { tags: ["lead", "won"] }),
      "conditions",
    ],
    [
      "conditions of one's own that are not met",
      [{ on: ["ContactTagUpdate"], conditions: { all: [{ fact: "tags", operator: "contains", value: "won" }] } }],
      () => about("ContactTagUpdate", { tags: ["lead"] }),
      null,
    ],
  ])("ends by: %s", async (_, cancelOn, pull, trigger) => {
    const key = await fire(onReply(cancelOn));
    world.now += MINUTE;
    await pull();
    const delivery = await deliveryOf(key);
    expect(delivery.state).toBe(trigger === null ? "scheduled" : "cancelled");
    expect(delivery.cancelledBy?.trigger ?? null).toBe(trigger);
    await pass(5 * MINUTE);
    expect(world.requests).toHaveLength(trigger === null ? 1 : 0);
  });

  const NOON = "2026-03-04T12:00:00.000Z";
  it("ends by a reply that was recorded before the event that it answers", async () => {
    const { body } = await reply({ dateAdded: "2026-03-04T12:00:01.000Z", webhookId: "early" });
    expect(body.status).toBe("accepted");
    const key = await fire(onReply(["reply"]), { dateAdded: NOON });
    expect(await deliveryOf(key)).toMatchObject({
      state: "cancelled",
      cancelledBy: { by: "event", trigger: "reply", eventKey: "early" },
    });
    await pass(5 * MINUTE);
    expect(world.requests).toEqual([]);
  });

  it("does not end by a reply that came before the event", async () => {
    await reply({ dateAdded: "2026-03-04T11:59:59.000Z" });
    const key = await fire(onReply(["reply"]), { dateAdded: NOON });
    expect((await deliveryOf(key)).state).toBe("scheduled");
  });

  it("does not end by a reply of days ago whose webhook comes late", async () => {
    const key = await fire(onReply(["reply"]), { dateAdded: NOON });
    await reply({ dateAdded: "2026-03-01T12:00:00.000Z" });
    expect((await deliveryOf(key)).state).toBe("scheduled");
  });

  it("does not end by a reply that some clock puts into the future", async () => {
    await reply({ dateAdded: "2030-01-01T00:00:00.000Z" });
    const key = await fire(onReply(["reply"]));
    expect((await deliveryOf(key)).state).toBe("scheduled");
  });

  it.each([
    [503, "cancelled", "reply"],
    [200, "sent", null],
  ])("that a reply ends while it is being attempted is not attempted again: %d", async (status, state, trigger) => {
    let answered = false;
    world.answer = async () => {
      while (!answered) await new Promise((soon) => setTimeout(soon, 1));
      return new Response(null, { status });
    };
    const key = await fire(onReply(["reply"]));
    world.now += 5 * MINUTE;
    const run = alarm();
    while (world.requests.length === 0) await new Promise((soon) => setTimeout(soon, 1));
    await reply();
    answered = true;
    await run;
    const delivery = await deliveryOf(key);
    expect([delivery.state, delivery.cancelledBy?.trigger ?? null]).toEqual([state, trigger]);
    await pass(DAY);
    expect(world.requests).toHaveLength(1);
  });

  it("ends between two attempts, too", async () => {
    world.answer = () => new Response(null, { status: 503 });
    const key = await fire(onReply(["reply"]));
    await pass(5 * MINUTE);
    expect(world.requests).toHaveLength(1);
    await reply();
    expect(await deliveryOf(key)).toMatchObject({ state: "cancelled", cancelledBy: { trigger: "reply" } });
    await pass(DAY);
    expect(world.requests).toHaveLength(1);
  });

  it("ends while an attempt is under way whose outcome cannot be written down", async () => {
    let answered = false;
    world.answer = async () => {
      while (!answered) await new Promise((soon) => setTimeout(soon, 1));
      return new Response(null, { status: 503 });
    };
    const key = await fire(onReply(["reply"]));
    await runInDurableObject(ledger(), (_, { storage }) => {
      const disk = "BEGIN SELECT RAISE(ABORT, 'disk'); END";
      storage.sql.exec(`CREATE TRIGGER fail BEFORE INSERT ON attempts ${disk}`);
    });
    world.now += 5 * MINUTE;
    const run = alarm();
    while (world.requests.length === 0) await new Promise((soon) => setTimeout(soon, 1));
    await reply();
    answered = true;
    await run;
    expect(await deliveryOf(key)).toMatchObject({ state: "cancelled", dueAt: null, cancelledBy: { trigger: "reply" } });
    await pass(DAY);
    expect(world.requests).toHaveLength(1);
  });

  it("was not ended by anybody when the last attempt fails for good", async () => {
    let answered = false;
    world.answer = async () => {
      while (!answered) await new Promise((soon) => setTimeout(soon, 1));
      return new Response(null, { status: 410 });
    };
    const key = await fire(onReply(["reply"]));
    world.now += 5 * MINUTE;
    const run = alarm();
    while (world.requests.length === 0) await new Promise((soon) => setTimeout(soon, 1));
    await reply();
    answered = true;
    await run;
    expect(await deliveryOf(key)).toMatchObject({ state: "dead", cancelledBy: null });
  });

  it("says that the operator ended it", async () => {
    const key = await fire(onReply(["reply"]));
    await apiPost(`/locations/${LOCATION}/deliveries/${(await deliveryOf(key)).id}/cancel`);
    expect((await deliveryOf(key)).cancelledBy).toEqual({ by: "operator" });
  });
});

describe("a window", () => {
  // The world begins on Friday, 1 January 2100, at noon UTC.
  it("lets an action wait for its next opening", async () => {
    const key = await fire({ window: { days: ["monday"], from: "08:00", to: "20:00" }, actions: [aWebhook()] });
    expect((await deliveryOf(key)).dueAt).toBe("2100-01-04T08:00:00.000Z");
    await alarm();
    await evictDurableObject(ledger());
    expect(world.requests).toEqual([]);
    await pass(Date.parse("2100-01-04T08:00:00.000Z") - world.now);
    expect(world.requests).toHaveLength(1);
  });

  it("holds for retries, and for an alarm that comes late", async () => {
    world.answer = () => new Response(null, { status: 503 });
    const key = await fire({ window: { from: "08:00", to: "12:03" }, actions: [aWebhook()] });
    await alarm();
    await pass(5_000);
    expect(world.requests).toHaveLength(2);
    await pass(5 * MINUTE);
    expect(world.requests).toHaveLength(2);
    expect((await deliveryOf(key)).dueAt).toBe("2100-01-02T08:00:00.000Z");
  });
});

describe("history and limits", () => {
  const voicemail = { messageType: "Call", callStatus: "voicemail" };
  const third: Partial<Rule> = {
    conditions: {
      all: [
        { fact: "outcome", operator: "equal", value: "voicemail" },
        { fact: "count", params: { channel: "call", outcome: "voicemail", within: "7d" }, operator: "equal", value: 3 },
      ],
    },
  };

  it("fires on the third voicemail in seven days, counted with the event itself", async () => {
    world.rules = [aRule(third)];
    const fired: number[] = [];
    for (let index = 0; index < 4; index++) {
      const { answer } = await postEvent(voicemail);
      fired.push(answer.body.fired.length);
      world.now += DAY;
    }
    expect(fired).toEqual([0, 0, 1, 0]);
  });

  it("does not count what is older, of another contact or of another outcome", async () => {
    world.rules = [aRule(third)];
    await postEvent(voicemail);
    world.now += 8 * DAY;
    await postEvent(voicemail);
    await postEvent({ ...voicemail, contactId: "another" });
    await postEvent({ messageType: "Call", callStatus: "busy" });
    expect((await postEvent(voicemail)).answer.body.fired).toEqual([]);
    expect((await postEvent(voicemail)).answer.body.fired).toEqual(["test-rule"]);
  });

  it(`decides ${AT_ONCE} events sent at once as one after the other`, async () => {
    const every: Partial<Rule> = {
      conditions: { all: [{ fact: "count", operator: "in", value: [1, AT_ONCE / 3, (AT_ONCE / 3) * 2, AT_ONCE] }] },
      actions: [aWebhook({ after: "1d" })],
    };
    world.rules = [aRule(every)];
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => postEvent()));
    expect(answers.filter(({ answer }) => answer.body.fired.length > 0)).toHaveLength(4);
  }, 30_000);

  it("knows how long ago the last one was", async () => {
    const rule: Partial<Rule> = {
      conditions: {
        all: [{ fact: "secondsSince", params: { kind: "InboundMessage" }, operator: "lessThan", value: 60 }],
      },
    };
    world.rules = [aRule(rule)];
    expect((await postEvent()).answer.body.fired).toEqual([]);
    await reply();
    world.now += 59_999;
    expect((await postEvent()).answer.body.fired).toEqual(["test-rule"]);
    world.now += 1;
    expect((await postEvent()).answer.body.fired).toEqual([]);
  });

  it("holds a rule to its limit for each contact, by what really fired", async () => {
    world.rules = [aRule({ limit: { count: 1, within: "24h" } })];
    const verdict = async (fields: JsonObject = {}) => {
      const { key, answer } = await postEvent(fields);
      const story = await api(`/locations/${LOCATION}/events/${key}`);
      return [answer.body.fired.length, story.body.decision.verdicts[0].reason];
    };
    expect(await verdict()).toEqual([1, "fired"]);
    expect(await verdict()).toEqual([0, "limit"]);
    expect(await verdict({ contactId: "another" })).toEqual([1, "fired"]);
    world.now += 24 * HOUR;
    expect(await verdict()).toEqual([1, "fired"]);
  });

  it("holds a rule to its limit for the whole location", async () => {
    world.rules = [aRule({ limit: { count: 2, within: "1h", per: "location" } })];
    const fired = await Promise.all(
      ["a", "b", "c", "d"].map(async (contactId) => (await postEvent({ contactId })).answer.body.fired.length),
    );
    expect(fired.toSorted((a, b) => a - b)).toEqual([0, 0, 1, 1]);
    world.now += HOUR;
    expect((await postEvent({ contactId: "e" })).answer.body.fired).toEqual(["test-rule"]);
  });

  it("fires once for a message in one state, under however many webhookIds it comes", async () => {
    world.rules = [aRule({})];
    const message = { messageId: "m1", status: "failed" };
    expect((await postEvent(message)).answer.body.fired).toEqual(["test-rule"]);
    const same = await postEvent(message);
    expect(same.answer.body).toMatchObject({ status: "accepted", fired: [] });
    const told = await api(`/locations/${LOCATION}/events/${same.key}`);
    expect(told.body.decision).toMatchObject({ verdicts: [{ reason: "no-change" }], repeats: expect.any(String) });
    const again = await postEvent({ ...message, attachments: [] });
    expect(again.answer.body).toMatchObject({ status: "accepted", fired: [] });
    const story = await api(`/locations/${LOCATION}/events/${again.key}`);
    expect(story.body.decision.verdicts[0].reason).toBe("duplicate-action");
    expect((await postEvent({ ...message, status: "delivered" })).answer.body.fired).toEqual(["test-rule"]);
    await alarm();
    expect(world.requests).toHaveLength(2);
  });

  it("explains with the log as it stands, and changes nothing in it", async () => {
    world.rules = [aRule({ limit: { count: 1, within: "1d" } })];
    await postEvent();
    const { body } = await apiPost("/explain", { event: aPayload() });
    expect(body.decision.verdicts[0]).toMatchObject({ reason: "limit", detail: "1 within 1d for each contact" });
    expect((await api(`/locations/${LOCATION}/events`)).body.events).toHaveLength(1);
  });
});
