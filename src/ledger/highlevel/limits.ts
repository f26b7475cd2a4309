// How much of HighLevel's limits this ledger has used: counted in memory call by call, and kept in a mark that is written
// with each delivery that made calls, so that a new instance neither bursts in the same interval nor restarts the day.
import { HIGHLEVEL_HOST } from "../../act/highlevel/highlevel.ts";
import * as limits from "../../highlevel/limits.ts";
import { mark, setMark } from "../store/marks.ts";
import type { LedgerStorage } from "../store/ports.ts";

/** A call that left. The first call of either method ends it; later ones are ignored. */
interface CountedCall {
  answered(answer: { readonly status: number; readonly headers: Headers }): void;
  ended(): void;
}

/** Whoever's turn would be later looks again by then: what came before may have been cancelled. */
const FARTHEST_TURN_MS = 10 * 60_000;
const MARK = "highlevel-limits";

export class HighLevelLimits {
  readonly #storage: LedgerStorage;
  readonly #clock: () => number;
  /** `null`: not read yet, since nothing was sent to HighLevel by this instance. */
  #current: limits.Limits | null = null;
  /** The turn that was given last to somebody who found no room: when it is, who else has it, and when it was given. */
  #turn = { atMs: 0, shared: 0, givenMs: 0 };
  /** How many calls are in flight that are no delivery's. */
  #spared = 0;
  /** The limits as last written. */
  #written: limits.Limits | null = null;

  constructor(storage: LedgerStorage, clock: () => number) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Continues where the previous instance stopped, while it was sending these deliveries, and asking so many questions. */
  resume(interrupted: readonly { readonly host: string }[], asking = 0): void {
    const calling = interrupted.filter(({ host }) => host === HIGHLEVEL_HOST).length + asking;
    if (calling > 0) this.#resumed(calling);
  }

  get #limits(): limits.Limits {
    return this.#current ?? this.#resumed(0);
  }

  set #limits(changed: limits.Limits) {
    this.#current = changed;
  }

  #resumed(interrupted: number): limits.Limits {
    const stored = mark(this.#storage.sql, MARK);
    const last = (stored === undefined ? null : read(stored)) ?? limits.PUBLISHED_LIMITS;
    return (this.#current = this.#written = limits.resumed(last, interrupted, this.#clock()));
  }

  mayBegin(inFlight: number, nowMs: number): boolean {
    return limits.mayBegin(this.#asOf(nowMs), inFlight, nowMs, this.#spared);
  }

  mayBeginAt(nowMs: number): number {
    return limits.mayBeginAt(this.#asOf(nowMs), nowMs);
  }

  /** Whether a call of a delivery that has begun may leave now. */
  mayLeave(): boolean {
    const nowMs = this.#clock();
    return limits.mayLeave(this.#asOf(nowMs), nowMs);
  }

  /**
   * When something that found no room may look again, from a time on, milliseconds since 1970: those that wait take turns, as many at once
   * as the limit lets, so that they neither all come at the same moment nor wait for longer than they have to.
   */
  turnAt(fromMs = 0): number {
    const nowMs = this.#clock();
    const opensAtMs = Math.max(fromMs, this.mayBeginAt(nowMs));
    const { calls, everyMs } = limits.turnsOf(this.#limits);
    const { atMs, shared, givenMs } = this.#turn;
    const isOver = atMs < opensAtMs || nowMs < givenMs || atMs > nowMs + FARTHEST_TURN_MS;
    this.#turn = isOver
      ? { atMs: opensAtMs, shared: 1, givenMs: nowMs }
      : shared < calls
        ? { atMs, shared: shared + 1, givenMs: nowMs }
        : { atMs: atMs + everyMs, shared: 1, givenMs: nowMs };
    return this.#turn.atMs;
  }

  /** The same limits for calls that no delivery waits for, one at a time: they leave where there is room to spare. */
  readonly spare = {
    mayLeave: (): boolean => {
      const nowMs = this.#clock();
      return this.#spared === 0 && limits.hasRoomToSpare(this.#asOf(nowMs), nowMs);
    },
    leaves: (): CountedCall => {
      const counted = this.leaves();
      let isOpen = true;
      const once = (end: () => void): void => {
        if (isOpen) this.#spared -= 1;
        isOpen = false;
        end();
      };
      this.#spared += 1;
      return {
        answered: (answer) => once(() => counted.answered(answer)),
        ended: () => once(() => counted.ended()),
      };
    },
  };

  /** Whether a call is under way. */
  isCalling(): boolean {
    return this.#limits.inFlight > 0;
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

  #asOf(nowMs: number): limits.Limits {
    return (this.#limits = limits.asOf(this.#limits, nowMs));
  }

  /** Writes down what was used since the last time, if anything. It belongs in the transaction that settles a delivery. */
  write(): void {
    if (this.#current === null || this.#current === this.#written) return;
    setMark(this.#storage.sql, MARK, JSON.stringify(this.#current));
    this.#written = this.#current;
  }

  /** What was written may not have been committed: it will be written again. */
  forget(): void {
    this.#written = null;
  }
}

/** A stored state, or `undefined` if it is in a format that this version does not know. */
function read(text: string): limits.Limits | undefined {
  try {
    const stored = JSON.parse(text) as limits.Limits;
    return stored.v === limits.PUBLISHED_LIMITS.v ? stored : undefined;
  } catch {
    return undefined;
  }
}
