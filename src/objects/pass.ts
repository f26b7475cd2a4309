// A part of the directory looks after its own ledgers: in each turn of five minutes it pokes those where something may wait,
// those whose hour it is, and those that have something to tell, 300 with each alarm, spread over the turn. How far it has
// come is on disk, so that a part that was put away, or stopped, goes on there, and one that is late begins the next at once.
import { NEWS_MS, type ToldLocation } from "../model/home.ts";
import { logError } from "../model/log-line.ts";
import type { Poked } from "../model/rpc.ts";
import { firstRow, rows, type LedgerStorage, type Sql } from "../ledger/store/ports.ts";

/** Asks the ledger of a location. `isHour`: `null`: HighLevel's export is left alone. `toldAtMs`: when it told last. */
export type Poke = (locationId: string, isHour: boolean | null, toldAtMs: number | null) => Promise<Poked>;

const DAY_MS = 86_400_000;
const TURN_MS = NEWS_MS;
/** How many turns an hour has, and in which of them a location has its own: by its id, whose end is by chance. */
const TURNS = 12;
const TURN_OF = `(unicode(substr(location_id, -1)) + 7 * unicode(substr('0' || location_id, -2, 1))) % ${TURNS}`;
/** Of `is_open`: nothing waits, but HighLevel's export is looked through once an hour. */
const HOURLY = 2;
/** One alarm may make a thousand calls, and tells 600 ledgers of a pause besides. */
export const POKED_AT_ONCE = 300;
const POKED_TOGETHER = 30;
/** How soon one that has never told anything is asked. */
const NEW_MS = 30_000;

/** Rows that are due in a turn: `?1` is now, `?2` the turn of the hour. */
const DUE = `(is_open = 1 OR state IS NULL OR again_at <= ?1 OR (is_open = ${HOURLY} AND ${TURN_OF} = ?2))`;
const IS_ANY =
  "SELECT EXISTS (SELECT 1 FROM locations WHERE is_open <> 0 OR state IS NULL OR again_at IS NOT NULL) AS it";
const IS_NEW = "SELECT EXISTS (SELECT 1 FROM locations WHERE state IS NULL) AS it";

/** How far the last pass has come: which turn it is of, whom it poked last (`null`: all), how long a step is, when the next is due. */
interface Step {
  readonly turn: number;
  readonly after: string | null;
  readonly every: number;
  readonly nextAt: number;
}

/** What a poke needs to know of a row. */
interface DueRow {
  readonly id: string;
  readonly isHour: number;
  readonly toldAt: number | null;
}

export class Pass {
  readonly #sql: Sql;
  readonly #clock: () => number;
  readonly #poke: Poke;
  /** When new ones were asked last, as far as this instance knows. */
  #newAtMs = 0;

  constructor({ sql }: Pick<LedgerStorage, "sql">, clock: () => number, poke: Poke) {
    this.#sql = sql;
    this.#clock = clock;
    this.#poke = poke;
  }

  /** When the next step is due, milliseconds since 1970; `null`: there is nobody to look after. */
  nextAt(): number | null {
    if (!this.#is(IS_ANY)) return null;
    const now = this.#clock();
    const turn = this.#turnNow();
    const step = this.#step();
    const before = underWay(step, turn);
    const next = before ? Math.max(now, before.nextAt) : step?.turn === turn ? (turn + 1) * TURN_MS : now;
    return this.#is(IS_NEW) ? Math.min(next, Math.max(now, this.#newAtMs + NEW_MS)) : next;
  }

  /** Pokes those that are due, as many as one alarm may. */
  async run(): Promise<void> {
    const now = this.#clock();
    const last = this.#step();
    const before = underWay(last, this.#turnNow());
    const turn = before?.turn ?? this.#turnNow();
    this.#newAtMs = now;
    // Between two turns, and between two steps, only those are asked that have just come.
    if (before ? now < before.nextAt : last?.turn === turn) return this.#pokeAll(this.#rows("state IS NULL", "", turn));
    const every = before?.every ?? this.#everyMs(turn);
    const due = this.#rows(DUE, before?.after ?? "", turn);
    const after = due.length < POKED_AT_ONCE ? null : (due.at(-1)?.id ?? null);
    await this.#pokeAll(due);
    this.#note({ turn, after, every, nextAt: (before?.nextAt ?? now) + every });
  }

  /** Asks one ledger now, and keeps what it tells. */
  async look(locationId: string): Promise<void> {
    const found = "SELECT told_at AS toldAt FROM locations WHERE location_id = ?";
    const row = firstRow<{ toldAt: number | null }>(this.#sql, found, locationId);
    if (row) this.#keep(locationId, await this.#poke(locationId, null, row.toldAt));
  }

  async #pokeAll(due: readonly DueRow[]): Promise<void> {
    for (let from = 0; from < due.length; from += POKED_TOGETHER) {
      const together = due.slice(from, from + POKED_TOGETHER);
      const answers = await Promise.allSettled(
        together.map(({ id, isHour, toldAt }) => this.#poke(id, isHour === 1, toldAt)),
      );
      for (const [index, answer] of answers.entries()) {
        const locationId = together[index]?.id ?? "";
        if (answer.status === "fulfilled") this.#keep(locationId, answer.value);
        else logError("A ledger did not answer the watchdog", { locationId }, answer.reason);
      }
    }
  }

  /**
   * Keeps what a ledger answered, one row if there is news. That nothing waits is noted only where nothing came today: once
   * a location and day.
   */
  #keep(locationId: string, { isOpen, isReconciled, told }: Poked): void {
    const found = "SELECT is_open AS isOpen, last_seen AS lastSeen, state FROM locations WHERE location_id = ?";
    const row = firstRow<{ isOpen: number; lastSeen: number; state: string | null }>(this.#sql, found, locationId);
    if (!row) return;
    const now = this.#clock();
    const isToday = row.lastSeen >= now - (now % DAY_MS);
    const open = isOpen || (isToday && row.isOpen === 1) ? 1 : isReconciled === true ? HOURLY : 0;
    const isMoved = row.isOpen !== open;
    const isTold = told !== undefined && (told.day !== null || textOf(told, row.state) !== row.state);
    if (!isMoved && !isTold) return;
    this.#sql.exec(
      "UPDATE locations SET is_open = ?2, state = coalesce(?3, state), again_at = CASE WHEN ?3 IS NULL THEN again_at ELSE ?4 END, told_at = coalesce(?5, told_at), name = coalesce(?6, name) WHERE location_id = ?1",
      locationId,
      open,
      isTold ? textOf(told, row.state) : null,
      told?.againMs ?? null,
      isTold ? told.atMs : null,
      told?.name ?? null,
    );
  }

  /** Those that are due behind an id. */
  #rows(which: string, after: string, turn: number): DueRow[] {
    const found = `SELECT location_id AS id, ${TURN_OF} = ?2 AS isHour, told_at AS toldAt FROM locations
      WHERE location_id > ?3 AND ?1 > 0 AND ${which} ORDER BY location_id LIMIT ${POKED_AT_ONCE}`;
    return rows<DueRow>(this.#sql, found, this.#clock(), turn % TURNS, after);
  }

  /** How long a step of a turn is. */
  #everyMs(turn: number): number {
    const found = `SELECT COUNT(*) AS n FROM locations WHERE ${DUE}`;
    const count = firstRow<{ n: number }>(this.#sql, found, this.#clock(), turn % TURNS)?.n ?? 0;
    return Math.floor(TURN_MS / (Math.floor(count / POKED_AT_ONCE) + 1));
  }

  #step(): Step | undefined {
    return firstRow<Step>(this.#sql, 'SELECT turn, "after", every, next_at AS nextAt FROM pass');
  }

  #note({ turn, after, every, nextAt }: Step): void {
    const noted = "INSERT OR REPLACE INTO pass VALUES (1, ?, ?, ?, ?)";
    this.#sql.exec(noted, turn, after, every, nextAt);
  }

  #turnNow(): number {
    return Math.floor(this.#clock() / TURN_MS);
  }

  #is(question: string): boolean {
    return firstRow<{ it: number }>(this.#sql, question)?.it === 1;
  }
}

/** The pass that has not come to its end. One of a turn that has not begun is from a clock that was ahead. */
function underWay(step: Step | undefined, turn: number): Step | undefined {
  return step !== undefined && step.after !== null && step.turn <= turn ? step : undefined;
}

/** What is kept: without the moment, so that the same is told as the same; a day before stays where none is told. */
function textOf(told: ToldLocation, before: string | null): string {
  const kept = before === null ? null : (JSON.parse(before) as ToldLocation).day;
  return JSON.stringify({ ...told, atMs: 0, day: told.day ?? kept });
}
