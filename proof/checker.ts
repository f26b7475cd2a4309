// The promises, checked on a history. Each yields the violations that it found, in words.
import { FOLLOW_UPS } from "./follow-ups.ts";
import {
  changesNothing,
  retriedIn,
  type Acknowledged,
  type Call,
  type Confirmed,
  type EndedDelivery,
  type History,
  type RecordedEvent,
} from "./history.ts";
import { ORDERS } from "./orders.ts";
import { PAUSES } from "./pauses.ts";
import { RECORDS } from "./records.ts";
import { LIMITED } from "./rules.ts";
import { WAITS } from "./waits.ts";

type Property = (history: History) => Iterable<string>;

const ENDED = new Set(["sent", "dead", "cancelled"]);
const ATTEMPTS = 10;
const DAY_MS = 86_400_000;
/** Errors that end a delivery before its tenth attempt. */
const FINAL =
  /^(?:DESTINATION_GONE|DESTINATION_REFUSED|DESTINATION_HELD_UP|ACTION_NOT_RELEASED|ACTION_TEMPLATE|ACTION_LOST|HIGHLEVEL_TOKEN|HIGHLEVEL_TOKEN_REFUSED|HIGHLEVEL_REFUSED|HIGHLEVEL_UNKNOWN)\b/;
/** Ten failures open a circuit; calls already under way may still fail, and probes come half a minute apart. */
const CALLS_BEFORE_OPEN = 14;
const OPEN_MS = 25_000;
/** How long after its attempt began a call leaves at most: what was written before it has to be on disk. */
const LEAVES_WITHIN_MS = 3_000;

/** Every promise by its name. */
export const PROPERTIES: { readonly [name: string]: Property } = {
  "nothing is lost after a 2xx": nothingLost,
  "every event is decided once, under ids that stay": decidedOnce,
  "a delivery is repeated only where its outcome could not be known": repeatsAreExplained,
  "the events of a contact are decided in order": inOrder,
  "nothing is sent after a confirmed cancel": nothingAfterCancel,
  "nothing is left of an erased contact": nothingAfterErase,
  "every delivery ends, and for a reason": everythingEnds,
  "every delivery ends, whatever the clock says": ({ deliveries }) =>
    deliveries.flatMap(({ id, state }) => (ENDED.has(state) ? [] : [`${id} is ${state}`])),
  "what costs more than it may is not rendered": costsAreKept,
  "a limit lets no more through than it says": limitHolds,
  "a limit holds for nothing that came to nothing": limitHoldsForSomething,
  "a task is in KV once": tasksOnce,
  "nobody waits for somebody else's destination": nobodyWaits,
  "a destination that is down is left alone": downIsLeftAlone,
  "whoever goes on sending is answered 2xx": (history) => history.unanswered.map((key) => `${key} was never answered`),
  "no task from before its contact was erased is left": noOldTask,
  "a full ledger forgets nothing that waits": ({ forgotten }) => forgotten,
  ...ORDERS,
  ...FOLLOW_UPS,
  ...RECORDS,
  ...WAITS,
  ...PAUSES,
};

/** What can be told of a run in which the clock was ahead by days: what came of it, and not when. */
export const AHEAD: readonly string[] = [
  "nothing is lost after a 2xx",
  "every event is decided once, under ids that stay",
  "a delivery is repeated only where its outcome could not be known",
  "nothing is left of an erased contact",
  "every delivery ends, whatever the clock says",
  "a task is in KV once",
  "whoever goes on sending is answered 2xx",
  "a message is sent once",
];

/** What can be told of a ledger that forgets its history: what it did, and that it keeps what waits. */
export const FULL: readonly string[] = [
  "every event is decided once, under ids that stay",
  "a delivery is repeated only where its outcome could not be known",
  "nothing is sent after a confirmed cancel",
  "every delivery ends, and for a reason",
  "nobody waits for somebody else's destination",
  "whoever goes on sending is answered 2xx",
  "no task from before its contact was erased is left",
  "a full ledger forgets nothing that waits",
  "a message is sent once",
  "no message is sent after a confirmed cancel",
  "nobody who said stop is written to",
  "a rule sends no more than its breaker lets through",
];

/** What a history violates: the property, and what was observed. `names`: of these alone. */
export function violations(history: History, names: readonly string[] = Object.keys(PROPERTIES)): string[] {
  return names.flatMap((name) => [...(PROPERTIES[name]?.(history) ?? [])].map((found) => `${name}: ${found}`));
}

function* nothingLost({ acknowledged, events, deliveries, calls, confirmed }: History): Generator<string> {
  const recorded = new Map(events.map((event) => [event.key, event]));
  const erased = mayBeErased(confirmed);
  const byEvent = Map.groupBy(deliveries, ({ eventKey }) => eventKey);
  for (const { key, contactId, status } of acknowledged) {
    const event = recorded.get(key);
    if (!event && !erased.has(contactId)) yield `${key} was ${status} and is not in the log`;
    if (!event) continue;
    const found = byEvent.get(key)?.length ?? 0;
    if (found !== event.planned) yield `${key} calls for ${event.planned} deliveries and has ${found}`;
  }
  const called = new Set(calls.map(({ id }) => id));
  for (const { id, state, highlevelCall } of deliveries)
    if (state === "sent" && highlevelCall === null && !called.has(id)) yield `${id} is sent and never left`;
}

/** Contacts whose erasure was asked for: without an answer it may have been done, too. */
function mayBeErased(confirmed: History["confirmed"]): ReadonlySet<string> {
  return new Set(confirmed.filter(({ what }) => what === "erased" || what === "erase asked").map(({ id }) => id));
}

function* decidedOnce({ calls, deliveries }: History): Generator<string> {
  for (const [about, ids] of idsBy(calls, ({ about }) => about))
    if (ids.size > 1) yield `${about} left under ${ids.size} ids`;
  for (const [id, abouts] of Map.groupBy(calls, (call) => call.id))
    if (new Set(abouts.map(({ about }) => about)).size > 1) yield `${id} stands for several actions`;
  const twice = deliveries.length - new Set(deliveries.map(({ id }) => id)).size;
  if (twice > 0) yield `${twice} deliveries are there twice`;
}

function* repeatsAreExplained(history: History): Generator<string> {
  const { calls, deliveries, interrupted, isStorageRefusing, confirmed } = history;
  const callsOf = Map.groupBy(calls, ({ id }) => id);
  const interruptedOf = Map.groupBy(interrupted, (id) => id);
  const retried = retriedIn(confirmed);
  for (const { id, attempts } of deliveries) {
    const left = callsOf.get(id)?.length ?? 0;
    const unknown = interruptedOf.get(id)?.length ?? 0;
    if (!isStorageRefusing && left > attempts.length + unknown)
      yield `${id} left ${left} times: ${attempts.length} known, ${unknown} cut off`;
    const arrived = attempts.findIndex(({ error }) => error === null);
    if (arrived !== -1 && arrived !== attempts.length - 1) yield `${id} was tried again after it had arrived`;
    if (attempts.filter(isTry).length > ATTEMPTS && !retried.has(id)) yield `${id} was tried ${attempts.length} times`;
  }
}

/** Whether an attempt counts as a try: not if the delivery was held, or it was not its turn. */
function isTry({ error }: { readonly error: string | null }): boolean {
  return !/^(?:HIGHLEVEL_LIMIT|ACTION_BREAKER|ACTION_PAUSED|CONTACT_DND|CONTACT_STOPPED)\b/.test(error ?? "");
}

function* inOrder({ acknowledged, events, confirmed }: History): Generator<string> {
  const hasErased = mayBeErased(confirmed);
  const firstAnswer = new Map<string, Acknowledged>();
  for (const answer of acknowledged) if (!firstAnswer.has(answer.key)) firstAnswer.set(answer.key, answer);
  for (const [contactId, own] of Map.groupBy(events, (event) => event.contactId)) {
    if (hasErased.has(contactId)) continue;
    const inLog = own.toSorted((a, b) => a.seq - b.seq);
    let outbound = 0;
    for (const [index, event] of inLog.entries()) {
      const isNews = !changesNothing(event, inLog.slice(0, index));
      if (event.kind === "OutboundMessage" && isNews) outbound += 1;
      if (event.counted !== null && event.counted !== outbound)
        yield `${event.key} saw ${event.counted} messages and was number ${outbound}`;
      const sentAfter = firstAnswer.get(event.key)?.sentOrder ?? -Infinity;
      const before = inLog.slice(index + 1).find(({ key }) => (firstAnswer.get(key)?.order ?? Infinity) < sentAfter);
      if (before) yield `${before.key} was answered before ${event.key} was sent, and stands behind it`;
    }
  }
}

function* nothingAfterCancel(history: History): Generator<string> {
  const { confirmed, calls, deliveries } = history;
  const callsOf = Map.groupBy(calls, ({ id }) => id);
  // A retry that was asked for while the cancel was under way may have been done after it.
  const leftBetween = ({ id, askedOrder, order }: Confirmed): Call | undefined => {
    const end = confirmed.find(
      (other) => other.what === "retried" && other.id === id && other.order > askedOrder,
    )?.order;
    return callsOf.get(id)?.find((call) => call.order > order && call.order < (end ?? Infinity));
  };
  const hasRetried = retriedIn(confirmed);
  const states = new Map(deliveries.map(({ id, state }) => [id, state]));
  for (const one of confirmed) {
    const { what, id } = one;
    if (what !== "cancelled") continue;
    if (leftBetween(one)) yield `${id} left after its cancel was confirmed`;
    if (states.get(id) === "sent" && !hasRetried.has(id)) yield `${id} is said to be cancelled, and was sent`;
  }
}

function* nothingAfterErase(history: History): Generator<string> {
  const { confirmed, calls, deliveries, events, acknowledged, tasks, followUps } = history;
  const made = new Set(deliveries.map(({ id }) => id));
  const changes = [...(followUps?.messages ?? []), ...(followUps?.tagged ?? [])];
  const leaving = [...calls, ...changes.map(({ about, order }) => ({ id: `What is about ${about}`, about, order }))];
  for (const { what, id: contactId, askedOrder, order } of confirmed) {
    if (what !== "erased") continue;
    const before = new Set(acknowledged.filter((answer) => answer.order < askedOrder).map(({ key }) => key));
    for (const call of leaving) {
      const [contact, key = ""] = call.about.split("/");
      if (call.order > order && contact === contactId && before.has(key))
        yield `${call.id} left after its contact was erased`;
    }
    for (const { key, contactId: owner } of events)
      if (owner === contactId && before.has(key)) yield `${key} is still in the log`;
    for (const { id, eventKey, contactId: owner } of deliveries)
      if (owner === contactId && before.has(eventKey)) yield `${id} is still there`;
    for (const task of tasks) if (task.contactId === contactId && !made.has(task.id)) yield `${task.id} is still in KV`;
  }
}

/** Of a task alone, whatever is known of its delivery. */
function* noOldTask({ confirmed, calls, tasks }: History): Generator<string> {
  const callsOf = Map.groupBy(calls, ({ id }) => id);
  for (const { what, id: contactId, askedOrder } of confirmed) {
    if (what !== "erased") continue;
    for (const { id } of tasks.filter((task) => task.contactId === contactId)) {
      const own = callsOf.get(id) ?? [];
      if (own.length > 0 && own.every(({ order }) => order < askedOrder)) yield `${id} is still in KV`;
    }
  }
}

function* everythingEnds({ deliveries, events }: History): Generator<string> {
  const eventOf = new Map(events.map((event) => [event.key, event]));
  for (const delivery of deliveries) {
    const { id, state, attempts, cancelledByEvent } = delivery;
    if (cancelledByEvent !== null) {
      const by = eventOf.get(cancelledByEvent);
      const isRight = delivery.cancelsOnReply && (by === undefined || by.contactId === delivery.contactId);
      const kind = delivery.isReplaced ? "OutboundMessage" : "InboundMessage";
      if (!isRight || (by && by.kind !== kind)) yield `${id} was cancelled by ${cancelledByEvent}`;
    }
    if (!ENDED.has(state)) yield `${id} is ${state}`;
    if (state === "dead" && !isRightlyDead(delivery)) yield `${id} is dead after ${attempts.length} attempts`;
  }
}

function* costsAreKept({ deliveries }: History): Generator<string> {
  for (const { id, rule, state } of deliveries)
    if (rule === "costly" && state === "sent") yield `${id} is sent, and costs more than it may`;
}

function isRightlyDead({ attempts, dueAt }: EndedDelivery): boolean {
  const last = attempts.at(-1);
  return attempts.length >= ATTEMPTS || FINAL.test(last?.error ?? "") || (last?.at ?? 0) > dueAt + 6 * DAY_MS;
}

/** The firings of the rule with a limit for each contact, in order. */
function limitedFirings({
  deliveries,
  events,
}: History): readonly { event: RecordedEvent; own: readonly EndedDelivery[] }[][] {
  const own = Map.groupBy(
    deliveries.filter(({ rule }) => rule === "limited"),
    ({ contactId, eventKey }) => `${contactId}/${eventKey}`,
  );
  const firings = events.flatMap((event) => {
    const found = own.get(`${event.contactId}/${event.key}`);
    return found ? [{ event, own: found }] : [];
  });
  return [...Map.groupBy(firings, ({ event }) => event.contactId).values()].map((one) =>
    one.toSorted((a, b) => a.event.seq - b.event.seq),
  );
}

function* limitHolds(history: History): Generator<string> {
  const byHand = retriedIn(history.confirmed);
  const called = new Set(history.calls.map(({ id }) => id));
  for (const firings of limitedFirings(history)) {
    const counted = firings.filter(
      ({ own }) =>
        !own.some(({ id }) => byHand.has(id)) && own.some(({ id, state }) => state !== "cancelled" || called.has(id)),
    );
    for (const [index, { event }] of counted.entries()) {
      const before = counted[index - LIMITED.count]?.event;
      if (before && event.decidedAt - before.decidedAt < LIMITED.withinMs)
        yield `limited fired on ${before.key} and, ${event.decidedAt - before.decidedAt} ms later, on ${event.key}`;
    }
  }
}

function* limitHoldsForSomething(history: History): Generator<string> {
  // What was taken when the process died may have left: where that can be, nothing is proved.
  if (history.mayBeLateMs === null) return;
  const called = new Set(history.calls.map(({ id }) => id));
  const seqOf = new Map(history.events.map(({ key, seq }) => [key, seq]));
  const byContact = new Map(limitedFirings(history).map((firings) => [firings[0]?.event.contactId, firings]));
  for (const event of history.events) {
    if (!event.held.includes("limited")) continue;
    const isGone = ({ id, state, cancelledByEvent, attempts }: EndedDelivery): boolean =>
      state === "cancelled" &&
      attempts.length === 0 &&
      !called.has(id) &&
      cancelledByEvent !== null &&
      (seqOf.get(cancelledByEvent) ?? Infinity) <= event.seq;
    const standing = (byContact.get(event.contactId) ?? []).filter(
      (before) =>
        before.event.seq < event.seq &&
        before.event.decidedAt > event.decidedAt - LIMITED.withinMs &&
        !before.own.every(isGone),
    );
    if (standing.length < LIMITED.count) yield `limited was held on ${event.key}, and nothing had come of it before`;
  }
}

function* tasksOnce({ deliveries, tasks }: History): Generator<string> {
  const held = Map.groupBy(tasks, ({ id }) => id);
  for (const { id, state, host } of deliveries)
    if (host === "kv" && state === "sent" && held.get(id)?.length !== 1) yield `${id} is not in KV once`;
  const made = new Set(deliveries.map(({ id }) => id));
  for (const { id } of tasks) if (!made.has(id)) yield `KV holds ${id}, which nobody made`;
}

function* nobodyWaits({ deliveries, calls, confirmed, promptHosts, mayBeLateMs }: History): Generator<string> {
  if (mayBeLateMs === null) return;
  const byHand = new Set(confirmed.map(({ id }) => id));
  const first = new Map<string, number>();
  for (const { id, at } of calls) if (!first.has(id)) first.set(id, at);
  for (const { id, host, dueAt } of deliveries) {
    if (byHand.has(id)) continue;
    const lateMs = (first.get(id) ?? dueAt) - dueAt;
    if (promptHosts.includes(host) && lateMs > mayBeLateMs) yield `${id} left ${lateMs} ms after it was due`;
    if (promptHosts.includes(host) && lateMs < 0) yield `${id} left ${-lateMs} ms before it was due`;
  }
}

function* downIsLeftAlone({ calls, deadHosts, deliveries, interrupted }: History): Generator<string> {
  const attemptsOf = new Map(deliveries.map(({ id, attempts }) => [id, attempts]));
  // What was under way when the process died says nothing about its host, and is tried again.
  const isCutOff = ({ id, at }: Call): boolean =>
    interrupted.includes(id) &&
    !(attemptsOf.get(id) ?? []).some((one) => one.at <= at && one.at > at - LEAVES_WITHIN_MS);
  for (const [host, own] of Map.groupBy(calls, (call) => call.host)) {
    if (!deadHosts.includes(host)) continue;
    for (const [index, call] of own.entries()) {
      const later = own[index + 1];
      if (index >= CALLS_BEFORE_OPEN && later && later.at - call.at < OPEN_MS && !isCutOff(call))
        yield `${host} was called again after ${later.at - call.at} ms`;
    }
  }
}

function idsBy(calls: readonly Call[], key: (call: Call) => string): Map<string, Set<string>> {
  const grouped = Map.groupBy(calls, key);
  return new Map([...grouped].map(([name, own]) => [name, new Set(own.map(({ id }) => id))]));
}
