import type { Action } from "./rule.ts";

/** `scheduled` → `sending` → `sent`, or again `scheduled`, or `dead` (given up), or `cancelled`. */
export const DELIVERY_STATES = ["scheduled", "sending", "sent", "dead", "cancelled"] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One try of a delivery. */
export interface Attempt {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** HTTP status, where there was an answer. */
  readonly status: number | null;
  /** Why it failed: a failure code and a sentence; null when it succeeded. */
  readonly error: string | null;
  readonly durationMs: number;
  /** The first 1,000 bytes of the answer as text. */
  readonly answer: string | null;
}

/** An action on its way. */
export interface Delivery {
  /** Stable over attempts; outgoing it is the `webhook-id`, in KV the task id. Sorts by time. */
  readonly id: string;
  readonly eventKey: string;
  readonly rule: string;
  /** `null`: stored in a form that this version cannot read. */
  readonly action: Action | null;
  readonly state: DeliveryState;
  /** ISO 8601, UTC: when it is tried next; null once it has ended. */
  readonly dueAt: string | null;
  /** What cancelled it: a trigger and the event that pulled it, or the operator. */
  readonly cancelledBy: CancelledBy | null;
  readonly attempts: readonly Attempt[];
}

/** Why a delivery was cancelled. */
export type CancelledBy =
  | { readonly by: "operator" }
  | { readonly by: "event"; readonly trigger: "reply" | "dnd" | "delete" | "conditions"; readonly eventKey: string };

/** Which dead deliveries to retry: those that fit everything that is named. */
export interface DeliveryFilter {
  readonly rule?: string | undefined;
  /** Host and port of a webhook, `kv` for a task. */
  readonly host?: string | undefined;
  /** The code of the last attempt's error, such as `DESTINATION_TIMEOUT`. */
  readonly error?: string | undefined;
  /** ISO 8601: decided then or later. */
  readonly since?: string | undefined;
  /** ISO 8601: decided before. */
  readonly until?: string | undefined;
}
