import { describe, expect, it } from "vitest";
import { analysisFindings } from "../../../src/cli/check-analysis.ts";
import type { Rule } from "../../../src/model/rule.ts";
import type { AdmittedRule } from "../../../src/rules/admission.ts";
import { aRule, aText } from "../../builders.ts";

const admitted = (fields: Partial<Rule>, beside: readonly string[] = []): AdmittedRule => {
  const rule = aRule({ actions: [aText()], ...fields });
  return { file: `rules/${rule.name}.json`, rule, examples: [], beside, warnings: [] };
};
const failed: Rule["conditions"] = { all: [{ fact: "outcome", operator: "equal", value: "failed" }] };
const told = async (...rules: readonly AdmittedRule[]) =>
  (await analysisFindings(rules, [], "UTC")).map(({ file, pointer, code }) => [file, pointer, code]);

describe("what check says of rules together", () => {
  it("is that both write to the contact on one event", async () => {
    expect(await told(admitted({ name: "a" }), admitted({ name: "b", conditions: failed }))).toEqual([
      ["rules/a.json", "", "RULE_BOTH_MESSAGE"],
    ]);
  });

  it("is not what one of them says is meant", async () => {
    expect(await told(admitted({ name: "a" }), admitted({ name: "b", conditions: failed }, ["a"]))).toEqual([]);
    expect(await told(admitted({ name: "a" }, ["b"]), admitted({ name: "b", conditions: failed }))).toEqual([]);
  });

  it("is that a rule never fires, at the part that keeps it from doing so", async () => {
    const api: Rule["conditions"] = { all: [{ fact: "sender", operator: "equal", value: "api" }] };
    expect(await told(admitted({ name: "a", conditions: api }))).toEqual([
      ["rules/a.json", "/conditions/all/0", "RULE_NEVER_FIRES"],
    ]);
  });

  it("is that no rule has a name in with", async () => {
    expect(await told(admitted({ name: "a" }, ["bee"]))).toEqual([["rules/a.json", "/with/0", "RULE_NO_EFFECT"]]);
  });
});
