// What the commands of proofs by seeds have in common: their options, a process for each job, and bugs that are planted in
// turn, each of which has to be found.
import { fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";

/** So many jobs run at a time. */
export const PROCESSES = availableParallelism();

/** A bug that can be planted. */
interface Mutant {
  readonly name: string;
}

/** The options of such a command. */
interface SeedOptions {
  readonly seeds: number;
  /** The one seed to repeat; absent: all of them. */
  readonly seed: number | undefined;
  readonly mutant: string | undefined;
  readonly mutants: boolean;
  /** The command's own options, whole numbers from 1. */
  readonly own: { readonly [name: string]: number };
}

/** Reads the options; it prints the help and ends the process where that is asked for, or where they are wrong. */
export function seedOptions(
  help: string,
  known: readonly Mutant[],
  { seeds, ...own }: { readonly seeds: number; readonly [name: string]: number },
): SeedOptions {
  try {
    const numbers = Object.entries(own).map(
      ([name, value]) => [name, { type: "string", default: `${value}` }] as const,
    );
    const options = {
      ...Object.fromEntries(numbers),
      seeds: { type: "string", default: `${seeds}` },
      seed: { type: "string" },
      mutant: { type: "string" },
      mutants: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    } as const satisfies NonNullable<ParseArgsConfig["options"]>;
    const { values } = parseArgs({ options });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    const given: { readonly [name: string]: unknown } = values;
    const read = (name: string): number => {
      const number = Number(given[name]);
      if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} takes a whole number from 1`);
      return number;
    };
    const { mutant } = values;
    if (mutant !== undefined && !known.some(({ name }) => name === mutant))
      throw new Error(`There is no mutant ${mutant}`);
    return {
      seeds: read("seeds"),
      seed: values.seed === undefined ? undefined : read("seed"),
      mutant,
      mutants: values.mutants,
      own: Object.fromEntries(Object.keys(own).map((name) => [name, read(name)])),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : ""}\n${help}`);
    process.exit(2);
  }
}

/** Runs a job in a process of its own, in a file of this folder; `threw`: what is found where a planted bug ends that. */
export function runIn<Job extends { readonly mutant?: string | undefined }, Found>(
  file: string,
  job: Job,
  threw: Found,
): Promise<Found> {
  return new Promise((done, fail) => {
    const isPlanted = job.mutant !== undefined;
    const child = fork(join(import.meta.dirname, file), {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: isPlanted ? ["ignore", "ignore", "ignore", "ipc"] : "inherit",
    });
    let found: Found | null = null;
    child.once("message", (message: Found) => (found = message));
    child.once("exit", (code) => {
      if (found !== null) done(found);
      else if (isPlanted) done(threw);
      else fail(new Error(`A process ended with ${code}`));
    });
    child.send(job);
  });
}

/** Plants each bug in turn, in several processes; returns how many were not found. `find` says what showed it, or `null`. */
export async function findPlanted(
  names: readonly string[],
  within: string,
  find: (mutant: string) => Promise<string | null>,
): Promise<number> {
  const waiting = [...names];
  let missed = 0;
  const next = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const seen = await find(name);
      if (seen === null) missed += 1;
      console.log(seen === null ? `MISSED  ${name}` : `found   ${name}: ${seen.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: PROCESSES }, next));
  console.log(`${names.length - missed} of ${names.length} planted bugs found within ${within}`);
  return missed;
}
