// `rules import`: what `rules export` wrote goes into a location that is empty: a backup that is brought back, or a move.
import { defineCommand } from "citty";
import { UsageError } from "../kit/usage-error.ts";
import { DEFAULT_WORKER_URL } from "../local/project.ts";
import type { ImportState } from "../model/import.ts";
import type { Pause } from "../model/pause.ts";
import { linesFromFile } from "./exported-lines.ts";
import { changing, ImportBroke } from "./import-calls.ts";
import { movableIn, nameOf, type Movable } from "./movable.ts";
import { rowsIn, type Moving, type TableRow } from "./moved-rows.ts";
import { sendRows } from "./moving.ts";
import { asked } from "./worker-api.ts";
import { adminToken, workerUrl } from "./worker-url.ts";

const BROKEN_EXIT_CODE = 1;

/** What became of what waited. */
interface Counts {
  taken: number;
  dropped: number;
  late: number;
}

/** The same rows, counted. */
async function* counting(rows: AsyncIterable<TableRow>, counts: Counts): AsyncGenerator<TableRow> {
  for await (const one of rows) {
    const { table, row } = one;
    if (table === "deliveries" && ["scheduled", "sending", "held"].includes(String(row["state"]))) counts.taken += 1;
    if (table === "deliveries" && row["cancelled_by"] === LATE) counts.late += 1;
    if (table === "deliveries" && row["cancelled_by"] === DROPPED) counts.dropped += 1;
    yield one;
  }
}
const LATE = JSON.stringify({ by: "import", why: "late" });
const DROPPED = JSON.stringify({ by: "import", why: "dropped" });

/** What is to become of what waits; a usage error says what has to be decided. */
function waitsIn(given: string | undefined, { open, isPaused }: Movable, isOff: boolean): Moving["waits"] {
  if (given !== undefined && given !== "take" && given !== "drop") throw new UsageError("--waits takes take or drop");
  if (open === 0) return given ?? "take";
  if (given === undefined)
    throw new UsageError(
      `${open} deliveries wait in the export: --waits take sends them when they are due, --waits drop cancels them`,
    );
  if (given === "take" && !isPaused && !isOff)
    throw new UsageError(
      "The location was not paused when it was exported, so what waits may have been sent there since: pause it and " +
        "export it anew, or say --old-is-off if it sends nothing any more and what it sent since may be sent again",
    );
  return given;
}

function summaryLines(told: Movable & Counts & { readonly isPaused: boolean }): string[] {
  const { locationId, events, deliveries, taken, dropped, late, isPaused } = told;
  const cancelled = [
    ...(dropped > 0 ? [`${dropped} waits are cancelled`] : []),
    ...(late > 0 ? [`${late} waits were overdue and are cancelled`] : []),
  ];
  return [
    `Imported location ${locationId}: ${events} events, ${deliveries} deliveries`,
    `${taken} waits are taken over${cancelled.map((text) => `, ${text}`).join("")}`,
    ...(isPaused ? ["It is paused, as it was: nothing leaves until you end that"] : []),
  ];
}

export const importLog = defineCommand({
  args: {
    file: { type: "positional", required: false, description: "what npm run rules export wrote" },
    location: { type: "string", required: true, description: "the location: the same that was exported" },
    worker: { type: "string", description: "the Worker's URL", default: DEFAULT_WORKER_URL },
    waits: { type: "string", description: "what becomes of what waits: take or drop", valueHint: "take" },
    "old-is-off": { type: "boolean", description: "take over what waits although the location was not paused" },
    "give-up": { type: "boolean", description: "remove what a cut-off import has brought, and open the location" },
    json: { type: "boolean", description: "print what was done as JSON" },
  },
  async run({ args }) {
    const worker = { url: workerUrl(args.worker), adminToken: adminToken(), fetch };
    const call = changing(worker, args.location);
    try {
      if (args["give-up"]) {
        await call("DELETE");
        console.log(args.json ? JSON.stringify({ gaveUp: true }) : "Gave the import up: the location is empty");
        return;
      }
      if (args.file === undefined)
        throw new UsageError("Name the file: npm run rules import -- --location L log.ndjson");
      const { file } = args;
      const movable = await movableIn(linesFromFile(file));
      const { locationId, tables, isLate } = movable;
      if (locationId !== args.location)
        throw new UsageError(
          `The export is of location ${locationId}: its deliveries, contacts and messages are of that, and cannot be ${args.location}'s`,
        );
      const waits = waitsIn(args.waits, movable, args["old-is-off"] === true);
      const path = `/api/locations/${encodeURIComponent(locationId)}/pauses`;
      const there = await asked<{ readonly pauses: readonly Pause[] }>(path, "pauses", worker);
      if (there === null)
        throw new UsageError(
          `The Worker at ${worker.url} does not serve location ${locationId}: name it in its ALLOWED_LOCATIONS`,
        );
      const counts: Counts = { taken: 0, dropped: 0, late: 0 };
      const { wasDone } = await sendRows({
        file: await nameOf(file, waits),
        tables,
        put: async (part) => (await call<{ readonly import: ImportState }>("PUT", part)).import,
        rows: (atMs) => counting(rowsIn(linesFromFile(file), { waits, atMs, isLate, pauses: there.pauses }), counts),
        told: (at) => void (process.stderr.isTTY && process.stderr.write(`\r${at} of ${movable.rows} rows `)),
      });
      if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
      const { isLate: _, ...told } = { ...movable, ...counts, wasDone };
      if (args.json) console.log(JSON.stringify(told, null, 2));
      else if (wasDone) console.log(`The location has this export already, with ${movable.events} events`);
      else for (const line of summaryLines({ ...movable, ...counts })) console.log(line);
    } catch (error) {
      if (!(error instanceof ImportBroke)) throw error;
      console.error(error.message);
      process.exitCode = BROKEN_EXIT_CODE;
    }
  },
});
