// Fields that events have, in groups: what each holds, and a phrase about it for people. A kind takes a group, or part of
// one, and adds what only it has (`event-kinds.ts`). Source: HighLevel's developer documentation of each webhook, and
// published examples of webhook bodies.
import { said } from "#said";
import { MESSAGE_TYPE_STRINGS, MESSAGE_TYPE_WORDS } from "./channels.ts";

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
  type: { type: "text", about: said("the kind as it was sent, or the channel on provider messages"), always: true },
  locationId: { type: "id", about: said("the sub-account"), always: true },
  webhookId: { type: "id", about: said("the same on each retry of one delivery") },
  timestamp: { type: "time", about: said("when the webhook was made") },
  appId: { type: "id", about: said("the marketplace app") },
  versionId: { type: "id", about: said("the version of the app") },
} as const satisfies Fields;

const MESSAGE = {
  conversationId: { type: "id", about: said("the conversation") },
  messageId: { type: "id", about: said("the message; some e-mails have only emailMessageId") },
  originalMessageId: { type: "id", about: said("the message that this one is a retry of") },
  userId: { type: "id", about: said("the user who sent it; absent for automations") },
  messageType: {
    type: "text",
    about: said("the channel as HighLevel spells it; prefer channel"),
    values: MESSAGE_TYPE_WORDS,
  },
  messageTypeString: { type: "text", about: said("such as TYPE_SMS"), values: MESSAGE_TYPE_STRINGS },
  messageTypeId: { type: "number", about: said("HighLevel's number for the channel") },
  direction: { type: "text", about: said("outbound or inbound"), values: ["outbound", "inbound"] },
  body: { type: "text", about: said("the text; absent on calls, HTML on e-mail") },
  plainText: { type: "text", about: said("e-mail without its HTML") },
  contentType: { type: "text", about: said("such as text/plain") },
  attachments: {
    type: "list",
    about: said("URLs, an empty list when there are none; on a call the recording"),
    always: true,
  },
  source: {
    type: "text",
    about: said("what sent it; prefer sender"),
    values: ["workflow", "manual", "bulk_actions", "campaign", "api", "app"],
  },
  status: {
    type: "text",
    about: said("delivery status; prefer outcome"),
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
  dateAdded: { type: "time", about: said("when it was sent, or the contact was made") },
  callDuration: { type: "number", about: said("seconds; calls and voicemails only") },
  callStatus: {
    type: "text",
    about: said("calls only"),
    values: ["completed", "voicemail", "answered", "busy", "no-answer", "failed", "canceled", "pending"],
  },
  threadId: { type: "id", about: said("e-mail thread") },
  provider: { type: "text", about: said("e-mail provider, such as leadconnector") },
  to: { type: "address", about: said("as sent: text, a list or {}; prefer recipients") },
  cc: { type: "address", about: said("e-mail copies") },
  bcc: { type: "address", about: said("e-mail blind copies") },
  from: { type: "address", about: said("a phone number, or Name <address>") },
  ccList: { type: "list", about: said("e-mail copies, newer") },
  bccList: { type: "list", about: said("e-mail blind copies, newer") },
  conversationProviderId: { type: "id", about: said("the custom provider") },
  chatWidgetId: { type: "id", about: said("live chat only") },
  mentions: { type: "any", about: said("internal comments only") },
  subject: { type: "text", about: said("e-mail only") },
  emailMessageId: { type: "id", about: said("e-mail only") },
} as const satisfies Fields;

const TO_DELIVER = {
  message: { type: "text", about: said("the text of an SMS") },
  phone: { type: "text", about: said("E.164") },
  emailTo: { type: "address", about: said("text or a list") },
  emailFrom: { type: "text", about: said("From Name <address>") },
  html: { type: "text", about: said("the body of an e-mail") },
  replyToAltId: { type: "id", about: said("the message it answers") },
  customUserId: { type: "id", about: said("the user at the provider") },
} as const satisfies Fields;

const REPORTED = {
  error: { type: "object", about: said("why it failed: $.code, $.type and $.message") },
  deliveryId: { type: "id", about: said("the delivery of Afterbeep that handed the message over") },
} as const satisfies Fields;

const EMAIL_STATUS = {
  permanent: { type: "boolean", about: said("an e-mail that did not arrive never will, at this address") },
  code: { type: "text", about: said("the mail server's code: 250, 550 or 5.1.1") },
  reason: { type: "text", about: said("what the mail server said") },
  recipient: { type: "text", about: said("the address that the e-mail went to") },
  happenedAt: { type: "time", about: said("when it happened to the e-mail") },
  companyId: { type: "id", about: said("the agency") },
  webhookPayload: { type: "object", about: said("what the mail service said, as it came") },
} as const satisfies Fields;

const CONTACT = {
  id: { type: "id", about: said("the contact") },
  dnd: { type: "boolean", about: said("do not disturb on every channel; look at dndSettings too") },
  dndSettings: { type: "object", about: said("by channel: $.SMS.status is active, permanent or inactive") },
  tags: { type: "list", about: said("the whole list after the change") },
  name: { type: "text", about: said("full name") },
  firstName: { type: "text", about: said("first name") },
  lastName: { type: "text", about: said("last name") },
  email: { type: "text", about: said("e-mail address") },
  assignedTo: { type: "id", about: said("the user who owns the contact") },
  country: { type: "text", about: said("ISO 3166 code") },
} as const satisfies Fields;

const RECORD = {
  address1: { type: "text", about: said("street") },
  city: { type: "text", about: said("city") },
  state: { type: "text", about: said("state or region") },
  postalCode: { type: "text", about: said("postal code") },
  companyName: { type: "text", about: said("company") },
  website: { type: "text", about: said("website") },
  dateOfBirth: { type: "time", about: said("date of birth") },
  customFields: { type: "list", about: said("objects with id and value") },
} as const satisfies Fields;

const NOTE = {
  id: { type: "id", about: said("what it is about: the note, task, opportunity, conversation, campaign or call") },
  body: { type: "text", about: said("the text of a note or task") },
  dateAdded: { type: "time", about: said("when the note, task or opportunity was made") },
} as const satisfies Fields;

const TASK = {
  title: { type: "text", about: said("the title") },
  dueDate: { type: "time", about: said("when it is due") },
  assignedTo: { type: "id", about: said("the user who has the task or opportunity") },
} as const satisfies Fields;

const OPPORTUNITY = {
  name: { type: "text", about: said("the name of the opportunity or invoice") },
  pipelineId: { type: "id", about: said("the pipeline") },
  pipelineStageId: { type: "id", about: said("the stage in the pipeline") },
  status: { type: "text", about: said("the state of an opportunity"), values: ["open", "won", "lost", "abandoned"] },
  source: { type: "text", about: said("where the opportunity came from") },
  monetaryValue: { type: "number", about: said("what the opportunity is worth") },
} as const satisfies Fields;

const APPOINTMENT = {
  appointment: {
    type: "object",
    about: said(
      "$.appointmentStatus (confirmed, showed, noshow, cancelled), $.startTime, $.calendarId, $.assignedUserId, …",
    ),
  },
} as const satisfies Fields;

const CONVERSATION = {
  unreadCount: { type: "number", about: said("messages that nobody has read") },
  starred: { type: "boolean", about: said("the conversation has a star") },
  inbox: { type: "boolean", about: said("the conversation is in the inbox") },
  deleted: { type: "boolean", about: said("the conversation was deleted") },
} as const satisfies Fields;

const CAMPAIGN = {
  templateId: { type: "id", about: said("the campaign's template") },
  replied: { type: "any", about: said("whether the contact replied") },
} as const satisfies Fields;

const INVOICE = {
  _id: { type: "id", about: said("the invoice or order") },
  altId: { type: "id", about: said("the sub-account, where altType is location") },
  altType: { type: "text", about: said("location") },
  liveMode: { type: "boolean", about: said("no test") },
  currency: { type: "text", about: said("ISO 4217 code") },
  contactDetails: { type: "object", about: said("whom the invoice is for: $.id, $.name, $.email, $.phoneNo") },
  invoiceNumber: { type: "text", about: said("the number on the invoice") },
  issueDate: { type: "text", about: said("YYYY-MM-DD") },
  total: { type: "number", about: said("the invoice's sum") },
  amountPaid: { type: "number", about: said("what was paid") },
  amountDue: { type: "number", about: said("what is left to pay") },
} as const satisfies Fields;

const ORDER = {
  fulfillmentStatus: { type: "text", about: said("such as unfulfilled") },
  amount: { type: "number", about: said("the order's sum") },
  items: { type: "list", about: said("what was ordered") },
} as const satisfies Fields;

const VOICE_AI = {
  agentId: { type: "id", about: said("the voice agent") },
  fromNumber: { type: "text", about: said("the caller's number") },
  duration: { type: "number", about: said("seconds") },
  summary: { type: "text", about: said("what was said, in short") },
  transcript: { type: "text", about: said("what was said") },
  extractedData: { type: "object", about: said("what the agent was told to find out, by its names") },
  executedCallActions: { type: "list", about: said("what the agent did: $[?actionType=APPOINTMENT_BOOKING]") },
  trialCall: { type: "boolean", about: said("a test call") },
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
  /** What became of an e-mail. */
  emailStatus: EMAIL_STATUS,
  contact: CONTACT,
  /** The rest of a contact's record. */
  record: RECORD,
  note: NOTE,
  task: TASK,
  opportunity: OPPORTUNITY,
  appointment: APPOINTMENT,
  conversation: CONVERSATION,
  campaign: CAMPAIGN,
  invoice: INVOICE,
  order: ORDER,
  voiceAi: VOICE_AI,
} as const;

/** Some fields of a group. */
export function only<Group extends Fields>(group: Group, ...names: readonly (keyof Group & string)[]): Fields {
  return Object.fromEntries(Object.entries(group).filter(([name]) => names.includes(name)));
}

/** A group without some of its fields. */
export function allBut<Group extends Fields>(group: Group, ...names: readonly (keyof Group & string)[]): Fields {
  return Object.fromEntries(Object.entries(group).filter(([name]) => !names.includes(name)));
}
