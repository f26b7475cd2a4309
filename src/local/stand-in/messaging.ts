// The operations on messages.
import type { JsonObject } from "../../kit/json.ts";
import { text, texts } from "./form.ts";
import { EMAIL } from "./messages.ts";
import { mistaken, refused, type Reply } from "./reply.ts";
import type { RightCall } from "./right-call.ts";
import type { Contact, Message } from "./state.ts";

/** Sends a message to `contact`, unless do-not-disturb refuses it on that channel. */
export function send(call: RightCall, contact: Contact): Reply {
  const { body } = call;
  const type = text(body, "type");
  const has = (...names: string[]): boolean => names.some((name) => (body[name] ?? "") !== "");
  if (!has("message", "html", "templateId") && texts(body, "attachments").length === 0) {
    return mistaken(400, "message, html, attachments or templateId should not be empty");
  }
  if (type === EMAIL && !has("subject", "html", "templateId", "replyMessageId", "threadId")) {
    return mistaken(400, "subject or html should not be empty");
  }
  const setting = contact.dndSettings[type]?.status ?? "inactive";
  if (contact.dnd || setting !== "inactive") return refused(400, `Cannot send message as DND is active for ${type}.`);
  const message = messageOf(call, contact);
  call.state.messages.set(message.id, message);
  call.sent(message);
  return { status: 200, body: told(message) };
}

/** The message to `contact` that a send's body asks for. */
export function messageOf(
  call: Pick<RightCall, "body" | "nowMs" | "newId">,
  contact: Pick<Contact, "id" | "locationId" | "email">,
): Message {
  const { body } = call;
  const type = text(body, "type");
  const has = (name: string): boolean => (body[name] ?? "") !== "";
  return {
    ...newMessage(call, contact, type),
    source: "api",
    body: text(body, type === EMAIL && has("html") ? "html" : "message"),
    attachments: texts(body, "attachments"),
    ...(has("subject") ? { subject: text(body, "subject") } : {}),
    ...(has("threadId") ? { threadId: text(body, "threadId") } : {}),
    ...(has("conversationProviderId") ? { conversationProviderId: text(body, "conversationProviderId") } : {}),
    request: body,
  };
}

/** A message to `contact` that begins now, with what the messages of every channel begin with. */
export function newMessage(
  { nowMs, newId }: Pick<RightCall, "nowMs" | "newId">,
  contact: Pick<Contact, "id" | "locationId" | "email">,
  type: string,
): Omit<Message, "source" | "body" | "attachments"> {
  const dateAdded = new Date(nowMs).toISOString();
  return {
    id: newId("message"),
    locationId: contact.locationId,
    contactId: contact.id,
    conversationId: `conversation-of-${contact.id}`,
    type,
    direction: "outbound",
    status: "pending",
    dateAdded,
    dateUpdated: dateAdded,
    ...(type === EMAIL ? emailFields(newId("email"), contact.email) : {}),
  };
}

function emailFields(emailMessageId: string, to: string | undefined): Pick<Message, "emailMessageId" | "to"> {
  return { emailMessageId, ...(to === undefined ? {} : { to }) };
}

/** A message's status from now on. */
export function become(message: Message, status: string, nowMs: number): void {
  (message.states ??= []).push({ status: message.status, untilMs: nowMs });
  message.status = status;
  message.dateUpdated = new Date(nowMs).toISOString();
}

/** Takes a provider's report on what became of a message. */
export function report(call: RightCall, message: Message): Reply {
  if (call.nowMs - Date.parse(message.dateAdded) < call.tooEarlyMs) {
    return { status: 403, body: { message: "The message cannot be updated yet" } };
  }
  const { error } = call.body;
  become(message, text(call.body, "status"), call.nowMs);
  if (typeof error === "object" && error !== null && !Array.isArray(error)) message.error = error;
  return { status: 200, body: told(message) };
}

/** What a send answers. */
export function told({ id, conversationId, status, emailMessageId }: Message): JsonObject {
  return { conversationId, messageId: id, status, ...(emailMessageId === undefined ? {} : { emailMessageId }) };
}
