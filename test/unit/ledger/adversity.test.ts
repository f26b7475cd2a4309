// What an adversary found: each of these once lost an alarm, a location, or somebody's time.
import { describe, expect, it } from "vitest";
import { actionError, unanswered } from "../../../src/act/contract/outcome.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { settle } from "../../../src/ledger/deliveries/deliveries.ts";
import { aDirectory } from "../../a-directory.ts";
import { Lanes, type Taken } from "../../../src/ledger/pump/lanes.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import { anEvent, aRule, aRuleSet, aTask, aWebhook, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const DAY = 86_400_000;

/** Something that a test answers when it likes. */
function held<Value>(): { readonly promise: Promise<Value>; readonly give: (value: Value) => void } {
  let give: (value: Value) => void = () => {};
  const promise = new Promise<Value>((done) => (give = done));
  return { promise, give };
}

/** Lets everything go on that can without an answer, or another thread. */
async function soon(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((done) => setImmediate(done));
}

/** Waits until something was called so often: what is signed first takes as long as it takes. */
async function untilCalled(times: () => number, count: number): Promise<void> {
  await expect.poll(times, { timeout: 20_000, interval: 5 }).toBe(count);
}

describe("a run of deliveries", () => {
  it("lasts as long as an attempt that began while KV was slow, so that its retry has an alarm", async () => {
    const [kv, answer] = [held<void>(), held<Response>()];
    const storage = sqliteStorage();
    let [calls, puts] = [0, 0];
    const ledger = await aLedger({
      storage,
      ruleSet: aRuleSet(aRule({ actions: [aTask(), aWebhook()] })),
      tasks: {
        put: (task) => {
          if (task.state === "open") return Promise.resolve();
          puts += 1;
          return kv.promise;
        },
        delete: () => Promise.resolve(),
      },
      fetch: () => ((calls += 1) === 1 ? Promise.resolve(new Response()) : answer.promise),
    });
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ledger.alarm();
    ledger.completeTask(ledger.tasks({ limit: 1 }).tasks[0]?.id ?? "");
    const ringing = ledger.alarm();
    await untilCalled(() => puts, 1);
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    await untilCalled(() => calls, 2);
    kv.give();
    await soon();
    expect((await ledger.poke()).isOpen).toBe(true);
    answer.give(new Response(null, { status: 500 }));
    await ringing;
    expect(storage.alarmAt).toBe(NOON + 5_000);
  });

  it("goes on while KV hangs", async () => {
    let [calls, puts] = [0, 0];
    const kv = held<void>();
    const ledger = await aLedger({
      ruleSet: aRuleSet(aRule({ actions: [aTask(), aWebhook()] })),
      tasks: {
        put: (task) => {
          if (task.state === "open") return Promise.resolve();
          puts += 1;
          return kv.promise;
        },
        delete: () => Promise.resolve(),
      },
      fetch: () => {
        calls += 1;
        return Promise.resolve(new Response());
      },
    });
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ledger.alarm();
    ledger.completeTask(ledger.tasks({ limit: 1 }).tasks[0]?.id ?? "");
    const ringing = ledger.alarm();
    await untilCalled(() => puts, 1);
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    await untilCalled(() => calls, 2);
    kv.give();
    await ringing;
  });

  it("leaves a breath when storage lets nothing be taken", async () => {
    const storage = sqliteStorage();
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.startsWith("UPDATE deliveries")) throw new Error("full");
      return storage.sql.exec(statement, ...values);
    };
    const ledger = await aLedger({ storage: { ...storage, sql: { exec } }, ruleSet: aRuleSet(aRule()) });
    await ledger.record(anEvent());
    await ledger.alarm();
    expect(storage.alarmAt).toBe(NOON + 10_000);
  });

  it("writes down that a delivery arrived when storage refused it once, and answers a cancel so", async () => {
    const storage = sqliteStorage();
    const answer = held<Response>();
    let [calls, refusals] = [0, 1];
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.startsWith("INSERT INTO attempts") && refusals-- > 0) throw new Error("full");
      return storage.sql.exec(statement, ...values);
    };
    const ledger = await aLedger({
      storage: { ...storage, sql: { exec } },
      ruleSet: aRuleSet(aRule()),
      fetch: () => {
        calls += 1;
        return answer.promise;
      },
    });
    await ledger.record(anEvent());
    const ringing = ledger.alarm();
    await untilCalled(() => calls, 1);
    const cancelled = ledger.cancel(ledger.deliveries({ limit: 1 }).deliveries[0]?.id ?? "");
    answer.give(new Response());
    expect(await cancelled).toMatchObject({ ok: false, failure: { state: "sent" } });
    await ringing;
  });
});

describe("the watchdog", () => {
  it("knows of a location again with its first event of a day, also when that was taken off the list", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    const directory = aDirectory(() => now, {}, storage);
    const isOpen = () => storage.sql.exec("SELECT is_open FROM locations").toArray()[0]?.["is_open"];
    const announce = () => directory.announce(LOCATION);
    const ledger = await aLedger({ announce, clock: () => now, ruleSet: aRuleSet(aRule()) });
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    await ledger.alarm();
    now += DAY;
    await directory.alarm();
    expect(isOpen()).toBe(0);
    now += DAY;
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    expect(isOpen()).toBe(1);
  });

  it("keeps a location while an attempt is under way", async () => {
    const answer = held<Response>();
    let calls = 0;
    const fetch = (): Promise<Response> => {
      calls += 1;
      return answer.promise;
    };
    const ledger = await aLedger({ ruleSet: aRuleSet(aRule()), fetch });
    await ledger.record(anEvent());
    const ringing = ledger.alarm();
    await untilCalled(() => calls, 1);
    expect(await ledger.poke()).toMatchObject({ isOpen: true });
    answer.give(new Response());
    await ringing;
    expect(await ledger.poke()).toMatchObject({ isOpen: false });
  });
});

describe("the budget", () => {
  it("holds for what is only kept or counted, too", async () => {
    const ledger = await aLedger({ eventsPerSecond: 1 });
    const told = Array.from({ length: 12 }, (_, index) => ledger.countIgnored(LOCATION, `Kind${index}`).status);
    expect(told).toEqual([...Array<string>(10).fill("held"), "over-budget", "over-budget"]);
    expect(ledger.ignored()).toHaveLength(10);
  });
});

describe("deliveries of the version before", () => {
  it("end as well, although they have no time to be given up at", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    const busy = () => Promise.resolve(new Response(null, { status: 503, headers: { "retry-after": "3600" } }));
    const ledger = await aLedger({ storage, clock: () => now, ruleSet: aRuleSet(aRule()), fetch: busy });
    for (let index = 0; index < 30; index++)
      await ledger.record(anEvent({ contactId: `c${index}`, messageId: `m${index}` }, `k${index}`));
    storage.sql.exec("UPDATE deliveries SET give_up_at = NULL, host = ''");
    for (let rings = 0; now < NOON + 10 * DAY && rings < 2_000; rings++) {
      await ledger.alarm();
      now = Math.max(now + 1, storage.alarmAt ?? Infinity);
    }
    expect(ledger.deliveries({ limit: 100, state: "dead" }).deliveries).toHaveLength(30);
  });

  it("get all their attempts when the version before retried them by hand", async () => {
    let now = NOON;
    const storage = sqliteStorage();
    let status = 410;
    const fetch = () => Promise.resolve(new Response(null, { status }));
    const ledger = await aLedger({ storage, clock: () => now, ruleSet: aRuleSet(aRule()), fetch });
    await ledger.record(anEvent());
    await ledger.alarm();
    now += 8 * DAY;
    status = 500;
    storage.sql.exec("UPDATE deliveries SET state = 'scheduled', due_at = ?, tries = 0, cancelled_by = NULL", now);
    await ledger.alarm();
    expect(ledger.deliveries({ limit: 1 }).deliveries[0]?.state).toBe("scheduled");
  });
});

describe("many hosts that hang at once", () => {
  it.each([1, 2, 6, 12])("%i of them leave a host that works half of what it had", (hanging) => {
    const storage = sqliteStorage();
    migrate(storage, LEDGER_MIGRATIONS);
    storage.transactionSync(() => {
      for (let index = 0; index < 4_000; index++)
        storage.sql.exec(
          "INSERT INTO deliveries (id, event_key, contact_id, rule, plan, state, due_at, tries, host) VALUES (?, ?, ?, 'r', '{}', 'scheduled', ?, 0, ?)",
          String(index).padStart(36, "0"),
          `k${index}`,
          `c${index % 50}`,
          NOON,
          index < 100 * hanging ? `hangs-${index % hanging}` : "works",
        );
    });
    const lanes = new Lanes(storage, 500);
    const underWay: (Taken & { readonly at: number })[] = [];
    const arrivals: number[] = [];
    for (let now = NOON; now < NOON + 60_000;) {
      for (let taken = lanes.take(now); taken; taken = lanes.take(now))
        underWay.push({ ...taken, at: now + (taken.place.home === "works" ? 100 : 15_000) });
      underWay.sort((a, b) => a.at - b.at);
      const next = underWay.shift();
      if (!next) break;
      now = next.at;
      const { id, host } = next.delivery;
      const isWorking = host === "works";
      if (isWorking) arrivals.push(now);
      const outcome = isWorking
        ? ({ done: true, status: 200, answer: "" } as const)
        : unanswered(actionError("DESTINATION_TIMEOUT", ""));
      settle(storage.sql, id, outcome, { startedAt: now, now }, 0);
      lanes.learn(host, outcome, now);
      lanes.release(next.place);
    }
    // Alone it has four places, 40 a second. Nobody knows who hangs before the first attempts end, six at a time.
    const afterwards = arrivals.filter((at) => at > NOON + 30_000 && at <= NOON + 60_000).length;
    expect(afterwards).toBeGreaterThanOrEqual(600);
  });
});
