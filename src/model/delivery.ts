import type { Action, CancelWord } from "./rule.ts";
import type { OptOut } from "./opt-out.ts";
import type { Pause } from "./pause.ts";
import type { SentRequest } from "./sent-request.ts";
import type { Window } from "./window.ts";

/**
 * `scheduled` → `sending` → `sent`, or again `scheduled`, or `held` (until a person releases it), or `dead` (given up), or
 * `cancelled`.
 */
export const DELIVERY_STATES = ["scheduled", "sending", "held", "sent", "dead", "cancelled"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One try of a delivery. */
export interface Attempt {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** HTTP status; null if there was no answer. */
  readonly status: number | null;
  /** Why it failed: a failure code and a sentence; null if it succeeded. */
  readonly error: string | null;
  readonly durationMs: number;
  /** The first 1,000 bytes of the answer as text. */
  readonly answer: string | null;
  /** What left; null: nothing, or in a version that did not keep it. */
  readonly request: SentRequest | null;
}

/** An action on its way. */
export interface Delivery {
  /** The same for all attempts: sent as the `webhook-id`, and in KV the task's id. Sorts by time. */
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly rule: string;
  /** Host and port of a webhook, `kv` for a task; empty on deliveries from before hosts were stored. */
  readonly host: string;
  /** ISO 8601, UTC: when its decision was made. */
  readonly decidedAt: string;
  /** `null`: stored in a format that this version cannot read. */
  readonly action: Action | null;
  readonly state: DeliveryState;
  /** ISO 8601, UTC: when it is tried next; null while it is held, and once it has ended. */
  readonly dueAt: string | null;
  /** When it may be attempted; null: at any time. */
  readonly window: Window | null;
  /** ISO 8601, UTC: from then on it is neither tried nor held; null on deliveries from before this was stored. */
  readonly giveUpAt: string | null;
  /** ISO 8601, UTC: when it was sent, died or was cancelled; null: it goes on, or ended before this was stored. */
  readonly endedAt: string | null;
  /**
   * What its contact does not want, as far as is known now, so that it would be held; null: nothing is known, it sends the
   * contact no message, or it was sent.
   */
  readonly optOut: OptOut | null;
  /** What keeps it from leaving, as long as it is in force; null: nothing, or it has ended. */
  readonly paused: Pause | null;
  /** What cancelled it: a trigger and the event that set it off, the operator, or an import. */
  readonly cancelledBy: CancelledBy | null;
  readonly attempts: readonly Attempt[];
  /** What left of which no attempt tells, oldest first: it is on its way, or its attempt was cut off and it may have arrived. */
  readonly unsettled: readonly SentRequest[];
}

/** What about an event cancelled a delivery: a trigger of its action, or its rule fired again and `restart` replaced it. */
export type CancelReason = CancelWord | "conditions" | "restart";

/** Why a delivery was cancelled. */
export type CancelledBy =
  | { readonly by: "operator" }
  /** When its log was imported: no wait was taken over, or it was overdue and its rule is not `late`. */
  | { readonly by: "import"; readonly why: "dropped" | "late" }
  | { readonly by: "event"; readonly trigger: CancelReason; readonly eventKey: string };

/** Which deliveries are meant: those that match every key that is given. */
export interface DeliveryFilter {
  readonly rule?: string | undefined;
  /** Host and port of a webhook, `kv` for a task. */
  readonly host?: string | undefined;
  /** The id of a contact. */
  readonly contact?: string | undefined;
  /** The code of the last attempt's error, such as `DESTINATION_TIMEOUT`. */
  readonly error?: string | undefined;
  /** ISO 8601: decided at this time or later. */
  readonly since?: string | undefined;
  /** ISO 8601: decided before this time. */
  readonly until?: string | undefined;
}

/** Which deliveries one call moves, oldest first. */
export interface DeliveryBatch {
  readonly filter: DeliveryFilter;
  readonly limit: number;
  /** `true`: nothing is moved, and the answer says what would be, of all that match, whatever the limit. */
  readonly dryRun?: boolean;
}

/** What a call that moves many did or, of a dry run, what calls would do; `more`: others match and can be moved. */
interface MovedMany {
  readonly more: boolean;
}
/** Dead deliveries that are due again. */
export interface RetriedMany extends MovedMany {
  readonly retried: number;
  /** All that match and stay dead, since their contact does not want their message or their rule is paused: they would only be held. */
  readonly held: number;
}
/** Held deliveries that are due now. */
export interface ReleasedMany extends MovedMany {
  readonly released: number;
  /** All that match and stay held, since their contact does not want their message or their rule is paused. */
  readonly held: number;
  /** Of those released, the ones that HighLevel's record of the contact held: it is asked again, and may hold them again. */
  readonly asked: number;
}
export interface CancelledMany extends MovedMany {
  readonly cancelled: number;
}
export interface DiscardedMany extends MovedMany {
  readonly discarded: number;
}

/** How many deliveries there are in each state, and what the filter could be narrowed to. */
export interface DeliveryCounts {
  readonly counts: { readonly [State in DeliveryState]: number };
  /** Every rule that has a delivery, whatever the filter: sorted, 200 at most. */
  readonly rules: readonly string[];
  /** Every host that has a delivery, likewise. */
  readonly hosts: readonly string[];
}

/** Closed: everything may be sent. Suspect: one at a time. Open: nothing. Half-open: one probe. */
export type CircuitMode = "closed" | "suspect" | "open" | "half-open";
