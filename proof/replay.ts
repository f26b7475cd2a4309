// `npm run sim:replay -- --seeds 100`: pasts that chance makes run through the real ledger, which exports them; a replay of
// the rules that were in force has to say the same of every event and every delivery.
import { REPLAY_MUTANTS } from "./replay/mutants.ts";
import type { Found, Job } from "./replay/seeds.ts";
import { findPlanted, PROCESSES, runIn, seedOptions } from "./seeds-command.ts";

const HELP = `Usage: npm run sim:replay -- [options]
  --seeds N      how many pasts (100)
  --from N       the seed of the first of them (1)
  --seed N       repeat one
  --events N     how many events each has, besides those that come of our own messages (150)
  --mutants      plant each known bug in turn: each has to be found within --seeds
  --mutant NAME  plant one
Exit codes: 0 they agree, or every planted bug is found; 1 otherwise; 2 wrong usage.`;
const SHOWN = 10;
const { seeds, seed, mutant, mutants, own } = seedOptions(HELP, REPLAY_MUTANTS, { seeds: 100, from: 1, events: 150 });
const { from: first = 1, events = 150 } = own;
const last = first + seeds - 1;

function runJob(job: Job): Promise<Found> {
  const threw = { seeds: 0, events: 0, failed: { seed: job.first, disagreements: ["it threw"] } };
  return runIn("replay/seeds.ts", job, threw);
}

async function whatShows(name: string): Promise<string | null> {
  const { failed } = await runJob({ first: seed ?? first, step: 1, last: seed ?? last, events, mutant: name });
  return failed && `seed ${failed.seed}, ${failed.disagreements[0] ?? ""}`;
}

const planted = mutants ? REPLAY_MUTANTS.map(({ name }) => name) : mutant === undefined ? [] : [mutant];
if (planted.length > 0) process.exit((await findPlanted(planted, `${seeds} seeds`, whatShows)) > 0 ? 1 : 0);
const jobs =
  seed === undefined
    ? Array.from({ length: PROCESSES }, (_, index): Job => ({ first: first + index, step: PROCESSES, last, events }))
    : [{ first: seed, step: 1, last: seed, events }];
const found = await Promise.all(jobs.map(runJob));
const failed = found.flatMap((one) => one.failed ?? []).toSorted((a, b) => a.seed - b.seed)[0];
if (failed) {
  console.log(`Seed ${failed.seed} disagrees:`);
  for (const line of failed.disagreements.slice(0, SHOWN)) console.log(`  ${line}`);
  console.log(`Repeat it with: npm run sim:replay -- --seed ${failed.seed} --events ${events}`);
}
const sum = (count: (one: Found) => number): number => found.reduce((total, one) => total + count(one), 0);
console.log(
  `${sum((one) => one.seeds)} pasts, ${sum((one) => one.events)} events: ${failed ? "DISAGREE" : "all agree"}`,
);
process.exit(failed ? 1 : 0);
