// `npm run bench`: how long each stage of an event takes. `npm run bench -- --compare REV`: this tree and another
// commit in turns, and which differences are larger than those between two runs of the same code.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../src/local/project.ts";
import { circumstances, figure, median, print } from "./parts/report.ts";

const USAGE = "npm run bench -- [--compare REVISION] [--rounds N]";
/** With fewer rounds one cannot tell by how much two runs of the same code differ. */
const ROUNDS_FOR_A_VERDICT = 5;

const values = options();
const rounds = Number(values.rounds);

type Rates = { readonly [name: string]: number };

function measure(folder: string): Rates {
  const output = execFileSync(process.execPath, [join(folder, "bench/measure.ts")], { encoding: "utf8" });
  return JSON.parse(output.trim().split("\n").at(-1) ?? "{}") as Rates;
}

/** Checks out another commit in its own folder, with this one's measurements and packages. */
function checkout(revision: string): string {
  const folder = mkdtempSync(join(tmpdir(), "afterbeep-compare-"));
  execFileSync("git", ["worktree", "add", "--detach", "--force", folder, revision], { cwd: ROOT, stdio: "ignore" });
  if (!existsSync(join(folder, "node_modules"))) symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  for (const part of ["bench/measure.ts", "test/generated"])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  return folder;
}

function remove(folder: string): void {
  execFileSync("git", ["worktree", "remove", "--force", folder], { cwd: ROOT, stdio: "ignore" });
  rmSync(folder, { recursive: true, force: true });
}

/** The interquartile range as a share of the median: by how much two runs of the same code differ. */
function spread(rates: readonly number[]): number {
  const sorted = rates.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
  return (at(0.75) - at(0.25)) / median(rates);
}

function options(): { readonly compare?: string; readonly rounds: string } {
  try {
    return parseArgs({ options: { compare: { type: "string" }, rounds: { type: "string", default: "7" } } }).values;
  } catch (error) {
    return usage(error instanceof Error ? error.message : USAGE);
  }
}

/** Whether a revision exists. One that does not is the caller's mistake: one line, exit code 2. */
function isRevision(name: string): boolean {
  try {
    execFileSync("git", ["rev-parse", "--verify", "--quiet", `${name}^{commit}`], { cwd: ROOT, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

if (!Number.isInteger(rounds) || rounds < 1) usage("Give --rounds a whole number from 1 on");
if (values.compare !== undefined && !isRevision(values.compare)) usage(`There is no commit "${values.compare}" here`);
const other = values.compare === undefined ? null : checkout(values.compare);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    if (other) remove(other);
    process.exit(1);
  });
try {
  const here: Rates[] = [];
  const there: Rates[] = [];
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    here.push(measure(ROOT));
    if (other) there.push(measure(other));
  }
  const of = (runs: readonly Rates[], name: string): number[] => runs.map((rates) => rates[name] ?? Number.NaN);
  const names = Object.keys(here[0] ?? {});
  print({
    title: `Times a second, median of ${rounds} ${rounds === 1 ? "round" : "rounds"}`,
    columns: other ? ["", "this", values.compare ?? "", "ratio", "spread", "verdict"] : ["", "this", "spread"],
    rows: names.map((name) => {
      const [mine, its] = [of(here, name), of(there, name)];
      if (!other) return [name, figure(median(mine)), `±${(100 * spread(mine)).toFixed(1)} %`];
      const ratio = median(mine) / median(its);
      const noise = spread(mine) + spread(its);
      const verdict =
        rounds < ROUNDS_FOR_A_VERDICT
          ? "too few rounds"
          : Math.abs(ratio - 1) <= noise
            ? "noise"
            : ratio > 1
              ? "faster"
              : "slower";
      return [
        name,
        figure(median(mine)),
        figure(median(its)),
        ratio.toFixed(2),
        `±${(100 * noise).toFixed(1)} %`,
        verdict,
      ];
    }),
  });
  console.log(`\n${circumstances("npm run bench").replaceAll("`", "")}`);
} finally {
  if (other) remove(other);
}

function usage(message: string): never {
  console.error(`${message}\n${USAGE}`);
  process.exit(2);
}
