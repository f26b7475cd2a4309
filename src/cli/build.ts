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

/**
 * Bundles the page. During development, a page that is up to date is left alone; and if the code cannot be bundled, the
 * last page stays, or one that says so takes its place. `false`: it failed.
 */
async function bundlePage(developing: boolean): Promise<boolean> {
  const sources = pageSources(ROOT);
  if (developing && isPageOf(sources, DASHBOARD_FOLDER)) return true;
  // The bundler is loaded only if it is needed.
  const { buildDashboard, placeholderPage } = await import("./dashboard.ts");
  try {
    await buildDashboard();
    stampPage(sources, DASHBOARD_FOLDER);
    return true;
  } catch (error) {
    if (developing) placeholderPage();
    console.error(`The page could not be bundled:\n${error instanceof Error ? error.message : String(error)}`);
    return developing;
  }
}

export const build = defineCommand({
  async run() {
    // wrangler passes its own command to a custom build; anything but "dev" is on its way to production.
    const developing = process.env["WRANGLER_COMMAND"] === "dev";
    const { ruleSet, lines, exitCode } = await buildRules(RULES_FOLDER, ROOT, developing, builtRules());
    for (const line of lines) (exitCode === 0 ? console.log : console.error)(line);
    // wrangler does not say which environment it deploys: one that lacks something keeps all from being deployed.
    const lacking = deploymentFindings(wranglerText());
    for (const found of lacking) (developing ? console.log : console.error)(deploymentLine(found));
    if (ruleSet) writeRules(ruleSet);
    await writeLeanPackages();
    const isWhole = lacking.length === 0 || developing;
    process.exitCode = (await bundlePage(developing)) && isWhole ? exitCode : 1;
  },
});
