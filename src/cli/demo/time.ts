// The time of the demo, which everything in it goes by: the ledgers, HighLevel's stand-in, the receiver of webhooks.

/** A turn of the clock is answered with the time of what comes next: so many at once would be a ledger that does not rest. */
const MAX_TURNS = 1_000;

/** Real time, shifted. Milliseconds since 1970. */
export class DemoTime {
  readonly #tell: (offsetMs: number) => Promise<number | null>;
  #offsetMs: number;

  /** `tell` moves the ledgers' clock, and says when the next thing is due there. */
  constructor(offsetMs: number, tell: (offsetMs: number) => Promise<number | null>) {
    this.#offsetMs = offsetMs;
    this.#tell = tell;
  }

  readonly now = (): number => Date.now() + this.#offsetMs;

  /** Begins. */
  async start(): Promise<void> {
    await this.#tell(this.#offsetMs);
  }

  /** Lets time pass at once: what becomes due on the way is done at its time, one after the other. */
  async pass(ms: number): Promise<void> {
    const endMs = this.now() + ms;
    let nextMs = await this.#tell(this.#offsetMs);
    for (let turn = 0; nextMs !== null && nextMs <= endMs; turn++) {
      if (turn === MAX_TURNS) throw new Error("The ledger has something due at every turn of the clock");
      nextMs = await this.#moveTo(nextMs);
    }
    await this.#moveTo(endMs);
  }

  /** Lets time pass until it is the real one. */
  async catchUp(): Promise<void> {
    await this.pass(-this.#offsetMs);
    this.#offsetMs = 0;
    await this.#tell(0);
  }

  /** Never backwards. */
  async #moveTo(atMs: number): Promise<number | null> {
    this.#offsetMs += Math.max(0, atMs - this.now());
    return this.#tell(this.#offsetMs);
  }
}
