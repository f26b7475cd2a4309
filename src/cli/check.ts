// `rules check`: admits every rule file of a folder, lints it, and runs its examples.
import { amount } from "../kit/amount.ts";
import { statSync, watch } from "node:fs";
import { defineCommand } from "citty";
import { checkExamples, type ExampleText } from "../match/example-findings.ts";
import { analysisFindings } from "./check-analysis.ts";
import { tokenFindings } from "./check-tokens.ts";
import { exampleTextLines, findingLine } from "./print.ts";
import { deploymentFindings, deploymentLine, type DeploymentFinding } from "../local/deployment.ts";
import { knownSecrets, projectConfiguration, RULES_FOLDER, wranglerText } from "../local/project.ts";
import { placed, type PlacedFinding } from "./rule-files.ts";
import { RULES_ARGUMENT, rulesAt, rulesPlace } from "./rules-argument.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

/** The result of a check. */
export interface CheckReport {
  readonly rules: number;
  readonly examples: number;
  readonly findings: readonly PlacedFinding[];
  /** What the actions of each example that fires would send. */
  readonly texts: readonly ExampleText[];
  /** What wrangler.toml lacks, at its top and in its environments; empty for other rules than those that it deploys. */
  readonly deployment: readonly DeploymentFinding[];
}

/** A report, and the texts that it is about. */
interface Checked {
  readonly report: CheckReport;
  readonly texts: ReadonlyMap<string, string>;
}

/** What is printed of a report. */
interface Shown {
  readonly json?: boolean | undefined;
  readonly "show-texts"?: boolean | undefined;
}

const WATCH_SETTLE_MS = 100;

/** Checks the rules of a place: a folder, or one file. */
async function checkRules(place: string, url: string | undefined): Promise<Checked> {
  const configuration = projectConfiguration(true);
  const { admitted, findings, texts } = rulesAt(place, configuration);
  const all = [...findings];
  const sent: ExampleText[] = [];
  for (const rule of admitted) {
    const checked = await checkExamples(rule, configuration.timeZone);
    all.push(...checked.findings.map((found) => placed(found, texts)));
    sent.push(...checked.texts);
  }
  const together = await analysisFindings(admitted, findings, configuration.timeZone);
  all.push(...together.map((found) => placed(found, texts)));
  if (url !== undefined) {
    const found = await tokenFindings(admitted, { url, adminToken: adminToken(), fetch });
    all.push(...found.map((one) => placed(one, texts)));
  }
  const inOrder = all.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  const report = {
    rules: admitted.length,
    examples: admitted.reduce((count, { examples }) => count + examples.length, 0),
    findings: inOrder,
    texts: sent,
    deployment: place === RULES_FOLDER ? deploymentFindings(wranglerText()) : [],
  };
  return { report, texts };
}

function print({ report, texts }: Checked, { json, "show-texts": showTexts }: Shown): void {
  const { rules, examples, findings, deployment } = report;
  if (json) return console.log(JSON.stringify(report, null, 2));
  for (const found of findings) console.log(findingLine(found, texts, knownSecrets()));
  for (const found of deployment) console.log(deploymentLine(found));
  if (showTexts) for (const one of report.texts) for (const line of exampleTextLines(one)) console.log(line);
  const found = findings.length + deployment.length;
  const count = found === 0 ? "no findings" : amount(found, "finding");
  console.log(`${amount(rules, "rule")}, ${amount(examples, "example")}, ${count}`);
}

export const check = defineCommand({
  args: {
    rules: RULES_ARGUMENT,
    watch: { type: "boolean", description: "check again whenever a file changes" },
    worker: {
      type: "string",
      description: "a running Worker's URL: warns of locations without a HighLevel token that rules need",
    },
    "show-texts": {
      type: "boolean",
      description: "print what the actions of each example that fires would send, as it would leave",
    },
    json: { type: "boolean", description: "print { rules, examples, findings, texts, deployment } as JSON" },
  },
  async run({ args }) {
    const place = rulesPlace(args.rules);
    const once = async (): Promise<void> => {
      const checked = await checkRules(place, args.worker === undefined ? undefined : workerUrl(args.worker));
      print(checked, args);
      const { findings, deployment } = checked.report;
      process.exitCode = findings.length + deployment.length === 0 ? 0 : 1;
    };
    await once();
    if (!args.watch) return;
    let timer: NodeJS.Timeout | undefined;
    watch(place, { recursive: statSync(place).isDirectory() }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => void once(), WATCH_SETTLE_MS);
    });
    await new Promise(() => undefined);
  },
});
