// An action that restarts is sent once, for what happened last, in whatever order its events come.
import { expect, it } from "vitest";
import { anEvent, aRule, aRuleSet, aWebhook } from "../../builders.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;

it.each([[false], [true]])("a late event sends nothing after a later one was sent; long past: %s", async (isLong) => {
  let [now, sent] = [NOON, 0];
  const storage = sqliteStorage();
  const ledger = await aLedger({
    storage,
    clock: () => now,
    ruleSet: aRuleSet(aRule({ actions: [aWebhook({ after: "5m", restart: true })] })),
    fetch: () => Promise.resolve(new Response(String((sent += 1)))),
  });
  const happened = (minute: number) => {
    const occurredAt = new Date(NOON + minute * MINUTE).toISOString();
    return ledger.record({ ...anEvent({ messageId: `m-${minute}` }, `key-${minute}`), occurredAt });
  };
  await happened(0);
  now = NOON + 2 * MINUTE;
  await happened(2);
  now = NOON + 8 * MINUTE;
  await ledger.alarm();
  expect(sent).toBe(1);
  if (isLong) storage.sql.exec("UPDATE events SET long_past = 1");
  await happened(1);
  now += 6 * MINUTE;
  await ledger.alarm();
  expect(sent).toBe(1);
  const [late] = ledger.deliveries({ limit: 1 }).deliveries;
  expect(late?.cancelledBy).toEqual({ by: "event", trigger: "restart", eventKey: "key-2" });
  // What happens later than all of them is sent.
  await happened(14);
  now += 6 * MINUTE;
  await ledger.alarm();
  expect(sent).toBe(2);
});
