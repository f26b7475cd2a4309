// The results of a rule's examples, as findings: used by the command line, the build and the operator's API.
import { conditionInWords, verdictInWords } from "../language/in-words.ts";
import type { CheckedRule, Finding, RuleExample } from "../model/rule.ts";
import type { SentRequest } from "../model/sent-request.ts";
import type { AdmittedRule } from "../rules/admission.ts";
import { rehearsed } from "../rules/rehearsed.ts";
import { finding } from "../rules/report.ts";
import { runExample, type ExampleResult } from "./examples.ts";

/** How many examples of a rule come out as they state, and what is wrong with the others. */
export interface CheckedExamples {
  readonly passed: number;
  readonly failed: number;
  /** Warnings, including one if no example shows the rule firing. */
  readonly findings: readonly Finding[];
  /** What the actions of those that fire would send. */
  readonly texts: readonly ExampleText[];
}

/** What an action would send on an example. */
export interface ExampleText {
  readonly rule: string;
  /** The example's place in the rule's `examples`, and the action's in its `actions`. */
  readonly example: number;
  readonly action: number;
  readonly request: SentRequest;
}

/** What is told of a rule whose examples are not kept: how they come out, and all that was found in its file. */
export async function checkedRule(
  admitted: AdmittedRule,
  ofFolder: readonly Finding[],
  timeZone: string,
): Promise<{ readonly checked: CheckedRule; readonly found: readonly Finding[] }> {
  const { failed, findings: found } = await checkExamples(admitted, timeZone);
  const all = [...ofFolder.filter(({ file }) => file === admitted.file), ...found];
  const findings = all.map(({ pointer, code, message, severity }) => ({ pointer, code, message, severity }));
  const checked = { rule: admitted.rule.name, examples: admitted.examples.length, failing: failed, findings };
  return { checked, found };
}

/** Each may take 50 ms; what is wrong with a template shows in the first examples. */
const MAX_TRIED = 60;

/** Runs the examples of a rule, each against this rule alone, and tries the actions of those that fire. */
export async function checkExamples(
  { file, rule, examples }: AdmittedRule,
  timeZone: string,
): Promise<CheckedExamples> {
  const findings: Finding[] = [];
  const texts: ExampleText[] = [];
  let [passed, tried] = [0, 0];
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
    if ((tried += rule.actions.length) > MAX_TRIED) continue;
    for (const [action, written] of rule.actions.entries()) {
      const { request, error } = await rehearsed(written, rule, { event, facts, decision, known });
      const dead = `Action ${action + 1} of the example would be dead: `;
      if (error) findings.push(finding(file, place, "RULE_EXAMPLE", `${dead}${error.message}`));
      else if (request) texts.push({ rule: rule.name, example: index, action, request });
    }
  }
  if (rule.enabled !== false && !examples.some(({ fires }) => fires)) {
    findings.push(
      finding(file, ["examples"], "RULE_NO_EXAMPLE", "No example shows an event on which the rule fires, write one"),
    );
  }
  return { passed, failed: examples.length - passed, findings, texts };
}

function failureInWords({ fires }: RuleExample, { verdict }: ExampleResult): string {
  const saw = verdict.conditions.map(
    (condition) =>
      `${condition.met ? "met" : condition.met === null ? "not reached" : "not met"}: ${conditionInWords(condition)}`,
  );
  const said = fires ? "should fire and does not" : "should not fire and does";
  return `The example ${said}: ${verdictInWords(verdict)}${saw.length > 1 ? ` [${saw.join(" | ")}]` : ""}`;
}
