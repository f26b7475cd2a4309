// The promises about events that wait for what HighLevel says of their contact, checked on notes about contacts whom nobody
// asks about for another reason.
import { onceCancelled, type AskedContact, type History, type NotedContacts, type RecordedEvent } from "./history.ts";
import { VIP } from "./rules.ts";

type Property = (history: History) => Iterable<string>;

const MINUTE_MS = 60_000;
/** What passes until it is noticed that a minute has, and until the decision is on disk. */
const NOTICED_MS = 1_500;
/** For an answer that was heard by an object that then died: it may not have been on disk yet. */
const COMMITS_WITHIN_MS = 5_000;

/** Every promise by its name. */
export const WAITS: { readonly [name: string]: Property } = {
  "an event waits for its contact's data a minute at most": of(aMinuteAtMost),
  "an event that waits is decided once": of((_, { waiting, changed }) => [
    ...waiting.map((key) => `${key} still waits`),
    ...changed.map((key) => `${key} was decided again`),
  ]),
  "events that wait are decided in their contact's order": of(inOrder),
  "a contact that is known is not asked for": of(askedOnce),
};

function of(check: (history: History, noted: NotedContacts) => Iterable<string>): Property {
  return (history) => (history.followUps ? check(history, history.followUps.noted) : []);
}

function* aMinuteAtMost({ mayBeLateMs }: History, { longestMs }: NotedContacts): Generator<string> {
  if (mayBeLateMs === null) return;
  if (longestMs > MINUTE_MS + NOTICED_MS + mayBeLateMs) yield `one waited for ${longestMs} ms`;
}

/** Each is decided on the log before it: the first of an hour fires, where its contact is known to have the tag. */
function* inOrder(history: History, { vip, others }: NotedContacts): Generator<string> {
  const cancelled = onceCancelled(history);
  const notes = history.events.filter(({ kind }) => kind === "NoteCreate").toSorted((a, b) => a.seq - b.seq);
  for (const [contactId, own] of Map.groupBy(notes, (event) => event.contactId)) {
    for (const [index, event] of own.entries()) {
      const { key, tags, fired } = event;
      const isVip = tags?.includes(VIP.tag) ?? false;
      if (tags !== null && isVip !== vip.includes(contactId)) yield `${key} saw ${isVip ? "a" : "no"} tag`;
      if (tags !== null && others.includes(contactId) && fired.length > 0) yield `${key} fired for nothing`;
      const before = own.slice(0, index).filter((other) => isWithin(other, event) && other.fired.includes("vip"));
      const isLimited = before.some((other) => !cancelled.has(other.key));
      const mayBe = before.length > 0 && !isLimited;
      if (!mayBe && !event.paused.includes("vip") && fired.includes("vip") !== (isVip && !isLimited))
        yield `${key} ${fired.length > 0 ? "fired" : "did not fire"} after ${before.length}`;
    }
  }
}

function isWithin(before: RecordedEvent, event: RecordedEvent): boolean {
  return before.decidedAt > event.decidedAt - VIP.withinMs;
}

function* askedOnce(history: History, { asked }: NotedContacts): Generator<string> {
  const { confirmed, followUps, isStorageRefusing } = history;
  if (isStorageRefusing) return;
  // Of those nothing is known any more.
  const erased = new Set(confirmed.filter(({ what }) => what.startsWith("erase")).map(({ id }) => id));
  for (const [contactId, own] of Map.groupBy(asked, (one) => one.contactId)) {
    const first = own.find((one) => isKept(one, followUps?.stoppedAt ?? []));
    if (!first || erased.has(contactId)) continue;
    const again = own.filter(({ leftAt }) => leftAt > (first.heardAt ?? Infinity));
    if (again.length > 0) yield `${contactId} was asked for ${again.length} times after it was known`;
  }
}

function isKept({ heardAt }: AskedContact, stoppedAt: readonly number[]): boolean {
  return heardAt !== null && !stoppedAt.some((at) => at >= heardAt && at < heardAt + COMMITS_WITHIN_MS);
}
