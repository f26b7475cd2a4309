// A sample for each of HighLevel's words for a channel: the contact writes, calls, or does what only looks like a message.
import { channelWord, foldedType, MESSAGE_TYPE_STRINGS, MESSAGE_TYPE_WORDS } from "../model/channels.ts";
import type { JsonObject } from "../kit/json.ts";
import { SAMPLES, type Sample } from "./samples.ts";

const WRITTEN: JsonObject = { body: "Yes please", contentType: "text/plain", status: "delivered" };
const ANSWERED: JsonObject = { callStatus: "answered", status: "completed", callDuration: 31 };

/** Each word with its sample: `rules send TYPE_SMS_REACTION`. */
export const WORD_SAMPLES: { readonly [word: string]: Sample } = Object.fromEntries([
  ...MESSAGE_TYPE_WORDS.map((word) => [word, sampleOf(word, "messageType")] as const),
  ...MESSAGE_TYPE_STRINGS.map((word) => [word, sampleOf(word, "messageTypeString")] as const),
]);

function sampleOf(word: string, field: string): Sample {
  const { channel = "unknown", reply = "never" } = channelWord(foldedType(word)) ?? {};
  const { body: _, messageType: __, ...payload } = SAMPLES["reply"]?.payload ?? {};
  const isCall = reply === "answered";
  const isVoicemail = channel === "voicemail";
  return {
    about: `InboundMessage: ${aboutOf(isCall, isVoicemail, reply !== "never", channel)}`,
    route: "events",
    payload: {
      ...payload,
      ...(isCall ? ANSWERED : isVoicemail ? { status: "voicemail" } : WRITTEN),
      [field]: word,
    },
  };
}

function aboutOf(isCall: boolean, isVoicemail: boolean, isReply: boolean, channel: string): string {
  if (isCall) return "a call that was answered";
  if (isVoicemail) return "a voicemail";
  if (isReply) return `a message on ${channel}`;
  return channel === "activity" ? "no message, though it looks like one" : `a comment in public on ${channel}`;
}
