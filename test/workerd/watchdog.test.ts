// What sees to it that nothing stays where it is: the watchdog over lost alarms, and the budget of a location.
import { env } from "cloudflare:workers";
import { createScheduledController, reset, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pokeLedgers } from "../../src/objects/watchdog.ts";
import { directoryOf, type LedgerEnv } from "../../src/objects/durable-objects.ts";
import worker from "../../src/worker.ts";
import { aPayload, aRule, aTask, aWebhook, LOCATION } from "../builders.ts";
import { TEST_ADMIN_TOKEN } from "../keys.ts";
import { announced, api, ledger, post, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

const bindings: LedgerEnv = env;
const alarmAt = (): Promise<number | null> => runInDurableObject(ledger(), (_, state) => state.storage.getAlarm());
const loseAlarm = () => runInDurableObject(ledger(), (_, { storage }) => storage.deleteAlarm());
const isOpen = (location: string): Promise<boolean> =>
  runInDurableObject(bindings.DIRECTORY.getByName("directory"), (_, { storage }) =>
    storage.sql.exec("SELECT is_open FROM locations WHERE location_id = ?", location).toArray(),
  ).then(([row]) => row?.["is_open"] === 1);

describe("the watchdog", () => {
  it("sets an alarm again that was lost, without anything else happening", async () => {
    world.rules = [aRule({ actions: [aWebhook({ after: "1h" })] })];
    await postEvent();
    await loseAlarm();
    await worker.scheduled(createScheduledController(), bindings);
    expect(await alarmAt()).toBeGreaterThanOrEqual(world.now);
    world.now += 3_600_000;
    await runDurableObjectAlarm(ledger());
    expect(world.requests).toHaveLength(1);
  });

  it("knows of a location as soon as its first event is answered", async () => {
    world.rules = [aRule()];
    await postEvent();
    await expect.poll(() => directoryOf(bindings).toPoke(10)).toEqual([LOCATION]);
    // What is under way would go on in the next test.
    await announced();
  });

  it("leaves locations alone where nothing waits, from the day after they were last seen", async () => {
    world.rules = [];
    await postEvent();
    await announced();
    await pokeLedgers(bindings);
    expect(await isOpen(LOCATION)).toBe(true);
    await runInDurableObject(
      bindings.DIRECTORY.getByName("directory"),
      (_, { storage }) => void storage.sql.exec("UPDATE locations SET last_seen = last_seen - 86400000"),
    );
    await pokeLedgers(bindings);
    expect(await isOpen(LOCATION)).toBe(false);
  });

  it("goes on looking after a location whose actions still wait, whenever it was last seen", async () => {
    world.rules = [aRule({ actions: [aTask({ after: "300d" })] })];
    await postEvent();
    await announced();
    await runInDurableObject(
      bindings.DIRECTORY.getByName("directory"),
      (_, { storage }) => void storage.sql.exec("UPDATE locations SET last_seen = 0"),
    );
    await pokeLedgers(bindings);
    expect(await isOpen(LOCATION)).toBe(true);
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
