// Whether a replay of the rules that were in force is what was recorded, and, where it is not, why.
import type { Cause, Difference } from "../model/comparison.ts";
import type { ExportedDelivery } from "../model/export.ts";
import type { Rule } from "../model/rule.ts";
import { reachMs } from "./asked.ts";
import { attemptsOf, type ReplayedDelivery } from "./delivery.ts";
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
  return differing(item, came, around)();
}

/** The same, for what is called once its deliveries are settled: of the event and its decision nothing is held until then. */
export function differing(item: LogItem, came: Replayed | null, around: Around): () => readonly Difference[] {
  const { event, decision, deliveries } = item;
  const told = (rule: string, what: Difference["what"], recorded: string, replayed: string): Difference => {
    const cause = causeOf(item, rule, around);
    return { eventKey: event.key, rule, what, recorded, replayed, cause };
  };
  if (came === null) return always([told("", "event", "came", "did not come")]);
  if (came.taken !== "decided") return NO_DIFFERENCE;
  const reasons = reasonsOf(came.decision);
  const recorded = reasonsOf(decision);
  const names = new Set([...reasons.keys(), ...recorded.keys()]);
  const decided = [...names].flatMap((rule) => {
    const [now, then] = [reasons.get(rule) ?? "not asked", recorded.get(rule) ?? "not asked"];
    return now === then ? [] : [told(rule, "fired", then, now)];
  });
  if (decided.length > 0) return always(decided);
  if (deliveries.length === 0) return NO_DIFFERENCE;
  const pairs = deliveries.map((one, at) => ({
    own: came.deliveries[at],
    recorded: inShort(one),
    rule: one.rule,
    cause: causeOf(item, one.rule, around),
  }));
  return differingDeliveries(event.key, pairs);
}

const NO_DIFFERENCE = always([]);

function always(found: readonly Difference[]): () => readonly Difference[] {
  return () => found;
}

interface DeliveryPair extends Pick<Difference, "rule" | "recorded" | "cause"> {
  readonly own: ReplayedDelivery | undefined;
}

function differingDeliveries(eventKey: string, pairs: readonly DeliveryPair[]): () => readonly Difference[] {
  return () =>
    pairs.flatMap(({ own, rule, recorded, cause }): Difference[] => {
      const replayed = own ? replayedInShort(own) : "none";
      return recorded === replayed ? [] : [{ eventKey, rule, what: "delivery", recorded, replayed, cause }];
    });
}

/** What became of each rule that was asked. A stored decision that had no room for verdicts still names what fired. */
function reasonsOf({ verdicts, fired, leftOut }: LogItem["decision"]): ReadonlyMap<string, string> {
  const asked = leftOut === undefined ? verdicts.map(({ rule, reason }) => [rule, reason] as const) : [];
  return new Map<string, string>([...asked, ...fired.map((rule) => [rule, "fired"] as const)]);
}

function inShort(recorded: ExportedDelivery): string {
  const { state, hasLeft, cancelledBy, dueAt } = recorded;
  const due = state === "scheduled" && attemptsOf(recorded) === 0 ? dueAt : null;
  return JSON.stringify([state === "sending" ? "scheduled" : state, hasLeft, cancelledBy, due]);
}

function replayedInShort({ state, hasLeft, cancelledBy, dueAtMs, recorded }: ReplayedDelivery): string {
  const isUntried = state === "scheduled" && (recorded === null || recorded.attempts === 0);
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
