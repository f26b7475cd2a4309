// HighLevel's limits as this ledger has used them: counted in memory call by call, and kept in a mark that is written with
// each delivery that called, so that a new instance neither bursts within the same interval nor begins the day anew.
import { HIGHLEVEL_HOST } from "../../act/highlevel/highlevel.ts";
import * as limits from "../../highlevel/limits.ts";
import { mark, setMark } from "../store/marks.ts";
import { firstRow, type LedgerStorage } from "../store/ports.ts";

/** A call that left: one of the two says that it ended, what comes after that is not heard. */
interface CountedCall {
  answered(answer: { readonly status: number; readonly headers: Headers }): void;
  ended(): void;
}

const MARK = "highlevel-limits";

export class HighLevelLimits {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  #limits = limits.PUBLISHED_LIMITS;
  /** As it was written last. */
  #written: limits.Limits | null = null;

  constructor(storage: LedgerStorage, clock: () => number) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Goes on where the instance before stopped. Deliveries that it left half sent must still say so. */
  resume(): void {
    const { sql } = this.#storage;
    const stored = mark(sql, MARK);
    const sending = "SELECT COUNT(*) AS n FROM deliveries WHERE state = 'sending' AND host = ? AND due_at IS NOT NULL";
    const interrupted = firstRow<{ n: number }>(sql, sending, HIGHLEVEL_HOST)?.n ?? 0;
    this.#limits = limits.resumed(
      (stored === undefined ? null : read(stored)) ?? limits.PUBLISHED_LIMITS,
      interrupted,
      this.#clock(),
    );
    this.#written = this.#limits;
  }

  mayBegin(inFlight: number, nowMs: number): boolean {
    return limits.mayBegin(this.#limits, inFlight, nowMs);
  }

  mayBeginAt(nowMs: number): number {
    return limits.mayBeginAt(this.#limits, nowMs);
  }

  /** Whether a call of a delivery that was begun may leave now. */
  mayLeave(): boolean {
    return limits.mayLeave(this.#limits, this.#clock());
  }

  /** Counts a call that leaves now. */
  leaves(): CountedCall {
    const [left, ticket] = limits.leaving(this.#limits, this.#clock());
    this.#limits = left;
    let isOpen = true;
    const end = (after: (from: limits.Limits, nowMs: number) => limits.Limits): void => {
      if (!isOpen) return;
      isOpen = false;
      this.#limits = after(this.#limits, this.#clock());
    };
    return {
      answered: (answer) => end((from, nowMs) => limits.answered(from, ticket, answer, nowMs)),
      ended: () => end(limits.unanswered),
    };
  }

  /** Writes down what was used since the last time, if anything. It belongs into the transaction that settles a delivery. */
  write(): void {
    if (this.#limits === this.#written) return;
    const { sql } = this.#storage;
    setMark(sql, MARK, JSON.stringify(this.#limits));
    this.#written = this.#limits;
  }

  /** What was written may not have been committed: it is written again. */
  forget(): void {
    this.#written = null;
  }
}

/** A stored state, or `undefined` when it is of a form that this version does not know. */
function read(text: string): limits.Limits | undefined {
  try {
    const stored = JSON.parse(text) as limits.Limits;
    return stored.v === limits.PUBLISHED_LIMITS.v ? stored : undefined;
  } catch {
    return undefined;
  }
}
