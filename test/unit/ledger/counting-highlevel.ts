// HighLevel as strict as it may be: it counts fixed windows or sliding ones, and answers 429 to one call too many.

const INTERVAL_MS = 10_000;
const DAY_MS = 86_400_000;

/** How calls are counted: in windows that begin with their first call, in those of the clock, or in the last ten seconds. */
export type Windows = "from the first call" | "by the clock" | "sliding";

export class CountingHighLevel {
  readonly #windows: Windows;
  readonly #max: number;
  readonly #perDay: number;
  /** When the calls that were counted came, of ours and of others. */
  readonly #counted: number[] = [];
  /** Windows that begin with a call. */
  #windowFromMs = -Infinity;
  #day = -1;
  #dayCount = 0;
  /** When ours came, whatever the answer. */
  readonly calls: number[] = [];
  readonly statuses: number[] = [];
  /** How often each path was done. */
  readonly done = new Map<string, number>();

  constructor(windows: Windows, max = 100, perDay = 200_000) {
    this.#windows = windows;
    this.#max = max;
    this.#perDay = perDay;
  }

  /** Answers a call of ours. */
  answer(path: string, nowMs: number): Response {
    this.calls.push(nowMs);
    const isTaken = this.#take(nowMs);
    const status = isTaken ? 201 : 429;
    this.statuses.push(status);
    if (isTaken) this.done.set(path, (this.done.get(path) ?? 0) + 1);
    const headers = {
      "X-RateLimit-Max": String(this.#max),
      "X-RateLimit-Remaining": String(this.#max - this.#used(nowMs)),
      "X-RateLimit-Interval-Milliseconds": String(INTERVAL_MS),
      "X-RateLimit-Limit-Daily": String(this.#perDay),
      "X-RateLimit-Daily-Remaining": String(this.#perDay - this.#dayCount),
    };
    return new Response("{}", { status, headers });
  }

  /** A call of somebody else with the same budget. */
  other(nowMs: number): void {
    this.#take(nowMs);
  }

  /** The most calls of ours within any ten seconds. */
  most(): number {
    const sorted = this.calls.toSorted((a, b) => a - b);
    return Math.max(...sorted.map((at, index) => index + 1 - sorted.findIndex((first) => first > at - INTERVAL_MS)));
  }

  #take(nowMs: number): boolean {
    const day = Math.floor(nowMs / DAY_MS);
    if (day !== this.#day) [this.#day, this.#dayCount] = [day, 0];
    if (nowMs >= this.#windowFromMs + INTERVAL_MS) this.#windowFromMs = nowMs;
    if (this.#used(nowMs) >= this.#max || this.#dayCount >= this.#perDay) return false;
    this.#counted.push(nowMs);
    this.#dayCount += 1;
    return true;
  }

  #used(nowMs: number): number {
    const fromMs = {
      "from the first call": this.#windowFromMs,
      "by the clock": Math.floor(nowMs / INTERVAL_MS) * INTERVAL_MS,
      sliding: nowMs - INTERVAL_MS + 1,
    }[this.#windows];
    return this.#counted.filter((at) => at >= fromMs).length;
  }
}
