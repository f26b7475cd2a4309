import type { Json, JsonObject } from "../kit/json.ts";
import type { Counterfactual } from "./counterfactual.ts";
import type { Known } from "./known.ts";
import type { PausedThen } from "./pause.ts";
import type { Action, Rule } from "./rule.ts";

/** Why a rule fired or did not. */
export type VerdictReason =
  | "fired"
  | "conditions" // a condition was not met
  | "error" // evaluating it failed; other rules are not affected
  | "limit" // it has already fired as often as it may
  | "duplicate-action" // it has already fired for this message, or one that this is a retry of, in this state
  | "no-change" // the event changes nothing: it says what the one before it said
  | "loop" // its own changes in HighLevel keep leading to it
  | "paused" // it, or the whole location, is paused
  | "late" // it was found in HighLevel's export when all that the rule does was overdue, and the rule has no "late": true
  | "stopped" // an earlier rule fired and has "stop": true
  | "disabled" // "enabled": false
  | "location" // "locations" does not name this one
  | "loop-guard"; // sent through the API, or an internal comment, and the rule does not include those

/** Why a rule that the index proposed was suppressed although its conditions were met, or before they were evaluated. */
export const SUPPRESSION_REASONS = [
  "limit",
  "duplicate-action",
  "loop",
  "late",
  "paused",
  "error",
  "stopped",
] as const satisfies readonly VerdictReason[];
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

/** A rule that was suppressed on an event. Answers and tables call this `held`; in the code, held is a delivery that waits for a person. */
export interface SuppressedRule {
  readonly rule: string;
  readonly reason: SuppressionReason;
}

/** One condition of a rule, with the value that it saw. */
export interface ConditionVerdict {
  /** JSON pointer into the rule's `conditions`. */
  readonly pointer: string;
  readonly fact: string;
  readonly path?: string | undefined;
  readonly params?: JsonObject | undefined;
  readonly operator: string;
  /** What the rule compares with; for `value: { fact }` the other fact's value. */
  readonly value: Json;
  /** What the event had, long text shortened; absent if the fact was absent or never read. */
  readonly saw?: Json | undefined;
  /** `null`: not evaluated. The engine needed no more, or it queries the log and the index had ruled the rule out. */
  readonly met: boolean | null;
}

/** What is special about an action of a rule that fired, as far as was known when it was decided. */
export interface VerdictNote {
  /** Its place in the rule's `actions`. */
  readonly action: number;
  /**
   * It will be held: the contact has do not disturb on, or wrote a word such as STOP. Or it restarts, and replaces the one
   * that waited. Or it is not done, since it was overdue when the event was found in HighLevel's export.
   */
  readonly reason: "dnd" | "stopped" | "restart" | "late";
  /** A clause for people. */
  readonly detail: string;
}

/** What one rule made of one event. */
export interface Verdict {
  readonly rule: string;
  readonly fired: boolean;
  readonly reason: VerdictReason;
  /**
   * For `error` what failed, for `stopped` the rule that stopped it, for `limit` the limit in words, for `loop` the chain, for `late` when it was due, for
   * `paused` by whom, since when and why,
   * for `no-change` the key of the event that is repeated, for `conditions` why they cannot be shown. For `fired` and
   * `conditions` also what the rule asks and could not be learnt, with the reason.
   */
  readonly detail?: string | undefined;
  readonly conditions: readonly ConditionVerdict[];
  /** Actions that will be held, or replace others; absent: none, as far as is known. */
  readonly notes?: readonly VerdictNote[] | undefined;
  /** What would have been enough, the nearest first; absent: nobody asked, or the rule fired. */
  readonly whatIf?: readonly Counterfactual[] | undefined;
  /** The stored decision had no room for the conditions of this rule. */
  readonly shortened?: true | undefined;
}

/** What was known of the contact and the location, as far as the rules asked. A part that is not there was not known. */
export interface KeptKnown extends Known {
  /** What was known and asked, and is too large to be kept: `contact.custom.notes`. Absent: nothing. */
  readonly unkept?: readonly string[] | undefined;
}

/** What rules made of one event. */
export interface Decision {
  readonly eventKey: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  /** IANA name: the zone of `localTime` and `weekday`. */
  readonly timeZone: string;
  /** Hash of the rule set that decided. */
  readonly ruleSet: string;
  /** Names of the rules that fired, in order. */
  readonly fired: readonly string[];
  /**
   * In order of deciding. As stored: those of the rules that the index proposed. As shown: one for each rule on this
   * kind of event.
   */
  readonly verdicts: readonly Verdict[];
  /** The delivery that sent the message, if it is our own; only rules that include those see it. Absent: it is not. */
  readonly sentBy?: string | undefined;
  /** The key of the event that this one repeats: it changes nothing, so no rule fires. Absent: it is news. */
  readonly repeats?: string | undefined;
  /** The rules whose changes in HighLevel led to the event, the first one first. Absent: it comes of none, as far as is known. */
  readonly chain?: readonly string[] | undefined;
  /** What the rules asked of the contact and the location. Absent: they asked nothing, or nothing was known. */
  readonly known?: KeptKnown | undefined;
  /** What of the rules on this kind of event was paused. Absent: nothing. */
  readonly paused?: readonly PausedThen[] | undefined;
  /** It is not made yet: HighLevel is asked about the contact first. Absent: it is made. */
  readonly deciding?: true | undefined;
  /** How many verdicts the stored decision had no room for; those of rules that did not fire are dropped first. */
  readonly leftOut?: number | undefined;
}

/** An action that follows from a decision. */
export interface PlannedAction {
  readonly rule: Rule;
  /** Its place in the rule's `actions`. */
  readonly index: number;
  readonly action: Action;
  /** Milliseconds since 1970: after its delay, and within the rule's window. */
  readonly dueAtMs: number;
}

/** A decision, and the actions that follow from it in order. */
export interface Decided {
  readonly decision: Decision;
  readonly actions: readonly PlannedAction[];
  /** What was known beside the event, asked by a rule or not; absent: nothing. */
  readonly known?: Known | undefined;
}
