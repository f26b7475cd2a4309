// How history facts, limits and de-duplication query the log. Pure: the past is passed in.
import { FACT_READERS } from "../events/event.ts";
import type { Event } from "../model/event.ts";
import { isMessage, KINDS } from "../model/event-kinds.ts";
import type { History, PastEvent } from "../model/history.ts";
import type { JsonObject } from "../kit/json.ts";
import { isDurationParam, PARAM_NAMES, type DurationParam } from "../language/log-facts.ts";
import type { Limit, Rule } from "../model/rule.ts";
import { durationMs } from "../time/duration.ts";

/** An event as later ones will see it. */
export function asPast(event: Event, fired: readonly string[], atMs: number): PastEvent {
  return {
    kind: event.kind,
    channel: wordOf(event, "channel"),
    outcome: wordOf(event, "outcome"),
    direction: KINDS[event.kind].message?.direction ?? null,
    at: atMs,
    fired,
    messageKey: messageKeyOf(event),
  };
}

function wordOf(event: Event, fact: string): string | null {
  const value = FACT_READERS.get(fact)?.(event);
  return typeof value === "string" ? value : null;
}

/** `count`: how many events of the contact, including this one, match `params`; or how many messages they are about. */
export function countOf(params: JsonObject, event: PastEvent, history: History): number {
  const meant = [...history.past(), event].filter((past) => isMeant(past, params, event.at));
  return params["messages"] === true ? messagesOf(meant) : meant.length;
}

/** How many messages events are about: each once, however many states of it came. One without an id stands for itself. */
function messagesOf(events: readonly PastEvent[]): number {
  const ids = new Set<unknown>();
  for (const past of events) if (past.messageKey !== null || isMessage(past.kind)) ids.add(messageIdOf(past) ?? past);
  return ids.size;
}

function messageIdOf({ messageKey }: PastEvent): unknown {
  return messageKey === null ? null : (JSON.parse(messageKey) as readonly unknown[])[1];
}

/** `secondsSince`: whole seconds since the last matching event before this one; `undefined` if there is none. */
export function secondsSinceOf(params: JsonObject, event: PastEvent, history: History): number | undefined {
  const last = history.past().findLast((past) => isMeant(past, params, event.at));
  return last && Math.max(0, Math.floor((event.at - last.at) / 1_000));
}

/** Whether a rule has already fired for the same message in the same state. */
export function hasFiredForMessage(rule: string, { messageKey }: PastEvent, history: History): boolean {
  return messageKey !== null && history.ofMessage(messageKey).some(({ fired }) => fired.includes(rule));
}

/** Whether a rule has fired as often as its limit allows. */
export function isAtLimit(
  rule: Rule,
  { count, within, per = "contact" }: Limit,
  nowMs: number,
  history: History,
): boolean {
  const afterMs = within === undefined ? -Infinity : nowMs - (durationMs(within) ?? 0);
  return history.firings(rule, per, afterMs) >= count;
}

function isMeant(past: PastEvent, params: JsonObject, nowMs: number): boolean {
  return PARAM_NAMES.every((name) => {
    const wanted = params[name];
    if (name === "messages") return true;
    if (!isDurationParam(name)) return wanted === undefined || wanted === past[name];
    return typeof wanted !== "string" || IS_IN_TIME[name](past, durationMs(wanted) ?? 0, nowMs);
  });
}

/** What a param that takes a duration means. */
const IS_IN_TIME: { readonly [Name in DurationParam]: (past: PastEvent, ms: number, nowMs: number) => boolean } = {
  within: ({ at }, ms, nowMs) => at > nowMs - ms,
};

/** The same message in the same state has the same key, whatever webhook it comes with. */
function messageKeyOf(event: Event): string | null {
  const id = wordOf(event, "messageId") ?? wordOf(event, "emailMessageId");
  const state = ["status", "callStatus"].map((fact) => wordOf(event, fact)?.toLowerCase() ?? "");
  return id === null ? null : JSON.stringify([event.kind, id, ...state]);
}
