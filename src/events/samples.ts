// A realistic event of every kind and channel, as HighLevel or a gateway sends it: forms from HighLevel's documentation,
// and spellings that were seen in real webhooks. Each event that is sent gets new ids and times.
import { KINDS, type HookRoute } from "../model/event-kinds.ts";
import type { JsonObject } from "../kit/json.ts";
import { contactIn, withContact } from "./contact.ts";
import { kindNamed } from "./kind-of.ts";

/** One sample: what it is, and the payload without its envelope. */
export interface Sample {
  readonly about: string;
  readonly route: HookRoute;
  readonly payload: JsonObject;
}

/** The location of every sample. */
export const LOCATION = "ve9EPM428h8vShlRW1KT";
const CONTACT = "ocQHyuzHvysMo5N5VsXc";
const CONVERSATION = "cMXX4iBzcTYzYyUTpB3A";
const USER = "p9rTJ2nLqkPvY8wZ1xKd";

const outbound: JsonObject = {
  type: "OutboundMessage",
  locationId: LOCATION,
  contactId: CONTACT,
  conversationId: CONVERSATION,
  direction: "outbound",
};
const call: JsonObject = {
  ...outbound,
  messageType: "CALL",
  messageTypeString: "TYPE_CALL",
  messageTypeId: 1,
  attachments: [],
  userId: USER,
  to: "+15550100042",
  from: "+15550100001",
  source: "app",
};
const contact: JsonObject = {
  locationId: LOCATION,
  id: CONTACT,
  firstName: "Ada",
  lastName: "Example",
  email: "ada@example.com",
  phone: "+15550100042",
  tags: ["lead"],
};
const gateway: JsonObject = {
  type: "GatewayStatus",
  locationId: LOCATION,
  contactId: CONTACT,
  recipients: ["+15550100042"],
};
const provider: JsonObject = { contactId: CONTACT, locationId: LOCATION, attachments: [], userId: USER };

const record: JsonObject = {
  ...contact,
  name: "Ada Example",
  address1: "1 Example Street",
  city: "Springfield",
  state: "IL",
  postalCode: "62701",
  country: "US",
  companyName: "Example Ltd",
  website: "https://ada.example.com",
  source: "website form",
  dateOfBirth: "1990-12-10T00:00:00.000Z",
  dnd: false,
  assignedTo: USER,
  attachments: [],
  customFields: [{ id: "BcdmQEsNgz6AVpgLVUJ0", value: "gold" }],
};
const note: JsonObject = { id: "otg8dTQqGLh3Q6iQI55w", body: "Wants a call on Monday" };
const task: JsonObject = {
  id: "UlRWGLSXh0ji5qbiGu4i",
  title: "Call back",
  body: "She asked about the quote",
  assignedTo: USER,
  dueDate: "2026-03-09T15:00:00.000Z",
};
const opportunity: JsonObject = {
  id: "wWhVuzqpRuOA1ZVWi4FC",
  name: "Kitchen for Ada",
  pipelineId: "VDm7RPYC2GLUvdpKmBfC",
  pipelineStageId: "e93ba61a-53b3-45e7-985a-c7732dbcdb69",
  status: "open",
  source: "website form",
  monetaryValue: 4_000,
  assignedTo: USER,
};
const appointment: JsonObject = {
  id: "0007BWpSzSwfiuSl0tR2",
  title: "Measuring the kitchen",
  calendarId: "BqTwX8QFwXzpegMve9EQ",
  contactId: CONTACT,
  appointmentStatus: "confirmed",
  assignedUserId: USER,
  users: [USER],
  source: "booking_widget",
  startTime: "2026-03-06T16:00:00+01:00",
  endTime: "2026-03-06T17:00:00+01:00",
};
const invoice: JsonObject = {
  _id: "6578278e879ad2646715ba9c",
  altId: LOCATION,
  altType: "location",
  status: "sent",
  liveMode: true,
  name: "Kitchen",
  title: "INVOICE",
  invoiceNumber: "19",
  currency: "USD",
  contactDetails: { id: CONTACT, name: "Ada Example", email: "ada@example.com", phoneNo: "+15550100042" },
  issueDate: "2026-03-01",
  dueDate: "2026-03-15",
  total: 999,
  amountPaid: 0,
  amountDue: 999,
};
const order: JsonObject = {
  _id: "660ed43bfdf9fc05a0de7a40",
  altId: LOCATION,
  altType: "location",
  status: "pending",
  fulfillmentStatus: "unfulfilled",
  currency: "USD",
  amount: 150.1,
  liveMode: true,
  items: [{ name: "Classic tee", qty: 1 }],
};

/** An event of a kind that is no message: HighLevel names the contact at the top level. */
function ofContact(type: string, about: string, payload: JsonObject): Sample {
  return {
    about: `${type}: ${about}`,
    route: "events",
    payload: { type, locationId: LOCATION, contactId: CONTACT, ...payload },
  };
}
/** The same of a kind that names it inside an object. */
function holding(type: string, about: string, payload: JsonObject): Sample {
  return { about: `${type}: ${about}`, route: "events", payload: { type, locationId: LOCATION, ...payload } };
}
function outboundOf(about: string, payload: JsonObject): Sample {
  return { about, route: "events", payload: { ...outbound, attachments: [], ...payload } };
}
function callOf(about: string, payload: JsonObject): Sample {
  return { about, route: "events", payload: { ...call, ...payload } };
}

/** HighLevel names no contact here; a sample does, so that it needs no e-mail before it. `--set contactId=` leaves that out. */
function emailStats(about: string, told: JsonObject): Sample {
  const headers = {
    "message-id": "<nC2fQ8sUqk1hRz5Gd7vB>",
    from: "Example Agency <hello@agency.example>",
    to: "ada@example.com",
  };
  const webhookPayload = {
    message: { attachments: [], headers, size: 1725 },
    recipient: "ada@example.com",
    tags: [`loc_${LOCATION}`],
    ...told,
  };
  return {
    about: `LCEmailStats: ${about}`,
    route: "events",
    payload: {
      type: "LCEmailStats",
      locationId: LOCATION,
      companyId: "5DP4iH6HLkQsiKESj6rh",
      contactId: CONTACT,
      webhookPayload,
    },
  };
}

/** Samples by the name that `rules send` takes. */
export const SAMPLES: { readonly [name: string]: Sample } = {
  sms: outboundOf("SMS, delivered, sent by a workflow", {
    messageType: "SMS",
    contentType: "text/plain",
    body: "See you at three.",
    source: "workflow",
    status: "delivered",
    to: "+15550100042",
    from: "+15550100001",
  }),
  email: outboundOf("Email, delivered through leadconnector", {
    messageType: "Email",
    body: "<p>Your quote is attached.</p>",
    plainText: "Your quote is attached.",
    subject: "Your quote",
    emailMessageId: "nC2fQ8sUqk1hRz5Gd7vB",
    threadId: "nC2fQ8sUqk1hRz5Gd7vB",
    provider: "leadconnector",
    to: ["ada@example.com"],
    cc: [],
    bcc: [],
    from: "Example Agency <hello@agency.example>",
    source: "manual",
    status: "delivered",
    userId: USER,
  }),
  call: callOf("Call, answered and completed", { callDuration: 120, callStatus: "completed", status: "completed" }),
  voicemail: outboundOf("Voicemail drop, landed", {
    messageType: "Voicemail",
    status: "completed",
    callDuration: 24,
    source: "workflow",
    to: "+15550100042",
    from: "+15550100001",
  }),
  fb: outboundOf("Facebook message, delivered", {
    messageType: "FB",
    contentType: "text/plain",
    body: "Thanks for writing!",
    source: "app",
    status: "delivered",
    userId: USER,
  }),
  ig: outboundOf("Instagram message, read", {
    messageType: "IG",
    contentType: "text/plain",
    body: "Thanks for writing!",
    source: "app",
    status: "read",
    userId: USER,
  }),
  gmb: outboundOf("Google Business message, sent", {
    messageType: "GMB",
    contentType: "text/plain",
    body: "We open at nine.",
    source: "app",
    status: "sent",
    userId: USER,
  }),
  "live-chat": outboundOf("Live Chat message, delivered", {
    messageType: "Live Chat",
    contentType: "text/plain",
    body: "How can we help?",
    source: "app",
    status: "delivered",
    chatWidgetId: "widget-1",
    userId: USER,
  }),

  "call-voicemail": callOf("Call that reached voicemail", {
    callDuration: 31,
    callStatus: "voicemail",
    status: "completed",
  }),
  "missed-call": callOf("Call that nobody took", { callDuration: 0, callStatus: "no-answer", status: "completed" }),
  "busy-call": callOf("Call to a busy line", { callDuration: "0", callStatus: "busy", status: "completed" }),
  "sms-failed": outboundOf("SMS that failed", {
    messageType: "SMS",
    body: "See you at three.",
    source: "workflow",
    status: "failed",
    to: "+15550100042",
    from: "+15550100001",
  }),
  whatsapp: outboundOf("WhatsApp message, delivered", {
    messageType: "WhatsApp",
    body: "See you at three.",
    source: "app",
    status: "delivered",
    userId: USER,
  }),
  rcs: outboundOf("RCS message, delivered", {
    messageType: "RCS",
    messageTypeString: "TYPE_RCS",
    body: "See you at three.",
    source: "workflow",
    status: "delivered",
    to: "+15550100042",
    from: "+15550100001",
  }),
  tiktok: outboundOf("TikTok message, delivered", {
    messageType: "TIKTOK",
    messageTypeString: "TYPE_TIKTOK",
    body: "See you at three.",
    source: "app",
    status: "delivered",
    userId: USER,
  }),
  custom: outboundOf("Message through a custom provider", {
    messageType: "Custom",
    messageTypeString: "TYPE_CUSTOM_PROVIDER_SMS",
    body: "See you at three.",
    source: "app",
    status: "delivered",
    to: {},
    from: {},
    conversationProviderId: "provider-1",
  }),
  "internal-comment": outboundOf("Internal comment, which no contact sees", {
    messageType: "InternalComment",
    body: "Call back on Monday",
    source: "app",
    status: "delivered",
    userId: USER,
    mentions: [],
  }),
  "api-sms": outboundOf("SMS sent through the API, such as our own", {
    messageType: "SMS",
    body: "Sorry we missed you.",
    source: "api",
    status: "failed",
  }),

  "provider-sms": {
    about: "SMS that a custom provider has to deliver",
    route: "provider",
    payload: { ...provider, type: "SMS", phone: "+15550100042", message: "See you at three." },
  },
  "provider-email": {
    about: "E-mail that a custom provider has to deliver",
    route: "provider",
    payload: {
      ...provider,
      type: "Email",
      emailMessageId: "nC2fQ8sUqk1hRz5Gd7vB",
      emailTo: ["ada@example.com"],
      emailFrom: "Example Agency <hello@agency.example>",
      html: "<p>Your quote is attached.</p>",
      subject: "Your quote",
    },
  },
  "provider-custom": {
    about: "Message of a custom kind that a provider has to deliver",
    route: "provider",
    payload: { ...provider, type: "Custom", phone: "+15550100042", message: "See you at three." },
  },

  reply: {
    about: "InboundMessage: the contact answers by SMS",
    route: "events",
    payload: {
      type: "InboundMessage",
      locationId: LOCATION,
      contactId: CONTACT,
      conversationId: CONVERSATION,
      direction: "inbound",
      messageType: "SMS",
      body: "Yes please",
      contentType: "text/plain",
      attachments: [],
      status: "delivered",
      from: "+15550100042",
      to: "+15550100001",
    },
  },
  "inbound-voicemail": {
    about: "InboundMessage: the contact left a voicemail",
    route: "events",
    payload: {
      type: "InboundMessage",
      locationId: LOCATION,
      contactId: CONTACT,
      conversationId: CONVERSATION,
      direction: "inbound",
      messageType: "CALL",
      status: "voicemail",
      callStatus: "voicemail",
      callDuration: 12,
      attachments: ["https://recordings.example.com/1.mp3"],
    },
  },
  reaction: {
    about: "InboundMessage: a thumbs-up, which is no reply",
    route: "events",
    payload: {
      type: "InboundMessage",
      locationId: LOCATION,
      contactId: CONTACT,
      conversationId: CONVERSATION,
      direction: "inbound",
      messageType: "SMS",
      messageTypeString: "TYPE_SMS_REACTION",
      body: "Liked “See you at three.”",
      attachments: [],
      status: "delivered",
    },
  },
  dnd: {
    about: "ContactDndUpdate: do not disturb by SMS",
    route: "events",
    payload: {
      ...contact,
      type: "ContactDndUpdate",
      dnd: false,
      dndSettings: { SMS: { status: "active", message: "STOP", code: "" } },
    },
  },
  delete: { about: "ContactDelete", route: "events", payload: { ...contact, type: "ContactDelete" } },
  tags: {
    about: "ContactTagUpdate",
    route: "events",
    payload: { ...contact, type: "ContactTagUpdate", tags: ["lead", "quoted"] },
  },
  "contact-created": holding("ContactCreate", "a form made a contact", record),
  "contact-updated": holding("ContactUpdate", "the contact got an owner and a plan", record),
  "note-created": ofContact("NoteCreate", "a note about the contact", note),
  "note-updated": ofContact("NoteUpdate", "the note was changed", note),
  "note-deleted": ofContact("NoteDelete", "the note was deleted", note),
  "task-created": ofContact("TaskCreate", "a task for the owner", task),
  "task-completed": ofContact("TaskComplete", "the task is done", task),
  "task-deleted": ofContact("TaskDelete", "the task was deleted", task),
  "appointment-booked": holding("AppointmentCreate", "booked with the widget", { appointment }),
  "appointment-missed": holding("AppointmentUpdate", "the contact did not come", {
    appointment: { ...appointment, appointmentStatus: "noshow" },
  }),
  "appointment-deleted": holding("AppointmentDelete", "deleted from the calendar", { appointment }),
  "opportunity-created": ofContact("OpportunityCreate", "a lead became an opportunity", opportunity),
  "opportunity-updated": ofContact("OpportunityUpdate", "its name changed", opportunity),
  "opportunity-won": ofContact("OpportunityStatusUpdate", "won", { ...opportunity, status: "won" }),
  "opportunity-stage": ofContact("OpportunityStageUpdate", "came to the stage of the quote", opportunity),
  "opportunity-owner": ofContact("OpportunityAssignedToUpdate", "another user has it", opportunity),
  "opportunity-value": ofContact("OpportunityMonetaryValueUpdate", "worth more", {
    ...opportunity,
    monetaryValue: 5_000,
  }),
  "opportunity-deleted": ofContact("OpportunityDelete", "deleted from the pipeline", opportunity),
  unread: ofContact("ConversationUnreadUpdate", "two messages that nobody has read", {
    id: CONVERSATION,
    unreadCount: 2,
    starred: false,
    inbox: true,
    deleted: false,
  }),
  campaign: ofContact("CampaignStatusUpdate", "the contact answered the campaign", {
    id: "2hxvXh8Fjc69SvujEWMD",
    status: "paused",
    templateId: "Y2I9XM7aO1hncuSOlc9L",
    replied: true,
  }),
  "invoice-created": holding("InvoiceCreate", "a draft", { ...invoice, status: "draft" }),
  "invoice-updated": holding("InvoiceUpdate", "its sum changed", { ...invoice, status: "draft" }),
  "invoice-sent": holding("InvoiceSent", "on its way to the contact", invoice),
  "invoice-paid": holding("InvoicePaid", "paid in full", { ...invoice, status: "paid", amountPaid: 999, amountDue: 0 }),
  "invoice-part-paid": holding("InvoicePartiallyPaid", "paid in part", {
    ...invoice,
    status: "partially_paid",
    amountPaid: 899,
    amountDue: 100,
  }),
  "invoice-void": holding("InvoiceVoid", "no longer owed", { ...invoice, status: "void" }),
  "invoice-deleted": holding("InvoiceDelete", "deleted", invoice),
  "order-placed": ofContact("OrderCreate", "placed in the shop", order),
  "order-completed": ofContact("OrderStatusUpdate", "completed", { ...order, status: "completed" }),
  "voice-ai": ofContact("VoiceAiCallEnd", "the caller asked to be called back", {
    id: "692ab4a1c3f1e2d4b5a69788",
    agentId: "agent-1",
    fromNumber: "+15550100042",
    duration: 84,
    summary: "Ada asked for the price of a kitchen and wants to be called back on Monday.",
    transcript: "bot: Hello! human: Can somebody call me back on Monday?",
    extractedData: { call_back: "yes", topic: "kitchen" },
    executedCallActions: [],
    trialCall: false,
  }),
  "email-delivered": emailStats("an e-mail was delivered", {
    event: "delivered",
    "delivery-status": { code: 250, message: "OK" },
  }),
  "email-opened": emailStats("it was opened", { event: "opened" }),
  "email-clicked": emailStats("a link in it was followed", { event: "clicked" }),
  "email-bounced": emailStats("no such mailbox, for good", {
    event: "failed",
    severity: "permanent",
    "delivery-status": { "attempt-no": 1, code: 550, message: "No such user here", "enhanced-code": "5.1.1" },
  }),
  "email-failed": emailStats("a mailbox that is full, for now", {
    event: "failed",
    severity: "temporary",
    "delivery-status": { "attempt-no": 1, code: 452, message: "Mailbox full", "enhanced-code": "4.2.2" },
  }),
  "email-complained": emailStats("the contact says that it is spam", { event: "complained" }),
  "email-unsubscribed": emailStats("the contact unsubscribed", { event: "unsubscribed" }),
  other: holding("FormSubmission", "a kind without an entry of its own: a form was sent in", {
    contactId: CONTACT,
    form: { id: "kitchen-form", name: "Ask for a quote" },
    answers: { budget: "20000", when: "this year" },
  }),
  "gateway-delivered": {
    about: "GatewayStatus: the gateway delivered a provider message",
    route: "gateway",
    payload: { ...gateway, status: "delivered" },
  },
  "gateway-failed": {
    about: "GatewayStatus: the gateway could not deliver it",
    route: "gateway",
    payload: {
      ...gateway,
      status: "failed",
      error: { code: "30003", type: "saas", message: "Unreachable destination handset" },
    },
  },
};

/** The eight channels of OutboundMessage and the two provider kinds: what the demo sends. */
export const CHANNEL_SAMPLES = ["sms", "email", "call", "voicemail", "fb", "ig", "gmb", "live-chat"] as const;

/** A payload to send: the sample with a new envelope, overridden by what the caller sets. It always names its contact. */
export function payloadOf({ payload, route }: Sample, set: JsonObject, now: Date): JsonObject {
  const kind = kindNamed(payload["type"]);
  if (kind === null) throw new Error("A sample is of a kind that is known");
  const entry = KINDS[kind];
  const has = (name: string): boolean => Object.hasOwn(entry.fields, name);
  const whole: JsonObject = {
    ...payload,
    ...(has("messageId") ? { messageId: crypto.randomUUID() } : {}),
    // A gateway has its own id in a header.
    ...(route === "gateway" ? {} : { webhookId: crypto.randomUUID() }),
    timestamp: now.toISOString(),
    ...(has("dateAdded") ? { dateAdded: now.toISOString() } : {}),
    ...set,
  };
  const contactId = contactIn(entry, payload);
  const isLost = typeof contactId === "string" && contactIn(entry, whole) === undefined;
  return isLost ? withContact(entry, whole, contactId) : whole;
}
