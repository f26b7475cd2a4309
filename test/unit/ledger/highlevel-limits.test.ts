// The real ledger against HighLevel's limits, on a virtual clock.
import { describe, expect, it } from "vitest";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { HighLevelAction } from "../../../src/model/rule.ts";
import { succeed } from "../../../src/kit/result.ts";
import { anEvent, aRule, aRuleSet, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";
import { CountingHighLevel, type Windows } from "./counting-highlevel.ts";
import { VirtualTime } from "./virtual-time.ts";
import { share } from "../../thorough.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const ADD_TAGS: HighLevelAction = { type: "highlevel", call: "add-tags", tags: ["missed call"] };
const WINDOWS = share<Windows>(["from the first call", "by the clock", "sliding"], 1);
/** How long a call is on its way, there and back, one after the other. */
const LATENCIES_MS = [20, 90, 45, 160, 70, 30, 120];

/** One location whose HighLevel counts. */
class World {
  readonly time = new VirtualTime(NOON);
  readonly storage: SqliteStorage = sqliteStorage();
  readonly highlevel: CountingHighLevel;
  rings = 0;
  #calls = 0;
  /** A stop ends what the instance before it awaits. */
  #instance = 0;

  constructor(highlevel: CountingHighLevel) {
    this.highlevel = highlevel;
  }

  /** A new instance on what is stored. */
  async ledger(actions: readonly HighLevelAction[] = [ADD_TAGS]): Promise<LocationLedger> {
    const instance = (this.#instance += 1);
    return aLedger({
      storage: this.storage,
      clock: this.time.now,
      timer: this.time.sleep,
      ruleSet: aRuleSet(
        aRule({ actions: [...actions] }),
        aRule({ name: "other-host", on: ["InboundMessage"], actions: [aWebhook()] }),
      ),
      tokens: { current: () => Promise.resolve(succeed("token")), insteadOf: () => Promise.resolve(null) },
      fetch: async (request) => {
        if (instance !== this.#instance) return new Promise(() => undefined);
        const there = LATENCIES_MS[this.#calls++ % LATENCIES_MS.length] ?? 0;
        const back = LATENCIES_MS[(this.#calls * 3) % LATENCIES_MS.length] ?? 0;
        await this.time.sleep(there);
        const answer = this.highlevel.answer(new URL(request.url).pathname, this.time.now());
        await this.time.sleep(back);
        return answer;
      },
    });
  }

  /** Rings alarms until nothing is scheduled, or a time has come. */
  async run(ledger: LocationLedger, untilMs = Infinity): Promise<void> {
    while (ledger.deliveryCounts({}).counts.scheduled > 0 && this.storage.alarmAt !== null) {
      if (this.storage.alarmAt > untilMs) return;
      this.time.jumpTo(this.storage.alarmAt);
      this.storage.alarmAt = null;
      this.rings += 1;
      await this.time.pass(ledger.alarm(), untilMs);
      if (this.time.now() >= untilMs) return;
    }
  }

  /** Somebody else calls each so many milliseconds, so often at once. */
  others(everyMs: number, atOnce: number, seconds: number): void {
    for (let at = everyMs; at < seconds * 1_000; at += everyMs)
      void this.time.sleep(at).then(() => {
        for (let index = 0; index < atOnce; index++) this.highlevel.other(this.time.now());
      });
  }

  seconds(): number {
    return (this.time.now() - NOON) / 1_000;
  }

  count(status: number): number {
    return this.highlevel.statuses.filter((one) => one === status).length;
  }

  isTwiceInARow(status: number): boolean {
    return this.highlevel.statuses.some((one, index, all) => one === status && all[index + 1] === status);
  }
}

async function followUps({ time }: World, ledger: LocationLedger, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) =>
    anEvent({ contactId: `contact-${index}`, messageId: `m${index}` }, `key-${index}`),
  );
  await time.pass(Promise.all(events.map((event) => ledger.record(event))));
}

describe("a thousand follow-ups at once", { timeout: 120_000 }, () => {
  it.each(WINDOWS)(
    "are all done, none twice, without a 429, as fast as the limit lets: windows %s",
    async (windows) => {
      const world = new World(new CountingHighLevel(windows));
      const ledger = await world.ledger();
      await followUps(world, ledger, 1_000);
      await world.run(ledger);
      console.info(`1,000 follow-ups, windows ${windows}: ${world.seconds()} s, ${world.rings} alarms`);
      expect(ledger.deliveryCounts({}).counts).toMatchObject({ scheduled: 0, sent: 1_000, dead: 0 });
      expect([...world.highlevel.done.values()].filter((times) => times !== 1)).toEqual([]);
      expect(world.count(429)).toBe(0);
      expect(world.highlevel.most()).toBeLessThanOrEqual(100);
      // Signatures and the like are made by other threads, and meanwhile this clock may jump.
      expect(world.seconds()).toBeLessThan(150);
      expect(world.rings).toBeLessThan(200);
    },
  );

  const cases = WINDOWS.flatMap(
    (windows) =>
      [
        [windows, "now and then", 333, 1],
        [windows, "all at once", 10_000, 30],
      ] as const,
  );
  it.each(cases)(
    "share the limit with somebody who takes 30 of each 100: windows %s, %s",
    async (windows, _, everyMs, atOnce) => {
      const world = new World(new CountingHighLevel(windows));
      const ledger = await world.ledger();
      await followUps(world, ledger, 1_000);
      world.others(everyMs, atOnce, 600);
      await world.run(ledger);
      console.info(
        `1,000 beside others, windows ${windows}, ${_}: ${world.seconds()} s, ${world.count(429)} × 429, ${world.rings} alarms`,
      );
      expect(ledger.deliveryCounts({}).counts).toMatchObject({ scheduled: 0, sent: 1_000, dead: 0 });
      expect([...world.highlevel.done.values()].filter((times) => times !== 1)).toEqual([]);
      expect(world.count(429)).toBeLessThanOrEqual(2);
      expect(world.isTwiceInARow(429)).toBe(false);
      expect(world.seconds()).toBeLessThan(400);
    },
  );

  it.each(WINDOWS)("outlive stops of the object without a burst: windows %s", async (windows) => {
    const world = new World(new CountingHighLevel(windows));
    let ledger = await world.ledger();
    await followUps(world, ledger, 500);
    for (const stopAt of [700, 1_900, 4_000, 10_200, 21_000]) {
      await world.run(ledger, NOON + stopAt);
      world.time.stop();
      world.time.jumpTo(NOON + stopAt);
      ledger = await world.ledger();
    }
    await world.run(ledger);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ scheduled: 0, sent: 500, dead: 0 });
    expect(world.count(429)).toBe(0);
    expect(world.highlevel.most()).toBeLessThanOrEqual(100);
    // What was on its way at a stop is repeated: four places, five stops.
    expect([...world.highlevel.done.values()].filter((times) => times !== 1).length).toBeLessThanOrEqual(20);
    expect(world.seconds()).toBeLessThan(100);
  });
});

describe("a delivery to HighLevel", () => {
  const markOf = ({ storage }: World): unknown =>
    storage.sql.exec("SELECT value FROM marks WHERE name = 'highlevel-limits'").toArray()[0]?.["value"];

  it("that meets a 429 waits for an interval, keeps its tries, and the host's state says until when", async () => {
    const world = new World(new CountingHighLevel("sliding", 1));
    world.highlevel.other(NOON);
    const ledger = await world.ledger();
    await followUps(world, ledger, 1);
    await world.run(ledger, world.time.now() + 5_000);
    const [delivery] = ledger.deliveries({ limit: 1 }).deliveries;
    expect(delivery).toMatchObject({ state: "scheduled", attempts: [{ status: 429 }] });
    const tries = world.storage.sql.exec("SELECT tries FROM deliveries").toArray();
    expect(tries).toEqual([{ tries: 0 }]);
    const [host] = ledger.hosts();
    expect(host).toMatchObject({ host: "highlevel", mode: "closed", failures: 0 });
    expect(Date.parse(host?.pausedUntil ?? "") - NOON).toBeGreaterThanOrEqual(10_000);
    await world.run(ledger);
    expect(ledger.deliveryCounts({}).counts.sent).toBe(1);
  });

  it("writes down what it called, and one that called nothing writes nothing", async () => {
    const world = new World(new CountingHighLevel("sliding"));
    const ledger = await world.ledger();
    expect(markOf(world)).toBeUndefined();
    await followUps(world, ledger, 1);
    await world.run(ledger);
    expect(JSON.parse(String(markOf(world)))).toMatchObject({ tickets: 1, inFlight: 0, told: { remaining: 99 } });
  });
});
