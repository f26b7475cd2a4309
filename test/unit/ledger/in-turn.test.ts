// Deliveries that have to ask HighLevel about their contact, and go elsewhere: while HighLevel takes no more, is down, or
// gives no token, they wait for their turn. That is no attempt, and it fails nothing.
import { describe, expect, it } from "vitest";
import { fail, succeed } from "../../../src/kit/result.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { Action } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aTask, aWebhook } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";
import { CountingHighLevel } from "./counting-highlevel.ts";
import { VirtualTime } from "./virtual-time.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const SECOND = 1_000;
const OWN_HOURS = { from: "08:00", to: "20:00", timeZone: "contact" } as const;

/** A location whose webhooks keep to the contact's own hours; HighLevel is behind `highlevel`. */
async function aLocation({
  count,
  answer,
  token = () => true,
  action = aWebhook(),
}: {
  count: number;
  answer: (path: string, nowMs: number) => Response | Promise<Response>;
  token?: (nowMs: number) => boolean;
  action?: Action;
}) {
  const time = new VirtualTime(NOON);
  const storage = sqliteStorage();
  const seen = { asked: 0, sent: [] as number[], begun: 0 };
  const exec: typeof storage.sql.exec = (statement, ...values) => {
    if (statement.startsWith("UPDATE deliveries") && values[0] === "sending") seen.begun += 1;
    return storage.sql.exec(statement, ...values);
  };
  const watched = { ...storage, sql: { exec } };
  const ledger = await aLedger({
    storage: watched,
    clock: time.now,
    timer: time.sleep,
    ruleSet: aRuleSet(aRule({ window: OWN_HOURS, actions: [action] })),
    tasks: {
      put: () => Promise.resolve(void seen.sent.push(time.now())),
      delete: () => Promise.resolve(),
    },
    tokens: {
      current: () =>
        Promise.resolve(
          token(time.now())
            ? succeed("token")
            : fail({ kind: "later", message: "Not now", untilMs: time.now() + 4 * SECOND }),
        ),
      insteadOf: () => Promise.resolve(null),
    },
    fetch: async (request) => {
      await time.sleep(20);
      const { hostname, pathname } = new URL(request.url);
      if (hostname !== "highlevel.example.com") {
        seen.sent.push(time.now());
        return new Response();
      }
      seen.asked += 1;
      return answer(pathname, time.now());
    },
  });
  const events = Array.from({ length: count }, (_, n) =>
    anEvent({ contactId: `contact-${n}`, messageId: `m${n}` }, `k-${n}`),
  );
  await time.pass(Promise.all(events.map((event) => ledger.record(event))));
  const run = async (untilMs: number): Promise<void> => {
    while (ledger.deliveryCounts({}).counts.scheduled > 0 && (storage.alarmAt ?? Infinity) <= untilMs) {
      time.jumpTo(storage.alarmAt ?? 0);
      storage.alarmAt = null;
      await time.pass(ledger.alarm());
    }
  };
  const attempts = (): unknown[] =>
    storage.sql.exec("SELECT status, error FROM attempts WHERE error IS NOT NULL").toArray();
  return { ledger, time, run, seen, attempts };
}

const aContact = (highlevel: CountingHighLevel) => (path: string, nowMs: number) => {
  const { status, headers } = highlevel.answer(path, nowMs);
  return Response.json({ contact: { timezone: "UTC" } }, { status, headers });
};

describe("deliveries with the contact's own hours", { timeout: 60_000 }, () => {
  it.each([
    ["webhooks", aWebhook()],
    ["tasks", aTask()],
  ])("wait for their turn with HighLevel: 400 %s, none of which fails or waits for long", async (_, action) => {
    const highlevel = new CountingHighLevel("sliding");
    const { ledger, run, seen, attempts } = await aLocation({ count: 400, answer: aContact(highlevel), action });
    await run(NOON + 3_600 * SECOND);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 400, scheduled: 0, dead: 0 });
    expect(attempts()).toEqual([]);
    expect(seen.asked).toBe(400);
    expect(highlevel.statuses.filter((status) => status === 429)).toEqual([]);
    // 100 at once, and 100 in each ten seconds after that.
    expect((seen.sent.at(-1) ?? Infinity) - NOON).toBeLessThan(60 * SECOND);
    // Each is begun when it is due, once more in its turn, and seldom again.
    expect(seen.begun).toBeLessThan(3 * 400);
  });

  it("leave HighLevel alone while it answers 429, and count no try", async () => {
    const { ledger, run, seen, attempts, time } = await aLocation({
      count: 20,
      answer: (_, nowMs) =>
        nowMs < NOON + 120 * SECOND
          ? new Response(null, { status: 429 })
          : Response.json({ contact: { timezone: "UTC" } }),
    });
    await run(NOON + 120 * SECOND);
    expect(seen.asked).toBeLessThan(20);
    await run(NOON + 600 * SECOND);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 20 });
    expect(attempts()).toEqual([]);
    expect(time.now() - NOON).toBeLessThan(400 * SECOND);
  });

  it("wait for a token that is not there yet, and count no try", async () => {
    const { ledger, run, seen, attempts } = await aLocation({
      count: 50,
      token: (nowMs) => nowMs > NOON + 30 * SECOND,
      answer: () => Response.json({ contact: { timezone: "UTC" } }),
    });
    await run(NOON + 60 * SECOND);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 50 });
    expect(attempts()).toEqual([]);
    expect(seen.asked).toBe(50);
  });

  it.each<[what: string, token: (nowMs: number) => boolean, max: number]>([
    ["a token", (nowMs) => nowMs > NOON + 30 * SECOND, 100],
    ["room", () => true, 5],
  ])("wait for %s, and count no try, when it is HighLevel that they go to", async (_, token, max) => {
    const highlevel = new CountingHighLevel("sliding", max);
    const { ledger, run, attempts } = await aLocation({
      count: 30,
      action: { type: "highlevel", call: "add-tags", tags: ["missed call"] },
      token,
      answer: aContact(highlevel),
    });
    await run(NOON + 600 * SECOND);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 30 });
    expect(attempts().filter((one) => (one as { status: number | null }).status !== 429)).toEqual([]);
  });

  it("leave HighLevel alone once it is down, and go when it is back", async () => {
    const { ledger, run, seen, attempts } = await aLocation({
      count: 400,
      answer: (_, nowMs) =>
        nowMs < NOON + 25 * SECOND
          ? new Response(null, { status: 503 })
          : Response.json({ contact: { timezone: "UTC" } }),
    });
    await run(NOON + 20 * SECOND);
    expect(seen.asked).toBeLessThan(20);
    expect(attempts()).toHaveLength(seen.asked);
    await run(NOON + 600 * SECOND);
    expect(ledger.deliveryCounts({}).counts).toMatchObject({ sent: 400 });
  });
});
