// `rules publish`: gives a running Worker the folder of rules as its next version. It is not in force by that.
import { amount } from "../kit/amount.ts";
import { execFileSync } from "node:child_process";
import { readFileSync, existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { defineCommand } from "citty";
import { isJsonObject, type Json } from "../kit/json.ts";
import { UsageError } from "../kit/usage-error.ts";
import { withoutPeople, type Comparison } from "../model/comparison.ts";
import type { PublishedFile, PublishedFiles, RuleSetVersion } from "../model/published.ts";
import { DEFAULT_WORKER_URL, knownSecrets, projectConfiguration, ROOT, RULES_FOLDER } from "../local/project.ts";
import { findingLine } from "./print.ts";
import { differenceLines, stateOf, versionOf, type PublishedState } from "./published.ts";
import { readFiles } from "./rule-files.ts";
import { RULES_ARGUMENT, rulesAt, rulesPlace } from "./rules-argument.ts";
import { asked, type WorkerApi } from "./worker-api.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

const REFUSED_EXIT_CODE = 1;

/** What is said with a version. */
export interface About {
  readonly note: string;
  readonly author: string | null;
  /** The version that it is made from; `null`: the last one. */
  readonly over: number | null;
  readonly replay: Json;
}

/** What came of publishing. */
export interface Published {
  /** The version that has these files; that of before, if nothing has changed. */
  readonly version: RuleSetVersion;
  readonly isNew: boolean;
  /** Which files differ from the version before, a line each. */
  readonly differences: readonly string[];
}

/** Publishes files as the next version, unless the last one has the same. It throws usage errors. */
export async function publishTo(worker: WorkerApi, files: PublishedFiles, about: About): Promise<Published> {
  const { versions }: PublishedState = await stateOf(worker, 1);
  const last = versions[0];
  const before = last ? (await versionOf(worker, last.version)).files : { rules: [], conditions: [] };
  const differences = differenceLines(before, files);
  if (last && differences.length === 0) return { version: last, isNew: false, differences };
  const body = {
    files,
    note: about.note,
    author: about.author,
    over: about.over ?? last?.version ?? 0,
    replay: kept(about.replay),
  };
  const answer = await asked<{ version: RuleSetVersion }>("/api/rule-sets", "version", worker, {
    body: body as unknown as Json,
  });
  if (answer === null)
    throw new UsageError(`The Worker at ${worker.url} is older than published rule sets, deploy it anew`);
  return { version: answer.version, isNew: true, differences };
}

/** The files of a place as they are published: named within their folder. */
export function filesAt(place: string): PublishedFiles {
  const own = join(statSync(place).isDirectory() ? place : join(place, ".."), "conditions");
  const found = readFiles(place, ROOT, existsSync(own) ? own : join(RULES_FOLDER, "conditions"));
  const named = (files: readonly PublishedFile[]): PublishedFile[] =>
    files.map(({ file, text }) => ({ file: basename(file), text }));
  return { rules: named(found.rules), conditions: named(found.conditions) };
}

/** What is said of it, in lines. */
export function publishedLines({ version, isNew, differences }: Published): string[] {
  if (!isNew) return [`Version ${version.version} has these files already`];
  const count = amount(version.rules, "rule");
  const warnings = version.findings.map(({ file, message }) => `  warning: ${file}: ${message}`);
  const next = `It is not in force: npm run rules activate ${version.version}, with --for shadow to see first what it would do`;
  return [...differences, ...warnings, `Version ${version.version} is published: ${count}`, next];
}

/** What a version carries of it: the numbers, and nobody's id or text, which would outlive a contact that is erased. */
function kept(replay: Json): Json {
  const { gained, lost, changed } = isJsonObject(replay) ? replay : {};
  const isComparison = [gained, lost, changed].every((list) => Array.isArray(list));
  return isComparison ? (withoutPeople(replay as unknown as Comparison) as unknown as Json) : replay;
}

/** Who git says is at work; `null`: it does not. */
function gitAuthor(): string | null {
  try {
    return execFileSync("git", ["config", "user.name"], { cwd: ROOT, encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}

function replayIn(file: string | undefined): Json {
  if (file === undefined) return null;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Json;
  } catch {
    throw new UsageError(`${file} is no JSON: --replay takes what "npm run rules replay -- --json" prints`);
  }
}

export const publish = defineCommand({
  args: {
    rules: RULES_ARGUMENT,
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    note: { type: "string", description: "why, for those who look at the versions", default: "" },
    author: { type: "string", description: "who; otherwise the name that git has" },
    over: { type: "string", description: "the version that it was made from; otherwise the last one" },
    replay: { type: "string", description: "a file with what rules replay --json said, to be kept with it" },
    json: { type: "boolean", description: "print the answer as JSON" },
  },
  async run({ args }) {
    const place = rulesPlace(args.rules);
    const { findings, texts } = rulesAt(place, projectConfiguration(false));
    const errors = findings.filter(({ severity }) => severity === "error");
    for (const found of errors) console.error(findingLine(found, texts, knownSecrets()));
    if (errors.length > 0) {
      console.error("Nothing is published: rules with errors are never in force");
      return void (process.exitCode = REFUSED_EXIT_CODE);
    }
    const over = args.over === undefined ? null : Number(args.over);
    if (over !== null && (!Number.isInteger(over) || over < 0))
      throw new UsageError("--over takes the number of a version, or 0 for none");
    const worker = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
    const about = { note: args.note, author: args.author ?? gitAuthor(), over, replay: replayIn(args.replay) };
    const done = await publishTo(worker, filesAt(place), about);
    if (args.json) console.log(JSON.stringify(done, null, 2));
    else for (const line of publishedLines(done)) console.log(line);
  },
});
