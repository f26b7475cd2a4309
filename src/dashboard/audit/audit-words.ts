// Actions of operators in words.
import type { Json, JsonObject } from "../../kit/json.ts";
import type { AuditAction, AuditEntry } from "../../model/audit.ts";
import { canaryInWords } from "../../language/published-words.ts";

const ACTIONS: { readonly [Action in AuditAction]: string } = {
  "delivery.retry": "Sent a delivery again",
  "delivery.release": "Released a delivery",
  "delivery.cancel": "Cancelled a delivery",
  "deliveries.retry": "Sent dead deliveries again",
  "deliveries.cancel": "Cancelled what waits",
  "deliveries.release": "Released what was held",
  "deliveries.discard": "Discarded what was held",
  "task.complete": "Completed a task",
  "contact.erase": "Erased a contact",
  "location.name": "Named the location",
  "location.delete": "Deleted a location",
  "token.store": "Gave a HighLevel token",
  "token.forget": "Forgot the HighLevel token",
  "alerts.set": "Said where alerts go",
  "quarantine.ingest": "Took in again what could not be used",
  import: "Imported a log",
  "import.give-up": "Gave an import up",
  pause: "Paused",
  "pause.end": "Ended the pause of",
  "rules.publish": "Published rules",
  "rules.activate": "Changed what is in force",
  "rules.roll-back": "Rolled the rules back",
};

/** A time as people read it where they are. */
export type TimeInWords = (at: string) => string;

type Told = Pick<AuditEntry, "action" | "about" | "contactId" | "after">;

/** What was done, in a sentence of its own where there is one; the rest of what it was about. */
interface Said {
  readonly what: string;
  readonly rest: JsonObject;
}

const SAID: { readonly [Action in AuditAction]?: (entry: Told) => Said } = {
  pause: ({ about: { rule, ...rest } }) => ({ what: `${ACTIONS.pause} ${ruleInWords(rule)}`, rest }),
  "pause.end": ({ about: { rule, ...rest } }) => ({ what: `${ACTIONS["pause.end"]} ${ruleInWords(rule)}`, rest }),
  "rules.publish": ({ about: { note = "" }, after }) => ({
    what: after === null ? ACTIONS["rules.publish"] : `Published version ${partInWords(after["version"] ?? null)}`,
    rest: note === "" ? {} : { note },
  }),
  "rules.activate": ({ about }) => activationInWords(about),
};

function ruleInWords(rule: Json | undefined): string {
  return typeof rule === "string" ? `the rule ${rule}` : "the location";
}

function activationInWords({ version, for: whom, locations, share, messagesPerHour, ...rest }: JsonObject): Said {
  const name = `version ${partInWords(version ?? null)}`;
  if (whom === "all") return { what: `Put ${name} in force for all`, rest };
  if (whom === "shadow") return { what: `Put ${name} into the shadow`, rest };
  if (whom === "nobody") return { what: `Took ${name} back`, rest };
  const canary = {
    locations: Array.isArray(locations) ? locations.map(String) : [],
    share: typeof share === "number" ? share : 1,
    messagesPerHour: typeof messagesPerHour === "number" ? messagesPerHour : null,
  };
  return { what: `Made ${name} the canary, for ${canaryInWords(canary)}`, rest };
}

/** What was done, and to what: `Paused the rule voicemail-text-back, reason: …`. */
export function actionInWords(entry: Told, timeInWords: TimeInWords): string {
  const { action, about, contactId } = entry;
  const { what, rest } = SAID[action]?.(entry) ?? { what: ACTIONS[action], rest: about };
  const more = contactId === null ? rest : { ...rest, contact: contactId };
  return Object.keys(more).length === 0 ? what : `${what}, ${valueInWords(more, timeInWords)}`;
}

/** What was before and after, as far as the action does not say it; empty: nothing is left to say. */
export function changeInWords({ action, before, after }: AuditEntry, timeInWords: TimeInWords): string {
  if (after === null) return "its end was not written down";
  const told = action === "pause" ? "pause" : action === "rules.publish" ? "version" : null;
  const left = Object.fromEntries(
    Object.entries(after).filter(([name, part]) => name !== told && !(name === "held" && part === 0)),
  );
  const then = Object.keys(left).length === 0 ? "" : valueInWords(left, timeInWords);
  if (before === null || Object.values(before).every((part) => part === null)) return then;
  return `before: ${valueInWords(before, timeInWords)}${then === "" ? "" : `; after: ${then}`}`;
}

/** A value in one line. */
export function valueInWords(value: JsonObject, timeInWords: TimeInWords): string {
  return (
    Object.entries(value)
      .map(([name, part]) => `${nameInWords(name)}: ${partInWords(part, timeInWords)}`)
      .join(", ") || "nothing"
  );
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const HASH = /^[0-9a-f]{64}$/;
/** So much of a hash is shown elsewhere, too. */
const SHOWN_OF_HASH = 8;

function partInWords(part: Json, timeInWords: TimeInWords = String): string {
  if (part === null) return "none";
  if (typeof part === "string" && TIME.test(part)) return timeInWords(part);
  if (typeof part === "string" && HASH.test(part)) return part.slice(0, SHOWN_OF_HASH);
  if (typeof part !== "object") return String(part);
  if (Array.isArray(part)) return part.map((one) => partInWords(one, timeInWords)).join(", ");
  const inside = Object.entries(part).filter(([, one]) => one !== null);
  return inside.length === 0
    ? "all"
    : inside.map(([name, one]) => `${nameInWords(name)} ${partInWords(one, timeInWords)}`).join(", ");
}

/** `rule set` for `ruleSet`. */
function nameInWords(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
