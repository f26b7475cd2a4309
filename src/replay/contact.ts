// What a replay remembers of one contact: the in-memory counterpart of the ledger's tables about it.
import { linkOf, type ChainLink } from "../match/chain.ts";
import { inChain } from "../match/history.ts";
import { isRepeat, statedBy, type Stated } from "../match/stated.ts";
import type { KeptOptOut } from "../match/wishes.ts";
import type { Event } from "../model/event.ts";
import type { EventKind } from "../model/event-kinds.ts";
import { MAX_AHEAD, MAX_PAST, type PastEvent, type RecordedEvent } from "../model/history.ts";
import { KINDS } from "../model/event-kinds.ts";
import type { ExportedOptOut } from "../model/export.ts";
import { cameToNothing, restartPlace, type Firing, type ReplayedDelivery } from "./delivery.ts";
import type { LogItem } from "./items.ts";

export interface Contact {
  /** What changed something, oldest first. */
  readonly past: RecordedEvent[];
  /** The rules that fired, by the key of the message and its state. */
  readonly firedFor: Map<string, string[]>;
  readonly chains: Map<string, string>;
  readonly stated: Map<string, Stated & { readonly eventKey: string }>;
  /** Every event with its payload, in the order of the log. */
  readonly events: Event[];
  /** When the last of them happened, by its own time, milliseconds since 1970. */
  latestMs: number;
  optOuts: readonly KeptOptOut[];
  readonly firings: Map<string, Firing[]>;
  /** What has not ended. */
  open: ReplayedDelivery[];
}

export function newContact(optOuts: readonly KeptOptOut[]): Contact {
  return {
    past: [],
    firedFor: new Map(),
    chains: new Map(),
    stated: new Map(),
    events: [],
    latestMs: -Infinity,
    optOuts,
    firings: new Map(),
    open: [],
  };
}

/** Where an event belongs among those of its contact. */
export interface Place {
  /** The chain of its message; `null`: it is about none. */
  readonly chain: string | null;
  /** The key of the event that it repeats; `null`: it is news. */
  readonly repeats: string | null;
  readonly stated: Stated | null;
}

/** Finds the place of the next event; what it joins to its chain is joined in the past as well. */
export async function placeOf(contact: Contact, event: Event): Promise<Place> {
  const link = linkOf(event, (messageId) => contact.chains.get(messageId) ?? null);
  if (link) join(contact, link);
  const stated = await statedBy(event);
  const before = stated && contact.stated.get(stated.subject);
  const repeats = stated && before && isRepeat(stated, before) ? before.eventKey : null;
  return { chain: link?.chain ?? null, repeats, stated };
}

function join(contact: Contact, { chain, noted, joined }: ChainLink): void {
  for (const id of noted) contact.chains.set(id, chain);
  if (joined === null) return;
  for (const [id, own] of contact.chains) if (own === joined) contact.chains.set(id, chain);
  for (const [at, one] of contact.past.entries()) if (one.chain === joined) contact.past[at] = inChain(one, chain);
  for (const [key, rules] of Array.from(contact.firedFor)) {
    const [kind, own, ...state] = JSON.parse(key) as string[];
    if (own !== joined) continue;
    contact.firedFor.delete(key);
    noteFired(contact, JSON.stringify([kind, chain, ...state]), rules);
  }
}

function noteFired({ firedFor }: Contact, messageKey: string | null, rules: readonly string[]): void {
  if (messageKey !== null && rules.length > 0)
    firedFor.set(messageKey, [...(firedFor.get(messageKey) ?? []), ...rules]);
}

/** Appends an event to the log; `event` is absent where its payload is forgotten. */
export function append(contact: Contact, own: RecordedEvent, stated: Stated | null, key: string, event?: Event): void {
  if (!own.isRepeat) contact.past.push(own);
  noteFired(contact, own.messageKey, own.fired);
  if (stated) contact.stated.set(stated.subject, { ...stated, eventKey: key });
  if (!event) return;
  contact.events.push(event);
  contact.latestMs = Math.max(contact.latestMs, Date.parse(event.occurredAt));
}

/** The past after a time, oldest first, perhaps with some before it. One list for one event, as long as nobody asks for more. */
export function pastOf({ past }: Contact): (afterMs: number) => readonly PastEvent[] {
  let from = past.length;
  let read: readonly PastEvent[] = [];
  const least = Math.max(0, past.length - MAX_PAST);
  return (afterMs) => {
    let start = from;
    while (start > least && (past[start - 1]?.at ?? 0) > afterMs) start -= 1;
    if (start < from) [from, read] = [start, past.slice(start)];
    return read;
  };
}

/** What was recorded, of some kinds, that happened at a time or later, in the order of their times. */
export function recordedAhead(
  { events, latestMs }: Contact,
  afterMs: number,
  kinds: readonly EventKind[],
): readonly Event[] {
  if (latestMs < afterMs) return [];
  const ahead = events.filter(({ kind, occurredAt }) => kinds.includes(kind) && Date.parse(occurredAt) >= afterMs);
  return ahead.toSorted((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt)).slice(0, MAX_AHEAD);
}

/** What a later firing of the rule has done in a place already. */
export function doneInPlace(
  { firings }: Contact,
  occurredAtMs: number,
  rule: string,
  place: number,
): ReplayedDelivery | undefined {
  const later = (firings.get(rule) ?? []).filter(({ event }) => Date.parse(event.occurredAt) > occurredAtMs);
  return later
    .flatMap(({ deliveries }) => deliveries)
    .find((one) => restartPlace(one) === place && !cameToNothing(one));
}

/** What a contact did not want before the log begins, as far as what they do not want now tells. */
export function wishesBefore(optOuts: readonly ExportedOptOut[], beginsMs: number): readonly KeptOptOut[] {
  return optOuts
    .filter(({ recordedAt }) => recordedAt === null || Date.parse(recordedAt) < beginsMs)
    .map(({ channel, why, since, eventKey }) => ({ channel, why, since, eventKey, lastAt: since, lastKey: eventKey }));
}

/** An event whose payload is forgotten, as later ones see it. */
export function toldPast({ event, decision, chain, told }: LogItem, atMs: number): RecordedEvent {
  return {
    kind: event.kind,
    channel: told?.channel ?? null,
    outcome: told?.outcome ?? null,
    direction: KINDS[event.kind].message?.direction ?? null,
    at: atMs,
    fired: decision.fired,
    chain,
    messageKey: told?.messageKey ?? null,
    isRepeat: decision.repeats !== undefined,
  };
}
