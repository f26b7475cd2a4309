// What defines a kind of action: its shape, its findings at admission, and how it is performed.
import type { OutboundHosts } from "../../model/configuration.ts";
import type { HighLevelAccount } from "../../highlevel/account.ts";
import type { SentMessage } from "../../highlevel/sent-messages.ts";
import type { Shape, Shapes } from "../../model/action-shape.ts";
import type { Action, ActionType, FindingCode, HighLevelCall, MessageType } from "../../model/rule.ts";
import type { Outgoing } from "../../model/sent-request.ts";
import type { Task } from "../../model/task.ts";
import type { AttemptOutcome } from "./outcome.ts";
import type { TemplateRoot, TemplateRoots } from "../template/template.ts";

/** Something wrong with an action that its struct cannot express. */
export interface ActionFinding {
  /** Keys that lead from the action to the place. */
  readonly path: readonly (string | number)[];
  readonly code: FindingCode;
  readonly message: string;
}

/** A template of an action, and where it is. */
export interface ActionTemplate {
  readonly path: readonly (string | number)[];
  readonly text: string;
  /** The roots that it may refer to. */
  readonly roots: readonly TemplateRoot[];
  readonly place: TemplatePlace;
}

/**
 * Where a template stands: one text; an entry of a list, which a list may fill; a text whose values, or which as a whole,
 * is percent-encoded; or a text in JSON, which may become any value.
 */
export type TemplatePlace = "text" | "list" | "url" | "path" | "json";

/** What an action is performed with: its delivery, what its templates may refer to, and the ports. */
export interface ActionContext {
  /** The same for all attempts. */
  readonly deliveryId: string;
  readonly locationId: string;
  readonly contactId: string;
  readonly eventKey: string;
  readonly rule: string;
  /** ISO 8601, UTC. */
  readonly decidedAt: string;
  readonly roots: TemplateRoots;
  readonly ports: ActionPorts;
  /** HighLevel with the location's token and limits; it tells `leaving` by itself. */
  readonly highlevel: HighLevelAccount;
  /** Has to be told of a request that is about to leave: nothing is sent without a record of it. */
  readonly leaving: (request: Outgoing) => void;
  readonly sends: Sends;
}

/** What the ledger knows about the message that a delivery sends, and about other messages to the contact. */
export interface Sends {
  /**
   * An attempt that left and whose outcome is unknown, and how often HighLevel was queried about it; `null`: none.
   * `leftThereMs`: when it left by HighLevel's clock, or somewhat earlier; absent: the clocks are the same.
   */
  earlier(): { readonly leftAtMs: number; readonly leftThereMs?: number; readonly looks: number } | null;
  /** Records that an attempt is about to leave. `false`: it must not, because of what came since it began. */
  leaves(): boolean;
  /** Notes that HighLevel was queried and does not have the message. */
  looked(): void;
  /** Messages to the contact through the API that the log has since a time. */
  seen(sinceMs: number): readonly SentMessage[];
  /** Whether no other message to the contact has an unknown outcome: else the log, which may lack some, cannot tell them apart. */
  isAlone(): boolean;
  /** Whether a message is known to belong to another delivery. */
  isClaimed(messageId: string): boolean;
}

/** The outside world, as actions see it. */
export interface ActionPorts extends OutboundHosts {
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
  /** A signal that aborts with a `TimeoutError` after this many milliseconds. */
  readonly timeLimit: (ms: number) => AbortSignal;
  readonly tasks: TaskStore;
  /** Secrets that headers may refer to, by name. */
  readonly secrets: { readonly [name: string]: string };
  readonly webhookSecret: string | null;
}

/** Where tasks are kept for others to read. Repeating a put changes nothing. */
export interface TaskStore {
  put(task: Task): Promise<void>;
  delete(locationId: string, taskId: string): Promise<void>;
}

/** One kind of action. `perform` reports every expected failure as an outcome. */
export interface ActionKind<A extends Action> {
  /** Whether it leaves a task in the task store, which erasing a contact has to remove. */
  readonly leavesTask: boolean;
  /** Whether it acts in HighLevel, with the location's token. */
  readonly needsToken: boolean;
  /** Its keys as they are written, apart from `type`, `after` and `cancelOn`. */
  readonly shape: Shape | Shapes;
  /** Whether how it ends is to be recorded as a `GatewayStatus`; absent: never. */
  readonly reports?: (action: A) => boolean;
  /** Where it goes, as one word: what concurrency, rate and circuit breaker count by. */
  readonly host: (action: A) => string;
  /** The type of message that it sends the contact; `null`: it sends none. */
  readonly messages: (action: A) => MessageType | null;
  /** Which call of HighLevel's it changes something with; `null`: it changes nothing there. */
  readonly changes: (action: A) => HighLevelCall | null;
  /** Every text of an action that may be a template: admission checks them. */
  readonly templates: (action: A) => Iterable<ActionTemplate>;
  readonly findings: (action: A, hosts: OutboundHosts) => readonly ActionFinding[];
  readonly perform: (action: A, context: ActionContext) => Promise<AttemptOutcome>;
}

/** One entry for each type in the union, so that a missing kind does not compile. */
export type ActionKinds = { readonly [T in ActionType]: ActionKind<Extract<Action, { type: T }>> };
