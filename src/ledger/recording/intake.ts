// The intake: events are recorded one at a time, in the order in which they came, and those that come together share a
// commit. A location that sends more than its budget is told to try again later, before anything is spent on it.
import type { Event } from "../../model/event.ts";
import type { OverBudget, Recorded, Unavailable } from "../../model/ledger.ts";
import type { LedgerPorts, LedgerStorage } from "../store/ports.ts";
import { TokenBucket } from "../../kit/token-bucket.ts";

/** Events this soon after a commit are taken to come together: the next commit waits a little, so that they share it. */
const BUSY_MS = 30;
const GATHER_MS = 2;
/** This many seconds' worth of the budget may come at once. */
const BURST_S = 10;
/** HighLevel sends again ten minutes after a 429. */
const CLOSED_S = 600;

/** Something whose turn has not come. It never throws: whoever waits for it is told. */
type Work = () => Promise<unknown>;

export class Intake {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #record: (event: Event, isReport: boolean) => Promise<Recorded>;
  readonly #isClosed: () => boolean;
  readonly #refused: () => void;
  readonly #budget: TokenBucket;
  #waiting: Work[] = [];
  #isRecording = false;
  #committedAt = 0;

  constructor(
    storage: LedgerStorage,
    ports: LedgerPorts,
    record: (event: Event, isReport: boolean) => Promise<Recorded>,
    isClosed: () => boolean,
    refused: () => void = () => undefined,
  ) {
    this.#storage = storage;
    this.#ports = ports;
    this.#record = record;
    this.#isClosed = isClosed;
    this.#refused = refused;
    const { eventsPerSecond } = ports;
    this.#budget = new TokenBucket(eventsPerSecond, eventsPerSecond * BURST_S, this.#now());
  }

  /** Records an event when its turn comes, or says when to send it again. */
  take(event: Event): Promise<Recorded> {
    return this.#take(event, false);
  }

  /** The same for a report: recorded together with the removal of what was noted of it. */
  takeReport(event: Event): Promise<Recorded> {
    return this.#take(event, true);
  }

  /** The same for an event that was found in HighLevel's export: whoever takes it in waits for each, so it needs no budget. */
  takeFound(event: Event): Promise<Recorded> {
    return this.inTurn(() => this.#record(event, false));
  }

  #take(event: Event, isReport: boolean): Promise<Recorded> {
    const refused = this.refusal();
    return refused ? Promise.resolve(refused) : this.inTurn(() => this.#record(event, isReport));
  }

  /** Does something between two events, when its turn comes: what it decides is decided on the log as it is then. */
  inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    return new Promise((tell) => {
      this.#waiting.push(() => {
        const done = work();
        tell(done);
        return done.catch(() => undefined);
      });
      if (!this.#isRecording) void this.#recordWaiting();
    });
  }

  /** Counts one event against the budget; if there is no room, or it is closed, says when to come again. */
  refusal(): OverBudget | Unavailable | null {
    if (this.#isClosed()) return { status: "unavailable", retryAfterSeconds: CLOSED_S };
    const now = this.#now();
    if (this.#budget.take(now)) return null;
    this.#refused();
    return {
      status: "over-budget",
      retryAfterSeconds: Math.max(1, Math.ceil((this.#budget.readyAt(now) - now) / 1_000)),
    };
  }

  /** Each event is decided on the log as the previous one left it. */
  async #recordWaiting(): Promise<void> {
    this.#isRecording = true;
    try {
      while (this.#waiting.length > 0) {
        if (Math.abs(this.#now() - this.#committedAt) < BUSY_MS) await quietly(() => this.#ports.timer(GATHER_MS));
        const group = this.#waiting;
        this.#waiting = [];
        for (const work of group) await work();
        // A commit that fails breaks the object's output gate: no answer says that the event was recorded.
        await quietly(() => this.#storage.sync());
        this.#committedAt = this.#now();
      }
    } finally {
      this.#isRecording = false;
    }
  }

  #now(): number {
    return this.#ports.actions.clock();
  }
}

/** Waits for something whose failure shows elsewhere or does not matter. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // A commit that fails breaks the object's output gate; without a timer there is no wait.
  }
}
