// How much one alarm may do, counted and not timed: Cloudflare ends an alarm that computes for longer than 30 s, or than
// `cpu_ms` where wrangler.toml sets that, and a clock in a Worker stands still while it computes.

export class Allowance {
  readonly #most: number;
  #spent = 0;

  /** `most`: units until it is used up. What a unit is, is said where they are spent. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Another alarm has rung: all of it is there again. */
  renew(): void {
    this.#spent = 0;
  }

  /** Counts work that is done in any case; the last piece of it may go beyond the bound. */
  spend(units: number): void {
    this.#spent += units;
  }

  isLeft(): boolean {
    return this.#spent < this.#most;
  }
}
