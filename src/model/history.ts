import type { EventKind } from "./event-kinds.ts";
import type { OptOut } from "./opt-out.ts";
import type { Action, LimitScope, Rule } from "./rule.ts";

/** How many events of a contact are looked at for history facts at most: the newest. */
export const MAX_PAST = 10_000;
/** How many events that were recorded ahead of one are looked at. */
export const MAX_AHEAD = 1_000;

/** One event of the past, with what history facts need. */
export interface PastEvent {
  readonly kind: EventKind;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly direction: "inbound" | "outbound" | null;
  /** Milliseconds since 1970: when it was recorded. */
  readonly at: number;
  /** One for a message and all its retries; `null` if the event is not about a message. */
  readonly chain: string | null;
}

/** The same with what limits and de-duplication need. */
export interface RecordedEvent extends PastEvent {
  /** The rules that fired on it. */
  readonly fired: readonly string[];
  /** Identifies the chain and its state; `null` if the event is not about a message. */
  readonly messageKey: string | null;
  /** It changed nothing: no rule counts it. */
  readonly isRepeat: boolean;
}

/** What happened before an event, according to its place in the log. It is read only for rules that need it. */
export interface History {
  /**
   * The events of the same contact that were recorded before this one and after a time, oldest first, perhaps with some
   * before it; milliseconds since 1970. None that changed nothing; of very many the newest.
   */
  past(afterMs: number): readonly PastEvent[];
  /** Whether a rule has fired for the same message, or one of its chain, in the same state. */
  hasFiredFor(messageKey: string, rule: string): boolean;
  /**
   * How often a rule has fired, for the contact or in the whole location, after a time in milliseconds since 1970. What
   * was cancelled before anything left does not count, nor what this event cancels, or replaces if the rule fires again.
   * It need not be counted beyond `atMost`.
   */
  firings(rule: Rule, per: LimitScope, afterMs: number, atMost: number): number;
  /** Since when the delivery waits that an action replaces if its rule fires, ISO 8601; `null`: none does. */
  replaced(rule: Rule, action: number): string | null;
  /** Why, after this event, the contact does not want what an action would send them; `null`: nothing is known. */
  optOut(action: Action): OptOut | null;
}

/** A history in which nothing happened. */
export const NO_HISTORY: History = {
  past: () => [],
  hasFiredFor: () => false,
  firings: () => 0,
  replaced: () => null,
  optOut: () => null,
};
