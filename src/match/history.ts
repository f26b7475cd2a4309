// How history facts, limits and de-duplication query the log. Pure: the past is passed in.
import { statusWord } from "../events/derive.ts";
import { FACT_READERS } from "../events/event.ts";
import { messageIdOf } from "./chain.ts";
import type { Event } from "../model/event.ts";
import { isMessage, KINDS } from "../model/event-kinds.ts";
import type { History, PastEvent, RecordedEvent } from "../model/history.ts";
import type { JsonObject } from "../kit/json.ts";
import { isDurationParam, PARAM_NAMES } from "../language/log-facts.ts";
import type { Limit, Rule } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";

/** An event as later ones will see it: `chain` is that of its message, if others belong to it. */
export function asPast(
  event: Event,
  fired: readonly string[],
  atMs: number,
  {
    chain = messageIdOf(event),
    isRepeat = false,
  }: { readonly chain?: string | null; readonly isRepeat?: boolean } = {},
): RecordedEvent {
  return {
    kind: event.kind,
    channel: wordOf(event, "channel"),
    outcome: wordOf(event, "outcome"),
    direction: KINDS[event.kind].message?.direction ?? null,
    at: atMs,
    fired,
    chain,
    messageKey: messageKeyOf(event, chain),
    isRepeat,
  };
}

function wordOf(event: Event, fact: string): string | null {
  const value = FACT_READERS.get(fact)?.(event);
  return typeof value === "string" ? value : null;
}

/** What is asked of a log that is at hand as a list, oldest first. */
export function pastIn(log: () => readonly RecordedEvent[]): Pick<History, "past" | "hasFiredFor"> {
  return {
    past: () => log().filter(({ isRepeat }) => !isRepeat),
    hasFiredFor: (key, rule) => log().some(({ messageKey, fired }) => messageKey === key && fired.includes(rule)),
  };
}

/** `count`: how many events of the contact, including this one, match `params`; or how many messages they are about. */
export function countOf(params: JsonObject, event: PastEvent, history: History): number {
  const afterMs = afterMsIn(params, event.at);
  const isMeant = meantBy(params);
  if (params["messages"] === true) {
    const meant = [...history.past(afterMs), event].filter((past) => past.at > afterMs && isMeant(past));
    return messagesOf(meant);
  }
  const own = isMeant(event) && event.at > afterMs ? 1 : 0;
  return groupsOf(history.past(afterMs)).reduce(
    (sum, { like, at }) => sum + (isMeant(like) ? later(at, afterMs) : 0),
    own,
  );
}

/** How many messages events are about: each once with its retries, however many states of it came. One without an id stands for itself. */
function messagesOf(events: readonly PastEvent[]): number {
  const messages = new Set<unknown>();
  for (const past of events) if (past.chain !== null || isMessage(past.kind)) messages.add(past.chain ?? past);
  return messages.size;
}

/** `secondsSince`: whole seconds since the last matching event before this one; `undefined` if there is none. */
export function secondsSinceOf(params: JsonObject, event: PastEvent, history: History): number | undefined {
  const afterMs = afterMsIn(params, event.at);
  const isMeant = meantBy(params);
  const times = groupsOf(history.past(afterMs)).flatMap(({ like, at }) => (isMeant(like) ? (at.at(-1) ?? []) : []));
  const last = Math.max(-Infinity, ...times);
  return last > afterMs ? Math.max(0, Math.floor((event.at - last) / 1_000)) : undefined;
}

/** Whether a rule has already fired for the same message in the same state. */
export function hasFiredForMessage(rule: string, { messageKey }: RecordedEvent, history: History): boolean {
  return messageKey !== null && history.hasFiredFor(messageKey, rule);
}

/** Whether a rule has fired as often as its limit allows. */
export function isAtLimit(
  rule: Rule,
  { count, within, per = "contact" }: Limit,
  nowMs: number,
  history: History,
): boolean {
  const afterMs = within === undefined ? -Infinity : nowMs - (durationMs(within) ?? 0);
  return history.firings(rule, per, afterMs, count) >= count;
}

/** Whether an event is of those that params describe, whenever it was. */
function meantBy(params: JsonObject): (past: PastEvent) => boolean {
  const wanted = PARAM_NAMES.flatMap((name) =>
    isDurationParam(name) || name === "messages" || params[name] === undefined ? [] : [[name, params[name]] as const],
  );
  return (past) => wanted.every(([name, value]) => past[name] === value);
}

/** The time after which an event is meant; `-Infinity`: any. */
function afterMsIn(params: JsonObject, nowMs: number): number {
  const { within } = params;
  return typeof within === "string" ? nowMs - (durationMs(within) ?? 0) : -Infinity;
}

/** Events that no param tells apart, but by their times. */
interface Group {
  readonly like: PastEvent;
  /** Milliseconds since 1970, ascending. */
  readonly at: readonly number[];
}
const groups = new WeakMap<readonly PastEvent[], readonly Group[]>();

/** The past in groups, made once: however many facts ask, each looks at a few groups. */
function groupsOf(past: readonly PastEvent[]): readonly Group[] {
  const known = groups.get(past);
  if (known) return known;
  const made = new Map<string, { readonly like: PastEvent; readonly at: number[] }>();
  for (const one of past) {
    const name = `${one.kind} ${one.channel} ${one.outcome} ${one.direction}`;
    const group = made.get(name);
    if (group) group.at.push(one.at);
    else made.set(name, { like: one, at: [one.at] });
  }
  const sorted = [...made.values()].map(({ like, at }) => ({ like, at: at.toSorted((a, b) => a - b) }));
  groups.set(past, sorted);
  return sorted;
}

/** How many of ascending times come after one. */
function later(times: readonly number[], afterMs: number): number {
  let [from, to] = [0, times.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((times[middle] ?? 0) > afterMs) to = middle;
    else from = middle + 1;
  }
  return times.length - from;
}

/** The same event, once its message turned out to belong to a chain. */
export function inChain(past: RecordedEvent, chain: string): RecordedEvent {
  if (past.messageKey === null) return past;
  const [kind, , ...state] = JSON.parse(past.messageKey) as string[];
  return { ...past, chain, messageKey: JSON.stringify([kind, chain, ...state]) };
}

/** A chain in the same state has the same key, whatever webhook and whichever of its messages it comes with. */
export function messageKeyOf(event: Event, chain: string | null): string | null {
  const state = ["status", "callStatus"].map((fact) => statusWord(wordOf(event, fact) ?? ""));
  return chain === null ? null : JSON.stringify([event.kind, chain, ...state]);
}
