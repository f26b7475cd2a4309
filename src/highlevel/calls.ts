// What HighLevel's API takes and answers, one entry for each call: structs, JSON Schema, lint, docs and requests are all
// made from it. Source: HighLevel's public API description (conversations, contacts, opportunities), 19 June 2026.
import { MESSAGE_TYPES, type HighLevelCall } from "../model/rule.ts";

/** What a field holds: a text, a list of texts, a duration, one of some words, or an object of texts. */
type FieldForm = "text" | "texts" | "duration" | readonly string[] | { readonly texts: readonly string[] };

/** A field of a call, as a rule writes it. Every text may be a template. */
export interface CallField {
  readonly form: FieldForm;
  /** One phrase for people. */
  readonly about: string;
  readonly required?: true;
  /** HighLevel's name for it, where that is another. */
  readonly as?: string;
  /** What it is when a rule leaves it out. */
  readonly otherwise?: string;
}

/** One call of HighLevel's API. */
export interface CallFacts {
  /** One phrase for people. */
  readonly about: string;
  readonly method: "POST" | "PUT" | "DELETE";
  /** `{contactId}` is the event's contact; other names are fields of the call. */
  readonly path: string;
  readonly version: "2021-04-15" | "2021-07-28";
  /** What the token has to be allowed. */
  readonly scope: string;
  readonly fields: { readonly [name: string]: CallField };
  /** What the body always holds. */
  readonly fixed?: { readonly [name: string]: boolean };
  /** The body names the contact. */
  readonly namesContact?: true;
  /** One of these fields at least is there. */
  readonly oneOf?: readonly string[];
  /** What HighLevel answers when it is done. */
  readonly success: readonly number[];
  /** 403 means that HighLevel does not know the message yet. */
  readonly isEarlyAt403?: true;
  /** Doing it a second time changes nothing. */
  readonly isRepeatable: boolean;
}

const CONVERSATIONS = "2021-04-15";
const CONTACTS = "2021-07-28";

/** Every call by its name. */
export const CALLS: { readonly [Call in HighLevelCall]: CallFacts } = {
  "send-message": {
    about: "sends the contact a message",
    method: "POST",
    path: "/conversations/messages",
    version: CONVERSATIONS,
    scope: "conversations/message.write",
    namesContact: true,
    fields: {
      messageType: { form: MESSAGE_TYPES, as: "type", required: true, about: "what to send it as" },
      message: { form: "text", about: "the text" },
      html: { form: "text", about: "the body of an e-mail" },
      subject: { form: "text", about: "the subject of an e-mail" },
      attachments: { form: "texts", about: "URLs of files" },
      emailFrom: { form: "text", about: "the sender of an e-mail" },
      emailCc: { form: "texts", about: "further recipients of an e-mail" },
      emailBcc: { form: "texts", about: "recipients of an e-mail whom the others do not see" },
      fromNumber: { form: "text", about: "the number to send from, E.164" },
      toNumber: { form: "text", about: "the contact's number, where it has several, E.164" },
      conversationProviderId: { form: "text", about: "the custom provider that delivers it" },
      templateId: { form: "text", about: "a template of HighLevel's instead of a text" },
      threadId: { form: "text", about: "the e-mail thread that it belongs to" },
      replyMessageId: { form: "text", about: "the message that it answers" },
    },
    oneOf: ["message", "html", "attachments", "templateId"],
    success: [200, 201],
    isRepeatable: false,
  },
  "add-tags": {
    about: "adds tags to the contact",
    method: "POST",
    path: "/contacts/{contactId}/tags",
    version: CONTACTS,
    scope: "contacts.write",
    fields: { tags: { form: "texts", required: true, about: "the tags" } },
    success: [200, 201],
    isRepeatable: true,
  },
  "remove-tags": {
    about: "takes tags from the contact",
    method: "DELETE",
    path: "/contacts/{contactId}/tags",
    version: CONTACTS,
    scope: "contacts.write",
    fields: { tags: { form: "texts", required: true, about: "the tags" } },
    success: [200],
    isRepeatable: true,
  },
  "create-task": {
    about: "opens a task on the contact",
    method: "POST",
    path: "/contacts/{contactId}/tasks",
    version: CONTACTS,
    scope: "contacts.write",
    fields: {
      title: { form: "text", required: true, about: "what to do" },
      due: { form: "duration", as: "dueDate", required: true, about: "how long after it appears it is due" },
      body: { form: "text", about: "more about it" },
      assignedTo: { form: "text", about: "the id of a user" },
    },
    fixed: { completed: false },
    success: [200, 201],
    isRepeatable: false,
  },
  "create-note": {
    about: "leaves a note on the contact",
    method: "POST",
    path: "/contacts/{contactId}/notes",
    version: CONTACTS,
    scope: "contacts.write",
    fields: {
      body: { form: "text", required: true, about: "the note" },
      userId: { form: "text", about: "the id of the user who leaves it" },
    },
    success: [200, 201],
    isRepeatable: false,
  },
  "add-to-workflow": {
    about: "adds the contact to a workflow",
    method: "POST",
    path: "/contacts/{contactId}/workflow/{workflowId}",
    version: CONTACTS,
    scope: "contacts.write",
    fields: {
      workflowId: { form: "text", required: true, about: "the id of the workflow" },
      eventStartTime: { form: "text", about: "the start of the event that it is about, ISO 8601" },
    },
    success: [200, 201],
    isRepeatable: false,
  },
  "remove-from-workflow": {
    about: "takes the contact out of a workflow",
    method: "DELETE",
    path: "/contacts/{contactId}/workflow/{workflowId}",
    version: CONTACTS,
    scope: "contacts.write",
    fields: {
      workflowId: { form: "text", required: true, about: "the id of the workflow" },
      eventStartTime: { form: "text", about: "the start of the event that it is about, ISO 8601" },
    },
    success: [200],
    isRepeatable: true,
  },
  "update-message-status": {
    about: "says what became of a message that a custom provider had to deliver",
    method: "PUT",
    path: "/conversations/messages/{messageId}/status",
    version: CONVERSATIONS,
    scope: "conversations/message.write",
    fields: {
      messageId: { form: "text", otherwise: "{{ event.messageId }}", about: "the message; absent: the event's" },
      status: { form: ["delivered", "failed", "pending", "read"], required: true, about: "what became of it" },
      error: {
        form: { texts: ["code", "type", "message"] },
        about: "why it failed; left out when none of its texts holds anything",
      },
      emailMessageId: { form: "text", about: "the id of an e-mail" },
      recipients: { form: "texts", about: "further recipients of an e-mail" },
    },
    success: [200, 201],
    isEarlyAt403: true,
    isRepeatable: true,
  },
  "update-opportunity-status": {
    about: "moves an opportunity to another status",
    method: "PUT",
    path: "/opportunities/{opportunityId}/status",
    version: CONTACTS,
    scope: "opportunities.write",
    fields: {
      opportunityId: { form: "text", required: true, about: "the id of the opportunity" },
      status: { form: ["open", "won", "lost", "abandoned"], required: true, about: "its new status" },
      lostReasonId: { form: "text", about: "the id of the reason why it is lost" },
    },
    success: [200],
    isRepeatable: true,
  },
};
