import { describe, expect, it, vi } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import type { AuditNote } from "../../../src/model/audit.ts";
import type { Everywhere, Pause } from "../../../src/model/pause.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, aWebhook, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const REASON = "The price in the text is wrong";
const BY = { through: "token", name: "ada" } as const;

const iso = (atMs: number): string => new Date(atMs).toISOString();
const aNote = (fields: Partial<AuditNote> = {}): AuditNote => ({ by: BY, action: "pause", about: {}, ...fields });

/** A location with rules, and a receiver that notes what arrives. */
async function aWorld(...rules: readonly Rule[]) {
  const world = { now: NOON, sent: [] as string[], onItsWay: (): Promise<void> => Promise.resolve() };
  const storage = sqliteStorage();
  const fetch = async (request: Request): Promise<Response> => {
    await world.onItsWay();
    world.sent.push(new URL(request.url).pathname);
    return new Response();
  };
  const start = (): Promise<LocationLedger> =>
    aLedger({ storage, fetch, ruleSet: aRuleSet(...rules), clock: () => world.now });
  const ledger = await start();
  let count = 0;
  const send = async (fields: object = {}, to = ledger): Promise<string> => {
    const key = `key-${(count += 1)}`;
    await to.record(anEvent({ messageId: key, dateAdded: iso(world.now), ...fields }, key));
    return key;
  };
  const later = async (ms: number, to = ledger): Promise<void> => {
    world.now += ms;
    await to.alarm();
  };
  return { world, storage, ledger, start, send, later };
}

const stateOf = (ledger: LocationLedger): readonly string[] =>
  ledger.deliveries({ limit: 200 }).deliveries.map(({ rule, state }) => `${rule} ${state}`);
const pauseRule = (ledger: LocationLedger, rule: string | null, until?: string) =>
  ledger.pause(LOCATION, rule, { reason: REASON, ...(until === undefined ? {} : { until }) }, BY.name);

describe("a rule that is paused", () => {
  it("does not fire, and says by whom, since when and why, where it would have", async () => {
    const { ledger, send } = await aWorld(aRule());
    await pauseRule(ledger, "test-rule");
    const key = await send();
    expect(ledger.deliveries({ limit: 10 }).deliveries).toEqual([]);
    const story = await ledger.event(key);
    expect(story?.decision.fired).toEqual([]);
    expect(story?.decision.verdicts).toMatchObject([
      { rule: "test-rule", fired: false, reason: "paused", detail: `by ada since ${iso(NOON)}: ${REASON}` },
    ]);
    expect(story?.decision.verdicts[0]?.conditions[0]?.met).toBe(true);
    expect(ledger.events({ limit: 1 }).events[0]?.held).toEqual([{ rule: "test-rule", reason: "paused" }]);
    const other = await send({ messageType: "Email" });
    expect((await ledger.event(other))?.decision.verdicts).toMatchObject([{ reason: "conditions" }]);
  });

  it("lets other rules be, but for those that it stops: a pause makes nothing leave", async () => {
    const first = aRule({ name: "first", priority: 2, stop: true });
    const { ledger, send } = await aWorld(
      first,
      aRule({ name: "second", priority: 1 }),
      aRule({ name: "before", priority: 3 }),
    );
    await pauseRule(ledger, "first");
    const key = await send();
    const { decision } = (await ledger.event(key)) ?? {};
    expect(decision?.fired).toEqual(["before"]);
    expect(decision?.verdicts.map(({ rule, reason }) => `${rule} ${reason}`)).toEqual([
      "before fired",
      "first paused",
      "second stopped",
    ]);
  });

  it("counts for no limit", async () => {
    const { ledger, send } = await aWorld(aRule({ limit: { count: 1, within: "1h" } }));
    await pauseRule(ledger, "test-rule");
    await send();
    ledger.resume("test-rule");
    await send();
    expect(stateOf(ledger)).toHaveLength(1);
  });

  it("has what is due meanwhile held, and what is due later leave at its time", async () => {
    const waits = aRule({
      actions: [
        aWebhook({ url: "https://a.example.com/soon", after: "10m" }),
        aWebhook({ url: "https://a.example.com/later", after: "60m" }),
      ],
    });
    const { ledger, send, later, world } = await aWorld(waits);
    await send();
    await pauseRule(ledger, "test-rule", iso(NOON + 30 * MINUTE));
    const [soon] = ledger.deliveries({ limit: 10 }).deliveries.toReversed();
    expect(soon).toMatchObject({
      state: "scheduled",
      paused: { by: "ada", reason: REASON, until: iso(NOON + 30 * MINUTE) },
    });
    await later(10 * MINUTE);
    await later(21 * MINUTE);
    expect(world.sent).toEqual([]);
    const held = ledger.deliveries({ state: "held", limit: 10 }).deliveries;
    expect(held.map(({ attempts, paused }) => [attempts.at(-1)?.error, paused])).toEqual([
      [
        `ACTION_PAUSED: Paused by ada since ${iso(NOON)} until ${iso(NOON + 30 * MINUTE)}: ${REASON}: release the delivery once the pause has ended, or discard it`,
        null,
      ],
    ]);
    await later(30 * MINUTE);
    expect(world.sent).toEqual(["/later"]);
    ledger.releaseDelivery(held[0]?.id ?? "");
    await later(0);
    expect(world.sent).toEqual(["/later", "/soon"]);
  });

  it("ends by hand, and the answer says how much waits for a person", async () => {
    const { ledger, send, later } = await aWorld(aRule({ actions: [aWebhook({ after: "1m" })] }));
    await send();
    await send();
    expect(await pauseRule(ledger, "test-rule")).toMatchObject({
      ok: true,
      value: { pause: { rule: "test-rule" }, held: 0 },
    });
    await later(MINUTE);
    expect(ledger.resume("test-rule")).toEqual({ pause: null, held: 2 });
    await later(MINUTE);
    expect(stateOf(ledger)).toEqual(["test-rule held", "test-rule held"]);
    expect(ledger.releaseDeliveries({ error: "ACTION_PAUSED" })).toMatchObject({ released: 2, held: 0 });
  });

  it("stays as it is when a person releases or retries, one or all, while it lasts", async () => {
    const { ledger, send, later, world } = await aWorld(aRule(), aRule({ name: "other" }));
    await send();
    await pauseRule(ledger, "test-rule");
    await later(0);
    expect(stateOf(ledger)).toEqual(["test-rule held", "other sent"]);
    const [held] = ledger.deliveries({ state: "held", limit: 1 }).deliveries;
    for (const move of [ledger.releaseDelivery(held?.id ?? ""), ledger.retry(held?.id ?? "")])
      expect(move).toMatchObject({ ok: true, value: { state: "held", paused: { by: "ada" } } });
    for (const isDryRun of [true, false])
      expect(ledger.releaseDeliveries({}, 10, isDryRun)).toEqual({ released: 0, held: 1, asked: 0, more: false });
    await later(0);
    expect(world.sent).toHaveLength(1);
  });

  it("is cancelled by what cancels it", async () => {
    const rule = aRule({ actions: [aWebhook({ after: "1m", cancelOn: ["reply"] })] });
    const { ledger, send, later } = await aWorld(rule);
    await send();
    await send();
    await pauseRule(ledger, "test-rule");
    await later(MINUTE);
    await send({ type: "InboundMessage", body: "STOP" });
    expect(stateOf(ledger)).toEqual(["test-rule cancelled", "test-rule cancelled"]);
  });

  it("sends nothing after the answer: what is being sent is waited for", async () => {
    const { ledger, send, world } = await aWorld(aRule());
    await send();
    let arrive: (() => void) | null = null;
    world.onItsWay = () => new Promise((done) => (arrive = done));
    const alarm = ledger.alarm();
    await vi.waitUntil(() => arrive !== null);
    let isAnswered = false;
    const paused = pauseRule(ledger, "test-rule").then(() => (isAnswered = true));
    await new Promise((done) => setImmediate(done));
    expect([isAnswered, world.sent.length]).toEqual([false, 0]);
    (arrive as (() => void) | null)?.();
    await paused;
    expect(world.sent).toHaveLength(1);
    await alarm;
  });

  it("is still paused after a restart", async () => {
    const { ledger, start, send, later, world } = await aWorld(aRule());
    await pauseRule(ledger, null);
    const next = await start();
    const key = await send({}, next);
    expect((await next.event(key))?.decision.verdicts).toMatchObject([
      { reason: "paused", detail: `with the whole location, by ada since ${iso(NOON)}: ${REASON}` },
    ]);
    await later(0, next);
    expect(world.sent).toEqual([]);
    expect(next.pauses()).toMatchObject([{ scope: "location", rule: null }]);
  });

  it("has to be one of the rules: a name that is mistyped would look like a pause", async () => {
    const { ledger } = await aWorld(aRule());
    expect(await pauseRule(ledger, "tset-rule")).toEqual({
      ok: false,
      failure: { code: "LEDGER_NOT_FOUND", what: "rule" },
    });
    expect(ledger.pauses()).toEqual([]);
  });

  it("is one of fifty at most", async () => {
    const names = Array.from({ length: 51 }, (_, index) => `rule-${index}`);
    const { ledger } = await aWorld(...names.map((name) => aRule({ name })));
    for (const name of names.slice(0, 50)) expect((await pauseRule(ledger, name)).ok).toBe(true);
    expect(await pauseRule(ledger, "rule-50")).toEqual({ ok: false, failure: { code: "LEDGER_PAUSES" } });
    expect((await pauseRule(ledger, "rule-3")).ok).toBe(true);
  });
});

describe("a rule that is paused in every location", () => {
  const everywhere = (version: number, ...rules: readonly string[]): Everywhere => ({
    version,
    pauses: rules.map((rule): Pause => ({
      scope: "everywhere",
      rule,
      since: iso(NOON),
      until: null,
      reason: REASON,
      by: "ada",
    })),
  });

  it("is in force once the ledger was told, and until it is told of its end", async () => {
    const { ledger, send, later, world } = await aWorld(aRule(), aRule({ name: "other" }));
    ledger.learnPauses(everywhere(2, "test-rule"));
    ledger.learnPauses(everywhere(1, "other"));
    const key = await send();
    expect((await ledger.event(key))?.decision.fired).toEqual(["other"]);
    expect(ledger.resume("test-rule")).toMatchObject({ pause: { scope: "everywhere" } });
    ledger.learnPauses(everywhere(3));
    await send();
    await later(0);
    expect(world.sent).toHaveLength(3);
  });

  it("keeps a new ledger from sending anything until the directory has said what is paused", async () => {
    const told: (() => Promise<Everywhere>)[] = [
      () => Promise.reject(new Error("Away")),
      () => Promise.resolve(everywhere(4, "test-rule")),
    ];
    const clock = { now: NOON };
    const sent: string[] = [];
    const storage = sqliteStorage();
    const pausedEverywhere = (): Promise<Everywhere> => (told.shift() ?? (() => Promise.reject(new Error("Once"))))();
    const start = () =>
      aLedger({
        storage,
        pausedEverywhere,
        clock: () => clock.now,
        ruleSet: aRuleSet(aRule(), aRule({ name: "other" })),
        fetch: async (request) => {
          sent.push(request.headers.get("webhook-id") ?? "");
          return new Response();
        },
      });
    const ledger = await start();
    expect((await ledger.record(anEvent())).status).toBe("accepted");
    await ledger.alarm();
    expect(sent).toEqual([]);
    expect(await storage.getAlarm()).toBeGreaterThan(clock.now);
    clock.now += 2_000;
    await ledger.alarm();
    expect(stateOf(ledger)).toEqual(["test-rule held", "other sent"]);
    // Whoever starts again does not ask again.
    await (await start()).alarm();
    expect(told).toEqual([]);
  });
});

describe("what an operator did", () => {
  it("is noted with what was before and after, newest first", async () => {
    const { ledger, send, later } = await aWorld(aRule({ actions: [aWebhook({ after: "1h" })] }));
    await send();
    const id = ledger.deliveries({ limit: 1 }).deliveries[0]?.id ?? "";
    const pause = ["pause", [LOCATION, "test-rule", { reason: REASON }, "ada"]] as const;
    await ledger.act(aNote({ about: { rule: "test-rule", reason: REASON } }), ...pause);
    await later(MINUTE);
    await ledger.act(aNote({ action: "pause.end", about: { rule: "test-rule" } }), "resume", ["test-rule"]);
    await ledger.act(aNote({ action: "delivery.cancel", about: { delivery: id } }), "cancel", [id]);
    await ledger.act(aNote({ action: "deliveries.retry", about: { filter: {} } }), "retryDead", [{}, 10, true]);
    await ledger.act(aNote({ action: "delivery.cancel", about: { delivery: "no" } }), "cancel", ["no"]);
    const inForce = {
      pause: { scope: "rule", rule: "test-rule", since: iso(NOON), until: null, reason: REASON, by: "ada" },
    };
    expect(ledger.audit({ limit: 10 })).toEqual({
      cursor: null,
      audit: [
        {
          id: 3, at: iso(NOON + MINUTE), by: BY, action: "delivery.cancel", about: { delivery: id }, contactId: null,
          before: { state: "scheduled" }, after: { state: "cancelled" },
        },
        {
          id: 2, at: iso(NOON + MINUTE), by: BY, action: "pause.end", about: { rule: "test-rule" }, contactId: null,
          before: inForce, after: { pause: null, held: 0 },
        },
        {
          id: 1, at: iso(NOON), by: BY, action: "pause", about: { rule: "test-rule", reason: REASON }, contactId: null,
          before: { pause: null }, after: { ...inForce, held: 0 },
        },
      ],
    }); // prettier-ignore
    const page = ledger.audit({ limit: 2 });
    expect(page.cursor).toBe("2");
    expect(ledger.audit({ limit: 2, cursor: "2" }).audit.map((one) => one.id)).toEqual([1]);
  });

  it("names no contact that was erased since, and is forgotten with the events of its time", async () => {
    const { ledger, send, later } = await aWorld(aRule());
    await send({ contactId: "grace" });
    await ledger.act(
      aNote({ action: "deliveries.cancel", about: { filter: {} }, contactId: "grace" }),
      "cancelScheduled",
      [{ contact: "grace" }],
    );
    expect(ledger.audit({ limit: 1 }).audit[0]).toMatchObject({
      contactId: "grace",
      after: { cancelled: 1, more: false },
    });
    await ledger.act(aNote({ action: "contact.erase", about: { contactDigest: "d" } }), "eraseContact", [
      LOCATION,
      "grace",
      "d",
    ]);
    expect(JSON.stringify(ledger.audit({ limit: 9 }))).not.toContain("grace");
    expect(ledger.audit({ limit: 9 }).audit).toHaveLength(2);
    await later(0);
    await later(32 * 86_400_000);
    expect(ledger.audit({ limit: 9 }).audit).toEqual([]);
  });
});
