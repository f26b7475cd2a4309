import { describe, expect, it } from "vitest";
import { checkDraft, tryDraft } from "../../../src/api/playground.ts";
import type { ApiPorts } from "../../../src/api/ports.ts";
import { readConfiguration } from "../../../src/model/configuration.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import type { RuleSet } from "../../../src/model/rule.ts";
import { aPayload, aRule, aRuleSet, aWebhook, MOMENT } from "../../builders.ts";

const DRAFT = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "channel", operator: "equal", value: "sms" }] },
  actions: [{ type: "task", title: "Call back" }],
  examples: [{ event: { messageType: "SMS" }, fires: true }],
};

/** Slow as RE2 goes: 103 instructions, each of which looks at every letter. */
const slow = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => ({
    fact: "body",
    operator: "matches",
    value: `(?i)[\\pL\\pN]{90}<${from + index}>`,
  }));

function ports(fields: Partial<RuleSet> = {}, variables = {}): ApiPorts {
  return {
    configuration: readConfiguration({ RETENTION_DAYS: "30", ...variables }),
    ruleSet: { ...aRuleSet(), ...fields },
    clock: () => MOMENT.nowMs,
    locations: { isKnown: () => Promise.resolve(false) },
  } as unknown as ApiPorts;
}

const text = (rule: unknown): string => (typeof rule === "string" ? rule : JSON.stringify(rule));
async function check(rule: unknown, more: JsonObject = {}, world = ports()) {
  const answer = await checkDraft({ name: "a-draft", text: text(rule), ...more }, world);
  if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
  return answer.value;
}
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

const { examples: _, ...RULE } = DRAFT;

describe("a draft that is checked", () => {
  it("is admitted, with its examples run", async () => {
    expect(await check(DRAFT)).toEqual({
      name: "a-draft",
      admitted: true,
      rule: { ...RULE, name: "a-draft" },
      findings: [],
      examples: { passed: 1, failed: 0 },
      explained: null,
      issues: [],
    });
  });

  it.each<[what: string, rule: unknown, findings: string[], admitted: boolean]>([
    ["broken JSON", '{ "on": [', ["RULE_JSON"], false],
    ["no text", "", ["RULE_JSON"], false],
    ["a key that stands twice", text(DRAFT).replace("{", '{"priority":1,"priority":2,'), ["RULE_DUPLICATE_KEY"], false],
    [
      "an example that does not come out",
      { ...DRAFT, examples: [...DRAFT.examples, { event: { messageType: "CALL" }, fires: true }] },
      ["RULE_EXAMPLE"],
      true,
    ],
    ["no example", { ...DRAFT, examples: [] }, ["RULE_NO_EXAMPLE"], true],
    [
      "a fact that nobody has",
      { ...DRAFT, conditions: { all: [{ fact: "chanel", operator: "equal", value: "sms" }] } },
      ["RULE_UNKNOWN_FACT"],
      false,
    ],
    [
      "a named condition that is not there",
      { ...DRAFT, conditions: { all: [{ condition: "is-sms" }] } },
      ["RULE_UNKNOWN_CONDITION"],
      false,
    ],
    [
      "a host that the guard refuses",
      { ...DRAFT, actions: [aWebhook({ url: "http://localhost:9099/" })] },
      ["RULE_HOST"],
      true,
    ],
    ["a time longer than the log", { ...DRAFT, limit: { count: 1, within: "60d" } }, ["RULE_RETENTION"], true],
  ])("tells of %s", async (_, rule, findings, admitted) => {
    const checked = await check(rule);
    expect([codes(checked.findings), checked.admitted]).toEqual([findings, admitted]);
    for (const finding of checked.findings)
      expect(Object.keys(finding).toSorted()).toEqual(["code", "message", "pointer", "severity"]);
  });

  it("goes by the configuration and the named conditions of the deployment", async () => {
    const conditions = { "is-sms": { all: [{ fact: "channel", operator: "equal", value: "sms" }] } };
    const world = ports({ conditions }, { OUTBOUND_ALLOWED_HOSTS: "localhost:9099", RETENTION_DAYS: "90" });
    const rule = {
      ...DRAFT,
      conditions: { all: [{ condition: "is-sms" }] },
      limit: { count: 1, within: "60d" },
      actions: [aWebhook({ url: "http://localhost:9099/" })],
    };
    expect(await check(rule, {}, world)).toMatchObject({ admitted: true, findings: [], examples: { passed: 1 } });
  });

  it("is explained on an event among the rules in force, instead of the one of its name", async () => {
    const inForce = [aRule({ name: "a-draft", on: ["InboundMessage"] }), aRule({ name: "other", priority: -1 })];
    const { explained } = await check(DRAFT, { event: aPayload() }, ports(aRuleSet(...inForce)));
    expect(explained?.decision.fired).toEqual(["a-draft", "other"]);
    expect(explained?.facts).toMatchObject({ channel: "sms", outcome: "delivered", weekday: "wednesday" });
    expect(explained?.actions).toMatchObject([
      { rule: "a-draft", dueAt: "2026-03-04T15:30:00.000Z", action: { type: "task" } },
      { rule: "other" },
    ]);
  });

  it.each<[what: string, event: Json, pointer: string]>([
    ["is no object", "x", "/event"],
    ["has no contact", { type: "OutboundMessage", locationId: "l" }, "/event/contactId"],
    ["is of an unknown kind", { type: "Opportunity", locationId: "l" }, "/event/type"],
  ])("is still checked when the event %s", async (_, event, pointer) => {
    const { admitted, explained, issues } = await check(DRAFT, { event });
    expect({ admitted, explained }).toEqual({ admitted: true, explained: null });
    expect(issues.map((issue) => issue.pointer)).toContain(pointer);
  });

  it("is not explained when it is refused", async () => {
    expect(await check("{", { event: aPayload() })).toMatchObject({ explained: null, issues: [] });
  });

  it.each<[pointer: string, request: Json]>([
    ["/name", null],
    ["/name", []],
    ["/name", { text: "{}" }],
    ["/name", { name: "x".repeat(129), text: "{}" }],
    ["/text", { name: "a" }],
    ["/text", { name: "a", text: {} }],
    ["/text", { name: "a", text: "x".repeat(100_001) }],
  ])("wants a name and a text: %s", async (pointer, request) => {
    const answer = await checkDraft(request, ports());
    expect(answer).toMatchObject({ ok: false, failure: { code: "REQUEST_PARAMETER", issues: [{ pointer }] } });
  });

  it.each([0, 1_001, 1.5, "10", null, [], Number.NaN])("is tried on 1 to 1,000 events, not on %s", async (limit) => {
    const ledger = {} as ReturnType<ApiPorts["ledger"]>;
    const answer = await tryDraft({ name: "a-draft", text: text(DRAFT), limit }, ledger, ports());
    expect(answer).toMatchObject({ ok: false, failure: { issues: [{ pointer: "/limit" }] } });
  });

  it("asks no ledger when it is refused", async () => {
    const ledger = {} as ReturnType<ApiPorts["ledger"]>;
    const answer = await tryDraft({ name: "a-draft", text: "{" }, ledger, ports());
    expect(answer).toMatchObject({ ok: true, value: { tried: 0, from: null, findings: [{ code: "RULE_JSON" }] } });
  });
});

const FULL = 99_000;
const fill = (part: string, around = 0): string => part.repeat(Math.floor((FULL - around) / part.length));
const withExamples = (examples: unknown) => ({ ...DRAFT, examples });
const ask = { fact: "count", operator: "greaterThan", value: 0 };
const HOSTILE: readonly (readonly [what: string, rule: unknown])[] = [
  ["10,000 lists in each other", `${"[".repeat(10_000)}${"]".repeat(10_000)}`],
  ["10,000 groups in each other", `{"conditions":${'{"not":'.repeat(10_000)}1${"}".repeat(10_000)}}`],
  [
    "10,000 lists that a later key hides",
    text(DRAFT).replace("{", `{"on":${"[".repeat(10_000)}${"]".repeat(10_000)},`),
  ],
  ["brackets without an end", "[".repeat(FULL)],
  ["a number that is none", text(DRAFT).replace('"sms"', "1e999")],
  ["numbers that are none, in examples", text(DRAFT).replace('"SMS"', "-1e999")],
  ["__proto__ as a key", text(DRAFT).replace("{", '{"__proto__":{"on":["OutboundMessage"]},')],
  ["__proto__ as a fact", text(DRAFT).replace('"channel"', '"__proto__"')],
  ["constructor as an operator", text(DRAFT).replace('"equal"', '"constructor"')],
  ["__proto__ as a condition", { ...DRAFT, conditions: { all: [{ condition: "__proto__" }] } }],
  ["toString as an event's key", withExamples([{ event: { toString: 1, valueOf: 2 }, fires: true }])],
  ["unknown keys", `{${fill('"x":1,'.replace("x", "xxxxx"), 20)}"on":[]}`],
  ["different unknown keys", `{${Array.from({ length: 8_000 }, (_, i) => `"k${i}":1`).join()}}`],
  ["one key over and over", `{${fill('"on":1,', 20)}"on":[]}`],
  [
    "conditions on facts that nobody has",
    {
      ...DRAFT,
      conditions: {
        all: Array.from({ length: 1_700 }, (_, i) => ({ fact: `chanel${i}`, operator: "equal", value: 1 })),
      },
    },
  ],
  [
    "900 comparisons of one fact",
    {
      ...DRAFT,
      conditions: { any: Array.from({ length: 900 }, (_, i) => ({ fact: "body", operator: "equal", value: `v${i}` })) },
    },
  ],
  [
    "900 comparisons that exclude each other",
    {
      ...DRAFT,
      conditions: { all: Array.from({ length: 900 }, (_, i) => ({ fact: "body", operator: "equal", value: `v${i}` })) },
    },
  ],
  [
    "patterns that explode elsewhere",
    {
      ...DRAFT,
      conditions: { all: Array.from({ length: 300 }, () => ({ fact: "body", operator: "matches", value: "^(a+)+$" })) },
      examples: [{ event: { body: "a".repeat(30_000) + "!" }, fires: false }],
    },
  ],
  [
    "a pattern that repeats itself",
    { ...DRAFT, conditions: { all: [{ fact: "body", operator: "matches", value: "((a{100}){100}){100}" }] } },
  ],
  [
    "a long pattern",
    { ...DRAFT, conditions: { all: [{ fact: "body", operator: "matches", value: "(a|b)*".repeat(15_000) }] } },
  ],
  [
    "a pattern of brackets",
    {
      ...DRAFT,
      conditions: { all: [{ fact: "body", operator: "matches", value: "(".repeat(40_000) + ")".repeat(40_000) }] },
    },
  ],
  [
    "a past that every condition counts",
    {
      ...DRAFT,
      conditions: { all: Array.from({ length: 500 }, () => ask) },
      examples: [{ event: {}, fires: true, history: Array.from({ length: 2_000 }, () => ({ ago: "1d", event: {} })) }],
    },
  ],
  ["templates without an end", { ...DRAFT, actions: [{ type: "task", title: "{{".repeat(45_000) }] }],
  ["templates in each other", { ...DRAFT, actions: [{ type: "task", title: "{% if a %}".repeat(9_000) }] }],
  ["one surrogate", text(DRAFT).replace("Call back", "\\ud800")],
  ["a NUL", `${text(DRAFT)}\0`],
];

describe("a draft that would take long", () => {
  const draft = (count: number) => ({ ...DRAFT, conditions: { any: slow(count) } });
  const inLedger = () => {
    const calls: string[] = [];
    const ledger = new Proxy({}, { get: (_, call) => () => (calls.push(String(call)), Promise.resolve(null)) });
    const locations = [{ locationId: "test-location" }];
    const world = {
      ...ports(),
      ledger: () => ledger,
      locations: { isKnown: (id: string) => Promise.resolve(locations.some(({ locationId }) => locationId === id)) },
    };
    return { calls, world: world as unknown as ApiPorts };
  };

  it("is decided on no long event, and says so", async () => {
    const { findings, explained, admitted } = await check(draft(15), { event: aPayload({ body: "a".repeat(20_000) }) });
    expect({ admitted, explained }).toEqual({ admitted: true, explained: null });
    expect(findings.filter(({ pointer }) => pointer === "/conditions")).toMatchObject([
      { code: "RULE_EXAMPLE", severity: "warning", message: expect.stringContaining("too long to decide") },
    ]);
    const short = await check(draft(15), { event: aPayload({ body: "a".repeat(160) }) });
    expect(short.explained?.decision.verdicts).toHaveLength(1);
    expect(short.findings.map(({ pointer }) => pointer)).not.toContain("/conditions");
  });

  it("is kept from a ledger that others wait for", async () => {
    const { calls, world } = inLedger();
    await check(draft(15), { event: aPayload({ body: "a".repeat(20_000) }) }, world);
    expect(calls).toEqual([]);
    const refusedByLedger = await check(draft(15), { event: aPayload({ body: "a" }) }, world);
    expect(calls).toEqual(["explainWith"]);
    expect(refusedByLedger).toMatchObject({ explained: null, admitted: true });
    expect(codes(refusedByLedger.findings)).toContain("RULE_EXAMPLE");
  });

  it("has no long examples run, however few they are", async () => {
    const example = { event: { body: "é".repeat(10_000) }, fires: false };
    const run = await check({ ...draft(4), examples: [example] });
    expect(run).toMatchObject({ examples: { passed: 1, failed: 0 } });
    const history = Array.from({ length: 5 }, () => ({ ago: "1d", event: { body: "é".repeat(1_000) } }));
    const examples = Array.from({ length: 5 }, () => ({ ...example, event: { body: "é".repeat(10_000) }, history }));
    const { findings, ...left } = await check({ ...draft(20), examples });
    expect(left).toMatchObject({ admitted: true, examples: { passed: 0, failed: 0 } });
    expect(findings).toMatchObject([{ pointer: "/examples", code: "RULE_EXAMPLE" }]);
  });

  it("is refused when every event would take long", async () => {
    const { admitted, findings } = await check(draft(900), { event: aPayload({ body: "a".repeat(20_000) }) });
    expect(admitted).toBe(false);
    expect(findings).toMatchObject([{ pointer: "/conditions/any/22/value", code: "RULE_PATTERN", severity: "error" }]);
  });

  it("is tried on no event that takes too long, and says so", async () => {
    const nothing = { tried: 0, from: "2026-03-04T15:30:00.000Z", to: "2026-03-04T15:30:00.000Z" };
    const ledger = { tryRule: () => Promise.resolve(nothing) } as unknown as ReturnType<ApiPorts["ledger"]>;
    const answer = await tryDraft({ name: "a-draft", text: text(draft(15)) }, ledger, ports());
    expect(answer).toMatchObject({ ok: true, value: { tried: 0, findings: [{ code: "RULE_EXAMPLE" }] } });
  });
});

describe("a hostile draft", () => {
  it.each(HOSTILE)("is answered, shortly: %s", async (_, rule) => {
    expect(text(rule).length).toBeLessThanOrEqual(100_000);
    const checked = await check(rule, { event: aPayload({ body: "a".repeat(1_000) }) });
    expect(checked.admitted || checked.findings.length > 0).toBe(true);
    expect(checked.findings.length).toBeLessThan(205);
    expect(checked.explained === null).toBe(!checked.admitted);
    expect(({} as { on?: unknown }).on).toBeUndefined();
  });

  it.each(["../x", "a/b", "", "A", "__proto__", "constructor.json", "x\0", "é"])(
    "has no name that a file could not have: %j",
    async (name) => {
      const { admitted, findings } = await check(DRAFT, { name });
      expect([admitted, codes(findings)]).toEqual([false, ["RULE_NAME"]]);
    },
  );
});
