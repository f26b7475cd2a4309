// `rules build`: admits the rule files, writes the set that the Worker is bundled with, and bundles the page.
import { amount } from "../kit/amount.ts";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { defineCommand } from "citty";
import { checkedRule } from "../match/example-findings.ts";
import type { BuiltRules, RuleSet } from "../model/rule.ts";
import { fromBuilt, ruleSetOf, toBuilt } from "../rules/rule-set.ts";
import { filesUnder, hashOf } from "./files-hash.ts";
import { writeLeanPackages } from "./lean-packages.ts";
import { isPageOf, pageSources, stampPage } from "./page-stamp.ts";
import { findingLine } from "./print.ts";
import { bundleSource, WORKER_FOLDER } from "../local/bundle.ts";
import { deploymentFindings, deploymentLine } from "../local/deployment.ts";
import {
  BUILT_RULES,
  DASHBOARD_FOLDER,
  knownSecrets,
  projectConfiguration,
  ROOT,
  RULES_FOLDER,
  wranglerText,
} from "../local/project.ts";
import { readRules } from "./rule-files.ts";

/** The result of a build. */
export interface BuildReport {
  readonly ruleSet: RuleSet | null;
  readonly lines: readonly string[];
  readonly exitCode: 0 | 1;
}

/**
 * Builds the rule set. An error in any file fails a deploy; during development the last good set stays or, if there is
 * none yet, the good files are used: wrangler would leave every request hanging after a failed build.
 */
export async function buildRules(
  folder: string,
  from: string,
  developing: boolean,
  lastGood: RuleSet | null,
): Promise<BuildReport> {
  const configuration = projectConfiguration(developing);
  const { admitted, conditions, findings, texts } = readRules(folder, from, configuration);
  const errors = findings.filter(({ severity }) => severity === "error");
  const lines = findings.map((found) => findingLine(found, texts, knownSecrets()));
  const rules = admitted.map(({ rule }) => rule);
  const besides = {
    checked: await Promise.all(
      admitted.map(async (rule) => (await checkedRule(rule, findings, configuration.timeZone)).checked),
    ),
    conditions: Object.fromEntries(conditions),
  };
  if (errors.length === 0) {
    return {
      ruleSet: await ruleSetOf(rules, [], besides),
      lines: [...lines, `${amount(rules.length, "rule")} admitted`],
      exitCode: 0,
    };
  }
  const count = amount(errors.length, "error");
  if (!developing) return { ruleSet: null, lines: [...lines, `Cannot build the rules: ${count}`], exitCode: 1 };
  if (lastGood)
    return {
      ruleSet: { ...lastGood, findings },
      lines: [...lines, `${count}; the last good rules stay in force`],
      exitCode: 0,
    };
  return {
    ruleSet: await ruleSetOf(rules, findings, besides),
    lines: [...lines, `${count}; only the ${rules.length} good rules are in force`],
    exitCode: 0,
  };
}

/** The set that was built last, or `null`. */
function builtRules(): RuleSet | null {
  if (!existsSync(BUILT_RULES)) return null;
  try {
    const built = fromBuilt(JSON.parse(readFileSync(BUILT_RULES, "utf8")) as BuiltRules);
    return built.rules.length > 0 ? built : null;
  } catch {
    return null;
  }
}

/** The rooms whose code decides what a rule file means. */
const ADMITTING = ["act", "events", "highlevel", "kit", "language", "match", "model", "rules", "time"];

/** The rooms that are no part of the Worker. */
const NOT_DEPLOYED = new Set(["analysis", "cli", "dashboard", "local", "replay", "thread"]);
const VERSION_CHARACTERS = 12;

/** Names the code that admits rules: published files are admitted anew by other code. */
function codeName(): string {
  return hashOf(
    ADMITTING.flatMap((room) => filesUnder(join(ROOT, "src", room))),
    ROOT,
  );
}

/** Names all code of the Worker: `rules doctor` compares that of this folder with what runs. */
export function versionName(): string {
  const source = join(ROOT, "src");
  const files = filesUnder(source).filter((file) => !NOT_DEPLOYED.has(relative(source, file).split(sep, 1)[0] ?? ""));
  return hashOf(files, ROOT).slice(0, VERSION_CHARACTERS);
}

/** Writes the set where the bundler finds it, atomically, with the name of the code that admits rules. */
export function writeRules(ruleSet: RuleSet, file = BUILT_RULES): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    `${file}.new`,
    `${JSON.stringify({ ...toBuilt(ruleSet), code: codeName(), version: versionName() })}\n`,
  );
  renameSync(`${file}.new`, file);
}

/** What was built, or not: what to print of it. */
interface Built {
  readonly lines: readonly string[];
  readonly isBuilt: boolean;
}

/** Bundles a part; while developing, one that cannot be bundled leaves the last one where it is. */
async function bundled(what: string, developing: boolean, bundle: () => Promise<void>): Promise<Built> {
  try {
    await bundle();
    return { lines: [], isBuilt: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { lines: [`The ${what} could not be bundled:\n${why}`], isBuilt: developing };
  }
}

/** Bundles the page; while developing, one that is up to date is left alone, and where there is none yet, one says so. */
async function bundlePage(developing: boolean): Promise<Built> {
  const sources = pageSources(ROOT);
  if (developing && isPageOf(sources, DASHBOARD_FOLDER)) return { lines: [], isBuilt: true };
  // The bundler is loaded only if it is needed.
  const { buildDashboard, placeholderPage } = await import("./dashboard.ts");
  const page = await bundled("page", developing, async () => {
    await buildDashboard();
    stampPage(sources, DASHBOARD_FOLDER);
  });
  if (developing) placeholderPage();
  return page;
}

/** How a project is built: as for a deploy, or to be developed; and which Worker, where. */
interface BuildOptions {
  readonly developing: boolean;
  /** The Worker's source; absent: the one that is deployed. */
  readonly entry?: string;
  readonly folder?: string;
}

/** Admits the rules, and bundles the page and the Worker. */
export async function buildProject({ developing, entry, folder = WORKER_FOLDER }: BuildOptions): Promise<BuildReport> {
  const { ruleSet, lines, exitCode } = await buildRules(RULES_FOLDER, ROOT, developing, builtRules());
  if (ruleSet) writeRules(ruleSet);
  await writeLeanPackages();
  const page = await bundlePage(developing);
  // Without rules there is nothing to bundle it with.
  const worker = await bundled("Worker", developing && existsSync(join(folder, "worker.js")), () =>
    ruleSet
      ? bundleSource(folder, { developing, ...(entry === undefined ? {} : { entry }) })
      : Promise.reject(new Error("No rules were admitted")),
  );
  return {
    ruleSet,
    lines: [...lines, ...page.lines, ...worker.lines],
    exitCode: page.isBuilt && worker.isBuilt ? exitCode : 1,
  };
}

export const build = defineCommand({
  async run() {
    // wrangler passes its own command to a custom build; anything but "dev" is on its way to production.
    const developing = process.env["WRANGLER_COMMAND"] === "dev";
    const { lines, exitCode } = await buildProject({ developing });
    for (const line of lines) (exitCode === 0 ? console.log : console.error)(line);
    // wrangler does not say which environment it deploys: one that lacks something keeps all from being deployed.
    const lacking = deploymentFindings(wranglerText());
    for (const found of lacking) (developing ? console.log : console.error)(deploymentLine(found));
    process.exitCode = lacking.length === 0 || developing ? exitCode : 1;
  },
});
