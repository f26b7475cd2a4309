// The log that a command reads: a file, or a running Worker.
import { UsageError } from "../kit/usage-error.ts";
import type { ExportLine } from "../model/export.ts";
import { linesFromFile, linesFromWorker } from "./exported-lines.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

export const LOG_ARGUMENTS = {
  log: { type: "positional", required: false, description: "a file that rules export wrote" },
  worker: { type: "string", description: "instead of a file: a running Worker's URL" },
  location: { type: "string", description: "the location whose log the Worker is asked for" },
} as const;

/** The log that the arguments name. All of it is read: what is looked at may ask for what was before. */
export function linesOf({
  log,
  worker,
  location,
}: {
  readonly log?: string | undefined;
  readonly worker?: string | undefined;
  readonly location?: string | undefined;
}): AsyncIterable<ExportLine> {
  if ((log === undefined) === (worker === undefined))
    throw new UsageError("Name a file that rules export wrote, or a running Worker with --worker URL --location L");
  if (log !== undefined) return linesFromFile(log);
  if (location === undefined) throw new UsageError("Name the location with --location");
  return linesFromWorker({ url: workerUrl(worker ?? ""), adminToken: adminToken(), locationId: location, fetch });
}
