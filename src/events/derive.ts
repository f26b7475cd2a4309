// The derived facts: one word for what HighLevel spells in several ways. Pure readings of one payload.
import { channelWord, type ChannelWord, type Channel } from "../model/channels.ts";
import { OUTCOMES, type Outcome, type Sender } from "../model/event.ts";
import { KINDS, type EventKind } from "../model/event-kinds.ts";
import { isGiven, type Json, type JsonObject } from "../kit/json.ts";

/** The words for an outcome besides its own. */
const OTHERWISE: { readonly [spelling: string]: Outcome } = {
  undelivered: "failed",
  connected: "answered",
  cancelled: "canceled",
  // Of e-mails, as mail services word it.
  open: "opened",
  click: "clicked",
  bounce: "bounced",
  hardbounce: "bounced",
  softbounce: "bounced",
  complaint: "complained",
  spamcomplaint: "complained",
  spamreport: "complained",
  unsubscribe: "unsubscribed",
  dropped: "failed",
  rejected: "failed",
  temporaryfail: "failed",
  accepted: "pending",
  processed: "pending",
  deferred: "pending",
  optout: "opted-out",
  scheduled: "pending",
  queued: "pending",
};
const OUTCOME_OF: ReadonlyMap<string, Outcome> = new Map([
  ...OUTCOMES.flatMap((own): [string, Outcome][] => (own === "unknown" ? [] : [[own.replace("-", ""), own]])),
  ...Object.entries(OTHERWISE),
]);

/** Calls from person to person, as `typeWord()` folds them: that such a call was `completed` means that it was taken. */
const BETWEEN_PEOPLE: ReadonlySet<string> = new Set(["call", "campaigncall", "campaignmanualcall"]);
/** Outcomes of a call that never reached a mailbox. */
const NOT_TAKEN: ReadonlySet<Outcome> = new Set(["no-answer", "busy", "failed", "canceled"]);
const AUTOMATIC_SOURCES = new Set(["workflow", "bulkactions", "campaign"]);

/** The word of `channel` or `outcome` for one of HighLevel's spellings, or `null`. */
export function derivedWord(fact: string, spelling: string): string | null {
  if (fact === "channel") return channelWord(typeWord(spelling))?.channel ?? null;
  return fact === "outcome" ? (OUTCOME_OF.get(word(spelling)) ?? null) : null;
}

/** The words of `status` and `callStatus` that have a meaning, in one spelling each. */
export function outcomeSpellings(): readonly string[] {
  return ["completed", ...OUTCOME_OF.keys()];
}

/** The channel. What is an activity by either word is one; for `Custom` only `messageTypeString` can name the channel. */
export function channelOf(kind: EventKind, payload: JsonObject): Channel {
  const named = channelWord(typeWord(payload[KINDS[kind].message?.channel ?? "messageType"]));
  const other = channelWord(typeWord(payload["messageTypeString"]));
  if (named?.channel === "activity" || other?.channel === "activity") return "activity";
  if (named !== undefined && named.channel !== "custom") return named.channel;
  return other?.channel ?? named?.channel ?? "unknown";
}

/** `TYPE_SMS` is `sms`. */
function typeWord(value: Json | undefined): string {
  return word(value).replace(/^type/, "");
}

/** What the words of a message stand for, of those that are there; `undefined`: one that nobody knows. */
function wordsOf({ messageType, messageTypeString }: JsonObject): readonly (ChannelWord | undefined)[] {
  return [messageType, messageTypeString].filter(isGiven).map((name) => channelWord(typeWord(name)));
}

/** Whether a message has no word at all for what it travelled on. */
export function namesNoChannel({ messageType, messageTypeString }: JsonObject): boolean {
  return !isSaid(messageType) && !isSaid(messageTypeString);
}

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
  const words = wordsOf(payload);
  if (words.some((named) => named === undefined || named.reply === "never")) return false;
  const outcome = outcomeOf(channelOf(kind, payload), payload);
  if (words.some((named) => named?.reply === "answered") || saysCallStatus(payload)) return outcome === "answered";
  return (words.length > 0 || isSaid(payload["body"])) && ARRIVED.has(outcome);
}

/** Whether a message can be no reply whatever it says, such as a comment in public. */
export function isNoReply(payload: JsonObject): boolean {
  return wordsOf(payload).some((named) => named?.reply === "never");
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
  const named = [messageType, messageTypeString].filter(isGiven);
  return named.length > 0 && named.every((name) => BETWEEN_PEOPLE.has(typeWord(name)));
}

/** A word of HighLevel's that has no meaning here, and the field that it came in. */
export type UnknownWord = readonly [field: string, word: string];

/** The words of a message that nobody knows: its channel or its outcome is `unknown` for them, or may be wrong. */
export function unknownWordsOf(kind: EventKind, payload: JsonObject): readonly UnknownWord[] {
  const { message, hasOutcome, route } = KINDS[kind];
  // A gateway is the operator's own.
  if (route === "gateway") return [];
  const isKnown: { readonly [field: string]: (value: string) => boolean } = {
    ...(message === undefined ? {} : { [message.channel]: isChannelWord, messageTypeString: isChannelWord }),
    ...(hasOutcome === undefined ? {} : { status: isOutcomeWord, callStatus: isOutcomeWord }),
  };
  return Object.entries(isKnown).flatMap(([field, isOne]): UnknownWord[] => {
    const value = payload[field];
    return typeof value !== "string" || !isSaid(value) || isOne(value) ? [] : [[field, shortened(value)]];
  });
}

function isChannelWord(value: string): boolean {
  return channelWord(typeWord(value)) !== undefined;
}

function isOutcomeWord(value: string): boolean {
  const status = word(value);
  return status === "completed" || OUTCOME_OF.has(status);
}

function shortened(value: string): string {
  const text = value.trim();
  return text.length > MAX_SPELLING_CHARACTERS ? `${text.slice(0, MAX_SPELLING_CHARACTERS - 1)}…` : text;
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

const INTERNAL = /^internalcomments?$/;

/** Whether a message is an internal comment, which never reaches the contact. */
export function isInternal({ messageType, messageTypeString }: JsonObject): boolean {
  return [messageType, messageTypeString].some((name) => INTERNAL.test(typeWord(name)));
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
