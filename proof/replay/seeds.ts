// A part of `proof/replay.ts` in its own process, so that a planted bug goes with it.
import { plant } from "../sim/mutate.ts";
import { REPLAY_MUTANTS } from "./mutants.ts";

/** What a process is told to do. */
export interface Job {
  readonly first: number;
  readonly step: number;
  readonly last: number;
  readonly events: number;
  readonly mutant?: string | undefined;
}

/** What it found. */
export interface Found {
  readonly seeds: number;
  readonly events: number;
  readonly failed: { readonly seed: number; readonly disagreements: readonly string[] } | null;
}

process.once("message", (job: Job) => void run(job));

async function run({ first, step, last, events, mutant }: Job): Promise<void> {
  const bug = REPLAY_MUTANTS.find(({ name }) => name === mutant);
  const wasPlanted = bug ? plant(bug) : null;
  const { disagreements } = await import("./agreement.ts");
  const { exportedPast } = await import("../../test/generated/past.ts");
  wasPlanted?.();
  // The ledger logs each attempt.
  console.log = () => undefined;
  let found: Found = { seeds: 0, events: 0, failed: null };
  for (let seed = first; seed <= last && !found.failed; seed += step) {
    const { lines } = await exportedPast(seed, { events });
    const disagree = await disagreements(lines);
    found = {
      seeds: found.seeds + 1,
      events: found.events + lines.filter(({ type }) => type === "event").length,
      failed: disagree.length > 0 ? { seed, disagreements: disagree } : null,
    };
  }
  process.send?.(found, undefined, undefined, () => process.disconnect());
}
