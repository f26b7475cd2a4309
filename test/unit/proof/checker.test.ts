import { describe, expect, it } from "vitest";
import { PROOF_SECRET } from "../../../proof/records.ts";
import type { SentRequest } from "../../../src/model/sent-request.ts";
import { AHEAD, FULL, PROPERTIES, violations } from "../../../proof/checker.ts";
import type { Arrived, Call, EndedDelivery, FollowUps, History, RecordedEvent } from "../../../proof/history.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const DAY = 86_400_000;

const event: RecordedEvent = {
  key: "e1", contactId: "c1", seq: 1, kind: "OutboundMessage", occurredAt: NOON, decidedAt: NOON, planned: 1, counted: 1, held: [], paused: [],
  rules: ["counted", "limited"], fired: ["counted", "limited"], messageId: "m1", status: "sent", isFromApi: false, retryOf: null, ledBy: [], countedMessages: null, tags: null,
}; // prettier-ignore
const delivery: EndedDelivery = {
  id: "d1", eventKey: "e1", contactId: "c1", rule: "counted", host: "h", highlevelCall: null, state: "sent", cancelsOnReply: true, cancelledByEvent: null, isReplaced: false, dueAt: NOON,
  attempts: [{ at: NOON, error: null }],
  kept: [],
}; // prettier-ignore
const call: Call = { id: "d1", about: "c1/e1/rule/0", host: "h", at: NOON, order: 3 };

const text: EndedDelivery = { ...delivery, id: "d5", rule: "texts", host: "highlevel", highlevelCall: "send-message" };
const taken = { id: "m1", contactId: "c1", about: "c1/e1/texts", leftAt: NOON, order: 4 };
const counted = { deliveryId: "d5", messageId: "m1" };
const stop = {
  key: "e8",
  contactId: "c1",
  says: "stop",
  occurredAt: NOON,
  sentOrder: 1,
  known: { at: NOON, order: 2 },
} as const;
const exchange = { used: "r1", given: "r2", leftAt: NOON, heardAt: NOON };
const followUps: FollowUps = {
  messages: [taken], tagged: [], kept: [], tags: new Set(), sends: [counted], letThrough: [], wishes: [], exchanges: [exchange], unkeptTokens: [],
  tooMany: { total: 0, twoInARow: false }, stoppedAt: [], isClockSet: false, mistakes: [],
  noted: { vip: ["v1"], others: ["o1"], asked: [], longestMs: 0, waiting: [], changed: [] },
  isOrderly: true,
  breakers: { texts: { perMinute: 2, perContactDay: 3 } },
}; // prettier-ignore
const note: RecordedEvent = {
  ...event, key: "n1", contactId: "v1", kind: "NoteCreate", counted: null, planned: 0, tags: ["vip"], fired: ["vip"],
}; // prettier-ignore
const withNotes = (bad: Partial<FollowUps["noted"]>, ...notes: readonly RecordedEvent[]): Partial<History> =>
  withHighLevel({ noted: { ...followUps.noted, ...bad } }, { events: [event, ...notes] });
const heard = (leftAt: number) => ({ contactId: "v1", leftAt, heardAt: leftAt + 30 });
const withHighLevel = (bad: Partial<FollowUps>, change: Partial<History> = {}): Partial<History> => ({
  events: [{ ...event, planned: 2 }],
  deliveries: [delivery, text],
  ...change,
  followUps: { ...followUps, ...bad },
});
const letThroughAfter = (...agoMs: readonly number[]) => {
  const before = agoMs.map((ms, n) => ({ deliveryId: `d${n}`, contactId: "c1", agoMs: ms }));
  return withHighLevel({ letThrough: [{ deliveryId: "d5", rule: "texts", contactId: "c1", at: NOON, before }] });
};

/** A location where everything went well: one event, one delivery. */
const good: History = {
  sent: [{ key: "e1", contactId: "c1", happenedAt: NOON }],
  acknowledged: [{ key: "e1", contactId: "c1", status: "accepted", sentOrder: 1, order: 2, at: NOON }],
  unanswered: [], calls: [call], arrived: [], confirmed: [], pauses: [], interrupted: [], isStorageRefusing: false,
  events: [event], deliveries: [delivery], tasks: [], graceMs: 0, clockSetBackAt: [],
  promptHosts: ["h"], deadHosts: [], mayBeLateMs: 1_000, followUps: null, forgotten: [],
}; // prettier-ignore

const reply: RecordedEvent = {
  ...event, key: "e2", seq: 2, kind: "InboundMessage", planned: 0, counted: null, fired: [],
}; // prettier-ignore
const again: RecordedEvent = { ...event, key: "e3", seq: 3, decidedAt: NOON + 60_000, counted: 2, fired: [] };
const asked = { what: "cancel answered", id: "d1", askedOrder: 1, askedAt: NOON, order: 2 } as const;
const ended: EndedDelivery = { ...delivery, state: "cancelled", cancelledByEvent: "e2", attempts: [] };
const replied = { key: "e2", contactId: "c1", status: "accepted", sentOrder: 1, order: 2, at: NOON } as const;
const pausedAttempt = {
  at: NOON,
  error: "ACTION_PAUSED: Paused by ada since 2026-03-04T12:00:00.000Z: the price is wrong: release it",
};
const failed = { at: NOON, error: "DESTINATION_STATUS: 500" };
const down = Array.from({ length: 30 }, (_, index): Call => ({ ...call, id: `d${index}`, at: NOON + index }));

const tagged: RecordedEvent = {
  ...event,
  kind: "ContactTagUpdate",
  key: "tagged-1",
  messageId: null,
  fired: [],
  planned: 0,
};
const swaps = (count: number): EndedDelivery[] =>
  Array.from({ length: count }, (_, n) => ({ ...delivery, id: `s${n}`, rule: "rings", highlevelCall: "add-tags" }));
const limitedOne: EndedDelivery = { ...delivery, rule: "limited" };

const sent = { method: "POST", url: "https://h/c1", body: '{"a":"b"}' };
const arrived: Arrived = {
  ...sent, deliveryId: "d1", contactId: "c1",
  headers: { "x-key": `Key ${PROOF_SECRET.value}`, "webhook-signature": "v1,abc" },
}; // prettier-ignore
const kept: SentRequest = {
  ...sent, at: "2026-03-04T12:00:00.000Z", cutBytes: 0, message: null,
  headers: { "x-key": `Key {{ secret.${PROOF_SECRET.name} }}`, "webhook-signature": "{{ signature }}" },
}; // prettier-ignore

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
  ],
  "an event happened when its sender says": [{ sent: [{ key: "e1", contactId: "c1", happenedAt: NOON + 1 }] }],
  "a rule fires once for a state of a message and its retries": [
    { events: [{ ...event, fired: ["counted"] }] },
    { events: [event, { ...again, fired: ["counted"] }] },
    { events: [event, { ...again, status: "read" }] },
    { events: [event, { ...again, status: "read", fired: ["counted", "limited"] }] },
    { events: [{ ...event, isFromApi: true }] },
    { events: [event, { ...again, messageId: "m2", retryOf: "m1", fired: ["counted"] }] },
  ],
  "a message and its retries count once": [
    { events: [event, { ...again, status: "read", countedMessages: 2 }] },
    { events: [event, { ...again, messageId: "m2", retryOf: "m1", countedMessages: 2 }] },
    { events: [event, { ...again, messageId: "m2", countedMessages: 1 }] },
  ],
  "what costs more than it may is not rendered": [{ deliveries: [{ ...delivery, rule: "costly" }] }],
  "rules that feed each other come to an end": [
    withHighLevel({}, { events: [{ ...tagged, fired: ["rings"], ledBy: ["rings", "rings", "rings"] }] }),
    withHighLevel({}, { events: [tagged], deliveries: swaps(7) }),
    withHighLevel({ isOrderly: false }, { events: [tagged], deliveries: swaps(31) }),
  ],
  "a wait is ended by what happened no earlier than its event, whichever came first": [
    { events: [event, reply], acknowledged: [replied] },
    { events: [event, { ...reply, seq: 0 }] },
    { events: [event, { ...reply, occurredAt: NOON - 1 }], deliveries: [ended] },
    {
      events: [event, reply],
      acknowledged: [replied],
      calls: [],
      deliveries: [{ ...delivery, state: "dead", attempts: [{ ...failed, at: NOON + 7 * DAY }] }],
    },
    withHighLevel({}, { events: [event, reply], deliveries: [text], acknowledged: [replied] }),
  ],
  "nothing is tried before it is due": [
    { deliveries: [{ ...delivery, dueAt: NOON + 1 }] },
    { deliveries: [{ ...delivery, dueAt: NOON + 1 }], clockSetBackAt: [event.decidedAt - 1] },
  ],
  "nothing leaves once a cancel was answered": [
    { confirmed: [asked] },
    { confirmed: [{ ...asked, what: "still open" }] },
    withHighLevel(
      { messages: [{ ...taken, leftAt: NOON + 2_000 }] },
      { confirmed: [{ ...asked, id: "d5", order: 9 }] },
    ),
  ],
  "nothing is left of an erased contact": [
    {
      acknowledged: [{ ...replied, key: "e1", order: 0 }],
      confirmed: [{ what: "erased", id: "c1", askedOrder: 1, order: 2 }],
    },
    withHighLevel(
      { tagged: [{ about: "c1/e1/texts", leftAt: NOON, order: 3 }], messages: [] },
      {
        calls: [],
        events: [],
        deliveries: [],
        acknowledged: [{ ...replied, key: "e1", order: 0 }],
        confirmed: [{ what: "erased", id: "c1", askedOrder: 1, order: 2 }],
      },
    ),
  ],
  "every delivery ends, and for a reason": [
    { deliveries: [{ ...delivery, state: "sending" }] },
    { deliveries: [{ ...delivery, state: "cancelled", cancelledByEvent: "e1" }] },
    { deliveries: [{ ...delivery, state: "dead", attempts: [failed] }] },
  ],
  "a limit lets no more through than it says": [
    {
      events: [event, { ...event, key: "e3", seq: 3, decidedAt: NOON + 1_000 }],
      deliveries: [limitedOne, { ...limitedOne, id: "d3", eventKey: "e3" }],
    },
  ],
  "a limit holds for nothing that came to nothing": [
    {
      events: [event, reply, { ...event, key: "e3", seq: 3, decidedAt: NOON + 1_000, held: ["limited"] }],
      deliveries: [{ ...limitedOne, id: "d9", state: "cancelled", cancelledByEvent: "e2", attempts: [] }],
    },
  ],
  "a paused rule sends nothing": [
    { pauses: [{ rule: null, order: call.order - 1, endOrder: Infinity }] },
    { pauses: [{ rule: delivery.rule, order: call.order - 1, endOrder: call.order + 1 }] },
    withHighLevel({}, { pauses: [{ rule: "texts", order: 0, endOrder: Infinity }] }),
    {
      pauses: [{ rule: "counted", order: 0, endOrder: Infinity }],
      calls: [],
      events: [{ ...event, fired: ["counted"] }],
    },
  ],
  "the end of a pause releases nothing": [
    { deliveries: [{ ...delivery, attempts: [pausedAttempt, { at: NOON, error: null }] }] },
    { deliveries: [{ ...delivery, attempts: [{ at: NOON, error: "ACTION_PAUSED: Paused" }] }] },
  ],
  "a task is in KV once": [{ deliveries: [{ ...delivery, host: "kv" }] }, { tasks: [{ id: "d9", contactId: "c1" }] }],
  "nobody waits for somebody else's destination": [
    { calls: [{ ...call, at: NOON + DAY }] },
    { calls: [{ ...call, at: NOON - 1 }] },
  ],
  "a destination that is down is left alone": [{ calls: down, deadHosts: ["h"] }],
  "whoever goes on sending is answered 2xx": [{ unanswered: ["e9"] }],
  "every delivery ends, whatever the clock says": [{ deliveries: [{ ...delivery, state: "scheduled" }] }],
  "no task from before its contact was erased is left": [
    { tasks: [{ id: "d1", contactId: "c1" }], confirmed: [{ what: "erased", id: "c1", askedOrder: 4, order: 5 }] },
  ],
  "a full ledger forgets nothing that waits": [{ forgotten: ["d1 waited"] }],
  "a message is sent once": [
    withHighLevel({ messages: [taken, { ...taken, id: "m2" }] }),
    withHighLevel({ messages: [] }),
    withHighLevel({ sends: [counted, { ...counted, deliveryId: "d6" }] }),
    withHighLevel({}, { deliveries: [{ ...text, highlevelCall: "add-tags" }] }),
  ],
  "a message that is not sent says why": [
    withHighLevel({}, { deliveries: [{ ...text, state: "dead", attempts: [{ at: NOON, error: "" }] }] }),
  ],
  "no message is sent after a confirmed cancel": [
    withHighLevel({}, { confirmed: [{ what: "cancelled", id: "d5", askedOrder: 1, order: 2 }] }),
  ],
  "nobody who said stop is written to": [
    withHighLevel({ wishes: [stop], messages: [{ ...taken, leftAt: NOON + 100_000 }] }),
    withHighLevel({
      wishes: [stop, { ...stop, key: "e9", says: "start", occurredAt: NOON - 1, sentOrder: 3 }],
      messages: [{ ...taken, leftAt: NOON + 100_000 }],
    }),
    withHighLevel(
      { wishes: [stop, { ...stop, key: "e9", says: "start" }], kept: [{ contactId: "c1", why: "stop" }] },
      {
        events: [
          { ...reply, key: "e8", seq: 4 },
          { ...reply, key: "e9", seq: 3 },
        ],
      },
    ),
  ],
  "what a contact wants is what they said last": [
    withHighLevel({ kept: [{ contactId: "c1", why: "stop" }] }),
    withHighLevel({ wishes: [stop] }, { events: [event, { ...reply, key: "e8" }] }),
    withHighLevel(
      {
        wishes: [stop, { ...stop, key: "e9", says: "start", occurredAt: NOON + 1 }],
        kept: [{ contactId: "c1", why: "stop" }],
      },
      {
        events: [
          { ...reply, key: "e8", seq: 4 },
          { ...reply, key: "e9", occurredAt: NOON + 1 },
        ],
      },
    ),
  ],
  "a rule sends no more than its breaker lets through": [
    letThroughAfter(0, 59_999),
    letThroughAfter(60_000, 3_600_000, DAY - 1),
  ],
  "HighLevel's limits are kept": [
    withHighLevel({ tooMany: { total: 2, twoInARow: true }, stoppedAt: [NOON, NOON] }),
    withHighLevel({ tooMany: { total: 1, twoInARow: false } }),
  ],
  "only the newest refresh token is used, and tokens are kept before they are": [
    withHighLevel({ unkeptTokens: ["GET /contacts/c1"] }),
    withHighLevel({ exchanges: [exchange, { ...exchange, given: null, leftAt: NOON + 1, heardAt: NOON + 1 }] }),
    withHighLevel({ exchanges: [exchange, { used: "r2", given: "r3", leftAt: NOON + 1, heardAt: NOON + 1 }] }),
  ],
  "nothing is sent without a record of what was sent": [
    { arrived: [arrived] },
    { arrived: [arrived], deliveries: [{ ...delivery, kept: [{ ...kept, body: '{"a":"{{ event.a }}"}' }] }] },
    { arrived: [{ ...arrived, deliveryId: null }], interrupted: ["d1"], isStorageRefusing: true },
  ],
  "nothing that is secret is kept": [
    { deliveries: [{ ...delivery, kept: [{ ...kept, headers: { "x-key": PROOF_SECRET.value } }] }] },
    { deliveries: [{ ...delivery, kept: [{ ...kept, headers: { authorization: "Bearer abc" } }] }] },
    { deliveries: [{ ...delivery, kept: [{ ...kept, headers: { "webhook-signature": "v1,abc" } }] }] },
  ],
  "every call is as HighLevel publishes it": [withHighLevel({ mistakes: ["POST /x: y should not be empty"] })],
  "an event waits for its contact's data a minute at most": [withNotes({ longestMs: 70_000 })],
  "an event that waits is decided once": [withNotes({ waiting: ["n1"] }), withNotes({ changed: ["n1"] })],
  "events that wait are decided in their contact's order": [
    withNotes({}, { ...note, fired: [] }, { ...note, key: "n2", seq: 2 }),
    withNotes({}, note, { ...note, key: "n2", seq: 2 }),
    withNotes({}, { ...note, tags: [] }),
    withNotes({}, { ...note, tags: null }),
  ],
  "a contact that is known is not asked for": [withNotes({ asked: [heard(NOON), heard(NOON + 60_000)] })],
};

describe("the checker", () => {
  it("finds nothing where everything went well", () => {
    expect(violations(good)).toEqual([]);
    expect(violations({ ...good, arrived: [arrived], deliveries: [{ ...delivery, kept: [kept] }] })).toEqual([]);
  });

  it("finds nothing where everything went well inside HighLevel", () => {
    const { contactId } = text;
    const lifted = [stop, { ...stop, key: "e9", says: "start", sentOrder: 3 } as const];
    expect(violations({ ...good, ...withHighLevel({ wishes: lifted }) })).toEqual([]);
    const rotated = [exchange, { ...exchange, given: null, leftAt: NOON + 1, heardAt: null }];
    const cutOff = { exchanges: rotated, stoppedAt: [NOON + 1], tags: new Set([`${contactId}/c1/e1/texts`]) };
    const tagged = { ...text, id: "d6", highlevelCall: "add-tags" };
    expect(
      violations({
        ...good,
        ...withHighLevel(cutOff, { events: [{ ...event, planned: 3 }], deliveries: [delivery, text, tagged] }),
      }),
    ).toEqual([]);
  });

  it.each([[[59_999]], [[0, 60_000]], [[60_000, 60_000, DAY]]])(
    "lets a breaker let one more message through after others %j ms ago",
    (agoMs) => {
      const held = PROPERTIES["a rule sends no more than its breaker lets through"];
      expect([...(held?.({ ...good, ...letThroughAfter(...agoMs) }) ?? [])]).toEqual([]);
    },
  );

  it("does not count with a breaker what a person has retried", () => {
    const byHand = { confirmed: [{ what: "retried", id: "d0", askedOrder: 1, order: 2 } as const] };
    const held = PROPERTIES["a rule sends no more than its breaker lets through"];
    expect([...(held?.({ ...good, ...letThroughAfter(0, 0), ...byHand }) ?? [])]).toEqual([]);
  });

  it("does not call early what was decided by a clock that was set back later", () => {
    const early = { deliveries: [{ ...delivery, dueAt: NOON + 1 }], clockSetBackAt: [event.decidedAt] };
    expect([...(PROPERTIES["nothing is tried before it is due"]?.({ ...good, ...early }) ?? [])]).toEqual([]);
  });

  it("does not miss the events of a contact whose erasure was asked for, and may have been done", () => {
    const gone = { events: [], deliveries: [], calls: [] };
    const erasure = { what: "erase asked", id: "c1", askedOrder: 3, order: 4 } as const;
    const nothingLost = PROPERTIES["nothing is lost after a 2xx"];
    expect([...(nothingLost?.({ ...good, ...gone, confirmed: [erasure] }) ?? [])]).toEqual([]);
    expect([...(nothingLost?.({ ...good, ...gone, confirmed: [{ ...erasure, id: "c2" }] }) ?? [])]).not.toEqual([]);
  });

  it("does not call a retry late that was asked for while a cancel was under way, but one that was asked for before", () => {
    const cancel = { what: "cancelled", id: "d1", askedOrder: 1, order: 2 } as const;
    const found = (retryOrder: number): readonly string[] => {
      const retry = { what: "retried", id: "d1", askedOrder: 0, order: retryOrder } as const;
      return [
        ...(PROPERTIES["nothing is sent after a confirmed cancel"]?.({ ...good, confirmed: [cancel, retry] }) ?? []),
      ];
    };
    expect(found(1.5)).toEqual([]);
    expect(found(0.5)).not.toEqual([]);
  });

  it("does not hold a call that was cut off against a host that is down, but one of which an attempt tells", () => {
    const [first] = down.slice(-2);
    const attempt = { at: first?.at ?? 0, error: "DESTINATION_TIMEOUT" };
    const found = (attempts: EndedDelivery["attempts"]): readonly string[] => {
      const ids = down.map(({ id }) => id);
      const deliveries = ids.map((id) => ({ ...delivery, id, host: "h", attempts }));
      const seen = { ...good, calls: down, deadHosts: ["h"], deliveries, interrupted: ids };
      return [...(PROPERTIES["a destination that is down is left alone"]?.(seen) ?? [])];
    };
    expect(found([])).toEqual([]);
    expect(found([attempt])).not.toEqual([]);
  });

  it.each([AHEAD, FULL].flat())("knows what is checked where not all can be told: %s", (name) => {
    expect(PROPERTIES).toHaveProperty([name]);
  });

  it("has something that breaks each of its properties", () => {
    expect(Object.keys(BAD).toSorted()).toEqual(Object.keys(PROPERTIES).toSorted());
  });

  const cases = Object.entries(BAD).flatMap(([name, bad]) => bad.map((change) => [name, change] as const));
  it.each(cases)("finds a violation of: %s", (name, change) => {
    expect([...(PROPERTIES[name]?.({ ...good, ...change }) ?? [])]).not.toEqual([]);
  });
});
