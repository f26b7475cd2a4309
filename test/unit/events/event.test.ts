import { describe, expect, it } from "vitest";
import { factsOf, issuesOf, readEvent } from "../../../src/events/event.ts";
import { FACTS } from "../../../src/language/facts.ts";
import type { HookRoute } from "../../../src/model/event-kinds.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/kit/json.ts";
import { DecisionFacts } from "../../../src/match/facts.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import { MOMENT } from "../../builders.ts";
import { readCases } from "../../cases/read-cases.ts";

interface EventCase {
  readonly route: HookRoute;
  readonly payload: Json;
  readonly expect: {
    readonly status: string;
    readonly facts?: JsonObject;
    readonly absent?: readonly string[];
    readonly payloadKept?: readonly string[];
    readonly issues?: readonly string[];
  };
}

const RECEIVED = { key: "k", receivedAt: "2026-03-04T15:30:00.000Z" };

describe("reading an event", () => {
  it.each(readCases<EventCase>("events"))("$title", ({ case: { route, payload, expect: expected } }) => {
    const read = readEvent(payload, { ...RECEIVED, route });
    expect(read.status).toBe(expected.status);
    if (read.status === "unusable") {
      expect(read.issues.map(({ pointer }) => pointer).toSorted()).toEqual(expected.issues);
    }
    if (read.status !== "event") return;
    expect(issuesOf(read.event).map(({ pointer }) => pointer)).toEqual(expected.issues ?? []);
    const facts = factsOf(read.event);
    expect(facts).toMatchObject(expected.facts ?? {});
    for (const name of expected.absent ?? []) expect(Object.keys(facts)).not.toContain(name);
    for (const key of expected.payloadKept ?? []) expect(Object.keys(read.event.payload)).toContain(key);
    const asked = new DecisionFacts(read.event, MOMENT, NO_HISTORY);
    for (const [name, entry] of Object.entries(FACTS)) {
      if (!entry.always || !entry.kinds.includes(read.event.kind)) continue;
      expect(asked.value(name), name).toBeDefined();
    }
  });

  it("never names a value in an issue", () => {
    const secret = "s3cret-value";
    const payload = { type: "OutboundMessage", locationId: `${secret}/`, contactId: { secret }, callDuration: secret };
    const read = readEvent(payload, { ...RECEIVED, route: "events" });
    expect(read.status).toBe("unusable");
    expect(JSON.stringify(read)).not.toContain(secret);
    const odd = readEvent({ ...payload, locationId: "l", contactId: "c" }, { ...RECEIVED, route: "events" });
    if (odd.status !== "event") throw new Error(odd.status);
    expect(issuesOf(odd.event)).toEqual([
      { pointer: "/callDuration", code: "EVENT_FIELD", message: "Expected a number" },
    ]);
  });

  it("takes the time of receipt when the event brings none that can be read", () => {
    const payload = { type: "ContactDelete", locationId: "l", id: "c", dateAdded: "soon", timestamp: "" };
    const read = readEvent(payload, { ...RECEIVED, route: "events" });
    expect(read).toMatchObject({ status: "event", event: { occurredAt: RECEIVED.receivedAt } });
  });

  it.each(["+275760-09-13T00:00:00.000Z", "9999-12-31T23:59:59Z", 8.64e15, "2026-03-04T15:35:00.001Z"])(
    "happened when it was received if it says that it happened long after: %s",
    (timestamp) => {
      const payload = { type: "ContactDelete", locationId: "l", id: "c", timestamp };
      const read = readEvent(payload, { ...RECEIVED, route: "events" });
      expect(read).toMatchObject({ status: "event", event: { occurredAt: RECEIVED.receivedAt } });
    },
  );

  it.each(["2026-03-04T15:30:00.001Z", "2026-03-04T15:31:38.510Z", "2026-03-04T15:35:00.000Z"])(
    "happened when its sender says, although the clock of the Worker that took it is behind: %s",
    (timestamp) => {
      const payload = { type: "ContactDelete", locationId: "l", id: "c", timestamp };
      const read = readEvent(payload, { ...RECEIVED, route: "events" });
      expect(read).toMatchObject({ status: "event", event: { occurredAt: timestamp } });
    },
  );

  it.each([
    ["-000001-01-01T00:00:00.000Z", "-000001-01-01T00:00:00.000Z"],
    [-8.64e15, "-271821-04-20T00:00:00.000Z"],
  ])("may have happened before the year 0: %s", (timestamp, occurredAt) => {
    const payload = { type: "ContactDelete", locationId: "l", id: "c", timestamp };
    const read = readEvent(payload, { ...RECEIVED, route: "events" });
    expect(read).toMatchObject({ status: "event", event: { occurredAt } });
  });

  it("looks for no word in a text that is longer than any spelling", () => {
    const payload = { type: "OutboundMessage", locationId: "l", contactId: "c" };
    const said = (messageType: string): Json | undefined => {
      const read = readEvent({ ...payload, messageType }, { ...RECEIVED, route: "events" });
      return read.status === "event" ? factsOf(read.event)["channel"] : read.status;
    };
    expect(said("S_M_S")).toBe("sms");
    expect(said(`S${"_".repeat(100_000)}MS`)).toBe("unknown");
  });

  it("takes no number for one that is none in a double", () => {
    const payload = { type: "OutboundMessage", locationId: "l", contactId: "c", callDuration: "9".repeat(400) };
    const read = readEvent(payload, { ...RECEIVED, route: "events" });
    if (read.status !== "event") throw new Error(read.status);
    expect(issuesOf(read.event)).toMatchObject([{ pointer: "/callDuration" }]);
    expect(factsOf(read.event)["callDuration"]).toBeUndefined();
  });

  it.each([".", ".."])("has no contact that is a step in a path: %s", (contactId) => {
    const payload = { type: "OutboundMessage", locationId: "l", contactId };
    expect(readEvent(payload, { ...RECEIVED, route: "events" })).toMatchObject({
      status: "unusable",
      issues: [{ pointer: "/contactId" }],
    });
  });

  it("has no fact whose name every object has", () => {
    expect(Object.keys(FACTS).filter((name) => name in Object.prototype)).toEqual([]);
  });

  it("has facts without a prototype, so that no word finds anything that was not sent", () => {
    const read = readEvent({ type: "ContactDelete", locationId: "l", id: "c" }, { ...RECEIVED, route: "events" });
    if (read.status !== "event") throw new Error(read.status);
    expect(factsOf(read.event)["constructor"]).toBeUndefined();
    expect(isJsonObject(factsOf(read.event)["payload"])).toBe(true);
  });
});
