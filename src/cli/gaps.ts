// `rules gaps`: what HighLevel's export has and a running Worker's log lacks. Nothing is taken in.
import { amount } from "../kit/amount.ts";
import { defineCommand } from "citty";
import { isoMoment } from "../kit/moment.ts";
import { UsageError } from "../kit/usage-error.ts";
import { DEFAULT_WORKER_URL, devVariables } from "../local/project.ts";
import type { Missing, MissingMessage } from "../model/gap.ts";
import { asked, type WorkerApi } from "./worker-api.ts";

const UNIT_MS: { readonly [unit: string]: number } = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const MISSING_EXIT_CODE = 1;
/** A webhook may be under way for so long, also that of a change: the Worker takes nothing in before that. */
const UNDER_WAY_MS = 5 * 60_000;

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
  const found = await asked<Missing>(path, "missing", worker, { body: { since: new Date(sinceMs).toISOString() } });
  if (found === null) throw new UsageError(`The Worker at ${worker.url} knows no location ${locationId}`);
  return found;
}

/** How many are missing of which no webhook is to be expected any more. */
export function overdueIn({ missing }: Missing, nowMs: number): number {
  return missing.filter((one) => !isUnderWay(one, nowMs)).length;
}

/** What is missing, one message a line, how many were looked at, and what will become of it. */
export function missingLines(found: Missing, nowMs: number): string[] {
  const { missing, looked, more, since } = found;
  const of = `${more ? "the first " : ""}${amount(looked, "message")} since ${since}`;
  if (missing.length === 0) return [`Nothing is missing of ${of}`];
  const overdue = overdueIn(found, nowMs);
  const onTheirWay = missing.length - overdue;
  const young = onTheirWay === 0 ? "" : `; the webhook of ${onTheirWay} more may be under way`;
  const next = overdue === 0 ? "" : ". The Worker takes in what is missing with its next look, within the hour";
  return [
    ...missing.map((one) => lineOf(one, nowMs)),
    `${overdue} of ${of} ${overdue === 1 ? "is" : "are"} missing${young}${next}`,
  ];
}

function isUnderWay({ occurredAt }: MissingMessage, nowMs: number): boolean {
  return nowMs - Date.parse(occurredAt) < UNDER_WAY_MS;
}

function lineOf(one: MissingMessage, nowMs: number): string {
  const { occurredAt, kind, channel, outcome, contactId, messageId, isKnown } = one;
  const note = isUnderWay(one, nowMs)
    ? "  (its webhook may be under way)"
    : isKnown
      ? "  (known in another state)"
      : "";
  return `${occurredAt}  ${kind}  ${channel}, ${outcome}  contact ${contactId}  message ${messageId}${note}`;
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
    const nowMs = Date.now();
    const found = await missingIn(worker, args.location, sinceOf(args.since, nowMs));
    if (args.json) console.log(JSON.stringify(found, null, 2));
    else for (const line of missingLines(found, nowMs)) console.log(line);
    if (overdueIn(found, nowMs) > 0) process.exitCode = MISSING_EXIT_CODE;
  },
});
