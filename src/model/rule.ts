import type { EventKind } from "./event.ts";
import type { Json, JsonObject } from "../kit/json.ts";
import type { Window } from "./window.ts";

/** Compares one fact with a constant or with another fact (`value: { fact, path }`). */
export interface FactCondition {
  readonly fact: string;
  /** Of `language/operators.ts`, with any decorators before it. */
  readonly operator: string;
  readonly value: Json;
  /** `$.a.b[0]` into the fact; own properties only. */
  readonly path?: string | undefined;
  readonly params?: JsonObject | undefined;
  /** Among the conditions beside it, higher ones are evaluated first and may make the rest unnecessary. */
  readonly priority?: number | undefined;
  readonly name?: string | undefined;
}
/** Refers to a file of `rules/conditions/`; admission puts its conditions in this place. */
export interface NamedCondition extends Grouped {
  readonly condition: string;
}
interface Grouped {
  readonly priority?: number | undefined;
  readonly name?: string | undefined;
}
interface AllConditions extends Grouped {
  readonly all: readonly Condition[];
}
interface AnyConditions extends Grouped {
  readonly any: readonly Condition[];
}
interface NotCondition extends Grouped {
  readonly not: Condition;
}
export type ConditionGroup = AllConditions | AnyConditions | NotCondition;
export type Condition = FactCondition | ConditionGroup;

/** What ends a wait: an event of the same contact that comes after the rule's own. */
export type CancelTrigger =
  | "reply" // an InboundMessage that is more than a voicemail
  | "dnd" // do not disturb was switched on, for all channels or one
  | "delete" // the contact was deleted
  | { readonly on: readonly EventKind[]; readonly conditions: ConditionGroup };

/** What every action may say about its time. */
interface Timed {
  /** A duration after the decision; absent: at once. */
  readonly after?: string | undefined;
  readonly cancelOn?: readonly CancelTrigger[] | undefined;
}

/** How often a rule may fire. What counts is how often it really did. */
export interface Limit {
  readonly count: number;
  /** A duration. */
  readonly within: string;
  /** Absent: for each contact. */
  readonly per?: "contact" | "location" | undefined;
}

/** How many messages a rule may send before the others are held for a person. */
export interface Breaker {
  /** To the whole location, within a minute. Absent: 20. */
  readonly perMinute?: number | undefined;
  /** To one contact, within 24 hours. Absent: 3. */
  readonly perContactDay?: number | undefined;
}

/** How a webhook may ask. */
export const WEBHOOK_METHODS = ["POST", "PUT", "PATCH"] as const;

/** Sends a signed HTTP request (Standard Webhooks 1.0). `url`, `headers` and `body` may hold templates. */
export interface WebhookAction extends Timed {
  readonly type: "webhook";
  readonly url: string;
  readonly method?: (typeof WEBHOOK_METHODS)[number] | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** Absent: `{ type: "rule.fired", timestamp, data: { rule, event, decision } }`. */
  readonly body?: Json | undefined;
  /** Records how it ends as a `GatewayStatus` of the message, so that rules can act on it. */
  readonly report?: boolean | undefined;
}

/** Leaves a task in KV. `title` and `description` may hold templates. */
export interface TaskAction extends Timed {
  readonly type: "task";
  readonly title: string;
  readonly description?: string | undefined;
  /** A duration after the task appears, such as `2h`. */
  readonly due?: string | undefined;
}

/** The calls of HighLevel's API that an action can make. `highlevel/calls.ts` says what each takes. */
export const HIGHLEVEL_CALLS = [
  "send-message",
  "add-tags",
  "remove-tags",
  "create-task",
  "create-note",
  "add-to-workflow",
  "remove-from-workflow",
  "update-message-status",
  "update-opportunity-status",
] as const;
export type HighLevelCall = (typeof HIGHLEVEL_CALLS)[number];

/** What `send-message` sends: HighLevel's words. */
export const MESSAGE_TYPES = ["SMS", "Email", "WhatsApp", "IG", "FB", "Custom", "Live_Chat"] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Calls HighLevel's API for the event's contact. Beside these keys stand the fields of the call; texts may hold templates. */
export interface HighLevelAction extends Timed {
  readonly type: "highlevel";
  readonly call: HighLevelCall;
  readonly [field: string]: unknown;
}

export type Action = WebhookAction | TaskAction | HighLevelAction;
export type ActionType = Action["type"];

/** A rule's own test: what it does on one event. Keys left out of `event` take plain defaults. */
export interface RuleExample {
  readonly description?: string | undefined;
  readonly event: JsonObject;
  readonly fires: boolean;
  /** When it is decided, ISO 8601; absent: some weekday afternoon. */
  readonly at?: string | undefined;
  /** What came before it, oldest first, each so long before the event. */
  readonly history?: readonly { readonly ago: string; readonly event: JsonObject }[] | undefined;
}

/** What a rule file holds. Its name is the file's name without `.json`. */
export interface RuleFile {
  readonly $schema?: string | undefined;
  readonly description?: string | undefined;
  readonly on: readonly EventKind[];
  /** Location ids; absent: every allowed location. */
  readonly locations?: readonly string[] | undefined;
  readonly enabled?: boolean | undefined;
  /** Higher first; equal ones by name. Absent: 0. */
  readonly priority?: number | undefined;
  /** When it fires, rules after it do not fire for this event. */
  readonly stop?: boolean | undefined;
  /** See messages that were sent through the API, our own among them. */
  readonly includeApi?: boolean | undefined;
  /** See internal comments, which never reach the contact. */
  readonly includeInternal?: boolean | undefined;
  readonly limit?: Limit | undefined;
  /** When its actions may happen; outside they wait for the next opening. */
  readonly window?: Window | undefined;
  readonly breaker?: Breaker | undefined;
  readonly conditions: ConditionGroup;
  readonly actions: readonly Action[];
  readonly examples?: readonly RuleExample[] | undefined;
}

/** An admitted rule, as it is bundled: named, without its examples. */
export interface Rule extends Omit<RuleFile, "$schema" | "examples"> {
  readonly name: string;
}

/** Higher priority first, equal ones by name: the order in which rules are decided. */
export function byPriority(a: Rule, b: Rule): number {
  return (b.priority ?? 0) - (a.priority ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** All rules of a deployment, in the order in which they are decided. */
export interface RuleSet {
  /** SHA-256 of the rules, hex: which rules made a decision. */
  readonly hash: string;
  readonly rules: readonly Rule[];
  /** What stands in the way of a newer set while developing; empty in a deployment. */
  readonly findings: readonly Finding[];
  /** What the build saw of each rule; absent where nobody has checked them. */
  readonly checked?: readonly CheckedRule[] | undefined;
  /** The named conditions of `rules/conditions/`, each in full; absent: there are none. */
  readonly conditions?: { readonly [name: string]: ConditionGroup } | undefined;
}

/** What a check of one rule file came to. */
export interface CheckedRule {
  readonly rule: string;
  /** How many examples the file has, and how many of them do not come out as they say. */
  readonly examples: number;
  readonly failing: number;
  readonly findings: readonly RuleFinding[];
}

/** A finding of a file that needs no name. */
export type RuleFinding = Omit<Finding, "file">;

/** One thing that is wrong with a rule file, and where. */
export interface Finding {
  readonly file: string;
  /** JSON pointer into the file, `""` for the whole of it. */
  readonly pointer: string;
  readonly code: FindingCode;
  /** One sentence: what is there, what was expected, what to do. */
  readonly message: string;
  /** An error refuses the rule; a warning is told and never in the way. */
  readonly severity: "error" | "warning";
}

/** Findings that refuse a rule: it cannot be meant, or the engine would choke on it. */
export type ErrorCode =
  | "RULE_NAME" // the file's name is not a rule name
  | "RULE_JSON" // the file is not JSON
  | "RULE_DUPLICATE_KEY" // a key stands twice, and the first is lost
  | "RULE_SHAPE" // a value has another type or form than the key takes
  | "RULE_UNKNOWN_KEY" // the key is not part of the language
  | "RULE_UNKNOWN_FACT" // no event has this fact
  | "RULE_FACT_KIND" // the fact exists, but on none of the kinds in "on"
  | "RULE_UNKNOWN_OPERATOR" // json-rules-engine would reject the whole run
  | "RULE_UNKNOWN_CONDITION" // no file of rules/conditions/ has this name, or it refers to itself
  | "RULE_EMPTY_GROUP" // an empty "all" or "any" fires for everything
  | "RULE_UNSAFE_PATH" // a path with wildcards, filters, descent or prototype keys
  | "RULE_PARAMS" // params on a fact that takes none, or params that it does not know
  | "RULE_OPERATOR_VALUE" // the operator cannot mean anything with this value
  | "RULE_TYPE" // the fact and the value are of types that never meet
  | "RULE_NEVER_TAKEN" // a closed vocabulary does not have the word
  | "RULE_CONTRADICTION" // conditions of one "all" that cannot be met together
  | "RULE_PATTERN" // not RE2 syntax, or too much to look for
  | "RULE_WINDOW" // a window that never opens, or a time zone that there is not
  | "RULE_TEMPLATE" // a template that does not parse, or names what does not exist
  | "RULE_DESTINATION" // a URL that cannot be read, that a template could lead to another host, or that leads back to Afterbeep
  | "RULE_SECRET"; // a secret where it could be stored or shown

/** Findings that are told: probably not meant. */
export type WarningCode =
  | "RULE_HOST" // a URL that the guard of outgoing calls will refuse as things are configured
  | "RULE_NEGATED_ABSENCE" // a negative operator on a fact that may be absent, which then is met
  | "RULE_UNUSUAL_WORD" // a word that HighLevel has not been seen to send
  | "RULE_NO_EFFECT" // a condition that cannot change the outcome
  | "RULE_TEMPLATE_FIELD" // a field that no event of these kinds is known to have
  | "RULE_RETENTION" // a time longer than the log is kept
  | "RULE_TOKEN" // an action in HighLevel for a location that has no active token
  | "RULE_SAME" // two rules that do the same
  | "RULE_EXAMPLE" // an example that does not come out as it says, or what cannot be tried
  | "RULE_NO_EXAMPLE"; // no example that fires

export type FindingCode = ErrorCode | WarningCode;
