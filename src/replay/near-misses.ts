// The near misses of one rule over a log: events on which one thing alone kept it from firing. The rules that were in force
// decide again, with all their state, so that what is told of an event is about the decision that its page shows.
import { nearMissOf, type Near } from "../counterfactual/near-miss.ts";
import type { Decision, VerdictReason } from "../model/decision.ts";
import type { NearEvent, NearMisses } from "../model/near-miss.ts";
import type { Rule, RuleSet } from "../model/rule.ts";
import type { LogItem, ReadLog } from "./items.ts";
import { startReplay, type Replayed, type Watch } from "./replay.ts";

/** What is asked of a log. */
export interface NearAsked {
  readonly rule: string;
  /** From then on events are looked at, milliseconds since 1970. */
  readonly sinceMs: number;
}

const MOST_MISSES = 50;
const MOST_EVENTS = 10;
/** So many things of which each would have been enough are named. */
const MOST_ENOUGH = 5;

interface Found {
  readonly near: readonly Near[];
  count: number;
  /** The newest first. */
  readonly events: NearEvent[];
}

/** Looks for the near misses of a rule. It is no replay of other rules: what the rule said when an event was decided counts. */
export async function nearMisses({ start, items }: ReadLog, asked: NearAsked): Promise<NearMisses> {
  const inForce = ({ decision }: LogItem): RuleSet | null => start.ruleSets.get(decision.ruleSet) ?? null;
  const ruleIn = (ruleSet: RuleSet): Rule | undefined => ruleSet.rules.find(({ name }) => name === asked.rule);
  const ready = new Map<RuleSet, ReturnType<typeof nearMissOf>>();
  let isLookedAt = false;
  let near: readonly Near[] = [];
  const look: Watch = async (event, ruleSet, context) => {
    const rule = ruleIn(ruleSet);
    if (!isLookedAt || !rule) return;
    const ask = ready.get(ruleSet) ?? nearMissOf(rule, ruleSet);
    ready.set(ruleSet, ask);
    near = await ask(event, context);
  };
  const replay = startReplay(start, inForce, { watch: look });
  const counts = { looked: 0, fired: 0, unclear: 0, near: 0 };
  const found = new Map<string, Found>();
  for await (const item of items) {
    const { event, decision } = item;
    const ruleSet = inForce(item);
    const rule = ruleSet ? ruleIn(ruleSet) : undefined;
    const isFired = decision.fired.includes(asked.rule);
    const isSince = Date.parse(decision.decidedAt) >= asked.sinceMs;
    const isAsked = rule?.on.includes(event.kind) === true && rule.locations?.includes(event.locationId) !== false;
    isLookedAt = isSince && isAsked && !isFired;
    near = [];
    const came = await replay.take(item);
    // Of rules that are not kept it is not known whether this one was among them, and looked at the event.
    if (!isSince || (ruleSet !== null && !isAsked)) continue;
    counts.looked += 1;
    if (isFired) counts.fired += 1;
    else if (!isSameOf(asked.rule, decision, came)) counts.unclear += 1;
    else if (near.length > 0) {
      counts.near += 1;
      note(found, near, item);
    }
  }
  const all = [...found.values()].toSorted((a, b) => b.count - a.count);
  return {
    rule: asked.rule,
    ...counts,
    misses: all.slice(0, MOST_MISSES).map(({ near: each, count, events }) => ({
      enough: each.slice(0, MOST_ENOUGH).map(({ enough }) => enough),
      more: Math.max(0, each.length - MOST_ENOUGH),
      count,
      events,
    })),
    more: Math.max(0, all.length - MOST_MISSES),
  };
}

function note(found: Map<string, Found>, near: readonly Near[], { event, decision }: LogItem): void {
  const name = JSON.stringify(near.map((one) => one.name).toSorted());
  const known = found.get(name) ?? { near, count: 0, events: [] };
  found.set(name, known);
  known.count += 1;
  const saw = near.length === 1 ? near[0]?.saw : undefined;
  const told = { eventKey: event.key, contactId: event.contactId, at: decision.decidedAt };
  known.events.unshift(saw === undefined ? told : { ...told, saw });
  if (known.events.length > MOST_EVENTS) known.events.pop();
}

/** Whether a replay made of a rule that did not fire what was recorded: no firing either, and for the same reason. */
function isSameOf(rule: string, recorded: Decision, came: Replayed | null): boolean {
  if (recorded.deciding || came?.taken !== "decided" || came.decision.fired.includes(rule)) return false;
  const reasonIn = ({ verdicts }: Decision): VerdictReason | undefined =>
    verdicts.find((one) => one.rule === rule)?.reason;
  // A decision may have had no room for the verdict.
  return recorded.leftOut !== undefined || reasonIn(recorded) === reasonIn(came.decision);
}
