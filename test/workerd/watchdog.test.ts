// What sees to it that nothing stays where it is: the watchdog over lost alarms, and the budget of a location.
import { env } from "cloudflare:workers";
import { createScheduledController, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Home, LocationOverview } from "../../src/model/home.ts";
import { directoryOf, type LedgerEnv } from "../../src/objects/durable-objects.ts";
import { partOf } from "../../src/objects/parts.ts";
import worker from "../../src/worker.ts";
import { aPayload, aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN } from "../keys.ts";
import { announced, api, apiPost, ledger, post, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const bindings: LedgerEnv = env;
const alarmAt = (): Promise<number | null> => runInDurableObject(ledger(), (_, state) => state.storage.getAlarm());
const loseAlarm = () => runInDurableObject(ledger(), (_, { storage }) => storage.deleteAlarm());
const part = () => bindings.DIRECTORY.getByName(partOf(LOCATION));
const inPart = (statement: string): Promise<Record<string, SqlStorageValue>[]> =>
  runInDurableObject(part(), (_, { storage }) => storage.sql.exec(statement).toArray());
const isOpen = async (): Promise<boolean> => (await inPart("SELECT is_open FROM locations"))[0]?.["is_open"] === 1;
/** The part's alarm rings in its next turn. */
const look = async (): Promise<void> => {
  world.now += 300_000;
  await runDurableObjectAlarm(part());
};

describe("the watchdog", () => {
  it("sets an alarm again that was lost, without anything else happening", async () => {
    world.rules = [aRule({ actions: [aWebhook({ after: "1h" })] })];
    await postEvent();
    await announced();
    await loseAlarm();
    await look();
    expect(await alarmAt()).toBeGreaterThanOrEqual(world.now);
    world.now += 3_600_000;
    await runDurableObjectAlarm(ledger());
    expect(world.requests).toHaveLength(1);
  });

  it("sets the alarm of a part again that was lost", async () => {
    world.rules = [];
    await postEvent();
    await announced();
    const partsAlarm = (): Promise<number | null> => runInDurableObject(part(), (_, { storage }) => storage.getAlarm());
    expect(await partsAlarm()).toBeGreaterThanOrEqual(world.now);
    await runInDurableObject(part(), (_, { storage }) => storage.deleteAlarm());
    await worker.scheduled(createScheduledController(), bindings);
    expect(await partsAlarm()).toBeGreaterThanOrEqual(world.now);
  });

  it("leaves locations alone where nothing waits, from the day after they were last seen", async () => {
    world.rules = [];
    await postEvent();
    await announced();
    await look();
    expect(await isOpen()).toBe(true);
    world.now += 86_400_000;
    await look();
    expect(await isOpen()).toBe(false);
  });

  it("goes on looking after a location whose actions still wait, whenever it was last seen", async () => {
    world.rules = [aRule({ actions: [aTask({ after: "300d" })] })];
    await postEvent();
    await announced();
    world.now += 86_400_000;
    await look();
    expect(await isOpen()).toBe(true);
  });
});

describe("the operator's home", () => {
  const home = async (query = ""): Promise<Home> => (await api(`/overview${query}`)).body;
  const shown = async (query = ""): Promise<Partial<LocationOverview>[]> =>
    (await home(query)).locations.map(({ locationId, events, fired, waiting, held, dead, overdue }) => ({
      locationId, events, fired, waiting, held, dead, overdue,
    })); // prettier-ignore

  it("tells of a location what its ledger has told, within five minutes, and of an operator's change at once", async () => {
    world.rules = [aRule({ actions: [aWebhook(), aTask({ title: "Call", due: "1h" })] })];
    world.answer = () => new Response(null, { status: 410 });
    await postEvent();
    await postEvent();
    await runDurableObjectAlarm(ledger());
    await announced();
    const common = { locationId: LOCATION, waiting: 0, held: 0, overdue: 0 };
    expect(await shown()).toEqual([{ ...common, events: 0, fired: 0, dead: 0 }]);
    await look();
    expect(await shown()).toEqual([{ ...common, events: 2, fired: 2, dead: 2 }]);
    const { locations, hoursFrom, totals } = await home();
    expect(locations[0]?.lastEventAt).toBe(new Date(world.now - 300_000).toISOString());
    expect(locations[0]?.hours.events.at(-1)).toBe(2);
    expect(hoursFrom).toBe("2099-12-31T13:00:00.000Z");
    expect(totals).toMatchObject({ locations: 1, events: 2, dead: 2, troubled: 1 });
    await apiPost(`/locations/${LOCATION}/deliveries/retry`, {});
    expect((await shown())[0]).toMatchObject({ dead: 0, waiting: 2 });
    await api(`/locations/${LOCATION}/pause`, { method: "PUT", body: JSON.stringify({ reason: "Because" }) });
    expect((await home()).locations[0]).toMatchObject({ paused: true, pausedRules: 0 });
    // A task becomes overdue by itself: nothing comes, and a day later nobody would look.
    world.now += 2 * 86_400_000;
    await runDurableObjectAlarm(part());
    expect((await shown())[0]).toMatchObject({ overdue: 2, events: 0 });
  });

  it("is searched, filtered, sorted, and read in pages", async () => {
    world.rules = [];
    const ids = Array.from({ length: 40 }, (_, index) => `location-${index}`);
    for (const id of ids) await directoryOf(bindings).announce(id, `Name ${String(index(id)).padStart(2, "0")}`);
    function index(id: string): number {
      return Number(id.split("-")[1]);
    }
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: Home = await home(`?sort=name&limit=7&cursor=${encodeURIComponent(cursor)}`);
      found.push(...page.locations.map(({ name }) => name ?? ""));
      cursor = page.cursor;
    }
    expect(found).toEqual(ids.map((id) => `Name ${String(index(id)).padStart(2, "0")}`));
    expect((await home("?search=name%2007")).locations.map(({ locationId }) => locationId)).toEqual(["location-7"]);
    await directoryOf(bindings).announce("location-3", "Ünal Стоматология");
    for (const search of ["ünal", "ÜNAL", "unal", "U\u0308nal", "стом", "СТОМ", "\u200eünal\ufeff"]) {
      const asked = `search=${encodeURIComponent(search)}`;
      expect((await home(`?${asked}`)).locations.map(({ locationId }) => locationId)).toEqual(["location-3"]);
      expect((await api(`/locations?${asked}`)).body.locations).toMatchObject([{ locationId: "location-3" }]);
    }
    expect((await home("?trouble=dead")).locations).toEqual([]);
    expect((await api("/overview?sort=size")).body.issues[0].pointer).toBe("/sort");
    expect((await api("/overview?cursor=%25zz")).status).toBe(400);
  });
});

describe("the budget of a location", () => {
  it("answers 429 with Retry-After beyond ten seconds of it, stores nothing, and takes events again later", async () => {
    world.budget = 2;
    const answers = [];
    for (let index = 0; index < 23; index++) answers.push((await postEvent({ webhookId: `flood-${index}` })).answer);
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(202), 429, 429, 429]);
    expect(answers.at(-1)?.headers.get("retry-after")).toBe("1");
    expect(answers.at(-1)?.body.code).toBe("LEDGER_OVER_BUDGET");
    expect((await api(`/locations/${LOCATION}/events?limit=200`)).body.events).toHaveLength(20);
    world.now += 500;
    expect((await postEvent({ webhookId: "flood-20" })).answer.status).toBe(202);
  });

  it("is each location's own", async () => {
    world.budget = 1;
    for (let index = 0; index < 11; index++) await postEvent({ webhookId: `flood-${index}` });
    const other = await post(aPayload({ locationId: "another-location", webhookId: "other" }));
    expect(other.status).toBe(202);
  });
});

describe("an object that cannot be asked now", () => {
  const busy = (flags: object): LedgerEnv => ({
    ...bindings,
    LEDGER: {
      getByName: () => ({ events: () => Promise.reject(Object.assign(new Error("busy"), flags)) }),
    } as unknown as LedgerEnv["LEDGER"],
  });
  const ask = (flags: object): Promise<Response> =>
    worker.fetch(
      new Request(`https://afterbeep.test/api/locations/${LOCATION}/events`, {
        headers: { authorization: `Bearer ${TEST_ADMIN_TOKEN}` },
      }),
      busy(flags),
    );

  it.each([
    [{ overloaded: true }, 429],
    [{ retryable: true }, 429],
    [{}, 500],
  ])("with %j answers the operator %s", async (flags, status) => {
    const response = await ask(flags);
    expect([response.status, response.headers.has("retry-after")]).toEqual([status, status === 429]);
  });
});
