// Which stretch of time the overview shows, and how long its buckets are.
import { spanUpTo, type Span } from "../time/span.ts";

type Bucket = "minute" | "quarter" | "hour";

interface Range {
  readonly words: string;
  readonly lengthMs: number;
  readonly bucket: Bucket;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const BUCKET_MS: { readonly [Name in Bucket]: number } = { minute: 60_000, quarter: 900_000, hour: HOUR_MS };
/** Minute buckets are kept for two hours, and a stretch may begin within a minute. */
const MINUTES_KEPT_MS = 2 * HOUR_MS - BUCKET_MS.minute;
const MOST_QUARTERS_MS = 2 * DAY_MS;

/** The ranges to choose from; each ends now. */
export const RANGES = {
  hour: { words: "Hour", lengthMs: HOUR_MS, bucket: "minute" },
  day: { words: "Day", lengthMs: DAY_MS, bucket: "quarter" },
  week: { words: "Week", lengthMs: 7 * DAY_MS, bucket: "hour" },
} satisfies { readonly [name: string]: Range };

export type RangeName = keyof typeof RANGES;

export function isRange(name: string): name is RangeName {
  return Object.hasOwn(RANGES, name);
}

/** What to ask for: the brushed stretch in the shortest buckets that are kept of it, or else the range up to now. */
export function bucketsOf(name: RangeName, brushed: Partial<Span>, nowMs: number): Span & { readonly bucket: Bucket } {
  const { lengthMs, bucket } = RANGES[name];
  const { from, to } = brushed;
  if (from === undefined || to === undefined) return { ...spanUpTo(nowMs, lengthMs, BUCKET_MS[bucket]), bucket };
  return { from, to, bucket: bucketOf(Date.parse(from), Date.parse(to), nowMs) };
}

function bucketOf(fromMs: number, toMs: number, nowMs: number): Bucket {
  if (nowMs - fromMs <= MINUTES_KEPT_MS && toMs - fromMs <= MINUTES_KEPT_MS) return "minute";
  return toMs - fromMs <= MOST_QUARTERS_MS ? "quarter" : "hour";
}
