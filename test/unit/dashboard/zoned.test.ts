import { describe, expect, it } from "vitest";
import { fromField, toField } from "../../../src/dashboard/time/zoned.ts";

describe("a field of date and time", () => {
  it.each([
    ["UTC", "2026-03-03T14:05", "2026-03-03T14:05:00.000Z"],
    ["Europe/Berlin", "2026-03-03T14:05", "2026-03-03T13:05:00.000Z"],
    ["America/New_York", "2026-07-01T00:00", "2026-07-01T04:00:00.000Z"],
    ["Asia/Kathmandu", "2026-01-01T05:45", "2026-01-01T00:00:00.000Z"],
    // The last and the first minute on either side of a change of the clock.
    ["Europe/Berlin", "2026-03-29T01:59", "2026-03-29T00:59:00.000Z"],
    ["Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00.000Z"],
    ["Europe/Berlin", "2026-10-25T03:00", "2026-10-25T02:00:00.000Z"],
  ])("means in %s by %s the time %s, and shows it so", (zone, text, at) => {
    expect([fromField(text, zone), toField(at, zone)]).toEqual([at, text]);
  });

  it.each([
    ["America/New_York", "2026-03-08T02:30", "2026-03-08T07:30:00.000Z"],
    ["Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30:00.000Z"],
    ["Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45:00.000Z"],
    ["America/Santiago", "2026-09-06T00:30", "2026-09-06T04:30:00.000Z"],
  ])("means in %s by %s, which the clock skips, as long after it: %s", (zone, text, at) => {
    expect(fromField(text, zone)).toBe(at);
  });

  it("means no time when it is empty or half filled, and shows none for what is none", () => {
    expect([fromField("", "UTC"), fromField("2026-03-", "UTC"), toField("soon", "UTC")]).toEqual([null, null, ""]);
  });
});
