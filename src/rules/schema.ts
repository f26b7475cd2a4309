// The JSON Schema of a rule file, for editors: made from the same tables as the structs, so that both know the same
// words. UNSAID lists what JSON Schema cannot express; admission checks it.
import { FACTS } from "../language/facts.ts";
import {
  KNOWN_FACTS,
  KNOWN_NAMES,
  pathPatternOf,
  pathsInto,
  type KnownFact,
  type KnownFields,
} from "../language/known-facts.ts";
import { PARAMS } from "../language/log-facts.ts";
import { DECORATOR_NAMES, OPERATOR_NAMES, OPERATORS } from "../language/operators.ts";
import { EVENT_KINDS } from "../model/event-kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import type { FieldType } from "../model/event-fields.ts";
import { PATH_EXAMPLES, PATH_PATTERN } from "../language/path.ts";
import { CANCEL_WORDS, LIMIT_SCOPES, type ErrorCode } from "../model/rule.ts";
import { WEEKDAYS } from "../model/window.ts";
import { actionSchemas } from "./action-schema.ts";
import { about, described, exactly, listOf, reference, text, words } from "../kit/json-schema.ts";
import { MOMENT_PATTERN, CLOCK_PATTERN, CLOSING_PATTERN, DATE_PATTERN, MAX_LIMIT_COUNT } from "./rule-struct.ts";
import { LISTED_TYPES, VALUE_FORMS } from "./value-forms.ts";

/**
 * Findings that the schema cannot express: they need more than one place of the file, another file, or a parser. Of
 * RULE_SHAPE and RULE_OPERATOR_VALUE it covers the form and not the rest: a duration over 365 days, a date that the
 * calendar does not have, nesting over 32 levels, a text that is not a time, values of decorated operators, a report
 * without a message to report on.
 */
export const UNSAID: readonly ErrorCode[] = [
  "RULE_NAME",
  "RULE_JSON",
  "RULE_DUPLICATE_KEY",
  "RULE_FACT_KIND",
  "RULE_UNKNOWN_CONDITION",
  "RULE_TYPE",
  "RULE_NEVER_TAKEN",
  "RULE_CONTRADICTION",
  "RULE_PATTERN",
  "RULE_WINDOW",
  "RULE_TEMPLATE",
  "RULE_DESTINATION",
  "RULE_SIZE",
  "RULE_SECRET",
];

export const DURATION_PATTERN =
  "^(?:0*[1-9]\\d{0,7}[smhd]|0{0,7}[1-9]\\d*[smhd]|P(?=.)(?:\\d+W)?(?:\\d+D)?(?:T(?=.)(?:\\d+H)?(?:\\d+M)?(?:\\d+S)?)?)$";
/** What `restart` is, in a phrase. */
export const RESTART_PHRASE = "true: when the rule fires again for the contact, the wait begins anew";
const DECORATED = `^(?:(?:${DECORATOR_NAMES.join("|")}):)*(?:${OPERATOR_NAMES.join("|")})$`;

const duration = about('such as "30s", "5m", "2h", "3d" or "PT90M", at most 365 days', {
  type: "string",
  pattern: DURATION_PATTERN,
});
const most = (phrase: string): JsonObject => about(phrase, { type: "integer", minimum: 1, maximum: MAX_LIMIT_COUNT });
const grouped = {
  priority: about("among the conditions beside it, higher ones are looked at first", { type: "integer", minimum: 1 }),
  name: text("a name for people"),
};
const param = ({ takes }: (typeof PARAMS)[keyof typeof PARAMS]): JsonObject =>
  takes === "duration" ? duration : takes === "boolean" ? { type: "boolean" } : words(takes);
const params = exactly(Object.fromEntries(Object.entries(PARAMS).map(([key, one]) => [key, param(one)])), []);
const timed = {
  after: about("how long to wait after the decision", duration),
  cancelOn: about(
    "what ends the wait",
    listOf(
      {
        anyOf: [
          words(CANCEL_WORDS),
          exactly({ on: reference("kinds"), conditions: reference("group") }, ["on", "conditions"]),
        ],
      },
      { minItems: 1 },
    ),
  ),
  restart: about(RESTART_PHRASE, { type: "boolean" }),
};
const pathDef = (fact: KnownFact): string => `${fact}Path`;
const ofFact = (names: readonly string[]): JsonObject => ({ properties: { fact: words(names) }, required: ["fact"] });
/** What `path` may be beside each fact: those with fields of their own have paths that are known. */
const paths: readonly JsonObject[] = [
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
  ...KNOWN_NAMES.map((fact) => ({ if: ofFact([fact]), then: { properties: { path: reference(pathDef(fact)) } } })),
  { if: ofFact(KNOWN_NAMES), else: { properties: { path: reference("path") } } },
];
/** Another fact, of these if they are given, with a path into it. */
function otherFactOf(fact: JsonObject, required: readonly string[]): JsonObject {
  return { ...exactly({ fact, path: reference("anyPath") }, required), allOf: [...paths] };
}
const otherFact = otherFactOf(reference("fact"), ["fact"]);

const listed = Object.entries(FACTS).flatMap(([name, { type }]) => (LISTED_TYPES.includes(type) ? [name] : []));
const listFact = otherFactOf(words(listed), ["fact"]);

/** Another fact as the value; of the types `neverOf` only what a path leads to. */
function otherFactsBut(neverOf: readonly FieldType[]): readonly JsonObject[] {
  const usable = Object.entries(FACTS).flatMap(([name, { type }]) => (neverOf.includes(type) ? [] : [name]));
  return [otherFactOf(words(usable), ["fact"]), otherFactOf(reference("fact"), ["fact", "path"])];
}

/** What the values of bare operators have to be, form by form. */
const values = Object.entries(VALUE_FORMS).map(([form, { schema, isList, neverOf }]): JsonObject => {
  const facts = neverOf ? otherFactsBut(neverOf) : [isList ? listFact : otherFact];
  const operators = OPERATOR_NAMES.filter((name) => OPERATORS[name].value === form);
  return {
    if: { properties: { operator: words(operators) }, required: ["operator"] },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    then: { properties: { value: { anyOf: [...facts, schema] } } },
  };
});

const PATH_PHRASE = "into the fact, such as $.a.b[0] or $.fields[?id=abc].value";

function pathSchema(fact: KnownFact): JsonObject {
  const known = described(pathsInto(fact).map(({ path, about: phrase }) => [path, phrase] as const));
  return { anyOf: [...known, { type: "string", pattern: pathPatternOf(fact) }] };
}

const TYPES: { readonly [T in FieldType]: JsonObject } = {
  text: { type: "string" },
  id: { type: "string" },
  number: { type: "number" },
  boolean: { type: "boolean" },
  list: { type: "array" },
  object: { type: "object" },
  address: { type: "string" },
  time: { type: "string" },
  any: {},
};

/** A contact or location as it is written beside an event. */
function knownSchema(fact: KnownFact): JsonObject {
  return fieldsSchema(KNOWN_FACTS[fact].fields);
}

function fieldsSchema(fields: KnownFields): JsonObject {
  const inner = Object.entries(fields).map(
    ([name, { type, about: phrase, fields: own }]) =>
      [name, about(phrase, own ? fieldsSchema(own) : TYPES[type])] as const,
  );
  return exactly(Object.fromEntries(inner), []);
}

const asked = Object.keys(FACTS).filter((name) => FACTS[name]?.params);

/** The JSON Schema, draft 2020-12. */
export const ruleSchema: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "An Afterbeep rule",
  ...exactly(
    {
      $schema: text("where this schema is, for editors"),
      description: text("what the rule is for, in a sentence"),
      on: reference("kinds"),
      locations: about(
        "the locations it is for; absent: all",
        listOf({ type: "string", minLength: 1 }, { minItems: 1 }),
      ),
      enabled: about("false switches it off", { type: "boolean" }),
      priority: about("higher first, equal ones by name; absent: 0", { type: "integer" }),
      stop: about("when it fires, rules after it do not fire for this event", { type: "boolean" }),
      includeApi: about("also see messages that were sent through the API, our own among them", { type: "boolean" }),
      includeInternal: about("also see internal comments, which never reach the contact", { type: "boolean" }),
      late: about("do what is overdue, too, on a message that came by no webhook and was found later", {
        type: "boolean",
      }),
      limit: about(
        "how often it may fire",
        exactly(
          {
            count: about("times", { type: "integer", minimum: 1, maximum: MAX_LIMIT_COUNT }),
            within: about("absent: for ever", duration),
            per: about("absent: for each contact", words(LIMIT_SCOPES)),
          },
          ["count"],
        ),
      ),
      window: about(
        "when its actions may happen; outside they wait for the next opening",
        exactly(
          {
            days: about("absent: every day", listOf(words(WEEKDAYS), { minItems: 1 })),
            from: about("local time, included; absent: midnight", { type: "string", pattern: CLOCK_PATTERN.source }),
            to: about("local time, excluded; not later than from: on the next day", {
              type: "string",
              pattern: CLOSING_PATTERN.source,
            }),
            timeZone: text(
              "IANA name, an offset such as +05:30, or contact: the contact's own, else the location's, else TIME_ZONE; absent: TIME_ZONE",
            ),
            holidays: about(
              "dates on which it does not open",
              listOf({ type: "string", pattern: DATE_PATTERN.source }),
            ),
          },
          [],
        ),
      ),
      breaker: about(
        "how many messages it may send, and how often change HighLevel; the others are held until a person releases them",
        exactly(
          {
            perMinute: most("in the location in a minute; absent: 20 messages, 600 changes"),
            perContactDay: most("to a contact in 24 hours; absent: 3 messages, 30 changes"),
          },
          [],
        ),
      ),
      with: about(
        "rules that it is meant to act beside on the same events: check does not warn of the two",
        listOf({ type: "string", minLength: 1 }, { minItems: 1 }),
      ),
      conditions: reference("group"),
      actions: about("what follows when it fires", listOf(reference("action"), { minItems: 1 })),
      examples: about("the rule's tests", listOf(reference("example"))),
    },
    ["on", "conditions", "actions"],
  ),
  $defs: {
    kinds: about("kinds of event", listOf(words(EVENT_KINDS), { minItems: 1 })),
    fact: { anyOf: described(Object.entries(FACTS).map(([name, { about: phrase }]) => [name, phrase])) },
    anyPath: about(PATH_PHRASE, { type: "string", pattern: PATH_PATTERN }),
    path: about(PATH_PHRASE, { type: "string", examples: PATH_EXAMPLES }),
    ...Object.fromEntries(KNOWN_NAMES.map((fact) => [pathDef(fact), pathSchema(fact)])),
    group: {
      anyOf: [
        exactly({ all: about("every one is met", listOf(reference("condition"), { minItems: 1 })), ...grouped }, [
          "all",
        ]),
        exactly({ any: about("at least one is met", listOf(reference("condition"), { minItems: 1 })), ...grouped }, [
          "any",
        ]),
        exactly({ not: reference("condition"), ...grouped }, ["not"]),
        exactly({ condition: text("a file of rules/conditions/, without .json"), ...grouped }, ["condition"]),
      ],
    },
    condition: { anyOf: [reference("group"), reference("comparison")] },
    comparison: {
      ...exactly(
        {
          fact: reference("fact"),
          operator: {
            anyOf: [
              ...described(OPERATOR_NAMES.map((name) => [name, OPERATORS[name].about] as const)),
              { type: "string", pattern: DECORATED },
            ],
          },
          value: about("what to compare with: a constant, or { fact, path }", {}),
          path: reference("anyPath"),
          params,
          ...grouped,
        },
        ["fact", "operator", "value"],
      ),
      allOf: [
        {
          if: { properties: { fact: { enum: asked } }, required: ["fact"] },
          else: { properties: { params: { type: "object", maxProperties: 0 } } },
        },
        ...paths,
        ...values,
      ],
    },
    action: {
      anyOf: actionSchemas({ duration, json: {}, timed }),
    },
    example: exactly(
      {
        description: text("what it shows"),
        event: about("the payload; what is left out takes plain values", { type: "object" }),
        fires: about("whether the rule fires on it", { type: "boolean" }),
        contact: about("the contact as it is known; what is left out is absent", knownSchema("contact")),
        location: about("the location as it is known; what is left out is absent", knownSchema("location")),
        at: about("when it is decided, ISO 8601", { type: "string", pattern: MOMENT_PATTERN.source }),
        history: about(
          "what came before, oldest first",
          listOf(exactly({ ago: duration, event: { type: "object" } }, ["ago", "event"])),
        ),
      },
      ["event", "fires"],
    ),
  },
};
