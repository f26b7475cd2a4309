// What the templates of an action can refer to: the same when it is performed and when it is tried.
import type { TemplateRoots } from "../act/template/template.ts";
import type { JsonObject } from "../kit/json.ts";
import type { Decision } from "../model/decision.ts";
import type { Event, Facts } from "../model/event.ts";
import type { Known } from "../model/known.ts";

/** What a text is rendered with. */
interface Rendered {
  readonly event: Pick<Event, "payload">;
  readonly facts: Facts;
  /** Its name, description and priority, as far as it has them. */
  readonly rule: JsonObject;
  readonly decision: Pick<Decision, "eventKey" | "decidedAt" | "ruleSet" | "fired">;
  readonly known: Known;
}

/** The roots of templates. What is not known of the contact and the location is absent, as everywhere. */
export function templateRoots({ event, facts, rule, decision, known }: Rendered): TemplateRoots {
  const { eventKey, decidedAt, ruleSet, fired } = decision;
  return {
    event: event.payload,
    facts: { ...facts },
    rule,
    decision: { eventKey, decidedAt, ruleSet, fired: [...fired] },
    contact: known.contact ?? {},
    location: known.location ?? {},
  };
}
