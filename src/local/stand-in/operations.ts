// What each operation does to the state, once its form and its token are known to be right.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { exported } from "./export.ts";
import { installedLocations, locationToken } from "./agencies.ts";
import { text, texts } from "./form.ts";
import { report, send } from "./messaging.ts";
import type { OperationName } from "./published.ts";
import { refused, type Reply } from "./reply.ts";
import { NO_ACCESS, owned, type RightCall, withContact } from "./right-call.ts";
import type { Contact, Opportunity } from "./state.ts";
import { withoutTags, withTags } from "./tags.ts";

type Perform = (call: RightCall) => Reply;

/** What every operation with a token does. */
export const PERFORM: { readonly [name in Exclude<OperationName, "token">]: Perform } = {
  "send-message": (call) => withContact(call, text(call.body, "contactId"), (contact) => send(call, contact)),
  "update-message-status": (call) =>
    owned(call, call.state.messages, text(call.ids, "messageId"), "Message", (message) => report(call, message)),
  "export-messages": (call) => exported(call),
  "add-tags": (call) => withContact(call, text(call.ids, "contactId"), (contact) => tag(call, contact, 201, withTags)),
  "remove-tags": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => tag(call, contact, 200, withoutTags)),
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
      const { customFields, ...fields } = call.body;
      Object.assign(contact, fields);
      for (const field of Array.isArray(customFields) ? customFields : [])
        if (isJsonObject(field)) set(call, contact, field);
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
      Object.assign(one, call.body);
      return { status: 200, body: { opportunity: { ...one } } };
    }),
  "installed-locations": (call) => installedLocations(call),
  "location-token": (call) => locationToken(call),
  "get-contact": (call) =>
    withContact(call, text(call.ids, "contactId"), (contact) => ({ status: 200, body: { contact: told(contact) } })),
  "get-location": (call) => {
    const location = call.state.locations.get(text(call.ids, "locationId"));
    if (location && location.id !== call.locationId) return NO_ACCESS;
    if (!location) return refused(400, "Location not found");
    const { customFields: _, installedAt: __, ...told } = location;
    return { status: 200, body: { location: told } };
  },
  "get-custom-fields": (call) => {
    const location = call.state.locations.get(text(call.ids, "locationId"));
    if (location?.id !== call.locationId) return NO_ACCESS;
    const customFields = location.customFields.map((field) => ({ ...field, dataType: "TEXT", model: "contact" }));
    return { status: 200, body: { customFields } };
  },
  "get-user": (call) =>
    owned(call, call.state.users, text(call.ids, "userId"), "User", (user) => ({ status: 200, body: { ...user } })),
};

/** Changes a contact's tags; an event comes of it if they are others then. */
function tag(call: RightCall, contact: Contact, status: number, change: typeof withTags): Reply {
  const before = contact.tags;
  contact.tags = change(before, texts(call.body, "tags"));
  if (contact.tags.length !== before.length) call.tagged(contact);
  return { status, body: { tags: [...contact.tags] } };
}

// HighLevel's own spelling.
const SUCCEEDED: Reply = { status: 200, body: { succeded: true } };

/** Sets one custom field, which is named by its id or by its key without `contact.`; an unknown one is left out. */
function set({ state, locationId }: RightCall, contact: Contact, field: JsonObject): void {
  const known = state.locations.get(locationId)?.customFields ?? [];
  const key = `contact.${text(field, "key")}`;
  const id = known.find((one) => one.fieldKey === key || one.id === field["id"])?.id;
  if (id === undefined) return;
  contact.customFields = [
    ...contact.customFields.filter((one) => one.id !== id),
    { id, value: field["field_value"] ?? null },
  ];
}

function settle({ body }: RightCall, opportunity: Opportunity): Reply {
  opportunity.status = text(body, "status");
  if (body["lostReasonId"] !== undefined) opportunity.lostReasonId = text(body, "lostReasonId");
  return SUCCEEDED;
}

const TOLD =
  "name firstName lastName timezone email phone address1 city state postalCode country companyName website source dateOfBirth assignedTo".split(
    " ",
  );

function told(contact: Contact): JsonObject {
  const { id, locationId, tags, dnd, dndSettings, customFields } = contact;
  const all: JsonObject = { ...(contact as unknown as JsonObject) };
  const optional = TOLD.flatMap((name) => (all[name] === undefined ? [] : [[name, all[name]] as const]));
  const lists = { tags: [...tags], customFields: customFields.map((field) => ({ ...field })) as unknown as Json };
  return { id, locationId, dnd, dndSettings: { ...dndSettings }, ...lists, ...Object.fromEntries(optional) };
}
