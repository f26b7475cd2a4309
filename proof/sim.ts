// `npm run sim -- --seeds 2000`: the ledger on a simulated clock, disk and network, broken in every way that chance
// finds, then checked. A failing seed is printed with the command that repeats it.
import { fork } from "node:child_process";
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MUTANTS } from "./sim/mutants.ts";
import { inALine, searchFor, seedsUpTo, type Finding } from "./sim/search.ts";
import type { Found, Job } from "./sim/seeds.ts";

const HELP = `Usage: npm run sim -- [options]
  --seeds N      up to which seed to run (2000)
  --from N       from which seed on (1)
  --seed N       repeat one, and tell all that it violates
  --mutants      plant each known bug in turn: each has to be found at the seed noted for it, or else within --seeds
  --noted        with --mutants: leave out those that no seed is noted for
  --note         with --mutants: write the seed that a bug is found at beside it, where another one is noted
  --all-seeds    with --mutants: look for each from the first seed on, whatever is noted
  --mutant NAME  plant one, and show what it violates
  --json         the result as JSON
Exit codes: 0 nothing is violated, or every planted bug is found; 1 otherwise; 2 wrong usage.`;

const PROCESSES = availableParallelism();
const SHOWN = 12;

const options = read();

function read() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "2000" },
        from: { type: "string", default: "1" },
        seed: { type: "string" },
        mutant: { type: "string" },
        mutants: { type: "boolean", default: false },
        noted: { type: "boolean", default: false },
        note: { type: "boolean", default: false },
        "all-seeds": { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const numbers = [values.seeds, values.from, values.seed ?? "1"].map(Number);
    const isKnown = values.mutant === undefined || MUTANTS.some(({ name }) => name === values.mutant);
    if (!isKnown) throw new Error(`There is no mutant ${values.mutant}: ${MUTANTS.map(({ name }) => name).join(", ")}`);
    if (!numbers.every((number) => Number.isInteger(number) && number > 0))
      throw new Error("Seeds are whole numbers from 1");
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : ""}\n${HELP}`);
    process.exit(2);
  }
}

/** Runs a job in its own process, which is killed if a seed does not come to rest. */
function runJob(job: Job, tell: (seeds: number) => void): Promise<Found> {
  return new Promise((done, fail) => {
    const child = fork(join(import.meta.dirname, "sim/seeds.ts"), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    let seen: Found = { seeds: 0, events: 0, calls: 0, interrupted: 0, failed: null };
    child.on("message", (message: { found: Found; isLast: boolean }) => {
      seen = message.found;
      if (message.isLast) done(seen);
      tell(seen.seeds);
    });
    child.once("exit", (code, signal) => {
      const failed = { seed: job.seeds[seen.seeds] ?? 0, violations: ["it does not come to rest"] };
      if (code) fail(new Error(`A process of the simulation ended with ${code}`));
      else if (signal === "SIGKILL") done({ ...seen, failed });
      else if (signal !== null) fail(new Error(`A process of the simulation was ended by ${signal}`));
    });
    child.send(job);
  });
}

/** Runs seeds, divided among the processes. */
async function runAll(seeds: readonly number[], how: Pick<Job, "mutant" | "only"> = {}): Promise<Found> {
  const progress = Array<number>(PROCESSES).fill(0);
  const say = (): void => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r${progress.reduce((sum, done) => sum + done, 0)} of ${seeds.length} seeds `);
  };
  const found = await Promise.all(
    progress.map((_, index) =>
      runJob({ seeds: seeds.filter((_, place) => place % PROCESSES === index), ...how }, (done) => {
        progress[index] = done;
        say();
      }),
    ),
  );
  if (process.stderr.isTTY) process.stderr.write("\r");
  return added(found);
}

/** What several runs found together; the first seed of those that violate something. */
function added(found: readonly Found[]): Found {
  const sum = (count: (one: Found) => number): number => found.reduce((total, one) => total + count(one), 0);
  const failed = found.flatMap((one) => one.failed ?? []).toSorted((a, b) => a.seed - b.seed)[0] ?? null;
  return {
    seeds: sum(({ seeds }) => seeds),
    events: sum(({ events }) => events),
    calls: sum(({ calls }) => calls),
    interrupted: sum(({ interrupted }) => interrupted),
    failed,
  };
}

function tellFailure({ failed }: Found): void {
  if (!failed) return;
  console.log(`Seed ${failed.seed} violates:`);
  for (const violation of failed.violations.slice(0, SHOWN)) console.log(`  ${violation}`);
  if (failed.violations.length > SHOWN) console.log(`  and ${failed.violations.length - SHOWN} more`);
  const planted = options.mutant === undefined ? "" : ` --mutant ${options.mutant}`;
  console.log(`Repeat it with: npm run sim -- --seed ${failed.seed}${planted}`);
}

/** Plants each bug in turn, in several processes; returns how many were not found. */
async function findMutants(last: number): Promise<number> {
  // What a noted seed shows has to be the bug's doing.
  for (const [only, mutants] of options["all-seeds"] ? [] : Map.groupBy(MUTANTS, ({ run }) => run)) {
    const without = await runAll([...new Set(mutants.flatMap(({ seed }) => seed ?? []))], { only });
    if (without.failed === null) continue;
    tellFailure(without);
    return MUTANTS.length;
  }
  const waiting = MUTANTS.filter(({ seed }) => !options.noted || seed !== null);
  const told: Finding[] = [];
  const next = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const search = { last, everySeed: options["all-seeds"] };
      const finding = await searchFor(mutant, search, (job) => runJob(job, () => undefined));
      told.push(finding);
      if (options.note && finding.note !== null) note(finding.mutant, finding.note);
      if (!options.json) console.log(inALine(finding));
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, next));
  const missed = told.filter(({ seed }) => seed === null).length;
  if (options.json) console.log(JSON.stringify({ mutants: told }));
  else
    console.log(
      `${told.length - missed} of ${told.length} planted bugs found, at the seeds noted for them or within ${last} seeds`,
    );
  return missed;
}

/** Writes which seed shows a bug into the file that has it. */
function note(mutant: string, seed: number): void {
  for (const name of globSync("sim/*mutants.ts", { cwd: import.meta.dirname })) {
    const file = join(import.meta.dirname, name);
    const text = readFileSync(file, "utf8");
    const at = text.indexOf(`name: "${mutant}"`);
    if (at >= 0)
      writeFileSync(file, text.slice(0, at) + text.slice(at).replace(/^( *seed: )(null|\d+),$/m, `$1${seed},`));
  }
}

if (options.mutants) process.exit((await findMutants(Number(options.seeds))) > 0 ? 1 : 0);
const startedAt = performance.now();
const seed = Number(options.seed ?? 0);
const found =
  seed > 0
    ? await runJob({ seeds: [seed], mutant: options.mutant }, () => undefined)
    : await runAll(seedsUpTo(Number(options.seeds), Number(options.from)), { mutant: options.mutant });
// A planted bug has to be found.
const isGood = (found.failed === null) === (options.mutant === undefined);
if (options.json) console.log(JSON.stringify(found));
else {
  tellFailure(found);
  const { seeds, events, calls, interrupted } = found;
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(
    `${seeds} seeds, ${events} events, ${calls} calls, ${interrupted} of them cut off: ${found.failed ? (options.mutant === undefined ? "VIOLATED" : `found ${options.mutant}`) : "0 violations"} (${seconds} s)`,
  );
}
process.exit(isGood ? 0 : 1);
