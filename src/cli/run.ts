// The command line without its process: which command the arguments name, which options it accepts, and how usage errors
// are reported.
import { renderUsage, runCommand, type CommandDef } from "citty";
import { didYouMean } from "../kit/suggestion.ts";
import { COMMANDS } from "./commands.ts";
import { UsageError } from "../kit/usage-error.ts";

const USAGE_EXIT_CODE = 2;
const PROGRAM = { name: "npm run rules", description: "Afterbeep: rules on HighLevel message events" };

/** Runs the command in the arguments. It prints, and sets the exit code: 1 if it finds a fault, 2 for wrong usage. */
export async function runCli(rawArgs: readonly string[]): Promise<void> {
  const name = rawArgs.find((arg) => !arg.startsWith("-")) ?? "";
  const listed = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const named = listed && { meta: { name, description: listed.description }, ...(await listed.load()) };
  if (rawArgs.length === 0 || rawArgs.includes("--help") || rawArgs.includes("-h")) {
    const usage = await (named ? renderUsage(named, { meta: PROGRAM }) : renderUsage(main({})));
    // npm keeps an option for itself unless `--` precedes it.
    console.log(usage.replace(`${PROGRAM.name} <command> --help`, `${PROGRAM.name} -- <command> --help`));
    return;
  }
  try {
    if (name !== "" && !named)
      throw new UsageError(
        `Command "${name}" is not known${didYouMean(name, Object.keys(COMMANDS))}: npm run rules lists them`,
      );
    if (named && name !== "dev") refuseUnknownOptions(named, rawArgs);
    await runCommand(main(named ? { [name]: named } : {}), { rawArgs: [...rawArgs] });
  } catch (error) {
    const isUsage = error instanceof Error && (error.name === "UsageError" || error.name === "CLIError");
    if (!isUsage) throw error;
    const hint = error.name === "CLIError" && named ? `, see ${PROGRAM.name} -- ${name} --help` : "";
    console.error(error.message + hint);
    process.exitCode = USAGE_EXIT_CODE;
  }
}

/** The whole command line with the loaded commands; of the others it has only the usage text. */
function main(loaded: { readonly [name: string]: CommandDef }): CommandDef {
  const listed = Object.entries(COMMANDS).map(([name, { description }]) => [name, { meta: { name, description } }]);
  return { meta: PROGRAM, subCommands: { ...Object.fromEntries(listed), ...loaded } };
}

/** citty accepts unknown options, so a misspelt one would be ignored silently. `dev` passes its own on to wrangler. */
function refuseUnknownOptions({ args = {} }: { readonly args?: unknown }, given: readonly string[]): void {
  const takesWords = Object.values(args as object).some((arg: { type?: string }) => arg.type !== "boolean");
  if (!takesWords && given.slice(1).some((arg) => !arg.startsWith("-")))
    throw new UsageError(`Command "${given[0] ?? ""}" takes no arguments`);
  const known = Object.keys(args as object).map((name) => `--${name}`);
  for (const option of given.filter((arg) => arg.startsWith("-")).map((arg) => arg.split("=", 1)[0] ?? arg)) {
    if (!known.includes(option))
      throw new UsageError(`Option "${option}" is not known${didYouMean(option, known) || ", see --help"}`);
  }
}
