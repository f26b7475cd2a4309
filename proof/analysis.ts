// `npm run sim:analysis -- --seeds 1000`: random sets of rules, analysed and held against every event of a small space.
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ANALYSIS_MUTANTS } from "./analysis/mutants.ts";
import type { Found, Job } from "./analysis/seeds.ts";

const HELP = `Usage: npm run sim:analysis -- [options]
  --seeds N      how many sets of rules (1,000)
  --seed N       repeat one
  --mutants      plant each known bug in turn: each has to be found within --seeds
  --mutant NAME  plant one
Exit codes: 0 they agree, or every planted bug is found; 1 otherwise; 2 wrong usage.`;
const PROCESSES = availableParallelism();
const options = read();

function read() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "1000" },
        seed: { type: "string" },
        mutant: { type: "string" },
        mutants: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (![values.seeds, values.seed ?? "1"].map(Number).every((number) => Number.isInteger(number) && number >= 0))
      throw new Error("Seeds are whole numbers");
    if (values.mutant !== undefined && !ANALYSIS_MUTANTS.some(({ name }) => name === values.mutant))
      throw new Error(`There is no mutant ${values.mutant}`);
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

function runJob(job: Job): Promise<Found> {
  return new Promise((done, fail) => {
    const child = fork(join(import.meta.dirname, "analysis/seeds.ts"), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: job.mutant === undefined ? "inherit" : ["ignore", "ignore", "ignore", "ipc"],
    });
    let found: Found | null = null;
    child.once("message", (message: Found) => (found = message));
    child.once("exit", (code) => {
      if (found) done(found);
      // A planted bug may throw: that shows, too.
      else if (job.mutant !== undefined) {
        const answers = { never: 0, met: 0, open: 0 };
        done({ sets: 0, answers, failed: { seed: job.first, disagreements: ["it threw"] } });
      } else fail(new Error(`A process ended with ${code}`));
    });
    child.send(job);
  });
}

/** Plants each bug in turn, in several processes; returns how many were not found. */
async function findMutants(names: readonly string[], last: number): Promise<number> {
  const waiting = [...names];
  let missed = 0;
  const next = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const { failed } = await runJob({ first: 0, step: 1, last, mutant });
      if (!failed) missed += 1;
      console.log(
        failed
          ? `found   ${mutant}: seed ${failed.seed}, ${failed.disagreements[0]?.slice(0, 160)}`
          : `MISSED  ${mutant}`,
      );
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, next));
  return missed;
}

async function compareAll(): Promise<boolean> {
  const seed = options.seed === undefined ? null : Number(options.seed);
  const jobs =
    seed === null
      ? Array.from({ length: PROCESSES }, (_, first): Job => ({
          first,
          step: PROCESSES,
          last: Number(options.seeds) - 1,
        }))
      : [{ first: seed, step: 1, last: seed }];
  const found = await Promise.all(jobs.map(runJob));
  for (const { failed } of found) for (const line of failed?.disagreements ?? []) console.log(line);
  const sum = (of: keyof Found["answers"]): number => found.reduce((all, { answers }) => all + answers[of], 0);
  const sets = found.reduce((all, one) => all + one.sets, 0);
  console.log(
    `${sets} sets of rules: ${sum("never")} times never, ${sum("met")} times shown, ${sum("open")} times open`,
  );
  return found.every(({ failed }) => failed === null);
}

const names = options.mutants
  ? ANALYSIS_MUTANTS.map(({ name }) => name)
  : options.mutant === undefined
    ? []
    : [options.mutant];
const isGood = names.length > 0 ? (await findMutants(names, Number(options.seeds))) === 0 : await compareAll();
process.exitCode = isGood ? 0 : 1;
