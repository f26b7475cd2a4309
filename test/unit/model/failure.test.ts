import { describe, expect, it } from "vitest";
import { problemOf, type Failure, type FailureCode, type Issue } from "../../../src/model/failure.ts";
import { respond } from "../../../src/respond.ts";

const ISSUES: readonly Issue[] = [{ pointer: "/a", code: "EVENT_FIELD", message: "Expected text" }];

/** One of each, so that a new code does not compile without its row. */
const FAILURES: {
  readonly [C in FailureCode]: { readonly failure: Extract<Failure, { code: C }>; readonly status: number };
} = {
  REQUEST_NOT_FOUND: { failure: { code: "REQUEST_NOT_FOUND" }, status: 404 },
  REQUEST_METHOD: { failure: { code: "REQUEST_METHOD", allow: "POST" }, status: 405 },
  REQUEST_MEDIA_TYPE: { failure: { code: "REQUEST_MEDIA_TYPE" }, status: 415 },
  REQUEST_TOO_LARGE: { failure: { code: "REQUEST_TOO_LARGE", maxBytes: 10 }, status: 413 },
  REQUEST_NOT_JSON: { failure: { code: "REQUEST_NOT_JSON" }, status: 400 },
  REQUEST_PARAMETER: { failure: { code: "REQUEST_PARAMETER", issues: ISSUES }, status: 400 },
  EVENT_SIGNATURE: { failure: { code: "EVENT_SIGNATURE" }, status: 401 },
  EVENT_NOT_ALLOWED: { failure: { code: "EVENT_NOT_ALLOWED" }, status: 403 },
  EVENT_UNUSABLE: { failure: { code: "EVENT_UNUSABLE", issues: ISSUES }, status: 422 },
  CONFIGURATION_KEYS: { failure: { code: "CONFIGURATION_KEYS" }, status: 429 },
  CONFIGURATION_PLACE: { failure: { code: "CONFIGURATION_PLACE" }, status: 429 },
  HOOK_CLOSED: { failure: { code: "HOOK_CLOSED" }, status: 401 },
  CONFIGURATION_TOKEN_KEY: {
    failure: { code: "CONFIGURATION_TOKEN_KEY", what: "HIGHLEVEL_TOKEN_KEY is not set" },
    status: 400,
  },
  LEDGER_UNAVAILABLE: { failure: { code: "LEDGER_UNAVAILABLE", retryAfterSeconds: 30 }, status: 429 },
  LEDGER_OVER_BUDGET: { failure: { code: "LEDGER_OVER_BUDGET", retryAfterSeconds: 3 }, status: 429 },
  LEDGER_NOT_FOUND: { failure: { code: "LEDGER_NOT_FOUND", what: "event" }, status: 404 },
  RULES_REFUSED: { failure: { code: "RULES_REFUSED", issues: ISSUES }, status: 422 },
  RULES_OVERWRITES: { failure: { code: "RULES_OVERWRITES", version: 4, told: "version 4 by ana" }, status: 409 },
  RULES_CHANGED: { failure: { code: "RULES_CHANGED", change: 9, told: "activate by ana" }, status: 409 },
  RULES_FROM_DEPLOY: { failure: { code: "RULES_FROM_DEPLOY" }, status: 409 },
  RULES_NOTHING_BEFORE: { failure: { code: "RULES_NOTHING_BEFORE" }, status: 409 },
  LEDGER_DELIVERY_STATE: { failure: { code: "LEDGER_DELIVERY_STATE", state: "sent" }, status: 409 },
  LEDGER_PAUSES: { failure: { code: "LEDGER_PAUSES" }, status: 409 },
  LEDGER_IMPORT: { failure: { code: "LEDGER_IMPORT", why: "The location has a log" }, status: 409 },
  LEDGER_EXPORT: { failure: { code: "LEDGER_EXPORT", why: "RECONCILE is off" }, status: 409 },
  ALERT_NOWHERE: { failure: { code: "ALERT_NOWHERE" }, status: 409 },
  ALERT_FAILED: { failure: { code: "ALERT_FAILED", why: "The destination answered 500" }, status: 409 },
  API_CLOSED: { failure: { code: "API_CLOSED" }, status: 401 },
  API_TOKEN: { failure: { code: "API_TOKEN" }, status: 401 },
  BUG: { failure: { code: "BUG" }, status: 500 },
};

describe.each(Object.values(FAILURES))("$failure.code", ({ failure, status }) => {
  const problem = problemOf(failure);

  it(`is a problem document of status ${status}`, () => {
    expect(problem.status).toBe(status);
    expect(problem.body).toMatchObject({
      type: `urn:afterbeep:problem:${failure.code}`,
      title: expect.stringMatching(/^[A-Z].*[^.]$/),
      status,
      code: failure.code,
    });
    expect(problem.headers["content-type"]).toBe("application/problem+json");
  });

  it("holds nothing but what RFC 9457 names, the code and the issues", () => {
    const known = new Set(["type", "title", "status", "code", "detail", "issues"]);
    expect(Object.keys(problem.body).filter((key) => !known.has(key))).toEqual([]);
    expect(problem.body.issues).toEqual("issues" in failure ? ISSUES : undefined);
    expect(problem.body.detail ?? "A detail").toMatch(/^[A-Z].*[^.]$/);
  });

  it("is no 5xx unless it is a bug", () => {
    expect(problem.status >= 500).toBe(failure.code === "BUG");
  });

  it("says when to come again exactly where it is 429", () => {
    const seconds = Number(problem.headers["retry-after"]);
    expect(Number.isInteger(seconds) && seconds > 0).toBe(status === 429);
  });

  it("becomes a response of the same content that nobody keeps", async () => {
    const response = respond({ ok: false, failure });
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual(problem.body);
    expect(Object.fromEntries(response.headers)).toEqual({ ...problem.headers, "cache-control": "no-store" });
  });
});

describe("the headers", () => {
  it.each<{ failure: Failure; name: string; value: string }>([
    { failure: { code: "REQUEST_METHOD", allow: "GET, POST" }, name: "allow", value: "GET, POST" },
    { failure: { code: "LEDGER_UNAVAILABLE", retryAfterSeconds: 7 }, name: "retry-after", value: "7" },
    { failure: { code: "API_TOKEN" }, name: "www-authenticate", value: "Bearer" },
    { failure: { code: "API_CLOSED" }, name: "www-authenticate", value: "Bearer" },
  ])("of $failure.code tell $name", ({ failure, name, value }) => {
    expect(problemOf(failure).headers[name]).toBe(value);
  });
});

describe("a signature that fails", () => {
  it("does not tell what was wrong with it", () => {
    const { body } = problemOf({ code: "EVENT_SIGNATURE" });
    expect(JSON.stringify(body)).not.toMatch(/N\/A|doubled|base64|key/i);
  });
});

describe("what is not found", () => {
  it.each(["event", "delivery", "task", "quarantined event"] as const)("is named: %s", (what) => {
    expect(problemOf({ code: "LEDGER_NOT_FOUND", what }).body.title).toContain(what);
  });
});
