import { dayOf } from "../time/time.ts";

/** What happened on one day. */
export interface Day<Item> {
  /** `YYYY-MM-DD` in the zone. */
  readonly day: string;
  readonly items: readonly Item[];
}

/** What happened, grouped by the day in `zone`; it keeps its order. */
export function byDay<Item extends { readonly at: string }>(items: readonly Item[], zone: string): Day<Item>[] {
  const days = new Map<string, Item[]>();
  for (const item of items) {
    const day = dayOf(Date.parse(item.at), zone);
    const before = days.get(day);
    if (before) before.push(item);
    else days.set(day, [item]);
  }
  return [...days].map(([day, own]) => ({ day, items: own }));
}
