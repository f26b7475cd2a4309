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

  it("is told of rules for other locations without keeping what they say", async () => {
    const storage = sqliteStorage();
    const elsewhere = aRule({ name: "elsewhere", locations: ["another"], description: "private to another" });
    const before = await aLedger({ storage, ruleSet: named("one", elsewhere) });
    await before.record(anEvent({}, "old"));
    const kept = storage.sql.exec("SELECT rules FROM rule_sets").toArray();
    expect(JSON.stringify(kept)).not.toContain("private");
    const after = await aLedger({ storage, ruleSet: named("two") });
    expect((await after.event("old"))?.decision.verdicts).toMatchObject([{ rule: "elsewhere", reason: "location" }]);
  });
});

describe("rule sets", () => {
  it("are kept whole, however large", () => {
    const storage = sqliteStorage();
    const { sql } = storage;
    migrate(storage, LEDGER_MIGRATIONS);
    const rules = Array.from({ length: 3_000 }, (_, index) => never(`rule-${index}`)).map((rule) => ({
      ...rule,
      description: "é".repeat(400),
    }));
    ruleSets.keep(sql, named("large", ...rules), LOCATION, 1);
    expect(sql.exec("SELECT COUNT(*) AS n FROM rule_sets").toArray()).toEqual([{ n: 4 }]);
    expect(ruleSets.find(sql, "large")?.rules).toEqual(aRuleSet(...rules).rules);
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
      ruleSets.keep(sql, named(hash), LOCATION, since);
    expect(ruleSets.latest(sql)).toBe("c");
    const insert =
      "INSERT INTO events (contact_id, key, seq, kind, received_at, fired, record) VALUES ('c', ?, 1, 'k', ?, '[]', '{}')";
    sql.exec(insert, "old", 25);
    sql.exec(insert, "young", 45);
    const left = (inUse: string) => {
      ruleSets.forgetUnused(sql, inUse);
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
