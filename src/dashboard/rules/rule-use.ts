// What a rule set does at a location: how often each rule fired and was suppressed, and what the build found in it.
import { SUPPRESSION_REASONS, type SuppressionReason } from "../../model/decision.ts";
import type { CheckedRule, Rule, RuleSet } from "../../model/rule.ts";
import type { RuleStatistics } from "../../model/statistics.ts";

/** What `GET /api/rules` answers. */
export type RuleSetAnswer = Omit<RuleSet, "conditions">;

/** How often something happened in the last day, in the last week, and hour by hour. */
interface Count {
  readonly day: number;
  readonly week: number;
  readonly hours: readonly number[];
}

/** A rule at a location. */
export interface RuleUse {
  readonly name: string;
  /** `null`: the rule set in force has none of this name. */
  readonly rule: Rule | null;
  /** Why it can never fire here; `null`: it can. */
  readonly off: "disabled" | "elsewhere" | null;
  readonly fired: Count;
  readonly suppressed: Count;
  /** The week's most frequent reason first; those that did not occur are left out. */
  readonly reasons: readonly { readonly reason: SuppressionReason; readonly count: Count }[];
  /** ISO 8601, UTC; `null` if it fired on no event that is kept. */
  readonly lastFired: string | null;
  /** `null` if it has not been checked. */
  readonly checked: CheckedRule | null;
  /** It could have fired in the week, but did not. `false` while the statistics are not known. */
  readonly isUnused: boolean;
}

export const RULE_VIEWS = ["all", "fired", "unused", "findings"] as const;
export type RuleView = (typeof RULE_VIEWS)[number];

const HOURS_OF_DAY = 24;

/** Every rule, in the order of the set. `statistics`: of a week, by the hour; `null` while not known. */
export function ruleUses(set: RuleSetAnswer, statistics: RuleStatistics | null, locationId: string): RuleUse[] {
  const checks = new Map((set.checked ?? []).map((checked) => [checked.rule, checked]));
  return set.rules.map((rule) => useOf(rule.name, rule, checks.get(rule.name) ?? null, statistics, locationId));
}

/** One rule by its name, whether the set has it or not. */
export function ruleUse(
  name: string,
  set: RuleSetAnswer,
  statistics: RuleStatistics | null,
  locationId: string,
): RuleUse {
  const rule = set.rules.find((one) => one.name === name) ?? null;
  const checked = set.checked?.find((one) => one.rule === name) ?? null;
  return useOf(name, rule, checked, statistics, locationId);
}

/** The names of rules that are in the statistics but no longer in the set, sorted. */
export function formerRules(set: RuleSetAnswer, statistics: RuleStatistics | null): string[] {
  const names = new Set(set.rules.map(({ name }) => name));
  return Object.keys(statistics?.rules ?? {})
    .filter((name) => !names.has(name))
    .toSorted();
}

/** Whether a rule belongs to a view. */
export function isInView(use: RuleUse, view: RuleView): boolean {
  switch (view) {
    case "all":
      return true;
    case "fired":
      return use.fired.week > 0;
    case "unused":
      return use.isUnused;
    case "findings":
      return use.checked !== null && use.checked.findings.length > 0;
  }
}

/** Whether the rule's name contains every word of the search, ignoring case. */
export function hasName(use: RuleUse, search: string): boolean {
  const name = use.name.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.includes(word));
}

function useOf(
  name: string,
  rule: Rule | null,
  checked: CheckedRule | null,
  statistics: RuleStatistics | null,
  locationId: string,
): RuleUse {
  const own = statistics && Object.hasOwn(statistics.rules, name) ? statistics.rules[name] : undefined;
  const fired = countOf(own?.fired ?? []);
  const reasons = SUPPRESSION_REASONS.map((reason) => ({ reason, count: countOf(own?.held[reason] ?? []) }))
    .filter(({ count }) => count.week > 0)
    .toSorted((a, b) => b.count.week - a.count.week);
  const off = rule === null ? null : offOf(rule, locationId);
  return {
    name,
    rule,
    off,
    fired,
    suppressed: countOf(added(reasons.map(({ count }) => count.hours))),
    reasons,
    lastFired: statistics && Object.hasOwn(statistics.lastFired, name) ? (statistics.lastFired[name] ?? null) : null,
    checked,
    isUnused: statistics !== null && rule !== null && off === null && fired.week === 0,
  };
}

function offOf({ enabled, locations }: Rule, locationId: string): RuleUse["off"] {
  if (enabled === false) return "disabled";
  return locations === undefined || locations.includes(locationId) ? null : "elsewhere";
}

function countOf(hours: readonly number[]): Count {
  return { day: sum(hours.slice(-HOURS_OF_DAY)), week: sum(hours), hours };
}

function added(rows: readonly (readonly number[])[]): number[] {
  const length = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length }, (_, index) => sum(rows.map((row) => row[index] ?? 0)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
