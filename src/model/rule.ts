import type { EventKind } from "./event-kinds.ts";
import type { Json, JsonObject } from "../kit/json.ts";
import type { Window } from "./window.ts";

/** Compares one fact with a constant or with another fact (`value: { fact, path }`). */
export interface FactCondition {
  readonly fact: string;
  /** One of `language/operators.ts`, with any decorators before it. */
  readonly operator: string;
  readonly value: Json;
  /** `$.a.b[0]` into the fact; own properties only. */
  readonly path?: string | undefined;
  readonly params?: JsonObject | undefined;
  /** Within a group, higher ones are evaluated first and may make the rest unnecessary. */
  readonly priority?: number | undefined;
  readonly name?: string | undefined;
}
/** Refers to a file of `rules/conditions/`; admission replaces it by the conditions of that file. */
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

/** The triggers of `cancelOn` that are words. */
export const CANCEL_WORDS = [
  "reply", // an InboundMessage that is more than a voicemail
  "dnd", // do not disturb was switched on, for all channels or one
  "delete", // the contact was deleted
] as const;
export type CancelWord = (typeof CANCEL_WORDS)[number];

/** What ends a wait: an event of the same contact that comes after the rule's own. */
export type CancelTrigger = CancelWord | { readonly on: readonly EventKind[]; readonly conditions: ConditionGroup };

/** The keys about time that every action may have. */
interface Timed {
  /** A duration after the decision; absent: at once. */
  readonly after?: string | undefined;
  readonly cancelOn?: readonly CancelTrigger[] | undefined;
  /** When the rule fires again for the contact, this replaces the one that still waits: it waits until it is quiet. */
  readonly restart?: boolean | undefined;
}

/** What a limit can count for. */
export const LIMIT_SCOPES = ["contact", "location"] as const;
export type LimitScope = (typeof LIMIT_SCOPES)[number];

/** How often a rule may fire. Only times that it really fired count, and of which something came or still may. */
export interface Limit {
  readonly count: number;
  /** A duration; absent: for ever. */
  readonly within?: string | undefined;
  /** Absent: for each contact. */
  readonly per?: LimitScope | undefined;
}

/** How many messages a rule may send, and how often change HighLevel, before the others are held for a person. */
export interface Breaker {
  /** To the whole location, within a minute. Absent: 20 messages, 600 firings with other changes. */
  readonly perMinute?: number | undefined;
  /** To one contact, within 24 hours. Absent: 3 messages, 30 firings with other changes. */
  readonly perContactDay?: number | undefined;
}

/** What a breaker lets through unless its rule says otherwise. A minute's bound of changes is what HighLevel itself takes. */
export const BREAKER_BOUNDS = {
  messages: { perMinute: 20, perContactDay: 3 },
  changes: { perMinute: 600, perContactDay: 30 },
} as const satisfies { readonly [Counted in "messages" | "changes"]: Required<Breaker> };

/** The HTTP methods that a webhook may use. */
export const WEBHOOK_METHODS = ["POST", "PUT", "PATCH"] as const;

/** Sends a signed HTTP request (Standard Webhooks 1.0). `url`, `headers` and `body` may hold templates. */
export interface WebhookAction extends Timed {
  readonly type: "webhook";
  readonly url: string;
  readonly method?: (typeof WEBHOOK_METHODS)[number] | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** Absent: `{ type: "rule.fired", timestamp, data: { rule, event, decision } }`. */
  readonly body?: Json | undefined;
  /** Records how the delivery ends as a `GatewayStatus` of the message, so that rules can act on it. */
  readonly report?: boolean | undefined;
}

/** Leaves a task in KV. `title` and `description` may hold templates. */
export interface TaskAction extends Timed {
  readonly type: "task";
  readonly title: string;
  readonly description?: string | undefined;
  /** A duration after the task is created, such as `2h`. */
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
  "update-contact",
  "assign",
  "create-opportunity",
  "move-opportunity",
] as const;
export type HighLevelCall = (typeof HIGHLEVEL_CALLS)[number];

/** The types of message that `send-message` sends, in HighLevel's words. */
export const MESSAGE_TYPES = ["SMS", "RCS", "Email", "WhatsApp", "IG", "FB", "Custom", "Live_Chat", "TIKTOK"] as const;
export type MessageType = (typeof MESSAGE_TYPES)[number];

/** Calls HighLevel's API for the event's contact. The other keys are the fields of the call; texts may hold templates. */
export interface HighLevelAction extends Timed {
  readonly type: "highlevel";
  readonly call: HighLevelCall;
  readonly [field: string]: unknown;
}

export type Action = WebhookAction | TaskAction | HighLevelAction;
export type ActionType = Action["type"];

/** A rule's own test: what it does on one event. Keys left out of `event` get plain defaults. */
export interface RuleExample {
  readonly description?: string | undefined;
  readonly event: JsonObject;
  readonly fires: boolean;
  /** When the event is decided, ISO 8601; absent: some weekday afternoon. */
  readonly at?: string | undefined;
  /** The contact and the location as they are known; what is left out is absent. `language/known-facts.ts` has the fields. */
  readonly contact?: JsonObject | undefined;
  readonly location?: JsonObject | undefined;
  /** Earlier events, oldest first; `ago` is how long before this event. */
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
  /** Do what is overdue, too, on a message of which HighLevel sent no webhook and which was found later. */
  readonly late?: boolean | undefined;
  readonly limit?: Limit | undefined;
  /** When its actions may happen; outside these hours they wait for the next opening. */
  readonly window?: Window | undefined;
  readonly breaker?: Breaker | undefined;
  /** Rules that it is meant to act beside, on the same events: `rules check` does not warn of the two. */
  readonly with?: readonly string[] | undefined;
  readonly conditions: ConditionGroup;
  readonly actions: readonly Action[];
  readonly examples?: readonly RuleExample[] | undefined;
}

/** An admitted rule, as it is bundled: named, without its examples, and without what only checks of the file ask. */
export interface Rule extends Omit<RuleFile, "$schema" | "examples" | "with"> {
  readonly name: string;
}

/** A rule as a ledger kept it, so that its verdicts can be told later: without actions. */
export interface KeptRule extends Rule {
  /** Its conditions were too large to be kept, and are not there. */
  readonly isTooLarge?: true | undefined;
}

/** Higher priority first, equal ones by name: the order in which rules are decided. */
export function byPriority(a: Rule, b: Rule): number {
  return (b.priority ?? 0) - (a.priority ?? 0) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** All rules of a deployment, in the order in which they are decided. */
export interface RuleSet {
  /** SHA-256 of the rules, hex; decisions name it. */
  readonly hash: string;
  readonly rules: readonly Rule[];
  /** During development: why a newer set could not be admitted; empty in a deployment. */
  readonly findings: readonly Finding[];
  /** What the build found in each rule; absent if the rules were not checked. */
  readonly checked?: readonly CheckedRule[] | undefined;
  /** The named conditions of `rules/conditions/`, with those they refer to put in place; absent: there are none. */
  readonly conditions?: { readonly [name: string]: ConditionGroup } | undefined;
}

/**
 * A rule set as it is bundled: what can be long is text, which costs nothing at start-up and is parsed when it is first
 * needed. A set that was built by an older version has only its rules.
 */
export interface BuiltRules {
  readonly hash: string;
  readonly findings: readonly Finding[];
  readonly rules: string;
  readonly checked?: string;
  readonly conditions?: string;
}

/** The result of checking one rule file. */
export interface CheckedRule {
  readonly rule: string;
  /** How many examples the file has, and how many of them fail. */
  readonly examples: number;
  readonly failing: number;
  readonly findings: readonly RuleFinding[];
}

/** A finding in a file that need not be named. */
export type RuleFinding = Omit<Finding, "file">;

/** One thing that is wrong with a rule file, and where. */
export interface Finding {
  readonly file: string;
  /** JSON pointer into the file, `""` for the whole file. */
  readonly pointer: string;
  readonly code: FindingCode;
  /** One sentence: what is there, what was expected, what to do. */
  readonly message: string;
  /** An error refuses the rule; a warning is only shown. */
  readonly severity: "error" | "warning";
}

/** Findings that refuse a rule: it makes no sense, or the engine would choke on it. */
export type ErrorCode =
  | "RULE_NAME" // the file's name is not a rule name
  | "RULE_JSON" // the file is not JSON
  | "RULE_DUPLICATE_KEY" // a key occurs twice, and the first value is lost
  | "RULE_SHAPE" // a value is not of the type or form that the key takes
  | "RULE_UNKNOWN_KEY" // the key is not part of the language
  | "RULE_UNKNOWN_FACT" // no event has this fact
  | "RULE_FACT_KIND" // the fact exists, but on none of the kinds in "on"
  | "RULE_UNKNOWN_OPERATOR" // json-rules-engine would reject the whole run
  | "RULE_UNKNOWN_CONDITION" // no file of rules/conditions/ has this name, or it refers to itself
  | "RULE_EMPTY_GROUP" // an empty "all" or "any" fires for everything
  | "RULE_UNSAFE_PATH" // a path with wildcards, filters but [?key=value], descent or prototype keys
  | "RULE_PARAMS" // params on a fact that takes none, or params that it does not know
  | "RULE_OPERATOR_VALUE" // the operator makes no sense with this value
  | "RULE_TYPE" // a fact of this type can never meet the comparison
  | "RULE_NEVER_TAKEN" // a closed vocabulary does not have the word
  | "RULE_CONTRADICTION" // conditions of one "all" that cannot be met together
  | "RULE_PATTERN" // not RE2 syntax, or too expensive to match
  | "RULE_WINDOW" // a window that never opens, or a time zone that does not exist
  | "RULE_TEMPLATE" // a template that does not parse, or names what does not exist
  | "RULE_DESTINATION" // a URL that cannot be read, that a template could lead to another host, or that leads back to Afterbeep
  | "RULE_SIZE" // larger than what is kept of one rule
  | "RULE_SECRET"; // a secret where it could be stored or shown

/** Findings that are only shown: probably a mistake. */
export type WarningCode =
  | "RULE_HOST" // a URL that the guard of outgoing calls will refuse with the present configuration
  | "RULE_NEGATED_ABSENCE" // a negative comparison with a fact that may be absent, which then meets it
  | "RULE_NO_ZONE" // a moment without a zone, which is read as UTC
  | "RULE_PATTERN_BOUNDARY" // \b beside a letter beyond ASCII, where RE2 sees none
  | "RULE_UNUSUAL_WORD" // a word that HighLevel has not been seen to send
  | "RULE_NO_EFFECT" // a condition that cannot change the outcome
  | "RULE_TEMPLATE_FIELD" // a field that no event of these kinds is known to have
  | "RULE_TEMPLATE_VALUE" // a value that does not fit where it stands: a list as one text, a text encoded twice
  | "RULE_RETENTION" // a time that is longer than the log is kept
  | "RULE_SET_SIZE" // the rules for a location are together larger than what is kept of a set
  | "RULE_TOKEN" // an action in HighLevel for a location that has no active token, or one that lacks a scope
  | "RULE_LOOP" // rules whose changes in HighLevel may fire them again without end
  | "RULE_SAME" // two rules that do the same, or fire on the same events
  | "RULE_NEVER_FIRES" // no event meets its conditions, or rules that stop it always fire first
  | "RULE_BOTH_MESSAGE" // two rules that write to the contact on one event
  | "RULE_UNDOES" // two rules of which one undoes on an event what the other one does
  | "RULE_EXAMPLE" // an example that fails, or something that cannot be tried
  | "RULE_NO_EXAMPLE"; // no example on which the rule fires

export type FindingCode = ErrorCode | WarningCode;
