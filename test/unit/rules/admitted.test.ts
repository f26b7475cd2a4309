import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readEvent } from "../../../src/events/event.ts";
import { factsOfKind, FACTS } from "../../../src/language/facts.ts";
import { decide, everyVerdict, explain } from "../../../src/match/decide.ts";
import { conditionInWords, verdictInWords } from "../../../src/language/in-words.ts";
import { DECORATOR_NAMES, OPERATOR_NAMES } from "../../../src/language/operators.ts";
import type { ConditionVerdict } from "../../../src/model/decision.ts";
import { CHANNELS } from "../../../src/model/channels.ts";
import { OUTCOMES } from "../../../src/model/event.ts";
import type { Json } from "../../../src/kit/json.ts";
import type { Condition, Rule } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { MOMENT } from "../../builders.ts";
import { upTo } from "../../thorough.ts";

const context = {
  outboundAllowedHosts: new Set<string>(),
  ownHosts: new Set<string>(),
  retentionDays: 30,
  conditions: new Map(),
};
const factNames = factsOfKind("OutboundMessage");

const primitive = fc.oneof(
  fc.constantFrom<Json>(
    "call",
    "sms",
    "failed",
    "voicemail",
    "10",
    "2026-01-01",
    "08:00",
    "a",
    "",
    true,
    false,
    null,
    0,
    1,
    31,
    -1,
    1.5,
  ),
  fc.string({ maxLength: 3 }),
  fc.double(),
);
const value = fc.oneof(
  primitive,
  fc.array(primitive, { maxLength: 3 }),
  fc.record({ fact: fc.constantFrom(...factNames) }),
  fc.record({ fact: fc.constant("payload"), path: fc.constantFrom("$.x", "$.x[0]", "$.status", "$.x[?id=abc].y") }),
);
const operator = fc
  .tuple(fc.array(fc.constantFrom(...DECORATOR_NAMES), { maxLength: 2 }), fc.constantFrom(...OPERATOR_NAMES))
  .map(([decorators, name]) =>
    decorators.length === 2 && decorators[0] !== "not" ? name : [...decorators, name].join(":"),
  );
const comparison = fc.record(
  {
    fact: fc.constantFrom(...factNames),
    operator,
    value,
    path: fc.constantFrom("$.x", "$.a.b[0]", "$['x y']", "$.a[?'x y'=\"b\"][?n=-1.5]"),
    priority: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: ["fact", "operator", "value"] },
);
const { group } = fc.letrec<{ group: unknown; part: unknown }>((tie) => ({
  group: fc.oneof(
    { maxDepth: 3 },
    fc.record({ all: fc.array(tie("part"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("part"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("part") }),
  ),
  part: fc.oneof({ depthSize: "small" }, comparison, tie("group")),
}));

/** Payloads that the struct accepts, with every deviation, and with odd things under keys that nobody knows. */
const odd = fc.oneof(
  primitive,
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.constantFrom<Json>({ toString: "x" }, { valueOf: null }, [[]], [{}]),
);
const payload = fc
  .record(
    {
      messageType: fc.constantFrom("SMS", "Call", "Email", "Custom", ""),
      status: fc.constantFrom("failed", "delivered", ""),
      callStatus: fc.constantFrom("voicemail", "busy"),
      callDuration: fc.constantFrom<Json>(0, 31, "31", ""),
      to: fc.constantFrom<Json>("a", ["a", "b"], {}, [], { toString: "x" }),
      from: fc.constantFrom<Json>("a", {}, { valueOf: 1 }),
      body: fc.string({ maxLength: 5 }),
      userId: fc.constantFrom("", "u1"),
      mentions: odd,
      x: odd,
    },
    { requiredKeys: [] },
  )
  .map((fields) => ({ type: "OutboundMessage", locationId: "l", contactId: "c", ...fields }));

/** Whether the verdicts of a tree's comparisons give the result that the rule had: the explanation read on its own. */
function holds(condition: Condition, pointer: string, seen: ReadonlyMap<string, ConditionVerdict>): boolean | null {
  if ("all" in condition) {
    const parts = new Set(condition.all.map((part, i) => holds(part, `${pointer}/all/${i}`, seen)));
    return parts.has(false) ? false : parts.has(null) ? null : true;
  }
  if ("any" in condition) {
    const parts = new Set(condition.any.map((part, i) => holds(part, `${pointer}/any/${i}`, seen)));
    return parts.has(true) ? true : parts.has(null) ? null : false;
  }
  if ("not" in condition) {
    const part = holds(condition.not, `${pointer}/not`, seen);
    return part === null ? null : !part;
  }
  return seen.get(pointer)?.met ?? null;
}

describe("whatever admission admits", () => {
  it("never fails on an event that was accepted, and its explanation agrees with its decision", async () => {
    let admitted = 0;
    await fc.assert(
      fc.asyncProperty(group, fc.array(payload, { minLength: 1, maxLength: 3 }), async (conditions, payloads) => {
        const text = JSON.stringify({ on: ["OutboundMessage"], conditions, actions: [{ type: "task", title: "x" }] });
        const result = admitRule({ file: "a-rule.json", text }, context);
        if (!result.ok) return;
        admitted += 1;
        const rule: Rule = result.value.rule;
        for (const given of payloads) {
          const read = readEvent(given, { key: "k", route: "events", receivedAt: "2026-03-04T15:30:00.000Z" });
          if (read.status !== "event") continue;
          const ruleSet = { hash: "", rules: [{ ...rule, includeApi: true, includeInternal: true }], findings: [] };
          const { decision: explained } = await explain(read.event, ruleSet, MOMENT);
          const { decision } = await decide(read.event, ruleSet, MOMENT);
          expect(decision.fired, text).toEqual(explained.fired);
          for (const told of everyVerdict(read.event, decision, ruleSet).verdicts[0]?.conditions ?? []) {
            const asked = explained.verdicts[0]?.conditions.find(({ pointer }) => pointer === told.pointer);
            if (asked?.met !== null && told.met !== null) expect(told, text).toEqual(asked);
          }
          const [verdict] = explained.verdicts;
          expect(verdict?.reason, `${verdict?.detail} of ${text} on ${JSON.stringify(given)}`).not.toBe("error");
          const seen = new Map(verdict?.conditions.map((condition) => [condition.pointer, condition]));
          expect(holds(rule.conditions, "", seen)).toBe(verdict?.fired);
          expect(verdict && verdictInWords(verdict)).toBeTruthy();
          for (const condition of verdict?.conditions ?? [])
            expect(conditionInWords(condition)).toContain(condition.fact);
        }
      }),
      { numRuns: upTo(1_000, 6_000), seed: 13 },
    );
    expect(admitted).toBeGreaterThan(upTo(30, 200));
  }, 60_000);

  it("is asked about words that the tables have", () => {
    expect(FACTS["channel"]?.values).toEqual(CHANNELS);
    expect(FACTS["outcome"]?.values).toEqual(OUTCOMES);
  });
});
