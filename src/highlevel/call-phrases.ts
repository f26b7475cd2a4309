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
  "update-contact": {
    about: "changes the contact's record; what is left out stays as it is",
    fields: {
      firstName: "first name",
      lastName: "last name",
      name: "full name",
      email: "e-mail address",
      phone: "phone number, E.164",
      address1: "street",
      city: "city",
      state: "state or region",
      postalCode: "postal code",
      country: "ISO 3166 code",
      website: "website",
      timeZone: "IANA name of the time zone",
      source: "where the contact came from",
      assignedTo: "the id of the user who owns the contact",
      customFields: "custom fields by key or id",
    },
  },
  assign: { about: "gives the contact to a user", fields: { assignedTo: "the id of the user" } },
  "create-opportunity": {
    about: "opens an opportunity for the contact",
    fields: {
      name: "its name",
      pipelineId: "the id of the pipeline",
      pipelineStageId: "the id of the stage",
      status: "its status; absent: open",
      monetaryValue: "what it is worth",
      assignedTo: "the id of the user who owns it",
      customFields: "custom fields of the opportunity, by key or id",
    },
  },
  "move-opportunity": {
    about: "moves an opportunity to another stage",
    fields: {
      opportunityId: "the id of the opportunity",
      pipelineStageId: "the id of the stage",
      pipelineId: "the id of the pipeline, if it is another one",
      status: "its new status",
      monetaryValue: "what it is worth",
      assignedTo: "the id of the user who owns it",
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
  "update-contact": [
    {
      firstName: "Ada",
      lastName: "Example",
      name: "Ada Example",
      email: "ada@example.com",
      phone: "+15550100042",
      address1: "1 Example Street",
      city: "Springfield",
      state: "IL",
      postalCode: "62701",
      country: "US",
      website: "https://ada.example.com",
      timeZone: "America/Chicago",
      source: "missed call",
      assignedTo: "user-5",
      customFields: { last_outcome: "{{ facts.outcome }}" },
    },
  ],
  assign: [{ assignedTo: "user-5" }],
  "create-opportunity": [
    {
      name: "Missed call of {{ event.contactId }}",
      pipelineId: "pipeline-1",
      pipelineStageId: "stage-1",
      status: "open",
      monetaryValue: 500,
      assignedTo: "user-5",
      customFields: { origin: "missed call" },
    },
  ],
  "move-opportunity": [
    {
      opportunityId: "opportunity-6",
      pipelineStageId: "stage-2",
      pipelineId: "pipeline-1",
      status: "open",
      monetaryValue: "{{ 250 | times: 2 }}",
      assignedTo: "user-5",
    },
  ],
};
