import { describe, expect, it } from "vitest";
import { MAX_ATTEMPTS, retryAfterMs, retryDelayMs } from "../../../src/act/contract/retry.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const SCHEDULE = [
  { attempts: 1, wait: 5 * SECOND },
  { attempts: 2, wait: 5 * MINUTE },
  { attempts: 3, wait: 30 * MINUTE },
  { attempts: 4, wait: 2 * HOUR },
  { attempts: 5, wait: 5 * HOUR },
  { attempts: 6, wait: 10 * HOUR },
  { attempts: 7, wait: 14 * HOUR },
  { attempts: 8, wait: 20 * HOUR },
  { attempts: 9, wait: 24 * HOUR },
];

describe("the wait after a failed attempt", () => {
  it.each(SCHEDULE)("number $attempts is $wait ms", ({ attempts, wait }) => {
    expect(retryDelayMs(attempts, 0, null)).toBe(wait);
  });

  it.each(SCHEDULE)("number $attempts is up to a tenth longer by chance, never shorter", ({ attempts, wait }) => {
    expect(retryDelayMs(attempts, 0.5, null)).toBe(wait + wait / 20);
    expect(retryDelayMs(attempts, 1, null)).toBe(wait + wait / 10);
    expect(Number.isInteger(retryDelayMs(attempts, 1 / 3, null))).toBe(true);
  });

  it.each([10, 11, 100])("number %i is none: it is given up, whatever the destination asks for", (attempts) => {
    expect(MAX_ATTEMPTS).toBe(10);
    expect(retryDelayMs(attempts, 0, null)).toBeNull();
    expect(retryDelayMs(attempts, 1, HOUR)).toBeNull();
  });
});

describe("Retry-After", () => {
  it.each([
    { title: "longer than the schedule", attempts: 1, asked: HOUR, wait: HOUR },
    { title: "one millisecond longer", attempts: 1, asked: 5_001, wait: 5_001 },
    { title: "shorter than the schedule", attempts: 2, asked: SECOND, wait: 5 * MINUTE },
    { title: "nothing at all", attempts: 2, asked: 0, wait: 5 * MINUTE },
    { title: "a day", attempts: 1, asked: 24 * HOUR, wait: 24 * HOUR },
    { title: "longer than a day", attempts: 1, asked: 24 * HOUR + 1, wait: 24 * HOUR },
    { title: "for ever", attempts: 1, asked: Infinity, wait: 24 * HOUR },
    { title: "longer than a day after the ninth", attempts: 9, asked: 48 * HOUR, wait: 24 * HOUR },
  ])("is honoured, but never earlier than the schedule, nor over a day: $title", ({ attempts, asked, wait }) => {
    expect(retryDelayMs(attempts, 0, asked)).toBe(wait);
  });

  it("does not shorten the jitter", () => {
    expect(retryDelayMs(9, 1, 24 * HOUR)).toBe(26.4 * HOUR);
  });
});

describe("the header", () => {
  const NOW = Date.parse("2026-10-21T07:28:00Z");

  it.each([
    { header: "0", ms: 0 },
    { header: "5", ms: 5 * SECOND },
    { header: "120", ms: 2 * MINUTE },
    { header: " 7 ", ms: 7 * SECOND },
    { header: "007", ms: 7 * SECOND },
    { header: "999999999", ms: 999_999_999 * SECOND },
    { header: "Wed, 21 Oct 2026 07:28:30 GMT", ms: 30 * SECOND },
    { header: "Wed, 21 Oct 2026 07:28:00 GMT", ms: 0 },
    { header: "Wed, 21 Oct 2026 07:00:00 GMT", ms: 0 },
    { header: "Sun, 06 Nov 1994 08:49:37 GMT", ms: 0 },
    { header: "Thu, 22 Oct 2026 07:28:00 GMT", ms: 24 * HOUR },
  ])("$header asks for $ms ms", ({ header, ms }) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([
    { header: null },
    { header: "" },
    { header: " " },
    { header: "soon" },
    { header: "5 minutes" },
    { header: "1e3" },
    { header: "0x10" },
    { header: "PT5M" },
    { header: "５" },
    { header: "NaN" },
    { header: "Infinity" },
    { header: "foo 2099" },
    { header: "Error 2099" },
    { header: "-5" },
    { header: "1.5" },
    { header: "5, 10" },
  ])("$header asks for nothing", ({ header }) => {
    expect(retryAfterMs(header, NOW)).toBeNull();
  });

  it.each(["9999999999", "31536000000", "9".repeat(30)])("%s seconds wait a day, not less", (header) => {
    expect(retryDelayMs(1, 0, retryAfterMs(header, NOW))).toBe(24 * HOUR);
  });
});
