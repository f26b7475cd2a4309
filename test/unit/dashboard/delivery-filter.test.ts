import { describe, expect, it } from "vitest";
import { RETRY } from "../../../src/act/contract/outcome.ts";
import { ageOf, ERROR_CODES, filterInWords, filterOf, frozen } from "../../../src/dashboard/address/delivery-filter.ts";

const NOW = Date.parse("2026-03-03T13:00:30.500Z");

describe("the filter of an address", () => {
  it.each<[query: Record<string, string>, filter: object]>([
    [{}, {}],
    [
      { rule: "a", host: "kv", contact: "c", error: "ACTION_BUG" },
      { rule: "a", host: "kv", contact: "c", error: "ACTION_BUG" },
    ],
    [{ state: "dead", id: "d1" }, {}],
    [{ age: "hour" }, { since: "2026-03-03T12:00:00.000Z" }],
    [{ age: "day", since: "2020-01-01T00:00:00Z" }, { since: "2026-03-02T13:00:00.000Z" }],
    [{ age: "week" }, { since: "2026-02-24T13:00:00.000Z" }],
    [{ age: "older" }, { until: "2026-02-24T13:00:00.000Z" }],
    [{ since: "2026-03-01T00:00:00Z" }, { since: "2026-03-01T00:00:00Z" }],
    [{ age: "between", until: "2026-03-01T00:00:00Z" }, { until: "2026-03-01T00:00:00Z" }],
    [{ age: "constructor" }, {}],
  ])("%j", (query, filter) => {
    expect(JSON.parse(JSON.stringify(filterOf(query, NOW)))).toEqual(filter);
  });

  it("names times of its own an age between two times", () => {
    expect([ageOf({}), ageOf({ age: "day" }), ageOf({ until: "2026-03-01T00:00:00Z" })]).toEqual([
      "",
      "day",
      "between",
    ]);
  });

  it("is frozen so that nothing decided from now on fits, and stays as it is when it ends earlier", () => {
    const earlier = { until: "2026-03-01T00:00:00Z" };
    const later = { rule: "a", until: "2027-01-01T00:00:00Z" };
    const now = new Date(NOW).toISOString();
    expect([frozen({}, NOW), frozen(earlier, NOW), frozen(later, NOW)]).toEqual([
      { until: now },
      earlier,
      { rule: "a", until: now },
    ]);
  });

  it("is said with everything that it names, and a time that is none as it was given", () => {
    const filter = {
      rule: "a",
      host: "kv",
      contact: "c",
      error: "ACTION_BUG",
      since: "yesterday",
      until: "2026-03-03T12:00:00Z",
    };
    expect(filterInWords(filter, "UTC", NOW)).toEqual([
      "of the rule a",
      "to the task store",
      "for the contact c",
      "whose last attempt ended with ACTION_BUG",
      "decided at yesterday or later",
      "decided before 12:00:00",
    ]);
  });

  it("offers every code that an attempt can end with", () => {
    expect(ERROR_CODES).toEqual(Object.keys(RETRY).toSorted());
  });
});
