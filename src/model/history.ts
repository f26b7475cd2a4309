import type { EventKind } from "./event.ts";
import type { OptOut } from "./opt-out.ts";
import type { Action } from "./rule.ts";

/** One event of the past, as history facts, limits and de-duplication ask about it. */
export interface PastEvent {
  readonly kind: EventKind;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly direction: "inbound" | "outbound" | null;
  /** Milliseconds since 1970: when it was recorded. */
  readonly at: number;
  /** The rules that fired on it. */
  readonly fired: readonly string[];
  /** The message and the state that it was in; `null` where it is no message. */
  readonly messageKey: string | null;
}

/** What happened before an event, as of its place in the log. Asked only by rules that need it. */
export interface History {
  /** The events of the same contact that were recorded before, oldest first. */
  past(): readonly PastEvent[];
  /** Those of them that were the same message in the same state. */
  ofMessage(messageKey: string): readonly PastEvent[];
  /** How often a rule has fired in the location since a time, milliseconds since 1970. */
  firedInLocation(rule: string, sinceMs: number): number;
  /** Why the contact does not want what an action would send them, this event included; `null`: nothing is known. */
  optOut(action: Action): OptOut | null;
}

/** Nothing happened before. */
export const NO_HISTORY: History = {
  past: () => [],
  ofMessage: () => [],
  firedInLocation: () => 0,
  optOut: () => null,
};

/** The keys of a history fact's `params`. */
export const HISTORY_PARAMS = ["kind", "channel", "outcome", "direction", "within"] as const;
