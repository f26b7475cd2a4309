// A log decided again by other rules, with its state: limits, stops, duplicates, history, waits and what ends them,
// restarts, windows, breakers, opt-outs and chains, on a clock that goes from event to event. Pure: no clock, no storage,
// no `this`; deciding, history, cancelling and windows are the functions that the ledger uses, and what it keeps in tables
// stands here in memory, as long as something to come can ask for it. What happens in the same order here and in
// ledger/recording/recorder.ts is the same.
import { cancelledBy } from "../match/cancel.ts";
import { decide, type DecisionContext } from "../match/decide.ts";
import type { Moment } from "../match/facts.ts";
import type { Decision } from "../model/decision.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { RecordedEvent } from "../model/history.ts";
import { NOTHING_KNOWN, type Known } from "../model/known.ts";
import type { CancelTrigger, RuleSet } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";
import { nextOpening } from "../time/window.ts";
import { cancelsAhead, noteAhead } from "./ahead.ts";
import {
  append,
  chainOf,
  doneInPlace,
  forgetBefore,
  keptOf,
  newContact,
  toldPast,
  wishesBefore,
  type Contact,
} from "./contact.ts";
import { historyOf, wishesWith } from "./deciding.ts";
import {
  bornCancelled,
  isCancellable,
  isOpen,
  isLike,
  keepsOwnHours,
  placedAs,
  newDelivery,
  newFiring,
  restartPlace,
  type Firing,
  type ReplayedDelivery,
} from "./delivery.ts";
import { knownBeside } from "./known.ts";
import { senderOf, type LogItem, type LogStart } from "./items.ts";
import { newPlaces } from "./places.ts";
import { startPump } from "./pump.ts";
import { newSeen } from "./seen.ts";
import { sharedBy, type ReadEvent, type Shared } from "./shared.ts";

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

/** What is asked of the time before is kept a day longer: so far may the clock of a location be set back. */
const CLOCK_MS = 86_400_000;
/** After so many events at least, what is no longer asked for is looked for and forgotten. */
const FORGET_EVERY = 4_096;

/** Is told of an event that was decided, while the past is still what it was decided by. */
export type Watch = (event: Event, ruleSet: RuleSet, context: DecisionContext) => Promise<void>;

/** What a replay may be started with. */
interface ReplayOptions {
  /** What two replays of one log in step have in common, with the rules that decide besides those of the log. */
  readonly shared?: Shared | undefined;
  readonly watch?: Watch | undefined;
}

/**
 * `rulesFor` gives the rules that decide an event, which are among those of `shared`; `null`: they are not known, and what
 * they did is taken as it is.
 */
export function startReplay(
  start: LogStart,
  rulesFor: (item: LogItem) => RuleSet | null,
  { shared = sharedBy(start), watch }: ReplayOptions = {},
): Replay {
  const { head, optOuts, ruleSets } = start;
  const { sets, asked } = shared;
  const endMs = Date.parse(head.exportedAt);
  const contacts = new Map<string, Contact>();
  const ofLocation = new Map<string, Firing[]>();
  const seen = newSeen(shared.keys);
  const places = newPlaces();
  const pump = startPump((delivery) => contacts.get(delivery.firing.contactId), endMs);
  const known = Map.groupBy(optOuts, ({ contactId }) => contactId);
  const perLocation = new Map([...sets].map((set) => [set, limitedForLocation(set)]));
  let [sinceForgotten, latestMs] = [0, -Infinity];

  // When the first event was recorded: what was said before it is in none.
  let beginsMs = Infinity;

  const contactOf = (event: Event): Contact => {
    const { contactId } = event;
    let contact = contacts.get(contactId);
    if (!contact) {
      contact = newContact(contacts.size, wishesBefore(known.get(contactId) ?? [], beginsMs));
      contacts.set(contactId, contact);
    }
    return contact;
  };

  /** Forgets what nothing can ask for any more: seldom, since it looks at every contact. */
  const forget = (atMs: number): void => {
    latestMs = Math.max(latestMs, atMs);
    sinceForgotten += 1;
    if (sinceForgotten < Math.max(FORGET_EVERY, contacts.size)) return;
    sinceForgotten = 0;
    const beforeMs = latestMs - CLOCK_MS;
    for (const contact of contacts.values()) forgetBefore(contact, asked, beforeMs);
    for (const [rule, own] of ofLocation) ofLocation.set(rule, keptOf(own, asked, beforeMs));
    pump.forgetBefore(beforeMs);
  };

  /** The waits of a contact that an event ends. */
  const endedBy = async (contact: Contact, event: Event, moment: Moment): Promise<Ended> => {
    const ended = new Map<ReplayedDelivery, CancelledBy>();
    const reasons = new Map<readonly CancelTrigger[], CancelledBy | null>();
    const occurredAtMs = Date.parse(event.occurredAt);
    for (const delivery of contact.open) {
      const { cancelOn } = delivery.action;
      if (!cancelOn || !isOpen(delivery) || delivery.firing.occurredAtMs > occurredAtMs) continue;
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
        inPlace.find((one) => one.firing.occurredAtMs > occurredAtMs) ??
        doneInPlace(contact, occurredAtMs, rule, place);
      if (later) bornCancelled(delivery, restartedBy(later.firing.eventKey), atMs);
      else for (const one of inPlace) pump.cancel(one, restartedBy(event.key), atMs);
    }
  };

  const schedule = (contact: Contact, planned: readonly ReplayedDelivery[], { deliveries }: LogItem): void => {
    for (const delivery of planned) {
      if (delivery.cancelledBy !== null) continue;
      if (isCancellable(delivery)) contact.open.push(delivery);
      const { recorded } = delivery;
      pump.schedule(delivery, recorded && (deliveries.find(({ id }) => id === recorded.id) ?? null));
    }
    places.note(deliveries, planned);
  };

  /** Adds what fired to what limits count. */
  const note = (contact: Contact, firings: readonly Firing[], ruleSet: RuleSet | null): void => {
    for (const firing of firings) {
      if (asked.limitMs.has(firing.rule) || asked.restarting.has(firing.rule))
        listOf((contact.firings ??= new Map()), firing.rule).push(firing);
      if (ruleSet && perLocation.get(ruleSet)?.has(firing.rule)) listOf(ofLocation, firing.rule).push(firing);
    }
  };

  /** What an event says that is in force from then on. */
  const heed = (contact: Contact, event: Event, read: ReadEvent): void => {
    noteAhead(contact.ahead, event, asked, read);
    if (read.isWish) contact.optOuts = wishesWith(contact, event);
  };

  const takeAsItIs = (
    item: LogItem,
    taken: Exclude<Replayed["taken"], "decided">,
    contact: Contact,
    moment: Moment,
    read: ReadEvent | null,
  ): Replayed => {
    const { event, decision, deliveries } = item;
    const atMs = moment.nowMs;
    if (read) heed(contact, event, read);
    const firings = new Map<string, Firing>();
    const planned = deliveries.flatMap((recorded): ReplayedDelivery[] => {
      const { rule, action, window } = recorded;
      let firing = firings.get(rule);
      if (!firing) firings.set(rule, (firing = newFiring(rule, event, atMs)));
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
    schedule(contact, planned, item);
    return { decision, deliveries: planned, known: decision.known ?? NOTHING_KNOWN, taken };
  };

  return {
    async take(item) {
      const { event } = item;
      const atMs = Date.parse(item.decision.decidedAt);
      beginsMs = Math.min(beginsMs, atMs);
      pump.advance(atMs);
      forget(atMs);
      // What we did not send did not come back.
      if (places.isUnsent(senderOf(item))) return null;
      const contact = contactOf(event);
      const moment: Moment = { nowMs: atMs, timeZone: item.decision.timeZone ?? head.timeZone };
      const { key } = event;
      if (item.dropped !== undefined) {
        const own = toldPast(item, atMs);
        append(
          contact,
          { key, fired: own.fired, isRepeat: own.isRepeat, past: () => own },
          { seen, asked, stated: null },
        );
        return takeAsItIs(item, "payload-forgotten", contact, moment, null);
      }
      const reading = shared.read(event, moment);
      const read = reading instanceof Promise ? await reading : reading;
      const { stated } = read;
      const chain = chainOf(contact, event);
      const repeats = stated && seen.repeated(stated);
      const isRepeat = repeats !== null;
      const past = (): RecordedEvent => read.past(chain);
      const ruleSet = rulesFor(item);
      if (ruleSet !== null && !sets.has(ruleSet))
        throw new Error("A rule set decides that is neither the log's nor another");
      const ended = contact.open.length === 0 ? NONE_ENDED : await endedBy(contact, event, moment);
      if (ruleSet === null) {
        for (const [delivery, by] of ended) pump.cancel(delivery, by, atMs);
        append(contact, { key, fired: item.decision.fired, isRepeat, past }, { seen, asked, stated });
        return takeAsItIs(item, "rules-not-kept", contact, moment, read);
      }
      const { sentBy, chain: ours, paused } = item.decision;
      const decidedBy = ruleSets.get(item.decision.ruleSet) ?? null;
      const known = knownBeside(item, decidedBy);
      const history = historyOf(contact, { ofLocation, seen }, event, ended);
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
        const firing = newFiring(rule, event, atMs);
        for (const one of own) {
          const recorded = placedAs(item.deliveries, one);
          const like = recorded && isLike(recorded, one.action, one.rule.window) ? recorded : null;
          firing.deliveries.push(newDelivery(firing, one, like, recorded?.id ?? null));
        }
        return firing;
      });
      const planned = firings.flatMap(({ deliveries }) => deliveries);
      for (const delivery of planned) {
        const { cancelOn } = delivery.action;
        const by = cancelOn ? await cancelsAhead(contact.ahead, event, cancelOn, moment) : null;
        if (by) bornCancelled(delivery, by, atMs);
      }
      append(contact, { key, fired: decision.fired, isRepeat, past }, { seen, asked, stated });
      heed(contact, event, read);
      for (const [delivery, by] of ended) pump.cancel(delivery, by, atMs);
      restart(contact, event, planned, atMs);
      note(contact, firings, ruleSet);
      schedule(contact, planned, item);
      return { decision, deliveries: planned, known, taken: "decided" };
    },
    end: () => pump.advance(endMs),
  };
}

type Ended = ReadonlyMap<ReplayedDelivery, CancelledBy>;
const NONE_ENDED: Ended = new Map();

function limitedForLocation({ rules }: RuleSet): ReadonlySet<string> {
  return new Set(rules.flatMap(({ name, limit }) => (limit?.per === "location" ? [name] : [])));
}

function restartedBy(eventKey: string): CancelledBy {
  return { by: "event", trigger: "restart", eventKey };
}

function listOf(lists: Map<string, Firing[]>, name: string): Firing[] {
  let list = lists.get(name);
  if (!list) lists.set(name, (list = []));
  return list;
}
