// The results of a rule's examples, as findings: used by the command line, the build and the operator's API.
import { conditionInWords, verdictInWords } from "../language/in-words.ts";
import type { Finding, RuleExample } from "../model/rule.ts";
import type { AdmittedRule } from "../rules/admission.ts";
import { deadActions } from "../rules/rehearsed.ts";
import { finding } from "../rules/report.ts";
import { runExample, type ExampleResult } from "./examples.ts";

/** How many examples of a rule come out as they state, and what is wrong with the others. */
export interface CheckedExamples {
  readonly passed: number;
  readonly failed: number;
  /** Warnings, including one if no example shows the rule firing. */
  readonly findings: readonly Finding[];
}

/** Each may take 50 ms; what is wrong with a template shows in the first examples. */
const MAX_REHEARSED = 60;

/** Runs the examples of a rule, each against this rule alone, and tries the actions of those that fire. */
export async function checkExamples(
  { file, rule, examples }: AdmittedRule,
  timeZone: string,
): Promise<CheckedExamples> {
  const findings: Finding[] = [];
  let [passed, rehearsed] = [0, 0];
  for (const [index, example] of examples.entries()) {
    const place = ["examples", index];
    const result = await runExample(rule, example, timeZone);
    if (!result.ok) {
      for (const { pointer, message } of result.failure)
        findings.push(finding(file, [...place, ...pointer.split("/").slice(1)], "RULE_EXAMPLE", message));
      continue;
    }
    if (result.value.passed) passed += 1;
    else findings.push(finding(file, place, "RULE_EXAMPLE", failureInWords(example, result.value)));
    if (!result.value.verdict.fired || !result.value.passed) continue;
    const { event, facts, decision, known } = result.value;
    if ((rehearsed += rule.actions.length) > MAX_REHEARSED) continue;
    for (const { index: action, why } of await deadActions(rule, event, facts, decision, known))
      findings.push(finding(file, place, "RULE_EXAMPLE", `Action ${action + 1} of the example would be dead: ${why}`));
  }
  if (rule.enabled !== false && !examples.some(({ fires }) => fires)) {
    findings.push(
      finding(file, ["examples"], "RULE_NO_EXAMPLE", "No example shows an event on which the rule fires, write one"),
    );
  }
  return { passed, failed: examples.length - passed, findings };
}

function failureInWords({ fires }: RuleExample, { verdict }: ExampleResult): string {
  const saw = verdict.conditions.map(
    (condition) =>
      `${condition.met ? "met" : condition.met === null ? "not reached" : "not met"}: ${conditionInWords(condition)}`,
  );
  const said = fires ? "should fire and does not" : "should not fire and does";
  return `The example ${said}: ${verdictInWords(verdict)}${saw.length > 1 ? ` [${saw.join(" | ")}]` : ""}`;
}
