// What a replay remembers of one contact: the in-memory counterpart of the ledger's tables about it.
import { linkOf, type ChainLink } from "../match/chain.ts";
import type { KeptOptOut } from "../match/wishes.ts";
import type { Event } from "../model/event.ts";
import { MAX_PAST, type PastEvent, type RecordedEvent } from "../model/history.ts";
import { KINDS } from "../model/event-kinds.ts";
import type { ExportedOptOut } from "../model/export.ts";
import { newAhead, type Ahead } from "./ahead.ts";
import type { Asked } from "./asked.ts";
import { cameToNothing, restartPlace, type Firing, type ReplayedDelivery } from "./delivery.ts";
import type { LogItem } from "./items.ts";
import type { Seen, StatedHere } from "./seen.ts";

export interface Contact {
  /** The number by which it goes. */
  readonly number: number;
  /** What changed something, oldest first, as far back as a rule looks. */
  past: PastEvent[];
  /** The chains of messages whose ids alone do not tell it. */
  chains: Map<string, string> | null;
  /** The chains that turned out to be parts of another, by that. */
  joined: Map<string, readonly string[]> | null;
  readonly ahead: Ahead;
  optOuts: readonly KeptOptOut[];
  /** Of the rules that ask for them. */
  firings: Map<string, Firing[]> | null;
  /** What has not ended. */
  open: ReplayedDelivery[];
}

export function newContact(number: number, optOuts: readonly KeptOptOut[]): Contact {
  return { number, past: [], chains: null, joined: null, ahead: newAhead(), optOuts, firings: null, open: [] };
}

/** The chain of the message of the next event, which is joined in the past as well; `null`: it is about none. */
export function chainOf(contact: Contact, event: Event): string | null {
  const link = linkOf(event, (messageId) => contact.chains?.get(messageId) ?? null);
  if (link) join(contact, link);
  return link?.chain ?? null;
}

function join(contact: Contact, { chain, noted, joined }: ChainLink): void {
  if (noted.length > 0) contact.chains ??= new Map();
  for (const id of noted) contact.chains?.set(id, chain);
  if (joined === null) return;
  for (const [id, own] of contact.chains ?? []) if (own === joined) contact.chains?.set(id, chain);
  for (const [at, one] of contact.past.entries()) if (one.chain === joined) contact.past[at] = { ...one, chain };
  contact.joined ??= new Map();
  const parts = [...(contact.joined.get(chain) ?? []), joined, ...(contact.joined.get(joined) ?? [])];
  contact.joined.set(
    chain,
    [...new Set(parts)].filter((part) => part !== chain),
  );
}

/** Whether a rule has fired for a message in a state, or for one that is of the same chain by now. */
export function hasFiredFor({ number, joined }: Contact, seen: Seen, messageKey: string, rule: string): boolean {
  if (seen.hasFired(number, messageKey, rule)) return true;
  if (joined === null) return false;
  const [kind, chain = "", ...state] = JSON.parse(messageKey) as string[];
  return (joined.get(chain) ?? []).some((part) => seen.hasFired(number, JSON.stringify([kind, part, ...state]), rule));
}

/** Appends an event to what is remembered. */
export function append(
  contact: Contact,
  own: { readonly key: string; readonly fired: readonly string[]; readonly isRepeat: boolean; past(): RecordedEvent },
  { seen, asked, stated }: { readonly seen: Seen; readonly asked: Asked; readonly stated: StatedHere | null },
): void {
  if (!own.isRepeat && asked.historyMs > -Infinity) contact.past.push(asPastAlone(own.past()));
  const messageKey = own.fired.length === 0 ? null : own.past().messageKey;
  if (messageKey !== null) for (const rule of own.fired) seen.noteFired(contact.number, messageKey, rule);
  if (stated) seen.noteStated(stated, own.key);
}

/** Without what history does not ask. */
function asPastAlone({ kind, channel, outcome, direction, at, chain }: RecordedEvent): PastEvent {
  return { kind, channel, outcome, direction, at, chain };
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

/** What a later firing of the rule has done in a place already. */
export function doneInPlace(
  { firings }: Contact,
  occurredAtMs: number,
  rule: string,
  place: number,
): ReplayedDelivery | undefined {
  const later = (firings?.get(rule) ?? []).filter((firing) => firing.occurredAtMs > occurredAtMs);
  return later
    .flatMap(({ deliveries }) => deliveries)
    .find((one) => restartPlace(one) === place && !cameToNothing(one));
}

/** Forgets what no rule asks for any more at a time, milliseconds since 1970. */
export function forgetBefore(contact: Contact, asked: Asked, atMs: number): void {
  const { past, firings, open } = contact;
  if (open.some(({ isSettled }) => isSettled)) contact.open = open.filter(({ isSettled }) => !isSettled);
  const asks = past.findIndex(({ at }) => at > atMs - asked.historyMs);
  const first = Math.max(asks === -1 ? past.length : asks, past.length - MAX_PAST);
  if (first > 0) contact.past = past.slice(first);
  for (const [rule, own] of firings ?? []) {
    const kept = keptOf(own, asked, atMs);
    if (kept.length === 0) firings?.delete(rule);
    else if (kept.length < own.length) firings?.set(rule, kept);
  }
}

/** The firings of one rule that it still asks for, or that a limit still counts. */
export function keptOf(firings: Firing[], { limitMs, restarting }: Asked, atMs: number): Firing[] {
  return firings.filter(
    (one) =>
      (restarting.has(one.rule) || one.atMs > atMs - (limitMs.get(one.rule) ?? 0)) &&
      one.deliveries.some((delivery) => !delivery.isSettled || !cameToNothing(delivery)),
  );
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
