// One process of `npm run sim:analysis`: seeds one after the other, perhaps with a bug planted.
import { plant } from "../sim/mutate.ts";
import { ANALYSIS_MUTANTS } from "./mutants.ts";

/** What a process is to do. */
export interface Job {
  /** Seeds from the first up to the last, 1 included, each `step` further. */
  readonly first: number;
  readonly step: number;
  readonly last: number;
  readonly mutant?: string;
}

/** What it found. */
export interface Found {
  readonly sets: number;
  readonly answers: { readonly never: number; readonly met: number; readonly open: number };
  /** The first seed that does not agree; `null`: all do. */
  readonly failed: { readonly seed: number; readonly disagreements: readonly string[] } | null;
}

async function run({ first, step, last, mutant: name }: Job): Promise<Found> {
  const mutant = ANALYSIS_MUTANTS.find((one) => one.name === name);
  const isPlanted = mutant ? plant(mutant) : () => undefined;
  const { agreementOf } = await import("./agreement.ts");
  isPlanted();
  const answers = { never: 0, met: 0, open: 0 };
  let sets = 0;
  for (let seed = first; seed <= last; seed += step) {
    const { never, met, open, disagreements } = await agreementOf(seed);
    sets += 1;
    answers.never += never;
    answers.met += met;
    answers.open += open;
    if (disagreements.length > 0) return { sets, answers, failed: { seed, disagreements } };
  }
  return { sets, answers, failed: null };
}

process.once("message", (job: Job) => {
  void run(job).then((found) => process.send?.(found, () => process.exit(0)));
});
