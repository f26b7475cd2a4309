// The versions that were published, each with its files, and the rules that came of them.
import { isoOf } from "../kit/moment.ts";
import type { Json } from "../kit/json.ts";
import type {
  InForce,
  InForceVersions,
  Publication,
  PublishedFiles,
  RuleSetVersion,
  WholeVersion,
} from "../model/published.ts";
import type { CheckedRule, Finding, Rule, RuleSet } from "../model/rule.ts";
import { firstRow, rows, type Sql } from "../ledger/store/ports.ts";

/** A character takes at most three bytes, and a row holds two megabytes. */
const PART_CHARACTERS = 500_000;
const VERSION = "version, rule_set AS ruleSet, at, author, note, rules";

/** What is kept of a version as texts of JSON. */
interface Texts {
  readonly files: PublishedFiles;
  readonly rules: readonly Rule[];
  readonly findings: readonly Finding[];
  readonly checked: readonly CheckedRule[];
  readonly conditions: NonNullable<RuleSet["conditions"]>;
  readonly replay: Json;
}

interface VersionRow {
  version: number;
  ruleSet: string;
  at: number;
  author: string | null;
  note: string;
  rules: number;
}

/** Keeps a version, which gets the next number. `code` admitted it. It belongs in a transaction. */
export function keep(
  sql: Sql,
  { author, note, files, replay }: Publication,
  { hash, rules, findings, checked = [], conditions = {} }: RuleSet,
  { code, nowMs }: { readonly code: string; readonly nowMs: number },
): number {
  const version = (latest(sql)?.version ?? 0) + 1;
  const insert =
    "INSERT INTO versions (version, rule_set, at, author, note, rules, admitted_by) VALUES (?, ?, ?, ?, ?, ?, ?)";
  sql.exec(insert, version, hash, nowMs, author, note, rules.length, code);
  const texts: Texts = { files, rules, findings, checked, conditions, replay };
  for (const [name, value] of Object.entries(texts)) {
    const text = JSON.stringify(value);
    for (let part = 0; part * PART_CHARACTERS < text.length; part += 1) {
      const piece = text.slice(part * PART_CHARACTERS, (part + 1) * PART_CHARACTERS);
      sql.exec("INSERT INTO texts (version, name, part, text) VALUES (?, ?, ?, ?)", version, name, part, piece);
    }
  }
  return version;
}

/** The version that was published last. */
export function latest(sql: Sql): RuleSetVersion | undefined {
  const row = firstRow<VersionRow>(sql, `SELECT ${VERSION} FROM versions ORDER BY version DESC LIMIT 1`);
  return row && told(sql, row);
}

export function find(sql: Sql, version: number): RuleSetVersion | undefined {
  const row = firstRow<VersionRow>(sql, `SELECT ${VERSION} FROM versions WHERE version = ?`, version);
  return row && told(sql, row);
}

/** A version with everything that is kept of it. */
export function findWhole(sql: Sql, version: number): WholeVersion | undefined {
  const found = find(sql, version);
  if (!found) return undefined;
  const [files, checked, replay] = [
    text(sql, version, "files"),
    text(sql, version, "checked"),
    text(sql, version, "replay"),
  ];
  return { ...found, files, admitted: rulesOf(sql, version), checked, replay };
}

/** The versions, newest first, a page at a time. */
export function list(
  sql: Sql,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): { versions: RuleSetVersion[]; cursor: string | null } {
  const found = rows<VersionRow>(
    sql,
    `SELECT ${VERSION} FROM versions WHERE version < ? ORDER BY version DESC LIMIT ?`,
    Number(cursor ?? Number.MAX_SAFE_INTEGER) || 0,
    limit + 1,
  );
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    versions: page.map((row) => told(sql, row)),
    cursor: found.length > limit && last ? String(last.version) : null,
  };
}

/** The last version of a set; `null`: it was never published. */
export function versionOf(sql: Sql, ruleSet: string | null): number | null {
  if (ruleSet === null) return null;
  const found = "SELECT version FROM versions WHERE rule_set = ? ORDER BY version DESC LIMIT 1";
  return firstRow<{ version: number }>(sql, found, ruleSet)?.version ?? null;
}

/** Which sets decide, with the versions that they were published as. */
export function withVersions(sql: Sql, inForce: InForce): InForceVersions {
  return {
    ...inForce,
    liveVersion: versionOf(sql, inForce.live),
    canaryVersion: versionOf(sql, inForce.canary?.ruleSet ?? null),
    shadowVersion: versionOf(sql, inForce.shadow),
  };
}

/** The rules of a version, in the order of deciding. */
export function rulesOf(sql: Sql, version: number): readonly Rule[] {
  return text(sql, version, "rules");
}

/** A version's set with all that a bundle has of one. */
export function setOf(sql: Sql, version: number): RuleSet | null {
  const found = find(sql, version);
  if (!found) return null;
  const { ruleSet: hash, findings } = found;
  const [checked, conditions] = [text(sql, version, "checked"), text(sql, version, "conditions")];
  return { hash, findings, rules: rulesOf(sql, version), checked, conditions };
}

/** Which code admitted a version last; it belongs to the files, not to the set. */
export function admittedBy(sql: Sql, version: number): string | undefined {
  return firstRow<{ code: string }>(sql, "SELECT admitted_by AS code FROM versions WHERE version = ?", version)?.code;
}

export function setAdmittedBy(sql: Sql, version: number, code: string): void {
  sql.exec("UPDATE versions SET admitted_by = ? WHERE version = ?", code, version);
}

function told(sql: Sql, { at, ...row }: VersionRow): RuleSetVersion {
  return { ...row, publishedAt: isoOf(at), findings: text(sql, row.version, "findings") };
}

function text<Name extends keyof Texts>(sql: Sql, version: number, name: Name): Texts[Name] {
  const found = "SELECT text FROM texts WHERE version = ? AND name = ? ORDER BY part";
  const parts = rows<{ text: string }>(sql, found, version, name);
  return JSON.parse(parts.map((part) => part.text).join("")) as Texts[Name];
}
