// How a message looks from outside: in an export, and in the webhook that it triggers.
import type { JsonObject } from "../../kit/json.ts";
import type { Query } from "./right-call.ts";
import type { Message } from "./state.ts";

interface Channel {
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
const EMAIL = "Email";

function channelOf(type: string): Channel {
  const channel = CHANNELS[type];
  if (!channel) throw new Error("The stand-in holds a message of a channel that it does not know");
  return channel;
}

/** A message's `contentType`, which every exported message has. */
const contentType = (message: Message): string => (message.type === EMAIL ? "text/html" : "text/plain");

/** A message as GET /conversations/messages/export returns it. */
function exportedMessage(message: Message): JsonObject {
  const channel = channelOf(message.type);
  const { id, locationId, contactId, conversationId, dateAdded, body, direction, status, source } = message;
  return {
    id,
    type: channel.typeNumber,
    messageType: channel.typeString,
    locationId,
    contactId,
    conversationId,
    dateAdded,
    body,
    direction,
    status,
    contentType: contentType(message),
    attachments: [...message.attachments],
    source,
    ...(message.conversationProviderId === undefined ? {} : { conversationProviderId: message.conversationProviderId }),
  };
}

/** One page of messages by the published filters, newest first by default; without a channel, all but e-mail. */
export function exportPage(
  messages: Iterable<Message>,
  query: Query,
): { messages: JsonObject[]; total: number; nextCursor?: string } {
  const at = query["sortBy"] === "updatedAt" ? (one: Message) => one.dateUpdated : (one: Message) => one.dateAdded;
  const { startDate, endDate, channel } = query;
  const found = [...messages].filter(
    (one) =>
      one.locationId === query["locationId"] &&
      (query["contactId"] ?? one.contactId) === one.contactId &&
      (query["conversationId"] ?? one.conversationId) === one.conversationId &&
      (channel === undefined ? one.type !== EMAIL : channelOf(one.type).exported === channel) &&
      (startDate === undefined || Date.parse(one.dateAdded) >= Date.parse(startDate)) &&
      (endDate === undefined || Date.parse(one.dateAdded) <= Date.parse(endDate)),
  );
  const order = query["sortOrder"] === "asc" ? 1 : -1;
  found.sort((a, b) => order * (Date.parse(at(a)) - Date.parse(at(b)) || (a.id < b.id ? -1 : 1)));
  const limit = Number(query["limit"] ?? 100);
  const after = query["cursor"] === undefined ? -1 : found.findIndex(({ id }) => id === query["cursor"]);
  const page = found.slice(after + 1, after + 1 + limit);
  const last = page.at(-1);
  const more = after + 1 + limit < found.length;
  return {
    messages: page.map(exportedMessage),
    total: found.length,
    ...(more && last ? { nextCursor: last.id } : {}),
  };
}

/** The `OutboundMessage` that HighLevel posts after a send, without its signature. */
export function webhookOf(message: Message): JsonObject {
  const channel = channelOf(message.type);
  const { locationId, contactId, conversationId, id, direction, source, dateAdded, body } = message;
  const envelope = { webhookId: `webhook-of-${id}`, timestamp: dateAdded };
  const common = {
    type: "OutboundMessage",
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
  };
  if (message.type !== EMAIL) return { ...common, contentType: contentType(message), ...envelope };
  return {
    ...common,
    emailMessageId: message.emailMessageId ?? id,
    threadId: message.threadId ?? id,
    provider: "leadconnector",
    subject: message.subject ?? "",
    ...envelope,
  };
}
