import type { Delivery } from "../../model/delivery.ts";

/** The deliveries that one firing of a rule led to, of those that are listed; never empty. */
export type Firing = readonly [Delivery, ...Delivery[]];

/** A list of deliveries by the firing that they follow from. It keeps its order, so a firing stands where its first one does. */
export function firingsOf(deliveries: readonly Delivery[]): Firing[] {
  const firings = new Map<string, [Delivery, ...Delivery[]]>();
  for (const delivery of deliveries) {
    const { eventKey, contactId, rule } = delivery;
    const of = JSON.stringify([eventKey, contactId, rule]);
    const before = firings.get(of);
    if (before) before.push(delivery);
    else firings.set(of, [delivery]);
  }
  return [...firings.values()];
}
