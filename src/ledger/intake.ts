// The intake: events are recorded one at a time, in the order in which they came, and those that come at once share a
// commit. A location that sends more than its budget is told to come again later, before it costs anything.
import type { Event } from "../model/event.ts";
import type { OverBudget, Recorded } from "../model/ledger.ts";
import type { LedgerPorts, LedgerStorage } from "./store/ports.ts";
import { TokenBucket } from "../kit/token-bucket.ts";

/** So soon after a commit events are taken to come at once: the next commit waits a little, so that they share it. */
const BUSY_MS = 30;
const GATHER_MS = 2;
/** What may come at once: so many seconds of the budget. */
const BURST_S = 10;

export class Intake {
  readonly #storage: LedgerStorage;
  readonly #ports: LedgerPorts;
  readonly #record: (event: Event) => Promise<Recorded>;
  readonly #budget: TokenBucket;
  #waiting: { readonly event: Event; readonly tell: (recorded: Promise<Recorded>) => void }[] = [];
  #isRecording = false;
  #committedAt = 0;

  constructor(storage: LedgerStorage, ports: LedgerPorts, record: (event: Event) => Promise<Recorded>) {
    this.#storage = storage;
    this.#ports = ports;
    this.#record = record;
    const { eventsPerSecond } = ports;
    this.#budget = new TokenBucket(eventsPerSecond, eventsPerSecond * BURST_S, this.#now());
  }

  /** Records an event once it is its turn, or says when to send it again. */
  take(event: Event): Promise<Recorded> {
    const refused = this.refusal();
    if (refused) return Promise.resolve(refused);
    return new Promise((tell) => {
      this.#waiting.push({ event, tell });
      if (!this.#isRecording) void this.#recordWaiting();
    });
  }

  /** Counts one more against the budget, or says when there will be room again. */
  refusal(): OverBudget | null {
    const now = this.#now();
    if (this.#budget.take(now)) return null;
    return {
      status: "over-budget",
      retryAfterSeconds: Math.max(1, Math.ceil((this.#budget.readyAt(now) - now) / 1_000)),
    };
  }

  /** Each event is decided on the log as the one before left it. */
  async #recordWaiting(): Promise<void> {
    this.#isRecording = true;
    try {
      while (this.#waiting.length > 0) {
        if (this.#now() - this.#committedAt < BUSY_MS) await quietly(() => this.#ports.timer(GATHER_MS));
        const group = this.#waiting;
        this.#waiting = [];
        for (const { event, tell } of group) {
          const recorded = this.#record(event);
          tell(recorded);
          await recorded.catch(() => undefined);
        }
        // A commit that fails breaks the object's output gate: nobody is told that it was recorded.
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

/** Waits for something whose failure shows elsewhere. */
async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // A commit that fails breaks the object's output gate, and a timer that fails is no timer.
  }
}
