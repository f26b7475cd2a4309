// The rule file as a struct: its shape. What a shape cannot express is checked in admission.ts and lint.ts.
import {
  any,
  array,
  boolean,
  define,
  dynamic,
  enums,
  integer,
  lazy,
  max,
  min,
  nonempty,
  optional,
  record,
  refine,
  string,
  type,
  type Struct,
} from "superstruct";
import { duration, type Keys } from "../act/contract/shape.ts";
import { ACTION_KINDS, keysOf } from "../act/kinds.ts";
import { KNOWN_STRUCTS } from "../events/structs.ts";
import { EVENT_KINDS } from "../model/event-kinds.ts";
import { isoOf, isoMoment } from "../kit/moment.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import {
  CANCEL_WORDS,
  LIMIT_SCOPES,
  type Action,
  type CancelTrigger,
  type Condition,
  type ConditionGroup,
  type RuleFile,
} from "../model/rule.ts";
import { anyStruct, strictObject, type AnyStruct } from "../kit/strict-object.ts";
import { didYouMean, expectedOneOf } from "../kit/suggestion.ts";
import { WEEKDAYS } from "../model/window.ts";

/** Bounds and patterns that the JSON Schema uses, too. */
export const MAX_LIMIT_COUNT = 1_000_000;
export const CLOCK_PATTERN = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
export const CLOSING_PATTERN = /^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/;
export const MOMENT_PATTERN = /^\d{4}-\d{2}-\d{2}(?:T|$)/;
export const DATE_PATTERN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;

const moment = refine(
  string(),
  "moment",
  (text) => (MOMENT_PATTERN.test(text) && isoMoment(text) !== null) || "Expected a time in ISO 8601",
);
const texts = (form: RegExp, name: string) => refine(string(), "form", (text) => form.test(text) || `Expected ${name}`);

const date = refine(string(), "date", (text) => isDate(text) || "Expected a date of the calendar such as 2026-12-25");

function isDate(text: string): boolean {
  const at = Date.parse(text);
  return DATE_PATTERN.test(text) && !Number.isNaN(at) && isoOf(at).startsWith(text);
}

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
  condition: strictObject({ condition: string(), ...grouped }),
};
const noGroup = define<ConditionGroup>("group", () => 'Expected an object with "all", "any", "not" or "condition"');

function groupOf(value: unknown): keyof typeof groups | undefined {
  return isJsonObject(value)
    ? (Object.keys(groups) as (keyof typeof groups)[]).find((name) => Object.hasOwn(value, name))
    : undefined;
}

function conditionStruct(value: unknown): unknown {
  const group = groupOf(value);
  return group === undefined ? factCondition : groups[group];
}

/** Conditions as they are in a rule, or alone in a file of `rules/conditions/`. */
export const conditionsStruct: Struct<ConditionGroup, null> = dynamic((value) => {
  const group = groupOf(value);
  return anyStruct(group === undefined ? noGroup : groups[group]);
}) as never;

const cancelWord = define<CancelTrigger>("trigger", (value) => {
  if (CANCEL_WORDS.some((word) => word === value)) return true;
  return expectedOneOf(CANCEL_WORDS, value, ", or { on, conditions }");
});
const cancelConditions = strictObject({ on: nonempty(array(enums(EVENT_KINDS))), conditions: conditionsStruct });
const trigger = dynamic((value) => anyStruct(isJsonObject(value) ? cancelConditions : cancelWord));

/** The keys about time that every action may have besides those of its kind. */
const timed = {
  after: optional(duration),
  cancelOn: optional(nonempty(array(trigger))),
  restart: optional(boolean()),
};

/** The struct of an action as it is written in a file: made once for each set of keys. */
function actionStruct(keys: Keys): AnyStruct {
  let known = actionStructs.get(keys);
  if (!known) actionStructs.set(keys, (known = anyStruct(strictObject({ ...keys, ...timed }))));
  return known;
}
const actionStructs = new WeakMap<object, AnyStruct>();

const actionType = define<string>("action-type", (value) => {
  const types = Object.keys(ACTION_KINDS);
  return `Expected the type of an action: ${types.join(", ")}${typeof value === "string" ? didYouMean(value, types) : ""}`;
});

const action: Struct<Action, null> = dynamic((value) => {
  const keys = isJsonObject(value) ? keysOf(value) : null;
  return keys === null ? anyStruct(type({ type: actionType })) : actionStruct(keys);
}) as never;

const limit = strictObject({
  count: max(min(integer(), 1), MAX_LIMIT_COUNT),
  within: optional(duration),
  per: optional(enums(LIMIT_SCOPES)),
});
const most = optional(max(min(integer(), 1), MAX_LIMIT_COUNT));
const breaker = strictObject({ perMinute: most, perContactDay: most });
const window = strictObject({
  days: optional(nonempty(array(enums(WEEKDAYS)))),
  from: optional(texts(CLOCK_PATTERN, "a time such as 08:00")),
  to: optional(texts(CLOSING_PATTERN, "a time such as 20:00, or 24:00")),
  timeZone: optional(string()),
  holidays: optional(array(date)),
});
const earlier = strictObject({ ago: duration, event: record(string(), any()) });
const example = strictObject({
  description: optional(string()),
  event: record(string(), any()),
  fires: boolean(),
  at: optional(moment),
  contact: optional(KNOWN_STRUCTS.contact),
  location: optional(KNOWN_STRUCTS.location),
  history: optional(array(earlier)),
});

/** A whole rule file. */
export const ruleStruct = strictObject({
  $schema: optional(string()),
  description: optional(string()),
  on: nonempty(array(enums(EVENT_KINDS))),
  locations: optional(nonempty(array(nonempty(string())))),
  enabled: optional(boolean()),
  priority: optional(integer()),
  stop: optional(boolean()),
  includeApi: optional(boolean()),
  includeInternal: optional(boolean()),
  late: optional(boolean()),
  limit: optional(limit),
  window: optional(window),
  breaker: optional(breaker),
  with: optional(nonempty(array(nonempty(string())))),
  conditions: conditionsStruct,
  actions: nonempty(array(action)),
  examples: optional(array(example)),
}) as unknown as Struct<RuleFile>;
