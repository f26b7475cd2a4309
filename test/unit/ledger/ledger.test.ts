import { describe, expect, it, vi } from "vitest";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import * as records from "../../../src/ledger/highlevel/records.ts";
import type { Event } from "../../../src/model/event.ts";
import { NOTHING_PUBLISHED } from "../../../src/model/published.ts";
import type { PublishedRules } from "../../../src/ledger/store/ports.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { anEvent, aRule, aRuleSet, aTask, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const EVENTS = 1_000;
const CONTACTS = 7;

async function ledgerThatCounts(): Promise<LocationLedger> {
  const count = aRule({
    name: "every-tenth",
    conditions: {
      all: [{ fact: "count", params: { kind: "OutboundMessage" }, operator: "in", value: [10, 20, 50, 100] }],
    },
    actions: [aTask({ after: "1d" })],
  });
  const limited = aRule({ name: "limited", limit: { count: 3, within: "1h" }, actions: [aTask({ after: "1d" })] });
  const shared = aRule({
    name: "shared",
    limit: { count: 5, within: "1h", per: "location" },
    actions: [aTask({ after: "1d" })],
  });
  return aLedger({ ruleSet: aRuleSet(count, limited, shared) });
}

const events: readonly Event[] = Array.from({ length: EVENTS }, (_, index) =>
  anEvent({ contactId: `c${index % CONTACTS}`, messageId: `m${index}` }, `event-${index}`),
);

describe("a thousand events", () => {
  it("sent at once are decided as one after the other", async () => {
    const [atOnce, inTurn] = [await ledgerThatCounts(), await ledgerThatCounts()];
    const together = await Promise.all(events.map((event) => atOnce.record(event)));
    const apart = [];
    for (const event of events) apart.push(await inTurn.record(event));
    expect(together).toEqual(apart);
    const fired = (name: string): number =>
      together.filter((answer) => answer.status === "accepted" && answer.fired.includes(name)).length;
    expect({ counted: fired("every-tenth"), limited: fired("limited"), shared: fired("shared") }).toEqual({
      counted: 4 * CONTACTS,
      limited: 3 * CONTACTS,
      shared: 5,
    });
  }, 30_000);

  it("that share a key and not their contact are all recorded, each with its own deliveries", async () => {
    const ledger = await aLedger({ ruleSet: aRuleSet(aRule()) });
    const answers = await Promise.all(
      ["a", "b"].map((contactId) => ledger.record(anEvent({ contactId }, "shared-key"))),
    );
    expect(answers.map(({ status }) => status)).toEqual(["accepted", "accepted"]);
    expect(ledger.deliveries({ limit: 10 }).deliveries).toHaveLength(2);
  });

  it("each twice are recorded once", async () => {
    const ledger = await ledgerThatCounts();
    const answers = await Promise.all(
      [...events.slice(0, 100), ...events.slice(0, 100)].map((event) => ledger.record(event)),
    );
    expect(answers.filter(({ status }) => status === "accepted")).toHaveLength(100);
    expect(answers.filter(({ status }) => status === "duplicate")).toHaveLength(100);
  });
});

describe("a commit", () => {
  /** A ledger whose commits are counted, and take until the test says so. */
  async function withSlowDisk() {
    const storage = sqliteStorage();
    const commits: (() => void)[] = [];
    const ledger = await aLedger({ storage: { ...storage, sync: () => new Promise((done) => commits.push(done)) } });
    return { ledger, commits };
  }

  it("is shared by the events that come while another is under way", async () => {
    const { ledger, commits } = await withSlowDisk();
    const answers = events.slice(0, 50).map((event) => ledger.record(event));
    await answers[0];
    expect(commits).toHaveLength(1);
    commits[0]?.();
    await Promise.all(answers);
    expect(commits).toHaveLength(2);
  });

  it("is not held up by a commit before, or by a timer, where nothing is under way", async () => {
    const ledger = await aLedger({ timer: () => new Promise(() => {}) });
    expect(await ledger.record(anEvent())).toMatchObject({ status: "accepted" });
  });

  it("that fails for one event leaves the others of its group as they are", async () => {
    const storage = sqliteStorage();
    let left = Infinity;
    const transactionSync: typeof storage.transactionSync = (work) => {
      left -= 1;
      if (left === 0) throw new Error("disk full");
      return storage.transactionSync(work);
    };
    const ledger = await aLedger({ storage: { ...storage, transactionSync } });
    const before = ledger.record(anEvent({}, "before"));
    left = 3;
    const group = ["one", "refused", "three"].map((key) => ledger.record(anEvent({}, key)));
    const answers = await Promise.allSettled([before, ...group]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(await ledger.record(anEvent({}, "refused"))).toMatchObject({ status: "accepted" });
  });
});

describe("a key that two contacts share", () => {
  it("finds the event that is left when the other is erased, and stays known", async () => {
    const ledger = await aLedger();
    for (const contactId of ["a", "b"]) await ledger.record(anEvent({ contactId }, "shared"));
    ledger.eraseContact("test-location", "a");
    expect((await ledger.event("shared"))?.event.contactId).toBe("b");
    expect(await ledger.record(anEvent({ contactId: "a" }, "shared"))).toEqual({ status: "duplicate" });
  });

  it("is kept for as long as the event that came last", async () => {
    let now = Date.parse("2026-03-01T12:00:00Z");
    const ledger = await aLedger({ clock: () => now });
    await ledger.record(anEvent({ contactId: "b" }, "shared"));
    await ledger.alarm();
    now += 35 * 86_400_000;
    await ledger.record(anEvent({ contactId: "a" }, "shared"));
    ledger.eraseContact("test-location", "a");
    for (let day = 0; day < 3; day++) {
      now += 86_400_000;
      await ledger.alarm();
    }
    expect(await ledger.record(anEvent({ contactId: "a" }, "shared"))).toEqual({ status: "duplicate" });
  });
});

describe("an alarm that was lost", () => {
  it("is set for what is overdue, not for what comes next", async () => {
    let now = Date.parse("2026-03-01T12:00:00Z");
    const storage = sqliteStorage();
    const rule = aRule({ actions: [aTask()] });
    const later = aRule({ name: "later", on: ["InboundMessage"], actions: [aTask({ after: "5d" })] });
    const ledger = await aLedger({ storage, ruleSet: aRuleSet(rule, later), clock: () => now });
    await ledger.record(anEvent());
    storage.alarmAt = null;
    now += 120_000;
    await ledger.record(anEvent({ type: "InboundMessage" }, "next"));
    expect(storage.alarmAt).toBeLessThanOrEqual(now);
  });

  it("or whose setting failed with its event, is set with the next event", async () => {
    const storage = sqliteStorage();
    let refuses = true;
    const setAlarm: typeof storage.setAlarm = (atMs) => {
      if (refuses) throw new Error("no alarm");
      return storage.setAlarm(atMs);
    };
    const ledger = await aLedger({ storage: { ...storage, setAlarm }, ruleSet: aRuleSet(aRule()) });
    await expect(ledger.record(anEvent({}, "refused"))).rejects.toThrow("no alarm");
    refuses = false;
    await ledger.record(anEvent({}, "next"));
    expect(storage.alarmAt).not.toBeNull();
  });
});

describe("recording", () => {
  it.each(["sync", "timer"])("goes on when %s throws", async (which) => {
    const storage = sqliteStorage();
    const fails = () => {
      throw new Error("broken");
    };
    const ledger = await aLedger(
      which === "sync" ? { storage: { ...storage, sync: fails } } : { storage, timer: fails },
    );
    const answers = await Promise.all(events.slice(0, 5).map((event) => ledger.record(event)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill("accepted"));
    expect(await ledger.record(anEvent({}, "one more"))).toMatchObject({ status: "accepted" });
  });
});

describe("the directory", () => {
  it("hears of a location once a day, and once a minute while it does not answer", async () => {
    let now = Date.parse("2026-03-01T12:00:00Z");
    let asked = 0;
    let answers = false;
    const announce = () => {
      asked += 1;
      return answers ? Promise.resolve() : Promise.reject(new Error("no answer"));
    };
    const ledger = await aLedger({ announce, clock: () => now });
    const send = async (from: number): Promise<void> => {
      for (const event of events.slice(from, from + 5)) await ledger.record(event);
    };
    const counts: number[] = [];
    await send(0);
    counts.push(asked);
    now += 60_000;
    await send(5);
    counts.push(asked);
    answers = true;
    now += 60_000;
    await send(10);
    counts.push(asked);
    expect(counts).toEqual([1, 2, 3]);
  });

  it("is told the location's name once HighLevel was asked for that", async () => {
    let now = Date.parse("2026-03-01T12:00:00Z");
    const storage = sqliteStorage();
    const told: unknown[] = [];
    const ledger = await aLedger({ storage, clock: () => now, announce: async (...all) => void told.push(all) });
    await ledger.record(anEvent({}, "first"));
    records.keep(storage.sql, "location", LOCATION, { name: "Springfield Dental" }, now);
    now += 86_400_000;
    await ledger.record(anEvent({}, "second"));
    await ledger.alarm();
    expect(told).toEqual([
      [LOCATION, null],
      [LOCATION, "Springfield Dental"],
    ]);
  });

  it.each([
    ["asks", false, 1],
    ["does not ask, while it is being deleted,", true, 0],
  ])(
    "has answered: a ledger %s which rules are in force, and is told of changes from then on",
    async (_, isDeleted, times) => {
      let answer = (): void => undefined;
      const announce = () => new Promise<void>((done) => (answer = done));
      const inForce = vi.fn<PublishedRules["inForce"]>(() => Promise.resolve(NOTHING_PUBLISHED));
      const rules = (): Promise<null> => Promise.resolve(null);
      const published: PublishedRules = { from: "deploy", inForce, rules, halt: () => Promise.resolve() };
      const ledger = await aLedger({ announce, published });
      await ledger.record(anEvent());
      if (isDeleted) await ledger.remove(LOCATION, "ada", true);
      answer();
      await new Promise((done) => setImmediate(done));
      expect(inForce).toHaveBeenCalledTimes(times);
    },
  );

  it("holds up no event, however long it takes", async () => {
    const never = () => new Promise<void>(() => {});
    const ledger = await aLedger({ announce: never, timer: never });
    expect(await ledger.record(anEvent())).toMatchObject({ status: "accepted" });
  });

  it.each(["refuses", "is not reached before the object stops"])("is told by the alarm if it %s", async (how) => {
    let now = Date.parse("2026-03-01T12:00:00Z");
    const told: string[] = [];
    const storage = sqliteStorage();
    const announce = () => (how === "refuses" ? Promise.reject(new Error(how)) : new Promise<void>(() => {}));
    const timer = () => new Promise<void>(() => {});
    await (await aLedger({ storage, announce, timer, clock: () => now })).record(anEvent());
    await new Promise((done) => setImmediate(done));
    now += 60_000;
    const next = await aLedger({ storage, clock: () => now, announce: async () => void told.push("again") });
    expect(storage.alarmAt).toBeLessThanOrEqual(now);
    await next.alarm();
    await next.alarm();
    expect([told, storage.alarmAt]).toEqual([["again"], now + 86_400_000]);
  });

  it("is told of a day once, also by an object that starts again, and by events that come together", async () => {
    const storage = sqliteStorage();
    let told = 0;
    const announce = async () => void (told += 1);
    for (let life = 0; life < 3; life++) {
      const ledger = await aLedger({ storage, announce });
      await Promise.all(events.slice(life * 5, life * 5 + 5).map((event) => ledger.record(event)));
      await new Promise((done) => setImmediate(done));
    }
    expect(told).toBe(1);
  });
});
