import type { Channel } from "./channels.ts";
import type { Outcome } from "./event.ts";
import type { EventKind } from "./event-kinds.ts";

/** Messages of which HighLevel sent no webhook, found in its export: those of one stretch of time are one gap. */
export interface Gap {
  readonly id: number;
  /** ISO 8601, UTC: when the first and the last of them were made; of one that had only changed, when that was found. */
  readonly since: string;
  readonly until: string;
  /** How many were taken in, and how many of those by kind of event. */
  readonly found: number;
  readonly kinds: { readonly [Kind in EventKind]?: number };
  /** How many of them were in the log already, and had changed since. */
  readonly changed: number;
  /** How many rules did not fire on them because what they do was overdue. */
  readonly late: number;
  /** ISO 8601, UTC: when the first and the last of them were taken in. */
  readonly takenFrom: string;
  readonly takenUntil: string;
}

/**
 * Whether HighLevel's export is looked through. `on`: it is. `off`: RECONCILE says not to, or ALLOWED_LOCATIONS lacks it. `no-token`: the location has
 * none that can be used. `refused`: HighLevel refuses the token it, most often for want of the scope; it is asked again
 * once the token changes.
 */
type ReconcilingState = "on" | "off" | "no-token" | "refused";

/** How a location stands with HighLevel's export. */
export interface Reconciling {
  readonly state: ReconcilingState;
  /** A sentence on what to do; `null` where it is on. */
  readonly detail: string | null;
  /** ISO 8601, UTC: what HighLevel had by then is in the log, as far as is kept; `null`: nothing was looked for yet. */
  readonly coveredUntil: string | null;
  /** Whether a look is under way that takes something in. */
  readonly isUnderWay: boolean;
}

/** A message that the export has and the log lacks, or has in another state. */
export interface MissingMessage {
  readonly messageId: string;
  /** The key that its event would have. */
  readonly eventKey: string;
  readonly kind: EventKind;
  readonly contactId: string;
  readonly channel: Channel;
  readonly outcome: Outcome;
  /** ISO 8601, UTC: when it was made. */
  readonly occurredAt: string;
  /** The log has it in another state. */
  readonly isKnown: boolean;
}

/** What is missing since a time; nothing is taken in. */
export interface Missing {
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly missing: readonly MissingMessage[];
  /** How many messages were looked at. */
  readonly looked: number;
  /** There were more than one call looks through. */
  readonly more: boolean;
}
