// Fields that events have, in groups: what each holds, and a phrase about it for people. A kind takes a group, or part of
// one, and adds what only it has (`event-kinds.ts`). Source: HighLevel's developer documentation of each webhook, and
// published examples of webhook bodies.
import { about } from "#said";
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
  type: { type: "text", ...about("the kind as it was sent, or the channel on provider messages"), always: true },
  locationId: { type: "id", ...about("the sub-account"), always: true },
  webhookId: { type: "id", ...about("the same on each retry of one delivery") },
  timestamp: { type: "time", ...about("when the webhook was made") },
  appId: { type: "id", ...about("the marketplace app") },
  versionId: { type: "id", ...about("the version of the app") },
} as const satisfies Fields;

const MESSAGE = {
  conversationId: { type: "id", ...about("the conversation") },
  messageId: { type: "id", ...about("the message; some e-mails have only emailMessageId") },
  originalMessageId: { type: "id", ...about("the message that this one is a retry of") },
  userId: { type: "id", ...about("the user who sent it; absent for automations") },
  messageType: {
    type: "text",
    ...about("the channel as HighLevel spells it; prefer channel"),
    values: MESSAGE_TYPE_WORDS,
  },
  messageTypeString: { type: "text", ...about("such as TYPE_SMS"), values: MESSAGE_TYPE_STRINGS },
  messageTypeId: { type: "number", ...about("HighLevel's number for the channel") },
  direction: { type: "text", ...about("outbound or inbound"), values: ["outbound", "inbound"] },
  body: { type: "text", ...about("the text; absent on calls, HTML on e-mail") },
  plainText: { type: "text", ...about("e-mail without its HTML") },
  contentType: { type: "text", ...about("such as text/plain") },
  attachments: {
    type: "list",
    ...about("URLs, an empty list when there are none; on a call the recording"),
    always: true,
  },
  source: {
    type: "text",
    ...about("what sent it; prefer sender"),
    values: ["workflow", "manual", "bulk_actions", "campaign", "api", "app"],
  },
  status: {
    type: "text",
    ...about("delivery status; prefer outcome"),
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
  dateAdded: { type: "time", ...about("when it was sent, or the contact was made") },
  callDuration: { type: "number", ...about("seconds; calls and voicemails only") },
  callStatus: {
    type: "text",
    ...about("calls only"),
    values: ["completed", "voicemail", "answered", "busy", "no-answer", "failed", "canceled", "pending"],
  },
  threadId: { type: "id", ...about("e-mail thread") },
  provider: { type: "text", ...about("e-mail provider, such as leadconnector") },
  to: { type: "address", ...about("as sent: text, a list or {}; prefer recipients") },
  cc: { type: "address", ...about("e-mail copies") },
  bcc: { type: "address", ...about("e-mail blind copies") },
  from: { type: "address", ...about("a phone number, or Name <address>") },
  ccList: { type: "list", ...about("e-mail copies, newer") },
  bccList: { type: "list", ...about("e-mail blind copies, newer") },
  conversationProviderId: { type: "id", ...about("the custom provider") },
  chatWidgetId: { type: "id", ...about("live chat only") },
  mentions: { type: "any", ...about("internal comments only") },
  subject: { type: "text", ...about("e-mail only") },
  emailMessageId: { type: "id", ...about("e-mail only") },
} as const satisfies Fields;

const TO_DELIVER = {
  message: { type: "text", ...about("the text of an SMS") },
  phone: { type: "text", ...about("E.164") },
  emailTo: { type: "address", ...about("text or a list") },
  emailFrom: { type: "text", ...about("From Name <address>") },
  html: { type: "text", ...about("the body of an e-mail") },
  replyToAltId: { type: "id", ...about("the message it answers") },
  customUserId: { type: "id", ...about("the user at the provider") },
} as const satisfies Fields;

const REPORTED = {
  error: { type: "object", ...about("why it failed: $.code, $.type and $.message") },
  deliveryId: { type: "id", ...about("the delivery of Afterbeep that handed the message over") },
} as const satisfies Fields;

const EMAIL_STATUS = {
  permanent: { type: "boolean", ...about("an e-mail that did not arrive never will, at this address") },
  code: { type: "text", ...about("the mail server's code: 250, 550 or 5.1.1") },
  reason: { type: "text", ...about("what the mail server said") },
  recipient: { type: "text", ...about("the address that the e-mail went to") },
  happenedAt: { type: "time", ...about("when it happened to the e-mail") },
  companyId: { type: "id", ...about("the agency") },
  webhookPayload: { type: "object", ...about("what the mail service said, as it came") },
} as const satisfies Fields;

const CONTACT = {
  id: { type: "id", ...about("the contact") },
  dnd: { type: "boolean", ...about("do not disturb on every channel; look at dndSettings too") },
  dndSettings: { type: "object", ...about("by channel: $.SMS.status is active, permanent or inactive") },
  tags: { type: "list", ...about("the whole list after the change") },
  name: { type: "text", ...about("full name") },
  firstName: { type: "text", ...about("first name") },
  lastName: { type: "text", ...about("last name") },
  email: { type: "text", ...about("e-mail address") },
  assignedTo: { type: "id", ...about("the user who owns the contact") },
  country: { type: "text", ...about("ISO 3166 code") },
} as const satisfies Fields;

const RECORD = {
  address1: { type: "text", ...about("street") },
  city: { type: "text", ...about("city") },
  state: { type: "text", ...about("state or region") },
  postalCode: { type: "text", ...about("postal code") },
  companyName: { type: "text", ...about("company") },
  website: { type: "text", ...about("website") },
  dateOfBirth: { type: "time", ...about("date of birth") },
  customFields: { type: "list", ...about("objects with id and value") },
} as const satisfies Fields;

const NOTE = {
  id: { type: "id", ...about("what it is about: the note, task, opportunity, conversation, campaign or call") },
  body: { type: "text", ...about("the text of a note or task") },
  dateAdded: { type: "time", ...about("when the note, task or opportunity was made") },
} as const satisfies Fields;

const TASK = {
  title: { type: "text", ...about("the title") },
  dueDate: { type: "time", ...about("when it is due") },
  assignedTo: { type: "id", ...about("the user who has the task or opportunity") },
} as const satisfies Fields;

const OPPORTUNITY = {
  name: { type: "text", ...about("the name of the opportunity or invoice") },
  pipelineId: { type: "id", ...about("the pipeline") },
  pipelineStageId: { type: "id", ...about("the stage in the pipeline") },
  status: { type: "text", ...about("the state of an opportunity"), values: ["open", "won", "lost", "abandoned"] },
  source: { type: "text", ...about("where the opportunity came from") },
  monetaryValue: { type: "number", ...about("what the opportunity is worth") },
} as const satisfies Fields;

const APPOINTMENT = {
  appointment: {
    type: "object",
    ...about(
      "$.appointmentStatus (confirmed, showed, noshow, cancelled), $.startTime, $.calendarId, $.assignedUserId, …",
    ),
  },
} as const satisfies Fields;

const CONVERSATION = {
  unreadCount: { type: "number", ...about("messages that nobody has read") },
  starred: { type: "boolean", ...about("the conversation has a star") },
  inbox: { type: "boolean", ...about("the conversation is in the inbox") },
  deleted: { type: "boolean", ...about("the conversation was deleted") },
} as const satisfies Fields;

const CAMPAIGN = {
  templateId: { type: "id", ...about("the campaign's template") },
  replied: { type: "any", ...about("whether the contact replied") },
} as const satisfies Fields;

const INVOICE = {
  _id: { type: "id", ...about("the invoice or order") },
  altId: { type: "id", ...about("the sub-account, where altType is location") },
  altType: { type: "text", ...about("location") },
  liveMode: { type: "boolean", ...about("no test") },
  currency: { type: "text", ...about("ISO 4217 code") },
  contactDetails: { type: "object", ...about("whom the invoice is for: $.id, $.name, $.email, $.phoneNo") },
  invoiceNumber: { type: "text", ...about("the number on the invoice") },
  issueDate: { type: "text", ...about("YYYY-MM-DD") },
  total: { type: "number", ...about("the invoice's sum") },
  amountPaid: { type: "number", ...about("what was paid") },
  amountDue: { type: "number", ...about("what is left to pay") },
} as const satisfies Fields;

const ORDER = {
  fulfillmentStatus: { type: "text", ...about("such as unfulfilled") },
  amount: { type: "number", ...about("the order's sum") },
  items: { type: "list", ...about("what was ordered") },
} as const satisfies Fields;

const VOICE_AI = {
  agentId: { type: "id", ...about("the voice agent") },
  fromNumber: { type: "text", ...about("the caller's number") },
  duration: { type: "number", ...about("seconds") },
  summary: { type: "text", ...about("what was said, in short") },
  transcript: { type: "text", ...about("what was said") },
  extractedData: { type: "object", ...about("what the agent was told to find out, by its names") },
  executedCallActions: { type: "list", ...about("what the agent did: $[?actionType=APPOINTMENT_BOOKING]") },
  trialCall: { type: "boolean", ...about("a test call") },
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
