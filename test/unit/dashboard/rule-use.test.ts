import { describe, expect, it } from "vitest";
import {
  formerRules,
  hasName,
  isInView,
  ruleUse,
  ruleUses,
  RULE_VIEWS,
} from "../../../src/dashboard/rules/rule-use.ts";
import type { CheckedRule, Rule } from "../../../src/model/rule.ts";
import type { RuleStatistics } from "../../../src/model/statistics.ts";
import { aRule, aRuleSet, LOCATION } from "../../builders.ts";

const HOURS = 168;

/** A week in which something happened so often in some hours, counted from the last one. */
function week(byHoursAgo: { readonly [hoursAgo: number]: number }): number[] {
  return Array.from({ length: HOURS }, (_, index) => byHoursAgo[HOURS - 1 - index] ?? 0);
}

function theWeek(rules: RuleStatistics["rules"], lastFired: RuleStatistics["lastFired"] = {}): RuleStatistics {
  return { from: "2026-03-01T00:00:00.000Z", to: "2026-03-08T00:00:00.000Z", bucketMs: 3_600_000, rules, lastFired };
}

function checked(fields: Partial<CheckedRule> = {}): CheckedRule {
  return { rule: "test-rule", examples: 1, failing: 0, findings: [], ...fields };
}

const FINDING = {
  pointer: "/on",
  code: "RULE_SAME",
  message: "Another rule does the same",
  severity: "warning",
} as const;

describe("what a rule does at a location", () => {
  it("is counted for the last 24 hours and for the week", () => {
    const statistics = theWeek({ "test-rule": { fired: week({ 0: 1, 23: 2, 24: 4, 167: 8 }), held: {} } });
    expect(ruleUse("test-rule", aRuleSet(aRule()), statistics, LOCATION).fired).toMatchObject({ day: 3, week: 15 });
  });

  it("adds up why it was held, the most frequent reason first, and leaves out what did not occur", () => {
    const held = { error: week({ 30: 1 }), limit: week({ 0: 2, 30: 5 }), stopped: week({}) };
    const use = ruleUse("test-rule", aRuleSet(aRule()), theWeek({ "test-rule": { fired: week({}), held } }), LOCATION);
    expect(use.suppressed).toMatchObject({ day: 2, week: 8 });
    expect(use.suppressed.hours.at(-31)).toBe(6);
    expect(use.reasons.map(({ reason, count }) => [reason, count.day, count.week])).toEqual([
      ["limit", 2, 7],
      ["error", 0, 1],
    ]);
  });

  it("keeps the order in which rules are decided, and joins each with its check", () => {
    const set = {
      ...aRuleSet(aRule({ name: "a" }), aRule({ name: "b" }), aRule({ name: "c", priority: 5 })),
      checked: [checked({ rule: "b", examples: 4 })],
    };
    const uses = ruleUses(set, null, LOCATION);
    expect(uses.map(({ name, checked: check }) => [name, check?.examples ?? null])).toEqual([
      ["c", null],
      ["a", null],
      ["b", 4],
    ]);
  });

  it.each<[why: string, fields: Partial<Rule>, off: string | null]>([
    ["it is on everywhere", {}, null],
    ["it names this location", { locations: ["another", LOCATION] }, null],
    ["it names others only", { locations: ["another"] }, "elsewhere"],
    ["it is switched off", { enabled: false }, "disabled"],
    ["it is switched off, and for others", { enabled: false, locations: ["another"] }, "disabled"],
  ])("knows whether it can fire here: %s", (_, fields, off) => {
    const use = ruleUse("test-rule", aRuleSet(aRule(fields)), theWeek({}), LOCATION);
    expect(use.off).toBe(off);
    expect(use.isUnused).toBe(off === null);
  });

  it("does not call a rule unused before the statistics are there, nor when it fired once", () => {
    const set = aRuleSet(aRule());
    const once = theWeek({ "test-rule": { fired: week({ 167: 1 }), held: {} } });
    expect(ruleUse("test-rule", set, null, LOCATION).isUnused).toBe(false);
    expect(ruleUse("test-rule", set, once, LOCATION).isUnused).toBe(false);
  });

  it("calls a rule unused that was held and never fired", () => {
    const held = theWeek({ "test-rule": { fired: week({}), held: { error: week({ 0: 9 }) } } });
    expect(ruleUse("test-rule", aRuleSet(aRule()), held, LOCATION).isUnused).toBe(true);
  });

  it.each(["constructor", "__proto__", "toString"])(
    "takes nothing for a rule named %s from what objects inherit",
    (name) => {
      const use = ruleUse(name, aRuleSet(aRule({ name })), theWeek({}), LOCATION);
      expect([use.fired.week, use.lastFired]).toEqual([0, null]);
    },
  );

  it("is told of a rule that the set does not have any more", () => {
    const statistics = theWeek(
      { gone: { fired: week({ 3: 1 }), held: {} }, "test-rule": { fired: week({}), held: {} } },
      { gone: "2026-03-07T20:00:00.000Z" },
    );
    const set = aRuleSet(aRule());
    expect(formerRules(set, statistics)).toEqual(["gone"]);
    expect(ruleUse("gone", set, statistics, LOCATION)).toMatchObject({
      rule: null,
      off: null,
      isUnused: false,
      fired: { week: 1 },
      lastFired: "2026-03-07T20:00:00.000Z",
    });
  });
});

describe("the views of a rule set", () => {
  const set = {
    ...aRuleSet(
      aRule({ name: "fires" }),
      aRule({ name: "idle" }),
      aRule({ name: "off", enabled: false }),
      aRule({ name: "odd" }),
    ),
    checked: [checked({ rule: "odd", findings: [FINDING] }), checked({ rule: "fires" })],
  };
  const uses = ruleUses(set, theWeek({ fires: { fired: week({ 100: 1 }), held: {} } }), LOCATION);

  it.each([
    ["all", ["fires", "idle", "odd", "off"]],
    ["fired", ["fires"]],
    ["unused", ["idle", "odd"]],
    ["findings", ["odd"]],
  ] as const)("%s holds %j", (view, names) => {
    expect(RULE_VIEWS).toContain(view);
    expect(uses.filter((use) => isInView(use, view)).map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ["", true],
    ["VOICE", true],
    ["back text", true],
    ["text drop", false],
  ])("finds voicemail-text-back by %j: %s", (search, isFound) => {
    const use = ruleUse("voicemail-text-back", aRuleSet(), null, LOCATION);
    expect(hasName(use, search)).toBe(isFound);
  });
});
