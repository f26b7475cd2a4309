import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import * as deliveries from "../../../src/ledger/deliveries/deliveries.ts";
import * as deliveryLists from "../../../src/ledger/deliveries/lists.ts";
import type { Sql } from "../../../src/ledger/store/ports.ts";
import * as quarantine from "../../../src/ledger/log/quarantine.ts";
import type { Quarantined } from "../../../src/model/ledger.ts";
import { DIRECTORY_MIGRATIONS, LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import type { DeliveryFilter } from "../../../src/model/delivery.ts";
import * as tasks from "../../../src/ledger/deliveries/tasks.ts";
import { anEvent, aRule, aRuleSet, aWebhook, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

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

describe("the quarantine", () => {
  const body = (id: string, receivedAt: string): Quarantined => ({
    id,
    eventKey: id,
    receivedAt,
    route: "events",
    issues: [],
    contactIds: [],
    body: "{}",
  });
  it.each([
    ["a location's", LEDGER_MIGRATIONS],
    ["the directory's", DIRECTORY_MIGRATIONS],
  ])("is told newest first, page by page, each body once: %s", (_, migrations) => {
    const storage = sqliteStorage();
    migrate(storage, migrations);
    const at = (minute: number): string => `2026-03-04T15:${String(minute).padStart(2, "0")}:00.000Z`;
    const came = [["c", 1], ["a", 2], ["e", 3], ["b", 3], ["f", 3], ["d", 4]] as const; // prettier-ignore
    for (const [id, minute] of came) quarantine.keep(storage.sql, body(id, at(minute)));
    for (const limit of [1, 2, 3, 10]) {
      const told: string[] = [];
      let cursor: string | undefined;
      do {
        const page = quarantine.list(storage.sql, { limit, cursor });
        told.push(...page.quarantined.map(({ id }) => id));
        cursor = page.cursor ?? undefined;
      } while (cursor !== undefined);
      expect(told).toEqual(["d", "f", "e", "b", "a", "c"]);
    }
    // What came first stays where it is when it comes again.
    quarantine.keep(storage.sql, body("c", at(9)));
    expect(quarantine.list(storage.sql, { limit: 1 }).quarantined.map(({ id }) => id)).toEqual(["d"]);
  });

  it("is listed and forgotten by an index", () => {
    for (const ask of [
      (sql: Sql) => quarantine.list(sql, { limit: 10 }),
      (sql: Sql) => quarantine.list(sql, { limit: 10, cursor: "1.a" }),
      (sql: Sql) => quarantine.forgetBefore(sql, 1),
    ])
      expect(plansOf(ask)).toContain("quarantine_by_time");
    expect(plansOf((sql) => void quarantine.list(sql, { limit: 10, cursor: "1.a" }))).not.toContain("TEMP B-TREE");
  });
});

it("a kind that is not known is told with when it last came, however the clock went", () => {
  const storage = sqliteStorage();
  migrate(storage, LEDGER_MIGRATIONS);
  const at = (time: string): number => Date.parse(`2026-03-${time}:00Z`);
  for (const time of ["04T15:30", "05T09:00", "05T08:00"]) quarantine.countIgnored(storage.sql, "Odd", at(time));
  storage.sql.exec("INSERT INTO ignored (kind, day, count) VALUES ('Older', '2026-03-01', 5)");
  expect(quarantine.ignoredCounts(storage.sql)).toEqual([
    { kind: "Older", count: 5, lastDay: "2026-03-01", lastSeen: null },
    { kind: "Odd", count: 3, lastDay: "2026-03-05", lastSeen: "2026-03-05T09:00:00.000Z" },
  ]);
});

describe("lists read what they tell, and little else:", () => {
  it.each(["dead", "held"] as const)("%s deliveries by their own index", (state) => {
    expect(plansOf((sql) => deliveryLists.list(sql, { state, limit: 10 }, 0))).toContain(`deliveries_${state}`);
    expect(plansOf((sql) => deliveryLists.idsOf(sql, state, { rule: "r" }, 10))).toContain(`deliveries_${state}`);
  });

  it("what an event may cancel by the indexes of the contact", () => {
    const reads: readonly ((sql: Sql) => unknown)[] = [
      (sql) => deliveries.cancellable(sql, "c", 0),
      (sql) => deliveries.openOf(sql, "c"),
    ];
    for (const plan of reads.map(plansOf)) {
      expect(plan).toContain("deliveries_cancellable");
      expect(plan).toContain("deliveries_held_cancellable");
      expect(plan).not.toContain("SCAN deliveries");
    }
  });

  it("what is given up for want of a release by the index of what is held", () => {
    expect(plansOf((sql) => deliveries.giveUp(sql, 1))).toContain("deliveries_held");
  });

  it("deliveries of a contact by its events", () => {
    for (const state of [undefined, "dead", "scheduled"] as const) {
      const plan = plansOf((sql) =>
        deliveryLists.list(sql, { contact: "c", limit: 10, cursor: "f", ...(state ? { state } : {}) }, 0),
      );
      expect(plan).toContain("SEARCH own USING PRIMARY KEY (id>? AND id<?)");
      expect(plan).not.toContain("SCAN");
    }
  });

  it("what waits at each host by the index of open deliveries alone", () => {
    expect(plansOf((sql) => deliveryLists.waitingByHost(sql))).toContain("COVERING INDEX deliveries_open");
  });

  it("open tasks by what is due first without sorting, also on later pages", () => {
    const plan = plansOf((sql) => tasks.list(sql, { state: "open", order: "due", cursor: "17.id", limit: 10 }));
    expect(plan).toContain("tasks_by_due (state=? AND (due_at,id)>(?,?))");
    expect(plan).not.toContain("TEMP B-TREE");
  });

  it("done tasks, newest first, by their own index without sorting, also on later pages", () => {
    for (const cursor of [undefined, "id"]) {
      const plan = plansOf((sql) => tasks.list(sql, { state: "done", limit: 10, ...(cursor ? { cursor } : {}) }));
      expect(plan).toContain("tasks_done");
      expect(plan).not.toContain("TEMP B-TREE");
    }
  });
});

describe("deliveries", () => {
  const world = async () => {
    let now = Date.parse("2026-03-04T12:00:00Z");
    const hosts = ["a.example.com", "b.example.com"];
    const ruleSet = aRuleSet(
      aRule({ name: "inbound", on: ["InboundMessage"], actions: [aWebhook({ url: "https://c.example.com/" })] }),
      ...hosts.map((host) => aRule({ name: `to-${host}`, actions: [aWebhook({ url: `https://${host}/` })] })),
    );
    const statements: string[] = [];
    const storage = sqliteStorage();
    const exec: Sql["exec"] = (statement, ...values) => {
      statements.push(statement);
      return storage.sql.exec(statement, ...values);
    };
    const ledger = await aLedger({ storage: { ...storage, sql: { exec } }, ruleSet, clock: () => now });
    // Several contacts in one millisecond, and each of them again later.
    for (let index = 0; index < 12; index++) {
      now += index % 4 === 0 ? 1 : 0;
      await ledger.record(anEvent({ contactId: `c${index % 3}`, messageId: `m${index}` }, `key-${index}`));
    }
    return { ledger, statements };
  };

  it("of a contact are those that all deliveries hold of it", async () => {
    const { ledger } = await world();
    const all = ledger.deliveries({ limit: 200 }).deliveries;
    expect(all).toHaveLength(24);
    for (const contact of ["c0", "c1", "c2", "nobody"])
      expect(ledger.deliveries({ contact, limit: 200 }).deliveries).toEqual(
        all.filter(({ contactId }) => contactId === contact),
      );
  });

  it("are counted in one pass, whatever narrows them, and words that come later are known without another", async () => {
    const { ledger, statements } = await world();
    const rules = ["to-a.example.com", "to-b.example.com"];
    const hosts = ["a.example.com", "b.example.com"];
    const none = { sending: 0, held: 0, sent: 0, dead: 0, cancelled: 0 };
    const ask = (filter: DeliveryFilter) => {
      statements.length = 0;
      const told = ledger.deliveryCounts(filter);
      expect(statements).toHaveLength(1);
      return told;
    };
    expect(ask({ rule: rules[0], contact: "c1" })).toEqual({ counts: { ...none, scheduled: 4 }, rules, hosts });
    expect(statements[0]).toContain("DISTINCT");
    expect(ask({ host: "b.example.com" })).toEqual({ counts: { ...none, scheduled: 12 }, rules, hosts });
    expect(statements[0]).not.toContain("DISTINCT");
    await ledger.record(anEvent({ type: "InboundMessage", contactId: "c9", messageId: "reply" }, "reply"));
    expect(ask({ contact: "c9" })).toEqual({
      counts: { ...none, scheduled: 1 },
      rules: ["inbound", ...rules],
      hosts: [...hosts, "c.example.com"],
    });
    ledger.eraseContact(LOCATION, "c9");
    expect(ask({})).toEqual({ counts: { ...none, scheduled: 24 }, rules, hosts });
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
