// What each call and each of its fields is, for people: used in the schema of rules and the docs. Also how rules write
// the calls, for tests. This is not part of the Worker.
import type { Json } from "../kit/json.ts";
import type { HighLevelCall } from "../model/rule.ts";
import type { CallFieldName } from "./calls.ts";

/** One phrase for each call, and one for each of its fields. */
export const CALL_PHRASES: {
  readonly [Call in HighLevelCall]: {
    readonly about: string;
    readonly fields: { readonly [Name in CallFieldName<Call>]: string };
  };
} = {
  "send-message": {
    about: "sends the contact a message",
    fields: {
      messageType: "what to send it as",
      message: "the text",
      html: "the body of an e-mail",
      subject: "the subject of an e-mail",
      attachments: "URLs of files",
      emailFrom: "the sender of an e-mail",
      emailCc: "further recipients of an e-mail",
      emailBcc: "recipients of an e-mail whom the others do not see",
      fromNumber: "the number to send from, E.164",
      toNumber: "the contact's number, where it has several, E.164",
      conversationProviderId: "the custom provider that delivers it",
      templateId: "a template of HighLevel's instead of a text",
      threadId: "the e-mail thread that it belongs to",
      replyMessageId: "the message that it answers",
    },
  },
  "add-tags": { about: "adds tags to the contact", fields: { tags: "the tags" } },
  "remove-tags": { about: "takes tags from the contact", fields: { tags: "the tags" } },
  "create-task": {
    about: "opens a task on the contact",
    fields: {
      title: "what to do",
      due: "how long after it appears it is due",
      body: "more about it",
      assignedTo: "the id of a user",
    },
  },
  "create-note": {
    about: "leaves a note on the contact",
    fields: { body: "the note", userId: "the id of the user who leaves it" },
  },
  "add-to-workflow": {
    about: "adds the contact to a workflow",
    fields: {
      workflowId: "the id of the workflow",
      eventStartTime: "the start of the event that it is about, ISO 8601",
    },
  },
  "remove-from-workflow": {
    about: "takes the contact out of a workflow",
    fields: {
      workflowId: "the id of the workflow",
      eventStartTime: "the start of the event that it is about, ISO 8601",
    },
  },
  "update-message-status": {
    about: "says what became of a message that a custom provider had to deliver",
    fields: {
      messageId: "the message; absent: the event's",
      status: "what became of it",
      error: "why it failed; left out when none of its texts holds anything",
      emailMessageId: "the id of an e-mail",
      recipients: "further recipients of an e-mail",
    },
  },
  "update-opportunity-status": {
    about: "moves an opportunity to another status",
    fields: {
      opportunityId: "the id of the opportunity",
      status: "its new status",
      lostReasonId: "the id of the reason why it is lost",
    },
  },
};

/** How rules write the fields of each call: together, the samples of a call have every field that it takes. */
export const CALL_SAMPLES: {
  readonly [Call in HighLevelCall]: readonly { readonly [Name in CallFieldName<Call>]?: Json }[];
} = {
  "send-message": [
    {
      messageType: "SMS",
      message: "Sorry we missed you on {{ facts.weekday | default: 'that day' }}, when is a good time to talk?",
      fromNumber: "+15550100001",
      toNumber: "+15550100042",
    },
    {
      messageType: "Email",
      subject: "Your call to us",
      html: "<p>We missed your call. When is a good time?</p>",
      attachments: ["https://files.example.com/opening-hours.pdf"],
      emailFrom: "Front desk <desk@example.com>",
      emailCc: ["manager@example.com"],
      emailBcc: ["archive@example.com"],
      threadId: "thread-7",
      replyMessageId: "message-41",
    },
    { messageType: "WhatsApp", templateId: "template-12" },
    { messageType: "Custom", message: "We missed your call.", conversationProviderId: "provider-3" },
  ],
  "add-tags": [{ tags: ["voicemail", "{{ facts.channel }}"] }],
  "remove-tags": [{ tags: ["not reached"] }],
  "create-task": [
    {
      title: "Call {{ event.contactId }} back",
      due: "2h",
      body: "The call reached voicemail",
      assignedTo: "{{ event.userId | default: '' }}",
    },
  ],
  "create-note": [{ body: "{{ facts.outcome }} at {{ decision.decidedAt }}", userId: "user-5" }],
  "add-to-workflow": [{ workflowId: "missed-call-workflow", eventStartTime: "2026-03-04T10:00:00+00:00" }],
  "remove-from-workflow": [{ workflowId: "missed-call-workflow", eventStartTime: "2026-03-04T10:00:00+00:00" }],
  "update-message-status": [
    { status: "delivered" },
    {
      messageId: "{{ event.messageId }}",
      status: "failed",
      error: { code: "30007", type: "carrier", message: "Filtered by the carrier" },
      emailMessageId: "mail-9",
      recipients: ["ada@example.com"],
    },
  ],
  "update-opportunity-status": [{ opportunityId: "opportunity-6", status: "lost", lostReasonId: "reason-2" }],
};
