// The argument by which commands take rules: a folder, one file, or nothing for the rules in force.
import { existsSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import type { Configuration } from "../model/configuration.ts";
import type { RuleSet } from "../model/rule.ts";
import { ruleSetOf } from "../rules/rule-set.ts";
import { UsageError } from "../kit/usage-error.ts";
import { knownSecrets, ROOT, RULES_FOLDER } from "../local/project.ts";
import { findingLine } from "./print.ts";
import { readRules, type RuleFolder } from "./rule-files.ts";

/** The argument in a command's table. */
export const RULES_ARGUMENT = {
  type: "positional",
  required: false,
  description: "other rules than those in rules: a folder such as recipes, or one file",
} as const;

/** Where the rules are that an argument names, an absolute path; nothing named: those in force. */
export function rulesPlace(named: string | undefined): string {
  if (named === undefined || named === "") return RULES_FOLDER;
  const place = resolve(named);
  const found = statSync(place, { throwIfNoEntry: false });
  if (found?.isDirectory() || (found?.isFile() && extname(place) === ".json")) return place;
  throw new UsageError(
    found
      ? `${named} is no rule file: name one that ends in .json, or a folder of them, such as recipes`
      : `There is no folder or file ${named}: name one that holds rules, such as recipes`,
  );
}

/** Reads the rules of a place. They may name its own conditions, in a folder beside them, or else those in force. */
export function rulesAt(place: string, configuration: Configuration): RuleFolder {
  const folder = statSync(place).isDirectory() ? place : join(place, "..");
  const own = join(folder, "conditions");
  return readRules(place, ROOT, configuration, existsSync(own) ? own : join(RULES_FOLDER, "conditions"));
}

/** The rules that an argument names, with what their files say beside them. */
interface NamedRules extends RuleSet {
  readonly admitted: RuleFolder["admitted"];
}

/**
 * The rules that an argument names, as a set, with the errors that keep others out of it. They go to stderr; where no rule is
 * left, there is nothing to do.
 */
export async function namedRules(named: string | undefined, configuration: Configuration): Promise<NamedRules> {
  const { admitted, findings, texts } = rulesAt(rulesPlace(named), configuration);
  const errors = findings.filter(({ severity }) => severity === "error");
  for (const found of errors) console.error(findingLine(found, texts, knownSecrets()));
  if (admitted.length === 0 && named !== undefined)
    throw new UsageError(
      errors.length > 0 ? `No rule of ${named} is admitted, see above` : `There is no rule in ${named}`,
    );
  return { ...(await ruleSetOf(admitted.map(({ rule }) => rule))), findings: errors, admitted };
}
