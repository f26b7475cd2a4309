// What the operator does by hand: sends deliveries again, releases, cancels or discards them, one or many at a time,
// completes a task, erases a contact. Each change is one transaction; what it makes due is sent at once.
import { fail, succeed, type Result } from "../kit/result.ts";
import type {
  CancelledMany,
  Delivery,
  DeliveryFilter,
  DiscardedMany,
  ReleasedMany,
  RetriedMany,
} from "../model/delivery.ts";
import type { Failure } from "../model/failure.ts";
import type { Erased } from "../model/ledger.ts";
import type { Task } from "../model/task.ts";
import type { Chores } from "./upkeep/chores.ts";
import * as breaker from "./deliveries/breaker.ts";
import * as deliveries from "./deliveries/deliveries.ts";
import { countOf, find, idsOf, type Which } from "./deliveries/lists.ts";
import { cancelled, released, retried, type Standing } from "./deliveries/moves.ts";
import { retriedByHand } from "./deliveries/sends.ts";
import * as tasks from "./deliveries/tasks.ts";
import * as erasures from "./log/erased.ts";
import { eraseContact } from "./upkeep/erase.ts";
import type { Pauses } from "./log/pauses.ts";
import type { Pump } from "./pump/pump.ts";
import type { Statistics } from "./reading/statistics.ts";
import type { Alarm } from "./store/alarm.ts";
import type { LedgerStorage } from "./store/ports.ts";
import type { Transactions } from "./upkeep/transactions.ts";

/** How many deliveries one call moves if it sets no limit. */
const MOVED_AT_ONCE = 1_000;
/** More than are ever being sent. */
const AT_ONCE = 100;
const BY_OPERATOR = { by: "operator" } as const;

/** At once where nothing has to be waited for. */
type OrLater<Answer> = Answer | Promise<Answer>;

/** The parts of a ledger that these calls use. */
interface ByHandParts {
  readonly transactions: Transactions;
  readonly chores: Chores;
  readonly alarm: Alarm;
  readonly statistics: Statistics;
  readonly pump: Pump;
  readonly pauses: Pauses;
}

export class ByHand {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  readonly #parts: ByHandParts;

  constructor(storage: LedgerStorage, clock: () => number, parts: ByHandParts) {
    this.#storage = storage;
    this.#clock = clock;
    this.#parts = parts;
  }

  /**
   * Sends a delivery again, earlier than planned, or although it was held. One that was sent is never repeated. If it
   * was not known whether a message was sent, a person is taken to have checked. A message that its contact does not want
   * stays as it is: its `optOut` says why.
   */
  retry(id: string): Result<Delivery, Failure> {
    return this.#letGo(id, retried, () => retriedByHand(this.#storage.sql, id));
  }

  /** Releases a delivery that is held: it is due now. It stays held while its contact does not want it, as `optOut` says. */
  release(id: string): Result<Delivery, Failure> {
    return this.#letGo(id, released);
  }

  /**
   * Cancels a delivery: nothing is sent after the answer. If it is being sent, this waits for the attempt: the delivery
   * is cancelled if that fails; if it succeeds, the answer says so.
   */
  async cancel(id: string): Promise<Result<Delivery, Failure>> {
    const noted = this.#move(id, (from) => cancelled(from, BY_OPERATOR));
    if (!noted.ok || noted.value.state !== "sending") return noted;
    await this.#parts.pump.attemptOf(id);
    return this.#move(id, cancelledAfterAttempt);
  }

  /** Sends dead deliveries again, oldest first, but for messages that their contact does not want: they stay dead. */
  retryDead(filter: DeliveryFilter, limit?: number, isDryRun = false): RetriedMany {
    const now = this.#clock();
    const { moved, ...others } = this.#moveWanted("dead", filter, limit, isDryRun, (from) => retried(from, now));
    const { held, more } = others;
    return { retried: moved, held, more };
  }

  /**
   * Cancels deliveries that are scheduled or being sent, oldest first; `more`: others match the filter.
   * Those that are being sent are waited for, and count unless they arrive. At once where there are none.
   */
  cancelScheduled(filter: DeliveryFilter, limit?: number, isDryRun = false): OrLater<CancelledMany> {
    const { sql } = this.#storage;
    const sending = idsOf(sql, "sending", filter, AT_ONCE);
    return this.#endAll("scheduled", sending, filter, limit, isDryRun, (ended, more) => ({ cancelled: ended, more }));
  }

  /** Releases deliveries that are held, oldest first, but for messages that their contact does not want: they stay held. */
  releaseHeld(filter: DeliveryFilter, limit?: number, isDryRun = false): ReleasedMany {
    const now = this.#clock();
    const { moved, ...others } = this.#moveWanted("held", filter, limit, isDryRun, (from, id) => {
      breaker.release(this.#storage.sql, id, now);
      return released(from, now);
    });
    return { released: moved, ...others };
  }

  /**
   * Cancels deliveries that are held, oldest first, and those that were and are being sent since they were released: like
   * `cancelScheduled`.
   */
  discardHeld(filter: DeliveryFilter, limit?: number, isDryRun = false): OrLater<DiscardedMany> {
    const { sql } = this.#storage;
    const released = idsOf(sql, "sending", filter, AT_ONCE).filter((id) => deliveries.wasHeld(sql, id));
    return this.#endAll("held", released, filter, limit, isDryRun, (ended, more) => ({ discarded: ended, more }));
  }

  completeTask(id: string): Result<Task, Failure> {
    const { sql } = this.#storage;
    const task = tasks.find(sql, id);
    if (!task) return fail({ code: "LEDGER_NOT_FOUND", what: "task" });
    const done = this.#storage.transactionSync(() => tasks.complete(sql, task, this.#clock()));
    this.#goOn();
    return succeed(done);
  }

  /** Removes everything that names a contact, and returns how much that was. `digest`: by what HighLevel's export does not bring it back. */
  eraseContact(locationId: string, contactId: string, digest?: string): Erased {
    const { sql } = this.#storage;
    const erased = this.#storage.transactionSync(() => {
      if (digest !== undefined) erasures.note(sql, digest, this.#clock());
      return eraseContact(sql, locationId, contactId, this.#clock());
    });
    this.#parts.statistics.forget();
    this.#goOn();
    return erased;
  }

  /** Lets a delivery go. What is paused, or a message that its contact does not want, would be held at once: it stays as it is. */
  #letGo(
    id: string,
    move: (from: Standing, nowMs: number) => Standing | null,
    alongside: () => void = () => undefined,
  ): Result<Delivery, Failure> {
    const { sql } = this.#storage;
    const now = this.#clock();
    const { pauses } = this.#parts;
    let unwanted: Delivery | undefined;
    const moved = this.#move(id, (from) => {
      const to = move(from, now);
      const delivery = to === null ? undefined : find(sql, id, now);
      if (delivery?.optOut || (delivery && pauses.of(delivery.rule)))
        unwanted = { ...delivery, paused: pauses.of(delivery.rule) };
      if (to === null || unwanted) return null;
      breaker.release(sql, id, now);
      alongside();
      return to;
    });
    if (unwanted) return succeed(unwanted);
    if (moved.ok) this.#goOn();
    return moved;
  }

  #move(id: string, move: (from: Standing) => Standing | null): Result<Delivery, Failure> {
    const { sql } = this.#storage;
    const moved = this.#storage.transactionSync(() => deliveries.move(sql, id, move, this.#clock()));
    const delivery = find(sql, id, this.#clock());
    if (!delivery) return fail({ code: "LEDGER_NOT_FOUND", what: "delivery" });
    return moved ? succeed(delivery) : fail({ code: "LEDGER_DELIVERY_STATE", state: delivery.state });
  }

  /** Moves those in a state whose contact wants their message and whose rule is not paused, or counts them. */
  #moveWanted(
    state: "dead" | "held",
    filter: DeliveryFilter,
    limit = MOVED_AT_ONCE,
    isDryRun: boolean,
    move: (from: Standing, id: string) => Standing | null,
  ): { moved: number; held: number; asked: number; more: boolean } {
    const { sql } = this.#storage;
    const pauses = this.#parts.pauses.inForce();
    const count = (which: Which, upTo?: string): number => countOf(sql, state, filter, which, { upTo, pauses });
    const held = count("unwanted");
    if (isDryRun) return { moved: count("wanted"), held, asked: count("asked"), more: false };
    const ids = idsOf(sql, state, filter, limit + 1, "wanted", pauses);
    const meant = ids.slice(0, limit);
    const asked = count("asked", meant.at(-1) ?? "");
    const moved = this.#moveEach(meant, move);
    if (moved.length > 0) this.#goOn();
    return { moved: moved.length, held, asked, more: ids.length > limit };
  }

  /**
   * Cancels what is in a state, and of what is being sent the deliveries that are named. After the answer none of them is
   * sent: an attempt that is under way is the last one, and its end is what is counted.
   */
  #endAll<Answer>(
    state: "scheduled" | "held",
    sending: readonly string[],
    filter: DeliveryFilter,
    limit = MOVED_AT_ONCE,
    isDryRun: boolean,
    answer: (ended: number, more: boolean) => Answer,
  ): OrLater<Answer> {
    const { pump } = this.#parts;
    if (isDryRun) return answer(countOf(this.#storage.sql, state, filter, "any") + sending.length, false);
    const underWay = new Set(sending);
    const ids = [...idsOf(this.#storage.sql, state, filter, limit + 1), ...sending].toSorted();
    const more = ids.length > limit;
    const moved = this.#moveEach(ids.slice(0, limit), (from) => cancelled(from, BY_OPERATOR));
    const marked = moved.filter((id) => underWay.has(id));
    if (marked.length === 0) return answer(moved.length, more);
    return Promise.all(marked.map((id) => pump.attemptOf(id))).then(() =>
      answer(moved.length - marked.length + this.#moveEach(marked, cancelledAfterAttempt).length, more),
    );
  }

  /** Makes a move of each, in one transaction; the ids of those that could make it. */
  #moveEach(ids: readonly string[], move: (from: Standing, id: string) => Standing | null): readonly string[] {
    const { sql } = this.#storage;
    const now = this.#clock();
    return this.#storage.transactionSync(() => deliveries.moveAll(sql, ids, move, now));
  }

  /** Sets to work on what has just become due. */
  #goOn(): void {
    const { alarm, chores, transactions, pump } = this.#parts;
    alarm.bringForward(this.#clock());
    const locationId = chores.locationId();
    if (locationId !== undefined) transactions.seen(locationId);
    pump.wake();
  }
}

/** Where a cancelled delivery stands once its attempt has ended; `null`: it arrived. */
function cancelledAfterAttempt(from: Standing): Standing | null {
  return from.state === "cancelled" ? from : cancelled(from, BY_OPERATOR);
}
