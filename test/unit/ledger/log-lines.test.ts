import { beforeEach, describe, expect, it, vi } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { anEvent, aRule, aRuleSet, aTask, LOCATION } from "../../builders.ts";
import { CANARY_PERSON, holdsCanary } from "../../canaries.ts";
import { aLedger } from "./a-ledger.ts";

const written = { log: vi.spyOn(console, "log"), error: vi.spyOn(console, "error") };
beforeEach(() => {
  for (const spy of Object.values(written)) spy.mockReset().mockReturnValue(undefined);
});

/** What was logged, without where errors were thrown. */
function lines(): unknown[] {
  const logged = [...written.log.mock.calls, ...written.error.mock.calls].map(([line]) => String(line));
  expect(logged.filter(holdsCanary)).toEqual([]);
  return logged.map((line) => JSON.parse(line, (key, value: unknown) => (key === "at" ? "places" : value)) as unknown);
}

const failing = (): Promise<never> =>
  Promise.reject(new TypeError(`PUT task:${CANARY_PERSON.phone}: ${CANARY_PERSON.body}`));
const ERROR = { name: "TypeError", at: "places" };
const ruleSet = aRuleSet(aRule({ actions: [aTask({ title: "{{ event.body }}" })] }));

describe("a ledger logs no word of", () => {
  it("what KV said when it refused a task", async () => {
    const ledger = await aLedger({ ruleSet, tasks: { put: failing, delete: failing } });
    await ledger.record(anEvent());
    await ledger.alarm();
    expect(lines()).toEqual([
      {
        message: "attempt",
        locationId: LOCATION,
        durationMs: 0,
        deliveryId: expect.stringMatching(/^[0-9a-f]{36}$/),
        eventKey: "test-key",
        rule: "test-rule",
        outcome: "ACTION_TASK_STORE",
        status: null,
      },
    ]);
  });

  it("what the directory said when it did not answer", async () => {
    const ledger = await aLedger({ announce: failing });
    await ledger.record(anEvent());
    await ledger.alarm();
    expect(lines()).toEqual([
      { message: "The directory did not answer, it is told again later", locationId: LOCATION, error: ERROR },
    ]);
  });

  it("a row that could not be written", async () => {
    const storage = sqliteStorage();
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.startsWith("INSERT INTO attempts"))
        throw new TypeError(`Cannot write ${JSON.stringify(CANARY_PERSON)}`);
      return storage.sql.exec(statement, ...values);
    };
    const ledger = await aLedger({ ruleSet, storage: { ...storage, sql: { exec } } });
    await ledger.record(anEvent());
    await ledger.alarm();
    expect(lines()).toEqual([
      {
        message: "An attempt could not be written down",
        deliveryId: expect.stringMatching(/^[0-9a-f]{36}$/),
        error: ERROR,
      },
    ]);
  });

  it("what stopped an alarm", async () => {
    const storage = sqliteStorage();
    const exec: typeof storage.sql.exec = (statement, ...values) => {
      if (statement.includes("task_writes WHERE due_at")) throw new TypeError(CANARY_PERSON.body);
      return storage.sql.exec(statement, ...values);
    };
    const ledger = await aLedger({ storage: { ...storage, sql: { exec } } });
    await ledger.record(anEvent());
    await ledger.alarm();
    expect(lines()).toEqual([{ message: "The alarm failed and will be set again", error: ERROR }]);
  });
});
