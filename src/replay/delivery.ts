// A delivery in a replay, and what becomes of it when nothing ends it before: what the log says of its like, or, of one
// that the log does not have, that it arrives as soon as it is due.
import { HELD_CODES, leavesWith, RETRY } from "../act/contract/outcome.ts";
import { callName } from "../act/about.ts";
import type { CancelledBy, DeliveryState } from "../model/delivery.ts";
import type { Event } from "../model/event.ts";
import type { ExportedDelivery } from "../model/export.ts";
import type { PlannedAction } from "../model/decision.ts";
import type { Action, Breaker } from "../model/rule.ts";
import type { Window } from "../model/window.ts";
import { CONTACT_TIME_ZONE } from "../model/window.ts";

/** The firing of a rule on an event, with what followed from it. */
export interface Firing {
  readonly rule: string;
  readonly contactId: string;
  readonly eventKey: string;
  /** When the event happened, milliseconds since 1970. */
  readonly occurredAtMs: number;
  /** When it was decided. */
  readonly atMs: number;
  readonly deliveries: ReplayedDelivery[];
}

export function newFiring(rule: string, { contactId, key, occurredAt }: Event, atMs: number): Firing {
  return { rule, contactId, eventKey: key, occurredAtMs: Date.parse(occurredAt), atMs, deliveries: [] };
}

/** What the log has in the place of a delivery, without what it says of its attempts. */
interface RecordedInShort {
  readonly id: string;
  readonly attempts: number;
  /** A person let it pass its breaker. */
  readonly isReleased: boolean;
}

/** An action on its way. What changes on it is changed by the replay alone; it is final when the replay has ended. */
export interface ReplayedDelivery {
  readonly firing: Firing;
  readonly action: Action;
  /** The action's place in its rule. */
  readonly index: number;
  readonly window: Window | undefined;
  readonly breaker: Breaker | undefined;
  /** Milliseconds since 1970: after its delay, and within its rule's window. */
  readonly dueAtMs: number;
  /** What the log has in its place and is like it; `null`: nothing. */
  readonly recorded: RecordedInShort | null;
  /** What the log has in its place, whatever it does; `null`: nothing. */
  readonly inPlaceOf: string | null;
  state: DeliveryState;
  hasLeft: boolean;
  cancelledBy: CancelledBy | null;
  /** Milliseconds since 1970; `null`: it has not ended. */
  endedAtMs: number | null;
  /** Why it is held or dead, as a code; `null`: it is neither. */
  why: string | null;
  /** How many things are still to happen to it by themselves. */
  stepsLeft: number;
  /** Nothing can change on it any more. */
  isSettled: boolean;
  /** Called once it is settled. */
  readonly whenSettled: (() => void)[];
}

/** Whether nothing came of a delivery. */
export function cameToNothing({ state, hasLeft }: ReplayedDelivery): boolean {
  return state === "cancelled" && !hasLeft;
}

/** Whether an event may still cancel it. */
export function isOpen({ state, cancelledBy }: ReplayedDelivery): boolean {
  return cancelledBy === null && (state === "scheduled" || state === "sending" || state === "held");
}

/** Its place, if a later firing of its rule replaces it; `null`: none does. */
export function restartPlace({ action, index }: ReplayedDelivery): number | null {
  return action.restart === true ? index : null;
}

/** Something that happens to a delivery by itself. */
export type Step =
  | { readonly atMs: number; readonly what: "starts"; readonly error: string | null; readonly wasHeld: boolean }
  | {
      readonly atMs: number;
      readonly what: "ends";
      readonly error: string | null;
      readonly hasLeft: boolean;
      readonly isDead: boolean;
    }
  /** It is being sent, and then, at another time, cut off: whether it arrived is not known. */
  | { readonly atMs: number; readonly what: "is taken" | "is cut off" }
  | { readonly atMs: number; readonly what: "cancelled" }
  /** A person has retried what was dead: when is not in the log, but before it ended otherwise. */
  | { readonly atMs: number; readonly what: "retried" }
  /** It is attempted, and arrives unless something is against it. */
  | { readonly atMs: number; readonly what: "leaves" };

/** What the log has in a delivery's place: of the same sort, and made to wait alike. */
export function isLike(recorded: ExportedDelivery, action: Action, window: Window | undefined): boolean {
  const other = recorded.action;
  if (other === null) return false;
  const sort = (one: Action): string => JSON.stringify([one.type, callName(one), one.after ?? null]);
  return sort(other) === sort(action) && JSON.stringify(recorded.window ?? null) === JSON.stringify(window ?? null);
}

/** Whether its hours are those of its contact, which are not in the log. */
export function keepsOwnHours({ window }: Pick<ReplayedDelivery, "window">): boolean {
  return window?.timeZone === CONTACT_TIME_ZONE;
}

/** What becomes of a delivery, by what the log has of its like; `endMs` is where the log ends. */
export function stepsOf(
  { dueAtMs }: Pick<ReplayedDelivery, "dueAtMs">,
  recorded: ExportedDelivery | null,
  endMs: number,
): readonly Step[] {
  if (recorded === null) return [{ atMs: dueAtMs, what: "leaves" }];
  const steps: Step[] = [];
  let [wasHeld, isOver] = [false, false];
  const { attempts, state, cancelledBy } = recorded;
  const endedAtMs = recorded.endedAt === null ? null : Date.parse(recorded.endedAt);
  let cutOffMs = recorded.interruptedAt === undefined ? Infinity : Date.parse(recorded.interruptedAt);
  // Nothing cancelled it between becoming due and being taken, or it would not have been taken.
  let takenMs = dueAtMs;
  const cutOff = (byMs: number): void => {
    if (cutOffMs > byMs) return;
    steps.push({ atMs: Math.min(takenMs, cutOffMs), what: "is taken" }, { atMs: cutOffMs, what: "is cut off" });
    cutOffMs = Infinity;
  };
  for (const [at, attempt] of attempts.entries()) {
    const error = attempt.error === null ? null : codeOf(attempt.error);
    const isLast = at === attempts.length - 1;
    const atMs = Date.parse(attempt.at);
    cutOff(atMs);
    takenMs = atMs + attempt.durationMs;
    steps.push({ atMs, what: "starts", error, wasHeld });
    const hasLeft = error === null || leavesWith(error) || (isLast && recorded.hasLeft);
    const isDead = error !== null && (retryOf(error) === "never" || (isLast && state === "dead"));
    steps.push({ atMs: atMs + attempt.durationMs, what: "ends", error, hasLeft, isDead });
    wasHeld = error !== null && HELD_CODES.includes(error);
    isOver = isDead;
  }
  cutOff(endMs);
  if (isOver && state !== "dead") steps.push({ atMs: endedAtMs ?? endMs, what: "retried" });
  if (cancelledBy?.by === "operator" && endedAtMs !== null) return [...steps, { atMs: endedAtMs, what: "cancelled" }];
  // The log says what ended it, or that it still waits. If that does not come in the replay, it leaves.
  if (state === "cancelled") return [...steps, { atMs: Math.max(dueAtMs, (endedAtMs ?? dueAtMs) + 1), what: "leaves" }];
  if (state === "scheduled" || state === "sending") {
    const nextMs = recorded.dueAt === null ? dueAtMs : Date.parse(recorded.dueAt);
    return [...steps, { atMs: Math.max(nextMs, endMs + 1), what: "leaves" }];
  }
  return steps;
}

/** The code that an attempt's error begins with. */
function codeOf(error: string): string {
  return error.split(":", 1)[0] ?? "";
}

function retryOf(code: string): string | undefined {
  const known: { readonly [code: string]: string } = RETRY;
  return Object.hasOwn(known, code) ? known[code] : undefined;
}

/** How often it was attempted, as far as the log knows. */
export function attemptsOf({ attempts, interruptedAt }: ExportedDelivery): number {
  return attempts.length + (interruptedAt === undefined ? 0 : 1);
}

/** A delivery that waits. */
export function newDelivery(
  firing: Firing,
  planned: Pick<PlannedAction, "action" | "index" | "dueAtMs"> & Partial<Pick<PlannedAction, "rule">>,
  like: ExportedDelivery | null,
  inPlaceOf: string | null = like?.id ?? null,
): ReplayedDelivery {
  const { action, index, dueAtMs, rule } = planned;
  const { window, breaker } = rule ?? like ?? {};
  const recorded = like && { id: like.id, attempts: attemptsOf(like), isReleased: like.released === true };
  return {
    firing,
    action,
    index,
    window,
    breaker,
    dueAtMs,
    recorded,
    inPlaceOf,
    state: "scheduled",
    hasLeft: false,
    cancelledBy: null,
    endedAtMs: null,
    why: null,
    stepsLeft: 0,
    isSettled: false,
    whenSettled: [],
  };
}

/** Settles a delivery if nothing can change on it any more: what was sent or cancelled stays so. */
export function settle(delivery: ReplayedDelivery): void {
  const { state, stepsLeft, isSettled } = delivery;
  const isOver = state === "sent" || state === "cancelled";
  if (isSettled || !(isOver || (stepsLeft === 0 && !(isCancellable(delivery) && isOpen(delivery))))) return;
  delivery.isSettled = true;
  for (const told of delivery.whenSettled.splice(0)) told();
}

/** Whether something may cancel it: a trigger, or a later firing of its rule. */
export function isCancellable({ action }: ReplayedDelivery): boolean {
  return action.cancelOn !== undefined || action.restart === true;
}

/** What the log has in the place of a planned action, whatever it does. */
export function placedAs(
  deliveries: readonly ExportedDelivery[],
  { rule, index }: PlannedAction,
): ExportedDelivery | undefined {
  return deliveries.filter((one) => one.rule === rule.name)[index];
}

/** Ends a delivery before it begins: what cancels it has come already. */
export function bornCancelled(delivery: ReplayedDelivery, by: CancelledBy, atMs: number): void {
  Object.assign(delivery, { state: "cancelled", cancelledBy: by, endedAtMs: atMs });
  settle(delivery);
}
