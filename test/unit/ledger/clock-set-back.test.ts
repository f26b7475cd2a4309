// A clock that is ahead for a minute, and then right again: nothing waits for longer than it would have. Every stored time
// before which something does not happen has a line here.
import { HIGHLEVEL } from "../../../src/model/configuration.ts";
import { outgoing } from "../../../src/highlevel/outgoing.ts";
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { HighLevelAnswer } from "../../../src/highlevel/account.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aText, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A location, its clock, and what happened in the world outside by a clock that is right. */
class World {
  /** The time by a clock that is right, and how far ours is ahead. */
  realMs = NOON;
  aheadMs = 0;
  readonly storage = sqliteStorage();
  status = 200;
  retryAfter: string | null = null;
  kvWorks = true;
  directoryWorks = true;
  post: HighLevelAnswer = { kind: "answer", status: 201, body: '{"messageId":"m-1"}' };
  readonly did: { readonly what: string; readonly atMs: number }[] = [];
  readonly #rules: readonly Rule[];
  #keys = 0;
  ledger: LocationLedger | null = null;

  constructor(rules: readonly Rule[]) {
    this.#rules = rules;
  }

  async open(): Promise<LocationLedger> {
    const noted = (what: string): void => void this.did.push({ what, atMs: this.realMs });
    this.ledger = await aLedger({
      storage: this.storage,
      ruleSet: aRuleSet(...this.#rules),
      clock: () => this.realMs + this.aheadMs,
      fetch: () => {
        noted("sent");
        const headers = new Headers(this.retryAfter === null ? [] : [["retry-after", this.retryAfter]]);
        return Promise.resolve(new Response(null, { status: this.status, headers }));
      },
      tasks: {
        put: () => (this.kvWorks ? Promise.resolve(noted("kept")) : Promise.reject(new Error("KV"))),
        delete: () => (this.kvWorks ? Promise.resolve(noted("removed")) : Promise.reject(new Error("KV"))),
      },
      announce: () => (this.directoryWorks ? Promise.resolve(noted("announced")) : Promise.reject(new Error("Away"))),
      account: {
        call: (request, leaves) => {
          const { method, path } = request;
          if (path.startsWith("/locations/")) {
            noted("asked for the zone");
            return Promise.resolve({ kind: "answer", status: 200, body: '{"location":{"timezone":"UTC"}}' });
          }
          if (path.startsWith("/conversations/messages/export")) {
            noted("looked");
            return Promise.resolve({ kind: "answer", status: 200, body: '{"messages":[]}' });
          }
          if (method === "GET") return Promise.resolve({ kind: "answer", status: 200, body: '{"contact":{}}' });
          leaves?.(outgoing(HIGHLEVEL, request));
          noted("texted");
          return Promise.resolve(this.post);
        },
      },
    });
    return this.ledger;
  }

  get now(): LocationLedger {
    if (!this.ledger) throw new Error("It is not open");
    return this.ledger;
  }

  async event(contactId = "contact"): Promise<void> {
    const key = `key-${(this.#keys += 1)}`;
    await this.now.record(anEvent({ contactId, messageId: key }, key));
  }

  /** Lets real time pass; alarms ring by a clock that is right, as the platform's do. */
  async pass(ms: number): Promise<void> {
    const endMs = this.realMs + ms;
    for (let rings = 0; rings < 500 && this.storage.alarmAt !== null && this.storage.alarmAt <= endMs; rings++) {
      this.realMs = Math.max(this.realMs, this.storage.alarmAt);
      this.storage.alarmAt = null;
      await this.now.alarm();
    }
    this.realMs = endMs;
  }

  /** Rings the alarm at once, by whatever clock. */
  async ring(): Promise<void> {
    this.storage.alarmAt = null;
    await this.now.alarm();
  }

  /** How long after a moment something was first done, milliseconds. */
  doneAfter(what: string, fromMs: number): number {
    return (this.did.find((one) => one.what === what && one.atMs >= fromMs)?.atMs ?? Infinity) - fromMs;
  }
}

interface Case {
  readonly what: string;
  readonly rules?: readonly Rule[];
  /** What happens while the clock is ahead. */
  readonly ahead: (world: World) => Promise<void>;
  /** What happens once it is right. */
  readonly right?: (world: World) => Promise<void>;
  /** What has to happen, how soon after the clock is right, and how soon at the earliest. */
  readonly done: string;
  readonly withinMs: number;
  readonly notBeforeMs?: number;
}

const failing =
  (count: number) =>
  async (world: World): Promise<void> => {
    world.status = 500;
    for (let index = 0; index < count; index++) await world.event(`contact-${index}`);
    await world.ring();
    world.status = 200;
  };
const TEXT = aRule({ actions: [aText()], breaker: { perMinute: 1 } });

const CASES: readonly Case[] = [
  {
    what: "hosts.open_until: what is new for a host whose circuit opened",
    ahead: failing(12),
    right: (world) => world.event("new"),
    done: "sent",
    withinMs: 30 * SECOND,
  },
  {
    what: "the pause of a lane that asked for one",
    ahead: async (world) => {
      [world.status, world.retryAfter] = [429, "20"];
      await world.event();
      await world.ring();
      [world.status, world.retryAfter] = [200, null];
    },
    right: (world) => world.event("new"),
    done: "sent",
    withinMs: 20 * SECOND,
  },
  {
    what: "deliveries.due_at: a delivery that is due at once",
    ahead: (world) => world.event(),
    done: "sent",
    withinMs: 0,
  },
  {
    what: "deliveries.due_at: one with a delay, which is kept",
    rules: [aRule({ actions: [aWebhook({ after: "3d" })] })],
    ahead: (world) => world.event(),
    done: "sent",
    withinMs: 3 * DAY,
    notBeforeMs: 3 * DAY - MINUTE,
  },
  {
    what: "deliveries.due_at: one whose window was shut by the clock that was ahead",
    rules: [aRule({ window: { from: "11:00", to: "14:00" } })],
    ahead: (world) => world.event(),
    done: "sent",
    withinMs: 0,
  },
  {
    what: "deliveries.due_at: one with a delay into a window",
    rules: [aRule({ window: { from: "11:00", to: "14:00" }, actions: [aWebhook({ after: "10m" })] })],
    ahead: (world) => world.event(),
    done: "sent",
    withinMs: 10 * MINUTE,
    notBeforeMs: 10 * MINUTE,
  },
  {
    what: "deliveries.due_at: the next attempt of one that failed",
    ahead: failing(1),
    done: "sent",
    withinMs: 5 * SECOND,
  },
  {
    what: "deliveries.due_at: one that was put off by its window when it was taken",
    rules: [aRule({ window: { days: ["wednesday"], from: "11:00", to: "12:02" } })],
    ahead: async (world) => {
      const { aheadMs } = world;
      world.aheadMs = 0;
      await world.event();
      world.aheadMs = aheadMs;
      await world.ring();
    },
    done: "sent",
    withinMs: 0,
  },
  {
    what: "deliveries.due_at: one that a person sends again",
    rules: [aRule({ actions: [aWebhook({ after: "3d" })] })],
    ahead: async (world) => {
      await world.event();
      world.now.retry(world.now.deliveries({ limit: 1 }).deliveries[0]?.id ?? "");
    },
    done: "sent",
    withinMs: 0,
  },
  {
    what: "deliveries.due_at: one from before that a person sends again, while nothing else looks at the clock",
    rules: [aRule({ actions: [aWebhook({ after: "3d" })] })],
    ahead: async (world) => {
      const { aheadMs } = world;
      world.aheadMs = 0;
      await world.open();
      await world.event();
      world.aheadMs = aheadMs;
      world.now.retry(world.now.deliveries({ limit: 1 }).deliveries[0]?.id ?? "");
    },
    done: "sent",
    withinMs: 0,
  },
  {
    what: "task_writes.due_at: a task that KV did not take",
    rules: [aRule({ actions: [aTask()] })],
    ahead: async (world) => {
      await world.event();
      await world.ring();
      world.now.completeTask(world.now.tasks({ limit: 1 }).tasks[0]?.id ?? "");
      world.kvWorks = false;
      await world.ring();
      world.kvWorks = true;
    },
    done: "kept",
    withinMs: 6 * SECOND,
  },
  {
    what: "sends.left_at: a message whose end is not known",
    rules: [aRule({ actions: [aText()] })],
    ahead: async (world) => {
      world.post = { kind: "timeout" };
      await world.event();
      await world.ring();
    },
    done: "looked",
    withinMs: 2 * MINUTE,
  },
  {
    what: "sends.at: a breaker that counts what was sent",
    rules: [TEXT],
    ahead: async (world) => {
      await world.event("one");
      await world.ring();
    },
    right: async (world) => {
      await world.pass(61 * SECOND);
      await world.event("two");
    },
    done: "texted",
    withinMs: 62 * SECOND,
  },
  {
    what: "marks: zone, as HighLevel said it",
    rules: [aRule({ window: { from: "00:00", to: "24:00", timeZone: "contact" } })],
    ahead: async (world) => {
      await world.event("one");
      await world.ring();
    },
    right: async (world) => {
      await world.pass(DAY + MINUTE);
      await world.event("two");
      await world.pass(0);
    },
    done: "asked for the zone",
    withinMs: DAY + MINUTE,
  },
  {
    what: "marks: swept",
    rules: [aRule({ actions: [aTask()] })],
    ahead: async (world) => {
      await world.event();
      await world.ring();
      world.now.completeTask(world.now.tasks({ limit: 1 }).tasks[0]?.id ?? "");
    },
    // Kept for 30 days, and swept once a day.
    done: "removed",
    withinMs: 32 * DAY,
  },
  {
    what: "the directory, which is told again a minute later",
    ahead: async (world) => {
      world.directoryWorks = false;
      await world.event();
      world.directoryWorks = true;
    },
    right: (world) => world.event("new"),
    done: "announced",
    withinMs: MINUTE,
  },
  {
    what: "firings.at: the limit of a rule for the location",
    rules: [aRule({ limit: { count: 1, within: "1h", per: "location" } })],
    ahead: async (world) => {
      await world.event("one");
      await world.ring();
    },
    right: async (world) => {
      await world.pass(HOUR + SECOND);
      await world.event("two");
    },
    done: "sent",
    withinMs: HOUR + SECOND,
  },
];

const TIMES = [3 * MINUTE, 6 * HOUR, 365 * DAY].flatMap((aheadMs) =>
  ["goes on", "starts anew"].map((life) => [aheadMs / MINUTE, life] as const),
);

describe.each(TIMES)("after a clock that was %d minutes ahead for a minute, where the object %s", (minutes, life) => {
  it.each(CASES)("$what", async ({ rules, ahead, right, done, withinMs, notBeforeMs = 0 }) => {
    const world = new World(rules ?? [aRule()]);
    world.aheadMs = minutes * MINUTE;
    await world.open();
    await ahead(world);
    world.realMs += MINUTE;
    world.aheadMs = 0;
    const rightMs = world.realMs;
    if (life === "starts anew") await world.open();
    // The watchdog looks every five minutes; here it comes at once.
    await world.now.poke();
    await right?.(world);
    await world.pass(Math.max(0, rightMs + withinMs - world.realMs) + SECOND);
    const doneMs = world.doneAfter(done, rightMs);
    expect(doneMs).toBeLessThanOrEqual(withinMs + SECOND);
    expect(doneMs).toBeGreaterThanOrEqual(notBeforeMs);
  });
});

it("a step back of milliseconds, as between two machines, moves nothing", async () => {
  const world = new World([aRule({ actions: [aWebhook({ after: "1h" })] })]);
  await world.open();
  await world.event();
  world.aheadMs = -900;
  await world.open();
  await world.now.poke();
  expect(world.now.deliveries({ limit: 1 }).deliveries[0]?.dueAt).toBe(new Date(NOON + HOUR).toISOString());
});

it.each(["lives on", "starts anew"])(
  "what the disk refuses to put right is put right later, where the object %s",
  async (life) => {
    const world = new World([aRule()]);
    world.aheadMs = 20 * DAY;
    await world.open();
    await world.event();
    world.realMs += MINUTE;
    world.aheadMs = 0;
    const rightMs = world.realMs;
    const exec = world.storage.sql.exec.bind(world.storage.sql);
    let refused = 0;
    world.storage.sql.exec = (statement, ...values) => {
      if (statement.startsWith("UPDATE deliveries")) throw new Error(`database or disk is full (${(refused += 1)})`);
      return exec(statement, ...values);
    };
    if (life === "starts anew") await world.open();
    await world.now.poke();
    expect(refused).toBe(1);
    world.storage.sql.exec = exec;
    await world.pass(11 * SECOND);
    await world.now.poke();
    await world.pass(SECOND);
    expect(world.doneAfter("sent", rightMs)).toBeLessThanOrEqual(12 * SECOND);
  },
);
