// The promises about order: HighLevel promises none, so what counts is when things happened, and of one moment their place
// in the log.
import {
  Chains,
  changesNothing,
  onceCancelled,
  retriedIn,
  type Acknowledged,
  type EndedDelivery,
  type History,
  type RecordedEvent,
} from "./history.ts";
import { NOT_BY_MESSAGE } from "./rules.ts";

type Property = (history: History) => Iterable<string>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How soon a call reaches the ledger. */
const REACHES_WITHIN_MS = 1_000;
/** Which states of a message each rule fires on. */
const FIRES_ON: { readonly [rule: string]: (status: string | null) => boolean } = {
  counted: () => true,
  messages: () => true,
  limited: () => true,
  waits: (status) => status === "failed",
  "waits-2": (status) => status === "failed",
  "own-hours": (status) => status === "failed",
  burst: (status) => status === "read",
  windowed: (status) => status === "opened",
  twins: (status) => status === "opened",
  texts: (status) => status === "delivered",
};

/** Every promise by its name. */
export const ORDERS: { readonly [name: string]: Property } = {
  "an event happened when its sender says": timesKept,
  "a rule fires once for a state of a message and its retries": firesOnce,
  "a message and its retries count once": countsOnce,
  "a wait is ended by what happened no earlier than its event, whichever came first": waitsEnd,
  "nothing leaves once a cancel was answered": answeredIsAnswered,
  "nothing is tried before it is due": neverEarly,
};

function* timesKept({ sent, events }: History): Generator<string> {
  const happened = new Map(sent.map(({ key, happenedAt }) => [key, happenedAt]));
  for (const { key, occurredAt } of events) {
    const offMs = occurredAt - (happened.get(key) ?? occurredAt);
    if (offMs !== 0) yield `${key} is said to have happened ${offMs} ms later`;
  }
}

/** Of an erased contact nobody knows the past, by which an event that came beside the erasure was decided. */
function erasedIn({ confirmed }: History): ReadonlySet<string> {
  return new Set(confirmed.filter(({ what }) => what.startsWith("erase")).map(({ id }) => id));
}

function* firesOnce(history: History): Generator<string> {
  const cancelled = onceCancelled(history);
  const erased = erasedIn(history);
  for (const [contactId, own] of Map.groupBy(history.events, (event) => event.contactId)) {
    const inLog = own.toSorted((a, b) => a.seq - b.seq);
    const chains = new Chains();
    for (const [index, event] of inLog.entries()) {
      const before = inLog.slice(0, index);
      chains.hear(event);
      for (const rule of event.rules) {
        if (event.paused.includes(rule)) continue;
        const verdict = expected(rule, event, before, { cancelled, chains });
        if (verdict === null || (verdict && erased.has(contactId))) continue;
        if (verdict !== event.fired.includes(rule))
          yield `${rule} ${verdict ? "did not fire" : "fired"} on ${event.key} ${event.status}`;
      }
    }
  }
}

/** How many messages the rule `messages` sees, each once with its retries. */
function* countsOnce(history: History): Generator<string> {
  const erased = erasedIn(history);
  for (const [contactId, own] of Map.groupBy(history.events, (event) => event.contactId)) {
    if (erased.has(contactId)) continue;
    const inLog = own.toSorted((a, b) => a.seq - b.seq);
    const chains = new Chains();
    const messages = new Set<string>();
    for (const [index, event] of inLog.entries()) {
      chains.hear(event);
      const { kind, messageId, countedMessages, key } = event;
      if (kind === "OutboundMessage" && messageId !== null && !changesNothing(event, inLog.slice(0, index)))
        messages.add(messageId);
      const once = new Set([...messages].map((id) => chains.of(id))).size;
      if (countedMessages !== null && countedMessages !== once)
        yield `${key} saw ${countedMessages} messages, of ${once}`;
    }
  }
}

/** What is known when an event is judged. */
interface Known {
  /** Events of which nothing, or not all, was sent. */
  readonly cancelled: ReadonlySet<string>;
  readonly chains: Chains;
}

/** Whether a rule fires on an event after others of its contact; `null`: it may. */
function expected(
  rule: string,
  event: RecordedEvent,
  before: readonly RecordedEvent[],
  { cancelled, chains }: Known,
): boolean | null {
  const { kind, isFromApi, messageId, status, decidedAt } = event;
  if (NOT_BY_MESSAGE.has(rule)) return null;
  // What came through the API may be our own.
  if (kind !== "OutboundMessage" || isFromApi || !FIRES_ON[rule]?.(status)) return false;
  if (changesNothing(event, before)) return false;
  const fired = before.filter((other) => other.fired.includes(rule));
  const chain = messageId === null ? null : chains.of(messageId);
  const isSame = (other: RecordedEvent): boolean =>
    other.status === status && other.messageId !== null && chains.of(other.messageId) === chain;
  if (fired.some(isSame)) return false;
  if (rule !== "limited") return true;
  const within = fired.filter((other) => other.decidedAt > decidedAt - HOUR_MS);
  if (within.length === 0) return true;
  // Whether a firing counts of which nothing came is not said here.
  return within.every(({ key }) => cancelled.has(key)) ? null : false;
}

function* waitsEnd(history: History): Generator<string> {
  const { events, deliveries, acknowledged, confirmed, graceMs } = history;
  const eventOf = new Map(events.map((event) => [event.key, event]));
  const replies = Map.groupBy(
    events.filter(({ kind }) => kind === "InboundMessage"),
    ({ contactId }) => contactId,
  );
  const known = firstAnswers(acknowledged);
  const retried = retriedIn(confirmed);
  const leaving = departures(history);
  for (const delivery of deliveries) {
    const { id, eventKey, contactId, state, cancelsOnReply, cancelledByEvent, attempts } = delivery;
    const event = eventOf.get(eventKey);
    if (!event || !cancelsOnReply) continue;
    const by = eventOf.get(cancelledByEvent ?? "");
    if (by && by.occurredAt < event.occurredAt)
      yield `${id} was cancelled by ${by.key}, which happened before its event`;
    if (retried.has(id)) continue;
    for (const reply of replies.get(contactId) ?? []) {
      if (reply.occurredAt < event.occurredAt) continue;
      if (reply.seq < event.seq) {
        if (state !== "cancelled" || attempts.length > 0)
          yield `${id} began after the reply ${reply.key}, and is ${state}`;
        continue;
      }
      const told = known.get(reply.key);
      if (!told) continue;
      const left = leaving(delivery).find(({ order }) => order > told.order);
      if (left && (graceMs === 0 || left.at > told.at + graceMs))
        yield `${id} left after the reply ${reply.key} was acknowledged`;
      if (state === "dead" && (attempts.at(-1)?.at ?? 0) > told.at + DAY_MS)
        yield `${id} still waited a day after the reply ${reply.key}`;
    }
  }
}

/** The first answer about each event. */
function firstAnswers(acknowledged: readonly Acknowledged[]): ReadonlyMap<string, Acknowledged> {
  const first = new Map<string, Acknowledged>();
  for (const answer of acknowledged) if (!first.has(answer.key)) first.set(answer.key, answer);
  return first;
}

interface Departure {
  readonly at: number;
  readonly order: number;
}

/** Each time that something left for a delivery; of "twins" nobody can say which of the two it was. */
function departures({ calls, followUps }: History): (delivery: EndedDelivery) => readonly Departure[] {
  const byId = Map.groupBy(calls, ({ id }) => id);
  const messages = Map.groupBy(followUps?.messages ?? [], ({ about }) => about);
  return ({ id, highlevelCall, rule, contactId, eventKey }) => {
    if (highlevelCall === null) return byId.get(id) ?? [];
    if (highlevelCall !== "send-message" || rule === "twins") return [];
    return (messages.get(`${contactId}/${eventKey}/${rule}`) ?? []).map(({ leftAt, order }) => ({ at: leftAt, order }));
  };
}

function* answeredIsAnswered(history: History): Generator<string> {
  const { confirmed, deliveries } = history;
  const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  const leaving = departures(history);
  const retries = confirmed.filter(({ what }) => what === "retried");
  for (const { what, id, askedAt = Infinity, askedOrder, order } of confirmed) {
    const delivery = byId.get(id);
    const again = retries.find((other) => other.id === id && other.order > askedOrder)?.order ?? Infinity;
    if (what === "still open" && again > order) yield `${id} was still open after its cancel was answered`;
    if (what !== "cancel answered" || !delivery) continue;
    for (const left of leaving(delivery)) {
      if (left.order > again) continue;
      if (left.order > order) yield `${id} left after the answer to its cancel`;
      // It may take a while until a call to HighLevel has its token: what was cancelled meanwhile does not leave.
      else if (delivery.highlevelCall !== null && left.order > askedOrder && left.at > askedAt + REACHES_WITHIN_MS)
        yield `${id} left ${left.at - askedAt} ms after its cancel was asked for`;
    }
  }
}

/** Both times are by the ledger's clock. What was to wait by a clock that has been set back since waits as long from then on. */
function* neverEarly({ deliveries, events, confirmed, clockSetBackAt }: History): Generator<string> {
  const decidedAt = new Map(events.map((event) => [event.key, event.decidedAt]));
  const retried = retriedIn(confirmed);
  for (const { id, eventKey, dueAt, attempts } of deliveries) {
    if (clockSetBackAt.some((at) => at >= (decidedAt.get(eventKey) ?? 0))) continue;
    const earlyMs = dueAt - (attempts[0]?.at ?? dueAt);
    if (earlyMs > 0 && !retried.has(id)) yield `${id} was tried ${earlyMs} ms before it was due`;
  }
}
