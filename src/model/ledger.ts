// What a location's ledger is told and answers: the words between it, the hooks and the operator's API.
import type { Decision } from "./decision.ts";
import type { Delivery } from "./delivery.ts";
import type { Event, HookRoute } from "./event.ts";
import type { Issue } from "./failure.ts";

/** What became of an event that was handed over. */
export type Recorded =
  | { readonly status: "accepted"; readonly fired: readonly string[] }
  | { readonly status: "duplicate" }
  | OverBudget;

/** The location sends more than its budget: nothing was kept. */
export interface OverBudget {
  readonly status: "over-budget";
  readonly retryAfterSeconds: number;
}

/** What became of something that is kept without being decided. */
export type Held = { readonly status: "held" } | OverBudget;

/** Signed bytes that could not be used, kept so that they can be ingested again. */
export interface Quarantined {
  /** SHA-256 of the body in hex: each body is kept, whatever key it claims. */
  readonly id: string;
  readonly eventKey: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly route: HookRoute;
  readonly issues: readonly Issue[];
  /** The contacts that the payload names, so that they can be erased. */
  readonly contactIds: readonly string[];
  /** The body as text; bytes that are no JSON are kept as `base64:…`. */
  readonly body: string;
}

/** A kind of event that we do not know, and how often it came. */
export interface IgnoredKind {
  readonly kind: string;
  readonly count: number;
  /** UTC, `YYYY-MM-DD`. */
  readonly lastDay: string;
}

/** A location that has sent something. */
export interface KnownLocation {
  readonly locationId: string;
  /** ISO 8601, UTC. */
  readonly firstSeen: string;
  /** ISO 8601, UTC, to the day. */
  readonly lastSeen: string;
}

/** Which page of a list, and how long it is. A cursor comes from the page before. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Which lines of the log to list, newest first. */
export interface LogQuery extends PageQuery {
  readonly contactId?: string | undefined;
  /** Only events on which this rule fired. */
  readonly rule?: string | undefined;
}

/** One line of the log. */
export interface LogEntry {
  readonly eventKey: string;
  readonly kind: string;
  readonly channel: string | null;
  readonly contactId: string;
  readonly receivedAt: string;
  readonly fired: readonly string[];
}

/** One event with everything that followed from it. */
export interface EventStory {
  readonly event: Event;
  readonly decision: Decision;
  readonly deliveries: readonly Delivery[];
}

/** What erasing a contact removed, as counts. */
export interface Erased {
  readonly events: number;
  readonly deliveries: number;
  readonly tasks: number;
  readonly quarantined: number;
}
