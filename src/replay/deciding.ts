// What a decision asks of the past, answered from a replay's memory as ledger/recording/deciding.ts answers it from tables.
import { kindOf } from "../act/kinds.ts";
import { isWish, objectionTo, wishesAfter } from "../match/wishes.ts";
import type { Event } from "../model/event.ts";
import { MAX_AHEAD, type History } from "../model/history.ts";
import type { Rule } from "../model/rule.ts";
import { wishesAhead } from "./ahead.ts";
import { hasFiredFor, pastOf, type Contact } from "./contact.ts";
import { cameToNothing, isCancellable, isOpen, restartPlace, type Firing, type ReplayedDelivery } from "./delivery.ts";
import type { Seen } from "./seen.ts";

/** The firings of rules whose limit reaches across contacts, by rule, oldest first. */
export type LocationFirings = ReadonlyMap<string, readonly Firing[]>;

/** The history before an event that ends some waits. */
export function historyOf(
  contact: Contact,
  { ofLocation, seen }: { readonly ofLocation: LocationFirings; readonly seen: Seen },
  event: Event,
  ended: ReadonlyMap<ReplayedDelivery, unknown>,
): History {
  const occurredAtMs = Date.parse(event.occurredAt);
  const isBefore = ({ firing }: ReplayedDelivery): boolean => firing.occurredAtMs <= occurredAtMs;
  const openOf = ({ name }: Rule): readonly ReplayedDelivery[] =>
    contact.open.filter((one) => one.firing.rule === name && isCancellable(one) && isOpen(one));
  return {
    past: pastOf(contact),
    hasFiredFor: (messageKey, rule) => hasFiredFor(contact, seen, messageKey, rule),
    firings(rule, per, afterMs, atMost) {
      const ending = new Set(
        openOf(rule).filter(
          (one) =>
            !one.hasLeft && one.state !== "sending" && (ended.has(one) || (isBefore(one) && isReplaced(one, rule))),
        ),
      );
      const list = (per === "location" ? ofLocation : contact.firings)?.get(rule.name) ?? [];
      return countOf(list, afterMs, atMost, ending);
    },
    replaced(rule, action) {
      const waiting = openOf(rule).find((one) => restartPlace(one) === action && isBefore(one) && !ended.has(one));
      return waiting ? new Date(waiting.firing.atMs).toISOString() : null;
    },
    optOut(action) {
      const type = kindOf(action).messages(action);
      if (type === null) return null;
      return objectionTo(isWish(event) ? wishesWith(contact, event) : contact.optOuts, type);
    },
  };
}

/** What the contact does not want after an event. */
export function wishesWith(contact: Contact, event: Event): Contact["optOuts"] {
  const ahead = (afterMs: number, kinds: Parameters<typeof wishesAhead>[2]): readonly Event[] =>
    wishesAhead(contact.ahead, afterMs, kinds);
  return wishesAfter(contact.optOuts, event, ahead, MAX_AHEAD);
}

function isReplaced(one: ReplayedDelivery, { actions }: Rule): boolean {
  const place = restartPlace(one);
  return place !== null && actions[place]?.restart === true;
}

/** How many firings of a list count after a time: something came of them, or still may once those that end have ended. */
function countOf(
  list: readonly Firing[],
  afterMs: number,
  atMost: number,
  ending: ReadonlySet<ReplayedDelivery>,
): number {
  let count = 0;
  for (let at = list.length - 1; at >= 0 && count < atMost; at -= 1) {
    const firing = list[at];
    if (!firing || firing.atMs <= afterMs) break;
    if (firing.deliveries.some((one) => !cameToNothing(one) && !ending.has(one))) count += 1;
  }
  return count;
}
