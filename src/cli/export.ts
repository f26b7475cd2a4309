// `rules export`: the log of a location from a running Worker, as lines of JSON into a file or to stdout.
import { createHmac, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { defineCommand } from "citty";
import type { ExportLine } from "../model/export.ts";
import { redacted } from "../replay/redact.ts";
import { amount } from "../kit/amount.ts";
import { linesFromWorker } from "./exported-lines.ts";
import { told } from "./progress.ts";
import { sinceOf } from "./since.ts";
import { adminToken, workerUrl } from "./worker-url.ts";
import { DEFAULT_WORKER_URL } from "../local/project.ts";

/** A hash that nobody can try numbers on: its key is forgotten with the process. */
function keyedHash(): (text: string) => string {
  const key = randomBytes(32);
  return (text) => createHmac("sha256", key).update(text).digest("hex");
}

/** What has gone by. */
interface Seen {
  events: number;
}

/** What is said of an export at its end, beside the lines: nothing where they stand there for themselves. */
export function exportedInWords({ events }: Seen, locationId: string, out: string | undefined): string | null {
  if (events === 0)
    return `No event of location ${locationId} is kept in this time: GET /api/locations lists the locations that have sent something`;
  return out === undefined ? null : `${amount(events, "event")} in ${out}`;
}

async function* textOf(lines: AsyncIterable<ExportLine>, seen: Seen): AsyncGenerator<string> {
  for await (const line of lines) {
    if (line.type === "end") seen.events = line.events;
    yield `${JSON.stringify(line)}\n`;
  }
}

async function* eachRedacted(lines: AsyncIterable<ExportLine>): AsyncGenerator<ExportLine> {
  const hash = keyedHash();
  for await (const line of lines) {
    const one = redacted(line, hash);
    if (one) yield one;
  }
}

export const exportLog = defineCommand({
  args: {
    location: { type: "string", required: true, description: "the location whose log it is" },
    worker: { type: "string", description: "a running Worker's URL", default: DEFAULT_WORKER_URL },
    since: {
      type: "string",
      description: "how far back, or since when; without it all that is kept",
      valueHint: "30d",
    },
    out: { type: "string", description: "the file to write; without it, stdout", valueHint: "log.ndjson" },
    redact: { type: "boolean", description: "put stand-ins for names, numbers, addresses and texts" },
  },
  async run({ args }) {
    const url = workerUrl(args.worker);
    const since = args.since === undefined ? undefined : sinceOf(args.since, Date.now());
    // Of a part nothing can be imported, and stand-ins are not to be.
    const isWhole = since === undefined && args.redact !== true;
    const lines = linesFromWorker({ url, adminToken: adminToken(), locationId: args.location, since, isWhole, fetch });
    const counted = told(lines, "exported");
    const seen: Seen = { events: 0 };
    const text = Readable.from(textOf(args.redact ? eachRedacted(counted) : counted, seen));
    // Closing stdout would end what the process still has to say.
    if (args.out === undefined) await pipeline(text, process.stdout, { end: false });
    else await pipeline(text, createWriteStream(args.out));
    const said = exportedInWords(seen, args.location, args.out);
    if (said !== null) console.error(said);
  },
});
