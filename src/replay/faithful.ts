// Whether a replay of the rules that were in force is what was recorded, and, where it is not, why.
import type { Cause, Difference } from "../model/comparison.ts";
import type { ExportedDelivery } from "../model/export.ts";
import { isLogFact } from "../language/log-facts.ts";
import { comparisons } from "../language/conditions.ts";
import type { Rule } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";
import type { ReplayedDelivery } from "./delivery.ts";
import type { LogItem } from "./items.ts";
import type { Replayed } from "./replay.ts";

/** What a cause is found by. */
export interface Around {
  /** When the first event of the log was recorded, milliseconds since 1970. */
  readonly beginsMs: number;
  /** Whether the event was recorded before the one before it. */
  readonly isBackwards: boolean;
  readonly rules: ReadonlyMap<string, Rule>;
}

/** What a replay says of an event that the log says differently. Call it once the replay has come to its end. */
export function differencesIn(item: LogItem, came: Replayed | null, around: Around): readonly Difference[] {
  const { event, decision, deliveries } = item;
  const told = (rule: string, what: Difference["what"], recorded: string, replayed: string): Difference => {
    const cause = causeOf(item, rule, around);
    return { eventKey: event.key, rule, what, recorded, replayed, cause };
  };
  if (came === null) return [told("", "event", "came", "did not come")];
  if (came.taken !== "decided") return [];
  const reasons = reasonsOf(came.decision);
  const recorded = reasonsOf(decision);
  const names = new Set([...reasons.keys(), ...recorded.keys()]);
  const decided = [...names].flatMap((rule) => {
    const [now, then] = [reasons.get(rule) ?? "not asked", recorded.get(rule) ?? "not asked"];
    return now === then ? [] : [told(rule, "fired", then, now)];
  });
  if (decided.length > 0) return decided;
  return deliveries.flatMap((one, at) => {
    const own = came.deliveries[at];
    const [then, now] = [inShort(one), own ? replayedInShort(own) : "none"];
    return then === now ? [] : [told(one.rule, "delivery", then, now)];
  });
}

/** What became of each rule that was asked. A stored decision that had no room for verdicts still names what fired. */
function reasonsOf({ verdicts, fired, leftOut }: LogItem["decision"]): ReadonlyMap<string, string> {
  const asked = leftOut === undefined ? verdicts.map(({ rule, reason }) => [rule, reason] as const) : [];
  return new Map<string, string>([...asked, ...fired.map((rule) => [rule, "fired"] as const)]);
}

function inShort({ state, hasLeft, cancelledBy, dueAt, attempts }: ExportedDelivery): string {
  const due = state === "scheduled" && attempts.length === 0 ? dueAt : null;
  return JSON.stringify([state === "sending" ? "scheduled" : state, hasLeft, cancelledBy, due]);
}

function replayedInShort({ state, hasLeft, cancelledBy, dueAtMs, recorded }: ReplayedDelivery): string {
  const isUntried = state === "scheduled" && (recorded === null || recorded.attempts.length === 0);
  const due = isUntried ? new Date(dueAtMs).toISOString() : null;
  return JSON.stringify([state === "sending" ? "scheduled" : state, hasLeft, cancelledBy, due]);
}

function causeOf({ decision, deliveries }: LogItem, rule: string, around: Around): Cause {
  const known = around.rules.get(rule);
  if (around.isBackwards) return "clock-set-back";
  if (known && Date.parse(decision.decidedAt) - reachMs(known) < around.beginsMs) return "log-begins";
  if (known?.limit?.per === "location") return "other-contacts";
  return deliveries.some((one) => one.rule === rule && isByHand(one)) ? "by-hand" : "unexplained";
}

function isByHand({ cancelledBy, released, attempts }: ExportedDelivery): boolean {
  const isRetried = attempts.slice(0, -1).some(({ error }) => error !== null && !error.startsWith("DESTINATION_"));
  return cancelledBy?.by === "operator" || released === true || isRetried;
}

/** How far back a rule looks, in milliseconds: its limit, and the facts that ask the log; 0: nowhere. */
export function reachMs({ limit, conditions }: Rule): number {
  const ofFacts = [...comparisons(conditions, [])].flatMap(({ condition: { fact, params } }) => {
    const within = params?.["within"];
    if (!isLogFact(fact)) return [];
    return typeof within === "string" ? (durationMs(within) ?? 0) : Infinity;
  });
  const ofLimit = limit === undefined ? 0 : limit.within === undefined ? Infinity : (durationMs(limit.within) ?? 0);
  return Math.max(ofLimit, ...ofFacts, 0);
}
