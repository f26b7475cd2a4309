/** A stretch of time: ISO 8601, UTC. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/** The stretch of that length up to the end of the current bucket. It moves on one bucket at a time. */
export function spanUpTo(nowMs: number, lengthMs: number, bucketMs: number): Span {
  const end = (Math.floor(nowMs / bucketMs) + 1) * bucketMs;
  return { from: new Date(end - lengthMs).toISOString(), to: new Date(end).toISOString() };
}
