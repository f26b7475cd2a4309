// What keeps a rule from firing, whatever its conditions say: before they are asked, and once they are met.
import { guardedAs } from "../events/event.ts";
import type { Decision, Verdict, VerdictReason } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import { KINDS, type Guard } from "../model/event-kinds.ts";
import type { History } from "../model/history.ts";
import type { Limit, Rule } from "../model/rule.ts";
import type { DecisionFacts } from "./facts.ts";
import { hasFiredForMessage, isAtLimit } from "./history.ts";

/** How often a rule may fire in one chain of our own changes. */
const MAX_TURNS = 3;
/** How many firings one chain may have, of any rules. */
const MAX_CHAIN = 30;

/** What keeps rules from being asked, whatever their conditions. */
export interface Gate {
  readonly guarded: Guard | null;
  /** The event that this one repeats. */
  readonly repeats: string | null;
  /** The rule that fired and stops those after it. */
  stoppedBy: string | null;
}

/** A message that we sent ourselves is guarded, whatever HighLevel says about its source; what became of it is not. */
export function gateOf(event: Event, { sentBy, repeats }: Pick<Decision, "sentBy" | "repeats">): Gate {
  const isGuarded = sentBy !== undefined && KINDS[event.kind].guards?.includes("api") === true;
  return { guarded: isGuarded ? "api" : guardedAs(event), repeats: repeats ?? null, stoppedBy: null };
}

/** The verdict on a rule that need not be evaluated, or `null` if it must be. */
export function unasked(rule: Rule, event: Event, { guarded, repeats, stoppedBy }: Gate): Verdict | null {
  if (rule.locations && !rule.locations.includes(event.locationId)) return notAsked(rule, "location");
  if (rule.enabled === false) return notAsked(rule, "disabled");
  if (guarded !== null && !INCLUDES[guarded](rule)) return notAsked(rule, "loop-guard");
  if (repeats !== null) return { ...notAsked(rule, "no-change"), detail: repeats };
  if (stoppedBy !== null) return { ...notAsked(rule, "stopped"), detail: stoppedBy };
  return null;
}

/** Whether a rule includes what a guard keeps from the others. */
const INCLUDES: { readonly [G in Guard]: (rule: Rule) => boolean } = {
  api: ({ includeApi }) => includeApi === true,
  internal: ({ includeInternal }) => includeInternal === true,
};

/** A verdict on a rule whose conditions were not evaluated. */
export function notAsked(rule: Rule, reason: VerdictReason): Verdict {
  return { rule: rule.name, fired: false, reason, conditions: [] };
}

/** What came before the event, as far as it keeps a rule from firing again. */
export interface Before {
  readonly history: History;
  /** The rules whose changes in HighLevel led to the event. */
  readonly chain: readonly string[];
}

/** Why a rule whose conditions are met may not fire all the same; `null`: it may. */
export function heldBack(
  rule: Rule,
  { asPast }: DecisionFacts,
  { history, chain }: Before,
): Pick<Verdict, "reason" | "detail"> | null {
  if (chain.length >= MAX_CHAIN || chain.filter((name) => name === rule.name).length >= MAX_TURNS)
    return { reason: "loop", detail: chain.join(" → ") };
  if (hasFiredForMessage(rule.name, asPast, history)) return { reason: "duplicate-action" };
  if (rule.limit && isAtLimit(rule, rule.limit, asPast.at, history))
    return { reason: "limit", detail: limitInWords(rule.limit) };
  return null;
}

function limitInWords({ count, within, per = "contact" }: Limit): string {
  return `${count} ${within === undefined ? "for ever" : `within ${within}`} for each ${per}`;
}
