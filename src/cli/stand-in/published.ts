// What HighLevel publishes of each operation, as one table: HighLevel's public API description, 19 June 2026. One
// departure: it lists `subType` and `status` as required of a message, against their own types and every sample.

/** What a field may hold; a list of words is an enum, and `instant` is an ISO 8601 date with its time. */
export type Kind = "text" | "texts" | "number" | "boolean" | "instant" | "object" | readonly string[] | Form;

/** The fields of a body or a query, and which of them must be there. */
export interface Form {
  readonly fields: { readonly [name: string]: Kind };
  readonly required: readonly string[];
}

/** An operation: `version` and `scope` are missing where no token is asked for; `refusal` answers a bad form. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly version?: string;
  readonly scope?: string;
  readonly contentType?: string;
  readonly body?: Form;
  readonly query?: Form;
  readonly success: 200 | 201;
  readonly refusal: 400 | 422;
}

const MESSAGES = "2021-04-15";
const OTHERS = "2021-07-28";
const JSON_BODY = { contentType: "application/json" };
const MESSAGE_STATUS = ["delivered", "failed", "pending", "read"];

const message: Form = {
  required: ["type", "contactId"],
  fields: {
    type: ["SMS", "RCS", "Email", "WhatsApp", "IG", "FB", "Custom", "Live_Chat", "TIKTOK"],
    subType: "object",
    contactId: "text",
    appointmentId: "text",
    attachments: "texts",
    emailFrom: "text",
    emailCc: "texts",
    emailBcc: "texts",
    html: "text",
    message: "text",
    subject: "text",
    replyMessageId: "text",
    templateId: "text",
    threadId: "text",
    scheduledTimestamp: "number",
    conversationProviderId: "text",
    emailTo: "text",
    customSubtypeId: "text",
    emailReplyMode: ["reply", "reply_all"],
    fromNumber: "text",
    toNumber: "text",
    forward: "object",
    status: MESSAGE_STATUS,
    usesNativeSchedulingAi: "boolean",
    optimizationPeriod: ["24h", "48h", "72h"],
  },
};
const messageStatus: Form = {
  required: ["status"],
  fields: {
    status: MESSAGE_STATUS,
    error: { required: ["code", "type", "message"], fields: { code: "text", type: "text", message: "text" } },
    emailMessageId: "text",
    recipients: "texts",
  },
};
const exported: Form = {
  required: ["locationId"],
  fields: {
    locationId: "text",
    limit: "text",
    cursor: "text",
    sortBy: ["createdAt", "updatedAt"],
    sortOrder: ["asc", "desc"],
    conversationId: "text",
    contactId: "text",
    channel: ["Call", "SMS", "Email", "WhatsApp", "Instagram", "Facebook"],
    startDate: "instant",
    endDate: "instant",
  },
};
const tags: Form = { required: ["tags"], fields: { tags: "texts" } };
const task: Form = {
  required: ["title", "dueDate", "completed"],
  fields: { title: "text", body: "text", dueDate: "instant", completed: "boolean", assignedTo: "text" },
};
const note: Form = {
  required: ["body"],
  fields: { userId: "text", body: "text", title: "text", color: "text", pinned: "boolean" },
};
const workflow: Form = { required: [], fields: { eventStartTime: "instant" } };
const opportunity: Form = {
  required: ["status"],
  fields: { status: ["open", "won", "lost", "abandoned", "all"], lostReasonId: "text" },
};
const token: Form = {
  required: ["client_id", "client_secret", "grant_type"],
  fields: {
    client_id: "text",
    client_secret: "text",
    grant_type: ["authorization_code", "refresh_token", "client_credentials"],
    code: "text",
    refresh_token: "text",
    user_type: ["Company", "Location"],
    redirect_uri: "text",
  },
};

const ofMessages = { version: MESSAGES, refusal: 400, success: 200 } as const;
const writing = { ...ofMessages, ...JSON_BODY, scope: "conversations/message.write" };
const ofContacts = { version: OTHERS, refusal: 422, scope: "contacts.write", ...JSON_BODY } as const;

/** Every operation that the stand-in knows, by its name. */
export const OPERATIONS = {
  "send-message": { ...writing, method: "POST", path: "/conversations/messages", body: message },
  "update-message-status": {
    ...writing,
    method: "PUT",
    path: "/conversations/messages/{messageId}/status",
    body: messageStatus,
  },
  "export-messages": {
    ...ofMessages,
    method: "GET",
    path: "/conversations/messages/export",
    scope: "conversations/message.readonly",
    query: exported,
  },
  "add-tags": { ...ofContacts, method: "POST", path: "/contacts/{contactId}/tags", body: tags, success: 201 },
  "remove-tags": { ...ofContacts, method: "DELETE", path: "/contacts/{contactId}/tags", body: tags, success: 200 },
  "create-task": { ...ofContacts, method: "POST", path: "/contacts/{contactId}/tasks", body: task, success: 201 },
  "create-note": { ...ofContacts, method: "POST", path: "/contacts/{contactId}/notes", body: note, success: 201 },
  "add-to-workflow": {
    ...ofContacts,
    method: "POST",
    path: "/contacts/{contactId}/workflow/{workflowId}",
    body: workflow,
    success: 200,
  },
  "remove-from-workflow": {
    ...ofContacts,
    method: "DELETE",
    path: "/contacts/{contactId}/workflow/{workflowId}",
    body: workflow,
    success: 200,
  },
  "update-opportunity-status": {
    ...ofContacts,
    method: "PUT",
    path: "/opportunities/{id}/status",
    scope: "opportunities.write",
    body: opportunity,
    success: 200,
  },
  "get-contact": {
    method: "GET",
    path: "/contacts/{contactId}",
    version: OTHERS,
    scope: "contacts.readonly",
    success: 200,
    refusal: 422,
  },
  "get-location": {
    method: "GET",
    path: "/locations/{locationId}",
    version: OTHERS,
    scope: "locations.readonly",
    success: 200,
    refusal: 422,
  },
  token: {
    method: "POST",
    path: "/oauth/token",
    contentType: "application/x-www-form-urlencoded",
    body: token,
    success: 200,
    refusal: 422,
  },
} satisfies { readonly [name: string]: Operation };

/** The name of an operation. */
export type OperationName = keyof typeof OPERATIONS;

/** What is published of the operation `name`. */
export function published(name: OperationName): Operation {
  return OPERATIONS[name];
}

/** The operations' names. */
export const OPERATION_NAMES = Object.keys(OPERATIONS).filter((name): name is OperationName => name in OPERATIONS);
