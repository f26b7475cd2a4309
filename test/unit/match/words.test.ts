import { describe, expect, it } from "vitest";
import { conditionInWords, verdictInWords } from "../../../src/match/words.ts";
import type { ConditionVerdict, Verdict } from "../../../src/model/decision.ts";
import { OPERATORS } from "../../../src/model/rule.ts";

const seen = (fields: Partial<ConditionVerdict>): ConditionVerdict => ({
  pointer: "/all/0",
  fact: "callStatus",
  operator: "equal",
  value: "voicemail",
  met: false,
  ...fields,
});
const verdict = (fields: Partial<Verdict>): Verdict => ({
  rule: "r",
  fired: false,
  reason: "conditions",
  conditions: [],
  ...fields,
});

describe("a condition in words", () => {
  it.each<[words: string, condition: ConditionVerdict]>([
    ['callStatus is "completed", the rule wants "voicemail"', seen({ saw: "completed" })],
    ['callStatus is absent, the rule wants "voicemail"', seen({})],
    ['callStatus was not looked at, the rule wants "voicemail"', seen({ met: null })],
    ['callStatus is "x", the rule wants one of "a", "b"', seen({ saw: "x", operator: "in", value: ["a", "b"] })],
    [
      "payload at $.a is 3, the rule wants more than 5",
      seen({ fact: "payload", path: "$.a", saw: 3, operator: "greaterThan", value: 5 }),
    ],
    ['callStatus is "x", the rule asks someFact:equal "y"', seen({ saw: "x", operator: "someFact:equal", value: "y" })],
  ])("%s", (words, condition) => {
    expect(conditionInWords(condition)).toBe(words);
  });

  it("has words for every operator", () => {
    for (const operator of OPERATORS)
      expect(conditionInWords(seen({ operator, saw: 1 }))).not.toContain("the rule asks");
  });
});

describe("a verdict in words", () => {
  it("names what decided, not what was met", () => {
    const conditions = [seen({ fact: "channel", met: true, saw: "call" }), seen({ saw: "busy" })];
    expect(verdictInWords(verdict({ conditions }))).toBe('callStatus is "busy", the rule wants "voicemail"');
  });

  it("names a condition under a not when it was met", () => {
    const conditions = [seen({ pointer: "/not", met: true, saw: "voicemail" })];
    expect(verdictInWords(verdict({ conditions }))).toContain("callStatus is");
  });

  it("has words for every reason", () => {
    const reasons = [
      "fired",
      "conditions",
      "error",
      "stopped",
      "disabled",
      "location",
      "loop-guard",
      "limit",
      "duplicate-action",
    ] as const;
    for (const reason of reasons) expect(verdictInWords(verdict({ reason })).length).toBeGreaterThan(4);
  });
});
