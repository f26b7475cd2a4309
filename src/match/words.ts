// A decision in words that somebody reads who does not program.
import type { ConditionVerdict, Verdict } from "../model/decision.ts";
import type { Json } from "../model/json.ts";

const WANTS: { readonly [operator: string]: string } = {
  equal: "the rule wants",
  notEqual: "the rule wants anything but",
  in: "the rule wants one of",
  notIn: "the rule wants none of",
  contains: "the rule wants it to contain",
  doesNotContain: "the rule wants it not to contain",
  lessThan: "the rule wants less than",
  lessThanInclusive: "the rule wants at most",
  greaterThan: "the rule wants more than",
  greaterThanInclusive: "the rule wants at least",
  exists: "the rule wants it there:",
  containsText: "the rule wants it to hold",
  startsWith: "the rule wants it to start with",
  endsWith: "the rule wants it to end with",
  equalsIgnoreCase: "the rule wants, in any case,",
  matches: "the rule wants it to match",
  before: "the rule wants it before",
  after: "the rule wants it after",
};

/** What one condition saw: `callStatus is "completed", the rule wants "voicemail"`. */
export function conditionInWords({ fact, path, params, operator, value, saw, met }: ConditionVerdict): string {
  const asked = Object.entries(params ?? {}).map(
    ([key, wanted]) => `${key} ${typeof wanted === "string" ? wanted : JSON.stringify(wanted)}`,
  );
  const what = `${fact}${path === undefined ? "" : ` at ${path}`}${asked.length === 0 ? "" : ` (${asked.join(", ")})`}`;
  const wants = `${WANTS[operator] ?? `the rule asks ${operator}`} ${inWords(value)}`;
  if (met === null) return `${what} was not looked at, ${wants}`;
  return saw === undefined ? `${what} is absent, ${wants}` : `${what} is ${inWords(saw)}, ${wants}`;
}

/** Why a rule fired or did not, in one line. */
export function verdictInWords(verdict: Verdict): string {
  switch (verdict.reason) {
    case "fired":
      return "fired";
    case "conditions":
      return decisive(verdict.conditions).map(conditionInWords).join("; ") || "a condition was not met";
    case "error":
      return `could not be evaluated: ${verdict.detail ?? "see the log"}`;
    case "limit":
      return `its conditions are met, and its limit is reached: ${verdict.detail ?? ""}`;
    case "duplicate-action":
      return "its conditions are met, and it has fired for this message in this state already";
    case "stopped":
      return `rule "${verdict.detail ?? ""}" fired first and stops`;
    case "disabled":
      return "the rule is disabled";
    case "location":
      return "the rule is not for this location";
    case "loop-guard":
      return "sent through the API or an internal comment, which the rule does not ask for";
  }
}

/** The conditions that were not met; under a `not` it is a met one that decides. */
function decisive(conditions: readonly ConditionVerdict[]): readonly ConditionVerdict[] {
  return conditions.filter(({ pointer, met }) => met !== null && met === isNegated(pointer));
}

function isNegated(pointer: string): boolean {
  return pointer.split("/").filter((key) => key === "not").length % 2 === 1;
}

function inWords(value: Json): string {
  return Array.isArray(value)
    ? value.map((item) => JSON.stringify(item)).join(", ") || "nothing"
    : JSON.stringify(value);
}
