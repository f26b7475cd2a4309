import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/cli/sqlite-storage.ts";
import * as deliveryLists from "../../../src/ledger/delivery-lists.ts";
import type { Sql } from "../../../src/ledger/ports.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/schema.ts";
import * as tasks from "../../../src/ledger/tasks.ts";

/** How SQLite goes about each statement that something asks. */
function plansOf(ask: (sql: Sql) => void): string {
  const storage = sqliteStorage();
  migrate(storage, LEDGER_MIGRATIONS);
  const plans: unknown[] = [];
  ask({
    exec(statement, ...values) {
      plans.push(storage.sql.exec(`EXPLAIN QUERY PLAN ${statement}`, ...values).toArray());
      return storage.sql.exec(statement, ...values);
    },
  });
  return JSON.stringify(plans);
}

describe("lists read what they tell, and little else:", () => {
  it("dead deliveries by their own index", () => {
    expect(plansOf((sql) => deliveryLists.list(sql, { state: "dead", limit: 10 }))).toContain("deliveries_dead");
    expect(plansOf((sql) => deliveryLists.idsOf(sql, "dead", { rule: "r" }, 10))).toContain("deliveries_dead");
  });

  it("what waits at each host by the index of open deliveries alone", () => {
    expect(plansOf((sql) => deliveryLists.waitingByHost(sql))).toContain("COVERING INDEX deliveries_open");
  });

  it("open tasks by what is due first without sorting, also on later pages", () => {
    const plan = plansOf((sql) => tasks.list(sql, { state: "open", order: "due", cursor: "17.id", limit: 10 }));
    expect(plan).toContain("tasks_by_due (state=? AND (due_at,id)>(?,?))");
    expect(plan).not.toContain("TEMP B-TREE");
  });
});

it("tasks of the version before come by the date that they have, those without one last", () => {
  const storage = sqliteStorage();
  migrate(storage, LEDGER_MIGRATIONS.slice(0, 4));
  const insert = (id: string, dueAt: string | null) =>
    storage.sql.exec(
      "INSERT INTO tasks (id, contact_id, state, completed_at, task) VALUES (?, 'c', 'open', NULL, ?)",
      id,
      JSON.stringify({ id, dueAt }),
    );
  insert("none", null);
  insert("late", "2026-03-05T00:00:00.000Z");
  insert("early", "2026-03-04T00:00:00.000Z");
  migrate(storage, LEDGER_MIGRATIONS);
  // The version before is still there for a while, and knows of no column.
  insert("zero", "2026-03-01T00:00:00.000Z");
  const { tasks: listed } = tasks.list(storage.sql, { order: "due", limit: 10 });
  expect(listed.map(({ id }) => id)).toEqual(["early", "late", "none", "zero"]);
});
