// `rules replay`: what the rules of a folder would have done over a log, beside those that were in force or others.
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { compare } from "../replay/compare.ts";
import { GATE_FORM, gateOf, type Gate } from "../replay/gate.ts";
import { readLog } from "../replay/items.ts";
import { projectConfiguration } from "../local/project.ts";
import { LOG_ARGUMENTS, linesOf } from "./log-argument.ts";
import { told } from "./progress.ts";
import { reportLines, reportMarkdown } from "./replay-report.ts";
import { rulesAgainst } from "./rules-before.ts";
import { namedRules } from "./rules-argument.ts";
import { sinceOf } from "./since.ts";

/** The bounds that `--fail-on` names, which may be given several times. */
function gatesIn(rawArgs: readonly string[]): readonly Gate[] {
  const given = rawArgs.flatMap((arg, at) =>
    arg === "--fail-on"
      ? [rawArgs[at + 1] ?? ""]
      : arg.startsWith("--fail-on=")
        ? [arg.slice("--fail-on=".length)]
        : [],
  );
  return given.map((text) => {
    const gate = gateOf(text);
    if (!gate) throw new UsageError(`Cannot read --fail-on ${text}: write ${GATE_FORM}`);
    return gate;
  });
}

export const replay = defineCommand({
  args: {
    ...LOG_ARGUMENTS,
    since: { type: "string", description: "compare from then on, such as 30d; without it the whole log" },
    rules: { type: "string", description: "other rules than those in rules: a folder, or one file" },
    against: {
      type: "string",
      description: "what to put beside them: a revision in git or a folder; without it the rules that were in force",
    },
    "fail-on": {
      type: "string",
      description: "exit with 1 beyond a bound, may be repeated",
      valueHint: "texts > +10%",
    },
    show: { type: "string", description: "how many texts each list shows", default: "20" },
    json: { type: "boolean", description: "print all of it as JSON" },
    markdown: { type: "boolean", description: "print a comment for a pull request" },
  },
  async run({ args, rawArgs }) {
    const gates = gatesIn(rawArgs);
    const shown = Number(args.show);
    if (!Number.isInteger(shown) || shown < 0) throw new UsageError("Cannot read --show: write a whole number");
    const lines = linesOf(args);
    const configuration = projectConfiguration(true);
    const after = await namedRules(args.rules, configuration);
    const before = args.against === undefined ? null : await rulesAgainst(args.against, configuration);
    const log = await readLog(told(lines, "replayed"));
    const sinceMs =
      args.since === undefined ? 0 : Date.parse(sinceOf(args.since, Date.parse(log.start.head.exportedAt)));
    const compared = await compare(log, { before, after, sinceMs, shown: args.json ? undefined : shown });
    const failed = gates.flatMap((gate) => gate(compared) ?? []);
    if (args.json) console.log(JSON.stringify({ ...compared, failed }, null, 2));
    else if (args.markdown) console.log(reportMarkdown(compared, failed, shown).trimEnd());
    else for (const line of reportLines(compared, failed, shown)) console.log(line);
    process.exitCode = failed.length === 0 ? 0 : 1;
  },
});
