// `rules drift`: what a location's events of the last thirty days really had, beside what the rules in force test.
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { DEFAULT_WORKER_URL, devVariables } from "../local/project.ts";
import type { Drift, DriftGroup, PlaceCounts } from "../model/drift.ts";
import { driftInWords } from "../language/drift-words.ts";
import { asked } from "./worker-api.ts";

const ALERT_EXIT_CODE = 1;
const MAX_WORDS = 8;

/** The findings, alerts first, then what was counted: a line for each place that had any word. */
export function driftLines({ findings, groups, since }: Drift): string[] {
  const told = findings.map((one) => `${one.isAlert ? "!" : "-"} ${driftInWords(one)}`);
  return [
    ...(told.length === 0 ? [`Nothing has drifted since ${since.slice(0, 10)}`] : told),
    "",
    ...groups.flatMap(groupLines),
  ];
}

function groupLines({ kind, channel, events, looked, places }: DriftGroup): string[] {
  const of = looked === events ? "" : `, words counted on ${looked.toLocaleString("en")}`;
  const lines = Object.entries(places).flatMap(([place, counts]) => {
    const words = wordsOf(counts);
    return words === "" || place === "channel" ? [] : [`  ${place}: ${words}`];
  });
  return [`${kind}${channel === null ? "" : `, ${channel}`}: ${events.toLocaleString("en")} events${of}`, ...lines];
}

function wordsOf({ words, others }: PlaceCounts): string {
  const came = Object.entries(words)
    .filter(([, times]) => times > 0)
    .toSorted(([, a], [, b]) => b - a);
  const rest = came.slice(MAX_WORDS).reduce((sum, [, times]) => sum + times, others);
  const told = came.slice(0, MAX_WORDS).map(([word, times]) => `${word} ${times.toLocaleString("en")}`);
  return [...told, ...(rest > 0 ? [`others ${rest.toLocaleString("en")}`] : [])].join(", ");
}

export const drift = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    location: { type: "string", description: "the location" },
    json: { type: "boolean", description: "print the answer as JSON" },
  },
  async run({ args }) {
    if (!args.location) throw new UsageError("Name the location with --location");
    const adminToken = process.env["ADMIN_TOKEN"] ?? devVariables()["ADMIN_TOKEN"];
    const found = await asked<Drift>(`/api/locations/${encodeURIComponent(args.location)}/drift`, "findings", {
      url: args.worker,
      adminToken,
      fetch,
    });
    if (found === null) throw new UsageError(`The Worker at ${args.worker} knows no location ${args.location}`);
    if (args.json) console.log(JSON.stringify(found, null, 2));
    else for (const line of driftLines(found)) console.log(line);
    if (found.findings.some(({ isAlert }) => isAlert)) process.exitCode = ALERT_EXIT_CODE;
  },
});
