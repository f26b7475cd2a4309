// A thousand contacts are texted at once, through HighLevel as it publishes itself: each gets one text, in the time that
// its limits allow, also when the object stops again and again and answers are lost.
import { describe, expect, it } from "vitest";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { succeed } from "../../../src/kit/result.ts";
import { anEvent, aRule, aRuleSet, aText, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";
import { VirtualTime } from "./virtual-time.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const CONTACTS = 1_000;
const TOKEN = "pit-test";
const LATENCY_MS = 60;
/** A contact is asked about and texted: 100 calls in 10 s are 5 texts a second. */
const SECONDS_ALLOWED = (CONTACTS * 2 * 10) / 100;

class World {
  readonly time = new VirtualTime(NOON);
  readonly storage: SqliteStorage = sqliteStorage();
  readonly highLevel = new HighLevelStandIn({ clock: this.time.now });
  #instance = 0;

  constructor() {
    this.highLevel.addLocation({ id: LOCATION });
    this.highLevel.addToken(TOKEN, LOCATION);
    for (let index = 0; index < CONTACTS; index++)
      this.highLevel.addContact({ id: `contact-${index}`, locationId: LOCATION });
  }

  /** A new instance on what is stored; what the one before had under way is never heard of again. */
  open(): Promise<LocationLedger> {
    const instance = (this.#instance += 1);
    const isGone = (): boolean => instance !== this.#instance;
    return aLedger({
      storage: this.storage,
      clock: this.time.now,
      timer: this.time.sleep,
      ruleSet: aRuleSet(aRule({ actions: [aText()], breaker: { perMinute: CONTACTS } })),
      tokens: { current: () => Promise.resolve(succeed(TOKEN)), insteadOf: () => Promise.resolve(null) },
      fetch: async (request) => {
        await this.time.sleep(LATENCY_MS);
        if (isGone()) return new Promise(() => undefined);
        const answer = await this.highLevel.answer(request);
        await this.time.sleep(LATENCY_MS);
        return isGone() ? new Promise(() => undefined) : answer;
      },
    });
  }

  async text(ledger: LocationLedger): Promise<void> {
    const events = Array.from({ length: CONTACTS }, (_, index) =>
      anEvent({ contactId: `contact-${index}`, messageId: `m${index}` }, `key-${index}`),
    );
    await this.time.pass(Promise.all(events.map((event) => ledger.record(event))));
  }

  /** Rings alarms until nothing waits, or a time has come. */
  async run(ledger: LocationLedger, untilMs = Infinity): Promise<void> {
    while (ledger.deliveryCounts({}).counts.scheduled > 0 && this.storage.alarmAt !== null) {
      if (this.storage.alarmAt > untilMs) return;
      this.time.jumpTo(this.storage.alarmAt);
      this.storage.alarmAt = null;
      await this.time.pass(ledger.alarm(), untilMs);
      if (this.time.now() >= untilMs) return;
    }
  }

  /** How many texts each contact has: all that there are, sorted. */
  texts(): number[] {
    const sent = Map.groupBy(this.highLevel.state.messages.values(), ({ contactId }) => contactId);
    return [...this.highLevel.state.contacts.keys()].map((id) => sent.get(id)?.length ?? 0);
  }
}

describe("a thousand contacts, texted at once", { timeout: 120_000 }, () => {
  it("get one text each, in the time that HighLevel's limits allow, and no call too many", async () => {
    const world = new World();
    const ledger = await world.open();
    await world.text(ledger);
    await world.run(ledger);
    const seconds = (world.time.now() - NOON) / 1_000;
    const { tooMany, violations } = world.highLevel;
    console.info(`1,000 texts in ${seconds.toFixed(0)} s of ${SECONDS_ALLOWED}, ${tooMany.total} × 429`);
    expect(new Set(world.texts())).toEqual(new Set([1]));
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: CONTACTS, scheduled: 0, dead: 0 });
    expect({ violations, total: tooMany.total }).toEqual({ violations: [], total: 0 });
    expect(seconds).toBeLessThan(SECONDS_ALLOWED * 1.2);
  });

  it("get one text each, though the object stops nine times with answers under way", async () => {
    const world = new World();
    let ledger = await world.open();
    await world.text(ledger);
    for (let stop = 1; stop <= 9; stop++) {
      await world.run(ledger, NOON + stop * 20_000 + 37 * stop);
      world.time.stop();
      ledger = await world.open();
    }
    await world.run(ledger);
    const { tooMany, violations } = world.highLevel;
    const asked = world.highLevel.requests.filter(({ path }) => path.endsWith("/export")).length;
    console.info(`With nine stops: ${asked} times HighLevel was asked what it had sent, ${tooMany.total} × 429`);
    expect(new Set(world.texts())).toEqual(new Set([1]));
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: CONTACTS, scheduled: 0, dead: 0 });
    expect(asked).toBeGreaterThan(0);
    expect(violations).toEqual([]);
    expect([tooMany.total <= 2, tooMany.twoInARow]).toEqual([true, false]);
  });
});
