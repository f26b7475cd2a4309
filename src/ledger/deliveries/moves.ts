// A delivery as a state machine: scheduled → sending → sent | scheduled again | held | dead | cancelled, and held →
// scheduled | dead | cancelled. Each move is one pure function of the delivery's present standing; `null` says that it
// cannot be made from there. Nothing else changes a state.
import { notBefore } from "../../kit/not-before.ts";
import { hasLeft, isHeld, type AttemptOutcome } from "../../act/contract/outcome.ts";
import { retryDelayMs } from "../../act/contract/retry.ts";
import type { CancelledBy, DeliveryState } from "../../model/delivery.ts";

/** The state of a delivery, with its times. */
export interface Standing {
  readonly state: DeliveryState;
  /** Milliseconds since 1970; `null` while it is held, and once it has ended. */
  readonly dueAtMs: number | null;
  /** Attempts that failed since it was scheduled, or retried or released by hand. */
  readonly tries: number;
  /** From then on it is not tried again; `null` on deliveries from before this was stored. */
  readonly giveUpAtMs: number | null;
  /** What cancelled it; on one that is being sent: what cancels it unless this attempt succeeds. */
  readonly cancelledBy: CancelledBy | null;
  /** An attempt may have gone out to its destination, whatever came of it. */
  readonly hasLeft: boolean;
}

/** Whether nothing came of a delivery: it was cancelled before an attempt left. */
export function cameToNothing({ state, hasLeft: left }: Standing): boolean {
  return state === "cancelled" && !left;
}

/** A delivery is given up a week after it was first due, or was held, however often it was tried. */
export const GIVE_UP_AFTER_MS = 7 * 86_400_000;

/** Whether a delivery has come to its end, from which only a person brings it back. */
export function hasEnded({ state }: Standing): boolean {
  return state === "sent" || state === "dead" || state === "cancelled";
}

/** A new delivery: waiting, or already cancelled by an event that was recorded before its own. */
export function begun(dueAtMs: number, cancelledBy: CancelledBy | null): Standing {
  return cancelledBy === null
    ? waiting(dueAtMs, dueAtMs + GIVE_UP_AFTER_MS, false)
    : { state: "cancelled", dueAtMs: null, tries: 0, giveUpAtMs: null, cancelledBy, hasLeft: false };
}

/** Taken to be sent, if it waits and is due. */
export function leased(from: Standing, nowMs: number): Standing | null {
  const isDue = from.state === "scheduled" && from.dueAtMs !== null && from.dueAtMs <= nowMs;
  return isDue ? { ...from, state: "sending" } : null;
}

/** After an attempt: it ends, is held, or waits for the next one. What was sent stays sent, even if cancelled meanwhile. */
export function attempted(before: Standing, outcome: AttemptOutcome, nowMs: number, random: number): Standing | null {
  if (before.state !== "sending") return null;
  const from = hasLeft(outcome) ? { ...before, hasLeft: true } : before;
  if (outcome.done) return ended(from, "sent");
  if (isHeld(outcome)) return held(from, nowMs);
  const { retry } = outcome.error;
  const isTry = retry !== "in-turn";
  const tries = from.tries + (isTry ? 1 : 0);
  // If it was not its turn, it waits as after a first try, however often that happens.
  const delay = retry === "never" ? null : retryDelayMs(isTry ? tries : 1, random, outcome.retryAfterMs);
  const giveUpAtMs = giveUpAt(from, nowMs);
  const isGivenUp = delay === null || nowMs + delay > giveUpAtMs;
  return isGivenUp ? ended(from, "dead") : putBack({ ...from, giveUpAtMs, tries }, nowMs + delay);
}

/** Waits for a person. Nothing was sent and nothing failed, so no try is counted. */
function held(from: Standing, nowMs: number): Standing | null {
  const back = putBack(from, nowMs);
  return back?.state === "scheduled"
    ? { ...back, state: "held", dueAtMs: null, giveUpAtMs: nowMs + GIVE_UP_AFTER_MS }
    : back;
}

/** Released by a person: due now, with all its tries ahead of it. */
export function released(from: Standing, nowMs: number): Standing | null {
  return from.state === "held" ? waiting(nowMs, nowMs + GIVE_UP_AFTER_MS, from.hasLeft) : null;
}

/** Waits again, with no try counted: this attempt came to nothing, or nothing is known about how it ended. */
export function putBack(from: Standing, dueAtMs: number): Standing | null {
  if (from.state !== "sending") return null;
  if (from.cancelledBy !== null) return { ...from, state: "cancelled", dueAtMs: null };
  return { ...from, state: "scheduled", dueAtMs };
}

/** Cancelled while HighLevel was queried whether it may be sent: it is not sent. */
export function overtaken(from: Standing): Standing | null {
  return from.state === "sending" && from.cancelledBy !== null ? { ...from, state: "cancelled", dueAtMs: null } : null;
}

/** Waits for its window to open, however long that takes. */
export function deferred(from: Standing, opensAtMs: number): Standing | null {
  const back = putBack(from, opensAtMs);
  return back?.state === "scheduled" && back.giveUpAtMs !== null
    ? { ...back, giveUpAtMs: Math.max(back.giveUpAtMs, opensAtMs + GIVE_UP_AFTER_MS) }
    : back;
}

/** The object stopped while it was being sent: whether it arrived is not known, so it is due again, as it was. */
export function interrupted(from: Standing, nowMs: number): Standing | null {
  if (from.state !== "sending") return null;
  const back = { ...from, hasLeft: true };
  if (from.cancelledBy !== null) return { ...back, state: "cancelled", dueAtMs: null };
  return { ...back, state: "scheduled", dueAtMs: Math.min(from.dueAtMs ?? nowMs, nowMs) };
}

/** The clock was ahead when it was made to wait, and has been set back: it waits for as long as it was to, from now. */
export function putRight(from: Standing, waitMs: number, nowMs: number): Standing | null {
  if (from.state !== "scheduled" || from.dueAtMs === null) return null;
  const dueAtMs = notBefore(from.dueAtMs, waitMs, nowMs);
  return { ...from, dueAtMs, giveUpAtMs: notBefore(giveUpAt(from, nowMs), GIVE_UP_AFTER_MS, dueAtMs) };
}

/** Cancelled. One that is being sent is cancelled if this attempt fails; one that was sent cannot be. */
export function cancelled(from: Standing, by: CancelledBy): Standing | null {
  if (from.state === "sent") return null;
  if (from.state === "sending") return { ...from, cancelledBy: from.cancelledBy ?? by };
  return { ...from, state: "cancelled", dueAtMs: null, cancelledBy: by };
}

/** Retried by hand, with all its tries ahead of it; one that is held is released. What was sent is never repeated. */
export function retried(from: Standing, nowMs: number): Standing | null {
  if (from.state === "sent" || from.state === "sending") return null;
  return waiting(nowMs, nowMs + GIVE_UP_AFTER_MS, from.hasLeft);
}

/** Given up without another attempt: for too long its destination took nothing, or nobody released it. */
export function givenUp(from: Standing, nowMs: number): Standing | null {
  const isOver =
    from.state === "held"
      ? (from.giveUpAtMs ?? 0) <= nowMs
      : from.state === "scheduled" && giveUpAt(from, nowMs) <= nowMs;
  return isOver ? ended(from, "dead") : null;
}

/** The previous version wrote no such time, and left an old one when a delivery was retried by hand. */
function giveUpAt({ giveUpAtMs, dueAtMs }: Standing, nowMs: number): number {
  const dueMs = dueAtMs ?? nowMs;
  return giveUpAtMs === null || giveUpAtMs < dueMs ? dueMs + GIVE_UP_AFTER_MS : giveUpAtMs;
}

function waiting(dueAtMs: number, giveUpAtMs: number | null, left: boolean): Standing {
  return { state: "scheduled", dueAtMs, tries: 0, giveUpAtMs, cancelledBy: null, hasLeft: left };
}

/** What was sent or died was not cancelled, so no canceller stays. */
function ended(from: Standing, state: "sent" | "dead"): Standing {
  return { ...from, state, dueAtMs: null, cancelledBy: null };
}
