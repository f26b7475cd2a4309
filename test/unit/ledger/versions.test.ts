// A deploy mixes versions: what a version before writes into the tables as they are now is read, counted and sent.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import type { Sql } from "../../../src/ledger/store/ports.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import { aTask, aWebhook, anEvent } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const EVENT = anEvent({ contactId: "c" }, "key");
const RECORD = JSON.stringify({
  v: 1,
  event: EVENT,
  decision: { eventKey: "key", decidedAt: new Date(NOON).toISOString(), ruleSet: "before", fired: ["r"], verdicts: [] },
});
const idOf = (ordinal: number) => `${NOON.toString(16).padStart(12, "0")}${"0".repeat(20)}000${ordinal}`;
const planOf = (action: object) => JSON.stringify({ v: 1, action, rule: { name: "r", description: "", priority: 0 } });

/** Inserts with the columns that a version knew: of its first so many migrations. */
function insert(sql: Sql, table: string, row: { readonly [column: string]: string | number | null }): void {
  const places = Object.keys(row).map(() => "?");
  sql.exec(
    `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${places.join(", ")})`,
    ...Object.values(row),
  );
}

/** What a version with so many migrations writes of one event on which a webhook and a task follow. */
function written(sql: Sql, migrations: number): void {
  const event = { contact_id: "c", key: "key", seq: NOON * 1_000, kind: "OutboundMessage", channel: "sms" };
  const times = { occurred_at: NOON, received_at: NOON };
  insert(sql, "events", { ...event, ...times, outcome: "delivered", fired: '["r"]', record: RECORD });
  for (const [ordinal, action] of [aWebhook(), aTask()].entries())
    insert(sql, "deliveries", {
      id: idOf(ordinal),
      event_key: "key",
      contact_id: "c",
      rule: "r",
      plan: planOf(action),
      state: "scheduled",
      due_at: NOON,
      tries: 0,
      cancellable: 0,
      ...(migrations < 4
        ? {}
        : { host: ordinal === 0 ? "receiver.example.com" : "kv", give_up_at: NOON + 604_800_000 }),
    });
  const task = { id: "task", locationId: EVENT.locationId, contactId: "c", title: "t", state: "open", dueAt: null };
  insert(sql, "tasks", { id: "task", contact_id: "c", state: "open", completed_at: null, task: JSON.stringify(task) });
}

const VERSIONS = LEDGER_MIGRATIONS.map((_, index) => index + 1).filter((count) => count >= 3);

describe("what a version before writes", () => {
  const cases = VERSIONS.flatMap((count) => ["before", "after"].map((when) => [count, when] as const));

  it.each(cases)("with %s migrations, %s the others are made, is there and goes on", async (count, when) => {
    const storage = sqliteStorage();
    if (when === "before") {
      migrate(storage, LEDGER_MIGRATIONS.slice(0, count));
      written(storage.sql, count);
    }
    let now = NOON + 1_000;
    const sent: string[] = [];
    const world = {
      storage,
      clock: () => now,
      fetch: (request: Request) => {
        sent.push(request.headers.get("webhook-id") ?? "");
        return Promise.resolve(new Response());
      },
    };
    const first = await aLedger(world);
    if (when === "after") written(storage.sql, count);
    const ledger = when === "after" ? await aLedger(world) : first;
    const day = { fromMs: NOON - 900_000, toMs: NOON + 900_000, bucketMs: 900_000 };
    expect(ledger.overview(day)).toMatchObject({ events: { sms: { delivered: [0, 1] } }, fired: [0, 1] });
    expect(ledger.events({ limit: 10 }).events).toMatchObject([{ eventKey: "key", fired: ["r"], held: [] }]);
    expect(ledger.deliveryCounts({ contact: "c" })).toMatchObject({ counts: { scheduled: 2, sent: 0 }, rules: ["r"] });
    await ledger.alarm();
    now += 1_000;
    await ledger.alarm();
    expect(sent).toEqual([idOf(0)]);
    expect(ledger.deliveries({ contact: "c", limit: 10 }).deliveries.map(({ state }) => state)).toEqual([
      "sent",
      "sent",
    ]);
    expect(ledger.tasks({ limit: 10 }).tasks.map(({ id }) => id)).toEqual(["task", idOf(1)]);
    expect(ledger.completeTask("task").ok).toBe(true);
    expect(ledger.tasks({ state: "done", limit: 10 }).tasks.map(({ id }) => id)).toEqual(["task"]);
  });
});

it("a delivery that was dead before is known to have left", () => {
  const storage = sqliteStorage();
  migrate(storage, LEDGER_MIGRATIONS.slice(0, 13));
  written(storage.sql, 13);
  storage.sql.exec("UPDATE deliveries SET state = 'dead'");
  insert(storage.sql, "attempts", { delivery_id: idOf(0), n: 1, at: NOON, status: 500, duration_ms: 1 });
  migrate(storage, LEDGER_MIGRATIONS);
  const left = storage.sql.exec("SELECT has_left FROM deliveries ORDER BY id").toArray();
  expect(left).toEqual([{ has_left: 1 }, { has_left: 0 }]);
});
