// The answers to someone who tries out a rule before it is a file. Nothing of this is recorded.
import type { Decision } from "./decision.ts";
import type { Event, Facts } from "./event.ts";
import type { Issue } from "./failure.ts";
import type { LogEntry } from "./ledger.ts";
import type { Action, Rule, RuleFinding } from "./rule.ts";
import type { SentRequest } from "./sent-request.ts";

/** A decision that is only shown, not recorded; its actions with the names of their rules. */
export interface Explained {
  readonly event: Event;
  readonly decision: Decision;
  readonly actions: readonly ExplainedAction[];
}

/** An action that would follow. */
export interface ExplainedAction {
  readonly rule: string;
  /** Its place in the rule's `actions`. */
  readonly index: number;
  readonly action: Action;
  /** ISO 8601, UTC. */
  readonly dueAt: string;
  /** What it would send, as it is kept once it has left; null: nothing, or there are too many to try each. */
  readonly request: SentRequest | null;
  /** Why it would end as a dead letter; null: it would leave, as far as can be told. */
  readonly dead: string | null;
}

/** The result of checking a draft of a rule: `POST /api/check`. */
export interface CheckedDraft {
  readonly name: string;
  readonly admitted: boolean;
  /** The rule that the file makes, named conditions put in place; `null`: it is refused. */
  readonly rule: Rule | null;
  /** What `npm run rules check` would report for a file with the draft. */
  readonly findings: readonly RuleFinding[];
  readonly examples: { readonly passed: number; readonly failed: number };
  /**
   * What would be decided about the event with the draft in force; `null` without a usable event or an admitted draft,
   * or if it would take too long.
   */
  readonly explained: (Explained & { readonly facts: Facts }) | null;
  /** Why the event cannot be used. */
  readonly issues: readonly Issue[];
}

/** What a draft would have done on the last events of a location. */
export interface TriedRule {
  /** How many events were decided again: if all requested would take too long, only the newest ones. */
  readonly tried: number;
  /**
   * When the first and the last of them were received, ISO 8601, UTC; both of the newest event if trying even that one
   * would take too long, `null` if there is no event.
   */
  readonly from: string | null;
  readonly to: string | null;
  /** On how many of the events the draft fires. */
  readonly fires: number;
  /** On how many the rule of this name really fired. */
  readonly firedBefore: number;
  /** On how many both. */
  readonly both: number;
  /** Up to a hundred of each, newest first. */
  readonly onlyNow: readonly LogEntry[];
  readonly onlyBefore: readonly LogEntry[];
}

/** The answer of `POST /api/locations/:l/try`. */
export interface TriedDraft extends TriedRule {
  readonly findings: readonly RuleFinding[];
}
