import { expect, it } from "vitest";
import { actionError, unanswered } from "../../../src/act/contract/outcome.ts";
import { reportOf } from "../../../src/act/contract/report.ts";

it("an attempt that failed for good failed the message, whatever was answered", () => {
  const error = actionError("DESTINATION_STATUS", "The destination answered 500");
  const told = { status: "failed", error: { code: error.code, type: "gateway", message: error.message } };
  expect(reportOf(unanswered(error))).toEqual(told);
  const answer = '{"status":"delivered"}';
  expect(reportOf({ done: false, status: 500, answer, error, retryAfterMs: null })).toEqual(told);
});

it("an answer that is no answer leaves the message pending", () => {
  for (const answer of [null, "", "ok", "null", "1", '"delivered"', '{"status":"delivered"', "[".repeat(900)])
    expect(reportOf({ done: true, status: 200, answer })).toEqual({ status: "pending" });
});

it("keys of a prototype are no texts of an error", () => {
  const answer = '{"status":"failed","error":{"__proto__":{"message":"x"},"code":{"a":1},"type":null}}';
  expect(reportOf({ done: true, status: 200, answer })).toEqual({ status: "failed" });
});
