// `npm run sim:analysis -- --seeds 1000`: random sets of rules, analysed and held against every event of a small space.
import { ANALYSIS_MUTANTS } from "./analysis/mutants.ts";
import type { Found, Job } from "./analysis/seeds.ts";
import { findPlanted, PROCESSES, runIn, seedOptions } from "./seeds-command.ts";

const HELP = `Usage: npm run sim:analysis -- [options]
  --seeds N      how many sets of rules (1,000)
  --seed N       repeat one
  --mutants      plant each known bug in turn: each has to be found within --seeds
  --mutant NAME  plant one
Exit codes: 0 they agree, or every planted bug is found; 1 otherwise; 2 wrong usage.`;
const { seeds, seed, mutant, mutants } = seedOptions(HELP, ANALYSIS_MUTANTS, { seeds: 1_000 });

function runJob(job: Job): Promise<Found> {
  const failed = { seed: job.first, disagreements: ["it threw"] };
  return runIn("analysis/seeds.ts", job, { sets: 0, answers: { never: 0, met: 0, open: 0 }, failed });
}

async function whatShows(name: string): Promise<string | null> {
  const { failed } = await runJob({ first: seed ?? 1, step: 1, last: seed ?? seeds, mutant: name });
  return failed && `seed ${failed.seed}, ${failed.disagreements[0] ?? ""}`;
}

async function compareAll(): Promise<boolean> {
  const jobs =
    seed === undefined
      ? Array.from({ length: PROCESSES }, (_, index): Job => ({ first: index + 1, step: PROCESSES, last: seeds }))
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

const planted = mutants ? ANALYSIS_MUTANTS.map(({ name }) => name) : mutant === undefined ? [] : [mutant];
const isGood =
  planted.length > 0 ? (await findPlanted(planted, `${seeds} seeds`, whatShows)) === 0 : await compareAll();
process.exitCode = isGood ? 0 : 1;
