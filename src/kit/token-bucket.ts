// A token bucket: a rate per second, and a burst at once. It keeps its count in memory, so at worst a burst is let
// through a second time after a restart.

export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #countedAtMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = Math.max(1, burst);
    this.#tokens = this.#burst;
    this.#countedAtMs = nowMs;
  }

  /** Takes a token, if there is one. */
  take(nowMs: number): boolean {
    if (this.readyAt(nowMs) > nowMs) return false;
    this.#tokens -= 1;
    return true;
  }

  /** When there is a token, milliseconds since 1970: now, or later. */
  readyAt(nowMs: number): number {
    // A clock that was set back adds no tokens and takes none away.
    const passedMs = Math.max(0, nowMs - this.#countedAtMs);
    this.#tokens = Math.min(this.#burst, this.#tokens + (passedMs * this.#perSecond) / 1_000);
    this.#countedAtMs = nowMs;
    return this.#tokens >= 1 ? nowMs : nowMs + Math.ceil(((1 - this.#tokens) * 1_000) / this.#perSecond);
  }
}
