// What a kind of action brings: its struct, its findings at admission, and how it is performed.
import type { Struct } from "superstruct";
import type { FindingCode, Action, ActionType } from "../model/rule.ts";
import type { Task } from "../model/task.ts";
import type { AttemptOutcome } from "./outcome.ts";
import { TEMPLATE_ROOTS, templateProblem, type TemplateRoot, type TemplateRoots } from "./template.ts";

/** Keys that every action will take and that do not work yet. */
export const PLANNED_ACTION_KEYS = ["after", "cancelOn", "window"];

/** Something wrong with an action that its struct cannot say. */
export interface ActionFinding {
  /** Keys that lead from the action to the place. */
  readonly path: readonly (string | number)[];
  readonly code: FindingCode;
  readonly message: string;
}

/** The finding on a template, if there is one, at its place in the action. */
export function* templateFinding(
  text: string,
  path: readonly (string | number)[],
  roots: readonly TemplateRoot[] = TEMPLATE_ROOTS,
): Generator<ActionFinding> {
  const problem = templateProblem(text, roots);
  if (problem !== null) yield { path, ...problem };
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
export interface ActionPorts {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly tasks: TaskStore;
  /** Secrets that headers may name, by name. */
  readonly secrets: { readonly [name: string]: string };
  readonly webhookSecret: string | null;
  readonly outboundAllowedHosts: ReadonlySet<string>;
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
  readonly findings: (action: A, outboundAllowedHosts: ReadonlySet<string>) => readonly ActionFinding[];
  readonly perform: (action: A, context: ActionContext) => Promise<AttemptOutcome>;
}

/** One entry for each type in the union, so that a missing kind does not compile. */
export type ActionKinds = { readonly [T in ActionType]: ActionKind<Extract<Action, { type: T }>> };
