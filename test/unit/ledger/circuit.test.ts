import { describe, expect, it } from "vitest";
import { actionError, unanswered, type AttemptOutcome } from "../../../src/act/contract/outcome.ts";
import { after, CLOSED, modeOf, OPENS_AFTER, type Circuit } from "../../../src/ledger/pump/circuit.ts";
import { TokenBucket } from "../../../src/kit/token-bucket.ts";

const timeout = unanswered(actionError("DESTINATION_TIMEOUT", ""));
const answered = (status: number): AttemptOutcome => ({
  ...timeout,
  done: false,
  status,
  answer: "",
  retryAfterMs: null,
  error: actionError("DESTINATION_STATUS", ""),
});
const silent: AttemptOutcome = {
  done: false,
  status: null,
  answer: null,
  error: actionError("HIGHLEVEL_END_UNKNOWN", ""),
  retryAfterMs: null,
  isSilent: true,
};
const refused: AttemptOutcome = {
  done: false,
  status: 400,
  answer: "",
  error: actionError("HIGHLEVEL_REFUSED", ""),
  retryAfterMs: null,
};
const arrived: AttemptOutcome = { done: true, status: 200, answer: "" };

const afterAll = (outcomes: readonly AttemptOutcome[], atMs = 0, from: Circuit = CLOSED): Circuit =>
  outcomes.reduce((circuit, outcome) => after(circuit, outcome, atMs), from);
const failures = (count: number, outcome = timeout): AttemptOutcome[] => Array.from({ length: count }, () => outcome);

describe("a circuit", () => {
  it.each([
    ["closed without a failure", [], "closed"],
    ["suspect after one", failures(1), "suspect"],
    ["suspect after nine", failures(OPENS_AFTER - 1), "suspect"],
    ["open after ten", failures(OPENS_AFTER), "open"],
    ["open after ten answers of 500", failures(OPENS_AFTER, answered(500)), "open"],
    ["closed by an answer in between", [...failures(9), arrived], "closed"],
    ["closed by an answer that refuses", [...failures(9), answered(404)], "closed"],
    ["closed while it asks for pauses", failures(20, answered(429)), "closed"],
    ["open when what nobody knows the end of was never answered", failures(OPENS_AFTER, silent), "open"],
    ["closed by a contact that HighLevel does not know", failures(20, refused), "closed"],
    ["closed while there is no token", failures(20, unanswered(actionError("HIGHLEVEL_TOKEN", ""))), "closed"],
    [
      "as it was after an attempt that went nowhere",
      [...failures(9), unanswered(actionError("ACTION_SECRET", ""))],
      "suspect",
    ],
  ] as const)("is %s", (_, outcomes, mode) => {
    expect(modeOf(afterAll(outcomes), 0)).toBe(mode);
  });

  it("lets one probe through after half a minute, and closes when that arrives", () => {
    const open = afterAll(failures(OPENS_AFTER));
    expect(modeOf(open, 29_999)).toBe("open");
    expect(modeOf(open, 30_000)).toBe("half-open");
    expect(after(open, arrived, 30_000)).toEqual(CLOSED);
  });

  it("stays open twice as long after each probe that failed, up to ten minutes", () => {
    let circuit = afterAll(failures(OPENS_AFTER));
    const waits: number[] = [];
    for (let now = 0, probe = 0; probe < 7; probe++) {
      waits.push((circuit.openUntilMs ?? 0) - now);
      now = circuit.openUntilMs ?? 0;
      circuit = after(circuit, timeout, now);
    }
    expect(waits.map((ms) => ms / 1_000)).toEqual([30, 60, 120, 240, 480, 600, 600]);
  });

  it("is not held open for longer by what was under way when it opened", () => {
    const open = afterAll(failures(OPENS_AFTER));
    expect(afterAll(failures(3), 10, open)).toEqual(open);
  });
});

describe("a token bucket", () => {
  it("gives a burst, then so many a second", () => {
    const bucket = new TokenBucket(2, 3, 0);
    const taken = [0, 0, 0, 0, 499, 500, 501, 1_000].map((now) => bucket.take(now));
    expect(taken).toEqual([true, true, true, false, false, true, false, true]);
    expect(bucket.readyAt(1_000)).toBe(1_500);
  });

  it("gives nothing and takes nothing when the clock is set back", () => {
    const bucket = new TokenBucket(1, 1, 10_000);
    expect(bucket.take(10_000)).toBe(true);
    expect(bucket.take(5_000)).toBe(false);
    expect(bucket.take(6_000)).toBe(true);
  });
});
