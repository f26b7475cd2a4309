// From the lines of an export to rows of a ledger's tables: what a location takes in that imports it. What waits is taken
// over or dropped here, so that the Worker has only to write. Pure; docs/moving.md says what becomes of what.
import type { CancelledBy } from "../model/delivery.ts";
import type { ExportedEvent, ExportedOptOut, ExportLine } from "../model/export.ts";
import type { MovedRow, MovedRows } from "../model/import.ts";
import type { Pause } from "../model/pause.ts";

/** A row, and the table that it goes to. */
export interface TableRow {
  readonly table: string;
  readonly row: MovedRow;
}

/** How what is open is moved. */
export interface Moving {
  /** Whether what waits goes on waiting, or is cancelled. */
  readonly waits: "take" | "drop";
  /** When the import began, milliseconds since 1970. */
  readonly atMs: number;
  /** Whether a rule of a set does what is overdue. */
  readonly isLate: (ruleSet: string, rule: string) => boolean;
  /** What is paused where it goes, besides what was where it comes from. */
  readonly pauses: readonly Pause[];
}

const OPEN: ReadonlySet<unknown> = new Set(["scheduled", "sending", "held"]);

/** Whether something may still come of a delivery. */
export function isOpen({ state }: MovedRow): boolean {
  return OPEN.has(state);
}

/** The rows of an export, always the same in the same order, and what became of what waited. */
export async function* rowsIn(lines: AsyncIterable<ExportLine>, how: Moving): AsyncGenerator<TableRow> {
  const undone = new Set<string>();
  let event: ExportedEvent | null = null;
  for await (const line of lines) {
    if (line.type === "event") event = line;
    if (line.type === "opt-out") yield { table: "opt_outs", row: optOutRow(line) };
    if (line.type === "rules" && line.since !== null)
      yield {
        table: "rule_sets",
        row: {
          hash: line.ruleSet,
          part: line.part,
          since: Date.parse(line.since),
          until: line.until === undefined ? null : Date.parse(line.until),
          rules: JSON.stringify(line.rules),
        },
      };
    if (line.type !== "rows") continue;
    const isOfEvent: boolean = event !== null && line.tables === undefined;
    yield* isOfEvent && event ? ofEvent(event, line.rows, how, undone) : beside(line.rows, how, undone);
    event = null;
  }
}

/** The rows of an event and its deliveries, after what waits was taken over or dropped. */
function* ofEvent(line: ExportedEvent, moved: MovedRows, how: Moving, undone: Set<string>): Generator<TableRow> {
  const { type: _, chain: __, told: ___, ...record } = line;
  const { events = [], deliveries = [], ...others } = moved;
  const kept = deliveries.map((row) => movedDelivery(row, line.decision.ruleSet, how));
  const nothing = cameToNothing(kept).filter((rule) => deliveries.some((row) => row["rule"] === rule && isOpen(row)));
  for (const rule of nothing) undone.add(nameOf(rule, line.event.key));
  for (const row of events) {
    const isUndecided = (row["deciding"] ?? null) !== null && how.waits === "drop";
    const { deciding: ____, ...decided } = record.decision;
    const before = JSON.parse(String(row["undone"] ?? "[]")) as readonly string[];
    yield {
      table: "events",
      row: {
        ...row,
        ...(isUndecided ? { deciding: null } : {}),
        ...(nothing.length === 0 ? {} : { undone: JSON.stringify([...new Set([...before, ...nothing])]) }),
        record: JSON.stringify(isUndecided ? { ...record, decision: decided } : record),
      },
    };
  }
  for (const row of kept) yield { table: "deliveries", row };
  yield* beside(others, how, undone);
}

/** Rules of which nothing comes: all that they were to do is cancelled, and no attempt has left. */
function cameToNothing(deliveries: readonly MovedRow[]): readonly string[] {
  const isNothing = (row: MovedRow): boolean => row["state"] === "cancelled" && row["has_left"] !== 1;
  return [...Map.groupBy(deliveries, (row) => String(row["rule"]))]
    .filter(([, own]) => own.every(isNothing))
    .map(([rule]) => rule);
}

function movedDelivery(row: MovedRow, ruleSet: string, how: Moving): MovedRow {
  if (!isOpen(row)) return row;
  if (how.waits === "drop") return cancelled(row, { by: "import", why: "dropped" }, how.atMs);
  const isOverdue = isWaiting(row) && Number(row["due_at"]) < how.atMs;
  return isOverdue && !how.isLate(ruleSet, String(row["rule"]))
    ? cancelled(row, { by: "import", why: "late" }, how.atMs)
    : row;
}

/** Whether it waits for its time, and was never tried: what is tried again began in time. */
function isWaiting({ state, tries, has_left }: MovedRow): boolean {
  return state === "scheduled" && tries === 0 && has_left !== 1;
}

function cancelled(row: MovedRow, by: CancelledBy, atMs: number): MovedRow {
  // Nobody knows whether what was being sent has arrived.
  const cut = row["state"] === "sending" ? { has_left: 1, interrupted_at: row["interrupted_at"] ?? atMs } : {};
  return {
    ...row,
    state: "cancelled",
    due_at: null,
    waits_from: null,
    ended_at: atMs,
    cancelled_by: row["cancelled_by"] ?? JSON.stringify(by),
    has_left: row["has_left"] ?? 0,
    ...cut,
  };
}

function* beside(moved: MovedRows, how: Moving, undone: ReadonlySet<string>): Generator<TableRow> {
  for (const [table, rows] of Object.entries(moved)) {
    const change = Object.hasOwn(CHANGED, table) ? CHANGED[table] : undefined;
    for (const row of rows) yield* change ? change(row, how, undone) : [{ table, row }];
  }
}

/** Tables whose rows do not stay as they are. */
const CHANGED: {
  readonly [table: string]: (row: MovedRow, how: Moving, undone: ReadonlySet<string>) => readonly TableRow[];
} = {
  marks: (row, how) => [{ table: "marks", row: movedMark(row, how) }],
  // Numbered anew, behind what operators did where it goes.
  audit: (row) => [{ table: "audit", row: { ...row, id: null } }],
  // KV is the deployment's: it has to be told.
  tasks: (row, { atMs }) => [
    { table: "tasks", row },
    {
      table: "task_writes",
      row: { task_id: row["id"] ?? null, location_id: placeIn(row), task: row["task"] ?? null, due_at: atMs, tries: 0 },
    },
  ],
  firings: (row, _, undone) => [{ table: "firings", row: withUndone(row, undone) }],
  kept_firings: (row, _, undone) => [{ table: "kept_firings", row: withUndone(row, undone) }],
};

function withUndone(row: MovedRow, undone: ReadonlySet<string>): MovedRow {
  return undone.has(nameOf(String(row["rule"]), String(row["event_key"]))) ? { ...row, undone: 1 } : row;
}

function nameOf(rule: string, eventKey: string): string {
  return `${rule} ${eventKey}`;
}

function placeIn({ task }: MovedRow): string {
  return (JSON.parse(String(task)) as { readonly locationId: string }).locationId;
}

function movedMark(row: MovedRow, { pauses }: Moving): MovedRow {
  const value = JSON.parse(String(row["value"])) as unknown;
  if (row["name"] === "paused") return { ...row, value: JSON.stringify(pausedHere(value as PausedMark, pauses)) };
  // Where it goes, another token may be allowed to ask, and HighLevel knows no cursor of this one.
  if (row["name"] === "reconciled")
    return { ...row, value: JSON.stringify({ ...(value as object), pass: null, refusedOf: null }) };
  return row;
}

/** What the mark `paused` holds. */
export interface PausedMark {
  readonly here: readonly Pause[];
  readonly everywhere: { readonly pauses: readonly Pause[] } | null;
}

/** Another deployment pauses nothing everywhere by that: what was paused so is paused here. */
function pausedHere({ here, everywhere }: PausedMark, there: readonly Pause[]): PausedMark {
  const own = there.filter(({ scope }) => scope !== "everywhere");
  const others = (everywhere?.pauses ?? []).map((pause): Pause => ({ ...pause, scope: "rule" }));
  const byRule = new Map<string | null, Pause>();
  for (const pause of [...here, ...own, ...others]) if (!byRule.has(pause.rule)) byRule.set(pause.rule, pause);
  return {
    here: [...byRule.values()].toSorted((a, b) => Number(a.rule !== null) - Number(b.rule !== null)),
    everywhere: null,
  };
}

function optOutRow({ contactId, channel, why, since, eventKey, lastAt, lastKey }: ExportedOptOut): MovedRow {
  return {
    contact_id: contactId,
    channel,
    why,
    since: Date.parse(since),
    event_key: eventKey,
    last_at: Date.parse(lastAt),
    last_key: lastKey,
  };
}
