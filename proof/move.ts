// `npm run sim:move -- --seeds 50`: pasts that chance makes move to another ledger in the middle, cut off at each part; what
// comes after has to be as it is without the move.
import { MOVE_MUTANTS } from "./move/mutants.ts";
import type { Found, Job } from "./move/seeds.ts";
import { findPlanted, PROCESSES, runIn, seedOptions } from "./seeds-command.ts";

const HELP = `Usage: npm run sim:move -- [options]
  --seeds N      how many pasts, each moved with what waits and without (50)
  --seed N       repeat one
  --mutants      plant each known bug in turn: each has to be found within --seeds
  --mutant NAME  plant one
Exit codes: 0 nothing differs, or every planted bug is found; 1 otherwise; 2 wrong usage.`;
const { seeds, seed, mutant, mutants } = seedOptions(HELP, MOVE_MUTANTS, { seeds: 50 });

function runJob(job: Job): Promise<Found> {
  return runIn("move/seeds.ts", job, { moves: 0, failed: { seed: job.first, faults: ["it ended"] } });
}

async function whatShows(name: string): Promise<string | null> {
  const { failed } = await runJob({ first: seed ?? 1, step: 1, last: seed ?? seeds, mutant: name });
  return failed && `seed ${failed.seed}, ${failed.faults[0] ?? ""}`;
}

const planted = mutants ? MOVE_MUTANTS.map(({ name }) => name) : mutant === undefined ? [] : [mutant];
if (planted.length > 0) process.exit((await findPlanted(planted, `${seeds} seeds`, whatShows)) > 0 ? 1 : 0);
const jobs =
  seed === undefined
    ? Array.from({ length: PROCESSES }, (_, index): Job => ({ first: index + 1, step: PROCESSES, last: seeds }))
    : [{ first: seed, step: 1, last: seed }];
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
