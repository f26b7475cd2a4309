// What the operator's page and the thread in which it replays a log say to each other. Everything here can be cloned.
import type { Comparison } from "./comparison.ts";
import type { Issue } from "./failure.ts";
import type { Rule } from "./rule.ts";

/** What is to be replayed. */
export interface ReplayRequest {
  readonly locationId: string;
  /** What every call of the API carries. */
  readonly headers: { readonly [name: string]: string };
  /** The rules before, for whatever location; `null`: those that were in force. */
  readonly before: readonly Rule[] | null;
  readonly after: readonly Rule[];
  /** From then on events are compared, milliseconds since 1970. What is read begins as much earlier as the rules look back. */
  readonly sinceMs: number;
}

/** What the thread is told: what to do, or that what it has read is enough. */
export type ToThread = { readonly replay: ReplayRequest } | { readonly stop: true };

/** A call of the API that failed, as `model/failure.ts` tells it; status 0: nobody answered. */
export interface ThreadProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly issues: readonly Issue[];
}

/** What the thread says: how far it has come, and in the end what it found or why it found nothing. */
export type FromThread =
  | { readonly what: "read"; readonly events: number; /** ISO 8601, UTC: of the last event. */ readonly at: string }
  | {
      readonly what: "done";
      readonly compared: Comparison;
      /** `false`: it was stopped before the end of the log. */
      readonly isWhole: boolean;
    }
  | { readonly what: "failed"; readonly problem: ThreadProblem };
