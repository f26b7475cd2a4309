// What happened with a contact, in one order: its events, and what became of what followed from them.
import type { Delivery } from "../../model/delivery.ts";
import type { LogEntry } from "../../model/ledger.ts";

/** Something that happened, and when: ISO 8601, UTC. */
export type Happening =
  | { readonly at: string; readonly entry: LogEntry; readonly delivery?: undefined }
  | { readonly at: string; readonly delivery: Delivery; readonly entry?: undefined };

/** A page of the log between others. */
interface Bounds {
  readonly isNewest: boolean;
  readonly isOldest: boolean;
}

/**
 * Events of a page and the deliveries that ended while they came, newest first; what followed from an event in the same
 * moment stands above it. What waits has not happened yet.
 */
export function timelineOf(
  events: readonly LogEntry[],
  deliveries: readonly Delivery[],
  { isNewest, isOldest }: Bounds,
): Happening[] {
  const from = isOldest ? "" : (events.at(-1)?.receivedAt ?? "");
  const until = isNewest ? "~" : (events[0]?.receivedAt ?? "");
  const ended = deliveries.flatMap((delivery): Happening[] => {
    const at = endOf(delivery);
    return at === null || at < from || at >= until ? [] : [{ at, delivery }];
  });
  const came = events.map((entry): Happening => ({ at: entry.receivedAt, entry }));
  // A stable sort keeps what ended above what came then.
  return [...ended, ...came].toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function endOf({ state, endedAt, attempts, decidedAt }: Delivery): string | null {
  if (state === "scheduled" || state === "sending") return null;
  return endedAt ?? attempts.at(-1)?.at ?? decidedAt;
}
