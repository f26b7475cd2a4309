// Whether a location is silent for longer than it usually is: its webhooks may be lost. Pure.

/** How many of the last webhooks are looked at, and how few say nothing. */
export const LOOKED_AT = 100;
const FEWEST = 20;
const MINUTE_MS = 60_000;
/** No location is expected to send more often. */
const SHORTEST_MS = 15 * MINUTE_MS;
/** A silence in which nothing was found is one after so long. */
const BELIEVED_AFTER_MS = 60 * MINUTE_MS;

/**
 * Whether to look now: nothing came for longer than ever between the last webhooks. After an hour of that the silence is
 * believed, unless something was found meanwhile. Times are milliseconds since 1970, ascending.
 */
export function isSuspicious(arrivals: readonly number[], foundMs: number | null, nowMs: number): boolean {
  const last = arrivals.at(-1);
  if (last === undefined || arrivals.length < FEWEST) return false;
  const between = arrivals.slice(1).map((at, index) => at - (arrivals[index] ?? at));
  const usualMs = Math.max(SHORTEST_MS, ...between);
  const silentMs = nowMs - last;
  if (silentMs <= usualMs) return false;
  const isBelieved = silentMs > usualMs + BELIEVED_AFTER_MS;
  return !isBelieved || (foundMs !== null && foundMs <= nowMs && nowMs - foundMs <= BELIEVED_AFTER_MS);
}
