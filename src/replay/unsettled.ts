// What has to wait until nothing can change any more on the deliveries of an event, in either replay.
import type { ReplayedDelivery } from "./delivery.ts";

/** What is done with an event then. */
interface Until {
  done(): void;
  /** Lets go of the event, whose place is taken by what will be needed of it. */
  letGo(): void;
}

export interface Unsettled {
  /** `deliveries`: those of both replays. */
  add(deliveries: readonly ReplayedDelivery[], until: Until): void;
  /** Does the rest: the replays have come to their end. */
  end(): void;
}

/** How many events are held whole at most, while they wait. */
const MOST_HELD = 1_024;

export function untilSettled(): Unsettled {
  /** In the order of the log. */
  const waiting = new Set<Until>();
  /** Of those, what is held whole. */
  const held = new Set<Until>();
  return {
    add(deliveries, until) {
      let left = 0;
      for (const delivery of deliveries) {
        if (delivery.isSettled) continue;
        left += 1;
        delivery.whenSettled.push(() => {
          left -= 1;
          if (left > 0) return;
          waiting.delete(until);
          held.delete(until);
          until.done();
        });
      }
      if (left === 0) return until.done();
      waiting.add(until);
      held.add(until);
      if (held.size <= MOST_HELD) return;
      const [oldest] = held;
      if (!oldest) return;
      held.delete(oldest);
      oldest.letGo();
    },
    end() {
      for (const until of waiting) until.done();
      waiting.clear();
    },
  };
}
