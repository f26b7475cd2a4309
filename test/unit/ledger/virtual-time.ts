// A clock that jumps to the next moment at which something happens.
const TURNS = 6;

export class VirtualTime {
  #nowMs: number;
  readonly #isBusy: () => boolean;
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];

  /** `isBusy`: something is awaited that takes no time here, such as a hash that another thread makes. */
  constructor(nowMs: number, isBusy = (): boolean => false) {
    this.#isBusy = isBusy;
    this.#nowMs = nowMs;
  }

  readonly now = (): number => this.#nowMs;

  readonly sleep = (ms: number): Promise<void> =>
    new Promise((wake) => void this.#sleepers.push({ atMs: this.#nowMs + ms, wake }));

  /** Jumps ahead, if that time is to come. */
  jumpTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
  }

  /** Lets time pass until something has ended, or a time has come. */
  async pass(work: Promise<unknown>, untilMs = Infinity): Promise<void> {
    let isOver = false;
    void work.finally(() => (isOver = true));
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await new Promise((done) => setImmediate(done));
      if (this.#isBusy() && !isOver) continue;
      const next = this.#sleepers.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (isOver || (next && next.atMs > untilMs)) return;
      // What nothing sleeps for is done by another thread.
      if (!next) continue;
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
      this.jumpTo(next.atMs);
      next.wake();
    }
  }

  /** As if the process had stopped: what sleeps never wakes. */
  stop(): void {
    this.#sleepers.length = 0;
  }
}
