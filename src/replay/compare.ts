// Two sets of rules over the same log, side by side: what each rule does, who gets which text now and did not, and who no
// longer does.
import {
  CAUSES,
  type Cause,
  type Comparison,
  type Difference,
  type Faithful,
  type RuleChange,
} from "../model/comparison.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import { differing } from "./faithful.ts";
import { firsts } from "./firsts.ts";
import type { LogItem, ReadLog } from "./items.ts";
import { startReplay, type Replayed } from "./replay.ts";
import { comparingTexts, pair } from "./sent-texts.ts";
import { sharedBy } from "./shared.ts";
import { untilSettled } from "./unsettled.ts";
import { untesting } from "./untested.ts";

/** What is put side by side. */
export interface Compared {
  /** `null`: the rules that were in force. */
  readonly before: RuleSet | null;
  readonly after: RuleSet;
  /** Before this time the rules that were in force decide in both, so that what they did is known; milliseconds since 1970. */
  readonly sinceMs: number;
  /** How many texts each list has at most, the first of them; absent: all. */
  readonly shown?: number | undefined;
}

const MAX_SHOWN_DIFFERENCES = 50;

/** Replays a log by both. `seen` is called after each event. */
export async function compare(
  { start, items }: ReadLog,
  { before, after, sinceMs, shown }: Compared,
  seen: (events: number) => void = () => undefined,
): Promise<Comparison> {
  const inForce = ({ decision }: LogItem): RuleSet | null => start.ruleSets.get(decision.ruleSet) ?? null;
  const isSince = ({ decision }: LogItem): boolean => Date.parse(decision.decidedAt) >= sinceMs;
  const shared = sharedBy(start, before === null ? [after] : [before, after]);
  const one = startReplay(start, (item) => (before === null || !isSince(item) ? inForce(item) : before), { shared });
  const other = startReplay(start, (item) => (isSince(item) ? after : inForce(item)), { shared });
  const rulesBefore = before ?? start.ruleSets.get(start.head.ruleSet) ?? null;
  const changes = changesOf(rulesBefore, after);
  const untested = untesting(after.rules.filter(({ name }) => changes.get(name) !== "same"));
  const fires = new Map<string, [number, number]>();
  const leftOut: [number, number] = [0, 0];
  const times: string[] = [];
  const truth = before === null ? faithfulTo(start.ruleSets) : null;
  const texts = comparingTexts([rulesBefore, after], shown ?? Infinity);
  const unsettled = untilSettled();
  let [events, all] = [0, 0];
  for await (const item of items) {
    const [was, is] = [await one.take(item), await other.take(item)];
    seen((all += 1));
    const place = all;
    const tellDifferences = truth?.see(item, was);
    const deliveries = [...(was?.deliveries ?? []), ...(is?.deliveries ?? [])];
    const isCompared = isSince(item) && deliveries.length > 0;
    const sides = isCompared ? ([texts.side(item, was, 0), texts.side(item, is, 1)] as const) : null;
    if (deliveries.length === 0) tellDifferences?.();
    else
      unsettled.add(deliveries, {
        done() {
          tellDifferences?.();
          if (sides) texts.compare(place, ...sides);
        },
        letGo: () => sides?.flat().forEach(({ text }) => text?.()),
      });
    if (!isSince(item)) continue;
    events += 1;
    times[events === 1 ? 0 : 1] = item.decision.decidedAt;
    untested.see(item.event);
    for (const [side, came] of [was, is].entries()) {
      if (came === null) leftOut[side as 0 | 1] += 1;
      for (const rule of came?.decision.fired ?? []) pair(fires, rule)[side as 0 | 1] += 1;
    }
  }
  one.end();
  other.end();
  unsettled.end();
  const { counted, counts, countsOf, ...found } = texts.found();
  const names = new Set([...changes.keys(), ...fires.keys()]);
  const [from = null, to = from] = times;
  return {
    locationId: start.head.locationId,
    from,
    to,
    events,
    leftOut,
    rules: [...names].toSorted().map((rule) => ({
      rule,
      change: changes.get(rule) ?? "removed",
      fires: pair(fires, rule),
      texts: pair(counted.texts, rule),
      others: pair(counted.others, rule),
    })),
    ...found,
    ...(shown === undefined ? {} : { counts, countsOf }),
    untested: untested.found(),
    faithful: truth?.told() ?? null,
  };
}

/** What became of each rule of either set. */
function changesOf(before: RuleSet | null, after: RuleSet): ReadonlyMap<string, RuleChange["change"]> {
  const known = new Map(before?.rules.map((rule) => [rule.name, textOfRule(rule)]) ?? []);
  const changes = new Map<string, RuleChange["change"]>(before?.rules.map(({ name }) => [name, "removed"]) ?? []);
  for (const rule of after.rules) {
    const was = known.get(rule.name);
    changes.set(rule.name, was === undefined ? "new" : was === textOfRule(rule) ? "same" : "changed");
  }
  return changes;
}

/** What a rule does, in one form: what a ledger keeps has the same keys in another order, and one location of several. */
function textOfRule(whole: Rule): string {
  const { locations: _, ...rule } = whole;
  const given = Object.entries(rule).filter(([, value]) => value !== undefined);
  return JSON.stringify(given.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Collects whether a replay is what was recorded. */
function faithfulTo(ruleSets: ReadonlyMap<string, RuleSet>): {
  /** Gives what is to be called once the deliveries of the event are settled. */
  readonly see: (item: LogItem, came: Replayed | null) => () => void;
  readonly told: () => Faithful;
} {
  const causes: { [C in Cause]?: number } = {};
  const kept = firsts<readonly Difference[]>(MAX_SHOWN_DIFFERENCES);
  const byName = new Map<string, ReadonlyMap<string, Rule>>();
  for (const [hash, { rules }] of ruleSets) byName.set(hash, new Map(rules.map((rule) => [rule.name, rule])));
  let [all, beginsMs, lastMs] = [0, 0, 0];
  return {
    see(item, came) {
      all += 1;
      const place = all;
      const atMs = Date.parse(item.decision.decidedAt);
      if (all === 1) beginsMs = atMs;
      const isBackwards = atMs < lastMs;
      lastMs = atMs;
      if (came !== null && came.taken !== "decided") causes[came.taken] = (causes[came.taken] ?? 0) + 1;
      const rules = byName.get(item.decision.ruleSet) ?? new Map<string, Rule>();
      const differences = differing(item, came, { beginsMs, isBackwards, rules });
      return () => {
        const found = differences();
        const [first] = found;
        if (!first) return;
        causes[first.cause] = (causes[first.cause] ?? 0) + 1;
        kept.add(place, found);
      };
    },
    told() {
      const different = Object.keys(CAUSES).reduce((sum, cause) => sum + (causes[cause as Cause] ?? 0), 0);
      return { same: all - different, causes, differences: kept.found().flat().slice(0, MAX_SHOWN_DIFFERENCES) };
    },
  };
}
