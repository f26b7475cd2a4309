// The command line without its process: which command the arguments name, which options it accepts, and how usage errors
// are reported.
import { renderUsage, runCommand, type CommandDef } from "citty";
import { amount } from "../kit/amount.ts";
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
    if (named && name !== "dev") refuseWhatIsIgnored(named, rawArgs);
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

/** What a command's table says of one of its arguments. */
interface Argument {
  readonly type?: string;
  readonly valueHint?: string;
}

/**
 * citty accepts unknown options, takes what follows an option for its value whatever it is, and leaves words aside that are
 * one too many: each would be ignored silently. `dev` passes its own on to wrangler.
 */
function refuseWhatIsIgnored({ args = {} }: { readonly args?: unknown }, given: readonly string[]): void {
  const known = new Map(Object.entries(args as { readonly [name: string]: Argument }));
  const options = [...known.keys()].map((name) => `--${name}`);
  const words: string[] = [];
  for (let at = 0; at < given.length; at++) {
    const [arg = "", next] = given.slice(at, at + 2);
    if (!arg.startsWith("-")) words.push(arg);
    else {
      const [option = arg, value] = arg.split("=", 2);
      const argument = options.includes(option) ? known.get(option.slice(2)) : undefined;
      if (argument === undefined)
        throw new UsageError(`Option "${option}" is not known${didYouMean(option, options) || ", see --help"}`);
      if (argument.type === "boolean" || value !== undefined) continue;
      if (next === undefined || next.startsWith("--"))
        throw new UsageError(
          `Option "${option}" needs a value: ${option} ${argument.valueHint ?? "VALUE"}, see --help`,
        );
      at += 1;
    }
  }
  const [command = "", ...others] = words;
  const most = [...known.values()].filter(({ type }) => type === "positional").length;
  const [extra] = others.slice(most);
  if (extra === undefined) return;
  throw new UsageError(
    most === 0
      ? `Command "${command}" takes no arguments`
      : `Command "${command}" takes ${amount(most, "argument")}: "${extra}" is one too many`,
  );
}
