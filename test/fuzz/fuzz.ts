// `npm run fuzz`: every model on inputs from a seed, so many cases or so many minutes.
import { parseArgs } from "node:util";
import type { Model } from "./model.ts";
import { MODELS } from "./models.ts";
import { MAX_MS, runModel, together, type ModelRun } from "./run.ts";

const USAGE = `npm run fuzz -- [--cases N | --minutes N] [--seed N] [--model NAME [--path PATH]] [--json]
  models: ${MODELS.map(({ name }) => name).join(", ")}
  exit code: 0 all hold, 1 one does not, 2 usage`;
/** Cases of all models in one turn. */
const TURN = 2_000;
const DEFAULT_CASES = 10_000;

const OPTIONS = {
  cases: { type: "string" },
  minutes: { type: "string" },
  seed: { type: "string" },
  model: { type: "string" },
  path: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

class UsageError extends Error {}

function options(): ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"] {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "");
  }
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new UsageError(`--${name} takes a whole number`);
  return value;
}

function chosen(name: string | undefined): readonly Model[] {
  if (name === undefined) return MODELS;
  const found = MODELS.filter((model) => model.name === name);
  if (found.length === 0) throw new UsageError(`There is no model "${name}"`);
  return found;
}

/** How many cases of a turn each model gets. */
function shares(models: readonly Model[], cases: number): number[] {
  const whole = models.reduce((sum, { share }) => sum + share, 0);
  const counts = models.map(({ share }) => Math.floor((cases * share) / whole));
  counts[0] = (counts[0] ?? 0) + cases - counts.reduce((sum, count) => sum + count, 0);
  return counts;
}

function repeatCommand(model: string, { failure }: ModelRun): string {
  return `npm run fuzz -- --model ${model} --seed ${failure?.seed} --path ${failure?.path}`;
}

function line(name: string, { cases, failure, slowest, overLimit }: ModelRun): string {
  const slow = slowest ? `${slowest.ms.toFixed(1).padStart(6)} ms` : "";
  return `${name.padEnd(10)} ${String(cases).padStart(9)} ${failure ? "1" : "0"}${" ".repeat(8)} ${slow} ${String(overLimit).padStart(9)}`;
}

function report(runs: ReadonlyMap<string, ModelRun>, seconds: number): void {
  console.log(`model          cases crashes   slowest  > ${MAX_MS} ms`);
  for (const [name, run] of runs) console.log(line(name, run));
  for (const [name, { slowest }] of runs)
    if (slowest) console.log(`slowest of ${name}: --seed ${slowest.seed}, input ${slowest.index}: ${slowest.input}`);
  for (const [name, run] of runs) {
    if (!run.failure) continue;
    const { error, counterexample } = run.failure;
    console.log(`\n${name} does not hold: ${error}\n  ${counterexample}\n  ${repeatCommand(name, run)}`);
  }
  const all = [...runs.values()];
  const cases = all.reduce((sum, run) => sum + run.cases, 0);
  console.log(`${cases} cases, ${all.filter(({ failure }) => failure).length} crashes, ${seconds.toFixed(0)} s`);
}

async function main(): Promise<number> {
  const { cases, minutes, seed, model, path, json } = options();
  const first = wholeNumber("seed", seed, Date.now() % 1_000_000_000);
  const models = chosen(model);
  if (path !== undefined && models.length > 1) throw new UsageError("--path needs --model");
  const endsAt = minutes === undefined ? null : performance.now() + wholeNumber("minutes", minutes, 0) * 60_000;
  const wanted =
    endsAt === null ? (path === undefined ? wholeNumber("cases", cases, DEFAULT_CASES) : 1) : Number.MAX_SAFE_INTEGER;
  // What the Worker logs of each request would stand between.
  const { log } = console;
  const isWorkers = (text: unknown): boolean => typeof text === "string" && text.startsWith('{"message":');
  console.log = (...texts: unknown[]) => void (isWorkers(texts[0]) || log(...texts));
  if (!json) console.log(`seed ${first}`);
  const start = performance.now();
  const runs = new Map<string, ModelRun>();
  let done = 0;
  for (let turn = 0; done < wanted && (endsAt === null || performance.now() < endsAt); turn++) {
    const size = Math.min(TURN, wanted - done);
    for (const [index, count] of shares(models, size).entries()) {
      const current = models[index];
      if (current === undefined || count === 0 || runs.get(current.name)?.failure) continue;
      const run = await runModel(current, { seed: first + turn, cases: count, path });
      const before = runs.get(current.name);
      runs.set(current.name, before ? together(before, run) : run);
    }
    done += size;
    if (process.stderr.isTTY && !json) process.stderr.write(`\r${done} cases`);
  }
  const seconds = (performance.now() - start) / 1_000;
  if (json) console.log(JSON.stringify({ seed: first, seconds, models: Object.fromEntries(runs) }));
  else report(runs, seconds);
  return [...runs.values()].some(({ failure }) => failure) ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n${USAGE}`);
  process.exitCode = 2;
}
