// Rules and events as nobody writes them: every operator and decorator, nesting, facts that are absent or of a wrong
// type. They are not admitted and not validated: what the index claims has to hold on anything.
import { FACTS } from "../../src/language/facts.ts";
import { KNOWN_NAMES, pathsInto } from "../../src/language/known-facts.ts";
import { DECORATOR_NAMES, OPERATOR_NAMES } from "../../src/language/operators.ts";
import type { Event } from "../../src/model/event.ts";
import { EVENT_KINDS, type EventKind } from "../../src/model/event-kinds.ts";
import type { Known } from "../../src/model/known.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import type { Condition, ConditionGroup, Rule } from "../../src/model/rule.ts";
import type { Chance } from "./chance.ts";

const LOCATIONS = ["l1", "l2", "l3"];
/** The facts that rules ask about most often, and now and then any other, or one that there is not. */
const USUAL = [
  "kind",
  "channel",
  "outcome",
  "status",
  "messageType",
  "callStatus",
  "callDuration",
  "body",
  "to",
  "tags",
];
const RARE = [...Object.keys(FACTS), "noSuchFact"];
const HISTORY = ["count", "secondsSince"];
const PRIMITIVES: readonly Json[] = [
  "sms", "call", "failed", "delivered", "voicemail", "SMS", "Call", "a", "ab", "", "1", "31", "30abc", "NaN",
  "2026-01-01", "2026-03-04T15:30:00.000Z", "08:00", "OutboundMessage", "InboundMessage", "undefined", "null",
  true, false, null, 0, 1, 31, -1, 1.5,
]; // prettier-ignore
const PATHS = ["$.a", "$.a.b", "$.a[0]", "$[0]", "$.length", "$.toString", "$['x y']", "$", "$[?b=true]"];
/** Paths into the payload that choose an item of the list that some have. */
const FILTERS = ["$.l[?a=a].b", "$.l[?b=31]['x y']", "$.l[?'x y'=true].a", '$.l[?a="1"]', "$.l[?a=0].l[?b=sms].a"];

/** Paths into the contact and the location, some of them to what no agency has. */
const KNOWN_PATHS: readonly (readonly [fact: string, path: string])[] = KNOWN_NAMES.flatMap((fact) =>
  [
    ...pathsInto(fact).map(({ path }) => path),
    "$.custom.a",
    "$.custom['x y']",
    '$.custom["l"][?a=a].b',
    "$.owner",
    "$",
  ].map((path) => [fact, path] as const),
);

/** A value of any kind, mostly plain. */
function anyValue(luck: Chance, depth = 0): Json {
  const kind = luck.below(depth > 1 ? 6 : 10);
  if (kind < 6) return luck.pick(PRIMITIVES);
  if (kind < 8) return Array.from({ length: luck.below(4) }, () => anyValue(luck, depth + 1));
  return Object.fromEntries(
    ["a", "b", "x y", "l", "toString", "length"]
      .filter(() => luck.happens(0.4))
      .map((key) => [key, anyValue(luck, depth + 1)]),
  );
}

function factName(luck: Chance): string {
  if (luck.happens(0.05)) return luck.pick(HISTORY);
  return luck.happens(0.7) ? luck.pick(USUAL) : luck.pick(RARE);
}

function comparison(luck: Chance): Condition {
  const [knownFact, knownPath] = luck.happens(0.15) ? luck.pick(KNOWN_PATHS) : [undefined, undefined];
  const filter = knownPath ?? (luck.happens(0.1) ? luck.pick(FILTERS) : undefined);
  const fact = knownFact ?? (filter === undefined ? factName(luck) : "payload");
  const asks = HISTORY.includes(fact);
  const plain = luck.happens(0.5) ? luck.pick(["equal", "in"]) : luck.pick(OPERATOR_NAMES);
  const decorated = luck.happens(0.15);
  const operator = decorated ? [luck.pick(DECORATOR_NAMES), plain].join(":") : plain;
  const list = (): Json =>
    Array.from({ length: 1 + luck.below(luck.happens(0.1) ? 14 : 3) }, () => luck.pick(PRIMITIVES));
  const value: Json = luck.happens(0.08)
    ? otherFact(luck)
    : plain === "in" && luck.happens(0.8)
      ? list()
      : luck.happens(0.8)
        ? luck.pick(PRIMITIVES)
        : anyValue(luck);
  return {
    fact,
    operator,
    value,
    ...(filter === undefined ? (luck.happens(0.1) ? { path: luck.pick(PATHS) } : {}) : { path: filter }),
    ...(asks ? { params: luck.happens(0.5) ? { channel: "sms" } : { within: "2h" } } : {}),
    ...(luck.happens(0.1) ? { priority: 1 + luck.below(3) } : {}),
  };
}

function otherFact(luck: Chance): JsonObject {
  const [fact, path] = luck.pick(KNOWN_PATHS);
  if (luck.happens(0.2)) return { fact, path };
  return { fact: factName(luck), ...(luck.happens(0.3) ? { path: luck.pick(PATHS) } : {}) };
}

function group(luck: Chance, depth: number): ConditionGroup {
  const part = (): Condition => (depth < 3 && luck.happens(0.3) ? group(luck, depth + 1) : comparison(luck));
  // Admission refuses an empty group; the engine has a meaning for it all the same.
  const parts = (): Condition[] => Array.from({ length: luck.happens(0.02) ? 0 : 1 + luck.below(3) }, part);
  const priority = luck.happens(0.05) ? { priority: 2 } : {};
  const kind = luck.below(10);
  if (kind < 5) return { all: parts(), ...priority };
  return kind < 9 ? { any: parts(), ...priority } : { not: part(), ...priority };
}

/** A few rules; some stop those after them, if that is wanted. */
export function anyRules(luck: Chance, count: number, stops = false): Rule[] {
  return Array.from({ length: count }, (_, index): Rule => {
    const on = EVENT_KINDS.filter(() => luck.happens(0.6));
    return {
      name: `r${index}`,
      on: on.length > 0 ? on : ["OutboundMessage"],
      ...(luck.happens(0.3) ? { locations: LOCATIONS.filter(() => luck.happens(0.5)) } : {}),
      ...(luck.happens(0.05) ? { enabled: false } : {}),
      ...(stops && luck.happens(0.2) ? { stop: true } : {}),
      includeApi: luck.happens(0.8),
      includeInternal: luck.happens(0.8),
      conditions: group(luck, 0),
      actions: [],
    };
  });
}

/** An event whose fields may be absent or of any type, without asking the struct. */
export function anyEvent(luck: Chance): Event {
  const kind: EventKind = luck.pick(EVENT_KINDS);
  const locationId = luck.pick(LOCATIONS);
  const payload: { [key: string]: Json } = { type: kind, locationId };
  for (const name of [...USUAL, "userId", "source", "messageTypeString", "dnd", "name", "attachments", "phone"])
    if (luck.happens(0.6)) payload[name] = luck.happens(0.75) ? luck.pick(PRIMITIVES) : anyValue(luck);
  if (luck.happens(0.6)) payload["l"] = Array.from({ length: luck.below(9) }, () => anyValue(luck, 0));
  return {
    key: "k",
    kind,
    locationId,
    contactId: luck.pick(["c1", "31"]),
    occurredAt: "2026-03-04T15:29:00.000Z",
    receivedAt: "2026-03-04T15:30:00.000Z",
    payload,
  };
}

/** A contact and a location of which anything may be known, or nothing. */
export function anyKnown(luck: Chance): Known {
  const part = (fact: (typeof KNOWN_NAMES)[number]): JsonObject | undefined => {
    if (luck.happens(0.2)) return undefined;
    const known: { [name: string]: Json } = {};
    for (const { path } of pathsInto(fact))
      if (path.split(".").length === 2 && luck.happens(0.5))
        known[path.slice(2)] = luck.happens(0.75) ? luck.pick(PRIMITIVES) : anyValue(luck);
    if (luck.happens(0.6)) known["tags"] = Array.from({ length: luck.below(3) }, () => luck.pick(PRIMITIVES));
    for (const inner of ["custom", "owner"]) if (luck.happens(0.6)) known[inner] = anyInside(luck);
    // Whoever has an owner is assigned to somebody.
    if (known["owner"] !== undefined) known["assignedTo"] = luck.pick(["u1", "31"]);
    return known;
  };
  return { contact: part("contact"), location: part("location") };
}

function anyInside(luck: Chance): JsonObject {
  const names = ["id", "firstName", "name", "email", "a", "b", "x y", "l", "toString"];
  return Object.fromEntries(names.filter(() => luck.happens(0.5)).map((name) => [name, anyValue(luck)]));
}
