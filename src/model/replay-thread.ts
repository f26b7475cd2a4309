// What the operator's page and the thread in which it reads a log say to each other. Everything here can be cloned.
import type { Comparison } from "./comparison.ts";
import type { Issue } from "./failure.ts";
import type { NearMisses } from "./near-miss.ts";
import type { Rule } from "./rule.ts";

/** Whose log is read, and how. */
interface LogRequest {
  readonly locationId: string;
  /** What every call of the API carries. */
  readonly headers: { readonly [name: string]: string };
}

/** What is to be replayed. */
export interface ReplayRequest extends LogRequest {
  /** The rules before, for whatever location; `null`: those that were in force. */
  readonly before: readonly Rule[] | null;
  readonly after: readonly Rule[];
  /** From then on events are compared, milliseconds since 1970. What is read begins as much earlier as the rules look back. */
  readonly sinceMs: number;
}

/** Which near misses are looked for. */
export interface NearRequest extends LogRequest {
  readonly rule: string;
  /** The rules in force, for whatever location: what is read begins as much earlier as they look back. */
  readonly inForce: readonly Rule[];
  /** From then on events are looked at, milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What the thread is to do. */
export type ThreadJob = { readonly replay: ReplayRequest } | { readonly near: NearRequest };

/** What the thread is told: what to do, or that what it has read is enough. */
export type ToThread = ThreadJob | { readonly stop: true };

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
  | { readonly what: "near"; readonly near: NearMisses; readonly isWhole: boolean }
  | { readonly what: "failed"; readonly problem: ThreadProblem };
