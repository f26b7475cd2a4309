// What HighLevel publishes about each operation, as one table: its public API description, 19 June 2026, in the dated
// generation, and what is otherwise in v3.
import {
  contactUpdate,
  customFieldsQuery,
  exported,
  installed,
  installedV3,
  locationToken,
  type PublishedBody,
  message,
  messageStatus,
  newOpportunity,
  note,
  opportunity,
  opportunityUpdate,
  tags,
  task,
  token,
  tokenV3,
  workflow,
} from "./forms.ts";

/** An operation: `version` and `scope` are absent if it needs no token; `refusal` is the status for a bad form. */
export interface Operation {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly version?: string;
  readonly scope?: string;
  readonly contentType?: string;
  readonly body?: PublishedBody;
  readonly query?: PublishedBody;
  readonly success: 200 | 201;
  readonly refusal: 400 | 422;
  /** It needs the token of an agency. */
  readonly isAgencys?: true;
  /** What is otherwise in v3. */
  readonly v3?: Pick<Partial<Operation>, "path" | "body" | "query" | "refusal">;
}

const MESSAGES = "2021-04-15";
const OTHERS = "2021-07-28";
const FORM = { contentType: "application/x-www-form-urlencoded" };
const JSON_BODY = { contentType: "application/json" };
const ofMessages = { version: MESSAGES, refusal: 400, success: 200 } as const;
const writing = { ...ofMessages, ...JSON_BODY, scope: "conversations/message.write" };
const ofContacts = { version: OTHERS, refusal: 422, scope: "contacts.write", ...JSON_BODY } as const;

/** Every operation that the stand-in knows, by its name. */
const OPERATIONS = {
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
  "update-contact": { ...ofContacts, method: "PUT", path: "/contacts/{contactId}", body: contactUpdate, success: 200 },
  "create-opportunity": {
    ...ofContacts,
    method: "POST",
    path: "/opportunities/",
    scope: "opportunities.write",
    body: newOpportunity,
    success: 201,
  },
  "update-opportunity": {
    ...ofContacts,
    method: "PUT",
    path: "/opportunities/{id}",
    scope: "opportunities.write",
    body: opportunityUpdate,
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
  "get-custom-fields": {
    method: "GET",
    path: "/locations/{locationId}/customFields",
    version: OTHERS,
    scope: "locations/customFields.readonly",
    query: customFieldsQuery,
    success: 200,
    refusal: 422,
  },
  "get-user": {
    method: "GET",
    path: "/users/{userId}",
    version: OTHERS,
    scope: "users.readonly",
    success: 200,
    refusal: 422,
  },
  "installed-locations": {
    method: "GET",
    path: "/oauth/installedLocations",
    version: OTHERS,
    scope: "oauth.readonly",
    isAgencys: true,
    query: installed,
    success: 200,
    refusal: 422,
    v3: { path: "/oauth/installed-locations", query: installedV3, refusal: 400 },
  },
  "location-token": {
    ...FORM,
    method: "POST",
    path: "/oauth/locationToken",
    version: OTHERS,
    scope: "oauth.write",
    isAgencys: true,
    body: locationToken,
    success: 200,
    refusal: 422,
    v3: { path: "/oauth/location-token" },
  },
  token: {
    ...FORM,
    method: "POST",
    path: "/oauth/token",
    body: token,
    success: 200,
    refusal: 422,
    v3: { body: tokenV3 },
  },
} satisfies { readonly [name: string]: Operation };

/** The name of an operation. */
export type OperationName = keyof typeof OPERATIONS;

/** What is published about the operation `name`, in v3 if that is asked for. */
export function published(name: OperationName, isV3 = false): Operation {
  const operation: Operation = OPERATIONS[name];
  return isV3 ? { ...operation, ...operation.v3, version: "v3" } : operation;
}

/** The operations' names. */
export const OPERATION_NAMES = Object.keys(OPERATIONS).filter((name): name is OperationName => name in OPERATIONS);

/** Every scope that an operation requires. */
export const SCOPES: readonly string[] = [...new Set(OPERATION_NAMES.flatMap((name) => published(name).scope ?? []))];
