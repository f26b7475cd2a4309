// The bodies and queries that HighLevel publishes: its public API description, 19 June 2026, of both generations. One departure: it lists
// `subType` and `status` as required in a message, which contradicts their own types and every sample.

/** What a field may hold; `items` are the entries of a list; a list of words is an enum, and `instant` is an ISO 8601 date with a time. */
export type Kind =
  | "text"
  | "texts"
  | "number"
  | "boolean"
  | "instant"
  | "object"
  | readonly string[]
  | PublishedBody
  | { readonly items: PublishedBody };

/** The fields of a body or a query, and which of them are required. */
export interface PublishedBody {
  readonly fields: { readonly [name: string]: Kind };
  readonly required: readonly string[];
}

const MESSAGE_STATUS = ["delivered", "failed", "pending", "read"];

/** The body of a send. */
export const message: PublishedBody = {
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

/** The body of a provider's report. */
export const messageStatus: PublishedBody = {
  required: ["status"],
  fields: {
    status: MESSAGE_STATUS,
    error: { required: ["code", "type", "message"], fields: { code: "text", type: "text", message: "text" } },
    emailMessageId: "text",
    recipients: "texts",
  },
};

/** The query of an export. */
export const exported: PublishedBody = {
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

/** The body for adding and for removing tags. */
export const tags: PublishedBody = { required: ["tags"], fields: { tags: "texts" } };

/** The body of a task. */
export const task: PublishedBody = {
  required: ["title", "dueDate", "completed"],
  fields: { title: "text", body: "text", dueDate: "instant", completed: "boolean", assignedTo: "text" },
};

/** The body of a note. */
export const note: PublishedBody = {
  required: ["body"],
  fields: { userId: "text", body: "text", title: "text", color: "text", pinned: "boolean" },
};

/** The body for adding a contact to a workflow and for removing it. */
export const workflow: PublishedBody = { required: [], fields: { eventStartTime: "instant" } };

/** The body of an opportunity's status. */
export const opportunity: PublishedBody = {
  required: ["status"],
  fields: { status: ["open", "won", "lost", "abandoned", "all"], lostReasonId: "text" },
};

const OPPORTUNITY_STATES = ["open", "won", "lost", "abandoned", "all"];
const customFields: Kind = { items: { required: [], fields: { id: "text", key: "text", field_value: "text" } } };

/** The query for the custom fields of a location. */
export const customFieldsQuery: PublishedBody = {
  required: [],
  fields: { model: ["contact", "opportunity", "all"] },
};

/** The body for changing a contact. */
export const contactUpdate: PublishedBody = {
  required: [],
  fields: {
    firstName: "text",
    lastName: "text",
    name: "text",
    email: "text",
    phone: "text",
    address1: "text",
    city: "text",
    state: "text",
    postalCode: "text",
    website: "text",
    timezone: "text",
    dnd: "boolean",
    dndSettings: "object",
    inboundDndSettings: "object",
    tags: "texts",
    customFields,
    source: "text",
    dateOfBirth: "text",
    country: "text",
    assignedTo: "text",
  },
};

/** The body of a new opportunity. */
export const newOpportunity: PublishedBody = {
  required: ["pipelineId", "locationId", "name", "status", "contactId"],
  fields: {
    pipelineId: "text",
    locationId: "text",
    name: "text",
    pipelineStageId: "text",
    status: OPPORTUNITY_STATES,
    contactId: "text",
    monetaryValue: "number",
    assignedTo: "text",
    customFields,
  },
};

/** The body for changing an opportunity. */
export const opportunityUpdate: PublishedBody = {
  required: [],
  fields: {
    pipelineId: "text",
    name: "text",
    pipelineStageId: "text",
    status: OPPORTUNITY_STATES,
    monetaryValue: "number",
    assignedTo: "text",
    customFields,
  },
};

/** The body of a request for tokens. */
export const token: PublishedBody = {
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

/** The same in v3, which spells its fields otherwise. */
export const tokenV3: PublishedBody = {
  required: ["clientId", "clientSecret", "grantType"],
  fields: {
    clientId: "text",
    clientSecret: "text",
    grantType: ["authorization_code", "refresh_token", "client_credentials"],
    code: "text",
    refreshToken: "text",
    userType: ["Company", "Location"],
    redirectUri: "text",
  },
};

/** The body of a request for a location's token with its agency's. */
export const locationToken: PublishedBody = {
  required: ["companyId", "locationId"],
  fields: { companyId: "text", locationId: "text" },
};

const installedFields = {
  companyId: "text",
  appId: "text",
  query: "text",
  isInstalled: ["true", "false"],
  versionId: "text",
  onTrial: ["true", "false"],
  planId: "text",
  locationId: "text",
} as const;

/** The query for the locations in which an agency has the app. */
export const installed: PublishedBody = {
  required: ["companyId", "appId"],
  fields: { ...installedFields, skip: "text", limit: "text" },
};

/** The same in v3, whose pages are otherwise. */
export const installedV3: PublishedBody = {
  required: ["companyId", "appId"],
  fields: { ...installedFields, pageSize: "text", pageToken: "text", restrictToUserLocations: ["true", "false"] },
};
