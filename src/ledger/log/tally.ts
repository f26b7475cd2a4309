// Counts of what happened, kept in memory: by quarter of an hour for everything that is kept, by minute for two hours.
// They are built from the tables and updated as rows are written, so that a query reads no rows.
import { HELD_CODES } from "../../act/contract/outcome.ts";
import type { UnknownWord } from "../../events/derive.ts";
import type { SuppressedRule } from "../../model/decision.ts";
import type { EventKind } from "../../model/event-kinds.ts";
import type { UnknownWords } from "../../model/ledger.ts";
import { BUCKET_MS, MINUTES_REACH_BACK_MS, type Buckets } from "../../model/statistics.ts";
import { eachRow, type Sql } from "../store/ports.ts";

/** An event, as it counts. */
export interface TalliedEvent {
  readonly atMs: number;
  readonly kind: EventKind;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly fired: readonly string[];
  readonly suppressed: readonly SuppressedRule[];
  /** HighLevel's words on it that nobody knows. */
  readonly words: readonly UnknownWord[];
  /** It changed nothing: it counts apart. */
  readonly isRepeat: boolean;
}

/** What is counted: (`event`, channel, outcome, kind), `repeat`, (`fired`, rule), (`suppressed`, rule, reason), `sent`, `failed`. */
type Series = readonly [what: "event" | "repeat" | "fired" | "suppressed" | "sent" | "failed", ...names: string[]];

/** Counts by series, then by the time at which a cell begins. */
type Cells = Map<string, Map<number, number>>;

const { minute: MINUTE_MS, quarter: QUARTER_MS, hour: HOUR_MS } = BUCKET_MS;
const DAY_MS = 24 * HOUR_MS;
/** If there are more cells, they are merged: old ones into hours, then into days, then younger ones into hours. */
const MAX_CELLS = 300_000;
const COARSER = [
  { olderThanMs: 2 * DAY_MS, cellMs: HOUR_MS },
  { olderThanMs: 2 * DAY_MS, cellMs: DAY_MS },
  { olderThanMs: MINUTES_REACH_BACK_MS, cellMs: HOUR_MS },
] as const;
/** Merging stops once the cells take no more than this part of the maximum. */
const ENOUGH = 0.75;
/** So many words that nobody knows are told apart; the others are counted together. */
const MAX_WORDS = 100;
/** What stands for a channel or outcome that an event has not. */
export const NONE = "none";
const BETWEEN_NAMES = "\n";

export class Tally {
  readonly #maxCells: number;
  readonly #quarters: Cells = new Map();
  readonly #minutes: Cells = new Map();
  readonly #lastFired = new Map<string, number>();
  readonly #words = new Map<string, { count: number; firstMs: number; lastMs: number }>();
  #otherWords = 0;
  #lastMs: number | null = null;
  #size = 0;
  /** Cells are merged when there are more than this. */
  #room: number;
  #latestMinute = 0;

  constructor(maxCells = MAX_CELLS) {
    this.#maxCells = this.#room = maxCells;
  }

  /** How many cells there are, not counting those of minutes. */
  get size(): number {
    return this.#size;
  }

  /** When each rule fired last, milliseconds since 1970. */
  get lastFired(): ReadonlyMap<string, number> {
    return this.#lastFired;
  }

  /** When the last event came, milliseconds since 1970; `null`: there is none. */
  get lastMs(): number | null {
    return this.#lastMs;
  }

  /** HighLevel's words that nobody knows, the most frequent first. */
  get unknownWords(): UnknownWords {
    const words = [...this.#words].map(([name, { count, firstMs, lastMs }]) => {
      const [field = "", word = ""] = name.split(BETWEEN_NAMES);
      return {
        field,
        word,
        count,
        firstSeen: new Date(firstMs).toISOString(),
        lastSeen: new Date(lastMs).toISOString(),
      };
    });
    const inOrder = words.toSorted((a, b) => b.count - a.count || (a.firstSeen < b.firstSeen ? -1 : 1));
    return { words: inOrder, others: this.#otherWords };
  }

  /** Counts an event, or several alike, the first of which came at `firstMs`; `cellMs` is when they came, as exactly as it is known. */
  addEvent(
    { atMs, kind, channel, outcome, fired, suppressed, words, isRepeat }: TalliedEvent,
    nowMs: number,
    times = 1,
    cellMs = atMs,
    firstMs = atMs,
  ): void {
    for (const [field, word] of words) this.#addWord(`${field}${BETWEEN_NAMES}${word}`, firstMs, atMs, times);
    this.#lastMs = Math.max(atMs, this.#lastMs ?? atMs);
    const series: Series = isRepeat ? ["repeat"] : ["event", channel ?? NONE, outcome ?? NONE, kind];
    this.#add(series, cellMs, nowMs, times);
    for (const rule of fired) {
      this.#add(["fired", rule], cellMs, nowMs, times);
      this.#lastFired.set(rule, Math.max(atMs, this.#lastFired.get(rule) ?? 0));
    }
    for (const { rule, reason } of suppressed) this.#add(["suppressed", rule, reason], cellMs, nowMs, times);
  }

  /** Counts an attempt, or several that ended alike. */
  addAttempt(atMs: number, isSent: boolean, nowMs: number, times = 1): void {
    this.#add([isSent ? "sent" : "failed"], atMs, nowMs, times);
  }

  /** Each cell of what is counted by a first word, as its names, when it begins, and the count. */
  *cells(what: Series[0]): Generator<readonly [names: readonly string[], atMs: number, times: number]> {
    for (const [name, cells] of this.#quarters) {
      const [first, ...names] = name.split(BETWEEN_NAMES);
      if (first === what) for (const [atMs, times] of cells) yield [names, atMs, times];
    }
  }

  /** Each series that has counts in these buckets, by its words, with one number for each bucket. */
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

  #addWord(name: string, firstMs: number, lastMs: number, times: number): void {
    const known = this.#words.get(name);
    if (known === undefined && this.#words.size >= MAX_WORDS) this.#otherWords += times;
    else
      this.#words.set(name, {
        count: (known?.count ?? 0) + times,
        firstMs: Math.min(known?.firstMs ?? firstMs, firstMs),
        lastMs: Math.max(known?.lastMs ?? lastMs, lastMs),
      });
  }

  #add(series: Series, atMs: number, nowMs: number, times: number): void {
    const name = series.join(BETWEEN_NAMES);
    if (addTo(this.#quarters, name, floorTo(atMs, QUARTER_MS), times)) this.#size += 1;
    if (this.#size > this.#room) this.#coarsen(nowMs);
    if (atMs < recentFrom(nowMs)) return;
    addTo(this.#minutes, name, floorTo(atMs, MINUTE_MS), times);
    this.#forgetMinutes(nowMs);
  }

  /** Drops cells that are too old, once a minute. */
  #forgetMinutes(nowMs: number): void {
    const minute = floorTo(nowMs, MINUTE_MS);
    if (minute <= this.#latestMinute) return;
    this.#latestMinute = minute;
    for (const [name, cells] of this.#minutes) {
      for (const atMs of cells.keys()) if (atMs < recentFrom(nowMs)) cells.delete(atMs);
      if (cells.size === 0) this.#minutes.delete(name);
    }
  }

  /** Makes room. If merging does not help, it is tried again when there are a quarter more cells. */
  #coarsen(nowMs: number): void {
    for (const { olderThanMs, cellMs } of COARSER) {
      this.#putTogether(nowMs - olderThanMs, cellMs);
      if (this.#size <= this.#maxCells * ENOUGH) break;
    }
    this.#room = Math.max(this.#maxCells, this.#size * 1.25);
  }

  /** Moves the counts of cells before a time to the beginning of their hour, or of their day. */
  #putTogether(beforeMs: number, cellMs: number): void {
    this.#size = 0;
    for (const [name, cells] of this.#quarters) {
      const coarse = new Map<number, number>();
      for (const [atMs, times] of cells) {
        const at = atMs < beforeMs ? floorTo(atMs, cellMs) : atMs;
        coarse.set(at, (coarse.get(at) ?? 0) + times);
      }
      this.#quarters.set(name, coarse);
      this.#size += coarse.size;
    }
  }
}

/** The tally of what the tables hold: one pass over the events and one over the attempts. */
export function tallyOf(sql: Sql, nowMs: number): Tally {
  const tally = new Tally();
  const cell = (column: string): string =>
    `CASE WHEN ${column} >= ? THEN ${column} / ${MINUTE_MS} * ${MINUTE_MS} ELSE ${column} / ${QUARTER_MS} * ${QUARTER_MS} END`;
  const events = eachRow<{
    cell: number;
    at: number;
    kind: EventKind;
    channel: string | null;
    outcome: string | null;
    fired: string;
    held: string | null;
    words: string | null;
    first: number;
    is_repeat: number;
    times: number;
  }>(
    sql,
    `SELECT ${cell("received_at")} AS cell, MAX(received_at) AS at, kind, channel, outcome, fired, held, words, MIN(received_at) AS first, repeats IS NOT NULL AS is_repeat, COUNT(*) AS times
     FROM events WHERE record IS NOT NULL AND deciding IS NULL GROUP BY 1, kind, channel, outcome, fired, held, words, repeats IS NOT NULL`,
    recentFrom(nowMs),
  );
  for (const { cell: cellMs, at, kind, channel, outcome, fired, held, words, first, is_repeat, times } of events)
    tally.addEvent(
      {
        atMs: at,
        kind,
        channel,
        outcome,
        fired: fired === "[]" ? [] : (JSON.parse(fired) as string[]),
        suppressed: readSuppressed(held),
        words: words === null ? [] : (JSON.parse(words) as UnknownWord[]),
        isRepeat: is_repeat === 1,
      },
      nowMs,
      times,
      cellMs,
      first,
    );
  // An attempt whose delivery was held neither succeeded nor failed.
  const wasHeld = `substr(error, 1, instr(error, ':') - 1) IN (${HELD_CODES.map((code) => `'${code}'`).join(", ")})`;
  const attempts = eachRow<{ cell: number; sent: number; times: number }>(
    sql,
    `SELECT ${cell("at")} AS cell, error IS NULL AS sent, COUNT(*) AS times FROM attempts
     WHERE error IS NULL OR NOT ${wasHeld} GROUP BY 1, 2`,
    recentFrom(nowMs),
  );
  for (const { cell: cellMs, sent, times } of attempts) tally.addAttempt(cellMs, sent === 1, nowMs, times);
  return tally;
}

/** The rules that were suppressed on an event, from its column `held`. */
export function readSuppressed(text: string | null): SuppressedRule[] {
  if (text === null) return [];
  return (JSON.parse(text) as [SuppressedRule["rule"], SuppressedRule["reason"]][]).map(([rule, reason]) => ({
    rule,
    reason,
  }));
}

function recentFrom(nowMs: number): number {
  return floorTo(nowMs - MINUTES_REACH_BACK_MS, MINUTE_MS);
}

function floorTo(ms: number, stepMs: number): number {
  return Math.floor(ms / stepMs) * stepMs;
}

/** Adds to a cell; `true`: the cell is new. */
function addTo(cells: Cells, name: string, atMs: number, times: number): boolean {
  let own = cells.get(name);
  if (!own) cells.set(name, (own = new Map()));
  const before = own.get(atMs);
  own.set(atMs, (before ?? 0) + times);
  return before === undefined;
}
