// `rules analyze`: what the rules of a folder can do together, each finding with an event that shows it.
import { defineCommand } from "citty";
import { analyze as analyzeRules } from "../analysis/analyze.ts";
import { didYouMean } from "../kit/suggestion.ts";
import { UsageError } from "../kit/usage-error.ts";
import { projectConfiguration } from "../local/project.ts";
import { analysisLines } from "./analysis-report.ts";
import { namedRules, RULES_ARGUMENT } from "./rules-argument.ts";

export const analyze = defineCommand({
  args: {
    rules: RULES_ARGUMENT,
    rule: { type: "string", description: "only what is about this rule" },
    json: { type: "boolean", description: "print { rules, pairs, findings, fires, open } as JSON" },
  },
  async run({ args }) {
    const configuration = projectConfiguration(true);
    const ruleSet = await namedRules(args.rules, configuration);
    const { rule } = args;
    const names = ruleSet.rules.map(({ name }) => name);
    if (rule !== undefined && !names.includes(rule))
      throw new UsageError(`There is no rule "${rule}"${didYouMean(rule, names)}`);
    const analysis = await analyzeRules(ruleSet, { timeZone: configuration.timeZone, rule });
    if (args.json) console.log(JSON.stringify(analysis, null, 2));
    else for (const line of analysisLines(analysis)) console.log(line);
    process.exitCode = analysis.findings.some(({ weight }) => weight !== "note") ? 1 : 0;
  },
});
