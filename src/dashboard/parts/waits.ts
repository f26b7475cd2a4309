// What keeps a delivery waiting, and the state of its destination, in words.
import type { CancelledBy, CancelReason, CircuitMode, Delivery } from "../../model/delivery.ts";
import { CONTACT_TIME_ZONE, type Window } from "../../model/window.ts";
import { pauseInWords } from "../../model/pause.ts";
import type { HostState } from "../../model/statistics.ts";
import { hostInWords } from "../../language/in-words.ts";
import { fromNow, openingInWords, timeInWords } from "../time/time.ts";
import { clockIn } from "../time/zoned.ts";

/** The state of a destination, in words. */
export interface HostInWords {
  readonly words: string;
  /** It takes deliveries, as fast as its limits allow. */
  readonly isWell: boolean;
}

/** The state of a destination. The answer may be out of date, so a time that has passed is left out. */
export function hostStateInWords(host: HostState, zone: string, now: number): HostInWords {
  const { failures, openUntil, pausedUntil } = host;
  const inARow = `${failures} ${failures === 1 ? "failure" : "failures"} in a row`;
  const at = (time: string | null): string => (time === null ? "later" : timeInWords(time, zone, now));
  if (isAhead(pausedUntil, now)) return { words: `paused until ${at(pausedUntil)}: it asked for it`, isWell: false };
  switch (modeOf(host, now)) {
    case "open":
      return { words: `paused until ${at(openUntil)} after ${inARow}: nothing is sent`, isWell: false };
    case "half-open":
      return { words: `tried with one, after ${inARow}: the rest goes if that arrives`, isWell: false };
    case "suspect":
      return { words: `one at a time, ${inARow}`, isWell: false };
    case "closed":
      return { words: "takes deliveries", isWell: true };
  }
}

/** Why a delivery waits, and until when; `null` if it does not. `host`: the state of its destination, if known. */
export function waitInWords(delivery: Delivery, host: HostState | undefined, zone: string, now: number): string | null {
  const { state, dueAt, paused } = delivery;
  if (state !== "scheduled" || dueAt === null) return null;
  const time = timeInWords(dueAt, zone, now);
  if (paused !== null) return `paused ${pauseInWords(paused)}: held if that lasts until ${time}`;
  const shut = host ? shutInWords(host, zone, now) : null;
  if (!isAhead(dueAt, now)) return shut ? `due since ${time}, but ${shut}` : `due since ${time}: its turn comes next`;
  const until = host ? lastOf(host.openUntil, host.pausedUntil) : null;
  const isHeldLonger = shut !== null && until !== null && Date.parse(until) > Date.parse(dueAt);
  return `${reasonInWords(delivery, zone)} ${fromNow(dueAt, now)} (${time})${isHeldLonger ? `, but ${shut}` : ""}`;
}

/** In one line: what ended a cancelled or dead delivery, why it is held, or how its last attempt went. */
export function endInWords({ state, cancelledBy, attempts }: Delivery): string | null {
  const last = attempts.at(-1);
  const tries = `${attempts.length} ${attempts.length === 1 ? "attempt" : "attempts"}`;
  if (state === "dead") return last?.error ? `${last.error}, after ${tries}` : "given up without an attempt";
  if (state === "held") return last?.error ?? "a person has to release it";
  if (state === "sent") return `${last?.status ? `answered ${last.status}` : "done"}, after ${tries}`;
  if (state !== "cancelled" || cancelledBy === null) return null;
  if (cancelledBy.by !== "event") return cancelledInWords(cancelledBy);
  return `by ${CANCELLED_BY[cancelledBy.trigger]}`;
}

/** What cancelled a delivery, if it was no event. */
export function cancelledInWords(cancelledBy: Exclude<CancelledBy, { readonly by: "event" }>): string {
  if (cancelledBy.by === "operator") return "by an operator";
  return `as ${cancelledBy.why === "late" ? "overdue" : "all that waited"} when its log was imported`;
}

/** What a rule can let its wait be cancelled by, in words. */
export const CANCELLED_BY: { readonly [Reason in CancelReason]: string } = {
  reply: "a reply",
  dnd: "do not disturb",
  delete: "the contact's deletion",
  conditions: "an event that the rule names",
  restart: "its rule, which fired again and waits anew",
};

function reasonInWords(delivery: Delivery, zone: string): string {
  const { action, attempts, window, dueAt, decidedAt } = delivery;
  // Only HighLevel knows the contact's zone.
  const isContacts = window?.timeZone === CONTACT_TIME_ZONE && attempts.length === 0;
  if (isContacts && action?.after) return `its delay of ${action.after} is over, or the contact's own hours begin`;
  if (isContacts && dueAt !== decidedAt) return "the contact's own hours begin";
  if (window && dueAt && isOpening(dueAt, window, zone))
    return `its window opens, ${openingInWords(dueAt, window.timeZone ?? zone)},`;
  const failed = attempts.length;
  if (failed > 0) return `after ${failed} failed ${failed === 1 ? "attempt" : "attempts"} tried again`;
  return action?.after ? `its delay of ${action.after} is over` : "due";
}

/** Whether a window opens at a time: what is due then waits for it. */
export function isOpening(at: string, window: Window, zone: string): boolean {
  return window.timeZone !== CONTACT_TIME_ZONE && clockIn(at, window.timeZone ?? zone) === (window.from ?? "00:00");
}

function shutInWords(host: HostState, zone: string, now: number): string | null {
  const { words, isWell } = hostStateInWords(host, zone, now);
  return isWell ? null : `${hostInWords(host.host)} is ${words}`;
}

function modeOf({ mode, openUntil }: HostState, now: number): CircuitMode {
  return mode === "open" && !isAhead(openUntil, now) ? "half-open" : mode;
}

function lastOf(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) > Date.parse(b) ? a : b;
}

function isAhead(at: string | null, now: number): boolean {
  return at !== null && Date.parse(at) > now;
}
