// The one alarm of an object, set for whatever comes next. An alarm may ring late, ring twice, or be lost: the tables
// say what is due, never the alarm.
import type { LedgerStorage } from "./ports.ts";

/** An alarm that should have rung this long ago was lost. */
const LOST_ALARM_MS = 60_000;

export class Alarm {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  /** When the next thing is due by the tables, milliseconds since 1970; `null`: nothing waits. */
  readonly #nextWake: () => number | null;
  /** When the alarm rings, as far as this instance knows. */
  #setFor = Infinity;

  constructor(storage: LedgerStorage, clock: () => number, nextWake: () => number | null) {
    this.#storage = storage;
    this.#clock = clock;
    this.#nextWake = nextWake;
  }

  /**
   * Sets the alarm again if it is missing, too late or in the past. Where nothing is due before `notBeforeMs`, and the
   * alarm rings by then, the tables are not asked.
   */
  async repair(notBeforeMs = -Infinity): Promise<void> {
    const set = await this.#storage.getAlarm();
    this.#setFor = set ?? Infinity;
    if (set !== null && set <= notBeforeMs && set >= this.#clock()) return;
    const next = this.#nextWake();
    if (next !== null && (set === null || set > next || set < this.#clock())) this.set(next);
  }

  /** Sets the alarm for what is due next, whatever it is said to be set for: one that was lost may still be said to be set. */
  async renew(): Promise<void> {
    const set = await this.#storage.getAlarm();
    const next = this.#nextWake();
    // Set for the moment that it is said to be set for, it would change nothing.
    if (next !== null) this.set(next === set ? next + 1 : next);
  }

  /** Makes the alarm ring no later than a time. One that should have rung a while ago was lost: it is set for what is due. */
  bringForward(atMs: number): void {
    const isLost = this.#setFor < this.#clock() - LOST_ALARM_MS;
    if (isLost) this.set(Math.min(atMs, this.#nextWake() ?? atMs));
    else if (atMs < this.#setFor) this.set(atMs);
  }

  /** The alarm has rung: until it is set again, it is not set. */
  rings(): void {
    this.#setFor = Infinity;
  }

  /** Sets the alarm for what is due next, but no earlier than a time. */
  setForNext(notBeforeMs = -Infinity): void {
    const next = this.#nextWake();
    if (next !== null) this.set(Math.max(next, notBeforeMs));
  }

  /** The alarm may not have been committed: as if it were lost, it will be set again for whatever is due. */
  forget(): void {
    this.#setFor = -Infinity;
  }

  set(atMs: number): void {
    // Not awaited: it is committed with the statements around it, and a failure breaks the object's output gate.
    void this.#storage.setAlarm(atMs);
    this.#setFor = atMs;
  }
}
