// How far our clock is ahead of HighLevel's, from the `Date` of HighLevel's answers. Pure. An answer says it to a second and
// the time that it took, and one alone may be wrong: a proxy may have kept it.

/** What the last answers said, newest last: milliseconds by which our clock was ahead; negative: behind. */
export type Samples = readonly number[];

const KEPT = 3;
/** Clocks are seldom farther apart: what one answer says beyond this is believed once another says the same. */
const BELIEVED_ALONE_MS = 10 * 60_000;
const SAME_MS = 30_000;
/** An answer that took longer says too little about when it was given. */
const LONGEST_MS = 20_000;
const HALF_A_SECOND_MS = 500;
/** The one form of RFC 9110 that is still sent. */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** By how much an answer says that our clock is ahead, milliseconds; `null`: it says nothing that can be used. */
export function sampleOf(headers: Headers, sentAtMs: number, receivedAtMs: number): number | null {
  const date = headers.get("date") ?? "";
  const age = headers.get("age") ?? "0";
  const tookMs = receivedAtMs - sentAtMs;
  // One from a cache was given at another time; and our clock may have been set in between.
  if (!HTTP_DATE.test(date) || age !== "0" || tookMs < 0 || tookMs > LONGEST_MS) return null;
  const atMs = Date.parse(date);
  return Number.isNaN(atMs) ? null : sentAtMs + Math.round(tookMs / 2) - (atMs + HALF_A_SECOND_MS);
}

/** The samples with another one. */
export function withSample(samples: Samples, sample: number): Samples {
  return [...samples, sample].slice(-KEPT);
}

/** By how much our clock is ahead at most, going by the samples that are believed; 0 if none is. */
export function aheadMs(samples: Samples): number {
  const believed = samples.filter((_, index) => isBelieved(samples, index));
  return believed.length === 0 ? 0 : Math.max(...believed);
}

/** Whether the newest sample is believed: if not, nobody knows how far the clocks are apart. */
export function isKnown(samples: Samples): boolean {
  return isBelieved(samples, samples.length - 1);
}

function isBelieved(samples: Samples, index: number): boolean {
  const sample = samples[index];
  if (sample === undefined) return false;
  const isSaidAgain = samples.some((other, at) => at !== index && Math.abs(other - sample) <= SAME_MS);
  return Math.abs(sample) <= BELIEVED_ALONE_MS || isSaidAgain;
}
