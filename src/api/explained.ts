import type { ExplainedRequest } from "../events/explained-event.ts";
import { plannedTold } from "../match/planned-told.ts";
import { explain } from "../match/decide.ts";
import type { Decided } from "../model/decision.ts";
import type { Moment } from "../match/facts.ts";
import { isAffordable } from "../match/rule-cost.ts";
import type { Event } from "../model/event.ts";
import type { Explained } from "../model/playground.ts";
import type { Rule } from "../model/rule.ts";
import { withDraft } from "../rules/rule-set.ts";
import type { ReadPorts } from "./ports.ts";
import { isServed } from "./served.ts";

/** What would be decided on an event: at its place in the location's log, or as the very first if there is no log. */
export async function decidedNow({ event, known }: ExplainedRequest, ports: ReadPorts): Promise<Decided> {
  if (await isServed(event.locationId, ports)) return ports.ledger(event.locationId).explain(event, known);
  return explain(event, ports.ruleSet, { ...momentOf(ports), known });
}

/** The same with a draft in force; `null` if it would take too long, so that no ledger is kept busy with it. */
export async function decidedWith(
  draft: Rule,
  { event, known }: ExplainedRequest,
  ports: ReadPorts,
): Promise<Decided | null> {
  if (!isAffordable(draft, event, 0, known)) return null;
  if (await isServed(event.locationId, ports)) return ports.ledger(event.locationId).explainWith(draft, event, known);
  return explain(event, await withDraft(ports.ruleSet, draft), { ...momentOf(ports), known });
}

function momentOf({ configuration, clock }: ReadPorts): Moment {
  return { nowMs: clock(), timeZone: configuration.timeZone };
}

/** A hypothetical decision for the API, each action with the name of its rule and with what it would send. */
export async function explained(event: Event, decided: Decided): Promise<Explained> {
  return { event, decision: decided.decision, actions: await plannedTold(event, decided) };
}
