// The rule file as a struct: its shape. What a shape cannot say is in admission.ts.
import {
  any,
  array,
  boolean,
  define,
  dynamic,
  enums,
  integer,
  lazy,
  min,
  nonempty,
  optional,
  record,
  string,
  type,
  type Struct,
} from "superstruct";
import { ACTION_KINDS } from "../act/perform.ts";
import { EVENT_KINDS } from "../model/event.ts";
import { isJsonObject, type Json } from "../model/json.ts";
import type { Action, Condition, ConditionGroup, RuleFile } from "../model/rule.ts";
import { strictObject, type AnyStruct } from "../model/strict-object.ts";
import { didYouMean } from "../model/suggestion.ts";

/** Keys of a rule that are planned and do not work yet. */
const PLANNED_RULE_KEYS = ["limit", "window"];

const grouped = { priority: optional(min(integer(), 1)), name: optional(string()) };
const condition: Struct<Condition, null> = lazy(() => dynamic((value) => anyStruct(conditionStruct(value)))) as never;
const parts = nonempty(array(condition));

const factCondition = strictObject({
  fact: string(),
  operator: string(),
  value: define<Json>("value", (value) => value !== undefined || 'Expected a "value" to compare with'),
  path: optional(string()),
  params: optional(record(string(), any())),
  ...grouped,
});
const groups = {
  all: strictObject({ all: parts, ...grouped }),
  any: strictObject({ any: parts, ...grouped }),
  not: strictObject({ not: condition, ...grouped }),
  condition: type({
    condition: define("planned-key", () => "Named conditions do not work yet, write the conditions out"),
  }),
};
const noGroup = define<ConditionGroup>("group", () => 'Expected an object with "all", "any" or "not"');

function groupOf(value: unknown): keyof typeof groups | undefined {
  return isJsonObject(value)
    ? (Object.keys(groups) as (keyof typeof groups)[]).find((name) => Object.hasOwn(value, name))
    : undefined;
}

function conditionStruct(value: unknown): unknown {
  const group = groupOf(value);
  return group === undefined ? factCondition : groups[group];
}

const conditions: Struct<ConditionGroup, null> = dynamic((value) => {
  const group = groupOf(value);
  return anyStruct(group === undefined ? noGroup : groups[group]);
}) as never;

const actionType = define<string>("action-type", (value) => {
  const types = Object.keys(ACTION_KINDS);
  return `Expected the type of an action: ${types.join(", ")}${typeof value === "string" ? didYouMean(value, types) : ""}`;
});

const action: Struct<Action, null> = dynamic((value) => {
  const named = isJsonObject(value) ? value["type"] : undefined;
  const kind = Object.entries(ACTION_KINDS).find(([name]) => name === named)?.[1];
  return anyStruct(kind?.struct ?? type({ type: actionType }));
}) as never;

const example = strictObject({ description: optional(string()), event: record(string(), any()), fires: boolean() }, [
  "history",
  "at",
]);

/** A whole rule file. */
export const ruleStruct = strictObject(
  {
    $schema: optional(string()),
    description: optional(string()),
    on: nonempty(array(enums(EVENT_KINDS))),
    locations: optional(nonempty(array(nonempty(string())))),
    enabled: optional(boolean()),
    priority: optional(integer()),
    stop: optional(boolean()),
    includeApi: optional(boolean()),
    includeInternal: optional(boolean()),
    conditions,
    actions: nonempty(array(action)),
    examples: optional(array(example)),
  },
  PLANNED_RULE_KEYS,
) as unknown as Struct<RuleFile>;

/** Structs of different shapes meet in `dynamic`, which only ever hands values through. */
function anyStruct(struct: unknown): AnyStruct {
  return struct as AnyStruct;
}
