import { explain, type Decided } from "../match/decide.ts";
import type { Event } from "../model/event.ts";
import type { Explained } from "../model/playground.ts";
import type { Rule } from "../model/rule.ts";
import { withDraft } from "../rules/rule-set.ts";
import type { ApiPorts } from "./ports.ts";
import { isServed } from "./served.ts";

/**
 * What would be decided on an event: in its place in the log, or where a location has none, as the first of all.
 * A draft is taken to be in force.
 */
export async function decidedNow(event: Event, ports: ApiPorts, draft?: Rule): Promise<Decided> {
  if (await isServed(event.locationId, ports)) return ports.ledger(event.locationId).explain(event, draft);
  const { configuration, clock, ruleSet } = ports;
  const inForce = draft ? await withDraft(ruleSet, draft) : ruleSet;
  return explain(event, inForce, { nowMs: clock(), timeZone: configuration.timeZone });
}

/** A decision that was only asked for, its actions under the names of their rules. */
export function explained(event: Event, { decision, actions }: Decided): Explained {
  return {
    event,
    decision,
    actions: actions.map(({ rule, index, action, dueAtMs }) => ({
      rule: rule.name,
      index,
      action,
      dueAt: new Date(dueAtMs).toISOString(),
    })),
  };
}
