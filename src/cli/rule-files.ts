import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Finding } from "../model/rule.ts";
import { admitRule, type AdmittedRule } from "../rules/admission.ts";

/** The rules of a folder: those that were admitted, and what was found in any of them. */
export interface RuleFolder {
  readonly admitted: readonly AdmittedRule[];
  /** Errors and warnings, by file. */
  readonly findings: readonly Finding[];
}

/** Reads and admits `*.json` of a folder. Files are named as seen from `from`. */
export function readRules(folder: string, from: string, outboundAllowedHosts: ReadonlySet<string>): RuleFolder {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map(({ name }) => name)
    .sort();
  const results = files.map((name) => {
    const file = relative(from, join(folder, name)).replaceAll("\\", "/");
    return admitRule({ file, text: readFileSync(join(folder, name), "utf8") }, outboundAllowedHosts);
  });
  return {
    admitted: results.flatMap((result) => (result.ok ? [result.value] : [])),
    findings: results.flatMap((result) => (result.ok ? result.value.warnings : result.failure)),
  };
}
