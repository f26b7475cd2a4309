// Actions of operators in words.
import type { Json, JsonObject } from "../../kit/json.ts";
import type { AuditAction, AuditEntry } from "../../model/audit.ts";

const ACTIONS: { readonly [Action in AuditAction]: string } = {
  "delivery.retry": "Sent again",
  "delivery.release": "Released",
  "delivery.cancel": "Cancelled",
  "deliveries.retry": "Sent dead deliveries again",
  "deliveries.cancel": "Cancelled what waits",
  "deliveries.release": "Released what was held",
  "deliveries.discard": "Discarded what was held",
  "task.complete": "Completed a task",
  "contact.erase": "Erased a contact",
  "token.store": "Gave a HighLevel token",
  "token.forget": "Forgot the HighLevel token",
  "quarantine.ingest": "Took in again what could not be used",
  import: "Imported a log",
  "import.give-up": "Gave an import up",
  pause: "Paused",
  "pause.end": "Ended a pause",
  "rules.publish": "Published rules",
  "rules.activate": "Put a version in force",
  "rules.roll-back": "Rolled the rules back",
};

/** What was done, and to what: `Paused rule: voicemail-text-back, reason: …`. */
export function actionInWords({
  action,
  about,
  contactId,
}: Pick<AuditEntry, "action" | "about" | "contactId">): string {
  const what = contactId === null ? about : { ...about, contact: contactId };
  const told = Object.keys(what).length === 0 ? "" : ` ${valueInWords(what)}`;
  return `${ACTIONS[action]}${told}`;
}

/** A value in one line. */
export function valueInWords(value: JsonObject): string {
  return (
    Object.entries(value)
      .map(([name, part]) => `${name}: ${partInWords(part)}`)
      .join(", ") || "nothing"
  );
}

function partInWords(part: Json): string {
  if (part === null) return "none";
  if (typeof part !== "object") return String(part);
  if (Array.isArray(part)) return part.map(partInWords).join(", ");
  const inside = Object.entries(part).filter(([, one]) => one !== null);
  return inside.length === 0 ? "all" : inside.map(([name, one]) => `${name} ${partInWords(one)}`).join(", ");
}
