// The text that a delivery would send its contact, rendered as it would be.
import { renderText } from "../act/template/template.ts";
import { callName } from "../act/about.ts";
import { plainFacts } from "../match/facts.ts";
import type { Text } from "../model/comparison.ts";
import type { Decision } from "../model/decision.ts";
import type { Event } from "../model/event.ts";
import type { Known } from "../model/known.ts";
import type { JsonObject } from "../kit/json.ts";
import { templateRoots } from "../rules/template-roots.ts";
import type { ReplayedDelivery } from "./delivery.ts";

/** The fields of a message that hold what is read, in the order in which one of them stands for it. */
const TEXT_FIELDS = ["message", "subject", "html"] as const;

/** Renders the text of a delivery. */
export function textOf(
  { action, dueAtMs, firing }: ReplayedDelivery,
  event: Event,
  { decision, known }: { readonly decision: Decision; readonly known: Known },
  rule: object,
): Text {
  const fields: { readonly [field: string]: unknown } = { ...action };
  const template = TEXT_FIELDS.map((field) => fields[field]).find((field) => typeof field === "string");
  const { eventKey, decidedAt, timeZone } = decision;
  const facts = plainFacts(event, { nowMs: Date.parse(decidedAt), timeZone });
  const named: JsonObject = { description: "", priority: 0, ...rule };
  const roots = templateRoots({ event, facts, rule: named, decision, known });
  const rendered = typeof template === "string" ? renderText(template, roots) : null;
  const { messageType } = fields;
  const name = known.contact?.["name"];
  return {
    contactId: event.contactId,
    ...(typeof name === "string" && name !== "" ? { name } : {}),
    eventKey,
    rule: firing.rule,
    messageType: typeof messageType === "string" ? messageType : (callName(action) ?? action.type),
    at: new Date(dueAtMs).toISOString(),
    text: rendered?.ok === true ? rendered.value : null,
  };
}
