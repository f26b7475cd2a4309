import type { EventKind } from "./event-kinds.ts";
import type { OptOut } from "./opt-out.ts";
import type { Action } from "./rule.ts";

/** One event of the past, with what history facts, limits and de-duplication need. */
export interface PastEvent {
  readonly kind: EventKind;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly direction: "inbound" | "outbound" | null;
  /** Milliseconds since 1970: when it was recorded. */
  readonly at: number;
  /** The rules that fired on it. */
  readonly fired: readonly string[];
  /** One for a message and all its retries; `null` if the event is not about a message. */
  readonly chain: string | null;
  /** Identifies the chain and its state; `null` if the event is not about a message. */
  readonly messageKey: string | null;
  /** It changed nothing: no rule counts it. */
  readonly isRepeat: boolean;
}

/** What happened before an event, according to its place in the log. It is read only for rules that need it. */
export interface History {
  /** The events of the same contact that were recorded earlier, oldest first. */
  past(): readonly PastEvent[];
  /** Those among them that were about the same message in the same state. */
  ofMessage(messageKey: string): readonly PastEvent[];
  /** How often a rule has fired in the location since a time, milliseconds since 1970. */
  firedInLocation(rule: string, sinceMs: number): number;
  /** Why, after this event, the contact does not want what an action would send them; `null`: nothing is known. */
  optOut(action: Action): OptOut | null;
}

/** A history in which nothing happened. */
export const NO_HISTORY: History = {
  past: () => [],
  ofMessage: () => [],
  firedInLocation: () => 0,
  optOut: () => null,
};
