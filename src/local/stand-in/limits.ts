// HighLevel's limits per location: fixed windows that begin with their first request.

/** How many requests a location may make; HighLevel's own numbers are `PUBLISHED_LIMITS`. */
export interface Limits {
  readonly perInterval: number;
  readonly intervalMs: number;
  readonly perDay: number;
}

/** 100 requests in 10 seconds and 200,000 a day, as published. */
export const PUBLISHED_LIMITS: Limits = { perInterval: 100, intervalMs: 10_000, perDay: 200_000 };

/** How many requests were refused as too many, and whether a location was refused twice with no success in between. */
export interface TooMany {
  total: number;
  twoInARow: boolean;
}

/** Whether one request is allowed, and the headers that tell the caller what is left. */
export interface Spent {
  readonly allowed: boolean;
  readonly headers: { readonly [name: string]: string };
}

interface Used {
  readonly interval: Counter;
  readonly day: Counter;
  refusedLast: boolean;
}
interface Counter {
  fromMs: number;
  count: number;
}

const DAY_MS = 86_400_000;

/** Counts every location's requests. */
export class LimitBook {
  readonly tooMany: TooMany = { total: 0, twoInARow: false };
  readonly #limits: Limits;
  readonly #used = new Map<string, Used>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Counts one request of `locationId` at `nowMs`. A refused one uses up nothing. */
  spend(locationId: string, nowMs: number): Spent {
    const { perInterval, intervalMs, perDay } = this.#limits;
    const used = this.#of(locationId, nowMs);
    renew(used.interval, intervalMs, nowMs);
    renew(used.day, DAY_MS, nowMs);
    const allowed = used.interval.count < perInterval && used.day.count < perDay;
    if (allowed) {
      used.interval.count += 1;
      used.day.count += 1;
    } else {
      this.tooMany.total += 1;
      this.tooMany.twoInARow ||= used.refusedLast;
    }
    used.refusedLast = !allowed;
    const headers = {
      "X-RateLimit-Limit-Daily": String(perDay),
      "X-RateLimit-Daily-Remaining": String(perDay - used.day.count),
      "X-RateLimit-Interval-Milliseconds": String(intervalMs),
      "X-RateLimit-Max": String(perInterval),
      "X-RateLimit-Remaining": String(perInterval - used.interval.count),
    };
    return { allowed, headers };
  }

  #of(locationId: string, nowMs: number): Used {
    const known = this.#used.get(locationId);
    if (known) return known;
    const used = { interval: { fromMs: nowMs, count: 0 }, day: { fromMs: nowMs, count: 0 }, refusedLast: false };
    this.#used.set(locationId, used);
    return used;
  }
}

function renew(counter: Counter, lengthMs: number, nowMs: number): void {
  if (nowMs - counter.fromMs < lengthMs) return;
  counter.fromMs = nowMs;
  counter.count = 0;
}
