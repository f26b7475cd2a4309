// Where a planted bug is looked for: at the seed that is noted for it, where a run shows it at once, and only if it does
// not, at every seed from the first.
import type { Found, Job, RunKind } from "./seeds.ts";

/** Runs the seeds of a job until one violates something. */
type Run = (job: Job) => Promise<Found>;

/** A bug, and the seed that shows it. */
export interface Noted {
  readonly name: string;
  /** `null`: none has been noted yet. */
  readonly seed: number | null;
  /** The only kind of run that is looked at; absent: each. */
  readonly run?: RunKind;
}

export interface Finding {
  readonly mutant: string;
  /** The seed that it was found at, and the first violation there; `null`: it was not found. */
  readonly seed: number | null;
  readonly violation: string | null;
  /** The seed to note from now on; `null`: the one that is noted is right. */
  readonly note: number | null;
}

/** The seeds from `first` to `last`. */
export function seedsUpTo(last: number, first = 1): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => n + first);
}

/** Looks for a planted bug, in the seeds up to `last`; `everySeed`: without going by what is noted. */
export async function searchFor(
  { name, seed, run: only }: Noted,
  { last, everySeed }: { readonly last: number; readonly everySeed: boolean },
  run: Run,
): Promise<Finding> {
  const atNoted = seed === null || everySeed ? null : await run({ seeds: [seed], mutant: name, only });
  const failed = atNoted?.failed ?? (await run({ seeds: seedsUpTo(last), mutant: name, only })).failed;
  const foundAt = failed?.seed ?? null;
  return {
    mutant: name,
    seed: foundAt,
    violation: failed?.violations[0] ?? null,
    note: foundAt === null || foundAt === seed ? null : foundAt,
  };
}

/** A finding, in a line. */
export function inALine({ mutant, seed, violation, note }: Finding): string {
  if (seed === null) return `MISSED  ${mutant}`;
  const otherwise = note === null ? "" : ` (found at another seed than noted: note ${note})`;
  return `found   ${mutant}: seed ${seed}, ${violation}${otherwise}`;
}
