// How a message looks from outside: what its channel is called, and the webhook that it triggers.
import type { JsonObject } from "../../kit/json.ts";
import type { Message } from "./state.ts";

/** A channel by its names. */
export interface Channel {
  readonly typeString: string;
  /** Not published: the number found in real webhooks. */
  readonly typeNumber: number;
  /** The channel's name in the export's query, if it has one. */
  readonly exported?: string;
  /** The channel's name in webhooks. */
  readonly webhook: string;
}

const CHANNELS: { readonly [type: string]: Channel } = {
  Call: { typeString: "TYPE_CALL", typeNumber: 1, exported: "Call", webhook: "CALL" },
  SMS: { typeString: "TYPE_SMS", typeNumber: 2, exported: "SMS", webhook: "SMS" },
  Email: { typeString: "TYPE_EMAIL", typeNumber: 3, exported: "Email", webhook: "Email" },
  FB: { typeString: "TYPE_FACEBOOK", typeNumber: 11, exported: "Facebook", webhook: "FB" },
  IG: { typeString: "TYPE_INSTAGRAM", typeNumber: 18, exported: "Instagram", webhook: "IG" },
  WhatsApp: { typeString: "TYPE_WHATSAPP", typeNumber: 19, exported: "WhatsApp", webhook: "WhatsApp" },
  Custom: { typeString: "TYPE_CUSTOM_PROVIDER_SMS", typeNumber: 20, webhook: "Custom" },
  Live_Chat: { typeString: "TYPE_LIVE_CHAT", typeNumber: 29, webhook: "Live Chat" },
  RCS: { typeString: "TYPE_RCS", typeNumber: 38, webhook: "RCS" },
  TIKTOK: { typeString: "TYPE_TIKTOK", typeNumber: 39, webhook: "TIKTOK" },
};
export const EMAIL = "Email";

/** The channel of a message, by the name that a send has for it. */
export function channelOf(type: string): Channel {
  const channel = CHANNELS[type];
  if (!channel) throw new Error("The stand-in holds a message of a channel that it does not know");
  return channel;
}

/** A message's `contentType`, which every exported message has. */
export const contentType = (message: Message): string => (message.type === EMAIL ? "text/html" : "text/plain");

/** The webhook that HighLevel posts of a message as it is now, without its signature: `OutboundMessage`, or `InboundMessage`. */
export function webhookOf(message: Message): JsonObject {
  const channel = channelOf(message.type);
  const { locationId, contactId, conversationId, id, direction, source, dateAdded, body } = message;
  const changes = message.states?.length ?? 0;
  const envelope = {
    webhookId: `webhook-of-${id}${changes === 0 ? "" : `-${changes}`}`,
    timestamp: message.dateUpdated,
  };
  const common = {
    type: direction === "inbound" ? "InboundMessage" : "OutboundMessage",
    locationId,
    contactId,
    conversationId,
    messageId: id,
    direction,
    source,
    dateAdded,
    body,
    messageType: channel.webhook,
    messageTypeString: channel.typeString,
    messageTypeId: channel.typeNumber,
    attachments: [...message.attachments],
    // An API send answers "pending"; by the time the webhook goes out it has been sent.
    status: message.status === "pending" ? "sent" : message.status,
    ...(message.call === undefined ? {} : { callStatus: message.call.status, callDuration: message.call.durationS }),
  };
  if (message.type !== EMAIL) return { ...common, contentType: contentType(message), ...envelope };
  return {
    ...common,
    emailMessageId: message.emailMessageId ?? id,
    threadId: message.threadId ?? id,
    provider: "leadconnector",
    subject: message.subject ?? "",
    ...(message.to === undefined ? {} : { to: [message.to] }),
    ...envelope,
  };
}
