// What an event costs a ledger that is cold, as most are at most of their events: a statement has to be prepared anew in
// each life of an object, so statements are counted, and rows beside them. None may become more without being noticed.
import { evictDurableObject, reset, runDurableObjectAlarm } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LEDGER_MIGRATIONS } from "../../src/ledger/store/schema.ts";
import { aRule, aWebhook } from "../builders.ts";
import { announced, ledger, postEvent } from "./client.ts";
import { resetWorld, world } from "./world.ts";

beforeEach(resetWorld);
afterEach(reset);

interface Cost {
  readonly statements: number;
  readonly rowsWritten: number;
  readonly rowsRead: number;
  readonly alarmsSet: number;
}

/** What the ledger asks of its storage while something happens. */
async function costOf(happens: () => Promise<unknown>): Promise<Cost> {
  const before = { ...world, statements: world.statements.length };
  await happens();
  return {
    statements: world.statements.length - before.statements,
    rowsWritten: world.rowsWritten - before.rowsWritten,
    rowsRead: world.rowsRead - before.rowsRead,
    alarmsSet: world.alarmsSet - before.alarmsSet,
  };
}

const restart = () => evictDurableObject(ledger());
const first = async (): Promise<void> => {
  await postEvent();
  await announced();
};

/** One row for each, written at the first start and read at every other. */
const MIGRATIONS = LEDGER_MIGRATIONS.length;
/** At most this much, for an event that fires nothing. */
const MOST = {
  "first ever": { statements: 16, rowsWritten: MIGRATIONS + 8, rowsRead: MIGRATIONS + 7, alarmsSet: 1 },
  "after a restart": { statements: 8, rowsWritten: 1, rowsRead: MIGRATIONS + 19, alarmsSet: 0 },
  warm: { statements: 5, rowsWritten: 1, rowsRead: 5, alarmsSet: 0 },
} as const;

function expectAtMost(cost: Cost, most: Cost): void {
  for (const [what, count] of Object.entries(cost))
    expect.soft([what, count <= most[what as keyof Cost], count]).toEqual([what, true, count]);
}

describe("an event that fires nothing costs its location", () => {
  beforeEach(() => {
    world.rules = [aRule({ conditions: { all: [{ fact: "status", operator: "equal", value: "never" }] } })];
  });

  it("little when it is the first ever, also what follows its answer", async () => {
    expectAtMost(await costOf(first), MOST["first ever"]);
  });

  it("little after a restart", async () => {
    await first();
    await restart();
    expectAtMost(await costOf(postEvent), MOST["after a restart"]);
  });

  it("least while it is warm", async () => {
    await first();
    expectAtMost(await costOf(postEvent), MOST.warm);
  });

  it("once a day what the day costs, whenever the ledger starts again", async () => {
    await first();
    await runDurableObjectAlarm(ledger());
    const costs: number[] = [];
    for (let start = 0; start < 3; start++) {
      await restart();
      costs.push((await costOf(postEvent)).rowsWritten);
    }
    expect(costs).toEqual([1, 1, 1]);
  });
});

describe("a ledger that starts again", () => {
  const waits = aRule({ name: "waits", actions: [aWebhook({ after: "1h" })] });

  it("looks no further than its alarm, however many deliveries wait", async () => {
    world.rules = [waits];
    await first();
    for (let index = 0; index < 20; index++) await postEvent();
    world.rules = [aRule({ name: "waits", enabled: false })];
    await restart();
    expectAtMost(await costOf(postEvent), { ...MOST["after a restart"], rowsRead: MIGRATIONS + 62 });
  });

  it("does not take up what nothing has to do with", async () => {
    world.rules = [waits];
    await first();
    await restart();
    world.statements = [];
    await postEvent({ type: "InboundMessage", body: "Hello" });
    const asked = world.statements.join("\n");
    for (const table of ["tokens", "sends", "quarantine", "tasks "]) expect(asked).not.toContain(`FROM ${table}`);
  });
});
