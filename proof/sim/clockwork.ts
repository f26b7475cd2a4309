// Simulated time: everything that waits is in one queue, and the clock jumps from one step to the next. Between two
// steps all pending promises are settled, so that a seed always gives the same run.
import type { Chance } from "../../test/generated/chance.ts";

interface Step {
  readonly at: number;
  readonly turn: number;
  readonly run: () => void;
}

/** More steps than this mean an endless loop. */
const MAX_STEPS = 20_000;

export class Clockwork {
  readonly chance: Chance;
  /** Milliseconds since 1970, how far off the ledger's clock is, and by how much more while it leaps ahead. */
  now: number;
  offMs = 0;
  aheadMs = 0;
  #turn = 0;
  #order = 0;
  #steps: Step[] = [];

  constructor(startMs: number, chance: Chance) {
    this.now = startMs;
    this.chance = chance;
  }

  /** The clock that the ledger reads. */
  wall(): number {
    return this.now + this.offMs + this.aheadMs;
  }

  /** The number, among everything observed, of something observed now. */
  order(): number {
    return ++this.#order;
  }

  /** Calls `run` after so many milliseconds. */
  after(ms: number, run: () => void): void {
    const step = { at: this.now + Math.max(0, ms), turn: ++this.#turn, run };
    let index = this.#steps.length;
    while (index > 0 && (this.#steps[index - 1]?.at ?? 0) > step.at) index -= 1;
    this.#steps.splice(index, 0, step);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((done) => this.after(ms, done));
  }

  /** Runs until nothing waits, or up to a time. `between` is called after each step. */
  async run(untilMs: number, between: () => void): Promise<void> {
    for (let steps = 0; this.#steps.length > 0; steps++) {
      if (steps > MAX_STEPS) throw new Error("It does not come to rest");
      const next = this.#steps.shift();
      if (!next || next.at > untilMs) return;
      this.now = next.at;
      next.run();
      await new Promise(setImmediate);
      between();
    }
  }
}
