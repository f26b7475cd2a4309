import { describe, expect, it } from "vitest";
import { timelineOf } from "../../../src/dashboard/contact/timeline.ts";
import { firingsOf } from "../../../src/dashboard/deliveries/firings.ts";
import { sampleFor } from "../../../src/dashboard/playground/draft.ts";
import { openingInWords } from "../../../src/dashboard/time/time.ts";
import type { Attempt, Delivery } from "../../../src/model/delivery.ts";
import type { LogEntry } from "../../../src/model/ledger.ts";

const at = (minute: number): string => `2026-03-04T12:${String(minute).padStart(2, "0")}:00.000Z`;
const event = (minute: number) => ({ eventKey: `e${minute}`, receivedAt: at(minute) }) as LogEntry;
const delivery = (id: string, given: Partial<Delivery>) =>
  ({ id, state: "sent", decidedAt: at(0), endedAt: null, attempts: [], ...given }) as unknown as Delivery;
const WHOLE = { isNewest: true, isOldest: true };
const names = (...of: Parameters<typeof timelineOf>): string[] =>
  timelineOf(...of).map(({ entry, delivery: ended }) => entry?.eventKey ?? ended?.id ?? "");

describe("what happened with a contact", () => {
  it("is one list, newest first, and what followed at once stands above its event", () => {
    const ended = [
      delivery("sent", { endedAt: at(2) }),
      delivery("cancelled", { state: "cancelled", endedAt: at(4) }),
      delivery("dead", { state: "dead", endedAt: at(9) }),
    ];
    expect(names([event(5), event(2), event(1)], ended, WHOLE)).toEqual([
      "dead",
      "e5",
      "cancelled",
      "sent",
      "e2",
      "e1",
    ]);
  });

  it("leaves out what has not happened yet", () => {
    const waiting = [delivery("a", { state: "scheduled" }), delivery("b", { state: "sending" })];
    expect(names([event(1)], waiting, WHOLE)).toEqual(["e1"]);
  });

  it("goes by the last attempt, or else the decision, where the end was not stored, and for what is held", () => {
    const attempts = [{ at: at(3) }, { at: at(7) }] as unknown as readonly Attempt[];
    const ended = [delivery("old", { attempts }), delivery("held", { state: "held", attempts: [] })];
    expect(names([event(5)], ended, WHOLE)).toEqual(["old", "e5", "held"]);
  });

  it("shows each delivery on one page of the log alone", () => {
    const ended = [1, 3, 5, 7].map((minute) => delivery(`d${minute}`, { endedAt: at(minute) }));
    const pages = [
      names([event(6), event(4)], ended, { isNewest: true, isOldest: false }),
      names([event(4), event(2)], ended, { isNewest: false, isOldest: true }),
    ];
    expect(pages).toEqual([
      ["d7", "e6", "d5", "e4"],
      ["e4", "d3", "e2", "d1"],
    ]);
  });
});

it("deliveries stand together by the firing that they follow from, in the order of the list", () => {
  const of = (id: string, eventKey: string, rule: string, contactId = "c") =>
    delivery(id, { eventKey, rule, contactId });
  const list = [of("1", "e", "a"), of("2", "e", "b"), of("3", "e", "a"), of("4", "f", "a"), of("5", "e", "a", "d")];
  expect(firingsOf(list).map((firing) => firing.map(({ id }) => id))).toEqual([["1", "3"], ["2"], ["4"], ["5"]]);
});

it.each([
  [["OutboundMessage"], "sample call-voicemail", null],
  [["InboundMessage"], "sample call-voicemail", "reply"],
  [["ContactTagUpdate", "InboundMessage"], "sample reply", null],
  [["InboundMessage"], "log c e", null],
  [["InboundMessage"], "", null],
  [["NoSuchKind"], "sample reply", null],
])("of a rule on %j, what was taken from %j becomes %j", (on, from, expected) => {
  expect(sampleFor(on, from)).toBe(expected);
});

it.each([
  ["2026-11-30T16:00:00Z", "America/Denver", "Monday 09:00 in Denver"],
  ["2026-07-06T13:30:00Z", "America/New_York", "Monday 09:30 in New York"],
  ["2026-07-05T23:00:00Z", "UTC", "Sunday 23:00 in UTC"],
  ["2026-07-05T23:00:00Z", "America/Argentina/Buenos_Aires", "Sunday 20:00 in Buenos Aires"],
])("%s in %s is %s", (time, zone, words) => {
  expect(openingInWords(time, zone)).toBe(words);
});
