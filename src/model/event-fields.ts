// Fields that events have, in groups: what each holds, and a phrase about it for people. A kind takes a group, or part of
// one, and adds what only it has (`event-kinds.ts`). Source: HighLevel's developer documentation of each webhook, and
// published examples of webhook bodies.

/**
 * `number` may arrive as text (`"120"`), and is a number as a fact. `address` is text, a list of text, or `{}`
 * (seen with custom providers). `id` is text, and `""` means absent. `time` is ISO 8601 text; a number of milliseconds
 * is converted.
 */
export type FieldType = "text" | "id" | "number" | "boolean" | "list" | "object" | "address" | "time" | "any";

/** One field of a payload. */
export interface Field {
  readonly type: FieldType;
  /** Units, and anything surprising. */
  readonly about: string;
  /** The words that have been seen. There may be others. */
  readonly values?: readonly string[];
  /** Never absent as a fact: a list that was not sent is empty. */
  readonly always?: true;
}

/** Fields by name. */
export interface Fields {
  readonly [name: string]: Field;
}

const ENVELOPE = {
  type: { type: "text", about: "the kind as it was sent, or the channel on provider messages", always: true },
  locationId: { type: "id", about: "the sub-account", always: true },
  webhookId: { type: "id", about: "the same on each retry of one delivery" },
  timestamp: { type: "time", about: "when the webhook was made" },
  appId: { type: "id", about: "the marketplace app" },
  versionId: { type: "id", about: "the version of the app" },
} as const satisfies Fields;

const MESSAGE = {
  conversationId: { type: "id", about: "the conversation" },
  messageId: { type: "id", about: "the message; some e-mails have only emailMessageId" },
  originalMessageId: { type: "id", about: "the message that this one is a retry of" },
  userId: { type: "id", about: "the user who sent it; absent for automations" },
  messageType: {
    type: "text",
    about: "the channel as HighLevel spells it; prefer channel",
    values: [
      "SMS",
      "Email",
      "Call",
      "CALL",
      "Voicemail",
      "VoiceMail",
      "FB",
      "IG",
      "GMB",
      "Live Chat",
      "WhatsApp",
      "Custom",
      "InternalComment",
    ],
  },
  messageTypeString: { type: "text", about: "such as TYPE_SMS" },
  messageTypeId: { type: "number", about: "HighLevel's number for the channel" },
  direction: { type: "text", about: "outbound or inbound", values: ["outbound", "inbound"] },
  body: { type: "text", about: "the text; absent on calls, HTML on e-mail" },
  plainText: { type: "text", about: "e-mail without its HTML" },
  contentType: { type: "text", about: "such as text/plain" },
  attachments: {
    type: "list",
    about: "URLs, an empty list when there are none; on a call the recording",
    always: true,
  },
  source: {
    type: "text",
    about: "what sent it; prefer sender",
    values: ["workflow", "manual", "bulk_actions", "campaign", "api", "app"],
  },
  status: {
    type: "text",
    about: "delivery status; prefer outcome",
    values: [
      "delivered",
      "completed",
      "voicemail",
      "sent",
      "failed",
      "undelivered",
      "pending",
      "read",
      "opened",
      "clicked",
      "connected",
      "scheduled",
      "queued",
      "opt_out",
    ],
  },
  dateAdded: { type: "time", about: "when it was sent, or the contact was made" },
  callDuration: { type: "number", about: "seconds; calls and voicemails only" },
  callStatus: {
    type: "text",
    about: "calls only",
    values: ["completed", "voicemail", "answered", "busy", "no-answer", "failed", "canceled", "pending"],
  },
  threadId: { type: "id", about: "e-mail thread" },
  provider: { type: "text", about: "e-mail provider, such as leadconnector" },
  to: { type: "address", about: "as sent: text, a list or {}; prefer recipients" },
  cc: { type: "address", about: "e-mail copies" },
  bcc: { type: "address", about: "e-mail blind copies" },
  from: { type: "address", about: "a phone number, or Name <address>" },
  ccList: { type: "list", about: "e-mail copies, newer" },
  bccList: { type: "list", about: "e-mail blind copies, newer" },
  conversationProviderId: { type: "id", about: "the custom provider" },
  chatWidgetId: { type: "id", about: "live chat only" },
  mentions: { type: "any", about: "internal comments only" },
  subject: { type: "text", about: "e-mail only" },
  emailMessageId: { type: "id", about: "e-mail only" },
} as const satisfies Fields;

const TO_DELIVER = {
  message: { type: "text", about: "the text of an SMS" },
  phone: { type: "text", about: "E.164" },
  emailTo: { type: "address", about: "text or a list" },
  emailFrom: { type: "text", about: "From Name <address>" },
  html: { type: "text", about: "the body of an e-mail" },
  replyToAltId: { type: "id", about: "the message it answers" },
  customUserId: { type: "id", about: "the user at the provider" },
} as const satisfies Fields;

const REPORTED = {
  error: { type: "object", about: "why it failed: $.code, $.type and $.message" },
  deliveryId: { type: "id", about: "the delivery of Afterbeep that handed the message over" },
} as const satisfies Fields;

const CONTACT = {
  id: { type: "id", about: "the contact" },
  dnd: { type: "boolean", about: "do not disturb on every channel; look at dndSettings too" },
  dndSettings: { type: "object", about: "by channel: $.SMS.status is active, permanent or inactive" },
  tags: { type: "list", about: "the whole list after the change" },
  name: { type: "text", about: "full name" },
  firstName: { type: "text", about: "first name" },
  lastName: { type: "text", about: "last name" },
  email: { type: "text", about: "e-mail address" },
  assignedTo: { type: "id", about: "the user who owns the contact" },
  country: { type: "text", about: "ISO 3166 code" },
} as const satisfies Fields;

/** The groups that kinds take fields from. Facts are in this order, followed by those that a kind adds. */
export const GROUPS = {
  /** The fields of every kind. */
  envelope: ENVELOPE,
  message: MESSAGE,
  /** The fields of a message that a custom provider has to deliver. */
  toDeliver: TO_DELIVER,
  /** The fields of a report on such a message. */
  reported: REPORTED,
  contact: CONTACT,
} as const;

/** Some fields of a group. */
export function only<Group extends Fields>(group: Group, ...names: readonly (keyof Group & string)[]): Fields {
  return Object.fromEntries(Object.entries(group).filter(([name]) => names.includes(name)));
}

/** A group without some of its fields. */
export function allBut<Group extends Fields>(group: Group, ...names: readonly (keyof Group & string)[]): Fields {
  return Object.fromEntries(Object.entries(group).filter(([name]) => !names.includes(name)));
}
