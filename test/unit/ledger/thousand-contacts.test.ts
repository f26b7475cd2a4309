// A thousand events of a thousand contacts whom nobody knows, at once, against HighLevel as it publishes itself: all are
// taken at once and decided within the minute, with no more calls than contacts and inside its limits.
import { beforeAll, describe, expect, it, vi } from "vitest";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { succeed } from "../../../src/kit/result.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { Condition } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, LOCATION } from "../../builders.ts";
import { upTo } from "../../thorough.ts";
import { aLedger } from "./a-ledger.ts";
import { VirtualTime } from "./virtual-time.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const CONTACTS = upTo(150, 1_000);
/** As many of them have a second event, a moment later. */
const TWICE = CONTACTS / 10;
const MINUTE = 60_000;
/** It is noticed somewhat later that a minute has passed. */
const NOTICED_MS = 3_000;
const LATENCY_MS = 60;
/** How many hashes another thread is making: on a busy machine that must not look like time that passes. */
let hashing = 0;
beforeAll(() => {
  const digest = crypto.subtle.digest.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "digest").mockImplementation((...of) => {
    hashing += 1;
    return digest(...of).finally(() => (hashing -= 1));
  });
});
/** Calls that may be under way when the process stops. */
const AT_ONCE = 4;
const isVip = { fact: "contact", path: "$.tags", operator: "contains", value: "vip" } as Condition;
const vip = aRule({
  name: "vip",
  conditions: { all: [isVip] },
  limit: { count: 1, within: "1h" },
  actions: [aTask()],
});

class World {
  readonly time = new VirtualTime(NOON, () => hashing > 0);
  readonly storage: SqliteStorage = sqliteStorage();
  readonly highLevel = new HighLevelStandIn({ clock: this.time.now });
  #instance = 0;

  constructor() {
    this.highLevel.addLocation({ id: LOCATION });
    this.highLevel.addToken("pit", LOCATION);
    for (let index = 0; index < CONTACTS; index++)
      this.highLevel.addContact({ id: `contact-${index}`, locationId: LOCATION, tags: ["vip"] });
  }

  open(): Promise<LocationLedger> {
    const instance = (this.#instance += 1);
    const isGone = (): boolean => instance !== this.#instance;
    return aLedger({
      storage: this.storage,
      clock: this.time.now,
      timer: this.time.sleep,
      ruleSet: aRuleSet(vip),
      tokens: { current: () => Promise.resolve(succeed("pit")), insteadOf: () => Promise.resolve(null) },
      fetch: async (request) => {
        await this.time.sleep(LATENCY_MS);
        if (isGone()) return new Promise(() => undefined);
        const answer = await this.highLevel.answer(request);
        await this.time.sleep(LATENCY_MS);
        return isGone() ? new Promise(() => undefined) : answer;
      },
    });
  }

  /** All events at once; each has to be taken before any time passes. */
  async send(ledger: LocationLedger): Promise<void> {
    const ofContact = (index: number, key: string) => anEvent({ contactId: `contact-${index}`, messageId: key }, key);
    const first = Array.from({ length: CONTACTS }, (_, index) => ofContact(index, `first-${index}`));
    const second = Array.from({ length: TWICE }, (_, index) => ofContact(index * 10, `second-${index}`));
    const recorded = Promise.all([...first, ...second].map((event) => ledger.record(event)));
    await this.time.pass(recorded);
    for (const one of await recorded) expect(one).toEqual({ status: "accepted", fired: [], deciding: true });
    expect(this.time.now() - NOON).toBeLessThan(MINUTE / 2);
  }

  waiting(): number {
    const [row] = this.storage.sql.exec("SELECT COUNT(*) AS n FROM events WHERE deciding IS NOT NULL").toArray();
    return Number(row?.["n"]);
  }

  /** Rings alarms until nothing waits, or a time has come. */
  async run(ledger: LocationLedger, untilMs = Infinity): Promise<void> {
    while (this.waiting() > 0 && this.storage.alarmAt !== null && this.time.now() < untilMs) {
      this.time.jumpTo(this.storage.alarmAt);
      this.storage.alarmAt = null;
      await this.time.pass(ledger.alarm(), untilMs);
    }
  }

  /** What was decided, by the event's key. */
  decisions(): Map<string, { readonly fired: readonly string[]; readonly why: string | undefined }> {
    const rows = this.storage.sql.exec("SELECT key, record FROM events").toArray();
    return new Map(
      rows.map(({ key, record }) => {
        const { decision } = JSON.parse(String(record));
        return [String(key), { fired: decision.fired, why: decision.known?.why }];
      }),
    );
  }
}

/** Of each contact the first event fires where the contact was known in time, and the second never. */
function expectInOrder(decisions: ReturnType<World["decisions"]>): number {
  let known = 0;
  expect(decisions.size).toBe(CONTACTS + TWICE);
  for (const [key, { fired, why }] of decisions) {
    const isUnknown = why === "HighLevel did not answer within a minute";
    const isFirst = key.startsWith("first");
    if (isFirst && !isUnknown) known += 1;
    // A second event fires only where its first was decided without the contact, and the answer came in between.
    const wasUnknown = decisions.get(key.replace("second", "first"))?.why !== undefined;
    if (isUnknown) expect(fired, key).toEqual([]);
    else if (isFirst || !wasUnknown) expect(fired, key).toEqual(isFirst ? ["vip"] : []);
  }
  return known;
}

describe("a thousand events of a thousand unknown contacts at once", { timeout: 240_000 }, () => {
  it("are taken at once, and decided in order within the minute, a call for each and no call too many", async () => {
    const world = new World();
    const ledger = await world.open();
    await world.send(ledger);
    await world.run(ledger);
    expect(world.waiting()).toBe(0);
    expect(world.time.now() - NOON).toBeLessThanOrEqual(MINUTE + NOTICED_MS);
    const asked = world.highLevel.requests.map(({ path }) => path);
    expect(new Set(asked).size).toBe(asked.length);
    expect(world.highLevel.tooMany.total).toBe(0);
    expect(world.highLevel.violations).toEqual([]);
    // A hundred calls in ten seconds: with what the limits leave as a reserve, nearly six hundred in the minute.
    expect(expectInOrder(world.decisions())).toBeGreaterThanOrEqual(Math.min(CONTACTS, 500));
  });

  it("are so too when the object stops again and again", async () => {
    const world = new World();
    await world.send(await world.open());
    const stops = [3_000, 9_000, 14_000, 31_000, 45_000];
    for (const atMs of stops) {
      const ledger = await world.open();
      await world.run(ledger, NOON + atMs);
      world.time.stop();
    }
    const ledger = await world.open();
    await world.run(ledger);
    expect(world.waiting()).toBe(0);
    const asked = world.highLevel.requests.length;
    expect(asked).toBeLessThanOrEqual(CONTACTS + AT_ONCE * stops.length);
    expect(world.highLevel.tooMany.total).toBe(0);
    expect(expectInOrder(world.decisions())).toBeGreaterThan(CONTACTS * 0.3);
  });
});
