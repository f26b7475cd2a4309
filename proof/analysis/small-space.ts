// A small space of events that can be listed whole: a few fields, each with values of every sort that a few constants tell
// apart. Rules are made from those constants; what is true of them is counted.
import type { Json, JsonObject } from "../../src/kit/json.ts";
import type { Condition, ConditionGroup, FactCondition, Rule } from "../../src/model/rule.ts";
import { aRule } from "../../test/builders.ts";
import type { Chance } from "../../test/generated/chance.ts";

/** An event of the space, with all that it is decided by. */
export interface Situation {
  readonly payload: JsonObject;
  readonly contact?: JsonObject;
  /** Local time and day, on a clock of UTC. */
  readonly at?: string;
  /** Each is about a message of its own, unless it names one; `message` is that of the event. */
  readonly past?: readonly { readonly agoMs: number; readonly messageType: string; readonly messageId?: string }[];
}

/** One direction of the space: what it adds to an event, and comparisons that look at it. */
interface Direction {
  readonly name: string;
  readonly values: readonly Partial<Situation>[];
  readonly asks: (luck: Chance) => FactCondition;
}

const absentOr = (name: string, values: readonly Json[]): readonly JsonObject[] => [
  {},
  ...values.map((value) => ({ [name]: value })),
];
const ofPayload = (...lists: readonly (readonly JsonObject[])[]): readonly Partial<Situation>[] =>
  lists
    .reduce((all, list) => all.flatMap((one) => list.map((other) => ({ ...one, ...other }))), [
      {},
    ] as readonly JsonObject[])
    .map((payload) => ({ payload }));

const pick = (fact: string, operators: readonly string[], values: readonly Json[], rest: object = {}) => {
  return (luck: Chance): FactCondition => {
    const operator = luck.pick(operators);
    const isList = operator.endsWith("in") || operator.endsWith("notIn") || operator.startsWith("someValue");
    const value =
      operator === "exists" ? luck.happens(0.5) : isList ? [luck.pick(values), luck.pick(values)] : luck.pick(values);
    return { fact, operator, value, ...rest };
  };
};
const oneOf = (...asks: readonly ((luck: Chance) => FactCondition)[]) => {
  return (luck: Chance): FactCondition => luck.pick(asks)(luck);
};

const EXACT = ["equal", "notEqual", "in", "notIn", "not:equal"];

function textsOver(letters: string, length: number): readonly string[] {
  let texts = [""];
  const all = [...texts];
  for (let at = 0; at < length; at++) {
    texts = texts.flatMap((text) => Array.from(letters, (letter) => text + letter));
    all.push(...texts);
  }
  return all;
}

function subsetsOf([first, ...rest]: readonly string[]): readonly (readonly string[])[] {
  if (first === undefined) return [[]];
  const others = subsetsOf(rest);
  return others.concat(others.map((one) => [first, ...one]));
}

const SENT = [
  "failed",
  "undelivered",
  "dropped",
  "Failed",
  "delivered",
  "Delivered",
  "voicemail",
  "connected",
  "read",
  "odd",
];

const WORDS: Direction = {
  name: "words",
  values: ofPayload(
    absentOr("messageType", ["SMS", "sms", "call", "Email", "Call", "IVR_Call", "Voicemail", "FB", "InternalComment"]),
    absentOr("messageTypeString", [
      "TYPE_SMS",
      "TYPE_CALL",
      "TYPE_VOICEMAIL",
      "TYPE_EMAIL",
      "TYPE_REVIEW",
      "TYPE_INTERNAL_COMMENT",
    ]),
    absentOr("status", [...SENT, "completed", "Completed"]),
    absentOr("callStatus", [
      "voicemail",
      "Voicemail",
      "completed",
      "Completed",
      "no-answer",
      "noanswer",
      "answered",
      "failed",
      "delivered",
    ]),
  ),
  asks: oneOf(
    pick("channel", EXACT, ["sms", "call", "voicemail", "email"]),
    pick("outcome", EXACT, ["failed", "delivered", "voicemail", "answered"]),
    pick("messageType", [...EXACT, "exists", "equalsIgnoreCase"], ["SMS", "Call"]),
    pick("status", [...EXACT, "exists", "equalsIgnoreCase"], ["failed", "undelivered", "delivered", "completed"]),
    pick("callStatus", [...EXACT, "exists"], ["voicemail", "completed", "no-answer"]),
  ),
};
const SMALL: readonly Direction[] = [
  {
    name: "numbers",
    values: ofPayload(absentOr("callDuration", [-1, 0, 9, 9.5, 10, 11, 20, 29, 30, 30.5, 31, 32, 100])),
    asks: pick(
      "callDuration",
      ["lessThan", "lessThanInclusive", "greaterThan", "greaterThanInclusive", ...EXACT, "exists"],
      [10, 30, 31],
    ),
  },
  {
    name: "texts",
    values: ofPayload(absentOr("body", textsOver("abc", 5))),
    asks: oneOf(
      pick(
        "body",
        ["containsText", "startsWith", "endsWith", "not:containsText", "everyValue:containsText"],
        ["a", "b", "ab", "ba"],
      ),
      pick("body", ["matches", "not:matches"], ["^a", "b$", "ab?a", "^(?:a|b)+$", "c"]),
      pick("body", [...EXACT, "exists", "someValue:startsWith"], ["a", "ab", "bb"]),
    ),
  },
  {
    name: "any case",
    values: ofPayload(
      absentOr("provider", [
        "mAILGUN",
        "x",
        "",
        ...["mailgun", "Mailgun"].flatMap((own) => [own, `${own}x`, `x${own}`, `${own}mailgun`, `${own}Mailgun`]),
      ]),
    ),
    asks: pick(
      "provider",
      ["equalsIgnoreCase", "equal", "notEqual", "startsWith", "endsWith", "exists"],
      ["mailgun", "Mailgun"],
    ),
  },
  {
    name: "lists",
    values: ofPayload(
      subsetsOf(["a", "b", "ab", "ba", "ac", "bc", "c"]).map((attachments) => ({ attachments: [...attachments] })),
    ),
    asks: oneOf(
      pick(
        "attachments",
        ["contains", "doesNotContain", "someValue:contains", "everyFact:equal", "someFact:notEqual"],
        ["a", "b", "ab"],
      ),
      pick(
        "attachments",
        ["containsText", "someFact:startsWith", "everyFact:startsWith", "everyFact:not:endsWith"],
        ["a", "b"],
      ),
    ),
  },
  {
    name: "who",
    values: ofPayload(
      absentOr("source", ["workflow", "Workflow", "api", "API", "app", "App", "odd"]),
      absentOr("userId", ["u1", "u2"]),
    ),
    asks: oneOf(
      pick("source", [...EXACT, "exists"], ["workflow", "api", "app"]),
      pick("userId", [...EXACT, "exists"], ["u1"]),
      pick("sender", EXACT, ["person", "automation", "api"]),
    ),
  },
  {
    name: "contact",
    values: [
      {},
      ...[{}, ...subsetsOf(["vip", "lead", "x"]).map((tags) => ({ tags: [...tags] }))].flatMap((tags) =>
        absentOr("plan", ["gold", "Gold", "silver", 2, 3, 3.5, 4, 5]).flatMap((plan) =>
          absentOr("name", ["x"]).map((name) => ({ contact: { ...tags, ...name, custom: plan } })),
        ),
      ),
    ],
    asks: oneOf(
      pick("contact", ["contains", "doesNotContain", "exists"], ["vip", "lead"], { path: "$.tags" }),
      pick("contact", ["equalsIgnoreCase", "equal", "exists", "greaterThan"], ["gold", "Gold"], {
        path: "$.custom.plan",
      }),
      pick("contact", ["greaterThan", "lessThan"], [3, 4], { path: "$.custom.plan" }),
      pick("contact", ["exists"], [], { path: "$.name" }),
      pick("contact", ["exists"], []),
    ),
  },
  {
    name: "clock",
    values: ["08:59", "09:00", "09:01", "12:00", "17:59", "18:00", "18:01"].flatMap((time) =>
      Array.from({ length: 7 }, (_, day) => ({ at: `2026-03-0${day + 2}T${time}:00.000Z` })),
    ),
    asks: oneOf(
      pick("localTime", ["before", "after", "equal", "notEqual"], ["09:00", "18:00"]),
      pick("weekday", EXACT, ["monday", "tuesday", "sunday"]),
    ),
  },
  {
    name: "past",
    values: pasts(),
    asks: oneOf(
      pick("count", ["greaterThan", "lessThan", "equal", "greaterThanInclusive"], [1, 2, 3], {
        params: { channel: "sms", within: "1h" },
      }),
      pick("count", ["greaterThan", "lessThanInclusive"], [1, 2], { params: { channel: "sms", within: "1d" } }),
      pick("count", ["greaterThanInclusive", "equal"], [1, 2], { params: {} }),
      pick("secondsSince", ["lessThan", "greaterThanInclusive", "greaterThan", "exists"], [0, 600, 3_600], {
        params: { channel: "sms" },
      }),
    ),
  },
  {
    name: "messages",
    values: pastsOfMessages(),
    asks: oneOf(
      pick("count", ["greaterThan", "lessThan", "equal", "greaterThanInclusive"], [1, 2], {
        params: { channel: "sms", messages: true },
      }),
      pick("count", ["greaterThan", "lessThanInclusive", "equal"], [1, 2, 3], { params: { channel: "sms" } }),
      pick("count", ["greaterThan", "lessThanInclusive"], [0, 1], {
        params: { channel: "sms", messages: true, within: "1h" },
      }),
    ),
  },
  {
    name: "inside",
    values: ofPayload(
      absentOr("form", [
        {},
        { n: 5 },
        { n: 31 },
        { n: 40 },
        { n: "a" },
        { n: "ab" },
        { n: "31" },
        { n: "40" },
        { n: true },
        { n: {} },
        { n: ["a"] },
        { n: ["b"] },
        { n: ["a", "b"] },
        { n: [] },
        { n: "b" },
        { n: "5" },
      ]),
    ),
    asks: oneOf(
      pick("payload", ["equal", "notEqual", "greaterThan", "exists"], [31], { path: "$.form.n" }),
      pick("payload", ["equal", "startsWith", "contains", "containsText"], ["a"], { path: "$.form.n" }),
      pick("payload", ["exists"], [], { path: "$.form" }),
    ),
  },
];

/** Events in the past at ages of every sort, a few of them, of two channels. */
function pasts(): readonly Partial<Situation>[] {
  const sorts = [0.5, 60, 599, 600, 1_800, 3_600, 40_000, 86_400].flatMap((seconds) =>
    ["SMS", "Email"].map((messageType) => ({ agoMs: seconds * 1_000, messageType })),
  );
  const emails = sorts.filter(({ messageType, agoMs }) => messageType === "Email" && agoMs === 60_000);
  const texts = sorts.filter(({ messageType }) => messageType === "SMS");
  const all: (typeof sorts)[] = [[]];
  let last = [...all];
  for (let count = 0; count < 3; count++) {
    last = last.flatMap((past) =>
      texts.filter((one) => one.agoMs >= (past.at(-1)?.agoMs ?? 0)).map((one) => [...past, one]),
    );
    all.push(...last);
  }
  const others = all.flatMap((past) => [past, [...past, ...emails], [...past, ...emails, ...emails]]);
  return others.flatMap((past) => ["SMS", "Email"].map((messageType) => ({ past, payload: { messageType } })));
}

/** Up to four texts in the past, in every way in which some of them can be about one message. */
function pastsOfMessages(): readonly Partial<Situation>[] {
  return ["SMS", "Email"].flatMap((messageType) => {
    let last: readonly NonNullable<Situation["past"]>[] = [[]];
    const all = [...last];
    for (let count = 0; count < 4; count++) {
      last = last.flatMap((past) => {
        const named = new Set(past.map(({ messageId }) => messageId));
        const messages = [
          ...named,
          `m${count}`,
          ...(messageType === "SMS" && !named.has("message") ? ["message"] : []),
        ];
        return [60_000, 7_200_000].flatMap((agoMs) =>
          agoMs < (past.at(-1)?.agoMs ?? 0)
            ? []
            : messages.map((messageId = "") => [...past, { agoMs, messageType: "SMS", messageId }]),
        );
      });
      all.push(...last);
    }
    return all.map((past) => ({ past, payload: { messageType } }));
  });
}

/** Directions of which an event has only one: both are its past. */
const PASTS: ReadonlySet<string> = new Set(["past", "messages"]);

/** What guards keep from rules that do not include it: where rules differ in that, it is a direction, too. */
const GUARDED: readonly Partial<Situation>[] = ofPayload(
  absentOr("source", ["api"]),
  absentOr("messageTypeString", ["TYPE_INTERNAL_COMMENT"]),
);

const MOST_SITUATIONS = 4_000;

/** Some rules on one or two directions of the space, and every event that there is in these. */
export function smallWorld(luck: Chance): {
  readonly rules: readonly Rule[];
  readonly situations: readonly Situation[];
  readonly name: string;
} {
  const first = luck.happens(0.2) ? WORDS : luck.pick(SMALL);
  const fits = SMALL.filter(
    ({ name, values }) =>
      name !== first.name &&
      !(PASTS.has(name) && PASTS.has(first.name)) &&
      values.length * first.values.length <= MOST_SITUATIONS,
  );
  const second = fits.length > 0 && luck.happens(0.7) ? luck.pick(fits) : null;
  const directions = second ? [first, second] : [first];
  const includes = luck.happens(0.4);
  const lists = [...directions.map(({ values }) => values), ...(includes ? [GUARDED] : [])];
  const situations = lists.reduce<readonly Situation[]>(
    (all, values) =>
      all.flatMap((one) =>
        values.map((value) => ({ ...one, ...value, payload: { ...one.payload, ...value.payload } })),
      ),
    [{ payload: {} }],
  );
  const rules = Array.from({ length: 2 + luck.below(2) }, (_, index) =>
    aRule({
      name: `r${index}`,
      conditions: groupOf(luck, directions, 0),
      ...(includes && luck.happens(0.6) ? { includeApi: true } : {}),
      ...(includes && luck.happens(0.4) ? { includeInternal: true } : {}),
      ...(luck.happens(0.15) ? { stop: true } : {}),
      priority: luck.below(3),
    }),
  );
  return { rules, situations, name: directions.map(({ name }) => name).join(" and ") };
}

function groupOf(luck: Chance, directions: readonly Direction[], depth: number): ConditionGroup {
  const part = (): Condition =>
    depth < 2 && luck.happens(0.25) ? groupOf(luck, directions, depth + 1) : luck.pick(directions).asks(luck);
  const parts = (): Condition[] => Array.from({ length: 1 + luck.below(3) }, part);
  const kind = luck.below(10);
  if (kind < 6) return { all: parts() };
  return kind < 9 ? { any: parts() } : { not: part() };
}
