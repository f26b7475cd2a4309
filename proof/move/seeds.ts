// A part of `proof/move.ts` in its own process, so that a planted bug goes with it.
import { plant } from "../sim/mutate.ts";
import { MOVE_MUTANTS } from "./mutants.ts";

/** What a process is told to do. */
export interface Job {
  readonly first: number;
  readonly step: number;
  readonly last: number;
  readonly mutant?: string | undefined;
}

/** What it found. */
export interface Found {
  readonly moves: number;
  readonly failed: { readonly seed: number; readonly faults: readonly string[] } | null;
}

process.once("message", (job: Job) => void run(job));

async function run({ first, step, last, mutant }: Job): Promise<void> {
  const bug = MOVE_MUTANTS.find(({ name }) => name === mutant);
  const wasPlanted = bug ? plant(bug) : null;
  const { faultsOfMove } = await import("./round-trip.ts");
  wasPlanted?.();
  // The ledger logs each attempt.
  console.log = () => undefined;
  console.error = () => undefined;
  let found: Found = { moves: 0, failed: null };
  for (let seed = first; seed <= last && !found.failed; seed += step)
    for (const waits of ["take", "drop"] as const) {
      if (found.failed) break;
      const faults = await faultsOfMove(seed, { waits }).catch((error: unknown) => [`it threw ${String(error)}`]);
      found = { moves: found.moves + 1, failed: faults.length > 0 ? { seed, faults } : null };
    }
  process.send?.(found, undefined, undefined, () => process.disconnect());
}
