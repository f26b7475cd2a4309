// Counts of what happened, kept in memory: by quarter of an hour over all that is kept, by minute over two hours.
// They are built from the tables and kept up as things are written, so that asking reads no rows.
import type { HeldRule } from "../model/decision.ts";
import { BUCKET_MS, MINUTES_REACH_BACK_MS, type Buckets } from "../model/statistics.ts";
import { rows, type Sql } from "./ports.ts";

/** An event, as it counts. */
export interface TalliedEvent {
  readonly atMs: number;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly fired: readonly string[];
  readonly held: readonly HeldRule[];
}

/** What is counted: `event`, channel, outcome; `fired`, rule; `held`, rule, reason; `sent`; `failed`. */
type Series = readonly [what: "event" | "fired" | "held" | "sent" | "failed", ...names: string[]];

/** By series, and then by the time at which a cell begins. */
type Cells = Map<string, Map<number, number>>;

const { minute: MINUTE_MS, quarter: QUARTER_MS } = BUCKET_MS;
/** More cells than these are made coarser where they are old: hours, then days. */
const MAX_CELLS = 300_000;
const COARSER_MS = [3_600_000, 86_400_000] as const;
const STAYS_FINE_MS = 2 * 86_400_000;
const NONE = "none";
const BETWEEN_NAMES = "\n";

export class Tally {
  readonly #maxCells: number;
  readonly #quarters: Cells = new Map();
  readonly #minutes: Cells = new Map();
  readonly #lastFired = new Map<string, number>();
  #cellCount = 0;
  #coarser = 0;
  #latestMinute = 0;

  constructor(maxCells = MAX_CELLS) {
    this.#maxCells = maxCells;
  }

  /** When each rule fired last, milliseconds since 1970. */
  get lastFired(): ReadonlyMap<string, number> {
    return this.#lastFired;
  }

  /** Counts an event, or so many that are alike; `cellMs` is when they came, as exactly as it is known. */
  addEvent({ atMs, channel, outcome, fired, held }: TalliedEvent, nowMs: number, times = 1, cellMs = atMs): void {
    this.#add(["event", channel ?? NONE, outcome ?? NONE], cellMs, nowMs, times);
    for (const rule of fired) {
      this.#add(["fired", rule], cellMs, nowMs, times);
      this.#lastFired.set(rule, Math.max(atMs, this.#lastFired.get(rule) ?? 0));
    }
    for (const { rule, reason } of held) this.#add(["held", rule, reason], cellMs, nowMs, times);
  }

  /** Counts an attempt, or so many that ended alike. */
  addAttempt(atMs: number, isSent: boolean, nowMs: number, times = 1): void {
    this.#add([isSent ? "sent" : "failed"], atMs, nowMs, times);
  }

  /** Each series that has something in these buckets, by its words, with one number a bucket. */
  counts(
    { fromMs, toMs, bucketMs }: Buckets,
    nowMs: number,
  ): { readonly series: string[]; readonly counts: number[] }[] {
    const isFine = bucketMs < QUARTER_MS;
    const first = isFine ? Math.max(fromMs, recentFrom(nowMs)) : fromMs;
    const length = Math.ceil((toMs - fromMs) / bucketMs);
    return [...(isFine ? this.#minutes : this.#quarters)].flatMap(([name, cells]) => {
      let counts: number[] | null = null;
      for (const [atMs, times] of cells) {
        if (atMs < first || atMs >= toMs) continue;
        counts ??= Array<number>(length).fill(0);
        const bucket = Math.floor((atMs - fromMs) / bucketMs);
        counts[bucket] = (counts[bucket] ?? 0) + times;
      }
      return counts === null ? [] : [{ series: name.split(BETWEEN_NAMES), counts }];
    });
  }

  #add(series: Series, atMs: number, nowMs: number, times: number): void {
    const name = series.join(BETWEEN_NAMES);
    if (addTo(this.#quarters, name, floorTo(atMs, QUARTER_MS), times)) this.#cellCount += 1;
    if (this.#cellCount > this.#maxCells) this.#coarsen(nowMs);
    if (atMs < recentFrom(nowMs)) return;
    addTo(this.#minutes, name, floorTo(atMs, MINUTE_MS), times);
    this.#forgetMinutes(nowMs);
  }

  /** Once a minute. */
  #forgetMinutes(nowMs: number): void {
    const minute = floorTo(nowMs, MINUTE_MS);
    if (minute <= this.#latestMinute) return;
    this.#latestMinute = minute;
    for (const [name, cells] of this.#minutes) {
      for (const atMs of cells.keys()) if (atMs < recentFrom(nowMs)) cells.delete(atMs);
      if (cells.size === 0) this.#minutes.delete(name);
    }
  }

  /** Puts old quarters of an hour together: their counts then stand at the beginning of the hour, or of the day. */
  #coarsen(nowMs: number): void {
    const cellMs = COARSER_MS[this.#coarser];
    if (cellMs === undefined) return;
    this.#coarser += 1;
    this.#cellCount = 0;
    for (const [name, cells] of this.#quarters) {
      const coarse = new Map<number, number>();
      for (const [atMs, times] of cells) {
        const at = atMs < nowMs - STAYS_FINE_MS ? floorTo(atMs, cellMs) : atMs;
        coarse.set(at, (coarse.get(at) ?? 0) + times);
      }
      this.#quarters.set(name, coarse);
      this.#cellCount += coarse.size;
    }
  }
}

/** The tally of what the tables hold: one pass over the events and one over the attempts. */
export function tallyOf(sql: Sql, nowMs: number): Tally {
  const tally = new Tally();
  const cell = (column: string): string =>
    `CASE WHEN ${column} >= ? THEN ${column} / ${MINUTE_MS} * ${MINUTE_MS} ELSE ${column} / ${QUARTER_MS} * ${QUARTER_MS} END`;
  const events = rows<{
    cell: number;
    at: number;
    channel: string | null;
    outcome: string | null;
    fired: string;
    held: string | null;
    times: number;
  }>(
    sql,
    `SELECT ${cell("received_at")} AS cell, MAX(received_at) AS at, channel, outcome, fired, held, COUNT(*) AS times
     FROM events WHERE record IS NOT NULL GROUP BY 1, channel, outcome, fired, held`,
    recentFrom(nowMs),
  );
  for (const { cell: cellMs, at, channel, outcome, fired, held, times } of events)
    tally.addEvent(
      {
        atMs: at,
        channel,
        outcome,
        fired: fired === "[]" ? [] : (JSON.parse(fired) as string[]),
        held: readHeld(held),
      },
      nowMs,
      times,
      cellMs,
    );
  const attempts = rows<{ cell: number; sent: number; times: number }>(
    sql,
    `SELECT ${cell("at")} AS cell, error IS NULL AS sent, COUNT(*) AS times FROM attempts GROUP BY 1, 2`,
    recentFrom(nowMs),
  );
  for (const { cell: cellMs, sent, times } of attempts) tally.addAttempt(cellMs, sent === 1, nowMs, times);
  return tally;
}

/** The column `held` of an event. */
export function readHeld(text: string | null): HeldRule[] {
  if (text === null) return [];
  return (JSON.parse(text) as [HeldRule["rule"], HeldRule["reason"]][]).map(([rule, reason]) => ({ rule, reason }));
}

function recentFrom(nowMs: number): number {
  return floorTo(nowMs - MINUTES_REACH_BACK_MS, MINUTE_MS);
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

/** Whether the cell is new. */
function addTo(cells: Cells, name: string, atMs: number, times: number): boolean {
  let own = cells.get(name);
  if (!own) cells.set(name, (own = new Map()));
  const before = own.get(atMs);
  own.set(atMs, (before ?? 0) + times);
  return before === undefined;
}
