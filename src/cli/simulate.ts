// `rules simulate story.json`: what fires, waits, is cancelled, and when, on a clock that jumps.
import { defineCommand } from "citty";
import { readJsonFile } from "./json-file.ts";
import { projectConfiguration } from "../local/project.ts";
import { namedRules, RULES_ARGUMENT } from "./rules-argument.ts";
import { readStory, runStory, type Step } from "../local/story.ts";
import { isTimeZone, TIME_ZONE_FORM } from "../kit/time-zone.ts";
import { UsageError } from "../kit/usage-error.ts";
import { sizeInWords } from "../model/sent-request.ts";

/** A step as one line. */
function stepLine({ at, what, rule, action: type, call, does, why }: Step): string {
  const action = call ?? type;
  const who = rule && `${rule}${action === undefined ? "" : ` (${action})`}`;
  return `${at}  ${what.padEnd(9)} ${[who, does, why].filter((text) => text !== undefined).join("  ")}`;
}

/** A step, and below it the message that was sent. */
function stepLines(step: Step): string[] {
  const { text, request } = step;
  const size = request?.message ? [sizeInWords(request.message)] : [];
  return [stepLine(step), ...[...size, ...(text?.split("\n") ?? [])].map((line) => `    ${line}`)];
}

export const simulate = defineCommand({
  args: {
    story: {
      type: "positional",
      required: true,
      description: "a JSON file: { start, events: [{ at, event }], expect }",
    },
    rules: RULES_ARGUMENT,
    "time-zone": {
      type: "string",
      description: "the zone to decide and to tell in, instead of the story's, such as America/New_York",
    },
    json: { type: "boolean", description: "print { steps, missing } as JSON" },
  },
  async run({ args }) {
    const read = readStory(readJsonFile(args.story));
    if (!read.ok) throw new UsageError(`The story cannot be told:\n${read.failure.join("\n")}`);
    const configuration = projectConfiguration(true);
    const timeZone = args["time-zone"];
    if (timeZone !== undefined && !isTimeZone(timeZone))
      throw new UsageError(`Cannot read --time-zone: expected ${TIME_ZONE_FORM}`);
    const story = timeZone === undefined ? read.value : { ...read.value, timeZone };
    const run = await runStory(story, await namedRules(args.rules, configuration), configuration.timeZone);
    if (!run.ok) throw new UsageError(`The story cannot be told:\n${run.failure.join("\n")}`);
    const { steps, missing } = run.value;
    if (args.json) console.log(JSON.stringify({ steps, missing }, null, 2));
    else for (const step of steps) for (const line of stepLines(step)) console.log(line);
    for (const line of missing) console.error(line);
    process.exitCode = missing.length === 0 ? 0 : 1;
  },
});
