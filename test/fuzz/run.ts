// Runs a model with inputs from a seed, and notes how long each took.
import fc from "fast-check";
import type { Model } from "./model.ts";
import { prototypesAsTheyAre } from "./prototypes.ts";

/** No input may take longer than this, in milliseconds. */
export const MAX_MS = 50;
/** An input that took so long is tried again: the collector and other programs take time too, and the least counts. */
const SUSPECT_MS = MAX_MS / 2;
const RETRIES = 4;

/** One input that took its time. */
interface Slow {
  readonly ms: number;
  readonly seed: number;
  /** Its place among the inputs of the seed. */
  readonly index: number;
  /** The beginning of it. */
  readonly input: string;
}

/** What came of a run. */
export interface ModelRun {
  readonly cases: number;
  readonly slowest: Slow | null;
  readonly overLimit: number;
  readonly failure: Failure | null;
}

/** An input for which the model does not hold, as small as it could be made. */
interface Failure {
  readonly seed: number;
  /** Where fast-check finds it among the inputs of the seed. */
  readonly path: string;
  readonly counterexample: string;
  readonly error: string;
}

const MAX_SHOWN = 2_000;
const shown = (value: unknown, most = MAX_SHOWN): string => fc.stringify(value).slice(0, most);

/** What fast-check is told: how many inputs of which seed, and perhaps only the one at a path. */
export interface Inputs {
  readonly seed: number;
  readonly cases: number;
  readonly path?: string | undefined;
}

/** Runs a model. It does not throw: what the model throws is the failure. */
export async function runModel({ inputs, holds }: Model, { seed, cases, path }: Inputs): Promise<ModelRun> {
  const unchanged = prototypesAsTheyAre();
  let index = -1;
  let slowest: Slow | null = null;
  let overLimit = 0;
  const property = fc.asyncProperty(inputs, async (input) => {
    index += 1;
    const ms = await leastTime(() => holds(input as never));
    if (!unchanged()) throw new Error("A prototype has changed");
    if (ms > MAX_MS) overLimit += 1;
    if (slowest === null || ms > slowest.ms) slowest = { ms, seed, index, input: shown(input, 120) };
  });
  const told = await fc.check(property, { seed, numRuns: cases, ...(path === undefined ? {} : { path }) });
  const failure = told.failed
    ? {
        seed: told.seed,
        path: told.counterexamplePath ?? "",
        counterexample: shown(told.counterexample?.[0]),
        error: told.errorInstance instanceof Error ? told.errorInstance.message : String(told.errorInstance),
      }
    : null;
  return { cases: told.numRuns, slowest, overLimit, failure };
}

async function leastTime(work: () => void | Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries <= RETRIES && least > SUSPECT_MS; tries++) {
    const start = performance.now();
    await work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

/** Two runs of the same model as one. */
export function together(a: ModelRun, b: ModelRun): ModelRun {
  const slowest = (a.slowest?.ms ?? 0) > (b.slowest?.ms ?? 0) ? a.slowest : b.slowest;
  return { cases: a.cases + b.cases, slowest, overLimit: a.overLimit + b.overLimit, failure: a.failure ?? b.failure };
}
