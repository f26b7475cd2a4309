// `rules near`: on which events of a log one thing alone kept a rule from firing.
import { defineCommand } from "citty";
import { amount } from "../kit/amount.ts";
import { didYouMean } from "../kit/suggestion.ts";
import { UsageError } from "../kit/usage-error.ts";
import { lookedInWords, nearMissInWords, sawInWords } from "../language/near-words.ts";
import type { NearMisses } from "../model/near-miss.ts";
import { readLog } from "../replay/items.ts";
import { nearMisses } from "../replay/near-misses.ts";
import { LOG_ARGUMENTS, linesOf } from "./log-argument.ts";
import { told } from "./progress.ts";
import { sinceOf } from "./since.ts";

/** What was looked at, and each near miss with some of its events. */
export function nearLines(near: NearMisses): readonly string[] {
  const { misses, more } = near;
  const blocks = misses.flatMap((miss) => [
    `  ${nearMissInWords(miss)}: ${amount(miss.count, "event")}`,
    ...miss.events.map((event) => {
      const saw = sawInWords(miss, event);
      return `    ${[event.at, event.contactId, event.eventKey, saw].filter((part) => part !== "").join("  ")}`;
    }),
  ]);
  const rest = more === 0 ? [] : [`  ${amount(more, "rarer one")} left out`];
  return [
    lookedInWords(near),
    ...(blocks.length === 0 ? [] : ["", "It would have fired, if only:", ...blocks, ...rest]),
  ];
}

export const near = defineCommand({
  args: {
    rule: { type: "positional", required: true, description: "the rule's name" },
    ...LOG_ARGUMENTS,
    since: { type: "string", description: "look at events from then on", default: "7d" },
    json: { type: "boolean", description: "print all of it as JSON" },
  },
  async run({ args }) {
    const log = await readLog(told(linesOf(args), "looked at"));
    const names = [...log.start.ruleSets.values()].flatMap(({ rules }) => rules.map(({ name }) => name));
    if (names.length > 0 && !names.includes(args.rule))
      throw new UsageError(`No rule that decided in this log is called ${args.rule}${didYouMean(args.rule, names)}`);
    const sinceMs = Date.parse(sinceOf(args.since, Date.parse(log.start.head.exportedAt)));
    const found = await nearMisses(log, { rule: args.rule, sinceMs });
    if (args.json) console.log(JSON.stringify(found, null, 2));
    else for (const line of nearLines(found)) console.log(line);
  },
});
