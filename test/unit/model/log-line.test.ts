import { beforeEach, describe, expect, it, vi } from "vitest";
import { logAttempt, logError, logEvent } from "../../../src/model/log-line.ts";

const PRIVATE = "private words";
const written = { log: vi.spyOn(console, "log"), error: vi.spyOn(console, "error") };

beforeEach(() => {
  for (const spy of Object.values(written)) spy.mockReset().mockReturnValue(undefined);
});

/** The lines so far, as JSON. */
function lines(stream: keyof typeof written): unknown[] {
  return written[stream].mock.calls.map(([line]) => JSON.parse(String(line)) as unknown);
}

/** An error as `logError` tells it. */
function told(error: unknown): unknown {
  logError("It broke", {}, error);
  expect(String(written.error.mock.lastCall)).not.toContain("private");
  return (lines("error").at(-1) as { error: unknown }).error;
}

function withStack(stack: string, message = PRIVATE): Error {
  return Object.assign(new Error(message), { stack });
}

describe("a line", () => {
  it("of an event names the rules that fired, the first twenty of them, and counts all", () => {
    const event = { eventKey: "k", locationId: "l", kind: "InboundMessage", status: "accepted" } as const;
    logEvent({ ...event, fired: Array.from({ length: 30 }, (_, index) => `rule-${index}`) });
    logEvent({ ...event, fired: [] });
    expect(lines("log")).toEqual([
      { message: "event", ...event, fired: Array.from({ length: 20 }, (_, index) => `rule-${index}`), firedCount: 30 },
      { message: "event", ...event, fired: [], firedCount: 0 },
    ]);
  });

  it("of an attempt is what it is given", () => {
    const attempt = {
      locationId: "l",
      deliveryId: "d",
      eventKey: "k",
      rule: "r",
      outcome: "DESTINATION_STATUS",
      status: 503,
      durationMs: 7,
    };
    logAttempt(attempt);
    expect(lines("log")).toEqual([{ message: "attempt", ...attempt }]);
  });

  it("of an error goes to stderr with its place", () => {
    logError("It broke", { deliveryId: "d" });
    expect(lines("error")).toEqual([{ message: "It broke", deliveryId: "d" }]);
  });
});

describe("an error in a line", () => {
  it("is its name and where it was thrown, without its message", () => {
    expect(told(new RangeError(PRIVATE))).toEqual({
      name: "RangeError",
      at: expect.arrayContaining([expect.stringMatching(/^log-line\.test\.ts:\d+:\d+$/)]),
    });
  });

  it.each<{ title: string; error: unknown; expected: unknown }>([
    {
      title: "a message of several lines",
      error: withStack(
        "Error: private\n    at private (private.js:1:2)\n    at f (worker.js:3:4)",
        "private\n    at private (private.js:1:2)",
      ),
      expected: { name: "Error", at: ["worker.js:3:4"] },
    },
    {
      title: "a message that is not the one of the stack",
      error: withStack("Error: private\n    at private (private.js:1:2)", "another"),
      expected: { name: "Error", at: [] },
    },
    {
      title: "no message",
      error: withStack("Error\n    at async f (file:///private/folder/worker.js:3:4)", ""),
      expected: { name: "Error", at: ["worker.js:3:4"] },
    },
    {
      title: "a method that is called as a key of the payload",
      error: withStack(`Error: ${PRIVATE}\n    at Object.f [as private] (worker.js:3:4)\n    at worker.js:5:6`),
      expected: { name: "Error", at: ["worker.js:3:4", "worker.js:5:6"] },
    },
    {
      title: "no stack",
      error: withStack(""),
      expected: { name: "Error", at: [] },
    },
    {
      title: "a name that is a sentence",
      error: Object.assign(withStack(""), { name: PRIVATE }),
      expected: { name: "Error", at: [] },
    },
    {
      title: "the flags of a Durable Object",
      error: Object.assign(withStack(""), { overloaded: true, retryable: PRIVATE }),
      expected: { name: "Error", at: [], overloaded: true },
    },
    { title: "a text that was thrown", error: PRIVATE, expected: { name: "string", at: [] } },
  ])("holds no words: $title", ({ error, expected }) => {
    expect(told(error)).toEqual(expected);
  });

  it("has ten places at most", () => {
    const stack = `Error: ${PRIVATE}${"\n    at f (worker.js:1:2)".repeat(12)}`;
    expect(told(withStack(stack))).toEqual({ name: "Error", at: Array.from({ length: 10 }, () => "worker.js:1:2") });
  });
});

describe("requests that are refused", () => {
  it("have one line a minute for each route and code, with how many there were", async () => {
    // A Worker that has refused nothing yet.
    vi.resetModules();
    const { logRefusal } = await import("../../../src/model/log-line.ts");
    const refuse = (seconds: number, code: "EVENT_SIGNATURE" | "REQUEST_TOO_LARGE" = "EVENT_SIGNATURE") =>
      logRefusal("provider", code, Date.parse("2026-03-04T15:30:00Z") + seconds * 1_000);
    for (const seconds of [0, 1, 30, 59.9, 60, 61]) refuse(seconds);
    refuse(61, "REQUEST_TOO_LARGE");
    refuse(200);
    expect(lines("log")).toEqual([
      { message: "refused", route: "provider", code: "EVENT_SIGNATURE", count: 1 },
      { message: "refused", route: "provider", code: "EVENT_SIGNATURE", count: 4 },
      { message: "refused", route: "provider", code: "REQUEST_TOO_LARGE", count: 1 },
      { message: "refused", route: "provider", code: "EVENT_SIGNATURE", count: 2 },
    ]);
  });
});
