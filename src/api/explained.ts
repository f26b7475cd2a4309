import { explain, type Decided } from "../match/decide.ts";
import type { Moment } from "../match/facts.ts";
import { isAffordable } from "../match/rule-cost.ts";
import type { Event } from "../model/event.ts";
import type { Explained } from "../model/playground.ts";
import type { Rule } from "../model/rule.ts";
import { withDraft } from "../rules/rule-set.ts";
import type { ApiPorts } from "./ports.ts";
import { isServed } from "./served.ts";

/** What would be decided on an event: in its place in the log, or where a location has none, as the first of all. */
export async function decidedNow(event: Event, ports: ApiPorts): Promise<Decided> {
  if (await isServed(event.locationId, ports)) return ports.ledger(event.locationId).explain(event);
  return explain(event, ports.ruleSet, momentOf(ports));
}

/** The same with a draft in force; `null`: it would take too long, and no ledger is kept busy with it. */
export async function decidedWith(draft: Rule, event: Event, ports: ApiPorts): Promise<Decided | null> {
  if (!isAffordable(draft, event, 0)) return null;
  if (await isServed(event.locationId, ports)) return ports.ledger(event.locationId).explainWith(draft, event);
  return explain(event, await withDraft(ports.ruleSet, draft), momentOf(ports));
}

function momentOf({ configuration, clock }: ApiPorts): Moment {
  return { nowMs: clock(), timeZone: configuration.timeZone };
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
