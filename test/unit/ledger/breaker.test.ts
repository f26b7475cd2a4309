import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import { actionError, unanswered } from "../../../src/act/contract/outcome.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { HighLevelAccount, HighLevelAnswer } from "../../../src/highlevel/account.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import * as deliveries from "../../../src/ledger/deliveries/deliveries.ts";
import * as sends from "../../../src/ledger/deliveries/sends.ts";
import type { Delivery, DeliveryState } from "../../../src/model/delivery.ts";
import type { HighLevelAction, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;

const aText = (fields: object = {}): HighLevelAction => ({
  type: "highlevel",
  call: "send-message",
  messageType: "SMS",
  message: "Sorry that we missed you",
  ...fields,
});
const texting = (fields: Partial<Rule> = {}): Rule => aRule({ actions: [aText()], ...fields });

/** A location whose HighLevel notes whom it was asked to text, and answers as it is told to. */
async function aWorld(...rules: readonly Rule[]) {
  const world = {
    now: NOON,
    texted: [] as string[],
    answer: { kind: "answer", status: 201, body: "{}" } as HighLevelAnswer,
    /** What is waited for while a text is on its way. */
    onItsWay: (): Promise<void> => Promise.resolve(),
  };
  const account: HighLevelAccount = {
    async call(request, leaves) {
      const { method, body } = request;
      if (method !== "POST") return { kind: "answer", status: 200, body: '{"contact":{}}' };
      leaves?.(outgoing(HIGHLEVEL, request));
      world.texted.push({ contactId: "nobody", ...body }.contactId);
      await world.onItsWay();
      return world.answer;
    },
  };
  const storage = sqliteStorage();
  const start = () => aLedger({ storage, account, ruleSet: aRuleSet(...rules), clock: () => world.now });
  const ledger = await start();
  let count = 0;
  const send = async (contactId: string, to: LocationLedger = ledger): Promise<void> => {
    const key = `key-${(count += 1)}`;
    await to.record(anEvent({ contactId, messageId: key, dateAdded: new Date(world.now).toISOString() }, key));
  };
  return { world, storage, ledger, start, send };
}

const inState = (ledger: LocationLedger, state: DeliveryState): readonly Delivery[] =>
  ledger.deliveries({ state, limit: 200 }).deliveries;
const lastErrorOf = (delivery: Delivery | undefined): string => delivery?.attempts.at(-1)?.error ?? "";
const contacts = (count: number): string[] => Array.from({ length: count }, (_, index) => `c${index}`);

describe("the breaker of a rule", () => {
  it("lets 20 messages a minute through, and holds the others with the reason", async () => {
    const { world, ledger, send } = await aWorld(texting());
    for (const contact of contacts(25)) await send(contact);
    await ledger.alarm();
    expect(world.texted).toHaveLength(20);
    const held = inState(ledger, "held");
    expect(held).toHaveLength(5);
    expect(held.map(lastErrorOf)).toEqual(
      Array(5).fill(
        "ACTION_BREAKER: Rule sent 20 messages within a minute, its breaker holds the others: release or discard them",
      ),
    );
    expect(held[0]).toMatchObject({ dueAt: null, giveUpAt: new Date(NOON + 7 * DAY).toISOString() });
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 20, held: 5, scheduled: 0 });
    expect(ledger.deliveryCounts({ error: "ACTION_BREAKER" }).counts).toMatchObject({ held: 5, sent: 0 });
    expect((await ledger.poke()).isOpen).toBe(false);
  });

  it("sends nothing that is held by itself, however long it waits", async () => {
    const { world, ledger, send } = await aWorld(texting({ breaker: { perMinute: 1 } }));
    for (const contact of contacts(3)) await send(contact);
    for (let day = 0; day < 6; day++, world.now += DAY) await ledger.alarm();
    expect(world.texted).toHaveLength(1);
    expect(inState(ledger, "held")).toHaveLength(2);
  });

  it("sends what is released once each, past the bound, and counts it", async () => {
    const { world, ledger, send } = await aWorld(texting({ breaker: { perMinute: 2 } }));
    for (const contact of contacts(5)) await send(contact);
    await ledger.alarm();
    world.now += 10 * MINUTE;
    expect(ledger.releaseDeliveries({})).toMatchObject({ released: 3, more: false });
    expect(inState(ledger, "held")).toEqual([]);
    await send("later");
    await ledger.alarm();
    expect(world.texted.toSorted()).toEqual(contacts(5));
    expect(inState(ledger, "held").map(({ contactId }) => contactId)).toEqual(["later"]);
    expect(ledger.releaseDeliveries({})).toMatchObject({ released: 1, more: false });
    await ledger.alarm();
    expect(world.texted).toHaveLength(6);
  });

  it("lets 3 messages a day through to one contact, and others meanwhile", async () => {
    const { world, ledger, send } = await aWorld(texting());
    for (let hour = 0; hour < 5; hour++, world.now += 60 * MINUTE) {
      await send("ada");
      await ledger.alarm();
    }
    await send("bob");
    await ledger.alarm();
    expect(world.texted).toEqual(["ada", "ada", "ada", "bob"]);
    expect(inState(ledger, "held").map(lastErrorOf)).toEqual(
      Array(2).fill(
        "ACTION_BREAKER: Rule sent the contact 3 messages within 24 hours, its breaker holds the others: release or discard them",
      ),
    );
    world.now = NOON + DAY;
    await send("ada");
    await ledger.alarm();
    expect(world.texted).toHaveLength(5);
  });

  it("counts each rule for itself, as the rule says", async () => {
    const { world, ledger, send } = await aWorld(
      texting({ name: "many", breaker: { perMinute: 30, perContactDay: 30 } }),
      texting({ name: "one", actions: [aText({ message: "Hello" })], breaker: { perContactDay: 1 } }),
    );
    for (let index = 0; index < 25; index++) await send("ada");
    await ledger.alarm();
    expect(world.texted).toHaveLength(26);
    expect(new Set(inState(ledger, "held").map(({ rule }) => rule))).toEqual(new Set(["one"]));
  });

  it("holds what changes HighLevel, and nothing else", async () => {
    const note: HighLevelAction = { type: "highlevel", call: "create-note", body: "Called" };
    for (const [action, sent] of [
      [note, 1],
      [aTask(), 5],
    ] as const) {
      const { ledger, send } = await aWorld(
        texting({ actions: [action], breaker: { perMinute: 1, perContactDay: 1 } }),
      );
      for (let index = 0; index < 5; index++) await send("ada");
      await ledger.alarm();
      expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent, held: 5 - sent });
    }
  });

  it("counts what is on its way: with six at once no more pass than may", async () => {
    const { world, ledger, send } = await aWorld(texting({ breaker: { perMinute: 2 } }));
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    world.onItsWay = () => arrived;
    for (const contact of contacts(12)) await send(contact);
    const ringing = ledger.alarm();
    await expect.poll(() => inState(ledger, "held").length).toBe(10);
    expect(world.texted).toHaveLength(2);
    arrive();
    await ringing;
    expect(world.texted).toHaveLength(2);
  });

  it("goes on counting what HighLevel refused, and holds no attempt of one that it let through", async () => {
    const { world, ledger, send } = await aWorld(texting({ breaker: { perMinute: 1, perContactDay: 1 } }));
    world.answer = { kind: "answer", status: 400, body: "" };
    await send("ada");
    await ledger.alarm();
    await send("bob");
    await ledger.alarm();
    expect(inState(ledger, "held").map(({ contactId }) => contactId)).toEqual(["bob"]);
    world.answer = { kind: "answer", status: 201, body: "{}" };
    for (const { id } of inState(ledger, "dead")) ledger.retry(id);
    await ledger.alarm();
    expect(inState(ledger, "sent").map(({ contactId }) => contactId)).toEqual(["ada"]);
  });

  it("has counted one that a crash cut off before it left, and lets it through afterwards", async () => {
    const { world, storage, ledger, start, send } = await aWorld(texting({ breaker: { perMinute: 1 } }));
    await send("ada");
    await send("bob");
    const { id } = inState(ledger, "scheduled").find(({ contactId }) => contactId === "ada") ?? { id: "" };
    // As it stands on disk when the object stops between the count and the call.
    storage.sql.exec("UPDATE deliveries SET state = 'sending' WHERE id = ?", id);
    storage.sql.exec(
      "INSERT INTO sends (delivery_id, rule, contact_id, at, left_at, looks) SELECT id, rule, contact_id, ?, NULL, 0 FROM deliveries WHERE id = ?",
      NOON,
      id,
    );
    const again = await start();
    await again.alarm();
    expect(world.texted).toEqual(["ada"]);
    expect(inState(again, "held").map(({ contactId }) => contactId)).toEqual(["bob"]);
  });

  it("is no failure of HighLevel's, and none in the numbers, also when these are counted anew", async () => {
    const { world, ledger, start, send } = await aWorld(texting({ breaker: { perMinute: 1 } }));
    const buckets = { fromMs: NOON, toMs: NOON + 15 * MINUTE, bucketMs: 15 * MINUTE };
    expect(ledger.overview(buckets).failed).toEqual([0]);
    for (const contact of contacts(15)) await send(contact);
    await ledger.alarm();
    world.now += MINUTE;
    for (const told of [ledger, await start()])
      expect(told.overview(buckets)).toMatchObject({ sent: [1], failed: [0] });
    expect(ledger.hosts()).toEqual([]);
  });
});

describe("a delivery that is held", () => {
  const heldOne = async (fields: Partial<Rule> = {}) => {
    const made = await aWorld(texting({ breaker: { perContactDay: 1 }, ...fields }));
    await made.send("ada");
    await made.ledger.alarm();
    await made.send("ada");
    await made.ledger.alarm();
    const [held] = inState(made.ledger, "held");
    if (!held) throw new Error("Nothing is held");
    return { ...made, held };
  };

  it.each(["releaseDelivery", "retry"] as const)("is sent once it is let go: %s", async (how) => {
    const { world, ledger, held } = await heldOne();
    expect(ledger[how](held.id)).toMatchObject({
      ok: true,
      value: { state: "scheduled", dueAt: new Date(NOON).toISOString() },
    });
    await ledger.alarm();
    expect(world.texted).toEqual(["ada", "ada"]);
    expect(ledger.delivery(held.id)).toMatchObject({
      state: "sent",
      attempts: [{ error: expect.anything() }, { error: null }],
    });
  });

  it("is discarded one by one, or all that a filter describes", async () => {
    const { world, ledger, held, send } = await heldOne();
    expect(await ledger.cancel(held.id)).toMatchObject({
      ok: true,
      value: { state: "cancelled", cancelledBy: { by: "operator" } },
    });
    for (let index = 0; index < 3; index++) await send("ada");
    await send("bob");
    await ledger.alarm();
    expect(ledger.discardDeliveries({ contact: "bob" })).toEqual({ discarded: 0, more: false });
    expect(ledger.discardDeliveries({ contact: "ada" }, 2)).toEqual({ discarded: 2, more: true });
    expect(ledger.discardDeliveries({ contact: "ada" }, 2)).toEqual({ discarded: 1, more: false });
    expect(ledger.cancelScheduled({})).toEqual({ cancelled: 0, more: false });
    await ledger.alarm();
    expect(world.texted).toEqual(["ada", "bob"]);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ held: 0, cancelled: 4, sent: 2 });
  });

  it("that is not held, or not there, is not released", async () => {
    const { ledger, held } = await heldOne();
    const [sent] = inState(ledger, "sent");
    expect(ledger.releaseDelivery(sent?.id ?? "")).toEqual({
      ok: false,
      failure: { code: "LEDGER_DELIVERY_STATE", state: "sent" },
    });
    expect(ledger.releaseDelivery("nothing")).toMatchObject({ ok: false, failure: { code: "LEDGER_NOT_FOUND" } });
    ledger.releaseDelivery(held.id);
    expect(ledger.releaseDelivery(held.id)).toMatchObject({ ok: false, failure: { state: "scheduled" } });
  });

  it("ends when its contact replies, and is then not released", async () => {
    const { world, ledger, held } = await heldOne({ actions: [aText({ cancelOn: ["reply"] })] });
    world.now += MINUTE;
    const dateAdded = new Date(world.now).toISOString();
    await ledger.record(anEvent({ type: "InboundMessage", contactId: "ada", messageId: "reply", dateAdded }, "reply"));
    expect(ledger.delivery(held.id)).toMatchObject({
      state: "cancelled",
      cancelledBy: { by: "event", trigger: "reply", eventKey: "reply" },
    });
    expect(ledger.releaseDelivery(held.id)).toMatchObject({ ok: false });
    await ledger.alarm();
    expect(world.texted).toEqual(["ada"]);
  });

  it("is dead when nobody has released it for a week, says so, and can be retried still", async () => {
    const { world, ledger, held } = await heldOne();
    for (let day = 0; day < 9; day++, world.now += DAY) await ledger.alarm();
    const dead = ledger.delivery(held.id);
    expect(dead).toMatchObject({
      state: "dead",
      attempts: [{}, { error: expect.stringMatching(/^ACTION_NOT_RELEASED: /) }],
    });
    expect(world.texted).toEqual(["ada"]);
    ledger.retry(held.id);
    await ledger.alarm();
    expect(world.texted).toEqual(["ada", "ada"]);
  });

  it("keeps its event, however old that is", async () => {
    const late = texting({ breaker: { perContactDay: 1 }, actions: [aText({ after: "29d" })] });
    const { world, ledger, send } = await aWorld(late);
    await send("ada");
    await send("ada");
    for (let day = 0; day < 33; day++, world.now += DAY) await ledger.alarm();
    const [held] = inState(ledger, "held");
    expect(await ledger.event(held?.eventKey ?? "")).toBeDefined();
    ledger.releaseDelivery(held?.id ?? "");
    await ledger.alarm();
    expect(world.texted).toEqual(["ada", "ada"]);
  });

  it("forgets nothing of an attempt before it, of whose end nothing is known", async () => {
    const { storage, ledger, send } = await aWorld(texting());
    await send("ada");
    const [waiting] = inState(ledger, "scheduled");
    const delivery = { id: waiting?.id ?? "", contactId: "ada" };
    deliveries.lease(storage.sql, delivery.id, NOON);
    expect(
      sends
        .sendsOf(
          storage.sql,
          delivery,
          aText(),
          () => NOON,
          () => null,
        )
        .leaves(),
    ).toBe(true);
    sends.settled(storage.sql, delivery.id, unanswered(actionError("CONTACT_DND", "")), NOON);
    expect(sends.settlesAt(storage.sql, delivery.id)).toBeGreaterThan(NOON);
    sends.settled(storage.sql, delivery.id, unanswered(actionError("HIGHLEVEL_REFUSED", "")), NOON);
    expect(sends.settlesAt(storage.sql, delivery.id)).toBe(0);
  });

  it("goes with its contact, and leaves nothing that is counted", async () => {
    const { storage, ledger, held } = await heldOne();
    expect(ledger.eraseContact(LOCATION, "ada")).toMatchObject({ deliveries: 2 });
    expect(ledger.releaseDelivery(held.id)).toMatchObject({ ok: false, failure: { code: "LEDGER_NOT_FOUND" } });
    expect(storage.sql.exec("SELECT * FROM sends").toArray()).toEqual([]);
  });
});
