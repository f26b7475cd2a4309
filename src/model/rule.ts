import type { EventKind } from "./event.ts";
import type { Json, JsonObject } from "./json.ts";

/** The comparisons of json-rules-engine, each `fact operator value`. */
export const OPERATORS = [
  "equal",
  "notEqual",
  "in",
  "notIn",
  "contains",
  "doesNotContain",
  "lessThan",
  "lessThanInclusive",
  "greaterThan",
  "greaterThanInclusive",
] as const;

/** What may stand before an operator, as in `someFact:equal`; they may be chained. */
export const DECORATORS = ["someFact", "someValue", "everyFact", "everyValue", "swap", "not"] as const;

/** Compares one fact with a constant or with another fact (`value: { fact, path }`). */
export interface FactCondition {
  readonly fact: string;
  readonly operator: string;
  readonly value: Json;
  /** `$.a.b[0]` into the fact; own properties only. */
  readonly path?: string | undefined;
  readonly params?: JsonObject | undefined;
  /** Among the conditions beside it, higher ones are evaluated first and may make the rest unnecessary. */
  readonly priority?: number | undefined;
  readonly name?: string | undefined;
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

/** Sends a signed HTTP request (Standard Webhooks 1.0). `url`, `headers` and `body` may hold templates. */
export interface WebhookAction {
  readonly type: "webhook";
  readonly url: string;
  readonly method?: "POST" | "PUT" | "PATCH" | undefined;
  readonly headers?: { readonly [name: string]: string } | undefined;
  /** Absent: `{ type: "rule.fired", timestamp, data: { rule, event, decision } }`. */
  readonly body?: Json | undefined;
}

/** Leaves a task in KV. `title` and `description` may hold templates. */
export interface TaskAction {
  readonly type: "task";
  readonly title: string;
  readonly description?: string | undefined;
  /** A duration after the decision, such as `2h`. */
  readonly due?: string | undefined;
}

export type Action = WebhookAction | TaskAction;
export type ActionType = Action["type"];

/** A rule's own test: what it does on one event. Keys left out of `event` take plain defaults. */
export interface RuleExample {
  readonly description?: string | undefined;
  readonly event: JsonObject;
  readonly fires: boolean;
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
}

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

export type FindingCode =
  | "RULE_NAME" // the file's name is not a rule name
  | "RULE_JSON" // the file is not JSON
  | "RULE_SHAPE" // a value has another type or form than the key takes
  | "RULE_UNKNOWN_KEY" // the key is not part of the language
  | "RULE_NOT_YET" // the key or fact is planned and does not work yet
  | "RULE_UNKNOWN_FACT" // no event has this fact
  | "RULE_FACT_KIND" // the fact exists, but on none of the kinds in "on"
  | "RULE_UNKNOWN_OPERATOR" // json-rules-engine would reject the whole run
  | "RULE_EMPTY_GROUP" // an empty "all" or "any" fires for everything
  | "RULE_UNSAFE_PATH" // a path with wildcards, filters, descent or prototype keys
  | "RULE_OPERATOR_VALUE" // the operator cannot mean anything with this value
  | "RULE_TEMPLATE" // a template that does not parse, or names what does not exist
  | "RULE_DESTINATION" // a URL that cannot be read, or whose host a template could change
  | "RULE_HOST" // a URL that the guard of outgoing calls will refuse as things are configured
  | "RULE_SECRET"; // a secret where it could be stored or shown
