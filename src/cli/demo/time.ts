// The demo's clock, by which everything in it goes: the ledgers, HighLevel's stand-in, the receiver of webhooks.

/** Each turn of the clock returns the time of what is due next: more turns than this mean a ledger that never rests. */
const MAX_TURNS = 1_000;

/** Real time, shifted. Milliseconds since 1970. */
export class DemoTime {
  readonly #tell: (offsetMs: number) => Promise<number | null>;
  #offsetMs: number;

  /** `tell` moves the ledgers' clock and returns when the next thing is due there, or `null`. */
  constructor(offsetMs: number, tell: (offsetMs: number) => Promise<number | null>) {
    this.#offsetMs = offsetMs;
    this.#tell = tell;
  }

  readonly now = (): number => Date.now() + this.#offsetMs;

  /** Sets the ledgers' clock for the first time. */
  async start(): Promise<void> {
    await this.#tell(this.#offsetMs);
  }

  /** Skips time: what becomes due on the way is done at its own time, one thing after another. */
  async pass(ms: number): Promise<void> {
    const endMs = this.now() + ms;
    let nextMs = await this.#tell(this.#offsetMs);
    for (let turn = 0; nextMs !== null && nextMs <= endMs; turn++) {
      if (turn === MAX_TURNS) throw new Error("The ledger has something due at every turn of the clock");
      nextMs = await this.#moveTo(nextMs);
    }
    await this.#moveTo(endMs);
  }

  /** Skips time up to the present; from then on the clock is the real one. */
  async catchUp(): Promise<void> {
    await this.pass(-this.#offsetMs);
    this.#offsetMs = 0;
    await this.#tell(0);
  }

  /** Moves the clock, never backwards. */
  async #moveTo(atMs: number): Promise<number | null> {
    this.#offsetMs += Math.max(0, atMs - this.now());
    return this.#tell(this.#offsetMs);
  }
}
