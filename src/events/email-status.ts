// What `LCEmailStats` says of an e-mail, in fields of our own beside what was sent: HighLevel passes on the words of its
// mail service, inside `webhookPayload`, and names no contact. Source: HighLevel's documentation of the webhook.
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { isoOf, momentMs } from "../kit/moment.ts";

/** The `type` of the webhook. */
export const EMAIL_STATS = "LCEmailStats";

const LOCATION_TAG = /^loc_(.+)$/;
/** Words for an e-mail that did not arrive. A bounce is for good unless something says otherwise; a failure is not. */
const BOUNCE = /^(hard|soft|permanent)?[-_ ]?bounced?$/i;
const FAILURE = /^(failed|failure|dropped|rejected|permanent[-_ ]?fail|undelivered)$/i;
const SOFT = /^soft|^temporary/i;
/** Codes of SMTP, plain and enhanced, for a refusal that a further attempt would meet again; 605 and so on are of the mail service. */
const FOR_GOOD = /^[56]/;
const NOT_YET = /^4/;

/** The fields that a payload of `LCEmailStats` comes to; `{}` for any other. */
export function emailStatusOf(payload: JsonObject): JsonObject {
  if (payload["type"] !== EMAIL_STATS) return {};
  const told = inside(payload, "webhookPayload");
  const delivery = inside(told, "delivery-status");
  const event = textOf(told["event"]);
  const code = textOf(delivery["enhanced-code"]) || textOf(delivery["code"]);
  const failure = event !== "" && (BOUNCE.test(event) || FAILURE.test(event));
  const permanent = failure && isForGood(event, textOf(told["severity"]), code);
  const at = momentMs(told["timestamp"]);
  return given({
    locationId: locationIn(told["tags"]),
    status: permanent ? "bounced" : event,
    ...(failure ? { permanent } : {}),
    code,
    reason: textOf(delivery["message"]) || textOf(delivery["description"]) || textOf(told["reason"]),
    recipient: textOf(told["recipient"]),
    emailMessageId: textOf(inside(inside(told, "message"), "headers")["message-id"]).replace(/^<(.*)>$/, "$1"),
    happenedAt: at === null ? "" : isoOf(at),
  });
}

function isForGood(event: string, severity: string, code: string): boolean {
  if (severity !== "") return severity.toLowerCase() === "permanent";
  if (SOFT.test(event) || NOT_YET.test(code)) return false;
  return FOR_GOOD.test(code) || BOUNCE.test(event) || /^permanent/i.test(event);
}

/** The sub-account, which stands among the tags of the e-mail as well. */
function locationIn(tags: Json | undefined): string {
  const list = Array.isArray(tags) ? tags : [];
  return list.map((tag) => LOCATION_TAG.exec(textOf(tag))?.[1] ?? "").find((id) => id !== "") ?? "";
}

function inside(holder: JsonObject, key: string): JsonObject {
  const value = holder[key];
  return isJsonObject(value) ? value : {};
}

function textOf(value: Json | undefined): string {
  return typeof value === "number" ? String(value) : typeof value === "string" ? value.trim() : "";
}

function given(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
