import { setTimeout as wait } from "node:timers/promises";
import type { Delivery } from "../../model/delivery.ts";
import { storyOf, type EventOutcome } from "../../local/hook-client.ts";
import type { World } from "./world.ts";

/** The states that a delivery does not leave by itself. */
const ENDED = new Set(["sent", "dead", "cancelled", "held"]);
const TRIES = 100;
const WAIT_MS = 100;

/** An event's decision and deliveries, once it is decided and each delivery has ended or waits for a future time. */
export async function settled({ target, time, locationId }: World, eventKey: string): Promise<EventOutcome> {
  for (let tries = 0; tries < TRIES; tries++) {
    const story = await storyOf(target, locationId, eventKey);
    if (story && !story.decision.deciding && story.deliveries.every((delivery) => isSettled(delivery, time.now())))
      return story;
    await wait(WAIT_MS);
  }
  throw new Error(`The deliveries of event ${eventKey} did not end within ${(TRIES * WAIT_MS) / 1_000} s`);
}

function isSettled({ state, dueAt }: Delivery, nowMs: number): boolean {
  return ENDED.has(state) || (state === "scheduled" && dueAt !== null && Date.parse(dueAt) > nowMs + WAIT_MS);
}
