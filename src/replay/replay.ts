// A log decided again by other rules, with its state: limits, stops, duplicates, history, waits and what ends them,
// restarts, windows, breakers, opt-outs and chains, on a clock that goes from event to event. Pure: no clock, no storage,
// no `this`; deciding, history, cancelling and windows are the functions that the ledger uses, and what it keeps in tables
// stands here in memory. What happens in the same order here and in ledger/recording/recorder.ts is the same.
import { cancelledBy } from "../match/cancel.ts";
import { decide, type DecisionContext } from "../match/decide.ts";
import type { Moment } from "../match/facts.ts";
import { asPast } from "../match/history.ts";
import { isWish } from "../match/wishes.ts";
import type { Decision } from "../model/decision.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RecordedEvent } from "../model/history.ts";
import { NOTHING_KNOWN, type Known } from "../model/known.ts";
import type { CancelTrigger, RuleSet } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";
import { nextOpening } from "../time/window.ts";
import { append, doneInPlace, newContact, placeOf, toldPast, wishesBefore, type Contact } from "./contact.ts";
import { cancelsAhead, historyOf, isCancellable, wishesWith } from "./deciding.ts";
import {
  bornCancelled,
  isOpen,
  isLike,
  keepsOwnHours,
  placedAs,
  newDelivery,
  restartPlace,
  type Firing,
  type ReplayedDelivery,
} from "./delivery.ts";
import { knownBeside } from "./known.ts";
import { senderOf, type LogItem, type LogStart } from "./items.ts";
import { startPump } from "./pump.ts";

/** What came of one event in a replay. */
export interface Replayed {
  readonly decision: Decision;
  /** Their states are final once the replay has come to its end. */
  readonly deliveries: readonly ReplayedDelivery[];
  /** What was known of the contact and the location. */
  readonly known: Known;
  /** What could not be decided again is taken from the log as it is. */
  readonly taken: "decided" | "payload-forgotten" | "rules-not-kept";
}

/** A replay that is under way. */
export interface Replay {
  /** Decides the next event of the log; `null`: it tells of a message or an end of ours that there is not in this replay. */
  take(item: LogItem): Promise<Replayed | null>;
  /** Lets time pass, as far as the log goes. */
  end(): void;
}

/** Is told of an event that was decided, while the past is still what it was decided by. */
export type Watch = (event: Event, ruleSet: RuleSet, context: DecisionContext) => Promise<void>;

/** `rulesFor` gives the rules that decide an event; `null`: they are not known, and what they did is taken as it is. */
export function startReplay(
  { head, optOuts, ruleSets }: LogStart,
  rulesFor: (item: LogItem) => RuleSet | null,
  watch?: Watch,
): Replay {
  const endMs = Date.parse(head.exportedAt);
  const contacts = new Map<string, Contact>();
  const ofLocation = new Map<string, Firing[]>();
  /** What this replay has in the place of each delivery of the log; `null`: nothing. */
  const inPlaceOf = new Map<string, ReplayedDelivery | null>();
  const pump = startPump((delivery) => contacts.get(delivery.firing.event.contactId), endMs);
  const known = Map.groupBy(optOuts, ({ contactId }) => contactId);

  // When the first event was recorded: what was said before it is in none.
  let beginsMs = Infinity;

  const contactOf = (event: Event): Contact => {
    const { contactId } = event;
    let contact = contacts.get(contactId);
    if (!contact) contacts.set(contactId, (contact = newContact(wishesBefore(known.get(contactId) ?? [], beginsMs))));
    return contact;
  };

  /** The waits of a contact that an event ends. */
  const endedBy = async (
    contact: Contact,
    event: Event,
    moment: Moment,
  ): Promise<ReadonlyMap<ReplayedDelivery, CancelledBy>> => {
    const ended = new Map<ReplayedDelivery, CancelledBy>();
    const reasons = new Map<readonly CancelTrigger[], CancelledBy | null>();
    const occurredAtMs = Date.parse(event.occurredAt);
    for (const delivery of contact.open) {
      const { cancelOn } = delivery.action;
      if (!cancelOn || !isOpen(delivery) || Date.parse(delivery.firing.event.occurredAt) > occurredAtMs) continue;
      let by = reasons.get(cancelOn);
      if (by === undefined) reasons.set(cancelOn, (by = await cancelledBy(event, cancelOn, moment)));
      if (by) ended.set(delivery, by);
    }
    return ended;
  };

  /** The deliveries of a decision, after those that restart have cancelled what waits in their place. */
  const restart = (contact: Contact, event: Event, planned: readonly ReplayedDelivery[], atMs: number): void => {
    const occurredAtMs = Date.parse(event.occurredAt);
    const open = contact.open.filter((one) => isOpen(one));
    for (const delivery of planned) {
      const place = restartPlace(delivery);
      if (place === null || delivery.cancelledBy !== null) continue;
      const { rule } = delivery.firing;
      const inPlace = open.filter((one) => one.firing.rule === rule && restartPlace(one) === place && isOpen(one));
      const later =
        inPlace.find((one) => Date.parse(one.firing.event.occurredAt) > occurredAtMs) ??
        doneInPlace(contact, occurredAtMs, rule, place);
      if (later) bornCancelled(delivery, restartedBy(later.firing.event.key), atMs);
      else for (const one of inPlace) pump.cancel(one, restartedBy(event.key), atMs);
    }
  };

  const schedule = (contact: Contact, planned: readonly ReplayedDelivery[]): void => {
    for (const delivery of planned) {
      if (delivery.recorded) inPlaceOf.set(delivery.recorded.id, delivery);
      if (delivery.cancelledBy !== null) continue;
      if (isCancellable(delivery)) contact.open.push(delivery);
      pump.schedule(delivery);
    }
  };

  /** Adds what fired to what limits count. */
  const note = (contact: Contact, firings: readonly Firing[], ruleSet: RuleSet | null): void => {
    for (const firing of firings) {
      listOf(contact.firings, firing.rule).push(firing);
      const limit = ruleSet?.rules.find(({ name }) => name === firing.rule)?.limit;
      if (limit?.per === "location") listOf(ofLocation, firing.rule).push(firing);
    }
  };

  const takeAsItIs = (
    item: LogItem,
    taken: Exclude<Replayed["taken"], "decided">,
    contact: Contact,
    atMs: number,
    own: RecordedEvent,
    stated: Parameters<typeof append>[2],
  ): Replayed => {
    const { event, decision, deliveries } = item;
    const hasPayload = taken !== "payload-forgotten";
    append(contact, own, stated, event.key, hasPayload ? event : undefined);
    if (hasPayload && isWish(event)) contact.optOuts = wishesWith(contact, event);
    const firings = new Map<string, Firing>();
    const planned = deliveries.flatMap((recorded): ReplayedDelivery[] => {
      const { rule, action, window } = recorded;
      let firing = firings.get(rule);
      if (!firing) firings.set(rule, (firing = { rule, event, atMs, deliveries: [] }));
      if (action === null) return [];
      const afterDelay = atMs + (action.after === undefined ? 0 : (durationMs(action.after) ?? 0));
      const isKnown = window !== undefined && !keepsOwnHours({ window });
      const dueAtMs = isKnown ? (nextOpening(window, afterDelay, head.timeZone) ?? afterDelay) : afterDelay;
      const delivery = newDelivery(firing, { action, index: firing.deliveries.length, dueAtMs }, recorded);
      firing.deliveries.push(delivery);
      const by = recorded.cancelledBy;
      if (recorded.state === "cancelled" && by?.by === "event" && recorded.endedAt === decision.decidedAt)
        bornCancelled(delivery, by, atMs);
      return [delivery];
    });
    note(contact, [...firings.values()], null);
    schedule(contact, planned);
    return { decision, deliveries: planned, known: decision.known ?? NOTHING_KNOWN, taken };
  };

  return {
    async take(item) {
      const { event } = item;
      const sender = inPlaceOf.get(senderOf(item) ?? "");
      const atMs = Date.parse(item.decision.decidedAt);
      beginsMs = Math.min(beginsMs, atMs);
      pump.advance(atMs);
      // What we did not send did not come back.
      if (sender === null || (sender && !sender.hasLeft && sender.state !== "sending")) return null;
      for (const { id } of item.deliveries) inPlaceOf.set(id, null);
      const contact = contactOf(event);
      const moment: Moment = { nowMs: atMs, timeZone: item.decision.timeZone ?? head.timeZone };
      if (item.dropped !== undefined)
        return takeAsItIs(item, "payload-forgotten", contact, atMs, toldPast(item, atMs), null);
      const { chain, repeats, stated } = await placeOf(contact, event);
      const ruleSet = rulesFor(item);
      const ended = await endedBy(contact, event, moment);
      const about = { chain, isRepeat: repeats !== null };
      if (ruleSet === null) {
        for (const [delivery, by] of ended) pump.cancel(delivery, by, atMs);
        const own = asPast(event, item.decision.fired, atMs, about);
        return takeAsItIs(item, "rules-not-kept", contact, atMs, own, stated);
      }
      const { sentBy, chain: ours, paused } = item.decision;
      const decidedBy = ruleSets.get(item.decision.ruleSet) ?? null;
      const known = knownBeside(item, decidedBy);
      const history = historyOf(contact, ofLocation, event, new Set(ended.keys()));
      const context: DecisionContext = {
        ...moment,
        history,
        ...(chain === null ? {} : { messageChain: chain }),
        ...(repeats === null ? {} : { repeats }),
        ...(sentBy === undefined ? {} : { sentBy }),
        ...(ours === undefined ? {} : { chain: ours }),
        // The rules of then see no more than what they asked.
        known: ruleSet === decidedBy ? (item.decision.known ?? NOTHING_KNOWN) : known,
        // As it was then: a change of rules ends no pause.
        ...(paused === undefined ? {} : { paused }),
      };
      const { decision, actions } = await decide(event, ruleSet, context);
      await watch?.(event, ruleSet, context);
      const firings = [...Map.groupBy(actions, ({ rule }) => rule.name)].map(([rule, own]): Firing => {
        const firing: Firing = { rule, event, atMs, deliveries: [] };
        for (const one of own) {
          const recorded = placedAs(item.deliveries, one);
          const delivery = newDelivery(
            firing,
            one,
            recorded && isLike(recorded, one.action, one.rule.window) ? recorded : null,
          );
          if (recorded) inPlaceOf.set(recorded.id, delivery);
          firing.deliveries.push(delivery);
        }
        return firing;
      });
      const planned = firings.flatMap(({ deliveries }) => deliveries);
      for (const delivery of planned) {
        const { cancelOn } = delivery.action;
        const by = cancelOn ? await cancelsAhead(contact, event, cancelOn, moment) : null;
        if (by) bornCancelled(delivery, by, atMs);
      }
      append(contact, asPast(event, decision.fired, atMs, about), stated, event.key, event);
      if (isWish(event)) contact.optOuts = wishesWith(contact, event);
      for (const [delivery, by] of ended) pump.cancel(delivery, by, atMs);
      restart(contact, event, planned, atMs);
      note(contact, firings, ruleSet);
      schedule(contact, planned);
      return { decision, deliveries: planned, known, taken: "decided" };
    },
    end: () => pump.advance(endMs),
  };
}

function restartedBy(eventKey: string): CancelledBy {
  return { by: "event", trigger: "restart", eventKey };
}

function listOf(lists: Map<string, Firing[]>, name: string): Firing[] {
  let list = lists.get(name);
  if (!list) lists.set(name, (list = []));
  return list;
}
