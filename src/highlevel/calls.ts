// What HighLevel's API takes and answers, one entry per call: structs, JSON Schema, lint, docs and requests are all
// made from it. Source: HighLevel's public API description (conversations, contacts, opportunities), 19 June 2026.
import type { ActionField, ActionForm, Shape } from "../model/action-shape.ts";
import { MESSAGE_TYPES, type HighLevelCall } from "../model/rule.ts";

/** What a field holds: a text, a list of texts, a duration, a number, texts by names (custom fields), a text that yields one of some words, or an object of texts. */
type CallForm =
  | Extract<ActionForm, "text" | "texts" | "duration" | "number" | "named-texts">
  | Extract<ActionForm, { readonly words: readonly string[] } | { readonly texts: readonly string[] }>;

/** A field of a call, as a rule writes it. Every text may be a template. */
export interface CallField extends ActionField {
  readonly form: CallForm;
  /** HighLevel's name for it, if different. */
  readonly as?: string;
  /** Its value if a rule leaves it out. */
  readonly otherwise?: string;
}

/** One call of HighLevel's API. */
export interface CallEntry extends Shape {
  readonly method: "POST" | "PUT" | "DELETE";
  /** `{contactId}` is the event's contact; other placeholders are fields of the call. */
  readonly path: string;
  /** The scope that the token needs. */
  readonly scope: string;
  readonly fields: { readonly [name: string]: CallField };
  /** What the body always holds. */
  readonly fixed?: { readonly [name: string]: boolean };
  /** The body names the contact. */
  readonly namesContact?: true;
  /** The body names the location. */
  readonly namesLocation?: true;
  /** The statuses that HighLevel documents for success; any other 2xx counts as success, too. */
  readonly success: readonly number[];
  /** 403 means that HighLevel does not know the message yet. */
  readonly isEarlyAt403?: true;
}

const OPPORTUNITY_STATES = ["open", "won", "lost", "abandoned"] as const;
/** What `update-contact` may change: all of the record but tags and do not disturb, which a call of their own changes. */
const RECORD_FIELDS = {
  firstName: { form: "text" },
  lastName: { form: "text" },
  name: { form: "text" },
  email: { form: "text" },
  phone: { form: "text" },
  address1: { form: "text" },
  city: { form: "text" },
  state: { form: "text" },
  postalCode: { form: "text" },
  country: { form: "text" },
  website: { form: "text" },
  timeZone: { form: "text", as: "timezone" },
  source: { form: "text" },
  assignedTo: { form: "text" },
  customFields: { form: "named-texts" },
} as const satisfies { readonly [name: string]: CallField };

const TABLE = {
  "send-message": {
    method: "POST",
    path: "/conversations/messages",
    scope: "conversations/message.write",
    namesContact: true,
    fields: {
      messageType: { form: { words: MESSAGE_TYPES }, as: "type", required: true },
      message: { form: "text" },
      html: { form: "text" },
      subject: { form: "text" },
      attachments: { form: "texts" },
      emailFrom: { form: "text" },
      emailCc: { form: "texts" },
      emailBcc: { form: "texts" },
      fromNumber: { form: "text" },
      toNumber: { form: "text" },
      conversationProviderId: { form: "text" },
      templateId: { form: "text" },
      threadId: { form: "text" },
      replyMessageId: { form: "text" },
    },
    oneOf: ["message", "html", "attachments", "templateId"],
    success: [200, 201],
  },
  "add-tags": {
    method: "POST",
    path: "/contacts/{contactId}/tags",
    scope: "contacts.write",
    fields: { tags: { form: "texts", required: true } },
    success: [200, 201],
  },
  "remove-tags": {
    method: "DELETE",
    path: "/contacts/{contactId}/tags",
    scope: "contacts.write",
    fields: { tags: { form: "texts", required: true } },
    success: [200],
  },
  "create-task": {
    method: "POST",
    path: "/contacts/{contactId}/tasks",
    scope: "contacts.write",
    fields: {
      title: { form: "text", required: true },
      due: { form: "duration", as: "dueDate", required: true },
      body: { form: "text" },
      assignedTo: { form: "text" },
    },
    fixed: { completed: false },
    success: [200, 201],
  },
  "create-note": {
    method: "POST",
    path: "/contacts/{contactId}/notes",
    scope: "contacts.write",
    fields: { body: { form: "text", required: true }, userId: { form: "text" } },
    success: [200, 201],
  },
  "add-to-workflow": {
    method: "POST",
    path: "/contacts/{contactId}/workflow/{workflowId}",
    scope: "contacts.write",
    fields: { workflowId: { form: "text", required: true }, eventStartTime: { form: "text" } },
    success: [200, 201],
  },
  "remove-from-workflow": {
    method: "DELETE",
    path: "/contacts/{contactId}/workflow/{workflowId}",
    scope: "contacts.write",
    fields: { workflowId: { form: "text", required: true }, eventStartTime: { form: "text" } },
    success: [200],
  },
  "update-message-status": {
    method: "PUT",
    path: "/conversations/messages/{messageId}/status",
    scope: "conversations/message.write",
    fields: {
      messageId: { form: "text", otherwise: "{{ event.messageId }}" },
      status: { form: { words: ["delivered", "failed", "pending", "read"], template: true }, required: true },
      error: { form: { texts: ["code", "type", "message"] } },
      emailMessageId: { form: "text" },
      recipients: { form: "texts" },
    },
    success: [200, 201],
    isEarlyAt403: true,
  },
  "update-opportunity-status": {
    method: "PUT",
    path: "/opportunities/{opportunityId}/status",
    scope: "opportunities.write",
    fields: {
      opportunityId: { form: "text", required: true },
      status: { form: { words: OPPORTUNITY_STATES, template: true }, required: true },
      lostReasonId: { form: "text" },
    },
    success: [200],
  },
  "update-contact": {
    method: "PUT",
    path: "/contacts/{contactId}",
    scope: "contacts.write",
    fields: RECORD_FIELDS,
    oneOf: Object.keys(RECORD_FIELDS),
    success: [200],
  },
  assign: {
    method: "PUT",
    path: "/contacts/{contactId}",
    scope: "contacts.write",
    fields: { assignedTo: { form: "text", required: true } },
    success: [200],
  },
  "create-opportunity": {
    method: "POST",
    path: "/opportunities/",
    scope: "opportunities.write",
    namesContact: true,
    namesLocation: true,
    fields: {
      name: { form: "text", required: true },
      pipelineId: { form: "text", required: true },
      pipelineStageId: { form: "text" },
      status: { form: { words: OPPORTUNITY_STATES, template: true }, otherwise: "open" },
      monetaryValue: { form: "number" },
      assignedTo: { form: "text" },
      customFields: { form: "named-texts" },
    },
    success: [200, 201],
  },
  "move-opportunity": {
    method: "PUT",
    path: "/opportunities/{opportunityId}",
    scope: "opportunities.write",
    fields: {
      opportunityId: { form: "text", required: true },
      pipelineStageId: { form: "text", required: true },
      pipelineId: { form: "text" },
      status: { form: { words: OPPORTUNITY_STATES, template: true } },
      monetaryValue: { form: "number" },
      assignedTo: { form: "text" },
    },
    success: [200],
  },
} as const satisfies { readonly [Call in HighLevelCall]: CallEntry };

/** The name of a call's field. Each has its phrase in `call-phrases.ts`. */
export type CallFieldName<Call extends HighLevelCall> = keyof (typeof TABLE)[Call]["fields"] & string;

/** Every call by its name. */
export const CALLS: { readonly [Call in HighLevelCall]: CallEntry } = TABLE;
