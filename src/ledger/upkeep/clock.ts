// A clock that was ahead for a while and has been set back: what it made to wait would wait for as much longer as it was
// ahead. Small things are put right where they are read (`kit/not-before.ts`); what stands in many rows is put right here,
// once, when the clock is seen to have gone back. docs/decisions/0036-a-clock-that-was-ahead.md lists both.
import * as contacts from "../log/contacts.ts";
import * as past from "../log/past.ts";
import * as undecided from "../log/undecided.ts";
import * as deliveries from "../deliveries/deliveries.ts";
import * as firings from "../deliveries/firings.ts";
import * as sends from "../deliveries/sends.ts";
import * as tasks from "../deliveries/tasks.ts";
import { mark, noteSetBack, setMark, type TimesNoted } from "../store/marks.ts";
import { logError } from "../../model/log-line.ts";
import type { LedgerStorage, Sql } from "../store/ports.ts";

/** Clocks of machines differ by some milliseconds: less than this is no step back. */
const STEP_MS = 1_000;
/** What could not be put right is tried again, but not at each of many events: it looks through all that waits. */
const AGAIN_MS = 10_000;

/** What waits until a time, and how it is put right: no farther ahead than it was to be when it was made to wait. */
const WAITING: readonly ((sql: Sql, nowMs: number) => void)[] = [deliveries.putRight, tasks.putRight, sends.putRight];
/** When something happened, that something else has to wait for, or is kept for a while after: not later than now. */
const HAPPENED: readonly (readonly [table: string, column: string])[] = [
  ["sends", "at"],
  ["changes", "at"],
  ["changes", "left_at"],
  ["tokens", "refreshed_at"],
  ["tokens", "stored_at"],
  ["rule_sets", "since"],
  ["rule_sets", "until"],
  ["divergence", "at"],
  ["deliveries", "ended_at"],
  ["tasks", "completed_at"],
];
/** When an event happened, where that is written beside it: as the event says once it was put right. */
const SAID: readonly (readonly [table: string, column: string, key: string])[] = [
  ["deliveries", "event_at", "event_key"],
  ["opt_outs", "since", "event_key"],
  ["opt_outs", "last_at", "last_key"],
];
function putRight(sql: Sql, nowMs: number): void {
  for (const waiting of WAITING) waiting(sql, nowMs);
  firings.putRight(sql, nowMs);
  for (const [table, column] of HAPPENED) sql.exec(`UPDATE ${table} SET ${column} = ?1 WHERE ${column} > ?1`, nowMs);
  past.putRight(sql, nowMs);
  for (const [table, column, key] of SAID)
    sql.exec(
      `UPDATE ${table} SET ${column} = ifnull((SELECT occurred_at FROM events
         WHERE events.contact_id = ${table}.contact_id AND events.key = ${table}.${key}), ${column}) WHERE ${column} > ?`,
      nowMs,
    );
  contacts.putRight(sql, nowMs);
  undecided.putRight(sql, nowMs);
  // What HighLevel answered later than now is asked for anew.
  sql.exec("DELETE FROM records WHERE asked_at > ?", nowMs);
  if (Number(mark(sql, "swept") ?? 0) > nowMs) setMark(sql, "swept", String(nowMs));
  noteSetBack(sql, nowMs, deliveries.lastDecidedAtMs(sql));
}

export class ClockWatch {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  /** The latest time that this instance has read, milliseconds since 1970. */
  #latestMs = 0;
  /** After a failure: when what waits may be put right again, milliseconds since 1970. */
  #againMs = 0;

  constructor(storage: LedgerStorage, clock: () => number) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** The clock as every part of the ledger reads it: whatever it wrote by a time, that time has been seen. */
  readonly read = (): number => {
    const nowMs = this.#clock();
    this.#latestMs = Math.max(nowMs, this.#latestMs);
    return nowMs;
  };

  /** As `look`, when a ledger starts: by what it noted, and when it decided a delivery last, milliseconds since 1970. */
  start({ waitsMs, knownMs }: TimesNoted, decidedMs: number): boolean {
    return this.#look(Math.max(waitsMs, decidedMs === knownMs ? 0 : decidedMs));
  }

  /** Looks at the clock; `true`: it went back, and what waits by it was put right. */
  look(): boolean {
    return this.#look(this.#latestMs);
  }

  #look(latestMs: number): boolean {
    const nowMs = this.#clock();
    const isBack = nowMs < latestMs - STEP_MS;
    const isPutRight = isBack && this.#putRight(nowMs);
    // As long as something is not put right, the time that it waits by is remembered.
    this.#latestMs = isPutRight ? nowMs : Math.max(nowMs, latestMs);
    return isPutRight;
  }

  /** What cannot be put right now waits for longer: that must not keep a ledger from opening. */
  #putRight(nowMs: number): boolean {
    const waitMs = this.#againMs - nowMs;
    if (waitMs > 0 && waitMs <= AGAIN_MS) return false;
    try {
      this.#storage.transactionSync(() => putRight(this.#storage.sql, nowMs));
      return true;
    } catch (error) {
      this.#againMs = nowMs + AGAIN_MS;
      logError("What waits could not be put right after the clock went back", {}, error);
      return false;
    }
  }
}
