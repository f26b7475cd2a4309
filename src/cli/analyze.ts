// `rules analyze`: what the rules of a folder can do together, each finding with an event that shows it.
import { defineCommand } from "citty";
import { analyze as analyzeRules } from "../analysis/analyze.ts";
import { compareSets } from "../analysis/against.ts";
import { didYouMean } from "../kit/suggestion.ts";
import { UsageError } from "../kit/usage-error.ts";
import { projectConfiguration } from "../local/project.ts";
import type { RuleSet } from "../model/rule.ts";
import { ruleSetOf } from "../rules/rule-set.ts";
import { analysisLines, differenceLines } from "./analysis-report.ts";
import { meantAsNotes } from "./check-analysis.ts";
import { versionOf } from "./published.ts";
import { rulesAgainst } from "./rules-before.ts";
import { adminToken, workerUrl } from "./worker-url.ts";
import { writeExamples } from "./write-examples.ts";
import { namedRules, RULES_ARGUMENT } from "./rules-argument.ts";

/** The rules of a version that was published to a Worker. */
async function publishedRules(version: string, worker: string): Promise<RuleSet> {
  const number = Number(version);
  if (!Number.isInteger(number) || number < 1)
    throw new UsageError("Cannot read --against: with --worker, write the number of a version");
  const { admitted } = await versionOf({ url: workerUrl(worker), adminToken: adminToken(), fetch }, number);
  return ruleSetOf(admitted);
}

export const analyze = defineCommand({
  args: {
    rules: RULES_ARGUMENT,
    rule: { type: "string", description: "only what is about this rule" },
    against: {
      type: "string",
      description:
        "say what differs from another version instead: a revision in git, a folder, or with --worker a published version",
      valueHint: "REV|DIR|VERSION",
    },
    worker: { type: "string", description: "the Worker to which the version of --against was published" },
    write: { type: "boolean", description: "put the events that show something into the rules as examples" },
    json: { type: "boolean", description: "print { rules, pairs, findings, fires, open } as JSON" },
  },
  async run({ args }) {
    const configuration = projectConfiguration(true);
    const { rule, against, worker, json } = args;
    if (worker !== undefined && against === undefined)
      throw new UsageError("Write --against with --worker: the number of the version that the rules are put beside");
    if (args.write && against !== undefined)
      throw new UsageError("--write takes the events of an analysis: leave out --against, or --write");
    const ruleSet = await namedRules(args.rules, configuration);
    const before =
      against === undefined
        ? null
        : worker === undefined
          ? await rulesAgainst(against, configuration)
          : await publishedRules(against, worker);
    const names = [...ruleSet.rules, ...(before?.rules ?? [])].map(({ name }) => name);
    if (rule !== undefined && !names.includes(rule))
      throw new UsageError(`There is no rule "${rule}"${didYouMean(rule, names)}`);
    // Of a part of the rules it cannot be said that there is nothing to mend.
    const isPart = ruleSet.findings.length > 0;
    if (before !== null) {
      const difference = await compareSets(before, ruleSet, configuration.timeZone, rule);
      if (json) console.log(JSON.stringify(difference, null, 2));
      else for (const line of differenceLines(difference)) console.log(line);
      process.exitCode = difference.rules.length === 0 && difference.open.length === 0 && !isPart ? 0 : 1;
      return;
    }
    const { admitted } = ruleSet;
    const found = await analyzeRules(ruleSet, { timeZone: configuration.timeZone, rule });
    const analysis = { ...found, findings: meantAsNotes(found.findings, admitted) };
    if (json) console.log(JSON.stringify(analysis, null, 2));
    else for (const line of analysisLines(analysis)) console.log(line);
    if (args.write) {
      const asked = admitted.filter((one) => rule === undefined || one.rule.name === rule);
      for (const line of await writeExamples(analysis, asked, configuration.timeZone))
        console.error(`written to ${line}`);
    }
    process.exitCode = isPart || analysis.findings.some(({ weight }) => weight !== "note") ? 1 : 0;
  },
});
