// What a limit counts: firings of which something came, or still may.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { Delivery, DeliveryState } from "../../../src/model/delivery.ts";
import type { Action, Limit, Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aWebhook, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const DAY = 86_400_000;
const EVERY_SCOPE = ["contact", "location"] as const;

/** A location with one rule, whose destination answers as it is told to, after what is waited for. */
async function aWorld(limit: Limit, ...actions: readonly [Action, ...Action[]]) {
  const world = {
    now: NOON,
    called: 0,
    status: 200,
    onItsWay: (): Promise<void> => Promise.resolve(),
    rules: [aRule({ limit, actions })] as readonly Rule[],
  };
  const storage = sqliteStorage();
  const start = () =>
    aLedger({
      storage,
      ruleSet: aRuleSet(...world.rules),
      clock: () => world.now,
      fetch: async () => {
        world.called += 1;
        await world.onItsWay();
        return new Response(null, { status: world.status });
      },
    });
  const ledger = await start();
  let count = 0;
  /** Whether the rule fires on a text, or what held it. */
  const text = async (to: LocationLedger = ledger, fields: object = {}): Promise<string | boolean> => {
    const key = `key-${(count += 1)}`;
    world.now += 1_000;
    const happened = { messageId: key, dateAdded: new Date(world.now).toISOString(), ...fields };
    await to.record({ ...anEvent(happened, key), occurredAt: new Date(world.now).toISOString() });
    const [verdict] = (await to.event(key))?.decision.verdicts ?? [];
    return verdict?.fired ? true : (verdict?.reason ?? false);
  };
  const reply = (): Promise<unknown> => {
    const key = `reply-${(count += 1)}`;
    world.now += 1_000;
    const said = { type: "InboundMessage", body: "Hi", messageId: key };
    return ledger.record({ ...anEvent(said, key), occurredAt: new Date(world.now).toISOString() });
  };
  return { world, storage, ledger, start, text, reply };
}

const inState = (ledger: LocationLedger, state: DeliveryState): readonly Delivery[] =>
  ledger.deliveries({ state, limit: 200 }).deliveries;
const waits = aWebhook({ after: "5m", cancelOn: ["reply"] });

describe.each(EVERY_SCOPE)("a limit for each %s", (per) => {
  const once: Limit = { count: 1, within: "1d", per };

  it("does not count what was cancelled before it left, by an event", async () => {
    const { text, reply } = await aWorld(once, waits);
    expect([await text(), await text()]).toEqual([true, "limit"]);
    await reply();
    expect([await text(), await text()]).toEqual([true, "limit"]);
  });

  it("nor by a person, and counts it again when that person sends it after all", async () => {
    const { ledger, text } = await aWorld(once, waits);
    await text();
    const [{ id }] = inState(ledger, "scheduled") as [Delivery];
    await ledger.cancel(id);
    expect(ledger.retry(id).ok).toBe(true);
    expect(await text()).toBe("limit");
    await ledger.cancel(id);
    expect(await text()).toBe(true);
  });

  it("nor by all at once", async () => {
    const { ledger, text } = await aWorld({ ...once, count: 3 }, waits, waits);
    expect([await text(), await text(), await text(), await text()]).toEqual([true, true, true, "limit"]);
    await ledger.cancelScheduled({});
    expect([await text(), await text(), await text(), await text()]).toEqual([true, true, true, "limit"]);
  });

  it("counts what one action of has left, or may leave", async () => {
    const { ledger, text, reply } = await aWorld(once, aTask(), waits);
    await text();
    await ledger.alarm();
    await reply();
    expect(inState(ledger, "cancelled")).toHaveLength(1);
    expect(await text()).toBe("limit");
    const other = await aWorld(once, aWebhook({ after: "1h" }), waits);
    await other.text();
    await other.reply();
    expect(await other.text()).toBe("limit");
  });

  it("counts what left and failed, though it was cancelled before the next attempt", async () => {
    const { world, ledger, text, reply } = await aWorld(once, waits);
    await text();
    world.now += 5 * MINUTE;
    world.status = 500;
    await ledger.alarm();
    expect(world.called).toBe(1);
    await reply();
    expect(inState(ledger, "cancelled")).toHaveLength(1);
    expect(await text()).toBe("limit");
  });

  it("counts what was under way when the process stopped", async () => {
    const { world, ledger, start, text, reply } = await aWorld(once, waits);
    await text();
    world.now += 5 * MINUTE;
    const left = new Promise<void>((leaves) => {
      world.onItsWay = () => (leaves(), new Promise(() => undefined));
    });
    void ledger.alarm();
    await left;
    const again = await start();
    expect(inState(again, "scheduled")).toHaveLength(1);
    await reply();
    expect(await text(again)).toBe("limit");
  });

  it("counts what is under way while an event comes that would cancel it", async () => {
    const cancels = { on: ["OutboundMessage" as const], conditions: aRule().conditions };
    const { world, ledger, text } = await aWorld(once, aWebhook({ after: "5m", cancelOn: [cancels] }));
    expect([await text(), await text()]).toEqual([true, true]);
    world.now += 5 * MINUTE;
    let arrives = (): void => undefined;
    const left = new Promise<void>((leaves) => {
      world.onItsWay = () => (leaves(), new Promise((done) => (arrives = done)));
    });
    const alarm = ledger.alarm();
    await left;
    expect(await text()).toBe("limit");
    arrives();
    await alarm;
    expect(inState(ledger, "sent")).toHaveLength(1);
  });

  it("does not count what was cancelled, though a clock that was ahead decided it", async () => {
    for (const limit of [once, { count: 1, per }])
      for (const isReplaced of [false, true]) {
        const action = isReplaced
          ? aWebhook({ after: "5h", restart: true })
          : aWebhook({ after: "5h", cancelOn: ["reply"] });
        const { world, ledger, text, reply } = await aWorld(limit, action);
        world.now = NOON + 6 * 60 * MINUTE;
        await ledger.record({ ...anEvent({ messageId: "ahead" }, "ahead"), occurredAt: new Date(NOON).toISOString() });
        world.now = NOON + MINUTE;
        await ledger.alarm();
        if (!isReplaced) await reply();
        expect(await text()).toBe(true);
        expect(inState(ledger, "cancelled")).toHaveLength(1);
      }
  });

  it("counts what one action of has left, though that is older than what is kept", async () => {
    const { world, ledger, text, reply } = await aWorld(
      { count: 1, per },
      aTask(),
      aWebhook({ after: "60d", cancelOn: ["reply"] }),
    );
    await text();
    for (let days = 0; days < 40; days += 1) {
      await ledger.alarm();
      world.now += DAY;
    }
    await reply();
    expect(inState(ledger, "cancelled")).toHaveLength(1);
    expect(await text()).toBe("limit");
    for (let days = 0; days < 40; days += 1) {
      await ledger.alarm();
      world.now += DAY;
    }
    expect(ledger.deliveries({ limit: 5 }).deliveries).toEqual([]);
    expect(await text()).toBe("limit");
  });

  it("for ever outlives what is kept, and not what was cancelled", async () => {
    const { world, storage, ledger, text, reply } = await aWorld({ count: 1, per }, waits);
    await text();
    await reply();
    expect(await text()).toBe(true);
    for (let days = 0; days < 800; days += 1) {
      world.now += DAY;
      await ledger.alarm();
    }
    expect(inState(ledger, "sent")).toHaveLength(0);
    expect(storage.sql.exec("SELECT 1 FROM events").toArray()).toEqual([]);
    expect(await text()).toBe("limit");
  });
});

it("a clock that goes back keeps no ledger from opening, whatever the keys of events", async () => {
  const { world, ledger, start, storage } = await aWorld({ count: 9, within: "1d", per: "location" }, aTask());
  world.now = NOON + 6 * 60 * MINUTE;
  for (const contactId of ["one", "two"]) {
    world.now += 1_000;
    await ledger.record({
      ...anEvent({ contactId, messageId: contactId }, "same"),
      occurredAt: new Date(NOON).toISOString(),
    });
  }
  world.now = NOON + MINUTE;
  await start();
  await ledger.alarm();
  expect(storage.sql.exec("SELECT counts_from FROM firings").toArray()).toEqual([
    { counts_from: world.now },
    { counts_from: world.now },
  ]);
});

describe("a limit for ever", () => {
  it("counts what fired before it was set, as long as the log is kept", async () => {
    const { world, text, start } = await aWorld({ count: 5, within: "1d" }, aTask());
    await text();
    world.rules = [aRule({ limit: { count: 1 }, actions: [aTask()] })];
    expect(await text(await start())).toBe("limit");
  });

  it("is forgotten with an erased contact, and not for the location", async () => {
    for (const per of EVERY_SCOPE) {
      const { ledger, storage, text } = await aWorld({ count: 1, per }, aTask());
      await text();
      await ledger.alarm();
      ledger.eraseContact(LOCATION, CONTACT);
      expect(storage.sql.exec("SELECT 1 FROM kept_firings").toArray()).toEqual([]);
      expect(await text()).toBe(per === "contact" ? true : "limit");
    }
  });

  it("does not count for the location what an erased contact still waited for", async () => {
    const { ledger, text } = await aWorld({ count: 1, per: "location" }, waits);
    await text();
    ledger.eraseContact(LOCATION, CONTACT);
    expect(await text()).toBe(true);
  });
});
