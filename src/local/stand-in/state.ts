// What the stand-in holds, for tests to set and read.
import type { JsonObject } from "../../kit/json.ts";

/** A location; its time zone is an IANA name. */
export interface Location {
  readonly id: string;
  name: string;
  /** Its agency; absent: one that is not named. */
  readonly companyId?: string;
  /** When the agency's installation of the app took it in, ISO 8601; absent: it has not. */
  installedAt?: string | undefined;
  timezone?: string;
  email?: string;
  phone?: string;
  address?: string;
  city?: string;
  country?: string;
  /** The custom fields of its contacts; `fieldKey` is such as `contact.plan`. */
  customFields: { readonly id: string; readonly name: string; readonly fieldKey: string }[];
}

/** A user of a location. */
export interface User {
  readonly id: string;
  readonly locationId: string;
  name: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
}

/** A contact. In `dndSettings`, a channel's status `active` or `permanent` refuses its messages; `dnd` refuses all. */
export interface Contact {
  readonly id: string;
  readonly locationId: string;
  tags: string[];
  readonly tasks: JsonObject[];
  readonly notes: JsonObject[];
  readonly workflows: Set<string>;
  dnd: boolean;
  dndSettings: { [channel: string]: { readonly status: "active" | "inactive" | "permanent" } };
  customFields: { readonly id: string; readonly value: unknown }[];
  name?: string;
  firstName?: string;
  lastName?: string;
  timezone?: string;
  email?: string;
  phone?: string;
  address1?: string;
  city?: string;
  state?: string;
  postalCode?: string;
  country?: string;
  companyName?: string;
  website?: string;
  source?: string;
  dateOfBirth?: string;
  assignedTo?: string;
}

/** A message; `type` is the channel as named in a send; dates are ISO 8601. */
export interface Message {
  readonly id: string;
  readonly locationId: string;
  readonly contactId: string;
  readonly conversationId: string;
  readonly type: string;
  readonly direction: "inbound" | "outbound";
  readonly source: "workflow" | "bulk_actions" | "campaign" | "api" | "app";
  readonly body: string;
  readonly subject?: string;
  readonly attachments: readonly string[];
  readonly dateAdded: string;
  readonly emailMessageId?: string;
  /** Of an e-mail: the contact's address. */
  readonly to?: string;
  readonly threadId?: string;
  readonly conversationProviderId?: string;
  /** The body of the send, unchanged. */
  readonly request?: JsonObject;
  /** What HighLevel has between messages, such as `TYPE_ACTIVITY_APPOINTMENT`; absent: it is one. */
  readonly activity?: string;
  /** Of a call: how it ended, and how long it took. */
  readonly call?: { readonly status: string; readonly durationS: number };
  dateUpdated: string;
  status: string;
  /** What its status was before, and until when, milliseconds since 1970; oldest first. */
  states?: { readonly status: string; readonly untilMs: number }[];
  error?: JsonObject;
}

/** A walk through the export that has begun: what it will give, and to which question. */
interface ExportWalk {
  readonly question: string;
  readonly found: readonly JsonObject[];
  readonly begunMs: number;
}

/** How the export behaves. */
interface ExportConduct {
  /** By how much it lags behind. */
  lagMs: number;
  /** What is published does not say which date a start and an end are compared with. */
  comparesDates: "made" | "as sorted";
  readonly walks: Map<string, ExportWalk>;
}

/** How the mail service names an e-mail. What is published does not say whether HighLevel knows it by this name. */
export type MailIds = "known" | "its own";

/** An opportunity. */
export interface Opportunity {
  readonly id: string;
  readonly locationId: string;
  status: string;
  lostReasonId?: string;
  contactId?: string;
  name?: string;
  pipelineId?: string;
  pipelineStageId?: string;
  monetaryValue?: number;
  assignedTo?: string;
}

/** Everything, by id. */
export interface State {
  readonly locations: Map<string, Location>;
  readonly contacts: Map<string, Contact>;
  readonly messages: Map<string, Message>;
  readonly opportunities: Map<string, Opportunity>;
  readonly users: Map<string, User>;
  readonly export: ExportConduct;
  readonly mail: { ids: MailIds };
}

/** A state that holds nothing yet. */
export function emptyState(): State {
  return {
    locations: new Map(),
    contacts: new Map(),
    messages: new Map(),
    opportunities: new Map(),
    users: new Map(),
    export: { lagMs: 0, comparesDates: "made", walks: new Map() },
    mail: { ids: "known" },
  };
}
