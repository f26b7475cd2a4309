// What is moved by hand while an attempt is under way.
import { describe, expect, it } from "vitest";
import { succeed } from "../../../src/kit/result.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { Action } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aWebhook, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const CONTACT = "ada";

/** A location whose destinations answer when they are told to. */
async function aScene(actions: readonly Action[], count = 1) {
  const nobody: (response: Response) => void = () => undefined;
  const world = { now: NOON, posts: 0, answer: nobody, onToken: (): unknown => undefined };
  const ledger: LocationLedger = await aLedger({
    storage: sqliteStorage(),
    ruleSet: aRuleSet(aRule({ on: ["OutboundMessage"], actions, breaker: { perContactDay: 1 } })),
    clock: () => world.now,
    tokens: {
      current: async () => {
        await world.onToken();
        return succeed("token");
      },
      insteadOf: () => Promise.resolve(null),
    },
    fetch: ({ method }) => {
      if (method === "GET") return Promise.resolve(Response.json({ contact: {} }));
      world.posts += 1;
      return new Promise((answer) => (world.answer = answer));
    },
  });
  const send = (messageId: string) =>
    ledger.record(
      anEvent({ contactId: CONTACT, messageId, dateAdded: new Date(world.now).toISOString() }, `key-${messageId}`),
    );
  for (let index = 0; index < count; index++) await send(String(index));
  /** Resolves once as many requests have left. */
  const left = (posts: number) => expect.poll(() => world.posts).toBe(posts);
  return { world, ledger, send, left };
}

const states = (ledger: LocationLedger): string[] =>
  ledger.deliveries({ limit: 100 }).deliveries.map(({ state }) => state);

const TEXT: Action = { type: "highlevel", call: "send-message", messageType: "SMS", message: "Hello" };
const TAG: Action = { type: "highlevel", call: "add-tags", tags: ["called"] };

describe("a bulk cancel while an attempt is under way", () => {
  const ENDS: [what: string, status: number, cancelled: number, state: string][] = [
    ["fails", 500, 1, "cancelled"],
    ["is asked to wait", 429, 1, "cancelled"],
    ["fails for good", 410, 1, "cancelled"],
    ["arrives", 200, 0, "sent"],
  ];

  it.each(ENDS)(
    "says what came of one that %s, and nothing is sent afterwards",
    async (_, status, cancelled, state) => {
      const { world, ledger, left } = await aScene([aWebhook()]);
      const ringing = ledger.alarm();
      await left(1);
      const asked = ledger.cancelScheduled({});
      world.answer(new Response(null, { status }));
      expect(await asked).toEqual({ cancelled, more: false });
      expect(states(ledger)).toEqual([state]);
      await ringing;
      world.now += 3 * 86_400_000;
      await ledger.alarm();
      expect(world.posts).toBe(1);
    },
  );

  it("counts what waits beside it, keeps to its limit and its filter, and takes the rest with the next call", async () => {
    const { world, ledger, left } = await aScene([aWebhook(), aWebhook({ after: "1h" }), aWebhook({ after: "2h" })]);
    const ringing = ledger.alarm();
    await left(1);
    expect(await ledger.cancelScheduled({ rule: "another" })).toEqual({ cancelled: 0, more: false });
    const asked = ledger.cancelScheduled({}, 2);
    world.answer(new Response(null, { status: 503 }));
    expect(await asked).toEqual({ cancelled: 2, more: true });
    expect(await ledger.cancelScheduled({}, 2)).toEqual({ cancelled: 1, more: false });
    await ringing;
    expect(states(ledger)).toEqual(["cancelled", "cancelled", "cancelled"]);
  });
});

describe("discarding while an attempt is under way", () => {
  /** Two texts, of which the breaker let one through; the other was released and is on its way. */
  async function aReleasedText() {
    const scene = await aScene([TEXT], 2);
    const { world, ledger, left } = scene;
    const first = ledger.alarm();
    await left(1);
    world.answer(Response.json({ messageId: "m-1" }));
    await first;
    expect(ledger.releaseDeliveries({})).toMatchObject({ released: 1 });
    const ringing = ledger.alarm();
    await left(2);
    return { ...scene, ringing };
  }

  it("ends what was released: it is not sent again", async () => {
    const { world, ledger, ringing } = await aReleasedText();
    const asked = ledger.discardDeliveries({ error: "ACTION_BREAKER" });
    world.answer(new Response(null, { status: 429 }));
    expect(await asked).toEqual({ discarded: 1, more: false });
    await ringing;
    world.now += 86_400_000;
    await ledger.alarm();
    expect([world.posts, ...states(ledger)]).toEqual([2, "cancelled", "sent"]);
  });

  it("leaves alone what was never held", async () => {
    const { world, ledger, left } = await aScene([aWebhook()]);
    const ringing = ledger.alarm();
    await left(1);
    expect(await ledger.discardDeliveries({})).toEqual({ discarded: 0, more: false });
    world.answer(new Response());
    await ringing;
    expect(states(ledger)).toEqual(["sent"]);
  });
});

describe("what waits for its token", () => {
  const MEANWHILE: [what: string, does: (ledger: LocationLedger) => unknown, state: string[]][] = [
    [
      "cancelled",
      (ledger) => void ledger.cancel(ledger.deliveries({ limit: 1 }).deliveries[0]?.id ?? ""),
      ["cancelled"],
    ],
    ["cancelled with others", (ledger) => void ledger.cancelScheduled({}), ["cancelled"]],
    ["erased with its contact", (ledger) => ledger.eraseContact(LOCATION, CONTACT), []],
  ];

  it.each(
    MEANWHILE.flatMap(([what, ...rest]) => [TEXT, TAG].map((action) => [what, action.call, action, ...rest] as const)),
  )("does not leave once it is %s: %s", async (_what, _call, action, does, expected) => {
    const { world, ledger } = await aScene([action]);
    let asked = 0;
    world.onToken = () => ((asked += 1) === (action === TEXT ? 2 : 1) ? does(ledger) : undefined);
    await ledger.alarm();
    world.now += 86_400_000;
    await ledger.alarm();
    expect([world.posts, ...states(ledger)]).toEqual([0, ...expected]);
  });
});
