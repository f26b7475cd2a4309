import { describe, expect, it } from "vitest";
import { admitRule, type AdmissionContext } from "../../../src/rules/admission.ts";
import type { Json } from "../../../src/kit/json.ts";
import fc from "fast-check";
import { readCases } from "../../cases/read-cases.ts";

interface RuleCase {
  readonly file: string;
  readonly rule?: Json;
  /** Instead of `rule`, where it is the text that is wrong. */
  readonly text?: string;
  readonly findings: readonly { readonly pointer: string; readonly code: string; readonly says?: string }[];
}

const CONTEXT: AdmissionContext = {
  outboundAllowedHosts: new Set(),
  ownHosts: new Set(["afterbeep.agency.workers.dev"]),
  retentionDays: 30,
  conditions: new Map([["office-hours", { all: [{ fact: "weekday", operator: "in", value: ["monday", "tuesday"] }] }]]),
};

function findingsOf(file: string, text: string) {
  const result = admitRule({ file: `rules/${file}`, text }, CONTEXT);
  return result.ok ? result.value.warnings : result.failure;
}

describe("admission finds", () => {
  it.each(readCases<RuleCase>("rules"))("$title", ({ case: { file, rule, text, findings } }) => {
    const found = findingsOf(file, text ?? JSON.stringify(rule));
    expect(found.map(({ pointer, code }) => ({ pointer, code }))).toEqual(
      findings.map(({ pointer, code }) => ({ pointer, code })),
    );
    for (const [index, { says }] of findings.entries()) {
      if (says !== undefined) expect(found[index]?.message).toContain(says);
      expect(found[index]?.file).toBe(`rules/${file}`);
      expect(found[index]?.message, "one sentence without a full stop").toMatch(/^[A-Z][^\n]*[^.\n]$/);
    }
  });
});

describe("admission", () => {
  const minimal = {
    on: ["OutboundMessage"],
    conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
    actions: [{ type: "task", title: "Look" }],
  };

  const matching = (count: number, value: string, operator = "matches") =>
    Array.from({ length: count }, (_, index) => ({ fact: "body", operator, value: `${value}${index}` }));
  const words = "(?i)\\b(stop|unsubscribe|cancel|quit|end)\\b";
  const over = (pointer: string) => [{ pointer, code: "RULE_PATTERN", severity: "error" }];

  it("bounds what all patterns of a rule may take together, and lets dozens of plain ones through", () => {
    const found = (conditions: Json, more = {}) =>
      findingsOf("patterns.json", JSON.stringify({ ...minimal, on: ["InboundMessage"], conditions, ...more }));
    expect(found({ any: matching(20, words) })).toEqual([]);
    expect(found({ any: matching(40, "stop") })).toEqual([]);
    expect(found({ any: matching(900, "(?i)[\\pL\\pN]{90}") })).toMatchObject(over("/conditions/any/22/value"));
    const list = matching(900, words).map(({ value }) => value);
    expect(found({ all: [{ fact: "body", operator: "someValue:matches", value: list }] })).toMatchObject(
      over("/conditions/all/0/value"),
    );
    // A list may be as long as a body, and each text in it is looked through.
    expect(found({ any: matching(1, words, "someFact:matches") }).map(({ code }) => code)).not.toContain(
      "RULE_PATTERN",
    );
    expect(found({ any: matching(5, words, "someFact:matches") })).toMatchObject(over("/conditions/any/1/value"));
  });

  const ids = (count: number) =>
    Array.from({ length: count }, (_, index) => `contact-${String(index).padStart(14, "0")}`);
  const large = (fact: Json) => ({ any: [{ fact: "status", operator: "equal", value: "failed" }, fact] });

  it.each<[title: string, rule: Json, pointer: string]>([
    [
      "a list of 100,000 contacts",
      { conditions: large({ fact: "contactId", operator: "notIn", value: ids(100_000) }) },
      "/conditions/any/1/value",
    ],
    [
      "25 bodies of 99 KB",
      {
        actions: ids(25).map(() => ({
          type: "webhook",
          url: "https://example.com",
          body: { text: "x".repeat(99_000) },
        })),
      },
      "/actions",
    ],
    [
      "one body of 25 texts of 99 KB",
      { actions: [{ type: "webhook", url: "https://example.com", body: ids(25).map(() => "x".repeat(99_000)) }] },
      "/actions/0/body",
    ],
    ["a description of 800,000 letters of two bytes", { description: "é".repeat(800_000) }, "/description"],
    ["a rule for 100,000 locations", { locations: ids(100_000) }, "/locations"],
    [
      "a wait that a list ends",
      {
        actions: [
          {
            type: "task",
            title: "Look",
            after: "1h",
            cancelOn: [
              {
                on: ["InboundMessage"],
                conditions: { all: [{ fact: "contactId", operator: "in", value: ids(100_000) }] },
              },
            ],
          },
        ],
      },
      "/actions/0/cancelOn/0/conditions/all/0/value",
    ],
    [
      "holidays for 3,000 years",
      {
        window: {
          from: "09:00",
          holidays: ids(130_000)
            .map((_, day) => new Date(day * 86_400_000).toISOString().slice(0, 10))
            .filter((date) => date < "9999"),
        },
      },
      "/window/holidays",
    ],
  ])("bounds the size of a rule, and says how large it is and where: %s", (_, fields, pointer) => {
    const found = findingsOf("large.json", JSON.stringify({ ...minimal, ...(fields as object) }));
    expect(found.filter(({ severity }) => severity === "error")).toMatchObject([{ pointer, code: "RULE_SIZE" }]);
    expect(found.find(({ code }) => code === "RULE_SIZE")?.message).toMatch(/^It takes \d\.\d+ MB.* 1\.5 MB /);
  });

  it("counts a named condition where it is used, and not the examples, which are not bundled", () => {
    const all = [{ fact: "contactId", operator: "notIn", value: ids(20_000) }];
    const context = { ...CONTEXT, conditions: new Map([["ids", { all }]]) };
    const admitted = (count: number, more = {}) => {
      const any = Array.from({ length: count }, () => ({ condition: "ids" }));
      const text = JSON.stringify({ ...minimal, ...more, conditions: { any } });
      const result = admitRule({ file: "rules/named.json", text }, context);
      return result.ok ? [] : result.failure.map(({ pointer, code }) => [pointer, code]);
    };
    const examples = [{ event: { status: "failed", body: "x".repeat(2_000_000) }, fires: false }];
    expect(admitted(2, { examples })).toEqual([]);
    expect(admitted(3)).toEqual([["/conditions/any", "RULE_SIZE"]]);
  });

  it("takes a negated exists for what it asks, and a negated equal for one that absence meets", () => {
    const codes = (...all: Json[]) =>
      findingsOf("absence.json", JSON.stringify({ ...minimal, conditions: { all } })).map(({ code }) => code);
    const negated = { fact: "callStatus", operator: "not:startsWith", value: "b" };
    expect(codes({ fact: "callStatus", operator: "not:exists", value: true })).toEqual([]);
    expect(codes(negated)).toEqual(["RULE_NEGATED_ABSENCE"]);
    expect(codes(negated, { fact: "callStatus", operator: "not:exists", value: false })).toEqual([]);
  });

  it("counts the conditions that end waits with those of the rule", () => {
    const waiting = (any: Json) => {
      const cancelOn = [{ on: ["InboundMessage"], conditions: { any } }];
      const actions = [{ type: "task", title: "Look", after: "1h", cancelOn }];
      return findingsOf("waits.json", JSON.stringify({ ...minimal, actions }));
    };
    expect(waiting(matching(900, words))[0]).toMatchObject({ code: "RULE_PATTERN" });
    expect(waiting(matching(900, words))[0]?.pointer).toMatch(
      /^\/actions\/0\/cancelOn\/0\/conditions\/any\/\d+\/value$/,
    );
    const equal = matching(1_000, "x", "equal");
    expect(waiting(equal)).toMatchObject([{ pointer: "/actions/0/cancelOn/0/conditions", code: "RULE_SHAPE" }]);
  });

  it("tells 200 findings of a file, and an error that comes after them too", () => {
    const many = Array.from({ length: 300 }, () => ({ fact: "status", operator: "notEqual", value: "failed" }));
    const warned = JSON.stringify({ ...minimal, conditions: { any: many } });
    expect(findingsOf("many.json", warned)).toHaveLength(200);
    const refused = JSON.stringify({ ...minimal, conditions: { any: many }, actions: [{ type: "task", title: "{{" }] });
    expect(findingsOf("many.json", refused)).toHaveLength(201);
    expect(findingsOf("many.json", refused).at(-1)).toMatchObject({ code: "RULE_TEMPLATE", severity: "error" });
  });

  const x = (operator: string, value: Json) => ({ fact: "payload", path: "$.x", operator, value });
  it.each<[title: string, conditions: Json, title?: string]>([
    [
      "absence that is allowed for in so many words",
      {
        any: [
          { fact: "callStatus", operator: "exists", value: false },
          { fact: "callStatus", operator: "notEqual", value: "busy" },
        ],
      },
    ],
    ["one fact at two paths", { all: [x("equal", 1), { ...x("equal", 2), path: "$.y" }] }],
    [
      "one fact with two params",
      {
        all: [
          { fact: "count", params: { channel: "sms" }, operator: "equal", value: 1 },
          { fact: "count", params: { channel: "call" }, operator: "equal", value: 2 },
        ],
      },
    ],
    [
      "a range",
      {
        all: [
          { fact: "callDuration", operator: "greaterThan", value: 10 },
          { fact: "callDuration", operator: "lessThan", value: 30 },
        ],
      },
    ],
    [
      "two words of an any",
      {
        any: [
          { fact: "channel", operator: "equal", value: "sms" },
          { fact: "channel", operator: "equal", value: "call" },
        ],
      },
    ],
    [
      "the same word in two branches",
      {
        any: [
          { all: [{ fact: "channel", operator: "equal", value: "sms" }] },
          {
            all: [
              { fact: "channel", operator: "equal", value: "sms" },
              { fact: "status", operator: "equal", value: "failed" },
            ],
          },
        ],
      },
    ],
    [
      "a named condition beside one of its own",
      { all: [{ condition: "office-hours" }, { fact: "weekday", operator: "in", value: ["monday", "tuesday"] }] },
    ],
    [
      "times of day",
      {
        all: [
          { fact: "localTime", operator: "after", value: "08:00" },
          { fact: "localTime", operator: "before", value: "20:00" },
        ],
      },
    ],
    ["a text in a list", { all: [{ fact: "recipients", operator: "containsText", value: "@example.com" }] }],
    ["a bare address", { all: [{ fact: "to", operator: "equal", value: "+15550100042" }] }],
  ])("finds nothing in %s", (_, conditions) => {
    expect(findingsOf("a.json", JSON.stringify({ ...minimal, conditions }))).toEqual([]);
  });

  it.each([
    "{{ event.customData.x | default: 'a' }}",
    "{{ event['a b'] | default: 1 }}",
    "{% if event.mine %}{{ event.mine | default: '' }}{% endif %}",
    "{{ facts.recipients | first }}",
    "{{ rule.name }} {{ decision.fired | join: ', ' }}",
  ])("finds nothing in the template %s", (title) =>
    expect(findingsOf("a.json", JSON.stringify({ ...minimal, actions: [{ type: "task", title }] }))).toEqual([]),
  );

  it.each<[Json]>([[x("equal", "31")], [x("in", ["31", "32"])]])(
    "does not take a text that is a number for a contradiction: %j",
    (text) => {
      const conditions = { all: [x("greaterThan", 30), text] };
      expect(findingsOf("a.json", JSON.stringify({ ...minimal, conditions })).map(({ code }) => code)).toEqual([
        "RULE_NO_EFFECT",
      ]);
    },
  );

  it("names a rule after its file and leaves its examples out of it", () => {
    const examples = [{ event: { status: "failed" }, fires: true }];
    const result = admitRule({ file: "rules/some-rule.json", text: JSON.stringify({ ...minimal, examples }) }, CONTEXT);
    expect(result).toEqual({
      ok: true,
      value: {
        file: "rules/some-rule.json",
        rule: { name: "some-rule", ...minimal },
        examples,
        beside: [],
        warnings: [],
      },
    });
  });

  it("takes the whole of the engine's language", () => {
    const conditions = {
      any: [
        { not: { fact: "status", operator: "equal", value: true } },
        { all: [{ fact: "recipients", operator: "contains", value: "+15550100" }], priority: 2 },
        { fact: "recipients", operator: "someFact:equal", value: "+15550100", name: "to us" },
        { fact: "payload", operator: "greaterThan", value: { fact: "callDuration" }, path: "$.custom['a b'][0].c" },
        { fact: "status", operator: "in", value: { fact: "payload", path: "$.wanted" } },
      ],
    };
    const result = admitRule({ file: "a.json", text: JSON.stringify({ ...minimal, conditions }) }, CONTEXT);
    expect(result).toMatchObject({ ok: true });
  });

  it("does not warn of a host that the operator allowed", () => {
    const rule = { ...minimal, actions: [{ type: "webhook", url: "http://localhost:9099/a" }] };
    const result = admitRule(
      { file: "a.json", text: JSON.stringify(rule) },
      { ...CONTEXT, outboundAllowedHosts: new Set(["localhost:9099"]) },
    );
    expect(result).toMatchObject({ ok: true, value: { warnings: [] } });
  });

  it.each([
    '[{"toString":null}]',
    '{"on":[{"toString":1}]}',
    '{"conditions":[{"valueOf":1,"toString":"x"}]}',
    '{"actions":[[{"toString":{}}]],"limit":{"toString":0},"window":[{"toString":0}]}',
  ])("never throws where a key stands for what makes a value into text: %s", (text) => {
    const result = admitRule({ file: "a.json", text }, CONTEXT);
    expect(result.ok || result.failure.map(({ code }) => code)).toContain("RULE_SHAPE");
  });

  it("never throws, whatever the file holds", () => {
    const keys = fc.constantFrom(
      "on",
      "conditions",
      "all",
      "any",
      "not",
      "fact",
      "operator",
      "value",
      "actions",
      "type",
      "url",
      "title",
      "examples",
      "path",
      "__proto__",
      "toString",
    );
    const words = fc.constantFrom(
      "OutboundMessage",
      "status",
      "equal",
      "in",
      "webhook",
      "task",
      "{{ event.x }}",
      "{% for %}",
      "https://a.example.com/",
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 6 },
        words,
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(keys, tie("tree"), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          tree.map((value) => JSON.stringify(value) ?? ""),
          tree.map((value) => JSON.stringify({ ...minimal, conditions: value })),
        ),
        (text) => {
          const result = admitRule({ file: "a.json", text }, CONTEXT);
          expect(result.ok || result.failure.length > 0).toBe(true);
        },
      ),
      { numRuns: 2_000, seed: 7 },
    );
  });
});
