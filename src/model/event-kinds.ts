// The kinds of event, one entry for each: how it is recognised, where its contact and its time are, what guards it, and
// which fields it has. Structs, facts, routes, examples, the rules' schema and the docs are made from this or checked
// against it.
import { about, said } from "#said";
import { allBut, GROUPS, only, type Fields } from "./event-fields.ts";

/** The path of each hook. The provider route carries messages to deliver, the gateway route their outcomes. */
export const HOOK_PATHS = {
  events: "/hooks/highlevel",
  provider: "/hooks/highlevel/provider",
  gateway: "/hooks/gateway",
} as const;

/** The hook that an event came in by. */
export type HookRoute = keyof typeof HOOK_PATHS;

/** Every hook. */
export const HOOK_ROUTES = Object.keys(HOOK_PATHS) as readonly HookRoute[];

/** What only rules that include it may see: messages sent through the API, and comments that never reach the contact. */
export type Guard = "api" | "internal";

/** One kind of event. */
export interface KindEntry {
  /** What happened. */
  readonly about: string;
  readonly route: HookRoute;
  /** The values of `type` on that route, if not the name of the kind. No two kinds share one. */
  readonly types?: readonly string[];
  /** How a payload without `type` is known, as HighLevel publishes some: the fields that it has, and its `status`. */
  readonly shape?: { readonly has: readonly string[]; readonly status?: string };
  /** It stands for every kind that has no entry, if the payload names a contact. */
  readonly isOther?: true;
  /** HighLevel names no contact: it is that of the e-mail that this is about, if the log knows it. */
  readonly isJoined?: true;
  /** Where the id of the contact is, with a dot before each key inside an object: `appointment.contactId`. */
  readonly contact: string;
  /** It is a message: which way it went, and the field that names its channel. */
  readonly message?: { readonly direction: "outbound" | "inbound"; readonly channel: string };
  /** The field that says when it happened, if `timestamp` only says when the webhook was made. */
  readonly time?: string;
  /** `status` and `callStatus` give the outcome of a message. */
  readonly hasOutcome?: true;
  /** The fields with the phone numbers or addresses that it went to. */
  readonly recipients?: readonly string[];
  /** The guards that may apply to it; the first that fits counts. */
  readonly guards?: readonly Guard[];
  /** Every deployment subscribes to it, whatever its rules look at: messages, replies, and what is known of a contact. */
  readonly needed?: true;
  /** What it says is so: of its contact or of its message, in which fields. One that says the same again changes nothing. */
  readonly states?: { readonly of: "contact" | "message"; readonly fields: readonly string[] };
  /** Its fields. A field has one type, whichever kinds have it. */
  readonly fields: Fields;
}

const { envelope, message, toDeliver, reported, emailStatus, contact, record, note, task, opportunity } = GROUPS;
const { appointment, conversation, campaign, invoice, order, voiceAi } = GROUPS;
const ofContact: Fields = {
  ...envelope,
  ...only(message, "source", "dateAdded"),
  ...only(toDeliver, "phone"),
  ...allBut(contact, "country"),
};

const wholeRecord: Fields = { ...ofContact, ...only(message, "attachments"), ...only(contact, "country"), ...record };

/** A note, a task, an opportunity: flat, with `contactId`. */
const ofNote = family({ ...envelope, ...note });
const ofTask = family({ ...envelope, ...note, ...task });
const ofOpportunity = family({
  ...envelope,
  ...only(note, "id", "dateAdded"),
  ...only(task, "assignedTo"),
  ...opportunity,
});
const ofAppointment = family({ ...envelope, ...appointment }, "appointment.contactId");
const ofInvoice = family(
  {
    ...envelope,
    ...invoice,
    ...only(opportunity, "name"),
    ...only(task, "title", "dueDate"),
    ...only(message, "status"),
  },
  "contactDetails.id",
);
const ofOrder = family({
  ...envelope,
  ...only(invoice, "_id", "altId", "altType", "liveMode", "currency"),
  ...only(message, "status"),
  ...order,
});
/** What may become known of a message after it was made. */
const OF_MESSAGE = { of: "message", fields: ["status", "callStatus", "callDuration", "attachments"] } as const;

const TABLE = {
  OutboundMessage: {
    ...about("a message or call went out, or its state changed"),
    route: "events",
    contact: "contactId",
    message: { direction: "outbound", channel: "messageType" },
    time: "dateAdded",
    hasOutcome: true,
    recipients: ["to"],
    guards: ["internal", "api"],
    needed: true,
    states: OF_MESSAGE,
    fields: { ...envelope, ...message },
  },
  ProviderOutboundMessage: {
    ...about("a custom conversation provider is to deliver a message"),
    route: "provider",
    types: ["SMS", "Email", "Custom"],
    contact: "contactId",
    message: { direction: "outbound", channel: "type" },
    time: "dateAdded",
    recipients: ["phone", "emailTo"],
    guards: ["api"],
    states: OF_MESSAGE,
    fields: {
      ...envelope,
      ...only(message, "conversationId", "messageId", "originalMessageId", "userId", "attachments"),
      ...only(message, "conversationProviderId", "subject", "emailMessageId"),
      ...toDeliver,
    },
  },
  InboundMessage: {
    ...about("the contact wrote or called"),
    route: "events",
    contact: "contactId",
    message: { direction: "inbound", channel: "messageType" },
    time: "dateAdded",
    hasOutcome: true,
    recipients: ["to"],
    needed: true,
    states: OF_MESSAGE,
    fields: { ...envelope, ...allBut(message, "mentions") },
  },
  ContactDndUpdate: {
    ...about("do not disturb was switched on or off"),
    route: "events",
    contact: "id",
    needed: true,
    states: { of: "contact", fields: ["dnd", "dndSettings", "inboundDndSettings"] },
    fields: { ...ofContact, ...only(contact, "country") },
  },
  ContactDelete: {
    ...about("the contact was deleted"),
    route: "events",
    contact: "id",
    needed: true,
    fields: ofContact,
  },
  ContactTagUpdate: {
    ...about("its tags changed"),
    route: "events",
    contact: "id",
    needed: true,
    states: { of: "contact", fields: ["tags"] },
    fields: ofContact,
  },
  ContactCreate: {
    ...about("a contact was made"),
    route: "events",
    contact: "id",
    needed: true,
    fields: wholeRecord,
  },
  ContactUpdate: {
    ...about("its record changed"),
    route: "events",
    contact: "id",
    needed: true,
    fields: wholeRecord,
  },
  NoteCreate: ofNote(said("a note was written about it")),
  NoteUpdate: ofNote(said("a note about it was changed")),
  NoteDelete: ofNote(said("a note about it was deleted")),
  TaskCreate: ofTask(said("a task was made for it")),
  TaskComplete: ofTask(said("a task for it was done")),
  TaskDelete: ofTask(said("a task for it was deleted")),
  AppointmentCreate: ofAppointment(said("an appointment was made")),
  AppointmentUpdate: ofAppointment(said("an appointment was moved, kept, missed or called off")),
  AppointmentDelete: ofAppointment(said("an appointment was deleted")),
  OpportunityCreate: ofOpportunity(said("an opportunity was made")),
  OpportunityUpdate: ofOpportunity(said("an opportunity changed")),
  OpportunityStatusUpdate: ofOpportunity(said("an opportunity was won, lost, abandoned or opened again")),
  OpportunityStageUpdate: ofOpportunity(said("an opportunity came to another stage")),
  OpportunityAssignedToUpdate: ofOpportunity(said("an opportunity got another owner")),
  OpportunityMonetaryValueUpdate: ofOpportunity(said("an opportunity's value changed")),
  OpportunityDelete: ofOpportunity(said("an opportunity was deleted")),
  ConversationUnreadUpdate: family({
    ...envelope,
    ...only(note, "id"),
    ...conversation,
  })(said("the number of its unread messages changed")),
  CampaignStatusUpdate: family({
    ...envelope,
    ...only(note, "id"),
    ...only(message, "status", "dateAdded"),
    ...campaign,
  })(said("it moved in a campaign")),
  InvoiceCreate: ofInvoice(said("an invoice was made")),
  InvoiceUpdate: ofInvoice(said("an invoice changed")),
  InvoiceSent: { ...ofInvoice(said("an invoice was sent")), shape: invoiceOf("sent") },
  InvoicePaid: { ...ofInvoice(said("an invoice was paid")), shape: invoiceOf("paid") },
  InvoicePartiallyPaid: { ...ofInvoice(said("an invoice was paid in part")), shape: invoiceOf("partially_paid") },
  InvoiceVoid: { ...ofInvoice(said("an invoice was made void")), shape: invoiceOf("void") },
  InvoiceDelete: ofInvoice(said("an invoice was deleted")),
  OrderCreate: ofOrder(said("an order was placed")),
  OrderStatusUpdate: ofOrder(said("an order's state changed")),
  VoiceAiCallEnd: {
    ...about("a call with a voice agent ended"),
    route: "events",
    shape: { has: ["agentId", "contactId", "transcript"] },
    contact: "contactId",
    fields: { ...envelope, ...only(note, "id"), ...only(message, "messageId"), ...voiceAi },
  },
  EmailStatus: {
    ...about("what became of an e-mail: it was delivered, opened, clicked, or bounced, or the contact complained"),
    route: "events",
    types: ["LCEmailStats", "EmailStatus"],
    isJoined: true,
    contact: "contactId",
    time: "happenedAt",
    hasOutcome: true,
    recipients: ["recipient"],
    states: { of: "message", fields: ["status", "permanent", "code"] },
    fields: { ...envelope, ...only(message, "messageId", "emailMessageId", "status"), ...emailStatus },
  },
  Other: {
    ...about("anything else that names a contact: its type says what"),
    route: "events",
    isOther: true,
    contact: "contactId",
    fields: envelope,
  },
  GatewayStatus: {
    ...about("a message gateway says what became of a message that a custom provider had to deliver"),
    route: "gateway",
    contact: "contactId",
    hasOutcome: true,
    recipients: ["recipients"],
    states: { of: "message", fields: ["status", "error"] },
    fields: { ...envelope, ...only(message, "messageId", "status", "emailMessageId"), ...reported },
  },
} as const satisfies { readonly [kind: string]: KindEntry };

/** What happened to something that names its contact: the entries of a family of kinds. */
function family(fields: Fields, place = "contactId"): (happened: string) => KindEntry {
  return (happened) => ({ about: happened, route: "events", contact: place, fields });
}

/** An invoice's shape: what became of it is in its status, and a draft may have been made, changed or deleted. */
function invoiceOf(status: string): KindEntry["shape"] & {} {
  return { has: ["invoiceNumber", "contactDetails"], status };
}

/** The kinds of event: HighLevel's webhooks by HighLevel's names, and what a message gateway says about a message. */
export type EventKind = keyof typeof TABLE;

/** Every kind of event by its name. */
export const KINDS: { readonly [Kind in EventKind]: KindEntry } = TABLE;

/** The kind of everything that has no entry of its own. */
export const OTHER: EventKind = "Other";

/** The names of the kinds, in the order of the table. */
export const EVENT_KINDS = Object.keys(KINDS) as readonly EventKind[];

/** Something made for each kind, by its name. */
export function forEachKind<Made>(make: (entry: KindEntry, kind: EventKind) => Made): {
  readonly [Kind in EventKind]: Made;
} {
  const made = EVENT_KINDS.map((kind) => [kind, make(KINDS[kind], kind)] as const);
  return Object.fromEntries(made) as { [Kind in EventKind]: Made };
}

/** The kinds for which something is true. */
export function kindsWhere(isTrue: (entry: KindEntry) => boolean): readonly EventKind[] {
  return EVENT_KINDS.filter((kind) => isTrue(KINDS[kind]));
}

/** Whether HighLevel's export of messages has what events of a kind are about, so that one may be found there later. */
export function isExported(kind: EventKind): boolean {
  return isMessage(kind) && KINDS[kind].route === "events";
}

/** Whether a kind of event is a message, out or in, and so has a channel. */
export function isMessage(kind: EventKind): boolean {
  return KINDS[kind].message !== undefined;
}
