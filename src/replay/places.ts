// What a replay has in the place of each delivery of the log, for events that tell of it later: whether it left.
import type { ExportedDelivery } from "../model/export.ts";
import { digests } from "./digests.ts";
import type { ReplayedDelivery } from "./delivery.ts";

export interface Places {
  /** Notes the deliveries of an event: the log's, and those that are planned. */
  note(recorded: readonly ExportedDelivery[], planned: readonly ReplayedDelivery[]): void;
  /** Whether a delivery of the log has not left in this replay, nor is it being sent. What the log has none of may have. */
  isUnsent(id: string | undefined): boolean;
}

export function newPlaces(): Places {
  /** What may still leave. */
  const open = new Map<string, ReplayedDelivery>();
  const unsent = digests();
  const settled = (id: string, { hasLeft }: ReplayedDelivery): void => {
    open.delete(id);
    if (!hasLeft) unsent.numberOf(id);
  };
  return {
    note(recorded, planned) {
      if (recorded.length === 0) return;
      const placed = new Map(planned.flatMap((one) => (one.inPlaceOf === null ? [] : [[one.inPlaceOf, one] as const])));
      for (const { id } of recorded) {
        const one = placed.get(id);
        if (one === undefined) unsent.numberOf(id);
        else if (one.isSettled) settled(id, one);
        else {
          open.set(id, one);
          one.whenSettled.push(() => settled(id, one));
        }
      }
    },
    isUnsent(id) {
      if (id === undefined) return false;
      const one = open.get(id);
      return one ? !one.hasLeft && one.state !== "sending" : unsent.has(id);
    },
  };
}
