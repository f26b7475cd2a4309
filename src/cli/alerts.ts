// `rules alerts`: what somebody has to know of a running Worker's locations, and whether a message about it arrives.
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { alertInWords, type Alert, type LocationAlerts, type PlacedAlert } from "../model/alert.ts";
import { DEFAULT_WORKER_URL } from "../local/project.ts";
import { printable } from "./shown-line.ts";
import { answered, asked, type WorkerApi } from "./worker-api.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

/** An alert with where it is, as the command shows it. */
type Shown = Alert & { readonly locationId: string; readonly name: string | null };

/** The open alerts of a location, or (`undefined`) of all of them. */
export async function openAlerts(worker: WorkerApi, location: string | undefined): Promise<readonly Shown[]> {
  const found: Shown[] = [];
  if (location !== undefined) {
    const { alerts } = known(await asked<LocationAlerts>(pathOf(location), "alerts", worker), location);
    found.push(...alerts.map((alert) => ({ locationId: location, name: null, ...alert })));
  } else
    for (let cursor: string | null = ""; cursor !== null;) {
      const path: string = `/api/alerts?limit=200&cursor=${encodeURIComponent(cursor)}`;
      const page: { readonly alerts: readonly PlacedAlert[]; readonly cursor: string | null } = known(
        await asked(path, "alerts", worker),
        undefined,
      );
      found.push(...page.alerts);
      cursor = page.cursor;
    }
  return found.filter(({ endedAt }) => endedAt === null);
}

/** Each alert as a line: since when, where, what. */
export function alertLines(alerts: readonly Shown[]): string[] {
  if (alerts.length === 0) return ["Nothing is open"];
  return alerts.map((alert) => {
    const { openedAt, locationId, name } = alert;
    return `since ${openedAt}  ${name === null ? locationId : `${printable(name)} (${locationId})`}  ${alertInWords(alert)}`;
  });
}

/** Sends a message that says nothing; an error says why it did not arrive. */
export async function sendTestOn(
  worker: WorkerApi,
  location: string | undefined,
): Promise<{ readonly status: number | null }> {
  return known(
    await asked<{ status: number | null }>(`${pathOf(location)}/test`, "status", worker, { body: {} }),
    location,
  );
}

function pathOf(location: string | undefined): string {
  return location === undefined ? "/api/alerts" : `/api/locations/${encodeURIComponent(location)}/alerts`;
}

function known<Answer>(answer: Answer | null, location: string | undefined): Answer {
  if (answer !== null) return answer;
  const where = location === undefined ? "" : `There is no location ${location}, or the `;
  throw new UsageError(`${where === "" ? "The " : where}Worker is older than alerts`);
}

export const alerts = defineCommand({
  args: {
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    location: { type: "string", description: "the location; without it every one" },
    test: { type: "boolean", description: "send a message that says nothing, to see whether it arrives" },
    json: { type: "boolean", description: "print the answer as JSON" },
  },
  async run({ args }) {
    const worker = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
    if (args.test) {
      const sent = sendTestOn(worker, args.location).then((answer) => [
        args.json ? JSON.stringify(answer) : `The test has arrived (status ${answer.status ?? "unknown"})`,
      ]);
      for (const line of await answered(sent)) console.log(line);
      return;
    }
    const open = await openAlerts(worker, args.location);
    process.exitCode = open.length === 0 ? 0 : 1;
    if (args.json) console.log(JSON.stringify({ alerts: open }, null, 2));
    else for (const line of alertLines(open)) console.log(line);
  },
});
