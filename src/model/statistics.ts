// What the operator's API says about a location in numbers.
import type { CircuitMode } from "./delivery.ts";
import type { SuppressionReason } from "./decision.ts";

/** How long a bucket may be, in milliseconds. */
export const BUCKET_MS = { minute: 60_000, quarter: 900_000, hour: 3_600_000 } as const;
/** How far back buckets of a minute reach: older ones are 0. */
export const MINUTES_REACH_BACK_MS = 7_200_000;
export type BucketName = keyof typeof BUCKET_MS;

/** A stretch of time in buckets of equal length, both ends at a bucket's edge (UTC). */
export interface Buckets {
  /** Milliseconds since 1970, included. */
  readonly fromMs: number;
  /** Milliseconds since 1970, excluded. */
  readonly toMs: number;
  readonly bucketMs: number;
}

/** The stretch of time that an answer is about. */
interface Stretch {
  /** ISO 8601, UTC, included. */
  readonly from: string;
  /** ISO 8601, UTC, excluded. */
  readonly to: string;
  readonly bucketMs: number;
}

/** A ledger that has, or had, no room for all of its history. */
export interface FullLedger {
  /** ISO 8601, UTC: when it became full last. */
  readonly since: string;
  /** ISO 8601, UTC: when it forgot something last. */
  readonly droppedAt: string;
  /** It is above its bound, or is making room. */
  readonly isOver: boolean;
  /** There is nothing left that it may forget: raise the bound, or make it keep less. */
  readonly isExhausted: boolean;
  /** How many of each it has forgotten, ever. */
  readonly dropped: {
    readonly payloads: number;
    readonly decisions: number;
    readonly deliveries: number;
    readonly events: number;
  };
  /** ISO 8601, UTC: events received before have no payload; null: not all of any time. */
  readonly payloadsBefore: string | null;
}

/** What a location did, one number for each bucket, and its present state. */
export interface Overview extends Stretch {
  /** Events by channel and outcome; `none` if an event has none. Those that changed nothing are not among them. */
  readonly events: { readonly [channel: string]: { readonly [outcome: string]: readonly number[] } };
  /** Events that changed nothing: each says what an earlier one said. */
  readonly repeats: readonly number[];
  /** Rules that fired: an event on which two fire counts twice. */
  readonly fired: readonly number[];
  /** Attempts that succeeded, by when they began. */
  readonly sent: readonly number[];
  /** Attempts that failed, by when they began. */
  readonly failed: readonly number[];
  readonly now: {
    readonly scheduled: number;
    readonly sending: number;
    readonly dead: number;
    /** What waits for a person to release or discard it. */
    readonly held: number;
    /** ISO 8601, UTC: when the first waiting delivery is due; null if none waits. */
    readonly oldestDueAt: string | null;
    /** Since midnight in `TIME_ZONE`. */
    readonly eventsToday: number;
    readonly openTasks: number;
    readonly overdueTasks: number;
    readonly quarantined: number;
  };
  readonly storage: {
    /** What the ledger takes. */
    readonly bytes: number;
    /** From where on it forgets its oldest history (`LEDGER_MAX_BYTES`). */
    readonly maxBytes: number;
    /** Null: it was never full. */
    readonly full: FullLedger | null;
  };
}

/** What each rule did, one number for each bucket. A rule that neither fired nor was suppressed has no entry. */
export interface RuleStatistics extends Stretch {
  readonly rules: {
    readonly [rule: string]: {
      readonly fired: readonly number[];
      /** How often it was suppressed, by reason. */
      readonly held: { readonly [Reason in SuppressionReason]?: readonly number[] };
    };
  };
  /** ISO 8601, UTC: when each rule fired last, among the events that are kept. */
  readonly lastFired: { readonly [rule: string]: string };
}

/** A host that deliveries wait for or are being sent to, that asked for a pause, or whose last attempt failed. */
export interface HostState {
  /** Host and port of a webhook, `kv` for a task. */
  readonly host: string;
  readonly mode: CircuitMode;
  /** How many attempts in a row have failed. */
  readonly failures: number;
  /** ISO 8601, UTC: nothing is sent there before this; null while its circuit is closed. */
  readonly openUntil: string | null;
  /** ISO 8601, UTC: nothing is sent there before this, as it asked for a pause or its limit is used up; null if neither. */
  readonly pausedUntil: string | null;
  /** Deliveries that are scheduled. */
  readonly waiting: number;
  /** ISO 8601, UTC: when the first of them is due. */
  readonly nextDueAt: string | null;
  readonly inFlight: number;
}
