import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { LEDGER_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import * as ruleSets from "../../../src/ledger/log/rule-sets.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { anEvent, aRule, aRuleSet, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const named = (hash: string, ...rules: Rule[]) => ({ ...aRuleSet(...rules), hash });
const never = (name: string): Rule =>
  aRule({ name, conditions: { all: [{ fact: "status", operator: "equal", value: "never" }] } });

describe("why a rule did not fire", () => {
  it("can be asked after the rule is gone, with the value that it saw", async () => {
    const storage = sqliteStorage();
    const before = await aLedger({ storage, ruleSet: named("one", never("gone"), aRule({ name: "fires" })) });
    await before.record(anEvent({}, "old"));
    const after = await aLedger({ storage, ruleSet: named("two", never("new")) });
    await after.record(anEvent({}, "young"));
    const verdicts = async (key: string) =>
      (await after.event(key))?.decision.verdicts.map(({ rule, reason, conditions }) => [
        rule,
        reason,
        conditions[0]?.saw,
      ]);
    expect(await verdicts("old")).toEqual([
      ["fires", "fired", "sms"],
      ["gone", "conditions", "delivered"],
    ]);
    expect(await verdicts("young")).toEqual([["new", "conditions", "delivered"]]);
  });

  it("is told of rules for other locations without keeping a word of them", async () => {
    const storage = sqliteStorage();
    const elsewhere = aRule({ name: "elsewhere", locations: ["another"], description: "private to another" });
    const before = await aLedger({ storage, ruleSet: named("one", elsewhere, never("here")) });
    await before.record(anEvent({}, "old"));
    expect(JSON.stringify(storage.sql.exec("SELECT * FROM rule_sets").toArray())).not.toContain("elsewhere");
    const after = await aLedger({
      storage,
      ruleSet: named("two", { ...elsewhere, enabled: false, description: "changed" }, never("new here")),
    });
    const verdicts = (await after.event("old"))?.decision.verdicts;
    expect(verdicts?.map(({ rule, reason }) => [rule, reason])).toEqual([
      ["elsewhere", "location"],
      ["here", "conditions"],
    ]);
  });

  it("is told of rules for other locations once, also of a set that a version before this one kept", async () => {
    const storage = sqliteStorage();
    const elsewhere = aRule({ name: "elsewhere", locations: ["another"] });
    const before = await aLedger({ storage, ruleSet: named("one", elsewhere) });
    await before.record(anEvent({}, "old"));
    const stub = { name: "elsewhere", on: ["OutboundMessage"], locations: [], conditions: { any: [] }, actions: [] };
    storage.sql.exec("UPDATE rule_sets SET rules = ?", JSON.stringify([stub]));
    const after = await aLedger({ storage, ruleSet: named("two", elsewhere) });
    expect((await after.event("old"))?.decision.verdicts).toMatchObject([{ rule: "elsewhere", reason: "location" }]);
  });

  it("can be asked of a rule that was too large to be kept, and of the others whole", async () => {
    const storage = sqliteStorage();
    const ids = Array.from({ length: 100_000 }, (_, index) => `contact-${String(index).padStart(12, "0")}`);
    const large = aRule({
      name: "large",
      conditions: { all: [{ fact: "contactId", operator: "in", value: ids }] },
    });
    const before = await aLedger({ storage, ruleSet: named("one", large, never("small"), aRule({ name: "fires" })) });
    expect(await before.record(anEvent({}, "old"))).toMatchObject({ status: "accepted", fired: ["fires"] });
    const after = await aLedger({ storage, ruleSet: named("two") });
    expect((await after.event("old"))?.decision.verdicts).toMatchObject([
      { rule: "fires", fired: true, reason: "fired" },
      {
        rule: "large",
        fired: false,
        reason: "conditions",
        detail: "the rule as it was is not kept: too large",
        conditions: [],
      },
      { rule: "small", reason: "conditions", conditions: [{ saw: "delivered" }] },
    ]);
  });
});

describe("rule sets", () => {
  it("keep the rules whole, however many there are", () => {
    const storage = sqliteStorage();
    const { sql } = storage;
    migrate(storage, LEDGER_MIGRATIONS);
    const conditions = { all: [{ fact: "body", operator: "equal", value: "é".repeat(400) }] };
    const rules = Array.from({ length: 3_000 }, (_, index) =>
      aRule({ name: `rule-${index}`, priority: index % 2, stop: true, includeApi: true, conditions }),
    );
    ruleSets.keep(sql, named("large", ...rules), { locationId: LOCATION, ended: [], nowMs: 1 });
    expect(sql.exec("SELECT COUNT(*) AS n FROM rule_sets").toArray()).toEqual([{ n: 4 }]);
    expect(ruleSets.find(sql, "large")).toEqual(aRuleSet(...rules).rules);
  });

  it("grow only by rules that concern the location", () => {
    const kept = (...others: Rule[]) => {
      const storage = sqliteStorage();
      migrate(storage, LEDGER_MIGRATIONS);
      ruleSets.keep(storage.sql, named("set", ...others, never("everywhere")), {
        locationId: LOCATION,
        ended: [],
        nowMs: 1,
      });
      return storage.sql.exec("SELECT * FROM rule_sets").toArray();
    };
    const others = Array.from({ length: 10_000 }, (_, index) => aRule({ name: `r${index}`, locations: [`l${index}`] }));
    expect(kept(...others)).toEqual(kept());
    const shared = (locations: readonly string[]) => kept(aRule({ name: "shared", locations }));
    expect(shared([LOCATION, ...others.map(({ name }) => name)])).toEqual(shared([LOCATION]));
  });

  it("are forgotten once every event that is left came after the next one, and never the one in use", () => {
    const storage = sqliteStorage();
    const { sql } = storage;
    migrate(storage, LEDGER_MIGRATIONS);
    for (const [hash, since] of [
      ["a", 10],
      ["b", 20],
      ["a", 30],
      ["c", 40],
    ] as const)
      ruleSets.keep(sql, named(hash), { locationId: LOCATION, ended: ruleSets.inUse(sql), nowMs: since });
    expect(ruleSets.inUse(sql)).toEqual(["c"]);
    const insert =
      "INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record) VALUES ('c', ?, 1, 'k', ?, '[]', '{}')";
    sql.exec(insert, "old", 25);
    sql.exec(insert, "young", 45);
    const left = (inUse: string) => {
      ruleSets.forgetUnused(sql, [inUse]);
      return sql
        .exec("SELECT hash FROM rule_sets ORDER BY hash")
        .toArray()
        .map(({ hash }) => hash);
    };
    expect(left("c")).toEqual(["a", "b", "c"]);
    sql.exec("DELETE FROM events WHERE key = 'old'");
    // The clock was set back: "b" is in use although "c" seems to have followed it.
    expect(left("b")).toEqual(["b", "c"]);
    expect(left("c")).toEqual(["c"]);
  });
});

describe("a ledger of the version before", () => {
  it("is brought up to date without losing an event or the key of one that was forgotten", async () => {
    const storage = sqliteStorage();
    migrate(storage, LEDGER_MIGRATIONS.slice(0, 2));
    const record = JSON.stringify({
      v: 1,
      event: anEvent({}, "kept"),
      decision: { eventKey: "kept", decidedAt: "2026-03-04T12:00:00.000Z", ruleSet: "gone", fired: [], verdicts: [] },
    });
    const insert =
      "INSERT INTO events (key, kind, contact_id, received_at, fired, record) VALUES (?, ?, ?, ?, '[]', ?)";
    storage.sql.exec(insert, "kept", "OutboundMessage", "test-contact", 1, record);
    storage.sql.exec(insert, "forgotten", "OutboundMessage", "", 2, null);
    const ledger = await aLedger({ storage });
    expect((await ledger.event("kept"))?.event.key).toBe("kept");
    for (const key of ["kept", "forgotten"])
      expect(await ledger.record(anEvent({}, key))).toEqual({ status: "duplicate" });
  });
});
