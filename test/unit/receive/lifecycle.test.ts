import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { lifecycleOf } from "../../../src/receive/lifecycle.ts";

const read = (payload: JsonObject, route: "events" | "provider" = "events") => lifecycleOf(payload, route, "key");
const GONE = { type: "UNINSTALL", appId: "app", locationId: "here" };

describe("an event of the app", () => {
  const installs: readonly (readonly [what: string, payload: JsonObject, install: unknown])[] = [
    ["a location and its agency", { companyId: "agency" }, { companyId: "agency", atMs: null }],
    ["a location alone, as for one that was made later", {}, { companyId: null, atMs: null }],
    ["an agency that cannot be one", { companyId: "a gency" }, { companyId: null, atMs: null }],
    ["a time", { timestamp: "2026-03-04T12:00:00.000Z" }, { companyId: null, atMs: 1_772_625_600_000 }],
  ];
  it.each(installs)("that it was installed may name %s", (_, more, install) => {
    const payload = { type: "INSTALL", appId: "app", locationId: "here", ...more };
    expect(read(payload)).toEqual({
      kind: "INSTALL",
      install: { locationId: "here", appId: "app", ...(install as object) },
    });
  });

  it.each([
    ["in an agency", { appId: "app", companyId: "agency" }],
    ["of no app", { locationId: "here" }],
    ["in what cannot be a location", { appId: "app", locationId: "../x" }],
  ])("that it was installed %s changes nothing", (_, payload) => {
    expect(read({ type: "INSTALL", ...payload })).toEqual({ kind: "INSTALL", install: null });
  });

  const uninstalls: readonly (readonly [what: string, payload: JsonObject, place: unknown, atMs: number | null])[] = [
    ["a location", GONE, { locationId: "here" }, null],
    ["an agency", { ...GONE, locationId: "", companyId: "agency" }, { companyId: "agency" }, null],
    ["a location and its agency", { ...GONE, companyId: "agency" }, { locationId: "here", companyId: "agency" }, null],
    ["a time", { ...GONE, timestamp: "2026-03-04T12:00:00.000Z" }, { locationId: "here" }, 1_772_625_600_000],
    ["a time as a number", { ...GONE, timestamp: 1_772_625_600_000 }, { locationId: "here" }, 1_772_625_600_000],
    ["a time that is none", { ...GONE, timestamp: "soon" }, { locationId: "here" }, null],
  ];
  it.each(uninstalls)("that it was uninstalled may name %s", (_, payload, place, atMs) => {
    expect(read(payload)).toEqual({ kind: "UNINSTALL", place, uninstall: { eventKey: "key", appId: "app", atMs } });
  });

  const others: readonly (readonly [what: string, payload: JsonObject])[] = [
    ["an uninstall of nobody", { type: "UNINSTALL", appId: "app" }],
    ["an uninstall of no app", { ...GONE, appId: "" }],
    ["an uninstall of a location that cannot be, in an agency", { ...GONE, locationId: "../x", companyId: "agency" }],
    ["an uninstall in another spelling", { ...GONE, type: "uninstall" }],
    ["a message", { type: "OutboundMessage", locationId: "here" }],
  ];
  it.each(others)("is not %s", (_, payload) => expect(read(payload)).toBeNull());

  it("does not come by the provider's route", () => {
    expect(read(GONE, "provider")).toBeNull();
  });
});
