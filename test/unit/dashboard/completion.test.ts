import { ACTION_KINDS } from "../../../src/act/kinds.ts";
import type { Shape } from "../../../src/model/action-shape.ts";
import { HIGHLEVEL_CALLS } from "../../../src/model/rule.ts";
import { describe, expect, it } from "vitest";
import { completionAt } from "../../../src/dashboard/playground/completion.ts";
import { ruleSchema } from "../../../src/rules/schema.ts";
import { OPERATOR_NAMES } from "../../../src/language/operators.ts";
import { CHANNELS } from "../../../src/model/channels.ts";
import { EVENT_KINDS } from "../../../src/model/event-kinds.ts";
import { KNOWN_FACTS, KNOWN_NAMES, pathsInto } from "../../../src/language/known-facts.ts";
import { FACTS } from "../../../src/language/facts.ts";
import { WEEKDAYS } from "../../../src/model/window.ts";

/** Candidates where `|` stands. */
function at(marked: string) {
  const position = marked.indexOf("|");
  return completionAt(marked.replace("|", ""), position, ruleSchema);
}
const labels = (marked: string): readonly string[] => at(marked)?.candidates.map(({ label }) => label) ?? [];
const comparison = (inside: string): string => `{ "conditions": { "all": [{ ${inside} }] } }`;

const GROUP = ["all", "any", "not", "condition", "priority", "name"];
const COMPARISON = ["fact", "operator", "value", "path", "priority", "name"];
const RULE = [
  "$schema",
  "description",
  "on",
  "locations",
  "enabled",
  "priority",
  "stop",
  "includeApi",
  "includeInternal",
  "late",
  "limit",
  "window",
  "with",
  "breaker",
  "conditions",
  "actions",
  "examples",
];
const WEBHOOK = ["type", "url", "method", "headers", "body", "report", "after", "cancelOn", "restart"];
const TASK = ["type", "title", "description", "due", "after", "cancelOn", "restart"];
/** Each kind of action, and each call of one that has several: what it is, and its keys. */
const SHAPES: readonly (readonly [named: { readonly [key: string]: string }, shape: Shape])[] = Object.entries(
  ACTION_KINDS,
).flatMap(([type, { shape }]): [{ readonly [key: string]: string }, Shape][] =>
  "fields" in shape
    ? [[{ type }, shape]]
    : Object.entries(shape.shapes).map(([word, one]) => [{ type, [shape.by]: word }, one]),
);
const ACTION_KEYS = SHAPES.flatMap(([named, { fields }]) => [
  ...Object.keys(named),
  ...Object.keys(fields),
  "after",
  "cancelOn",
  "restart",
]);
/** The facts that may hold a list, by the table of facts. */
const LISTS = Object.keys(FACTS).filter((name) => /^(?:list|object|any)$/.test(FACTS[name]?.type ?? ""));
const NOTE = ["type", "call", "body", "userId", "after", "cancelOn", "restart"];

describe("completion", () => {
  it.each<readonly [string, string, readonly string[]]>([
    ["every key of a rule in an empty one", "{ | }", RULE],
    ["in the quotes of a key", '{ "|" }', RULE],
    ["in an object that is not closed", '{ "|', RULE],
    ["in a word without quotes", "{ en| }", RULE],
    [
      "but not those that are there",
      '{ "on": [], "limit": {}, | }',
      RULE.filter((key) => key !== "on" && key !== "limit"),
    ],
    [
      "behind the cursor either",
      '{ "|", "actions": [], "enabled": true }',
      RULE.filter((key) => key !== "actions" && key !== "enabled"),
    ],
    ["the key itself, when it is changed", '{ "o|n": [] }', RULE],
    ["of a breaker", '{ "breaker": { "perMinute": 1, | } }', ["perContactDay"]],
    ["of a limit", '{ "limit": { "count": 1, | } }', ["within", "per"]],
    ["of conditions: those of a group", '{ "conditions": { | } }', GROUP],
    ["of a group that is chosen", '{ "conditions": { "any": [], | } }', ["priority", "name"]],
    ["of a condition: those of a group and of a comparison", comparison("|"), [...GROUP, ...COMPARISON.slice(0, 4)]],
    ["of a comparison that has begun", comparison('"fact": "body", |'), COMPARISON.slice(1)],
    [
      "params where the fact takes them",
      comparison('"fact": "count", |'),
      ["operator", "value", "path", "params", "priority", "name"],
    ],
    [
      "of params",
      comparison('"fact": "count", "params": { | }'),
      ["kind", "channel", "outcome", "direction", "within", "messages"],
    ],
    ["of any action", '{ "actions": [{ | }] }', [...new Set(ACTION_KEYS)]],
    ["of a webhook", '{ "actions": [{ "type": "webhook", | }] }', WEBHOOK.slice(1)],
    ["of a call", '{ "actions": [{ "type": "highlevel", "call": "create-note", | }] }', NOTE.slice(2)],
    ["of a task", '{ "actions": [{ "type": "task", | }] }', TASK.slice(1)],
    [
      "of another fact to compare with",
      comparison('"fact": "body", "operator": "equal", "value": { | }'),
      ["fact", "path"],
    ],
    ["of what ends a wait", '{ "actions": [{ "cancelOn": [{ | }] }] }', ["on", "conditions"]],
    [
      "of an example",
      '{ "examples": [{ "event": {}, | }] }',
      ["description", "fires", "contact", "location", "at", "history"],
    ],
    [
      "of a contact in an example",
      '{ "examples": [{ "event": {}, "contact": { | } }] }',
      Object.keys(KNOWN_FACTS.contact.fields),
    ],
    [
      "of its owner",
      '{ "examples": [{ "event": {}, "contact": { "owner": { | } } }] }',
      ["id", "firstName", "lastName", "name", "email", "phone"],
    ],
    ["of a payload: none are known", '{ "examples": [{ "event": { | } }] }', []],
    ["of headers: none are known", '{ "actions": [{ "type": "webhook", "headers": { | } }] }', []],
  ])("offers keys, %s", (_, marked, expected) => {
    expect(labels(marked).toSorted()).toEqual([...expected].toSorted());
  });

  it.each<readonly [string, string, readonly string[]]>([
    ["kinds of event", '{ "on": [|] }', EVENT_KINDS],
    [
      "but not those that are in the list",
      '{ "on": ["InboundMessage", "|"] }',
      EVENT_KINDS.filter((kind) => kind !== "InboundMessage"),
    ],
    ["yes and no", '{ "stop": | }', ["true", "false"]],
    ["of whom a limit counts", '{ "limit": { "per": "|" } }', ["contact", "location"]],
    ["days", '{ "window": { "days": ["|"] } }', WEEKDAYS],
    ["methods of a webhook", '{ "actions": [{ "type": "webhook", "method": "|" }] }', ["POST", "PUT", "PATCH"]],
    ["types of action", '{ "actions": [{ "type": "|" }] }', Object.keys(ACTION_KINDS)],
    ["calls of HighLevel", '{ "actions": [{ "type": "highlevel", "call": "|" }] }', HIGHLEVEL_CALLS],
    [
      "words of a call",
      '{ "actions": [{ "type": "highlevel", "call": "update-opportunity-status", "status": "|" }] }',
      ["open", "won", "lost", "abandoned"],
    ],
    ["what ends a wait", '{ "actions": [{ "type": "task", "cancelOn": ["|"] }] }', ["reply", "dnd", "delete"]],
    ["operators", comparison('"fact": "body", "operator": "|"'), OPERATOR_NAMES],
    ["words of the fact", comparison('"fact": "channel", "operator": "equal", "value": "|"'), CHANNELS],
    [
      "words of the fact, of several",
      comparison('"fact": "channel", "operator": "in", "value": ["sms", "|"]'),
      CHANNELS.filter((channel) => channel !== "sms"),
    ],
    [
      "words of the fact that stands behind",
      comparison('"value": "|", "operator": "equal", "fact": "channel"'),
      CHANNELS,
    ],
    [
      "whether a fact is there",
      comparison('"fact": "body", "operator": "exists", "value": |'),
      ["{ fact }", "true", "false"],
    ],
    ...["before", "matches"].map((operator): [string, string, string[]] => [
      `no word of a fact, where ${operator} takes none`,
      comparison(`"fact": "channel", "operator": "${operator}", "value": |`),
      ["{ fact }"],
    ]),
    [
      "no word of a fact, where a number is compared",
      comparison('"fact": "channel", "operator": "greaterThan", "value": |'),
      ["{ fact }", "{ fact, path }"],
    ],
    [
      "paths to write like",
      comparison('"fact": "payload", "path": "|"'),
      ["$.a.b[0]", "$['a b']", "$.fields[?id=abc].value"],
    ],
    ...KNOWN_NAMES.map((fact): [string, string, string[]] => [
      `paths into the ${fact}`,
      comparison(`"fact": "${fact}", "path": "|"`),
      pathsInto(fact).map(({ path }) => path),
    ]),
    [
      "paths into what another fact is",
      comparison('"fact": "from", "operator": "equal", "value": { "fact": "location", "path": "|" }'),
      pathsInto("location").map(({ path }) => path),
    ],
    [
      "lists only, where one is wanted",
      comparison('"fact": "channel", "operator": "in", "value": |'),
      ["{ fact }", "[ ]"],
    ],
    ["facts that are lists", comparison('"fact": "channel", "operator": "in", "value": { "fact": "|" }'), LISTS],
    [
      "parts of conditions",
      '{ "conditions": { "all": [|] } }',
      ["{ all }", "{ any }", "{ not }", "{ condition }", "{ fact, operator, value }"],
    ],
    [
      "parts of actions",
      '{ "actions": [|] }',
      SHAPES.map(([named, { fields }]) => {
        const required = Object.keys(fields).filter((name) => fields[name]?.required);
        const words = Object.entries(named).map(([key, word]) => `${key}: "${word}"`);
        return `{ ${[...words, ...required].join(", ")} }`;
      }),
    ],
    ["a whole rule in an empty text", "|", ["{ on, conditions, actions }"]],
    ["nothing where anything may stand", '{ "description": "|" }', []],
  ])("offers values: %s", (_, marked, expected) => {
    expect(labels(marked).toSorted()).toEqual([...expected].toSorted());
  });

  it.each([
    ["behind a value, where a comma is missing", '{ "stop": true | }'],
    ["behind a key, where a colon is missing", '{ "stop" | }'],
    ["behind the quotes of a value", '{ "on": ["InboundMessage"|] }'],
    ["behind the document", "{ } |"],
    ["before it", "| { }"],
  ])("offers nothing %s", (_, marked) => {
    expect(at(marked)).toBeNull();
  });

  it("says what each key and word is for", () => {
    const about = (marked: string, label: string) => at(marked)?.candidates.find((one) => one.label === label)?.about;
    expect(about("{ | }", "stop")).toBe("when it fires, rules after it do not fire for this event");
    expect(about("{ | }", "on")).toBe("kinds of event");
    expect(about(comparison('"fact": "|"'), "count")).toContain("events of this contact");
    expect(about(comparison('"operator": "|"'), "in")).toBe("one of a list");
  });

  it.each([
    ["a list", "{ | }", "on", '"on": [${}]'],
    ["an object", "{ | }", "limit", '"limit": { ${} }'],
    ["a text, and the comma before the next key", '{ |"stop": true }', "description", '"description": "${}",'],
    ["anything else", "{ | }", "stop", '"stop": ${}'],
    ["what has its value already", '{ "|": true }', "stop", '"stop"'],
    [
      "a condition",
      '{ "conditions": { "all": [|] } }',
      "{ fact, operator, value }",
      '{ "fact": "${}", "operator": "${}", "value": ${} }',
    ],
    ["an action", '{ "actions": [|] }', '{ type: "webhook", url }', '{ "type": "webhook", "url": "${}" }'],
  ])("writes the signs of %s", (_, marked, label, template) => {
    expect(at(marked)?.candidates.find((one) => one.label === label)?.template).toBe(template);
  });

  it("takes the place of the whole word that is there, quotes too", () => {
    expect(at('{ "on": ["Inb|ound"] }')).toMatchObject({ from: 9, to: 18 });
    expect(at("{ en| }")).toMatchObject({ from: 2, to: 4 });
  });
});
