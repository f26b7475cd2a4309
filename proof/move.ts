// `npm run sim:move -- --seeds 50`: pasts that chance makes move to another ledger in the middle, cut off at each part; what
// comes after has to be as it is without the move.
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { MOVE_MUTANTS } from "./move/mutants.ts";
import type { Found, Job } from "./move/seeds.ts";

const HELP = `Usage: npm run sim:move -- [options]
  --seeds N      how many pasts, each moved with what waits and without (50)
  --seed N       repeat one
  --mutants      plant each known bug in turn: each has to be found within --seeds
  --mutant NAME  plant one
Exit codes: 0 nothing differs, or every planted bug is found; 1 otherwise; 2 wrong usage.`;
const PROCESSES = availableParallelism();

const options = read();

function read() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "50" },
        seed: { type: "string" },
        mutant: { type: "string" },
        mutants: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (![values.seeds, values.seed ?? "1"].every((text) => Number.isInteger(Number(text)) && Number(text) > 0))
      throw new Error("Seeds are whole numbers from 1");
    if (values.mutant !== undefined && !MOVE_MUTANTS.some(({ name }) => name === values.mutant))
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
    const execArgv = ["--disable-warning=ExperimentalWarning"];
    const child = fork(join(import.meta.dirname, "move/seeds.ts"), { execArgv });
    let found: Found | null = null;
    child.once("message", (message: Found) => (found = message));
    child.once("exit", (code) => {
      if (found) done(found);
      // A planted bug may end it: that shows, too.
      else if (job.mutant !== undefined) done({ moves: 0, failed: { seed: job.first, faults: ["it ended"] } });
      else fail(new Error(`A process ended with ${code}`));
    });
    child.send(job);
  });
}

/** Plants each bug in turn, in several processes; returns how many were not found. */
async function findMutants(names: readonly string[], last: number): Promise<number> {
  const waiting = [...names];
  let missed = 0;
  const next = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const { failed } = await runJob({ first: 1, step: 1, last, mutant: name });
      if (!failed) missed += 1;
      const seen = failed ? `seed ${failed.seed}, ${failed.faults[0]?.slice(0, 160)}` : "";
      console.log(failed ? `found   ${name}: ${seen}` : `MISSED  ${name}`);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, next));
  console.log(`${names.length - missed} of ${names.length} planted bugs found within ${last} seeds`);
  return missed;
}

const last = Number(options.seeds);
const planted = options.mutants ? MOVE_MUTANTS.map(({ name }) => name) : options.mutant ? [options.mutant] : [];
if (planted.length > 0) process.exit((await findMutants(planted, last)) > 0 ? 1 : 0);
const only = Number(options.seed ?? 0);
const jobs = Array.from({ length: only > 0 ? 1 : PROCESSES }, (_, index): Job =>
  only > 0 ? { first: only, step: 1, last: only } : { first: index + 1, step: PROCESSES, last },
);
const found = await Promise.all(jobs.map(runJob));
const failed = found.flatMap((one) => one.failed ?? []).toSorted((a, b) => a.seed - b.seed)[0];
if (failed) {
  console.log(`Seed ${failed.seed} differs:`);
  for (const fault of failed.faults) console.log(`  ${fault}`);
  console.log(`Repeat it with: npm run sim:move -- --seed ${failed.seed}`);
}
const moves = found.reduce((total, one) => total + one.moves, 0);
console.log(`${moves} moves: ${failed ? "ONE DIFFERS" : "nothing differs"}`);
process.exit(failed ? 1 : 0);
