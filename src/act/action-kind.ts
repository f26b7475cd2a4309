// What a kind of action brings: its struct, its findings at admission, and how it is performed.
import type { Struct } from "superstruct";
import type { OutboundHosts } from "../model/configuration.ts";
import type { FindingCode, Action, ActionType } from "../model/rule.ts";
import type { Task } from "../model/task.ts";
import type { AttemptOutcome } from "./outcome.ts";
import type { TemplateRoot, TemplateRoots } from "./template.ts";

/** Something wrong with an action that its struct cannot say. */
export interface ActionFinding {
  /** Keys that lead from the action to the place. */
  readonly path: readonly (string | number)[];
  readonly code: FindingCode;
  readonly message: string;
}

/** A template of an action, at its place. */
export interface ActionTemplate {
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** What it may name. */
  readonly roots: readonly TemplateRoot[];
}

/** What an action is performed with: the delivery it belongs to, what its templates may name, and the ports. */
export interface ActionContext {
  /** Stable over attempts. */
  readonly deliveryId: string;
  readonly locationId: string;
  readonly contactId: string;
  readonly eventKey: string;
  readonly rule: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  readonly roots: TemplateRoots;
  readonly ports: ActionPorts;
}

/** The world outside, as actions see it. */
export interface ActionPorts extends OutboundHosts {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
  /** A signal that aborts with a `TimeoutError` after so many milliseconds. */
  readonly timeLimit: (ms: number) => AbortSignal;
  readonly tasks: TaskStore;
  /** Secrets that headers may name, by name. */
  readonly secrets: { readonly [name: string]: string };
  readonly webhookSecret: string | null;
}

/** Where tasks are kept for others to read. A repeat of a put changes nothing. */
export interface TaskStore {
  put(task: Task): Promise<void>;
  delete(locationId: string, taskId: string): Promise<void>;
}

/** One kind of action. `perform` reports every expected failure as an outcome. */
export interface ActionKind<A extends Action> {
  /** Whether it leaves a task in the task store, which erasing a contact has to remove. */
  readonly leavesTask: boolean;
  readonly struct: Struct<A>;
  /** Where it goes, in a word: what concurrency, rate and circuit breaker count by. */
  readonly host: (action: A) => string;
  /** Every text of an action that may be a template: admission checks them. */
  readonly templates: (action: A) => Iterable<ActionTemplate>;
  readonly findings: (action: A, hosts: OutboundHosts) => readonly ActionFinding[];
  readonly perform: (action: A, context: ActionContext) => Promise<AttemptOutcome>;
}

/** One entry for each type in the union, so that a missing kind does not compile. */
export type ActionKinds = { readonly [T in ActionType]: ActionKind<Extract<Action, { type: T }>> };
