// What the demo prints: pure functions from data to lines.
import { amount } from "../../kit/amount.ts";
import type { EventOutcome, Target } from "../../local/hook-client.ts";
import { signInLink } from "../../local/project.ts";
import { actionName } from "../../act/about.ts";
import type { Delivery } from "../../model/delivery.ts";
import { isJsonObject, type Json } from "../../kit/json.ts";
import type { ReceivedWebhook } from "../../local/receiver.ts";
import type { Call } from "../../local/stand-in/faults.ts";
import type { Bounced } from "./bounced.ts";
import type { FollowUp, FollowUps, OwnMessage } from "./follow-ups.ts";
import type { ProvidedMessage, ProviderRole } from "./provider.ts";

const SHOWN_CHARACTERS = 60;
const DOES: { readonly [who in keyof FollowUps["contacts"]]: string } = {
  waits: "does nothing",
  isVip: "is tagged vip, and does nothing",
  replies: "replies two minutes after the call",
  isInDnd: "was in do not disturb for SMS before the call",
  turnsDndOn: "turns do not disturb on, two minutes after the call",
};

/** An event in short: what fired of how many rules, and what became of it. */
export function shortLines(name: string, about: string, { decision, deliveries }: EventOutcome): string[] {
  const { fired, verdicts } = decision;
  const others = verdicts.length - fired.length;
  const folded =
    fired.length === 0
      ? `none of ${amount(others, "rule")}`
      : `${fired.join(", ")}; ${amount(others, "other")} did not`;
  return [
    `  ${fired.length === 0 ? "·" : "✔"} ${name}: ${about}. Fired: ${folded}`,
    ...deliveries.map(({ action, state, dueAt }) => {
      const due = state === "scheduled" && dueAt !== null ? `, due ${dueAt}` : "";
      return `      → ${action === null ? "action" : actionName(action)} ${state}${due}`;
    }),
  ];
}

/** What to do while the demo stays up, and last where to look. */
export function pageLines({
  target,
  receiverUrl,
  highLevelUrl,
}: {
  readonly target: Pick<Target, "url" | "adminToken">;
  readonly receiverUrl: string;
  readonly highLevelUrl: string;
}): string[] {
  return [
    "",
    "The demo stays up; stop it with Ctrl-C.",
    `  Receiver  ${receiverUrl}`,
    `  HighLevel ${highLevelUrl} (a stand-in)`,
    `  Send      npm run rules send voicemail -- --set callDuration=31 --to ${target.url}`,
    `  Ask       curl -H "Authorization: Bearer ${target.adminToken ?? ""}" ${target.url}/api/locations`,
    "",
    "Why each rule fired, and why the others did not, event by event, is on the page:",
    `  ${signInLink(target.url, target.adminToken)}`,
  ];
}

/** A webhook as one line. */
export function webhookLine({ id, host, path, verified }: ReceivedWebhook): string {
  return `  ${verified ? "✔ signature verified" : "✘ signature wrong"}  ${id}  https://${host}${path}`;
}

/** What each contact got and did not get, and what became of our own text. */
export function followUpLines({ contacts, again, own }: FollowUps): string[] {
  const { waits, isVip, replies, isInDnd, turnsDndOn } = contacts;
  return [
    ...contactLines(waits, DOES.waits),
    `    · is called again at once: ${askedText(again.asked)}`,
    ...contactLines(isVip, DOES.isVip),
    ...contactLines(replies, DOES.replies),
    ...contactLines(isInDnd, DOES.isInDnd),
    ...contactLines(turnsDndOn, DOES.turnsDndOn),
    ...own.flatMap(ownLines),
  ];
}

/** What followed when an e-mail bounced. */
export function bouncedLines({ mail, atMs, story, calls }: Bounced): string[] {
  const { event, decision } = story;
  const { code, reason, messageId } = event.payload;
  return [
    `  An e-mail to ${mail.to ?? mail.contactId} bounces: ${textOf(code)} ${textOf(reason)}`,
    `    · joined to ${textOf(messageId)} of ${event.contactId}: ${decision.fired.join(", ") || "nothing"} fired`,
    ...calls.map((call) => callLine(call, atMs)),
  ];
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "?";
}

/** What the gateway got, and what HighLevel was told. */
export function providerLines({ read, failed }: ProviderRole): string[] {
  return [...providedLines(read), ...providedLines(failed)];
}

function contactLines({ name, contactId, calledMs, asked, story, calls }: FollowUp, does: string): string[] {
  return [
    `  ${name} (${contactId}) ${does}`,
    `    · ${story.decision.fired.join(", ") || "nothing"} fired: ${askedText(asked)}`,
    ...calls.map((call) => callLine(call, calledMs)),
    ...story.deliveries.flatMap(missingLine),
  ];
}

/** A call as the stand-in received it: when, what, and the status it answered. */
function callLine({ at, method, path, body, status }: Call, sinceMs: number): string {
  const text = isJsonObject(body) ? body["message"] : undefined;
  const about = isJsonObject(body) ? JSON.stringify(body) : "";
  const cut = about.length > SHOWN_CHARACTERS ? `${about.slice(0, SHOWN_CHARACTERS)}…` : about;
  const shown = typeof text === "string" ? `“${text}”` : cut;
  return `    ${status !== null && status < 300 ? "✔" : "✘"} ${sinceText(at - sinceMs)}  ${method} ${path}  ${String(status)}  ${shown}`;
}

/** What HighLevel was asked before a decision. */
function askedText(asked: readonly Call[]): string {
  if (asked.length === 0) return "HighLevel was asked nothing, the contact is known";
  return `HighLevel was asked first, ${asked.map(({ method, path }) => `${method} ${path}`).join(", ")}`;
}

/** Why an action was not performed; nothing if it was. */
function missingLine({ action, state, cancelledBy, attempts }: Delivery): string[] {
  if (state === "sent") return [];
  const what = action === null ? "action" : actionName(action);
  const why = cancelledBy?.by === "event" ? `by ${cancelledBy.trigger}` : (attempts.at(-1)?.error ?? "");
  return [`    · ${what} ${state}${why === "" ? "" : ` ${why}`}`];
}

function ownLines({ message, fired, story: { decision } }: OwnMessage): string[] {
  const guarded = decision.verdicts.filter(({ reason }) => reason === "loop-guard").length;
  return [
    `  The text to ${message.contactId} comes back as an OutboundMessage: it is ours, of delivery ${decision.sentBy ?? "?"}`,
    `    · fired ${fired.join(", ") || "nothing"}: the loop guard keeps it from ${guarded} of ${decision.verdicts.length} rules`,
  ];
}

function providedLines({ message, handedOver, reports }: ProvidedMessage): string[] {
  return [
    `  HighLevel hands over ${message.id}, and the gateway at ${handedOver.host} gets it`,
    ...reports.map((call) => callLine(call, Date.parse(message.dateAdded))),
    `    In HighLevel it is ${message.status}${message.error ? `: ${JSON.stringify(message.error)}` : ""}`,
  ];
}

/** `+5:00`, minutes and seconds. */
function sinceText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `+${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
