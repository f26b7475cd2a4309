// Events on which one thing alone kept a rule from firing.
import type { Json } from "../kit/json.ts";
import type { VerdictReason } from "./decision.ts";
import type { Condition } from "./rule.ts";

/** What keeps a rule from firing whose conditions are met. */
export type GateReason = Exclude<VerdictReason, "fired" | "conditions" | "error" | "location">;

/** One thing that would have been enough, had it been otherwise. */
export type Enough =
  /** A comparison of the rule that would have had to be met, or under `not` one that would have had not to be. */
  | { readonly condition: Condition }
  /** What held the rule back; for `stopped` the rule that did. */
  | { readonly reason: GateReason; readonly rule?: string | undefined };

/** An event on which a rule did not fire. */
export interface NearEvent {
  readonly eventKey: string;
  readonly contactId: string;
  /** ISO 8601, UTC: when it was decided. */
  readonly at: string;
  /** What the comparison saw, long text shortened; absent: nothing, or it is about no single comparison. */
  readonly saw?: Json | undefined;
}

/** Events that one and the same thing kept a rule from firing on. */
export interface NearMiss {
  /** One: it alone stood in the way. Several: each of them alone would have been enough. */
  readonly enough: readonly Enough[];
  /** How many others would have been enough, too, and are left out. */
  readonly more: number;
  readonly count: number;
  /** Some of them, the newest first. */
  readonly events: readonly NearEvent[];
}

/** What a log says of one rule. */
export interface NearMisses {
  readonly rule: string;
  /** Events that the rule looks at, as it was when each was decided. */
  readonly looked: number;
  /** On so many of these it fired. */
  readonly fired: number;
  /** So many cannot be decided again as they were, so that nothing is said of them. */
  readonly unclear: number;
  /** On so many one thing alone was in the way. Of the others more was. */
  readonly near: number;
  /** The most frequent first. */
  readonly misses: readonly NearMiss[];
  /** So many kinds of near misses are left out, the rarest. */
  readonly more: number;
}
