import { describe, expect, it } from "vitest";
import { endInWords, hostStateInWords, waitInWords } from "../../../src/dashboard/parts/waits.ts";
import type { Attempt, Delivery } from "../../../src/model/delivery.ts";
import type { HostState } from "../../../src/model/statistics.ts";

const NOW = Date.parse("2026-03-03T13:00:00Z");
const ZONE = "Europe/Berlin";
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();
const FAILED: Attempt = {
  at: at(-5),
  status: 500,
  error: "DESTINATION_STATUS: The destination answered 500",
  durationMs: 40,
  answer: "no room",
  request: null,
};

const aDelivery = (given: Partial<Delivery> = {}): Delivery => ({
  id: "d1",
  eventKey: "e1",
  contactId: "c1",
  rule: "voicemail-text-back",
  host: "crm.example.com",
  decidedAt: at(-10),
  action: { type: "webhook", url: "https://crm.example.com/hooks" },
  state: "scheduled",
  dueAt: at(5),
  window: null,
  giveUpAt: null,
  endedAt: null,
  optOut: null,
  paused: null,
  cancelledBy: null,
  unsettled: [],
  attempts: [],
  ...given,
});
const aHost = (given: Partial<HostState> = {}): HostState => ({
  host: "crm.example.com",
  mode: "closed",
  failures: 0,
  openUntil: null,
  pausedUntil: null,
  waiting: 1,
  nextDueAt: at(5),
  inFlight: 0,
  ...given,
});
const OPEN = { mode: "open", failures: 12, openUntil: at(7) } as const;

describe("why a delivery waits", () => {
  const delayed = aDelivery({ action: { type: "task", title: "Call", after: "5m" } });
  it.each<[why: string, delivery: Delivery, host: HostState | undefined, words: string]>([
    ["its delay", delayed, undefined, "its delay of 5m is over in 5 min (14:05:00)"],
    ["a time without a delay", aDelivery(), undefined, "due in 5 min (14:05:00)"],
    ["a retry", aDelivery({ attempts: [FAILED] }), aHost(), "after 1 failed attempt tried again in 5 min (14:05:00)"],
    [
      "its window, by the window's own clock",
      aDelivery({ window: { from: "09:05", timeZone: "America/New_York" }, dueAt: "2026-03-03T14:05:00Z" }),
      undefined,
      "its window opens, Tuesday 09:05 in New York, in 1 h (15:05:00)",
    ],
    [
      "the contact's own hours",
      aDelivery({ window: { from: "09:05", timeZone: "contact" } }),
      undefined,
      "the contact's own hours begin in 5 min (14:05:00)",
    ],
    [
      "a delay, or the contact's own hours after it",
      { ...delayed, window: { from: "09:05", timeZone: "contact" } },
      undefined,
      "its delay of 5m is over, or the contact's own hours begin in 5 min (14:05:00)",
    ],
    [
      "a retry in the contact's own hours",
      aDelivery({ window: { timeZone: "contact" }, attempts: [FAILED] }),
      undefined,
      "after 1 failed attempt tried again in 5 min (14:05:00)",
    ],
    [
      "a window that opens with the day",
      aDelivery({ window: { days: ["wednesday"] }, dueAt: "2026-03-03T23:00:00Z" }),
      undefined,
      "its window opens, Wednesday 00:00 in Berlin, in 10 h (Wed 4 Mar, 00:00:00)",
    ],
    [
      "an open circuit, although it is due",
      aDelivery({ dueAt: at(-1) }),
      aHost(OPEN),
      "due since 13:59:00, but crm.example.com is paused until 14:07:00 after 12 failures in a row: nothing is sent",
    ],
    [
      "a circuit that is open for longer than the wait",
      aDelivery(),
      aHost(OPEN),
      "due in 5 min (14:05:00), but crm.example.com is paused until 14:07:00 after 12 failures in a row: nothing is sent",
    ],
    [
      "a wait that is longer than the open circuit",
      aDelivery({ dueAt: at(8) }),
      aHost(OPEN),
      "due in 8 min (14:08:00)",
    ],
    [
      "a pause",
      aDelivery({ dueAt: at(-1) }),
      aHost({ pausedUntil: at(2) }),
      "due since 13:59:00, but crm.example.com is paused until 14:02:00: it asked for it",
    ],
    ["its turn", aDelivery({ dueAt: at(-1) }), aHost(), "due since 13:59:00: its turn comes next"],
  ])("is %s", (_, delivery, host, words) => {
    expect(waitInWords(delivery, host, ZONE, NOW)).toBe(words);
  });

  it("is not said of one that does not wait", () => {
    expect(waitInWords(aDelivery({ state: "dead", dueAt: null }), aHost(OPEN), ZONE, NOW)).toBeNull();
  });
});

describe("how a destination does", () => {
  it.each<[HostState, string, boolean]>([
    [aHost(), "takes deliveries", true],
    [aHost({ mode: "suspect", failures: 1 }), "one at a time, 1 failure in a row", false],
    [aHost(OPEN), "paused until 14:07:00 after 12 failures in a row: nothing is sent", false],
    [
      aHost({ ...OPEN, openUntil: at(-1) }),
      "tried with one, after 12 failures in a row: the rest goes if that arrives",
      false,
    ],
    [aHost({ pausedUntil: at(-1) }), "takes deliveries", true],
    [aHost({ pausedUntil: at(1) }), "paused until 14:01:00: it asked for it", false],
  ])("%j", (host, words, isWell) => {
    expect(hostStateInWords(host, ZONE, NOW)).toEqual({ words, isWell });
  });
});

describe("how a delivery ended", () => {
  it.each<[Partial<Delivery>, string | null]>([
    [
      { state: "dead", attempts: [FAILED, FAILED] },
      "DESTINATION_STATUS: The destination answered 500, after 2 attempts",
    ],
    [{ state: "dead" }, "given up without an attempt"],
    [{ state: "sent", attempts: [{ ...FAILED, error: null, status: 204 }] }, "answered 204, after 1 attempt"],
    [{ state: "sent", attempts: [{ ...FAILED, error: null, status: null }] }, "done, after 1 attempt"],
    [{ state: "cancelled", cancelledBy: { by: "operator" } }, "by an operator"],
    [{ state: "cancelled", cancelledBy: { by: "event", trigger: "reply", eventKey: "e2" } }, "by a reply"],
    [
      { state: "held", attempts: [{ ...FAILED, status: null, error: "ACTION_BREAKER: Rule sent 20 messages" }] },
      "ACTION_BREAKER: Rule sent 20 messages",
    ],
    [{ state: "held" }, "a person has to release it"],
    [{ state: "scheduled" }, null],
  ])("%j", (given, words) => {
    expect(endInWords(aDelivery(given))).toBe(words);
  });
});
