// The command line: `npm run rules <command>`. Only this file touches the arguments and the exit; each command is data.
import { defineCommand, renderUsage, runCommand, type CommandDef } from "citty";
import { build } from "./build.ts";
import { check } from "./check.ts";
import { demo } from "./demo.ts";
import { dev } from "./dev.ts";
import { didYouMean } from "../kit/suggestion.ts";
import { explain } from "./explain.ts";
import { simulate } from "./simulate.ts";
import { schema } from "./schema.ts";
import { send } from "./send.ts";
import { token } from "./token.ts";
import { UsageError } from "./usage-error.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- commands differ in their arguments
const COMMANDS: { readonly [name: string]: CommandDef<any> } = {
  check,
  explain,
  simulate,
  send,
  schema,
  token,
  build,
  dev,
  demo,
};
const USAGE_EXIT_CODE = 2;

const main = defineCommand({
  meta: { name: "npm run rules", description: "Afterbeep: rules on HighLevel message events" },
  subCommands: { ...COMMANDS },
});

const rawArgs = process.argv.slice(2);
const named = COMMANDS[rawArgs.find((arg) => !arg.startsWith("-")) ?? ""];
if (rawArgs.length === 0 || rawArgs.includes("--help") || rawArgs.includes("-h")) {
  console.log(await renderUsage(named ?? main, named ? main : undefined));
} else {
  try {
    if (named && named !== COMMANDS["dev"]) refuseUnknownOptions(named, rawArgs);
    await runCommand(main, { rawArgs });
  } catch (error) {
    const isUsage = error instanceof Error && (error.name === "UsageError" || error.name === "CLIError");
    if (!isUsage) throw error;
    console.error(error.message);
    process.exitCode = USAGE_EXIT_CODE;
  }
}

/** citty lets options pass that no command has; a misspelt one would be lost in silence. `dev` hands its own on to wrangler. */
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
