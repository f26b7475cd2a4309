// What a location's log looks like outside of it: one line of JSON for each thing, in the order of the log. The form has
// a version; a reader skips types of lines that it does not know.
import type { Decision } from "./decision.ts";
import type { Attempt, CancelledBy, DeliveryState } from "./delivery.ts";
import type { Event } from "./event.ts";
import type { MovedRows } from "./import.ts";
import type { KnownContact } from "./known-contact.ts";
import type { OptOut } from "./opt-out.ts";
import type { Breaker, Action, KeptRule } from "./rule.ts";
import type { Window } from "./window.ts";

/** The version of this form; it changes when a reader of the one before would misread. */
export const EXPORT_VERSION = 1;

/** The first line. Times are ISO 8601 in UTC. */
export interface ExportHead {
  readonly type: "export";
  readonly v: typeof EXPORT_VERSION;
  readonly locationId: string;
  readonly exportedAt: string;
  /** Only events that were recorded at this time or later; `null`: all. */
  readonly since: string | null;
  /** Only events that were recorded before this time. */
  readonly until: string;
  /** Where it goes on; `null`: it begins at the beginning. */
  readonly cursor: string | null;
  /** IANA name: the zone of rules that name none. */
  readonly timeZone: string;
  readonly retentionDays: number;
  /** The hash of the rule set in force. */
  readonly ruleSet: string;
  /** Names, numbers, addresses and texts are stand-ins. Absent: they are not. */
  readonly redacted?: true | undefined;
}

/** A part of a rule set that decided, or is in force: the rules for this location, in the order of deciding. */
interface ExportedRuleSet {
  readonly type: "rules";
  readonly ruleSet: string;
  /** From 0. */
  readonly part: number;
  /** When it came into use last; `null`: it decided nothing yet. */
  readonly since: string | null;
  /** Until when it could decide; absent: it still can, or it is another part than the first. */
  readonly until?: string | undefined;
  /** Without `actions` where the ledger keeps none: what it decided is known, not what it would decide. */
  readonly rules: readonly KeptRule[];
}

/** What a contact does not want now. */
export interface ExportedOptOut extends Omit<OptOut, "since"> {
  readonly type: "opt-out";
  readonly contactId: string;
  readonly since: string;
  readonly eventKey: string;
  /** When the event that began it was recorded; `null`: the log has it no longer, or not its payload. */
  readonly recordedAt: string | null;
  /** When the contact said so last, and with which event. */
  readonly lastAt: string;
  readonly lastKey: string;
}

/**
 * What is known of a contact and its location now, before the first of its events on a page. What the rules asked of it when
 * an event was decided stands with the decision.
 */
export interface ExportedContact extends Pick<KnownContact, "contactId" | "contact" | "location"> {
  readonly type: "contact";
}

/** An event with the decision about it, as stored: with the verdicts of the rules that were asked. */
export interface ExportedEvent {
  readonly type: "event";
  /** The version of the stored form. */
  readonly v: 1;
  readonly event: Event;
  readonly decision: Decision;
  /** The chain of its message; `null`: it is about none. */
  readonly chain: string | null;
  /** What the ledger has forgotten of it: the payload, or the verdicts too. */
  readonly dropped?: "payload" | "decision" | undefined;
  /** What the payload said, if that is forgotten. */
  readonly told?: ToldOf | undefined;
}

/** What history and limits need of a payload. */
interface ToldOf {
  readonly channel: string | null;
  readonly outcome: string | null;
  readonly messageKey: string | null;
}

/** An action on its way, after the event that it follows from, in the order of the decision's actions. */
export interface ExportedDelivery {
  readonly type: "delivery";
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly rule: string;
  /** `null`: stored in a form that this version cannot read. */
  readonly action: Action | null;
  readonly window?: Window | undefined;
  readonly breaker?: Breaker | undefined;
  readonly state: DeliveryState;
  /** When it is tried next; null while it is held, and once it has ended. */
  readonly dueAt: string | null;
  readonly endedAt: string | null;
  readonly cancelledBy: CancelledBy | null;
  /** An attempt may have gone out to its destination, whatever came of it. */
  readonly hasLeft: boolean;
  /** When an attempt was first cut off that is not among the attempts: the object stopped while it was under way. */
  readonly interruptedAt?: string | undefined;
  /** HighLevel's id of the message that it sent. */
  readonly messageId?: string | undefined;
  /** A person let it pass its breaker. */
  readonly released?: true | undefined;
  readonly attempts: readonly Attempt[];
}

/**
 * What an import needs besides, of an export of the whole: rows of the ledger as they are. Those of an event and of its
 * deliveries follow their lines, without the record, which is the event's line; all others come last.
 */
export interface ExportedRows {
  readonly type: "rows";
  /** Of which version the tables are, on lines that are of no event. */
  readonly tables?: number | undefined;
  readonly rows: MovedRows;
}

/** Everything before this line is complete: `?cursor=` goes on after it. */
export interface ExportedTo {
  readonly type: "page";
  readonly cursor: string;
}

/** The last line: without it, the rest is missing. */
export interface ExportEnd {
  readonly type: "end";
  /** How many events this answer has. */
  readonly events: number;
}

/** What an export may hold. */
export type ExportLine =
  | ExportHead
  | ExportedRuleSet
  | ExportedRows
  | ExportedOptOut
  | ExportedContact
  | ExportedEvent
  | ExportedDelivery
  | ExportedTo
  | ExportEnd;

/** Which part of a location's log is asked for. */
export interface ExportQuery {
  readonly locationId: string;
  /** ISO 8601. */
  readonly since?: string | undefined;
  /** ISO 8601. */
  readonly until: string;
  readonly cursor?: string | undefined;
  /** Whether it has everything that moves. A version before did not ask. */
  readonly isWhole?: boolean | undefined;
}

/** Some lines of an export, each with a line feed, and where the next page begins; `null`: this was the last. */
export interface ExportPage {
  readonly lines: string;
  readonly events: number;
  readonly cursor: string | null;
}
