// The derived facts: one word for what HighLevel spells in several ways. Pure readings of one payload.
import type { Channel, Outcome, Sender } from "../model/event.ts";
import { KINDS, type EventKind } from "../model/event-kinds.ts";
import type { Json, JsonObject } from "../kit/json.ts";

/** Spellings of `messageType` and of a provider message's `type`, as `word()` folds them. */
const CHANNEL_OF = tableOf<Channel>({
  sms: "sms",
  campaignsms: "sms",
  campaignmanualsms: "sms",
  smsreviewrequest: "sms",
  smsnoshowrequest: "sms",
  groupsms: "sms",
  rcs: "rcs",
  email: "email",
  campaignemail: "email",
  call: "call",
  ivrcall: "call",
  campaigncall: "call",
  campaignmanualcall: "call",
  customcall: "call",
  voicemail: "voicemail",
  campaignvoicemail: "voicemail",
  fb: "facebook",
  facebook: "facebook",
  campaignfacebook: "facebook",
  ig: "instagram",
  instagram: "instagram",
  gmb: "gmb",
  campaigngmb: "gmb",
  tiktok: "tiktok",
  livechat: "live-chat",
  webchat: "live-chat",
  allinonechat: "live-chat",
  whatsapp: "whatsapp",
  custom: "custom",
  customprovidersms: "sms",
  customprovideremail: "email",
  customsms: "sms",
  customemail: "email",
});

const OUTCOME_OF = tableOf<Outcome>({
  delivered: "delivered",
  sent: "sent",
  failed: "failed",
  undelivered: "failed",
  answered: "answered",
  connected: "answered",
  voicemail: "voicemail",
  noanswer: "no-answer",
  busy: "busy",
  canceled: "canceled",
  cancelled: "canceled",
  read: "read",
  opened: "opened",
  clicked: "clicked",
  optout: "opted-out",
  pending: "pending",
  scheduled: "pending",
  queued: "pending",
});

/** Calls from person to person, as `typeWord()` folds them: that such a call was `completed` means that it was taken. */
const BETWEEN_PEOPLE: ReadonlySet<string> = new Set(["call", "campaigncall", "campaignmanualcall"]);
/** Outcomes of a call that never reached a mailbox. */
const NOT_TAKEN: ReadonlySet<Outcome> = new Set(["no-answer", "busy", "failed", "canceled"]);
const AUTOMATIC_SOURCES = new Set(["workflow", "bulkactions", "campaign"]);

/** The word of `channel` or `outcome` for one of HighLevel's spellings, or `null`. */
export function derivedWord(fact: string, spelling: string): string | null {
  if (fact === "channel") return CHANNEL_OF.get(typeWord(spelling)) ?? null;
  return fact === "outcome" ? (OUTCOME_OF.get(word(spelling)) ?? null) : null;
}

/** The channel; for `Custom` only `messageTypeString` can name it. */
export function channelOf(kind: EventKind, payload: JsonObject): Channel {
  const named = CHANNEL_OF.get(typeWord(payload[KINDS[kind].message?.channel ?? "messageType"]));
  if (named !== undefined && named !== "custom") return named;
  return typeOf(payload) ?? named ?? "unknown";
}

/** The channel that `messageTypeString` names; `null`: none that is known. */
function typeOf(payload: JsonObject): Channel | null {
  return CHANNEL_OF.get(typeWord(payload["messageTypeString"])) ?? null;
}

/** `TYPE_SMS` is `sms`. */
function typeWord(value: Json | undefined): string {
  return word(value).replace(/^type/, "");
}

/** Channels on which people write. */
const WRITTEN: ReadonlySet<Channel> = new Set([
  "sms",
  "email",
  "facebook",
  "instagram",
  "gmb",
  "live-chat",
  "whatsapp",
  "rcs",
  "tiktok",
  "custom",
]);
/** What a message of theirs that did arrive may be said to be. */
const ARRIVED: ReadonlySet<Outcome> = new Set([
  "delivered",
  "sent",
  "read",
  "opened",
  "clicked",
  "opted-out",
  "pending",
  "unknown",
]);

/**
 * Whether an inbound message is known to be words of the contact's: a text, or a call that was answered. A reaction, a
 * comment in public, a form, a voicemail, a call that only rang, and whatever nobody has heard of are not.
 */
export function isReply(kind: EventKind, payload: JsonObject): boolean {
  const channel = channelOf(kind, payload);
  const outcome = outcomeOf(channel, payload);
  const named = word(payload["messageTypeString"]) === "" ? channel : (typeOf(payload) ?? "unknown");
  if (channel === "voicemail" || named === "voicemail") return false;
  if (channel === "call" || named === "call" || saysCallStatus(payload)) return outcome === "answered";
  const isUnnamed = payload["messageType"] == null && named === "unknown" && channel === named;
  const isWritten = isUnnamed ? isSaid(payload["body"]) : WRITTEN.has(channel) && WRITTEN.has(named);
  return isWritten && ARRIVED.has(outcome);
}

function saysCallStatus(payload: JsonObject): boolean {
  return isSaid(payload["callStatus"]);
}

function isSaid(value: Json | undefined): boolean {
  return typeof value === "string" && value.trim() !== "";
}

/**
 * The outcome. Where there is a `callStatus` it was a call, whatever the channel is called, and that decides, except that
 * either field may say `voicemail`; `completed` there means that a call between people was taken, while a bare
 * `status: completed` proves nothing, nor does either of an IVR or a custom call: a menu may have been heard. A voicemail drop that is `completed` was delivered, unless its `callStatus` says that the call failed;
 * any other completed message was at least sent.
 */
export function outcomeOf(channel: Channel, payload: JsonObject): Outcome {
  const status = word(payload["status"]);
  const callStatus = word(payload["callStatus"]);
  const isSaidOfCall = saysCallStatus(payload);
  if (channel === "call" || (isSaidOfCall && channel !== "voicemail")) {
    if (status === "voicemail" || callStatus === "voicemail") return "voicemail";
    if (callStatus === "completed" && isBetweenPeople(payload)) return "answered";
    const told = OUTCOME_OF.get(callStatus);
    if (told !== undefined) return told;
    const otherwise = OUTCOME_OF.get(status) ?? "unknown";
    // A word that nobody knows, such as "ringing", is not outweighed by one that says more.
    return isSaidOfCall && otherwise === "answered" ? "unknown" : otherwise;
  }
  if (channel === "voicemail") {
    const call = OUTCOME_OF.get(callStatus);
    if (call !== undefined && NOT_TAKEN.has(call)) return call;
  }
  if (status === "completed") return channel === "voicemail" ? "delivered" : "sent";
  return OUTCOME_OF.get(status) ?? "unknown";
}

function isBetweenPeople({ messageType, messageTypeString }: JsonObject): boolean {
  const named = [messageType, messageTypeString].filter((name) => name != null && name !== "");
  return named.length > 0 && named.every((name) => BETWEEN_PEOPLE.has(typeWord(name)));
}

/** Who sent it: `source: api` is an API call; else a user id means a person. */
export function senderOf(payload: JsonObject): Sender {
  const source = word(payload["source"]);
  if (source === "api") return "api";
  if (typeof payload["userId"] === "string" && payload["userId"] !== "") return "person";
  if (AUTOMATIC_SOURCES.has(source)) return "automation";
  return source === "app" || source === "manual" ? "person" : "automation";
}

/** The phone numbers or e-mail addresses that a message went to, whatever the form of the kind's fields for them. */
export function recipientsOf(kind: EventKind, payload: JsonObject): string[] {
  return (KINDS[kind].recipients ?? []).flatMap((name) => addresses(payload[name]));
}

/** Whether a message is an internal comment, which never reaches the contact. */
export function isInternal(payload: JsonObject): boolean {
  return typeWord(payload["messageType"]) === "internalcomment";
}

function addresses(value: Json | undefined): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === "string" && item !== "") as string[];
}

/**
 * A status as it is compared with others, its spellings folded as for the outcome: `no answer` is `no-answer`. Digits stay,
 * and what has no letters or digits is itself.
 */
export function statusWord(status: string): string {
  const text = status.normalize("NFC").trim().toLowerCase();
  return text.replaceAll(/[^\p{L}\p{M}\p{N}]/gu, "") || text;
}

const MAX_FOLDED = 1_000;
const MAX_SPELLING_CHARACTERS = 40;
const folded = new Map<string, string>();

/**
 * A word in lower case with its letters only; `""` for anything that is not text, or is longer than any spelling: a
 * status can be as long as a body. Results are cached, as the same few come again and again.
 */
function word(value: Json | undefined): string {
  if (typeof value !== "string" || value.length > MAX_SPELLING_CHARACTERS) return "";
  const known = folded.get(value);
  if (known !== undefined) return known;
  const plain = value.toLowerCase().replaceAll(/[^a-z]/g, "");
  if (folded.size >= MAX_FOLDED) folded.clear();
  folded.set(value, plain);
  return plain;
}

function tableOf<Word>(words: { readonly [spelling: string]: Word }): ReadonlyMap<string, Word> {
  return new Map(Object.entries(words));
}
