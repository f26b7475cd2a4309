// Admission of a whole folder of rules: its named conditions, its rule files, and what only all of them together show. The
// same for files that a build reads, and for those that somebody publishes to a running Worker.
import type { ConditionGroup, Finding } from "../model/rule.ts";
import {
  admitConditions,
  admitRule,
  namedIn,
  type AdmissionContext,
  type AdmittedRule,
  type RuleSource,
} from "./admission.ts";
import { loopsOf } from "./loops.ts";
import { finding } from "./report.ts";
import { setFindings } from "./size.ts";

/** The files of a folder, in order. */
export interface FolderSources {
  readonly rules: readonly RuleSource[];
  /** The files of its folder `conditions`. */
  readonly conditions: readonly RuleSource[];
}

/** The rules of a folder: those that were admitted, and what was found in any of them. */
export interface AdmittedFolder {
  readonly admitted: readonly AdmittedRule[];
  /** The named conditions that were admitted, with those they refer to put in place. */
  readonly conditions: ReadonlyMap<string, ConditionGroup>;
  /** Errors and warnings, by file. */
  readonly findings: readonly Finding[];
}

/** Admits the files of a folder. It never throws. */
export function admitFolder(sources: FolderSources, context: Omit<AdmissionContext, "conditions">): AdmittedFolder {
  const { conditions, findings } = readConditions(sources.conditions);
  const admitted: AdmittedRule[] = [];
  for (const source of sources.rules) {
    const result = admitRule(source, { ...context, conditions });
    findings.push(...(result.ok ? result.value.warnings : result.failure));
    if (result.ok) admitted.push(result.value);
  }
  findings.push(...sameRules(admitted), ...loopingRules(admitted), ...setFindings(admitted));
  return { admitted, conditions, findings };
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
