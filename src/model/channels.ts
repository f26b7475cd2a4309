// HighLevel's words for what a message travelled on, in one table: each with its channel, and whether such a message of the
// contact's may be a reply. Facts, samples, the docs, what a STOP covers and the tests are made from it or checked against it.
// Source: HighLevel's OpenAPI files of conversations (v2 and v3, June 2026) and its webhooks, as published and as seen.
import type { DndChannel } from "./opt-out.ts";

/**
 * The channel of a message, however HighLevel spells it. An `activity` only looks like a
 * message: a reaction, a form, a note of HighLevel's own.
 */
export const CHANNELS = [
  "sms",
  "email",
  "call",
  "voicemail",
  "facebook",
  "instagram",
  "gmb",
  "live-chat",
  "whatsapp",
  "rcs",
  "tiktok",
  "custom",
  "activity",
  "unknown",
] as const;
export type Channel = (typeof CHANNELS)[number];

/**
 * What makes an inbound message a reply: that it was `written` and arrived, that the call was `answered`, or nothing does.
 * A word that nobody knows never is one: only what stands here may end a wait.
 */
type ReplyIf = "written" | "answered" | "never";

/** One channel. */
export interface ChannelEntry {
  readonly reply: ReplyIf;
  /** HighLevel's words for it, `messageType` and `messageTypeString`; case, spaces and signs do not matter, nor `TYPE_`. */
  readonly words: readonly string[];
  /** Its words for what is said in public: it is on the channel, but nobody was answered. */
  readonly comments?: readonly string[];
  /** Do not disturb that a STOP there switches on; absent: it is no place for one. */
  readonly stops?: DndChannel;
}

/** Every channel. */
export const CHANNEL_TABLE: { readonly [C in Channel]: ChannelEntry } = {
  sms: {
    reply: "written",
    stops: "SMS",
    words: [
      "SMS",
      "TYPE_SMS",
      "TYPE_CAMPAIGN_SMS",
      "TYPE_CAMPAIGN_MANUAL_SMS",
      "TYPE_SMS_REVIEW_REQUEST",
      "TYPE_SMS_NO_SHOW_REQUEST",
      "TYPE_CUSTOM_SMS",
      "TYPE_CUSTOM_PROVIDER_SMS",
      "TYPE_GROUP_SMS",
    ],
  },
  email: {
    reply: "written",
    stops: "Email",
    words: ["Email", "TYPE_EMAIL", "TYPE_CAMPAIGN_EMAIL", "TYPE_CUSTOM_EMAIL", "TYPE_CUSTOM_PROVIDER_EMAIL"],
  },
  call: {
    reply: "answered",
    words: [
      "Call",
      "CALL",
      "IVR_Call",
      "Campaign_Call",
      "TYPE_CALL",
      "TYPE_CAMPAIGN_CALL",
      "TYPE_CAMPAIGN_MANUAL_CALL",
      "TYPE_CUSTOM_CALL",
      "TYPE_IVR_CALL",
    ],
  },
  voicemail: {
    reply: "never",
    words: ["Voicemail", "VoiceMail", "Campaign_VoiceMail", "TYPE_VOICEMAIL", "TYPE_CAMPAIGN_VOICEMAIL"],
  },
  facebook: {
    reply: "written",
    stops: "FB",
    words: ["FB", "Facebook", "TYPE_FACEBOOK", "TYPE_CAMPAIGN_FACEBOOK", "TYPE_FB_MESSENGER"],
    comments: ["TYPE_FACEBOOK_COMMENT"],
  },
  instagram: {
    reply: "written",
    stops: "IG",
    words: ["IG", "Instagram", "TYPE_INSTAGRAM"],
    comments: ["TYPE_INSTAGRAM_COMMENT"],
  },
  gmb: { reply: "written", stops: "GMB", words: ["GMB", "TYPE_GMB", "TYPE_CAMPAIGN_GMB"] },
  "live-chat": {
    reply: "written",
    words: ["Live Chat", "Live_Chat", "WebChat", "ALL_IN_ONE_CHAT", "TYPE_LIVE_CHAT", "TYPE_WEBCHAT"],
  },
  whatsapp: { reply: "written", stops: "WhatsApp", words: ["WhatsApp", "TYPE_WHATSAPP"] },
  // It comes from the number that texts come from, and carriers stop both.
  rcs: { reply: "written", stops: "SMS", words: ["RCS", "TYPE_RCS"] },
  tiktok: {
    reply: "written",
    stops: "TIKTOK",
    words: ["TIKTOK", "TYPE_TIKTOK"],
    comments: ["TYPE_TIKTOK_COMMENT"],
  },
  // A message of a custom provider may name no other channel.
  custom: { reply: "written", stops: "SMS", words: ["Custom"] },
  activity: {
    reply: "never",
    words: [
      "InternalComment",
      "SMS_REACTION",
      "FORM_SUBMISSION",
      "TYPE_INTERNAL_COMMENT",
      "TYPE_INTERNAL_COMMENTS",
      "TYPE_SMS_REACTION",
      "TYPE_FORM_SUBMISSION",
      "TYPE_REVIEW",
      "TYPE_LIVE_CHAT_INFO_MESSAGE",
      "TYPE_ACTIVITY_APPOINTMENT",
      "TYPE_ACTIVITY_CONTACT",
      "TYPE_ACTIVITY_EMPLOYEE_ACTION_LOG",
      "TYPE_ACTIVITY_INVOICE",
      "TYPE_ACTIVITY_OPPORTUNITY",
      "TYPE_ACTIVITY_PAYMENT",
      "TYPE_ACTIVITY_WHATSAPP",
    ],
  },
  unknown: { reply: "never", words: [] },
};

/** What a word stands for. */
export interface ChannelWord {
  readonly channel: Channel;
  readonly reply: ReplyIf;
}

/** Further activities have this in front of their name. */
const ACTIVITY = "activity";
const ANY_ACTIVITY: ChannelWord = { channel: "activity", reply: "never" };

const KNOWN: ReadonlyMap<string, ChannelWord> = new Map(
  (Object.entries(CHANNEL_TABLE) as [Channel, ChannelEntry][]).flatMap(([channel, { reply, words, comments = [] }]) => [
    ...words.map((word): [string, ChannelWord] => [foldedType(word), { channel, reply }]),
    ...comments.map((word): [string, ChannelWord] => [foldedType(word), { channel, reply: "never" }]),
  ]),
);

/** What one of HighLevel's words stands for, folded by `foldedType`; `undefined`: nobody knows. */
export function channelWord(folded: string): ChannelWord | undefined {
  return KNOWN.get(folded) ?? (folded.startsWith(ACTIVITY) ? ANY_ACTIVITY : undefined);
}

/** A word in lower case with its letters only, and without `TYPE_`: `TYPE_SMS` is `sms`. */
export function foldedType(word: string): string {
  return word
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .replace(/^type/, "");
}

const WORDS = Object.values(CHANNEL_TABLE).flatMap(({ words, comments = [] }) => [...words, ...comments]);
const IS_STRING = /^TYPE_/;

/** The words of `messageTypeString`. */
export const MESSAGE_TYPE_STRINGS: readonly string[] = WORDS.filter((word) => IS_STRING.test(word));
/** The words of `messageType`. */
export const MESSAGE_TYPE_WORDS: readonly string[] = WORDS.filter((word) => !IS_STRING.test(word));
