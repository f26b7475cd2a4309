// The inputs and answers of a location's ledger: the vocabulary between it, the hooks and the operator's API.
import type { Decision, SuppressedRule } from "./decision.ts";
import type { Delivery, DeliveryFilter, DeliveryState } from "./delivery.ts";
import type { Channel } from "./channels.ts";
import type { Event, Facts, Outcome } from "./event.ts";
import type { EventKind, HookRoute } from "./event-kinds.ts";
import type { Issue } from "./failure.ts";
import type { Task } from "./task.ts";

/** What became of an event that was handed over. */
export type Recorded =
  /** `deciding`: it waits for what HighLevel says of its contact, and is decided within a minute. Absent: it is decided. */
  | { readonly status: "accepted"; readonly fired: readonly string[]; readonly deciding?: true }
  | { readonly status: "duplicate" }
  | OverBudget
  | Unavailable;

/** It cannot be decided now, as which rules are in force is not known, or a log is being imported: nothing was kept. */
export interface Unavailable {
  readonly status: "unavailable";
  readonly retryAfterSeconds: number;
}

/** No rule looks at what has no kind of its own: it was counted, and not kept. */
export interface Counted {
  readonly status: "ignored";
}

/** The location sends more than its budget: nothing was kept. */
export interface OverBudget {
  readonly status: "over-budget";
  readonly retryAfterSeconds: number;
}

/** What became of something set aside without a decision. On the wire it is `held`: two versions of the Worker may meet. */
export type SetAside = { readonly status: "held" } | OverBudget | Unavailable;

/** Signed bytes that could not be used, kept so that they can be ingested again. */
export interface Quarantined {
  /** SHA-256 of the body in hex, so each body is kept whatever key it claims; for a gateway's, of its key and the body. */
  readonly id: string;
  readonly eventKey: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  readonly route: HookRoute;
  readonly issues: readonly Issue[];
  /** The contacts that the payload names, so that they can be erased. */
  readonly contactIds: readonly string[];
  /** The body as text; bytes that are not JSON are kept as `base64:…`. */
  readonly body: string;
}

/** A kind of event that we do not know, and how often it came. */
export interface IgnoredKind {
  readonly kind: string;
  readonly count: number;
  /** UTC, `YYYY-MM-DD`. */
  readonly lastDay: string;
  /** ISO 8601, UTC; `null` where a version that kept the day alone has counted it. */
  readonly lastSeen: string | null;
}

/** A kind that is not known, as the API tells of it. */
export interface IgnoredKindTold extends IgnoredKind {
  /** What to do so that rules can look at it. */
  readonly use: string;
}

/** One of HighLevel's words that Afterbeep does not know. */
interface UnknownWordCount {
  /** The field that it came in. */
  readonly field: string;
  /** As it was sent, shortened where it is longer than any spelling. */
  readonly word: string;
  /** On how many events of those that the log still has. */
  readonly count: number;
  /** ISO 8601, UTC. */
  readonly firstSeen: string;
  /** ISO 8601, UTC. */
  readonly lastSeen: string;
}

/** The words of channels and outcomes that Afterbeep does not know, the most frequent first. */
export interface UnknownWords {
  readonly words: readonly UnknownWordCount[];
  /** How often others came that are not listed: so many came that they are no longer told apart. */
  readonly others: number;
}

/** A location that has sent something. */
export interface KnownLocation {
  readonly locationId: string;
  /** What HighLevel calls it; `null`: it was not learnt. */
  readonly name: string | null;
  /** The agency whose installation its token came with; `null`: none. */
  readonly companyId: string | null;
  /** ISO 8601, UTC. */
  readonly firstSeen: string;
  /** ISO 8601, UTC, to the day. */
  readonly lastSeen: string;
}

/** Which page of a list, and how long it is. A cursor comes from the previous page. */
export interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** Which lines of the log to list, newest first. */
export interface LogQuery extends PageQuery {
  readonly contactId?: string | undefined;
  /** Only events on which this rule fired. */
  readonly rule?: string | undefined;
  /** Only events of this message; requires `contactId`. */
  readonly messageId?: string | undefined;
  readonly kind?: EventKind | undefined;
  /** `none`: only events without one. */
  readonly channel?: Channel | "none" | undefined;
  readonly outcome?: Outcome | "none" | undefined;
  /** ISO 8601: received at this time or later. */
  readonly from?: string | undefined;
  /** ISO 8601: received before this time. */
  readonly to?: string | undefined;
  /** Only events on which a rule fired, or only those on which none did. */
  readonly fired?: "yes" | "no" | undefined;
}

/** Which locations to list, by id. */
export interface LocationQuery extends PageQuery {
  /** Part of the id or of the name, ignoring case. */
  readonly search?: string | undefined;
}

/** Which deliveries to list, newest first. */
export interface DeliveryQuery extends PageQuery, DeliveryFilter {
  readonly state?: DeliveryState | undefined;
}

/** Which tasks to list, and whether newest or earliest due first. */
export interface TaskQuery extends PageQuery {
  readonly state?: Task["state"] | undefined;
  /** The id of a contact. */
  readonly contact?: string | undefined;
  readonly order?: "due" | "newest" | undefined;
}

/** One line of the log. */
export interface LogEntry {
  readonly eventKey: string;
  readonly kind: string;
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly direction: "inbound" | "outbound" | null;
  readonly contactId: string;
  readonly receivedAt: string;
  readonly fired: readonly string[];
  /** Rules that were suppressed, in order of deciding. */
  readonly held: readonly SuppressedRule[];
  /** The delivery that sent the message, if it is our own; null: it is not, or this is not a message. */
  readonly sentBy: string | null;
  /** The key of the event that it repeats: it changes nothing. null: it is news. */
  readonly repeats: string | null;
  /** HighLevel sent no webhook of it, and it was found in HighLevel's export. null: its webhook came. */
  readonly origin: "reconciled" | null;
  /** It waits for what HighLevel says of its contact. Absent: it is decided. */
  readonly deciding?: true;
}

/** One event with everything that followed from it. */
export interface EventStory {
  readonly event: Event;
  readonly decision: Decision;
  /** What rules see of the event without querying the log; `payload` as a whole is left out. */
  readonly facts: Facts;
  /** Fields that cannot be read: they are no facts, and stand in the payload as they came. */
  readonly issues: readonly Issue[];
  readonly deliveries: readonly Delivery[];
  /** What the ledger has forgotten of it since it was full: the payload, or the verdicts too. Absent: nothing. */
  readonly dropped?: "payload" | "decision" | undefined;
}

/** What was removed of a location. */
export interface Removed {
  /** How many tasks, this time. */
  readonly tasks: number;
  /** Whether there is more: then nothing but tasks was removed, and the call is to be made again. */
  readonly more: boolean;
}

/** What erasing a contact removed, as counts. */
export interface Erased {
  readonly events: number;
  readonly deliveries: number;
  readonly tasks: number;
  readonly quarantined: number;
}
