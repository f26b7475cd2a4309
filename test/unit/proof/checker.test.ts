import { describe, expect, it } from "vitest";
import { PROPERTIES, violations } from "../../../proof/checker.ts";
import type { Call, EndedDelivery, History, RecordedEvent } from "../../../proof/history.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const DAY = 86_400_000;

const event: RecordedEvent = {
  key: "e1", contactId: "c1", seq: 1, kind: "OutboundMessage", occurredAt: NOON, planned: 1, counted: 1,
}; // prettier-ignore
const delivery: EndedDelivery = {
  id: "d1", eventKey: "e1", contactId: "c1", host: "h", state: "sent", cancelsOnReply: true, cancelledByEvent: null, dueAt: NOON,
  attempts: [{ at: NOON, error: null }],
}; // prettier-ignore
const call: Call = { id: "d1", about: "c1/e1/rule/0", host: "h", at: NOON, order: 3 };

/** A location where everything went well: one event, one delivery. */
const good: History = {
  acknowledged: [{ key: "e1", contactId: "c1", status: "accepted", sentOrder: 1, order: 2, at: NOON }],
  unanswered: [], calls: [call], confirmed: [], interrupted: [], isStorageRefusing: false,
  events: [event], deliveries: [delivery], tasks: [], graceMs: 0,
  promptHosts: ["h"], deadHosts: [], mayBeLateMs: 1_000,
}; // prettier-ignore

const reply: RecordedEvent = { ...event, key: "e2", seq: 2, kind: "InboundMessage", planned: 0, counted: null };
const replied = { key: "e2", contactId: "c1", status: "accepted", sentOrder: 1, order: 2, at: NOON } as const;
const failed = { at: NOON, error: "DESTINATION_STATUS: 500" };
const down = Array.from({ length: 30 }, (_, index): Call => ({ ...call, id: `d${index}`, at: NOON + index }));

/** What breaks each promise. */
const BAD: { readonly [property in keyof typeof PROPERTIES]: readonly Partial<History>[] } = {
  "nothing is lost after a 2xx": [{ events: [] }, { deliveries: [] }, { calls: [] }],
  "every event is decided once, under ids that stay": [
    { calls: [call, { ...call, id: "d2" }] },
    { deliveries: [delivery, delivery] },
  ],
  "a delivery is repeated only where its outcome could not be known": [
    { calls: [call, call] },
    { deliveries: [{ ...delivery, attempts: [{ at: NOON, error: null }, failed] }] },
  ],
  "the events of a contact are decided in order": [{ events: [{ ...event, counted: 2 }] }],
  "nothing is sent after a confirmed cancel": [
    { confirmed: [{ what: "cancelled", id: "d1", askedOrder: 1, order: 2 }] },
    { events: [event, reply], acknowledged: [replied] },
  ],
  "nothing is left of an erased contact": [
    {
      acknowledged: [{ ...replied, key: "e1", order: 0 }],
      confirmed: [{ what: "erased", id: "c1", askedOrder: 1, order: 2 }],
    },
  ],
  "every delivery ends, and for a reason": [
    { deliveries: [{ ...delivery, state: "sending" }] },
    { deliveries: [{ ...delivery, state: "cancelled", cancelledByEvent: "e1" }] },
    { deliveries: [{ ...delivery, state: "dead", attempts: [failed] }] },
  ],
  "a task is in KV once": [{ deliveries: [{ ...delivery, host: "kv" }] }, { tasks: [{ id: "d9", contactId: "c1" }] }],
  "nobody waits for somebody else's destination": [
    { calls: [{ ...call, at: NOON + DAY }] },
    { calls: [{ ...call, at: NOON - 1 }] },
  ],
  "a destination that is down is left alone": [{ calls: down, deadHosts: ["h"] }],
  "whoever goes on sending is answered 2xx": [{ unanswered: ["e9"] }],
};

describe("the checker", () => {
  it("finds nothing where everything went well", () => {
    expect(violations(good)).toEqual([]);
  });

  it("has something that breaks each of its properties", () => {
    expect(Object.keys(BAD).toSorted()).toEqual(Object.keys(PROPERTIES).toSorted());
  });

  const cases = Object.entries(BAD).flatMap(([name, bad]) => bad.map((change) => [name, change] as const));
  it.each(cases)("finds a violation of: %s", (name, change) => {
    expect([...(PROPERTIES[name]?.({ ...good, ...change }) ?? [])]).not.toEqual([]);
  });
});
