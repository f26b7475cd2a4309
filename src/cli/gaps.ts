// `rules gaps`: what HighLevel's export has and a running Worker's log lacks. Nothing is taken in.
import { defineCommand } from "citty";
import { isoMoment } from "../kit/moment.ts";
import { UsageError } from "../kit/usage-error.ts";
import { DEFAULT_WORKER_URL, devVariables } from "../local/project.ts";
import type { Missing, MissingMessage } from "../model/gap.ts";
import { asked, type WorkerApi } from "./worker-api.ts";

const UNIT_MS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const MISSING_EXIT_CODE = 1;

/** Since when, from `2h`, `90m`, `3d` or a time in ISO 8601; milliseconds since 1970. */
export function sinceOf(given: string, nowMs: number): number {
  const [, count = "", unit = ""] = /^(\d{1,5})([mhd])$/.exec(given) ?? [];
  const atMs = unit === "" ? isoMoment(given)?.atMs : nowMs - Number(count) * (UNIT_MS[unit] ?? 0);
  if (atMs === undefined) throw new UsageError(`--since takes such as 90m, 2h, 3d, or a time in ISO 8601`);
  return atMs;
}

/** What is missing in a location. */
export async function missingIn(worker: WorkerApi, locationId: string, sinceMs: number): Promise<Missing> {
  const path = `/api/locations/${encodeURIComponent(locationId)}/gaps/look`;
  const found = await asked<Missing>(path, worker, { since: new Date(sinceMs).toISOString() });
  if (found === null) throw new UsageError(`The Worker at ${worker.url} knows no location ${locationId}`);
  return found;
}

/** What is missing, one message a line, and how many were looked at. */
export function missingLines({ missing, looked, more, since }: Missing): string[] {
  const upTo = more ? "the first " : "";
  const told = `${missing.length} of ${upTo}${looked} messages since ${since} ${missing.length === 1 ? "is" : "are"} missing`;
  return [...missing.map(lineOf), told];
}

function lineOf({ occurredAt, kind, channel, outcome, contactId, messageId, isKnown }: MissingMessage): string {
  return `${occurredAt}  ${kind}  ${channel}, ${outcome}  contact ${contactId}  message ${messageId}${isKnown ? "  (known in another state)" : ""}`;
}

export const gaps = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    location: { type: "string", description: "the location" },
    since: {
      type: "string",
      description: "since when: 90m, 2h, 3d, or a time in ISO 8601; a week at most",
      default: "2h",
    },
    json: { type: "boolean", description: "print the answer as JSON" },
  },
  async run({ args }) {
    if (!args.location) throw new UsageError("Name the location with --location");
    const adminToken = process.env["ADMIN_TOKEN"] ?? devVariables()["ADMIN_TOKEN"];
    const worker = { url: args.worker, adminToken, fetch };
    const found = await missingIn(worker, args.location, sinceOf(args.since, Date.now()));
    if (args.json) console.log(JSON.stringify(found, null, 2));
    else for (const line of missingLines(found)) console.log(line);
    if (found.missing.length > 0) process.exitCode = MISSING_EXIT_CODE;
  },
});
