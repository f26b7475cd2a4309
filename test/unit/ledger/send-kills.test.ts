// The object is killed at every point of sending a message: before and after each statement, before HighLevel is asked,
// after it did what was asked and before the answer is heard. Another instance goes on from what was written. The
// contact never has two texts, and none only with a dead letter that says why.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sqliteStorage, type SqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LedgerStorage } from "../../../src/ledger/store/ports.ts";
import { succeed } from "../../../src/kit/result.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import { anEvent, aRule, aRuleSet, aText, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const WEEK_MS = 7 * 86_400_000;
const TOKEN = "pit-test";

/** Where an instance is killed: at so many steps, statements and calls counted together. */
interface Kill {
  readonly at: number;
  steps: number;
  isDead: boolean;
}

const never = <Value>(): Promise<Value> => new Promise(() => undefined);

class World {
  readonly storage: SqliteStorage = sqliteStorage();
  readonly highLevel: HighLevelStandIn;
  now = NOON;

  constructor(mayAsk: boolean) {
    this.highLevel = new HighLevelStandIn({ clock: () => this.now });
    this.highLevel.addLocation({ id: LOCATION });
    this.highLevel.addContact({ id: CONTACT, locationId: LOCATION });
    const scopes = ["conversations/message.write", "contacts.readonly", "locations.readonly"];
    this.highLevel.addToken(TOKEN, LOCATION, mayAsk ? [...scopes, "conversations/message.readonly"] : scopes);
  }

  /** An instance of the object, which dies as told. */
  open(kill: Kill) {
    const step = (): void => {
      if (kill.isDead || (kill.steps += 1) <= kill.at) return;
      kill.isDead = true;
    };
    const { storage } = this;
    const dying: LedgerStorage = {
      sizeBytes: () => 0,
      getAlarm: () => storage.getAlarm(),
      setAlarm: (at) => (kill.isDead ? never() : storage.setAlarm(at)),
      sync: () => Promise.resolve(),
      transactionSync: (work) => storage.transactionSync(work),
      sql: {
        exec: (statement, ...values) => {
          step();
          if (kill.isDead) throw new Error("The object is gone");
          return storage.sql.exec(statement, ...values);
        },
      },
    };
    const fetch = async (request: Request): Promise<Response> => {
      step();
      if (kill.isDead) return never();
      const answer = await this.highLevel.answer(request);
      step();
      return kill.isDead ? never() : answer;
    };
    return aLedger({
      storage: dying,
      ruleSet: aRuleSet(aRule({ name: "text", actions: [aText()] })),
      clock: () => this.now,
      timer: () => (kill.isDead ? never() : new Promise((done) => setImmediate(done))),
      fetch,
      tokens: { current: () => Promise.resolve(succeed(TOKEN)), insteadOf: () => Promise.resolve(null) },
    });
  }
}

/** Turns of the event loop that an instance gets to do what it can. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((done) => setImmediate(done));
}

/** Sends a text with an instance that is killed at a step, and goes on with another one to the end. */
async function run(at: number, mayAsk: boolean) {
  const world = new World(mayAsk);
  const first = await world.open({ at: Infinity, steps: 0, isDead: false });
  await first.record(anEvent({ messageId: "1" }, "one"));
  const kill: Kill = { at, steps: 0, isDead: false };
  // Opening is a part of what may be cut off; what it throws then nobody hears.
  let hasEnded = false;
  const killed = world.open(kill).then((ledger) => ledger.alarm());
  void killed.catch(() => undefined).finally(() => (hasEnded = true));
  while (!kill.isDead && !hasEnded) await turns(1);
  // And what it does once it is dead.
  await turns(60);
  const wasKilled = kill.isDead;
  kill.isDead = true;
  const ledger = await world.open({ at: Infinity, steps: 0, isDead: false });
  world.storage.alarmAt ??= world.now;
  while (world.storage.alarmAt !== null && world.storage.alarmAt < NOON + WEEK_MS) {
    if (ledger.deliveries({ limit: 1 }).deliveries[0]?.state !== "scheduled") break;
    world.now = Math.max(world.now, world.storage.alarmAt);
    world.storage.alarmAt = null;
    await ledger.alarm();
  }
  const [delivery] = ledger.deliveries({ limit: 1 }).deliveries;
  const texts = [...world.highLevel.state.messages.values()].length;
  return { wasKilled, texts, delivery, violations: world.highLevel.violations };
}

// An object that is killed has a lot to say that nobody will hear.
beforeAll(() => void vi.spyOn(console, "error").mockImplementation(() => undefined));
afterAll(() => vi.restoreAllMocks());

describe.each([
  ["may be asked what it sent", true],
  ["may not be asked", false],
])("a kill at every point of send-message, where HighLevel %s", (_, mayAsk) => {
  it("never makes two texts, and none only with a dead letter that says why", { timeout: 120_000 }, async () => {
    const seen = { points: 0, sent: 0, dead: 0 };
    for (let at = 0; ; at++) {
      const { wasKilled, texts, delivery, violations } = await run(at, mayAsk);
      const state = delivery?.state ?? "";
      const told = delivery?.attempts.at(-1)?.error ?? "";
      const isRight =
        texts === 1
          ? state === "sent" || told.startsWith("HIGHLEVEL_UNKNOWN: ")
          : told.startsWith("HIGHLEVEL_UNKNOWN: ");
      expect({ at, texts, state, told, isRight, violations }).toMatchObject({ isRight: true, violations: [] });
      expect(texts).toBeLessThanOrEqual(1);
      if (!wasKilled) break;
      seen.points += 1;
      seen[state === "sent" ? "sent" : "dead"] += 1;
    }
    console.log(`${seen.points} points: ${seen.sent} sent once, ${seen.dead} dead letters`);
    // Around the statements and the call there are more than a handful, and where HighLevel answers none is lost.
    expect(seen.points).toBeGreaterThan(15);
    if (mayAsk) expect(seen.dead).toBe(0);
    else expect(seen.dead).toBeGreaterThan(0);
  });
});
