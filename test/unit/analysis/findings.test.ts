import { describe, expect, it } from "vitest";
import { analyze } from "../../../src/analysis/analyze.ts";
import type { AnalysisCode } from "../../../src/analysis/finding.ts";
import { runExample } from "../../../src/match/examples.ts";
import type { Condition, FactCondition, Rule } from "../../../src/model/rule.ts";
import { aRule, aRuleSet, aText, aTask } from "../../builders.ts";
import { agencyRules } from "../../generated/agency.ts";

const is = (fact: string, value: FactCondition["value"], operator = "equal", rest: object = {}): FactCondition => ({
  fact,
  operator,
  value,
  ...rest,
});
const all = (...parts: Condition[]): Rule["conditions"] => ({ all: parts });
const sms = is("channel", "sms");
const call = is("channel", "call");
const tags = (value: string, operator = "contains") => is("contact", value, operator, { path: "$.tags" });
const count = (operator: string, value: number, params: object) => is("count", value, operator, { params });
const adds = { type: "highlevel", call: "add-tags", tags: ["Lead"] } as const;
const removes = { type: "highlevel", call: "remove-tags", tags: ["lead"] } as const;
const sets = (fields: object) => ({ type: "highlevel", call: "update-contact", ...fields }) as const;
const says = (status: string) => ({ type: "highlevel", call: "update-message-status", status }) as const;
const moves = (fields: object) =>
  ({
    type: "highlevel",
    call: "move-opportunity",
    opportunityId: "{{ event.id }}",
    pipelineStageId: "s",
    ...fields,
  }) as const;

/** The rules `a` and `b`, which leave a task unless said otherwise, and what is found in both. */
const two = (a: Partial<Rule>, b: Partial<Rule>): readonly Rule[] => [
  aRule({ name: "a", actions: [aTask()], ...a }),
  aRule({ name: "b", actions: [aTask()], ...b }),
];
const conditions = (a: Rule["conditions"], b: Rule["conditions"]): readonly Rule[] =>
  two({ conditions: a }, { conditions: b });

/** Which of two rules stands first matters where one is said to be inside the other, or stopped by it. */
function wordsOf(code: AnalysisCode, names: readonly string[]): string {
  const isOrdered = code === "ONLY_WHERE" || code === "NEVER_REACHED";
  return [code, ...(isOrdered ? names : names.toSorted())].join(" ");
}

type Expected = readonly (readonly [code: AnalysisCode, ...rules: string[]])[];

describe("what is found in rules", () => {
  it.each<[title: string, rules: readonly Rule[], expected: Expected]>([
    [
      "the same in two spellings",
      conditions(all(sms, is("outcome", "failed")), {
        not: { any: [{ not: sms }, { not: is("outcome", ["failed"], "in") }] },
      }),
      [["SAME_EVENTS", "a", "b"]],
    ],
    [
      "a status is one of an outcome",
      conditions(all(sms, is("status", ["failed", "undelivered"], "in")), all(sms, is("outcome", "failed"))),
      [],
    ],
    [
      "a status alone, of what is no call",
      conditions(
        all(is("channel", "email"), is("status", "failed"), is("callStatus", false, "exists")),
        all(is("outcome", "failed")),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "HighLevel's type is the channel",
      conditions(all(is("messageType", "SMS"), is("messageTypeString", false, "exists")), all(sms)),
      [["ONLY_WHERE", "a", "b"]],
    ],
    ["a type that may be an activity by its other word", conditions(all(is("messageType", "SMS")), all(sms)), []],
    [
      "numbers",
      conditions(all(is("callDuration", 30, "greaterThan")), all(is("callDuration", 30, "greaterThanInclusive"))),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "numbers that do not meet",
      conditions(all(is("callDuration", 30, "greaterThan")), all(is("callDuration", 30, "lessThan"))),
      [],
    ],
    [
      "a text that begins so holds it",
      conditions(all(is("body", "stop it", "startsWith")), all(is("body", "stop", "containsText"))),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "a pattern and a text",
      conditions(all(is("body", "(?i)^stop$", "matches")), all(is("body", "STOP", "equalsIgnoreCase"))),
      [["SAME_EVENTS", "a", "b"]],
    ],
    [
      "a pattern in a pattern",
      conditions(all(is("body", "^\\d{4}$", "matches")), all(is("body", "^[0-9]+$", "matches"))),
      [["ONLY_WHERE", "a", "b"]],
    ],
    ["lists", conditions(all(tags("vip"), tags("lead")), all(tags("vip"))), [["ONLY_WHERE", "a", "b"]]],
    ["with and without a tag", conditions(all(tags("vip")), { not: tags("vip") }), []],
    [
      "some item and any of some values",
      conditions(
        all(is("attachments", "a", "someFact:equal")),
        all(is("attachments", ["a", "b"], "someValue:contains")),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "some text of a list holds it, and the list does",
      conditions(all(is("attachments", "pdf", "someFact:containsText")), all(is("attachments", "pdf", "containsText"))),
      [["SAME_EVENTS", "a", "b"]],
    ],
    [
      "a list in a list holds it, and the list around it does not",
      conditions(
        all(is("payload", "pdf", "someFact:containsText", { path: "$.files" }), {
          not: is("payload", "pdf", "containsText", { path: "$.files" }),
        }),
        all(call),
      ),
      [],
    ],
    [
      "every item and the first one",
      conditions(
        all(is("recipients", "+1", "everyFact:startsWith"), is("recipients", true, "exists", { path: "$[0]" })),
        all(is("recipients", "+1", "someFact:startsWith")),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "an item of a list is in it",
      conditions(all(is("contact", "vip", "equal", { path: "$.tags[0]" }), tags("lead")), all(tags("vip"))),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "a list with a second item has a first one",
      conditions(
        all(is("attachments", true, "exists", { path: "$[1]" })),
        all(is("attachments", true, "exists", { path: "$[0]" })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "a contact with a second tag has a first one, and it is a text",
      conditions(
        all(
          is("contact", true, "exists", { path: "$.tags[1]" }),
          is("contact", "a", "everyFact:startsWith", { path: "$.tags" }),
        ),
        all(is("contact", "a", "containsText", { path: "$.tags[0]" })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "a number that is a text, and begins so",
      conditions(
        all(
          is("payload", 9, "greaterThan", { path: "$.amount" }),
          is("payload", "1", "startsWith", { path: "$.amount" }),
        ),
        all(is("payload", 5, "greaterThan", { path: "$.amount" })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "a source in any case",
      conditions(
        all(is("source", "workflow", "equalsIgnoreCase"), is("userId", false, "exists")),
        all(is("sender", "automation")),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "a narrower within never counts more",
      conditions(
        all(count("greaterThanInclusive", 2, { channel: "sms", within: "1h" })),
        all(count("greaterThanInclusive", 2, { channel: "sms", within: "1d" })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "counts of other events",
      conditions(
        all(count("greaterThanInclusive", 2, { channel: "sms" })),
        all(count("greaterThanInclusive", 2, { channel: "email" })),
      ),
      [],
    ],
    [
      "the last one within an hour",
      conditions(
        all(is("secondsSince", 600, "lessThan", { params: { channel: "sms" } })),
        all(is("secondsSince", 3_600, "lessThan", { params: { channel: "sms" } })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "messages are fewer than the events about them",
      conditions(
        all(sms, count("greaterThanInclusive", 3, { channel: "sms", messages: true })),
        all(sms, count("greaterThanInclusive", 3, { channel: "sms" })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "events may all be about one message",
      conditions(
        all(sms, count("greaterThanInclusive", 3, { channel: "sms" })),
        all(sms, count("greaterThanInclusive", 2, { channel: "sms", messages: true })),
      ),
      [],
    ],
    [
      "a message that was delivered and failed",
      conditions(
        all(
          sms,
          count("greaterThanInclusive", 1, { channel: "sms", outcome: "failed", messages: true }),
          count("greaterThanInclusive", 1, { channel: "sms", outcome: "delivered", messages: true }),
          count("equal", 1, { messages: true }),
        ),
        all(call),
      ),
      [],
    ],
    [
      "no message comes and goes",
      conditions(
        all(
          sms,
          count("equal", 1, { direction: "inbound", messages: true }),
          count("equal", 1, { direction: "outbound", messages: true }),
          count("equal", 1, { messages: true }),
        ),
        all(call),
      ),
      [["NEVER_FIRES", "a"]],
    ],
    [
      "what came before may be no message",
      conditions(
        all(
          sms,
          count("equal", 2, {}),
          count("equal", 1, { direction: "outbound" }),
          count("equal", 0, { direction: "inbound" }),
        ),
        all(call),
      ),
      [],
    ],
    [
      "the last one is older than what is counted",
      conditions(
        all(
          is("secondsSince", 600, "greaterThan", { params: { channel: "email" } }),
          count("equal", 0, { channel: "email", within: "1d" }),
        ),
        all(call),
      ),
      [],
    ],
    [
      "one of two last ones is older than the other may be",
      conditions(
        all(
          is("secondsSince", 3_600, "greaterThanInclusive", { params: {} }),
          is("secondsSince", true, "exists", { params: { channel: "sms" } }),
        ),
        all(call),
      ),
      [],
    ],
    [
      "a last one within the same second",
      conditions(
        all(is("secondsSince", 0, "greaterThan", { params: { channel: "sms" } })),
        all(is("secondsSince", true, "exists", { params: { channel: "sms" } })),
      ),
      [["ONLY_WHERE", "a", "b"]],
    ],
    [
      "the clock",
      conditions(all(is("localTime", "10:00", "after"), is("localTime", "10:01", "before")), all(sms)),
      [["NEVER_FIRES", "a"]],
    ],
    [
      "no more than itself",
      conditions(all(sms, count("lessThan", 1, { channel: "sms" })), all(sms)),
      [["NEVER_FIRES", "a"]],
    ],
    [
      "a kind that is never inbound",
      conditions(all(count("greaterThan", 0, { kind: "OutboundMessage", direction: "inbound" })), all(sms)),
      [["NEVER_FIRES", "a"]],
    ],
    ["the API without includeApi", conditions(all(is("sender", "api")), all(sms)), [["NEVER_FIRES", "a"]]],
    [
      "the API with includeApi",
      two({ conditions: all(is("sender", "api")), includeApi: true }, { conditions: all(is("sender", "person")) }),
      [],
    ],
    [
      "an outcome that no SMS has said otherwise",
      conditions(
        all(
          is("messageType", "SMS"),
          is("messageTypeString", false, "exists"),
          is("callStatus", false, "exists"),
          is("outcome", "answered"),
          is("status", ["sent", "failed"], "in"),
        ),
        all(sms),
      ),
      [["NEVER_FIRES", "a"]],
    ],
    ["other locations", two({ locations: ["l1"], actions: [aText()] }, { locations: ["l2"], actions: [aText()] }), []],
    ["one of some locations", two({ locations: ["l1"] }, { locations: ["l1", "l2"] }), [["ONLY_WHERE", "a", "b"]]],
    [
      "both write",
      two(
        { conditions: all(call), actions: [aText()] },
        { conditions: all(is("outcome", "voicemail")), actions: [aText({ messageType: "Email" })] },
      ),
      [["BOTH_MESSAGE", "a", "b"]],
    ],
    [
      "both write, on a past long enough ago to use up no limit",
      two(
        {
          conditions: all(sms, count("greaterThanInclusive", 3, { channel: "sms", within: "7d" })),
          actions: [aText()],
        },
        { conditions: all(sms), actions: [aText()], limit: { count: 1, within: "1d" } },
      ),
      [
        ["BOTH_MESSAGE", "a", "b"],
        ["ONLY_WHERE", "a", "b"],
      ],
    ],
    [
      "both would write, and one stops the other",
      two(
        { conditions: all(call), actions: [aText()], stop: true },
        { conditions: all(is("outcome", "voicemail")), actions: [aText()] },
      ),
      [],
    ],
    [
      "a tag is added and removed",
      two({ actions: [adds] }, { actions: [removes], conditions: all(sms, is("status", "failed")) }),
      [
        ["UNDOES", "b", "a"],
        ["ONLY_WHERE", "b", "a"],
      ],
    ],
    [
      "a tag is added here and removed there",
      two({ actions: [adds] }, { actions: [removes], conditions: all(call) }),
      [],
    ],
    [
      "two owners",
      two(
        { actions: [{ type: "highlevel", call: "assign", assignedTo: "u1" }] },
        {
          actions: [{ type: "highlevel", call: "assign", assignedTo: "u2" }],
          conditions: all(sms, is("body", true, "exists")),
        },
      ),
      [
        ["UNDOES", "a", "b"],
        ["ONLY_WHERE", "b", "a"],
      ],
    ],
    ...(
      [
        [
          "two values of a custom field",
          sets({ customFields: { plan: "gold" } }),
          sets({ customFields: { plan: "silver" } }),
          true,
        ],
        [
          "two custom fields",
          sets({ customFields: { plan: "gold" } }),
          sets({ customFields: { size: "silver" } }),
          false,
        ],
        ["an owner by two calls", sets({ assignedTo: "u1" }), { ...sets({}), call: "assign", assignedTo: "u2" }, true],
        ["two states of a message", says("read"), says("failed"), true],
        ["states of two messages", says("read"), { ...says("failed"), messageId: "{{ event.other }}" }, false],
        ["two values of an opportunity", moves({ monetaryValue: 1 }), moves({ monetaryValue: 2 }), true],
      ] as const
    ).map(([title, a, b, isClash]): [string, readonly Rule[], Expected] => [
      title,
      two({ actions: [a] }, { actions: [b] }),
      [...(isClash ? [["UNDOES", "a", "b"] as const] : []), ["SAME_EVENTS", "a", "b"]],
    ]),
    [
      "stopped wherever it would fire",
      two({ conditions: all(is("channel", ["sms", "call"], "in")), stop: true, priority: 1 }, { conditions: all(sms) }),
      [["NEVER_REACHED", "b", "a"]],
    ],
    [
      "stopped only until a limit is reached",
      two({ conditions: all(sms), stop: true, priority: 1, limit: { count: 1 } }, { conditions: all(sms) }),
      [["NEVER_REACHED", "b", "a"]],
    ],
    [
      "only a part of two kinds",
      two({ on: ["OutboundMessage", "InboundMessage"] }, { on: ["InboundMessage"] }),
      [["ONLY_WHERE", "b", "a"]],
    ],
    ["switched off", two({ enabled: false }, {}), []],
  ])("%s", async (_, rules, expected) => {
    const { findings, open } = await analyze(aRuleSet(...rules), { timeZone: "UTC" });
    const told = findings.filter(({ code }) => code !== "GAP");
    const inWords = told.map(({ code, rules: names }) =>
      wordsOf(code, code === "NEVER_FIRES" ? names.slice(0, 1) : names),
    );
    expect(inWords.toSorted()).toEqual(expected.map(([code, ...names]) => wordsOf(code, names)).toSorted());
    expect(open).toEqual([]);
    for (const { code, rules: names, witness } of told.filter(({ code: one }) => !one.startsWith("NEVER")))
      for (const rule of rules.filter(({ name }) => names.includes(name))) {
        if (!witness) throw new Error(`${code} without an event`);
        const result = await runExample(rule, { ...witness, fires: true }, "UTC");
        expect(result).toMatchObject({ ok: true, value: { passed: true } });
      }
  });

  it("says which parts of a rule exclude each other, and no others", async () => {
    const dead = aRule({ conditions: all(is("body", "a", "startsWith"), sms, is("outcome", "failed"), call) });
    const { findings } = await analyze(aRuleSet(dead), { timeZone: "UTC" });
    expect(findings).toMatchObject([{ code: "NEVER_FIRES", pointers: ["/conditions/all/1", "/conditions/all/3"] }]);
    expect(findings[0]?.message).toBe(
      '"test-rule" can never fire: no event can have “the channel is sms” and “the channel is call” together',
    );
  });

  it("names outcomes of a channel that nobody looks at, with an event that fires nothing", async () => {
    const { findings } = await analyze(aRuleSet(aRule({ conditions: all(sms, is("outcome", "failed")) })), {
      timeZone: "UTC",
    });
    const [gap, ...others] = findings;
    expect(others).toEqual([]);
    expect(gap).toMatchObject({ code: "GAP", witness: { event: { messageType: "SMS", status: "delivered" } } });
  });

  it("leaves two facts compared with each other open, and says so", async () => {
    const { open, findings } = await analyze(aRuleSet(aRule({ conditions: all(is("phone", { fact: "from" })) })), {
      timeZone: "UTC",
    });
    expect([open.map(({ question }) => question), findings.filter(({ code }) => code !== "GAP")]).toEqual([
      ["fires"],
      [],
    ]);
  });

  it.each([
    ["within the same second", is("secondsSince", 1, "lessThan", { params: { channel: "sms" } })],
    ["longer ago than an example can say", is("secondsSince", 400 * 86_400, "greaterThan", { params: {} })],
  ])("never says that a rule cannot fire whose past no example can have: %s", async (_, condition) => {
    const { open, findings } = await analyze(aRuleSet(aRule({ conditions: all(condition) })), { timeZone: "UTC" });
    expect(findings.filter(({ code }) => code !== "GAP")).toEqual([]);
    expect(open).toMatchObject([{ question: "fires" }]);
  });

  it.each([
    [{}, "which is done last is left to chance"],
    [{ after: "1d" }, '"b" does it last, 1d after the event'],
  ])("says which of two is done last, if that is certain: %o", async (later, last) => {
    const rules = two({ actions: [adds] }, { actions: [{ ...removes, ...later }] });
    const { findings } = await analyze(aRuleSet(...rules), { timeZone: "UTC" });
    expect(findings.find(({ code }) => code === "UNDOES")?.message).toBe(
      `"a" adds the tag "lead", which "b" removes, on one event: ${last}`,
    );
  });

  it("says that it is the two together of which no event was found", async () => {
    const second = count("greaterThanInclusive", 2, { channel: "sms", within: "1h" });
    const rules = two(
      { conditions: all(sms, second), actions: [aText()] },
      { conditions: all(sms), actions: [aText()], limit: { count: 1, within: "1d" } },
    );
    const { open } = await analyze(aRuleSet(...rules), { timeZone: "UTC" });
    expect(open).toMatchObject([{ rules: ["a", "b"], question: "both" }]);
  });

  it("decides an agency's rules: at most one question in fifty stays open, and each rule that fires shows it", async () => {
    const rules = agencyRules(100);
    const { fires, findings, open, pairs } = await analyze(aRuleSet(...rules), { timeZone: "UTC" });
    const dead = findings.filter(({ code }) => code === "NEVER_FIRES").length;
    expect(fires.length + dead).toBe(rules.length);
    expect(open.length).toBeLessThan(pairs / 50);
    expect(dead).toBeGreaterThan(0);
  });
});
