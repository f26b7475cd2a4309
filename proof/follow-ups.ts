// The promises about what is done inside HighLevel, checked against what HighLevel saw.
import { SWAPPED, retriedIn, type EndedDelivery, type FollowUps, type History, type Wish } from "./history.ts";
import { SWAPS } from "./rules.ts";

type Property = (history: History) => Iterable<string>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** For a refresh that died with its object: the answer was heard, but may not have been on disk yet. */
const COMMITS_WITHIN_MS = 5_000;
/** A refreshed token is not refreshed again for five minutes; clocks are changed by less than a minute. */
const REFRESHED_MS = 4 * MINUTE_MS;
/** How many texts each rule sends for one event. */
const TWINS = { texts: 1, twins: 2 };
/** How often a rule fires in one chain of our own changes, and how often it may change a contact in a day. */
const TURNS = 3;
const CHANGES_A_DAY = 30;
const SAYS_WHY = /^[A-Z_]{5,}: .{20,}/;
/** What a wish is about, as the ledger names it, and whether it is one not to be written to. */
const ABOUT: { readonly [says in Wish["says"]]: { readonly why: "stop" | "dnd"; readonly isNo: boolean } } = {
  // Do not disturb goes on and off for all channels there: that is no word on the one that STOP came by.
  stop: { why: "stop", isNo: true },
  start: { why: "stop", isNo: false },
  "dnd on": { why: "dnd", isNo: true },
  "dnd off": { why: "dnd", isNo: false },
};

/** Every promise by its name. */
export const FOLLOW_UPS: { readonly [name: string]: Property } = {
  "a message is sent once": of(sentOnce),
  "a message that is not sent says why": of(saysWhy),
  "no message is sent after a confirmed cancel": of(notAfterCancel),
  "nobody who said stop is written to": of(stopIsStop),
  "what a contact wants is what they said last": of(lastWordCounts),
  "a rule sends no more than its breaker lets through": of(breakersHold),
  "rules that feed each other come to an end": of(loopsEnd),
  "HighLevel's limits are kept": of(limitsKept),
  "only the newest refresh token is used, and tokens are kept before they are": of(tokensKept),
  "every call is as HighLevel publishes it": of((_, { mistakes }) => mistakes),
};

function of(check: (history: History, followUps: FollowUps) => Iterable<string>): Property {
  return (history) => (history.followUps ? check(history, history.followUps) : []);
}

function* sentOnce({ deliveries, confirmed }: History, { messages, sends, tags }: FollowUps): Generator<string> {
  const retried = retriedIn(confirmed);
  // Retrying a message whose end is unknown states that it was not sent.
  const excused = deliveries.filter(
    ({ id, attempts }) => retried.has(id) && attempts.some(({ error }) => error?.startsWith("HIGHLEVEL_UNKNOWN")),
  );
  for (const [about, sent] of Map.groupBy(messages, (message) => message.about)) {
    const [, , rule = ""] = about.split("/");
    const may = (rule === "twins" ? TWINS.twins : TWINS.texts) + excused.filter((one) => aboutOf(one) === about).length;
    if (sent.length > may) yield `${about} was sent ${sent.length} times`;
  }
  const taken = new Set(messages.map(({ id }) => id));
  const messageOf = new Map(sends.map(({ deliveryId, messageId }) => [deliveryId, messageId]));
  const owners = Map.groupBy(
    sends.filter(({ messageId }) => messageId !== null),
    ({ messageId }) => messageId,
  );
  for (const [messageId, own] of owners) if (own.length > 1) yield `${messageId} stands for ${own.length} deliveries`;
  for (const delivery of deliveries) {
    if (delivery.state !== "sent") continue;
    if (delivery.highlevelCall === "send-message" && !taken.has(messageOf.get(delivery.id) ?? ""))
      yield `${delivery.id} is sent, and HighLevel has no such message`;
    if (
      delivery.highlevelCall === "add-tags" &&
      delivery.rule === "texts" &&
      !tags.has(`${delivery.contactId}/${aboutOf(delivery)}`)
    )
      yield `${delivery.id} is done, and the contact has no such tag`;
  }
}

function* saysWhy({ deliveries }: History): Generator<string> {
  for (const { id, state, attempts, highlevelCall } of deliveries) {
    if (highlevelCall === null || state === "sent" || state === "cancelled") continue;
    if (!SAYS_WHY.test(attempts.at(-1)?.error ?? "")) yield `${id} is ${state} and does not say why`;
  }
}

function* notAfterCancel({ deliveries, confirmed }: History, { messages }: FollowUps): Generator<string> {
  const byId = new Map(deliveries.map((delivery) => [delivery.id, delivery]));
  for (const { what, id, askedOrder, order } of confirmed) {
    const delivery = byId.get(id);
    // The two messages of "twins" say the same and cannot be told apart.
    if (what !== "cancelled" || delivery?.rule !== "texts" || delivery.highlevelCall !== "send-message") continue;
    const about = aboutOf(delivery);
    const again = confirmed.find((other) => other.what === "retried" && other.id === id && other.order > askedOrder);
    const isLate = (at: number): boolean => at > order && at < (again?.order ?? Infinity);
    if (messages.some((message) => message.about === about && isLate(message.order)))
      yield `${id} left after its cancel was confirmed`;
  }
}

/** A message left in spite of a wish that was acknowledged, and that nothing said since can have lifted. */
function* stopIsStop({ events, confirmed }: History, { messages, wishes }: FollowUps): Generator<string> {
  const places = new Map(events.map(({ key, seq }) => [key, seq]));
  const erased = (contactId: string, from: number, to: number): boolean =>
    confirmed.some(({ what, id, askedOrder, order }) => {
      if (id !== contactId || askedOrder > to) return false;
      return what === "erased" ? order > from : what === "erase asked" && !hasEnded(confirmed, id, askedOrder);
    });
  for (const message of messages) {
    const own = wishes.filter(
      ({ contactId, sentOrder }) => contactId === message.contactId && sentOrder < message.order,
    );
    for (const wish of own) {
      const { key, says, known, sentOrder } = wish;
      if (!ABOUT[says].isNo || known === null || known.order > message.order) continue;
      if (erased(message.contactId, sentOrder, message.order)) continue;
      const isLifted = own.some(
        (other) =>
          ABOUT[other.says].why === ABOUT[says].why && !ABOUT[other.says].isNo && mayComeAfter(other, wish, places),
      );
      if (!isLifted)
        yield `${message.about} left ${message.leftAt - known.at} ms after "${says}" (${key}) was acknowledged`;
    }
  }
}

function hasEnded(confirmed: History["confirmed"], id: string, askedOrder: number): boolean {
  return confirmed.some((other) => other.what === "erased" && other.id === id && other.askedOrder === askedOrder);
}

/** Whether a wish is later than another. Of those that are not in the log nobody knows the place. */
function mayComeAfter(one: Wish, other: Wish, places: ReadonlyMap<string, number>): boolean {
  if (one.occurredAt !== other.occurredAt) return one.occurredAt > other.occurredAt;
  return (places.get(one.key) ?? Infinity) > (places.get(other.key) ?? -Infinity);
}

function* lastWordCounts({ events }: History, { wishes, kept }: FollowUps): Generator<string> {
  const places = new Map(events.map(({ key, seq }) => [key, seq]));
  const inLog = wishes.filter(({ key }) => places.has(key));
  const contacts = new Set([...inLog, ...kept].map(({ contactId }) => contactId));
  for (const contactId of contacts)
    for (const why of ["stop", "dnd"]) {
      const [first, ...others] = inLog.filter((wish) => wish.contactId === contactId && ABOUT[wish.says].why === why);
      const last = others.reduce((one, other) => (one && mayComeAfter(one, other, places) ? one : other), first);
      const isKept = kept.some((one) => one.contactId === contactId && one.why === why);
      if (isKept !== (last !== undefined && ABOUT[last.says].isNo))
        yield `${contactId} said "${last?.says ?? "nothing"}" last, and is ${isKept ? "" : "not "}kept as "${why}"`;
    }
}

/** Judged by the clock that the ledger had: a time that was set back later says nothing about a decision before. */
function* breakersHold({ confirmed }: History, { letThrough, breakers }: FollowUps): Generator<string> {
  const byHand = retriedIn(confirmed);
  for (const { deliveryId, rule, contactId, before } of letThrough) {
    const breaker = breakers[rule];
    if (!breaker || byHand.has(deliveryId)) continue;
    const { perMinute, perContactDay } = breaker;
    const others = before.filter((other) => !byHand.has(other.deliveryId));
    const inTheMinute = others.filter(({ agoMs }) => agoMs < MINUTE_MS).length;
    if (inTheMinute >= perMinute) yield `${rule} sent ${deliveryId} after ${inTheMinute} messages within a minute`;
    const toThem = others.filter((other) => other.contactId === contactId && other.agoMs < DAY_MS).length;
    if (toThem >= perContactDay) yield `${rule} sent ${contactId} ${deliveryId} after ${toThem} within a day`;
  }
}

function* loopsEnd({ events, deliveries, confirmed }: History, { isOrderly }: FollowUps): Generator<string> {
  for (const { key, fired, ledBy } of events)
    for (const rule of fired)
      if (ledBy.filter((name) => name === rule).length >= TURNS)
        yield `${rule} fired on ${key} after ${ledBy.join(", ")}`;
  const byHand = retriedIn(confirmed);
  const swaps = deliveries.filter(({ id, rule }) => rule in SWAPS && !byHand.has(id));
  for (const [about, own] of Map.groupBy(swaps, ({ contactId, rule }) => `${contactId}/${rule}`)) {
    const [contactId = "", rule = ""] = about.split("/");
    const done = own.flatMap(({ state, attempts }) => (state === "sent" ? [{ at: attempts.at(-1)?.at ?? 0 }] : []));
    if (isBeyond(done, CHANGES_A_DAY, DAY_MS))
      yield `${rule} changed ${contactId} more than ${CHANGES_A_DAY} times a day`;
    const others = events.filter(
      (event) => event.contactId === contactId && event.kind === "ContactTagUpdate" && !event.key.startsWith(SWAPPED),
    );
    if (isOrderly && own.length > TURNS * (others.length + 1))
      yield `${rule} fired ${own.length} times for ${contactId}, whose tags others changed ${others.length} times`;
  }
}

function isBeyond(sends: readonly { readonly at: number }[], bound: number, withinMs: number): boolean {
  return sends.some(({ at }, index) => (sends[index + bound]?.at ?? Infinity) < at + withinMs);
}

function* limitsKept({ isStorageRefusing }: History, { tooMany, stoppedAt, isClockSet }: FollowUps): Generator<string> {
  if (isClockSet) return;
  if (tooMany.twoInARow) yield "HighLevel said 429 twice in a row";
  if (!isStorageRefusing && tooMany.total > stoppedAt.length)
    yield `HighLevel said 429 ${tooMany.total} times, after ${stoppedAt.length} stops`;
}

function* tokensKept(
  { isStorageRefusing }: History,
  { exchanges, unkeptTokens, stoppedAt, isClockSet }: FollowUps,
): Generator<string> {
  for (const call of unkeptTokens) yield `${call} left with a token that was not kept`;
  if (isStorageRefusing) return;
  const stopped = (at: number): boolean => stoppedAt.some((stop) => stop >= at && stop < at + COMMITS_WITHIN_MS);
  const heard = exchanges.filter(({ given, heardAt }) => given !== null && heardAt !== null && !stopped(heardAt));
  for (const one of heard)
    for (const other of exchanges)
      if (other.used === one.used && other.given === null && other.leftAt >= one.leftAt)
        yield `A refresh token was used again ${other.leftAt - one.leftAt} ms after the call that exchanged it`;
  if (isClockSet) return;
  for (const [index, { heardAt }] of heard.entries()) {
    const soonMs = (heard[index + 1]?.heardAt ?? Infinity) - (heardAt ?? 0);
    if (soonMs < REFRESHED_MS) yield `The token was refreshed again after ${soonMs} ms`;
  }
}

function aboutOf({ contactId, eventKey, rule }: EndedDelivery): string {
  return `${contactId}/${eventKey}/${rule}`;
}
