// `rules locations`: the locations of a running Worker as a table, and `rules delete`: one of them is deleted.
import { defineCommand } from "citty";
import { amount } from "../kit/amount.ts";
import { UsageError } from "../kit/usage-error.ts";
import type { Home, LocationOverview } from "../model/home.ts";
import { DEFAULT_WORKER_URL } from "../local/project.ts";
import { printable } from "./shown-line.ts";
import { answered, asked, type WorkerApi } from "./worker-api.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

const COUNTS = ["waiting", "held", "dead", "overdue", "alerts"] as const;

/** All locations, those with trouble first. */
export async function locationsOf(worker: WorkerApi): Promise<readonly LocationOverview[]> {
  const found: LocationOverview[] = [];
  for (let cursor: string | null = null, isFirst = true; isFirst || cursor !== null; isFirst = false) {
    const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: Home | null = await asked<Home>(`/api/overview?limit=100&sort=trouble${from}`, "locations", worker);
    if (page === null) throw new UsageError("The Worker is older than the overview of all locations");
    found.push(...page.locations);
    cursor = page.cursor;
  }
  return found;
}

/** A table: names to the left, counts to the right. */
export function locationLines(locations: readonly LocationOverview[]): string[] {
  if (locations.length === 0) return ["No location has sent anything"];
  const rows = [
    ["location", "last event", ...COUNTS],
    ...locations.map((one) => [
      (one.name === null ? one.locationId : `${printable(one.name)} (${one.locationId})`) +
        (one.paused ? ", paused" : ""),
      one.lastEventAt ?? "none",
      ...COUNTS.map((count) => String(one[count])),
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((text, column) => (column < 2 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join("  "),
  );
}

/** The answer to a deletion. */
interface Deleted {
  readonly deleted: { readonly tasks: number };
  /** Whether there is more, for which it has to be asked again. */
  readonly more: boolean;
  /** ISO 8601, UTC: until when Cloudflare can bring back what was there. */
  readonly recoverableUntil: string;
}

/** The location that is meant, twice; a usage error says what is missing. */
export function confirmedIn(location: string | undefined, confirm: string | undefined): string {
  if (!location) throw new UsageError("Name the location with --location");
  if (confirm !== location)
    throw new UsageError(`Nothing was deleted: write --confirm ${location} to delete all that is kept of it`);
  return location;
}

/** Whether a Worker has a location by this id, to the letter. */
async function isKnown(worker: WorkerApi, location: string): Promise<boolean> {
  const page = await asked<Home>(`/api/overview?limit=100&search=${encodeURIComponent(location)}`, "locations", worker);
  return page?.locations.some(({ locationId }) => locationId === location) ?? true;
}

/** Deletes a location, part by part; an error says what was refused, and then it can be asked for again. */
export async function deleteOn(worker: WorkerApi, location: string): Promise<string[]> {
  // One that was deleted in part may be known no more: it is asked for all the same.
  const wasKnown = await isKnown(worker, location);
  let tasks = 0;
  for (;;) {
    const path = `/api/locations/${encodeURIComponent(location)}`;
    const answer = await asked<Deleted>(path, "deleted", worker, { method: "DELETE", body: { confirm: location } });
    if (answer === null) throw new UsageError("The Worker is older than deleting a location");
    tasks += answer.deleted.tasks;
    if (answer.more) continue;
    if (!wasKnown)
      return [
        `There was no location ${location} at ${worker.url}, and nothing is left by that id: npm run rules locations lists those there are`,
      ];
    return [
      `Location ${location} is deleted, with ${amount(tasks, "task")}; nothing of it is left`,
      `Cloudflare can bring its ledger back until ${answer.recoverableUntil}`,
      "An event that comes from it begins it anew: take it out of ALLOWED_LOCATIONS",
    ];
  }
}

export const locations = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    json: { type: "boolean", description: "print the answer as JSON" },
  },
  async run({ args }) {
    const found = await locationsOf({ url: workerUrl(args.worker), adminToken: adminToken(), fetch });
    if (args.json) console.log(JSON.stringify({ locations: found }, null, 2));
    else for (const line of locationLines(found)) console.log(line);
  },
});

export const deleteLocation = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    location: { type: "string", description: "the location" },
    confirm: { type: "string", description: "its id once more: nothing brings back what is deleted" },
  },
  async run({ args }) {
    const worker = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
    const location = confirmedIn(args.location, args.confirm);
    for (const line of await answered(deleteOn(worker, location))) console.log(line);
  },
});
