// What happens to deliveries by themselves: attempts as the log tells of them, and of those that it does not know that they
// arrive when they are due, unless their contact or their breaker is against it.
import { kindOf } from "../act/kinds.ts";
import { objectionTo } from "../match/wishes.ts";
import type { CancelledBy } from "../model/delivery.ts";
import type { ExportedDelivery } from "../model/export.ts";
import { breakerCounts } from "./breaker.ts";
import { agenda } from "./clock.ts";
import type { Contact } from "./contact.ts";
import { isCancellable, isOpen, settle, stepsOf, type ReplayedDelivery, type Step } from "./delivery.ts";

export interface Pump {
  /** Lets everything happen that does by a time, milliseconds since 1970. */
  advance(toMs: number): void;
  /** `like`: what the log has of its like; `null`: nothing. */
  schedule(delivery: ReplayedDelivery, like: ExportedDelivery | null): void;
  /** Cancels a delivery; one that is being sent is cancelled if this attempt fails. */
  cancel(delivery: ReplayedDelivery, by: CancelledBy, atMs: number): void;
  /** Forgets what no breaker counts any more at a time. */
  forgetBefore(atMs: number): void;
}

/** `endMs` is where the log ends, milliseconds since 1970. */
export function startPump(contactOf: (delivery: ReplayedDelivery) => Contact | undefined, endMs: number): Pump {
  const breakers = breakerCounts();
  const due = agenda<readonly [ReplayedDelivery, Step]>();

  const advance = (toMs: number): void => {
    for (let next = due.takeBy(toMs); next; next = due.takeBy(toMs)) {
      const [delivery, one] = next;
      delivery.stepsLeft -= 1;
      step(delivery, one);
      settle(delivery);
    }
  };

  const step = (delivery: ReplayedDelivery, one: Step): void => {
    const { state } = delivery;
    switch (one.what) {
      case "cancelled":
        if (isOpen(delivery)) cancel(delivery, { by: "operator" }, one.atMs);
        return;
      case "retried":
        if (state !== "dead") return;
        reopen(delivery);
        [delivery.state, delivery.why] = ["scheduled", null];
        return;
      case "is taken":
        if (state === "scheduled") delivery.state = "sending";
        return;
      case "is cut off":
        if (state !== "sending") return;
        delivery.hasLeft = true;
        if (delivery.cancelledBy !== null) return finish(delivery, "cancelled", one.atMs);
        delivery.state = "scheduled";
        return;
      case "leaves":
        if (state !== "scheduled") return;
        return arrive(delivery, one.atMs);
      case "starts":
        if (state !== "scheduled" && state !== "dead" && !(state === "held" && one.wasHeld)) return;
        // A person has retried it.
        if (state === "dead") reopen(delivery);
        if (
          !isCounted(one.error) ||
          breakers.lets(delivery, one.atMs, one.wasHeld || delivery.recorded?.isReleased === true)
        ) {
          delivery.state = "sending";
          delivery.why = null;
        } else hold(delivery, "ACTION_BREAKER");
        return;
      case "ends":
        if (state !== "sending") return;
        // Its breaker held it then, and does not now.
        if (one.error === "ACTION_BREAKER" && breakers.lets(delivery, one.atMs, false))
          return finish(delivery, "sent", one.atMs);
        delivery.hasLeft ||= one.hasLeft;
        if (one.error === null) return finish(delivery, "sent", one.atMs);
        if (delivery.cancelledBy !== null) return finish(delivery, "cancelled", one.atMs);
        if (one.isDead) return finish(delivery, "dead", one.atMs, one.error);
        if (HELD.has(one.error)) return hold(delivery, one.error);
        delivery.state = "scheduled";
        return;
    }
  };

  /** An attempt of which the log does not tell. */
  const arrive = (delivery: ReplayedDelivery, atMs: number): void => {
    const type = kindOf(delivery.action).messages(delivery.action);
    const contact = contactOf(delivery);
    const against = type === null || !contact ? null : objectionTo(contact.optOuts, type);
    if (against) return hold(delivery, against.why === "dnd" ? "CONTACT_DND" : "CONTACT_STOPPED");
    if (!breakers.lets(delivery, atMs, delivery.recorded?.isReleased === true)) return hold(delivery, "ACTION_BREAKER");
    delivery.hasLeft = true;
    finish(delivery, "sent", atMs);
  };

  const hold = (delivery: ReplayedDelivery, why: string): void => {
    if (delivery.cancelledBy !== null) delivery.state = "cancelled";
    else [delivery.state, delivery.why] = ["held", why];
  };

  const finish = (
    delivery: ReplayedDelivery,
    state: "sent" | "dead" | "cancelled",
    atMs: number,
    why: string | null = null,
  ): void => {
    Object.assign(delivery, { state, endedAtMs: atMs, why });
    if (state !== "cancelled") delivery.cancelledBy = null;
    // A person may bring back what is dead, and the log tells of it.
    const contact = contactOf(delivery);
    if (contact && isCancellable(delivery)) contact.open = contact.open.filter((one) => one !== delivery);
  };

  const reopen = (delivery: ReplayedDelivery): void => {
    delivery.endedAtMs = null;
    if (isCancellable(delivery)) contactOf(delivery)?.open.push(delivery);
  };

  const cancel = (delivery: ReplayedDelivery, by: CancelledBy, atMs: number): void => {
    delivery.cancelledBy ??= by;
    if (delivery.state !== "sending") finish(delivery, "cancelled", atMs);
    settle(delivery);
  };

  return {
    advance,
    cancel,
    schedule(delivery, like) {
      for (const one of stepsOf(delivery, like, endMs)) {
        delivery.stepsLeft += 1;
        due.put(one.atMs, [delivery, one], rankOf(one));
      }
      settle(delivery);
    },
    forgetBefore: (atMs) => breakers.forgetBefore(atMs),
  };
}

/** Codes of attempts that are held, or never came to their breaker. */
const HELD: ReadonlySet<string> = new Set(["ACTION_BREAKER", "ACTION_PAUSED", "CONTACT_DND", "CONTACT_STOPPED"]);
const BEFORE_BREAKER: ReadonlySet<string> = new Set([
  "ACTION_PAUSED",
  "CONTACT_DND",
  "CONTACT_STOPPED",
  "CONTACT_UNKNOWN",
  "ACTION_SIZE",
]);

function isCounted(error: string | null): boolean {
  return error === null || !(BEFORE_BREAKER.has(error) || error === "ACTION_BREAKER");
}

/** Of what happens at the same time, what a breaker held then comes last: the others had been let through. */
function rankOf(one: Step): number {
  return "error" in one && one.error === "ACTION_BREAKER" ? 1 : 0;
}
