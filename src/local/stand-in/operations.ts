// What each operation does to the state, once its form and its token are known to be right.
import type { JsonObject } from "../../kit/json.ts";
import { text, texts } from "./form.ts";
import { exported, report, send } from "./messaging.ts";
import type { OperationName } from "./published.ts";
import { refused, type Reply } from "./reply.ts";
import { NO_ACCESS, owned, type RightCall, withContact } from "./right-call.ts";
import type { Contact, Opportunity } from "./state.ts";

type Perform = (call: RightCall) => Reply;

/** What every operation with a token does. */
export const PERFORM: { readonly [name in Exclude<OperationName, "token">]: Perform } = {
  "send-message": (call) => withContact(call, text(call.body, "contactId"), (contact) => send(call, contact)),
  "update-message-status": (call) =>
    owned(call, call.state.messages, text(call.ids, "messageId"), "Message", (message) => report(call, message)),
  "export-messages": (call) => exported(call),
  "add-tags": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      contact.tags = [...new Set([...contact.tags, ...texts(call.body, "tags")])];
      return { status: 201, body: { tags: [...contact.tags] } };
    }),
  "remove-tags": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      const gone = new Set(texts(call.body, "tags"));
      contact.tags = contact.tags.filter((tag) => !gone.has(tag));
      return { status: 200, body: { tags: [...contact.tags] } };
    }),
  "create-task": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      const task = { ...call.body, id: call.newId("task"), contactId: contact.id };
      contact.tasks.push(task);
      return { status: 201, body: { task } };
    }),
  "create-note": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      const dateAdded = new Date(call.nowMs).toISOString();
      const note = { ...call.body, id: call.newId("note"), contactId: contact.id, dateAdded };
      contact.notes.push(note);
      return { status: 201, body: { note } };
    }),
  "add-to-workflow": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      contact.workflows.add(text(call.ids, "workflowId"));
      return SUCCEEDED;
    }),
  "remove-from-workflow": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      contact.workflows.delete(text(call.ids, "workflowId"));
      return SUCCEEDED;
    }),
  "update-opportunity-status": (call) =>
    owned(call, call.state.opportunities, text(call.ids, "id"), "Opportunity", (one) => settle(call, one)),
  "update-contact": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => {
      Object.assign(contact, changed(call.body));
      return { status: 200, body: { succeded: true, contact: told(contact) } };
    }),
  "create-opportunity": (call) =>
    withContact(call, text(call.body, "contactId"), (contact) => {
      if (call.body["locationId"] !== contact.locationId) return NO_ACCESS;
      const { id, locationId } = { id: call.newId("opportunity"), locationId: contact.locationId };
      const opportunity = { ...call.body, id, locationId, contactId: contact.id, status: text(call.body, "status") };
      call.state.opportunities.set(id, opportunity);
      return { status: 201, body: { opportunity: { ...opportunity } } };
    }),
  "update-opportunity": (call) =>
    owned(call, call.state.opportunities, text(call.ids, "id"), "Opportunity", (one) => {
      Object.assign(one, changed(call.body));
      return { status: 200, body: { opportunity: { ...one } } };
    }),
  "get-contact": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => ({ status: 200, body: { contact: told(contact) } })),
  "get-location": (call) => {
    const location = call.state.locations.get(text(call.ids, "locationId"));
    if (location && location.id !== call.locationId) return NO_ACCESS;
    return location ? { status: 200, body: { location: { ...location } } } : refused(400, "Location not found");
  },
};

// HighLevel's own spelling.
const SUCCEEDED: Reply = { status: 200, body: { succeded: true } };

/** What a change sets; custom fields are set one by one, so the list of a change is not the list of the record. */
function changed({ customFields: _, ...fields }: JsonObject): JsonObject {
  return fields;
}

function settle({ body }: RightCall, opportunity: Opportunity): Reply {
  opportunity.status = text(body, "status");
  if (body["lostReasonId"] !== undefined) opportunity.lostReasonId = text(body, "lostReasonId");
  return SUCCEEDED;
}

function told({ id, locationId, tags, dnd, dndSettings, timezone, email, phone }: Contact): JsonObject {
  const optional = Object.entries({ timezone, email, phone }).flatMap(([name, value]) =>
    value ? [[name, value]] : [],
  );
  return { id, locationId, tags: [...tags], dnd, dndSettings: { ...dndSettings }, ...Object.fromEntries(optional) };
}
