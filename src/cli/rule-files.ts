// The rule files of a folder, and its named conditions.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Configuration } from "../model/configuration.ts";
import type { ConditionGroup, Finding } from "../model/rule.ts";
import { admitConditions, admitRule, namedIn, type AdmittedRule, type RuleSource } from "../rules/admission.ts";
import { loopsOf } from "../rules/loops.ts";
import { finding } from "../rules/report.ts";
import { setFindings } from "../rules/size.ts";
import { placeOf } from "./source-text.ts";

/** A finding with its line and column in the file, from 1. */
export interface PlacedFinding extends Finding {
  readonly line: number;
  readonly column: number;
}

/** The rules of a folder: those that were admitted, and what was found in any of them. */
export interface RuleFolder {
  readonly admitted: readonly AdmittedRule[];
  /** The named conditions that were admitted, with those they refer to put in place. */
  readonly conditions: ReadonlyMap<string, ConditionGroup>;
  /** Errors and warnings, by file and place. */
  readonly findings: readonly PlacedFinding[];
  /** The text of each file, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The part of the configuration that admission needs. */
export type AdmissionSettings = Pick<Configuration, "outboundAllowedHosts" | "ownHosts" | "retentionDays">;

/** Reads and admits `*.json` of a folder, or one file, and the named conditions. File names are relative to `from`. */
export function readRules(
  place: string,
  from: string,
  { outboundAllowedHosts, ownHosts, retentionDays }: AdmissionSettings,
  conditionsFolder = join(place, "conditions"),
): RuleFolder {
  const conditionFiles = sources(conditionsFolder, from);
  const ruleFiles = sources(place, from);
  const texts = new Map([...conditionFiles, ...ruleFiles].map(({ file, text }) => [file, text]));
  const { conditions, findings } = readConditions(conditionFiles);
  const context = { outboundAllowedHosts, ownHosts, retentionDays, conditions };
  const admitted: AdmittedRule[] = [];
  for (const source of ruleFiles) {
    const result = admitRule(source, context);
    findings.push(...(result.ok ? result.value.warnings : result.failure));
    if (result.ok) admitted.push(result.value);
  }
  findings.push(...sameRules(admitted), ...loopingRules(admitted), ...setFindings(admitted));
  return { admitted, conditions, texts, findings: findings.map((found) => placed(found, texts)) };
}

/** A finding with its place in the text of its file. */
export function placed(found: Finding, texts: ReadonlyMap<string, string>): PlacedFinding {
  return { ...found, ...placeOf(texts.get(found.file) ?? "", found.pointer) };
}

function sources(place: string, from: string): RuleSource[] {
  return filesAt(place).map((path) => ({
    file: relative(from, path).replaceAll("\\", "/"),
    text: readFileSync(path, "utf8"),
  }));
}

/** The JSON files of a folder, in order, or the one that is named. */
function filesAt(place: string): readonly string[] {
  if (!existsSync(place)) return [];
  if (!statSync(place).isDirectory()) return [place];
  const names = readdirSync(place, { withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith(".json"),
  );
  return names.map(({ name }) => join(place, name)).toSorted();
}

/** Admits the named conditions, each after those that it refers to. One that refers to itself stays unknown. */
function readConditions(files: readonly RuleSource[]): {
  conditions: Map<string, ConditionGroup>;
  findings: Finding[];
} {
  const conditions = new Map<string, ConditionGroup>();
  const findings: Finding[] = [];
  let waiting = [...files];
  for (let before = -1; waiting.length !== before && waiting.length > 0;) {
    before = waiting.length;
    const names = new Set(waiting.map(({ file }) => nameOf(file)));
    const [later, ready] = [
      waiting.filter(({ text }) => namedIn(text).some((name) => names.has(name))),
      waiting.filter(({ text }) => !namedIn(text).some((name) => names.has(name))),
    ];
    // What is left refers to itself in a cycle: admission says that it is not known.
    for (const source of ready.length > 0 ? ready : later) {
      const result = admitConditions(source, { conditions });
      if (result.ok) conditions.set(result.value.name, result.value.conditions);
      findings.push(...(result.ok ? result.value.warnings : result.failure));
    }
    waiting = ready.length > 0 ? later : [];
  }
  return { conditions, findings };
}

function nameOf(file: string): string {
  return (file.split("/").at(-1) ?? file).replace(/\.json$/, "");
}

/** Reports rules that do the same on the same conditions: probably a copy whose original stayed. */
function sameRules(admitted: readonly AdmittedRule[]): Finding[] {
  const first = new Map<string, string>();
  return admitted.flatMap(({ file, rule }) => {
    const { name: _, description: __, priority: ___, ...does } = rule;
    const text = JSON.stringify(does);
    const same = first.get(text);
    if (same === undefined) first.set(text, file);
    return same === undefined ? [] : [finding(file, [], "RULE_SAME", `The rule does the same as ${same}, remove one`)];
  });
}

/** Reports rules whose changes in HighLevel may fire them again without end, each at the action that goes on. */
function loopingRules(admitted: readonly AdmittedRule[]): Finding[] {
  const fileOf = new Map(admitted.map(({ file, rule }) => [rule, file]));
  return loopsOf(admitted.map(({ rule }) => rule)).map(({ rule, action, rules }) => {
    const others = rules.filter((name) => name !== rule.name).map((name) => `"${name}"`);
    const who =
      others.length === 0 ? "The rule may fire itself" : `The rule and ${others.join(", ")} may fire each other`;
    const message = `${who} again and again by what they change in HighLevel, set a "limit" or ask for less`;
    return finding(fileOf.get(rule) ?? "", ["actions", action], "RULE_LOOP", message);
  });
}
