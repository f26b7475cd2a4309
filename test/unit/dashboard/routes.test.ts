import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkTo, linkToAgency, readRoute, spanOf } from "../../../src/dashboard/address/routes.ts";

const PAGES = [
  "overview",
  "events",
  "contacts",
  "deliveries",
  "tasks",
  "rules",
  "shadow",
  "playground",
  "changes",
] as const;

describe("a place in the page", () => {
  it("is read as it was written, whatever stands in it", () => {
    const text = fc.string({ unit: "grapheme", minLength: 1 }).filter((one) => one.isWellFormed());
    const query = fc.dictionary(
      text.filter((name) => name !== "__proto__"),
      text,
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...PAGES), fc.option(text), query, (locationId, page, item, asked) => {
        expect(readRoute(linkTo(locationId, page, item, asked))).toEqual({
          locationId,
          companyId: null,
          page,
          item,
          query: asked,
        });
      }),
    );
  });

  it.each([
    ["", null, "overview"],
    ["#/", null, "overview"],
    ["#token=x", null, "overview"],
    ["#/x/L/events", null, "overview"],
    ["#/l/L", "L", "overview"],
    ["#/l/L/nowhere", "L", "overview"],
    ["#/l/L/__proto__", "L", "overview"],
    ["#/l/L/changes/3", "L", "changes"],
    ["#/changes", null, "changes"],
    ["#/changes/3?against=before", null, "changes"],
    ["#/changesx", null, "overview"],
    ["#/l/%E0%A4%A/tasks", "%E0%A4%A", "tasks"],
  ])("%s is one that there is", (fragment, locationId, page) => {
    expect(readRoute(fragment)).toMatchObject({ locationId, page });
  });

  it("that is of no location is read as it was written, too", () => {
    const place = { locationId: null, companyId: null, page: "changes", item: "3", query: { against: "before" } };
    expect(linkTo("", "changes", "3", { against: "before" })).toBe("#/changes/3?against=before");
    expect(readRoute("#/changes/3?against=before")).toEqual(place);
  });

  it("may be an agency", () => {
    const id = fc.string({ unit: "grapheme", minLength: 1 }).filter((one) => one.isWellFormed());
    fc.assert(
      fc.property(id, fc.constantFrom("given", "outside", null), (companyId, state) => {
        const query = state === null ? {} : { state };
        const route = { locationId: null, companyId, page: "overview", item: null, query };
        expect(readRoute(linkToAgency(companyId, { state }))).toEqual(route);
      }),
    );
    expect(readRoute("#/agency/")).toMatchObject({ locationId: null, companyId: null });
  });

  it("names a stretch of time only with two times that can be read", () => {
    const from = "2026-03-04T15:00:00.000Z";
    expect(spanOf({ from, to: from })).toEqual({ from, to: from });
    for (const query of [{}, { from }, { from, to: "soon" }, { from: "", to: from }]) expect(spanOf(query)).toEqual({});
  });
});
