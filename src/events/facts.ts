// The table of facts: what a rule may ask, of what type it is, and which kinds of event have it.
// The structs that validate payloads, the facts of an event, and the admission of rules are all made from it.
import { WEEKDAYS } from "../model/window.ts";
import { CHANNELS, EVENT_KINDS, OUTCOMES, SENDERS, type EventKind } from "../model/event.ts";

/**
 * `number` also arrives as text (`"120"`), and is a number as a fact. `address` is text, a list of text, or `{}`
 * (seen with custom providers). `id` is text where `""` means absent. `time` is ISO 8601 text; a number of milliseconds becomes it.
 */
export type FactType = "text" | "id" | "number" | "boolean" | "list" | "object" | "address" | "time" | "any";

export interface FactEntry {
  readonly type: FactType;
  readonly kinds: readonly EventKind[];
  /** One phrase for people: units, and what is surprising. */
  readonly about: string;
  /** The words it takes, where they are known. A payload field may still bring others. */
  readonly values?: readonly string[];
  /** Computed by Afterbeep rather than read from the payload. */
  readonly derived?: true;
  /** Never absent. */
  readonly always?: true;
  /** Asked with `params`, of the log rather than of the event. */
  readonly params?: true;
}

const OUT: readonly EventKind[] = ["OutboundMessage"];
const PROVIDER: readonly EventKind[] = ["ProviderOutboundMessage"];
const MESSAGES: readonly EventKind[] = ["OutboundMessage", "InboundMessage"];
const ALL_MESSAGES: readonly EventKind[] = ["OutboundMessage", "ProviderOutboundMessage", "InboundMessage"];
const CONTACTS: readonly EventKind[] = ["ContactDndUpdate", "ContactDelete", "ContactTagUpdate"];
const DND: readonly EventKind[] = ["ContactDndUpdate"];
const GATEWAY: readonly EventKind[] = ["GatewayStatus"];

/** Source of the payload fields: HighLevel's developer documentation of each webhook, and deliveries that were published. */
export const FACTS: { readonly [name: string]: FactEntry } = {
  // Derived: one spelling for what HighLevel spells in several ways.
  kind: {
    type: "text",
    kinds: EVENT_KINDS,
    about: "the kind of event",
    values: EVENT_KINDS,
    derived: true,
    always: true,
  },
  contactId: {
    type: "id",
    kinds: EVENT_KINDS,
    about: "the contact; contact events send it as id",
    derived: true,
    always: true,
  },
  channel: {
    type: "text",
    kinds: ALL_MESSAGES,
    about: "what the message travelled on",
    values: CHANNELS,
    derived: true,
    always: true,
  },
  outcome: {
    type: "text",
    kinds: [...MESSAGES, ...GATEWAY],
    about: "what became of the message, from status and callStatus",
    values: OUTCOMES,
    derived: true,
    always: true,
  },
  sender: {
    type: "text",
    kinds: ["OutboundMessage", "ProviderOutboundMessage"],
    about: "who sent it",
    values: SENDERS,
    derived: true,
    always: true,
  },
  recipients: {
    type: "list",
    kinds: [...ALL_MESSAGES, ...GATEWAY],
    about: "phone numbers or addresses it went to, always a list",
    derived: true,
    always: true,
  },
  occurredAt: { type: "time", kinds: EVENT_KINDS, about: "when it happened, UTC", derived: true, always: true },
  payload: {
    type: "object",
    kinds: EVENT_KINDS,
    about: "everything as sent; reach unknown keys with a path",
    derived: true,
    always: true,
  },

  localTime: {
    type: "text",
    kinds: EVENT_KINDS,
    about: "HH:MM of the decision, in TIME_ZONE; compare with before and after",
    derived: true,
    always: true,
  },
  weekday: {
    type: "text",
    kinds: EVENT_KINDS,
    about: "the day of the decision, in TIME_ZONE",
    values: WEEKDAYS,
    derived: true,
    always: true,
  },
  count: {
    type: "number",
    kinds: EVENT_KINDS,
    about: "events of this contact that params describe, this one included",
    derived: true,
    always: true,
    params: true,
  },
  secondsSince: {
    type: "number",
    kinds: EVENT_KINDS,
    about:
      "seconds since the last event of this contact before this one that params describe; absent when there is none",
    derived: true,
    params: true,
  },

  // The envelope and the ids.
  type: {
    type: "text",
    kinds: EVENT_KINDS,
    about: "the kind as it was sent, or the channel on provider messages",
    always: true,
  },
  locationId: { type: "id", kinds: EVENT_KINDS, about: "the sub-account", always: true },
  webhookId: { type: "id", kinds: EVENT_KINDS, about: "the same on each retry of one delivery" },
  timestamp: { type: "time", kinds: EVENT_KINDS, about: "when the webhook was made" },
  appId: { type: "id", kinds: EVENT_KINDS, about: "the marketplace app" },
  versionId: { type: "id", kinds: EVENT_KINDS, about: "the version of the app" },
  conversationId: { type: "id", kinds: ALL_MESSAGES, about: "the conversation" },
  messageId: {
    type: "id",
    kinds: [...ALL_MESSAGES, ...GATEWAY],
    about: "the message; some e-mails have only emailMessageId",
  },
  userId: { type: "id", kinds: ALL_MESSAGES, about: "the user who sent it; absent for automations" },

  // Messages, out and in.
  messageType: {
    type: "text",
    kinds: MESSAGES,
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
  messageTypeString: { type: "text", kinds: MESSAGES, about: "such as TYPE_SMS" },
  messageTypeId: { type: "number", kinds: MESSAGES, about: "HighLevel's number for the channel" },
  direction: { type: "text", kinds: MESSAGES, about: "outbound or inbound", values: ["outbound", "inbound"] },
  body: { type: "text", kinds: MESSAGES, about: "the text; absent on calls, HTML on e-mail" },
  plainText: { type: "text", kinds: MESSAGES, about: "e-mail without its HTML" },
  contentType: { type: "text", kinds: MESSAGES, about: "such as text/plain" },
  attachments: {
    type: "list",
    kinds: ALL_MESSAGES,
    about: "URLs, an empty list when there are none; on a call the recording",
    always: true,
  },
  source: {
    type: "text",
    kinds: [...MESSAGES, ...CONTACTS],
    about: "what sent it; prefer sender",
    values: ["workflow", "manual", "bulk_actions", "campaign", "api", "app"],
  },
  status: {
    type: "text",
    kinds: [...MESSAGES, ...GATEWAY],
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
  dateAdded: { type: "time", kinds: [...MESSAGES, ...CONTACTS], about: "when it was sent, or the contact was made" },
  callDuration: { type: "number", kinds: MESSAGES, about: "seconds; calls and voicemails only" },
  callStatus: {
    type: "text",
    kinds: MESSAGES,
    about: "calls only",
    values: ["completed", "voicemail", "answered", "busy", "no-answer", "failed", "canceled", "pending"],
  },
  threadId: { type: "id", kinds: MESSAGES, about: "e-mail thread" },
  provider: { type: "text", kinds: MESSAGES, about: "e-mail provider, such as leadconnector" },
  to: { type: "address", kinds: MESSAGES, about: "as sent: text, a list or {}; prefer recipients" },
  cc: { type: "address", kinds: MESSAGES, about: "e-mail copies" },
  bcc: { type: "address", kinds: MESSAGES, about: "e-mail blind copies" },
  from: { type: "address", kinds: MESSAGES, about: "a phone number, or Name <address>" },
  ccList: { type: "list", kinds: MESSAGES, about: "e-mail copies, newer" },
  bccList: { type: "list", kinds: MESSAGES, about: "e-mail blind copies, newer" },
  conversationProviderId: { type: "id", kinds: ALL_MESSAGES, about: "the custom provider" },
  chatWidgetId: { type: "id", kinds: MESSAGES, about: "live chat only" },
  mentions: { type: "any", kinds: OUT, about: "internal comments only" },
  subject: { type: "text", kinds: ALL_MESSAGES, about: "e-mail only" },
  emailMessageId: { type: "id", kinds: [...ALL_MESSAGES, ...GATEWAY], about: "e-mail only" },

  // Messages that a custom provider has to deliver.
  message: { type: "text", kinds: PROVIDER, about: "the text of an SMS" },
  phone: { type: "text", kinds: [...PROVIDER, ...CONTACTS], about: "E.164" },
  emailTo: { type: "address", kinds: PROVIDER, about: "text or a list" },
  emailFrom: { type: "text", kinds: PROVIDER, about: "From Name <address>" },
  html: { type: "text", kinds: PROVIDER, about: "the body of an e-mail" },
  replyToAltId: { type: "id", kinds: PROVIDER, about: "the message it answers" },
  customUserId: { type: "id", kinds: PROVIDER, about: "the user at the provider" },

  // What a gateway says of a message that it was to deliver.
  error: { type: "object", kinds: GATEWAY, about: "why it failed: $.code, $.type and $.message" },
  deliveryId: { type: "id", kinds: GATEWAY, about: "the delivery of Afterbeep that handed the message over" },

  // Contacts.
  id: { type: "id", kinds: CONTACTS, about: "the contact" },
  dnd: { type: "boolean", kinds: CONTACTS, about: "do not disturb on every channel; look at dndSettings too" },
  dndSettings: { type: "object", kinds: CONTACTS, about: "by channel: $.SMS.status is active, permanent or inactive" },
  tags: { type: "list", kinds: CONTACTS, about: "the whole list after the change" },
  name: { type: "text", kinds: CONTACTS, about: "full name" },
  firstName: { type: "text", kinds: CONTACTS, about: "first name" },
  lastName: { type: "text", kinds: CONTACTS, about: "last name" },
  email: { type: "text", kinds: CONTACTS, about: "e-mail address" },
  assignedTo: { type: "id", kinds: CONTACTS, about: "the user who owns the contact" },
  country: { type: "text", kinds: DND, about: "ISO 3166 code" },
};

const NAMES_OF = Object.fromEntries(
  EVENT_KINDS.map((kind) => [kind, Object.keys(FACTS).filter((name) => FACTS[name]?.kinds.includes(kind))]),
);

/** The names of the facts that a kind of event has. */
export function factsOfKind(kind: EventKind): readonly string[] {
  return NAMES_OF[kind] ?? [];
}
