// `npm run sim:replay -- --seeds 100`: pasts that chance makes run through the real ledger, which exports them; a replay of
// the rules that were in force has to say the same of every event and every delivery.
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { REPLAY_MUTANTS } from "./replay/mutants.ts";
import type { Found, Job } from "./replay/seeds.ts";

const HELP = `Usage: npm run sim:replay -- [options]
  --seeds N      how many pasts (100)
  --from N       the seed of the first of them (1)
  --seed N       repeat one
  --events N     how many events each has, besides those that come of our own messages (150)
  --mutants      plant each known bug in turn: each has to be found within --seeds
  --mutant NAME  plant one
Exit codes: 0 they agree, or every planted bug is found; 1 otherwise; 2 wrong usage.`;
const PROCESSES = availableParallelism();
const SHOWN = 10;

const options = read();

function read() {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "100" },
        from: { type: "string", default: "1" },
        seed: { type: "string" },
        events: { type: "string", default: "150" },
        mutant: { type: "string" },
        mutants: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const numbers = [values.seeds, values.from, values.seed ?? "1", values.events].map(Number);
    if (!numbers.every((number) => Number.isInteger(number) && number > 0))
      throw new Error("Seeds and events are whole numbers from 1");
    const isKnown = values.mutant === undefined || REPLAY_MUTANTS.some(({ name }) => name === values.mutant);
    if (!isKnown) throw new Error(`There is no mutant ${values.mutant}`);
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
    const child = fork(join(import.meta.dirname, "replay/seeds.ts"), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    let found: Found | null = null;
    child.once("message", (message: Found) => (found = message));
    child.once("exit", (code) => {
      if (found) done(found);
      // A planted bug may throw: that shows, too.
      else if (job.mutant !== undefined)
        done({ seeds: 0, events: 0, failed: { seed: job.first, disagreements: ["it threw"] } });
      else fail(new Error(`A process ended with ${code}`));
    });
    child.send(job);
  });
}

/** Plants each bug in turn, in several processes; returns how many were not found. */
async function findMutants(first: number, last: number): Promise<number> {
  const waiting = [...REPLAY_MUTANTS];
  let missed = 0;
  const next = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const { name } = mutant;
      const { failed } = await runJob({ first, step: 1, last, events: Number(options.events), mutant: name });
      if (!failed) missed += 1;
      console.log(
        failed ? `found   ${name}: seed ${failed.seed}, ${failed.disagreements[0]?.slice(0, 200)}` : `MISSED  ${name}`,
      );
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, next));
  console.log(
    `${REPLAY_MUTANTS.length - missed} of ${REPLAY_MUTANTS.length} planted bugs found within ${last - first + 1} seeds`,
  );
  return missed;
}

const first = Number(options.from);
const last = first + Number(options.seeds) - 1;
if (options.mutants) process.exit((await findMutants(first, last)) > 0 ? 1 : 0);
const { events: each, mutant } = options;
const only = Number(options.seed ?? 0);
const jobs = Array.from({ length: only > 0 ? 1 : PROCESSES }, (_, index): Job =>
  only > 0
    ? { first: only, step: 1, last: only, events: Number(each), mutant }
    : { first: first + index, step: PROCESSES, last, events: Number(each), mutant },
);
const found = await Promise.all(jobs.map(runJob));
const failed = found.flatMap((one) => one.failed ?? []).toSorted((a, b) => a.seed - b.seed)[0];
if (failed) {
  console.log(`Seed ${failed.seed} disagrees:`);
  for (const line of failed.disagreements.slice(0, SHOWN)) console.log(`  ${line}`);
  console.log(`Repeat it with: npm run sim:replay -- --seed ${failed.seed} --events ${each}`);
}
const sum = (count: (one: Found) => number): number => found.reduce((total, one) => total + count(one), 0);
console.log(
  `${sum(({ seeds }) => seeds)} pasts, ${sum(({ events }) => events)} events: ${failed ? "DISAGREE" : "all agree"}`,
);
process.exit((failed === undefined) === (mutant === undefined) ? 0 : 1);
