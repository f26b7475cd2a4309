// What a ledger writes when something arrives is committed completely or not at all, and what is noted in memory
// with it (that the location was seen, when the alarm rings) never says more than the tables.
import { logError } from "../../model/log-line.ts";
import type { Chores } from "./chores.ts";
import type { Alarm } from "../store/alarm.ts";
import type { LedgerStorage } from "../store/ports.ts";

/** After so many transactions the ledger's size is looked at. */
const LOOK_EVERY = 32;

export class Transactions {
  readonly #storage: LedgerStorage;
  readonly #chores: Chores;
  readonly #alarm: Alarm;
  /** It is looked at with the first transaction after a start. */
  #sinceLook = LOOK_EVERY;

  constructor(storage: LedgerStorage, chores: Chores, alarm: Alarm) {
    this.#storage = storage;
    this.#chores = chores;
    this.#alarm = alarm;
  }

  /** Commits all of the work or none of it; if none, what it noted and armed in memory is forgotten. */
  commit<Value>(work: () => Value): Value {
    const value = this.#allOrNothing(work);
    if (this.#chores.isNews()) void this.#introduce();
    return value;
  }

  #allOrNothing<Value>(work: () => Value): Value {
    try {
      return this.#storage.transactionSync(work);
    } catch (error) {
      this.#chores.forget();
      this.#alarm.forget();
      throw error;
    }
  }

  /** Notes that something came for a location today, and sets the alarm for the chores that follow from it. */
  seen(locationId: string): void {
    const isNews = this.#chores.seen(locationId);
    // How large the ledger is need not be asked each time: it is far from full when it is taken to be.
    this.#sinceLook += 1;
    if (!isNews && this.#sinceLook < LOOK_EVERY) return;
    this.#sinceLook = 0;
    const sweepAt = isNews ? this.#chores.sweepAt() : null;
    const at = Math.min(sweepAt ?? Infinity, this.#chores.trimAt() ?? Infinity);
    if (at < Infinity) this.#alarm.bringForward(at);
  }

  /** Tells the directory about the location. No event waits for it; if it fails, the alarm tells it again. Never rejects. */
  async #introduce(): Promise<void> {
    try {
      await this.#chores.announce();
      const at = this.#chores.announcementAt();
      if (at !== null) this.#alarm.bringForward(at);
    } catch (error) {
      logError("The directory is told again with the next event", {}, error);
    }
  }
}
