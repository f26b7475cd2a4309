import type { LogEntry } from "../../model/ledger.ts";
import { dayOf } from "../time/time.ts";

/** The events of one day. */
export interface LogDay {
  /** `YYYY-MM-DD` in the zone. */
  readonly day: string;
  readonly events: readonly LogEntry[];
}

/** Events grouped by the day, in `zone`, on which they were received; they keep their order. */
export function byDay(events: readonly LogEntry[], zone: string): LogDay[] {
  const days = new Map<string, LogEntry[]>();
  for (const entry of events) {
    const day = dayOf(Date.parse(entry.receivedAt), zone);
    const before = days.get(day);
    if (before) before.push(entry);
    else days.set(day, [entry]);
  }
  return [...days].map(([day, own]) => ({ day, events: own }));
}
