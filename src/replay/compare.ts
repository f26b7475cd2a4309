// Two sets of rules over the same log, side by side: what each rule does, who gets which text now and did not, and who no
// longer does.
import { kindOf } from "../act/kinds.ts";
import {
  CAUSES,
  type Cause,
  type ChangedText,
  type Comparison,
  type Difference,
  type Faithful,
  type RuleChange,
  type Text,
} from "../model/comparison.ts";
import { NOTHING_KNOWN } from "../model/known.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import type { ReplayedDelivery } from "./delivery.ts";
import { differencesIn } from "./faithful.ts";
import type { LogItem, ReadLog } from "./items.ts";
import { startReplay, type Replayed } from "./replay.ts";
import { textOf } from "./texts.ts";
import { untesting } from "./untested.ts";

/** What is put side by side. */
export interface Compared {
  /** `null`: the rules that were in force. */
  readonly before: RuleSet | null;
  readonly after: RuleSet;
  /** Before this time the rules that were in force decide in both, so that what they did is known; milliseconds since 1970. */
  readonly sinceMs: number;
}

const MAX_SHOWN_DIFFERENCES = 50;

/** Both replays of an event with which something was done. */
interface Both {
  readonly item: LogItem;
  readonly before: Replayed | null;
  readonly after: Replayed | null;
}

/** Replays a log by both. `seen` is called after each event. */
export async function compare(
  { start, items }: ReadLog,
  { before, after, sinceMs }: Compared,
  seen: (events: number) => void = () => undefined,
): Promise<Comparison> {
  const inForce = ({ decision }: LogItem): RuleSet | null => start.ruleSets.get(decision.ruleSet) ?? null;
  const isSince = ({ decision }: LogItem): boolean => Date.parse(decision.decidedAt) >= sinceMs;
  const one = startReplay(start, (item) => (before === null || !isSince(item) ? inForce(item) : before));
  const other = startReplay(start, (item) => (isSince(item) ? after : inForce(item)));
  const rulesBefore = before ?? start.ruleSets.get(start.head.ruleSet) ?? null;
  const changes = changesOf(rulesBefore, after);
  const untested = untesting(after.rules.filter(({ name }) => changes.get(name) !== "same"));
  const fires = new Map<string, [number, number]>();
  const both: Both[] = [];
  const leftOut: [number, number] = [0, 0];
  const times: string[] = [];
  const truth = before === null ? faithfulTo(start.ruleSets) : null;
  let [events, all] = [0, 0];
  for await (const item of items) {
    const [was, is] = [await one.take(item), await other.take(item)];
    truth?.see(item, was);
    seen((all += 1));
    if (!isSince(item)) continue;
    events += 1;
    times[events === 1 ? 0 : 1] = item.decision.decidedAt;
    untested.see(item.event);
    for (const [side, came] of [was, is].entries()) {
      if (came === null) leftOut[side as 0 | 1] += 1;
      for (const rule of came?.decision.fired ?? []) pair(fires, rule)[side as 0 | 1] += 1;
    }
    if ((was?.deliveries.length ?? 0) > 0 || (is?.deliveries.length ?? 0) > 0)
      both.push({ item, before: was, after: is });
  }
  one.end();
  other.end();
  const texts = new Map<string, [number, number]>();
  const others = new Map<string, [number, number]>();
  const found = textsOf(both, rulesBefore, after, { texts, others });
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
      texts: pair(texts, rule),
      others: pair(others, rule),
    })),
    ...found,
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

interface Counted {
  readonly texts: Map<string, [number, number]>;
  readonly others: Map<string, [number, number]>;
}

/** Counts what left or still waits, and finds the texts that only one of both sends, or sends otherwise. */
function textsOf(
  both: readonly Both[],
  rulesBefore: RuleSet | null,
  rulesAfter: RuleSet,
  counted: Counted,
): Pick<Comparison, "gained" | "lost" | "changed"> {
  const gained: Text[] = [];
  const lost: Text[] = [];
  const changed: ChangedText[] = [];
  for (const { item, before, after } of both) {
    const [was, is] = [sentBy(item, before, rulesBefore, 0, counted), sentBy(item, after, rulesAfter, 1, counted)];
    for (const [place, text] of is) {
      const earlier = was.get(place);
      if (!earlier) gained.push(text());
      else if (earlier.same !== text.same) changed.push(...changedText(earlier(), text()));
    }
    for (const [place, text] of was) if (!is.has(place)) lost.push(text());
  }
  return { gained, lost, changed };
}

/** A text that is rendered when somebody wants it, and what it is made of: the same gives the same text. */
interface Rendering {
  (): Text;
  readonly same: string;
}

/** The texts of one replay of an event that reach their contact, by rule and place. */
function sentBy(
  { event }: LogItem,
  came: Replayed | null,
  rules: RuleSet | null,
  side: 0 | 1,
  { texts, others }: Counted,
): ReadonlyMap<string, Rendering> {
  const sent = new Map<string, Rendering>();
  const counts = new Map<string, number>();
  for (const delivery of came?.deliveries ?? []) {
    const { rule: name } = delivery.firing;
    if (delivery.state !== "sent" && delivery.state !== "scheduled" && delivery.state !== "sending") continue;
    if (kindOf(delivery.action).messages(delivery.action) === null) {
      pair(others, name)[side] += 1;
      continue;
    }
    const rule = rules?.rules.find((one) => one.name === name);
    const { description = "", priority = 0 } = rule ?? {};
    const text = (): Text => textOf(delivery, event, came ?? NEVER, { name, description, priority });
    // What the log does not have may come out as no text.
    if (delivery.recorded === null && text().text === null) continue;
    pair(texts, name)[side] += 1;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    sent.set(`${name} ${nth}`, Object.assign(text, { same: madeOf(delivery, description, priority) }));
  }
  return sent;
}

const NEVER: Pick<Replayed, "decision" | "known"> = {
  decision: {
    eventKey: "",
    decidedAt: new Date(0).toISOString(),
    timeZone: "UTC",
    ruleSet: "",
    fired: [],
    verdicts: [],
  },
  known: NOTHING_KNOWN,
};

function madeOf({ action, dueAtMs }: ReplayedDelivery, description: string, priority: number): string {
  const { cancelOn: _, after: __, restart: ___, ...fields } = action;
  return JSON.stringify([fields, dueAtMs, description, priority]);
}

function changedText(before: Text, after: Text): readonly ChangedText[] {
  const isSame = before.text === after.text && before.at === after.at && before.messageType === after.messageType;
  return isSame ? [] : [{ before, after }];
}

/** Collects whether a replay is what was recorded. */
function faithfulTo(ruleSets: ReadonlyMap<string, RuleSet>): {
  readonly see: (item: LogItem, came: Replayed | null) => void;
  readonly told: () => Faithful;
} {
  const causes: { [C in Cause]?: number } = {};
  const kept: (() => readonly Difference[])[] = [];
  const byName = new Map<string, ReadonlyMap<string, Rule>>();
  for (const [hash, { rules }] of ruleSets) byName.set(hash, new Map(rules.map((rule) => [rule.name, rule])));
  let [all, beginsMs, lastMs] = [0, 0, 0];
  return {
    see(item, came) {
      all += 1;
      const atMs = Date.parse(item.decision.decidedAt);
      if (all === 1) beginsMs = atMs;
      const isBackwards = atMs < lastMs;
      lastMs = atMs;
      if (came !== null && came.taken !== "decided") causes[came.taken] = (causes[came.taken] ?? 0) + 1;
      const rules = byName.get(item.decision.ruleSet) ?? new Map<string, Rule>();
      const differences = (): readonly Difference[] => differencesIn(item, came, { beginsMs, isBackwards, rules });
      // What became of deliveries is known at the end.
      if (item.deliveries.length > 0 || (came?.deliveries.length ?? 0) > 0) kept.push(differences);
      else {
        const found = differences();
        if (found.length > 0) kept.push(() => found);
      }
    },
    told() {
      const found = kept.map((differences) => differences()).filter(({ length }) => length > 0);
      for (const [first] of found) if (first) causes[first.cause] = (causes[first.cause] ?? 0) + 1;
      const differing = Object.keys(CAUSES).reduce((sum, cause) => sum + (causes[cause as Cause] ?? 0), 0);
      return { same: all - differing, causes, differences: found.flat().slice(0, MAX_SHOWN_DIFFERENCES) };
    },
  };
}

function pair(counts: Map<string, [number, number]>, name: string): [number, number] {
  let known = counts.get(name);
  if (!known) counts.set(name, (known = [0, 0]));
  return known;
}
