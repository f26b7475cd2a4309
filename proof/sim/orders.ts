// Orders in which things that belong together can come: a reply before the event that it answers, or late although it is
// older; STOP and START in any order, also of one moment; the states of a message by different webhooks, one of them
// twice; a message and its retries, of which any may come first. HighLevel promises no order, and what counts is when each happened.
import type { Chance } from "../../test/generated/chance.ts";
import { aStatus } from "../rules.ts";
import type { Wish } from "../history.ts";
import type { Said } from "./senders.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const WORDS: readonly (readonly Wish["says"][])[] = [
  ["stop", "start"],
  ["dnd on", "dnd off"],
  ["stop", "start", "dnd on", "dnd off"],
];

/** What an order needs from the run that it is part of; times are milliseconds after the start. */
export interface Stage {
  readonly chance: Chance;
  readonly contacts: readonly string[];
  /** Orders begin before this time. */
  readonly busyMs: number;
  /** Whether contacts say STOP and START. */
  readonly hasWishes: boolean;
  /** Whether messages are retried under other ids. */
  readonly hasRetries: boolean;
  /** Something happens at a time and is sent at another, not earlier. */
  readonly happens: (contactId: string, said: Said, happensMs: number, isSentMs: number) => void;
}

type Order = (stage: Stage, contactId: string, fromMs: number) => void;

/** Plans some orders of one run. */
export function planOrders(stage: Stage): void {
  const { chance, contacts, busyMs, hasWishes, hasRetries } = stage;
  const orders = hasWishes ? WITH_WISHES : WITHOUT_WISHES;
  for (let turns = 1 + chance.below(4); turns > 0; turns--) {
    const order = chance.pick(hasRetries ? [...orders, retriesOfOneMessage, retriesOfOneMessage] : orders);
    order(stage, chance.pick(contacts), MINUTE + chance.below(busyMs));
  }
}

/** A reply and an event, either of them older, either of them sent first. */
const replyAndEvent: Order = ({ chance, happens }, contactId, fromMs) => {
  const gapMs = chance.pick([0, 1, 1 + chance.below(10 * SECOND), 1 + chance.below(MINUTE)]);
  const replyMs = fromMs + chance.pick([gapMs, -gapMs]);
  const firstMs = Math.max(fromMs, replyMs) + chance.below(SECOND);
  const secondMs = firstMs + 1 + chance.below(chance.pick([50, 20 * SECOND, 4 * MINUTE]));
  const isReplyFirst = chance.happens(0.6);
  happens(contactId, { status: aStatus(chance) }, fromMs, isReplyFirst ? secondMs : firstMs);
  happens(contactId, { says: "yes" }, replyMs, isReplyFirst ? firstMs : secondMs);
};

/** Wishes of one moment, or some of several, and something to write about. */
const wishesInAnyOrder: Order = ({ chance, happens }, contactId, fromMs) => {
  const apartMs = chance.pick([0, SECOND, 20 * SECOND]);
  const words = chance.pick(WORDS);
  for (let wishes = 2 + chance.below(3); wishes > 0; wishes--) {
    const happensMs = fromMs + wishes * apartMs;
    happens(contactId, { says: chance.pick(words) }, happensMs, fromMs + MINUTE + chance.below(3 * MINUTE));
  }
  for (const status of ["delivered", "opened"]) {
    const happensMs = fromMs + chance.below(6 * MINUTE);
    happens(contactId, { status }, happensMs, happensMs);
  }
};

/** States of one message, the later ones perhaps first, and perhaps one of them by another webhook again. */
const statesOfOneMessage: Order = ({ chance, happens }, contactId, fromMs) => {
  const messageId = `message-${fromMs}`;
  const states = Array.from({ length: 2 + chance.below(2) }, () => aStatus(chance));
  const again = Array.from({ length: chance.below(3) }, () => chance.pick(states));
  for (const [index, status] of [...states, ...again].entries())
    happens(contactId, { status, messageId }, fromMs + index * SECOND, fromMs + MINUTE + chance.below(2 * MINUTE));
};

/** Messages of which each but the first is a retry of one before it, as most of their events say, in any order. */
const retriesOfOneMessage: Order = ({ chance, happens }, contactId, fromMs) => {
  const messages = Array.from({ length: 2 + chance.below(3) }, (_, n) => `tried-${n}-${fromMs}`);
  const states = [aStatus(chance), aStatus(chance)];
  for (const [n, messageId] of messages.entries())
    for (let events = 1 + chance.below(2); events > 0; events--) {
      const retryOf = n > 0 && chance.happens(0.8) ? messages[chance.below(n)] : undefined;
      const said = { status: chance.pick(states), messageId, retryOf };
      happens(contactId, said, fromMs + n * SECOND, fromMs + MINUTE + chance.below(chance.pick([SECOND, 4 * MINUTE])));
    }
};

const WITH_WISHES: readonly Order[] = [replyAndEvent, wishesInAnyOrder, wishesInAnyOrder, statesOfOneMessage];
const WITHOUT_WISHES: readonly Order[] = [replyAndEvent, statesOfOneMessage];
