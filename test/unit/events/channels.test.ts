// The words that HighLevel publishes, written down here once more, against what Afterbeep makes of each.
import {
  CHANNEL_TABLE,
  channelWord,
  MESSAGE_TYPE_STRINGS,
  MESSAGE_TYPE_WORDS,
  CHANNELS,
  type Channel,
} from "../../../src/model/channels.ts";
import { describe, expect, it } from "vitest";
import { derivedWord, unknownWordsOf } from "../../../src/events/derive.ts";
import { factsOf, guardedAs } from "../../../src/events/event.ts";
import { payloadOf } from "../../../src/events/samples.ts";
import { WORD_SAMPLES } from "../../../src/events/word-samples.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { webhookOf } from "../../../src/local/stand-in/messages.ts";
import { cancelledBy } from "../../../src/match/cancel.ts";
import { MESSAGE_TYPES } from "../../../src/model/rule.ts";
import { anEvent, MOMENT } from "../../builders.ts";

type Row = readonly [word: string, channel: Channel, isReply: boolean];

/** `messageType` of messages in the API (v2 and v3), `messageTypeString` in webhooks. */
const PUBLISHED_STRINGS: readonly Row[] = [
  ["TYPE_CALL", "call", true],
  ["TYPE_SMS", "sms", true],
  ["TYPE_RCS", "rcs", true],
  ["TYPE_EMAIL", "email", true],
  ["TYPE_SMS_REVIEW_REQUEST", "sms", true],
  ["TYPE_WEBCHAT", "live-chat", true],
  ["TYPE_SMS_NO_SHOW_REQUEST", "sms", true],
  ["TYPE_CAMPAIGN_SMS", "sms", true],
  ["TYPE_CAMPAIGN_CALL", "call", true],
  ["TYPE_CAMPAIGN_EMAIL", "email", true],
  ["TYPE_CAMPAIGN_VOICEMAIL", "voicemail", false],
  ["TYPE_FACEBOOK", "facebook", true],
  ["TYPE_CAMPAIGN_FACEBOOK", "facebook", true],
  ["TYPE_CAMPAIGN_MANUAL_CALL", "call", true],
  ["TYPE_CAMPAIGN_MANUAL_SMS", "sms", true],
  ["TYPE_GMB", "gmb", true],
  ["TYPE_CAMPAIGN_GMB", "gmb", true],
  ["TYPE_REVIEW", "activity", false],
  ["TYPE_INSTAGRAM", "instagram", true],
  ["TYPE_WHATSAPP", "whatsapp", true],
  ["TYPE_CUSTOM_SMS", "sms", true],
  ["TYPE_CUSTOM_EMAIL", "email", true],
  ["TYPE_CUSTOM_PROVIDER_SMS", "sms", true],
  ["TYPE_CUSTOM_PROVIDER_EMAIL", "email", true],
  ["TYPE_IVR_CALL", "call", true],
  ["TYPE_ACTIVITY_CONTACT", "activity", false],
  ["TYPE_ACTIVITY_INVOICE", "activity", false],
  ["TYPE_ACTIVITY_PAYMENT", "activity", false],
  ["TYPE_ACTIVITY_OPPORTUNITY", "activity", false],
  ["TYPE_LIVE_CHAT", "live-chat", true],
  ["TYPE_LIVE_CHAT_INFO_MESSAGE", "activity", false],
  ["TYPE_ACTIVITY_APPOINTMENT", "activity", false],
  ["TYPE_FACEBOOK_COMMENT", "facebook", false],
  ["TYPE_INSTAGRAM_COMMENT", "instagram", false],
  ["TYPE_CUSTOM_CALL", "call", true],
  ["TYPE_INTERNAL_COMMENT", "activity", false],
  ["TYPE_INTERNAL_COMMENTS", "activity", false],
  ["TYPE_ACTIVITY_EMPLOYEE_ACTION_LOG", "activity", false],
  ["TYPE_TIKTOK", "tiktok", true],
  ["TYPE_TIKTOK_COMMENT", "tiktok", false],
  ["TYPE_ACTIVITY_WHATSAPP", "activity", false],
  ["TYPE_FORM_SUBMISSION", "activity", false],
  ["TYPE_SMS_REACTION", "activity", false],
  // Of conversations.
  ["TYPE_GROUP_SMS", "sms", true],
  ["TYPE_FB_MESSENGER", "facebook", true],
];

/** `type` where the API takes a message in or sends one, and `messageType` of webhooks, as published and as seen. */
const PUBLISHED_TYPES: readonly Row[] = [
  ["SMS", "sms", true],
  ["RCS", "rcs", true],
  ["Email", "email", true],
  ["WhatsApp", "whatsapp", true],
  ["GMB", "gmb", true],
  ["IG", "instagram", true],
  ["FB", "facebook", true],
  ["Custom", "custom", true],
  ["WebChat", "live-chat", true],
  ["Live_Chat", "live-chat", true],
  ["Live Chat", "live-chat", true],
  ["ALL_IN_ONE_CHAT", "live-chat", true],
  ["Call", "call", true],
  ["CALL", "call", true],
  ["IVR_Call", "call", true],
  ["Campaign_Call", "call", true],
  ["Campaign_VoiceMail", "voicemail", false],
  ["Voicemail", "voicemail", false],
  ["VoiceMail", "voicemail", false],
  ["TIKTOK", "tiktok", true],
  ["FORM_SUBMISSION", "activity", false],
  ["InternalComment", "activity", false],
];
const PUBLISHED = [
  ...PUBLISHED_STRINGS.map((row) => [...row, "messageTypeString"] as const),
  ...PUBLISHED_TYPES.map((row) => [...row, "messageType"] as const),
];

/** What an answered call, a voicemail and a text came to. */
const outcomeOf = (channel: Channel): string =>
  channel === "call" ? "answered" : channel === "voicemail" ? "voicemail" : "delivered";

const isReply = async (payload: JsonObject): Promise<boolean> =>
  (await cancelledBy(anEvent({ messageType: null, ...payload }), ["reply"], MOMENT)) !== null;

describe("a published word", () => {
  it.each(PUBLISHED)("%s is %s, a reply: %s", async (word, channel, reply, field) => {
    const sample = WORD_SAMPLES[word];
    if (!sample) throw new Error(`No sample of ${word}`);
    const payload = payloadOf(sample, {}, new Date(MOMENT.nowMs));
    expect(payload[field]).toBe(word);
    expect(factsOf(anEvent({ messageType: null, ...payload }))).toMatchObject({ channel, outcome: outcomeOf(channel) });
    expect(await isReply(payload)).toBe(reply);
    expect(unknownWordsOf("InboundMessage", payload)).toEqual([]);
    expect(derivedWord("channel", word)).toBe(channel);
  });

  it.each(PUBLISHED)("%s is %s out, too, in each of its spellings", (word, channel) => {
    const bare = word.replace(/^TYPE_/, "");
    for (const messageType of [word, bare, `TYPE_${bare}`, bare.toLowerCase(), bare.replaceAll("_", " "), ` ${word} `])
      expect(factsOf(anEvent({ messageType })), messageType).toMatchObject({ channel });
  });

  it("stands in the table, and the table has no word that is not published or was not seen", () => {
    const published = new Set<string>(PUBLISHED.map(([word]) => word));
    const others = [...MESSAGE_TYPE_STRINGS, ...MESSAGE_TYPE_WORDS].filter((word) => !published.has(word));
    expect(others).toEqual(["TYPE_VOICEMAIL", "Facebook", "Instagram", "SMS_REACTION"]);
    expect([...published].filter((word) => WORD_SAMPLES[word] === undefined)).toEqual([]);
  });
});

describe("a word", () => {
  it("that nobody knows is unknown, ends no wait and is told", async () => {
    for (const payload of [
      { messageType: "Carrier Pigeon" },
      { messageType: null, messageTypeString: "TYPE_PIGEON" },
      { messageType: "SMS", messageTypeString: "TYPE_PIGEON" },
      { messageType: "Pigeon", messageTypeString: "TYPE_SMS" },
      { messageType: 7, messageTypeString: "TYPE_SMS" },
    ])
      expect(await isReply({ type: "InboundMessage", body: "Yes", ...payload }), JSON.stringify(payload)).toBe(false);
    expect(factsOf(anEvent({ messageType: "Carrier Pigeon" }))).toMatchObject({ channel: "unknown" });
    expect(channelWord("")).toBeUndefined();
  });

  it.each<[payload: JsonObject, told: readonly (readonly [string, string])[]]>([
    [{ messageType: "SMS", status: "delivered" }, []],
    [{ messageType: "Call", status: "completed", callStatus: "no answer" }, []],
    [{ messageType: "Pigeon", status: "flown" }, [["messageType", "Pigeon"], ["status", "flown"]]],
    [{ messageType: "SMS", messageTypeString: " TYPE_PIGEON " }, [["messageTypeString", "TYPE_PIGEON"]]],
    [{ messageType: "Call", callStatus: "ringing" }, [["callStatus", "ringing"]]],
    [{ messageType: "x".repeat(50) }, [["messageType", `${"x".repeat(39)}…`]]],
    [{ messageType: "", messageTypeString: null, status: 7 }, []],
  ])("is told of %j", (payload, told) =>
    expect(unknownWordsOf("OutboundMessage", { status: "sent", ...payload })).toEqual(told),
  ); // prettier-ignore

  it("for an activity wins over one for a channel", () => {
    for (const messageTypeString of ["TYPE_SMS_REACTION", "TYPE_ACTIVITY_SOMETHING_NEW", "TYPE_INTERNAL_COMMENT"])
      expect(factsOf(anEvent({ messageType: "SMS", messageTypeString }))).toMatchObject({ channel: "activity" });
  });

  it("for an internal comment guards it, wherever it stands", () => {
    for (const fields of [
      { messageType: "InternalComment" },
      { messageType: "SMS", messageTypeString: "TYPE_INTERNAL_COMMENT" },
      { messageType: null, messageTypeString: "TYPE_INTERNAL_COMMENTS" },
    ])
      expect(guardedAs(anEvent(fields))).toBe("internal");
    expect(guardedAs(anEvent({ messageType: "SMS", messageTypeString: "TYPE_SMS" }))).toBeNull();
  });
});

describe("the table of channels", () => {
  it.each(MESSAGE_TYPES)("knows the words with which the stand-in tells of a message sent as %s", (type) => {
    const at = "2026-03-04T15:30:00.000Z";
    const about = { id: "m", locationId: "l", contactId: "c", conversationId: "v", direction: "outbound" } as const;
    const message = {
      ...about,
      type,
      body: "",
      attachments: [],
      source: "api",
      status: "sent",
      dateAdded: at,
      dateUpdated: at,
    };
    const payload = webhookOf(message as Parameters<typeof webhookOf>[0]);
    expect(unknownWordsOf("OutboundMessage", payload)).toEqual([]);
    expect([derivedWord("channel", type), "sms"]).toContain(factsOf(anEvent(payload))["channel"]);
  });

  it("has every type of message that can be sent", () => {
    expect(MESSAGE_TYPES.filter((type) => derivedWord("channel", type) === null)).toEqual([]);
  });

  it("has no word for two channels", () => {
    const words = CHANNELS.flatMap((channel) => {
      const { words: own, comments = [] } = CHANNEL_TABLE[channel];
      return [...new Set([...own, ...comments].map((word) => word.toLowerCase().replace(/^type_/, "").replaceAll(/[^a-z]/g, "")))]; // prettier-ignore
    });
    expect(words.toSorted()).toEqual([...new Set(words)].toSorted());
  });
});
