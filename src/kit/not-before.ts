/**
 * A stored time before which something does not happen, milliseconds since 1970, as it holds now: no farther ahead than it
 * may be at most. One that is was set by a clock that was ahead and has been set back since.
 */
export function notBefore(storedMs: number, longestMs: number, nowMs: number): number {
  return Math.min(storedMs, nowMs + longestMs);
}
