// The rule files of a folder, and its named conditions.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import type { Configuration } from "../model/configuration.ts";
import type { Finding } from "../model/rule.ts";
import type { RuleSource } from "../rules/admission.ts";
import { admitFolder, type AdmittedFolder, type FolderSources } from "../rules/folder.ts";
import { placeOf } from "./source-text.ts";

/** A finding with its line and column in the file, from 1. */
export interface PlacedFinding extends Finding {
  readonly line: number;
  readonly column: number;
}

/** An admitted folder, with the places of what was found in the texts of its files. */
export interface RuleFolder extends AdmittedFolder {
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
  const files = readFiles(place, from, conditionsFolder);
  const texts = new Map([...files.conditions, ...files.rules].map(({ file, text }) => [file, text]));
  const folder = admitFolder(files, { outboundAllowedHosts, ownHosts, retentionDays });
  return { ...folder, texts, findings: folder.findings.map((found) => placed(found, texts)) };
}

/** The rule files of a folder, or one file, and those of its named conditions. */
export function readFiles(place: string, from: string, conditionsFolder = join(place, "conditions")): FolderSources {
  return { rules: sources(place, from), conditions: sources(conditionsFolder, from) };
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
