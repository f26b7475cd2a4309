// `rules check`: admits every rule file and runs its examples.
import { defineCommand } from "citty";
import { runExample } from "../match/examples.ts";
import type { AdmittedRule } from "../rules/admission.ts";
import { verdictInWords } from "../match/words.ts";
import { findingLine } from "./print.ts";
import { projectConfiguration, ROOT, RULES_FOLDER } from "./project.ts";
import { readRules } from "./rule-files.ts";

/** What is wrong with the examples of a rule, a line each. */
export async function exampleFindings({ rule, examples }: AdmittedRule): Promise<string[]> {
  const lines: string[] = [];
  for (const [index, example] of examples.entries()) {
    const result = await runExample(rule, example);
    const place = `rules/${rule.name}.json#/examples/${index}`;
    if (!result.ok)
      lines.push(
        ...result.failure.map(({ pointer, message }) => `${place}/event${pointer}  error  ${message}  (RULE_EXAMPLE)`),
      );
    else if (!result.value.passed) {
      const said = example.fires ? "should fire and does not" : "should not fire and does";
      lines.push(`${place}  error  The example ${said}: ${verdictInWords(result.value.verdict)}  (RULE_EXAMPLE)`);
    }
  }
  return lines;
}

export const check = defineCommand({
  meta: { name: "check", description: "Check the rule files and run their examples" },
  async run() {
    const { admitted, findings } = readRules(RULES_FOLDER, ROOT, projectConfiguration(true).outboundAllowedHosts);
    const lines = findings.map(findingLine);
    for (const rule of admitted) lines.push(...(await exampleFindings(rule)));
    for (const line of lines) console.log(line);
    const examples = admitted.reduce((count, rule) => count + rule.examples.length, 0);
    const found = lines.length === 0 ? "no findings" : lines.length === 1 ? "1 finding" : `${lines.length} findings`;
    console.log(`${admitted.length} rules, ${examples} examples, ${found}`);
    process.exitCode = lines.length === 0 ? 0 : 1;
  },
});
