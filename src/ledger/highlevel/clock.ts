// What time it is at HighLevel, as far as its answers to this location say. In memory: before each message HighLevel is asked
// about the contact, which says it anew.
import * as clock from "../../highlevel/clock.ts";

export class HighLevelClock {
  readonly #clock: () => number;
  #samples: clock.Samples = [];

  constructor(ours: () => number) {
    this.#clock = ours;
  }

  /** Something is asked now: what is returned takes the headers of the answer. */
  asked(): (headers: Headers) => void {
    const sentAtMs = this.#clock();
    return (headers) => {
      const sample = clock.sampleOf(headers, sentAtMs, this.#clock());
      if (sample !== null) this.#samples = clock.withSample(this.#samples, sample);
    };
  }

  /** A time of our clock by HighLevel's, or somewhat earlier; `null`: not known. */
  there(atMs: number): number | null {
    return clock.isKnown(this.#samples) ? this.likelyThere(atMs) : null;
  }

  /** The same as far as anything is known: without that, both clocks are taken to be right. */
  likelyThere(atMs: number): number {
    return atMs - clock.aheadMs(this.#samples);
  }
}
