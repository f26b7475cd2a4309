// What all benchmarks share: medians, tables, and the page that keeps the last run of each.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../src/local/project.ts";

const PAGE = join(ROOT, "docs/performance.md");

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

/** The value below which a share of the values lies, 0…1. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A number for people, with three significant digits. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1_000) return Math.round(Number(value.toPrecision(3))).toLocaleString("en-US");
  return String(Number(value.toPrecision(3)));
}

/** The commit that runs, marked if files have changed since. */
function commit(): string {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
  try {
    return (
      git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "src", "bench") === "" ? "" : " and changes")
    );
  } catch {
    return "no repository";
  }
}

/** The settings that make a run shorter or longer than usual. */
const SETTINGS = ["ROUNDS", "REQUESTS", "EVENTS", "BURST", "LOCATIONS"] as const;

/** A setting from the environment, or its usual value. One that is not a number ends the run. */
export function setting(name: (typeof SETTINGS)[number], usual: number): number {
  const given = process.env[name];
  if (!given) return usual;
  if (/^[1-9]\d*$/.test(given)) return Number(given);
  console.error(`Give ${name} a whole number from 1 on`);
  process.exit(2);
}

/** What ran, and where. */
export function circumstances(command: string): string {
  const [first] = cpus();
  const machine = `${cpus().length} × ${first?.model.trim() ?? "unknown"}`;
  const settings = SETTINGS.flatMap((name) => (process.env[name] ? [`${name}=${process.env[name]} `] : []));
  return `\`${settings.join("")}${command}\` at ${commit()}, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${machine}`;
}

export function print({ title, columns, rows }: Table): void {
  const widths = columns.map((column, index) => Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)))
      .join("  ");
  console.log(`\n${title}\n${line(columns)}\n${widths.map((width) => "-".repeat(width)).join("  ")}`);
  for (const row of rows) console.log(line(row));
}

/** Prints tables, and puts them on the page in place of the last run's. */
export function publish(
  section: string,
  command: string,
  tables: readonly Table[],
  notes: readonly string[] = [],
): void {
  for (const table of tables) print(table);
  const about = circumstances(command);
  console.log(`\n${about.replaceAll("`", "")}`);
  for (const note of notes) console.log(note);
  const [begin, end] = [`<!-- begin ${section} -->`, `<!-- end ${section} -->`];
  const page = readFileSync(PAGE, "utf8");
  const [before, rest] = page.split(begin);
  if (before === undefined || rest === undefined) throw new Error(`docs/performance.md has no place for ${section}`);
  const body = [about, ...tables.map(markdown), ...notes].join("\n\n");
  console.log("Written to docs/performance.md");
  writeFileSync(PAGE, `${before}${begin}\n\n${body}\n\n${end}${rest.split(end)[1] ?? ""}`);
}

function markdown({ title, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const rule = columns.map((_, index) => (index === 0 ? "---" : "---:"));
  return [`**${title}**`, "", line(columns), line(rule), ...rows.map(line)].join("\n");
}
