// `rules check`: admits every rule file of a folder, lints it, and runs its examples.
import { statSync, watch } from "node:fs";
import { join, resolve } from "node:path";
import { defineCommand } from "citty";
import { checkExamples } from "../match/example-findings.ts";
import { tokenFindings } from "./check-tokens.ts";
import { findingLine } from "./print.ts";
import { devVariables, projectConfiguration, ROOT, RULES_FOLDER } from "../local/project.ts";
import { placed, readRules, type PlacedFinding } from "./rule-files.ts";
import { UsageError } from "../kit/usage-error.ts";

/** The result of a check. */
export interface CheckReport {
  readonly rules: number;
  readonly examples: number;
  readonly findings: readonly PlacedFinding[];
}

const WATCH_SETTLE_MS = 100;

/** Checks a folder of rules, which may refer to the named conditions of the rules in force. */
async function checkRules(folder: string, from: string, workerUrl: string | undefined): Promise<CheckReport> {
  const configuration = projectConfiguration(true);
  const { admitted, findings, texts } = readRules(folder, from, configuration, join(RULES_FOLDER, "conditions"));
  const all = [...findings];
  for (const rule of admitted)
    all.push(...(await checkExamples(rule, configuration.timeZone)).findings.map((found) => placed(found, texts)));
  if (workerUrl !== undefined) {
    const adminToken = process.env["ADMIN_TOKEN"] || devVariables()["ADMIN_TOKEN"];
    const found = await tokenFindings(admitted, { url: workerUrl, adminToken, fetch });
    all.push(...found.map((one) => placed(one, texts)));
  }
  const inOrder = all.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  return {
    rules: admitted.length,
    examples: admitted.reduce((count, { examples }) => count + examples.length, 0),
    findings: inOrder,
  };
}

/** The address that was given, if one was. */
function workerUrl(given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (!URL.canParse(given) || !/^https?:/.test(given))
    throw new UsageError("Write --worker with an address, such as https://afterbeep.agency.workers.dev");
  return given;
}

function print({ rules, examples, findings }: CheckReport, asJson: boolean): void {
  if (asJson) return console.log(JSON.stringify({ rules, examples, findings }, null, 2));
  for (const found of findings) console.log(findingLine(found));
  const count =
    findings.length === 0 ? "no findings" : findings.length === 1 ? "1 finding" : `${findings.length} findings`;
  console.log(`${rules} rules, ${examples} examples, ${count}`);
}

/** The folder that was named, or that of the rules in force. */
function folderOf(named: string | undefined): string {
  if (named === undefined) return RULES_FOLDER;
  const folder = resolve(named);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`There is no folder ${named}: name one that holds rule files, such as recipes`);
  return folder;
}

export const check = defineCommand({
  args: {
    folder: { type: "positional", required: false, description: "another folder than rules, such as recipes" },
    watch: { type: "boolean", description: "check again whenever a file changes" },
    worker: {
      type: "string",
      description: "a running Worker's URL: warns of locations without a HighLevel token that rules need",
    },
    json: { type: "boolean", description: "print { rules, examples, findings } as JSON" },
  },
  async run({ args }) {
    const folder = folderOf(args.folder);
    const once = async (): Promise<void> => {
      const report = await checkRules(folder, ROOT, workerUrl(args.worker));
      print(report, args.json === true);
      process.exitCode = report.findings.length === 0 ? 0 : 1;
    };
    await once();
    if (!args.watch) return;
    let timer: NodeJS.Timeout | undefined;
    watch(folder, { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(() => void once(), WATCH_SETTLE_MS);
    });
    await new Promise(() => undefined);
  },
});
