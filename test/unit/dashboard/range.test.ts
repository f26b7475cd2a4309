import { describe, expect, it } from "vitest";
import { bucketsOf } from "../../../src/dashboard/overview/range.ts";
import { spanUpTo } from "../../../src/dashboard/time/span.ts";

const NOW = Date.parse("2026-03-03T13:07:00Z");
const before = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

describe("a range up to now", () => {
  it.each([
    ["2026-03-03T13:07:00Z", "2026-03-03T13:15:00.000Z"],
    ["2026-03-03T13:14:00Z", "2026-03-03T13:15:00.000Z"],
    ["2026-03-03T13:15:00Z", "2026-03-03T13:30:00.000Z"],
  ])("at %s ends with the bucket that runs, at %s", (now, to) => {
    expect(spanUpTo(Date.parse(now), 3_600_000, 900_000)).toEqual({
      from: new Date(Date.parse(to) - 3_600_000).toISOString(),
      to,
    });
  });

  it.each([
    ["hour", "minute", "2026-03-03T13:08:00.000Z"],
    ["day", "quarter", "2026-03-03T13:15:00.000Z"],
    ["week", "hour", "2026-03-03T14:00:00.000Z"],
  ] as const)("of a %s is told by the %s", (name, bucket, to) => {
    expect(bucketsOf(name, {}, NOW)).toMatchObject({ bucket, to });
  });
});

describe("a stretch that stands in the address", () => {
  it.each([
    ["half an hour that has just passed", 30, 0, "minute"],
    ["an hour of this morning, whose minutes are gone", 240, 180, "quarter"],
    ["one that begins where minutes end", 121, 60, "quarter"],
    ["two days", 2 * 1_440, 0, "quarter"],
    ["a month", 30 * 1_440, 0, "hour"],
  ])("of %s is told in the shortest buckets that are kept", (_, from, to, bucket) => {
    const span = { from: before(from), to: before(to) };
    for (const range of ["hour", "day", "week"] as const)
      expect(bucketsOf(range, span, NOW)).toEqual({ ...span, bucket });
  });
});
