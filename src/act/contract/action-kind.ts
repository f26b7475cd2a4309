// What a kind of action brings: its shape, its findings at admission, and how it is performed.
import type { OutboundHosts } from "../../model/configuration.ts";
import type { HighLevelAccount } from "../../highlevel/account.ts";
import type { SentMessage } from "../../highlevel/sent-messages.ts";
import type { Shape, Shapes } from "../../model/field.ts";
import type { Action, ActionType, FindingCode, MessageType } from "../../model/rule.ts";
import type { Task } from "../../model/task.ts";
import type { AttemptOutcome } from "./outcome.ts";
import type { TemplateRoot, TemplateRoots } from "../template/template.ts";

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
  /** HighLevel as the location may call it. */
  readonly highlevel: HighLevelAccount;
  readonly sends: Sends;
}

/** What the ledger knows of the message that a delivery sends, and of others of the contact. */
export interface Sends {
  /** An attempt that left and of whose end nothing is known, and how often HighLevel was asked about it; `null`: none. */
  earlier(): { readonly leftAtMs: number; readonly looks: number } | null;
  /** An attempt is about to leave: kept before it does. `false`: it may not, for what came since it began. */
  leaves(): boolean;
  /** HighLevel was asked, and had not got it. */
  looked(): void;
  /** Messages through the API that the log has of the contact since a time. */
  seen(sinceMs: number): readonly SentMessage[];
  /** Whether no other message to the contact is looked for: else the log, where some may be missing, cannot tell whose is whose. */
  isAlone(): boolean;
  /** Whether a message is known to be another delivery's. */
  isClaimed(messageId: string): boolean;
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
  /** Its keys as they are written; `type`, `after` and `cancelOn` come besides. */
  readonly shape: Shape | Shapes;
  /** Whether how it ends is to be recorded as a `GatewayStatus`; absent: never. */
  readonly reports?: (action: A) => boolean;
  /** Where it goes, in a word: what concurrency, rate and circuit breaker count by. */
  readonly host: (action: A) => string;
  /** As what it reaches the contact; `null`: it does not. */
  readonly messages: (action: A) => MessageType | null;
  /** Every text of an action that may be a template: admission checks them. */
  readonly templates: (action: A) => Iterable<ActionTemplate>;
  readonly findings: (action: A, hosts: OutboundHosts) => readonly ActionFinding[];
  readonly perform: (action: A, context: ActionContext) => Promise<AttemptOutcome>;
}

/** One entry for each type in the union, so that a missing kind does not compile. */
export type ActionKinds = { readonly [T in ActionType]: ActionKind<Extract<Action, { type: T }>> };
