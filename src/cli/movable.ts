// Whether an export can be imported, looked at before anything is sent: what it has, what waits in it, and what is missing.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { UsageError } from "../kit/usage-error.ts";
import type { ExportHead, ExportLine } from "../model/export.ts";
import type { Pause } from "../model/pause.ts";
import { isOpen, rowsIn, type Moving, type PausedMark } from "./moved-rows.ts";

/** What a file that can be imported has. */
export interface Movable {
  readonly locationId: string;
  readonly exportedAt: string;
  /** Of which version its tables are. */
  readonly tables: number;
  readonly rows: number;
  readonly events: number;
  readonly deliveries: number;
  /** Deliveries of which something may still come. */
  readonly open: number;
  /** Whether nothing could leave where it comes from: the location was paused. */
  readonly isPaused: boolean;
  readonly isLate: Moving["isLate"];
}

/** Looks through the lines of an export; a usage error says why they cannot be imported. */
export async function movableIn(lines: AsyncIterable<ExportLine>): Promise<Movable> {
  const counted = { rows: 0, events: 0, deliveries: 0, open: 0 };
  const late = new Map<string, Set<string>>();
  let [head, paused, tables]: [ExportHead | null, readonly Pause[], number | null] = [null, [], null];
  async function* looked(): AsyncGenerator<ExportLine> {
    for await (const line of lines) {
      if (line.type === "export") head = movableHead(line);
      if (line.type === "event") counted.events += 1;
      if (line.type === "rows") tables = line.tables ?? tables;
      if (line.type === "rules") {
        const names = line.rules.flatMap((rule) => ("late" in rule && rule.late === true ? [rule.name] : []));
        late.set(line.ruleSet, new Set([...(late.get(line.ruleSet) ?? []), ...names]));
      }
      yield line;
    }
  }
  const isLate: Moving["isLate"] = (ruleSet, rule) => late.get(ruleSet)?.has(rule) ?? false;
  for await (const { table, row } of rowsIn(looked(), { waits: "take", atMs: -Infinity, isLate, pauses: [] })) {
    counted.rows += 1;
    if (table === "deliveries") counted.deliveries += 1;
    if (table === "deliveries" && isOpen(row)) counted.open += 1;
    if (table === "marks" && row["name"] === "paused") paused = (JSON.parse(String(row["value"])) as PausedMark).here;
  }
  const known = head as ExportHead | null;
  if (known === null || tables === null) throw new UsageError(NOT_WHOLE);
  const isPaused = paused.some(
    ({ rule, until }) => rule === null && (until === null || Date.parse(until) > Date.parse(known.exportedAt)),
  );
  const { locationId, exportedAt } = known;
  return { ...counted, locationId, exportedAt, tables, isPaused, isLate };
}

function movableHead(head: ExportHead): ExportHead {
  if (head.redacted) throw new UsageError("A redacted export cannot be imported: its names and numbers are stand-ins");
  if (head.since !== null) throw new UsageError(NOT_WHOLE);
  return head;
}

const NOT_WHOLE =
  "The export has not all of the location: write it anew with npm run rules export, without --since and --redact";

/** What names an import: the file, and what becomes of what waits. */
export async function nameOf(file: string, waits: Moving["waits"]): Promise<string> {
  const hash = createHash("sha256").update(`${waits}\n`);
  for await (const bytes of createReadStream(file)) hash.update(bytes as Buffer);
  return hash.digest("hex");
}
