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
const TABLE = {
  // Derived: one spelling for what HighLevel spells in several ways.
  kind: { type: "text", kinds: EVENT_KINDS, values: EVENT_KINDS, derived: true, always: true },
  contactId: { type: "id", kinds: EVENT_KINDS, derived: true, always: true },
  channel: { type: "text", kinds: ALL_MESSAGES, values: CHANNELS, derived: true, always: true },
  outcome: { type: "text", kinds: [...MESSAGES, ...GATEWAY], values: OUTCOMES, derived: true, always: true },
  sender: {
    type: "text",
    kinds: ["OutboundMessage", "ProviderOutboundMessage"],
    values: SENDERS,
    derived: true,
    always: true,
  },
  recipients: { type: "list", kinds: [...ALL_MESSAGES, ...GATEWAY], derived: true, always: true },
  occurredAt: { type: "time", kinds: EVENT_KINDS, derived: true, always: true },
  payload: { type: "object", kinds: EVENT_KINDS, derived: true, always: true },

  localTime: { type: "text", kinds: EVENT_KINDS, derived: true, always: true },
  weekday: { type: "text", kinds: EVENT_KINDS, values: WEEKDAYS, derived: true, always: true },
  count: { type: "number", kinds: EVENT_KINDS, derived: true, always: true, params: true },
  secondsSince: { type: "number", kinds: EVENT_KINDS, derived: true, params: true },

  // The envelope and the ids.
  type: { type: "text", kinds: EVENT_KINDS, always: true },
  locationId: { type: "id", kinds: EVENT_KINDS, always: true },
  webhookId: { type: "id", kinds: EVENT_KINDS },
  timestamp: { type: "time", kinds: EVENT_KINDS },
  appId: { type: "id", kinds: EVENT_KINDS },
  versionId: { type: "id", kinds: EVENT_KINDS },
  conversationId: { type: "id", kinds: ALL_MESSAGES },
  messageId: { type: "id", kinds: [...ALL_MESSAGES, ...GATEWAY] },
  userId: { type: "id", kinds: ALL_MESSAGES },

  // Messages, out and in.
  messageType: {
    type: "text",
    kinds: MESSAGES,
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
  messageTypeString: { type: "text", kinds: MESSAGES },
  messageTypeId: { type: "number", kinds: MESSAGES },
  direction: { type: "text", kinds: MESSAGES, values: ["outbound", "inbound"] },
  body: { type: "text", kinds: MESSAGES },
  plainText: { type: "text", kinds: MESSAGES },
  contentType: { type: "text", kinds: MESSAGES },
  attachments: { type: "list", kinds: ALL_MESSAGES, always: true },
  source: {
    type: "text",
    kinds: [...MESSAGES, ...CONTACTS],
    values: ["workflow", "manual", "bulk_actions", "campaign", "api", "app"],
  },
  status: {
    type: "text",
    kinds: [...MESSAGES, ...GATEWAY],
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
  dateAdded: { type: "time", kinds: [...MESSAGES, ...CONTACTS] },
  callDuration: { type: "number", kinds: MESSAGES },
  callStatus: {
    type: "text",
    kinds: MESSAGES,
    values: ["completed", "voicemail", "answered", "busy", "no-answer", "failed", "canceled", "pending"],
  },
  threadId: { type: "id", kinds: MESSAGES },
  provider: { type: "text", kinds: MESSAGES },
  to: { type: "address", kinds: MESSAGES },
  cc: { type: "address", kinds: MESSAGES },
  bcc: { type: "address", kinds: MESSAGES },
  from: { type: "address", kinds: MESSAGES },
  ccList: { type: "list", kinds: MESSAGES },
  bccList: { type: "list", kinds: MESSAGES },
  conversationProviderId: { type: "id", kinds: ALL_MESSAGES },
  chatWidgetId: { type: "id", kinds: MESSAGES },
  mentions: { type: "any", kinds: OUT },
  subject: { type: "text", kinds: ALL_MESSAGES },
  emailMessageId: { type: "id", kinds: [...ALL_MESSAGES, ...GATEWAY] },

  // Messages that a custom provider has to deliver.
  message: { type: "text", kinds: PROVIDER },
  phone: { type: "text", kinds: [...PROVIDER, ...CONTACTS] },
  emailTo: { type: "address", kinds: PROVIDER },
  emailFrom: { type: "text", kinds: PROVIDER },
  html: { type: "text", kinds: PROVIDER },
  replyToAltId: { type: "id", kinds: PROVIDER },
  customUserId: { type: "id", kinds: PROVIDER },

  // What a gateway says of a message that it was to deliver.
  error: { type: "object", kinds: GATEWAY },
  deliveryId: { type: "id", kinds: GATEWAY },

  // Contacts.
  id: { type: "id", kinds: CONTACTS },
  dnd: { type: "boolean", kinds: CONTACTS },
  dndSettings: { type: "object", kinds: CONTACTS },
  tags: { type: "list", kinds: CONTACTS },
  name: { type: "text", kinds: CONTACTS },
  firstName: { type: "text", kinds: CONTACTS },
  lastName: { type: "text", kinds: CONTACTS },
  email: { type: "text", kinds: CONTACTS },
  assignedTo: { type: "id", kinds: CONTACTS },
  country: { type: "text", kinds: DND },
} as const satisfies { readonly [name: string]: FactEntry };

/** The name of a fact. Each has its phrase in `fact-phrases.ts`. */
export type FactName = keyof typeof TABLE;

/** Every fact by its name. */
export const FACTS: { readonly [name: string]: FactEntry } = TABLE;

const NAMES_OF = Object.fromEntries(
  EVENT_KINDS.map((kind) => [kind, Object.keys(FACTS).filter((name) => FACTS[name]?.kinds.includes(kind))]),
);

/** The names of the facts that a kind of event has. */
export function factsOfKind(kind: EventKind): readonly string[] {
  return NAMES_OF[kind] ?? [];
}

/** Words that the `params` of a fact take, by key. */
export const PARAM_WORDS: { readonly [key: string]: readonly string[] } = {
  kind: EVENT_KINDS,
  channel: CHANNELS,
  outcome: OUTCOMES,
  direction: ["inbound", "outbound"],
};
