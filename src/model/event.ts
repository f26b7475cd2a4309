import type { Json, JsonObject } from "../kit/json.ts";
import type { EventKind } from "./event-kinds.ts";

/** What became of a message, from `status` and `callStatus` together. */
export const OUTCOMES = [
  "delivered",
  "sent",
  "failed",
  "answered",
  "voicemail",
  "no-answer",
  "busy",
  "canceled",
  "read",
  "opened",
  "clicked",
  "bounced",
  "complained",
  "unsubscribed",
  "opted-out",
  "pending",
  "unknown",
] as const;
/** Stands for no outcome or no channel, where events are counted and looked for. */
export const NONE = "none";
export type Outcome = (typeof OUTCOMES)[number];

/** Who sent a message: a user, an automation (workflow, campaign, bulk action), or an API call such as our own. */
export const SENDERS = ["person", "automation", "api"] as const;
export type Sender = (typeof SENDERS)[number];

/** One validated event. */
export interface Event {
  /** Idempotency key: `webhookId`, `gateway-` and a gateway's `webhook-id`, else the SHA-256 of the raw body in hex. */
  readonly key: string;
  readonly kind: EventKind;
  readonly locationId: string;
  readonly contactId: string;
  /** ISO 8601, UTC: a message's `dateAdded` (a contact's says when it was created), else `timestamp`, else receipt. */
  readonly occurredAt: string;
  /** ISO 8601, UTC: when this deployment received it. */
  readonly receivedAt: string;
  /** As it was sent, including unknown keys. */
  readonly payload: JsonObject;
  /** HighLevel sent no webhook of it: it was found in HighLevel's export. Absent: its webhook came. */
  readonly origin?: "reconciled" | undefined;
}

/** HighLevel truncates payloads at about 256 KB, so a larger body is not from it. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** What rules can query about an event, by fact name. An absent key is an absent fact. */
export type Facts = { readonly [fact: string]: Json };
