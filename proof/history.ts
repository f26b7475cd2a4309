// What was seen from outside while something was broken, and what the tables held when it had come to rest. The
// simulation and the runs on workerd write the same history, and one checker reads it.

/** What a sender was told of an event; `order` counts everything that was seen, in the order in which it was. */
export interface Acknowledged {
  readonly key: string;
  readonly contactId: string;
  readonly status: "accepted" | "duplicate";
  /** When the sender first sent it, and when this answer was there. */
  readonly sentOrder: number;
  readonly order: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A request that left for a destination. */
export interface Call {
  /** The `webhook-id`, or the id of the task. */
  readonly id: string;
  /** What the body says that it is about: an event and one of its actions. */
  readonly about: string;
  readonly host: string;
  /** Milliseconds since 1970 by the clock of the ledger. */
  readonly at: number;
  readonly order: number;
}

/** Something that an operator did, and that was confirmed. */
export interface Confirmed {
  readonly what: "cancelled" | "retried" | "erased";
  /** The delivery, or the contact. */
  readonly id: string;
  readonly askedOrder: number;
  readonly order: number;
}

/** A recorded event, as the log has it. */
export interface RecordedEvent {
  readonly key: string;
  readonly contactId: string;
  readonly seq: number;
  readonly kind: string;
  readonly occurredAt: number;
  /** How many deliveries its decision calls for. */
  readonly planned: number;
  /** What a rule saw as the count of the contact's outbound messages so far; `null`: no rule asked. */
  readonly counted: number | null;
}

/** A delivery, as the tables have it at the end. */
export interface EndedDelivery {
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly rule: string;
  readonly host: string;
  /** The call of HighLevel's API that it makes; `null`: it goes elsewhere. */
  readonly highlevelCall: string | null;
  readonly state: string;
  readonly cancelsOnReply: boolean;
  /** The key of the event that cancelled it; `null`: none did. */
  readonly cancelledByEvent: string | null;
  /** Milliseconds since 1970: when it was first due. */
  readonly dueAt: number;
  readonly attempts: readonly { readonly at: number; readonly error: string | null }[];
}

/** A message that HighLevel took. */
export interface TakenMessage {
  readonly id: string;
  readonly contactId: string;
  /** What it says that it is about: contact, event and rule. */
  readonly about: string;
  /** When the call left for HighLevel, milliseconds since 1970, and its place. */
  readonly leftAt: number;
  readonly order: number;
}

/** A message that a delivery was let through to send, as the table has it. */
export interface CountedSend {
  readonly deliveryId: string;
  readonly rule: string;
  readonly contactId: string;
  readonly at: number;
  readonly messageId: string | null;
}

/** What a contact said of being written to. */
export interface Wish {
  readonly contactId: string;
  readonly says: "stop" | "start" | "dnd on" | "dnd off";
  readonly occurredAt: number;
  readonly sentOrder: number;
  /** When it was first acknowledged, and the place of that; `null`: it never was. */
  readonly known: { readonly at: number; readonly order: number } | null;
}

/** A use of a refresh token. */
export interface Exchange {
  readonly used: string;
  /** When it left, milliseconds since 1970. */
  readonly leftAt: number;
  /** The refresh token that came back; `null`: it was refused. */
  readonly given: string | null;
  /** When the answer reached somebody who lived; `null`: nobody. */
  readonly heardAt: number | null;
}

/** What HighLevel saw of a location. */
export interface FollowUps {
  readonly messages: readonly TakenMessage[];
  /** `contact/tag` */
  readonly tags: ReadonlySet<string>;
  readonly sends: readonly CountedSend[];
  readonly wishes: readonly Wish[];
  readonly exchanges: readonly Exchange[];
  /** Calls that left with an access token that was not on disk. */
  readonly unkeptTokens: readonly string[];
  /** 429s by HighLevel's own count. */
  readonly tooMany: { readonly total: number; readonly twoInARow: boolean };
  /** When the process died, milliseconds since 1970. */
  readonly stoppedAt: readonly number[];
  /** The ledger's clock was set meanwhile: what it counts by time proves nothing. */
  readonly isClockSet: boolean;
  /** What HighLevel found wrong with the form of calls. */
  readonly mistakes: readonly string[];
  /** What each rule may send. */
  readonly breakers: { readonly [rule: string]: { readonly perMinute: number; readonly perContactDay: number } };
}

export interface History {
  readonly acknowledged: readonly Acknowledged[];
  /** Events whose sender went on until it was told 2xx, and never was. */
  readonly unanswered: readonly string[];
  readonly calls: readonly Call[];
  readonly confirmed: readonly Confirmed[];
  /** Ids of calls that were under way when the process died, once for each time. */
  readonly interrupted: readonly string[];
  /** Storage refused writes for a while: then an attempt may be made that cannot be written down. */
  readonly isStorageRefusing: boolean;
  readonly events: readonly RecordedEvent[];
  readonly deliveries: readonly EndedDelivery[];
  /** The tasks that KV holds at the end: id and contact. */
  readonly tasks: readonly { readonly id: string; readonly contactId: string }[];
  /** How long a request may be on its way before it is seen, milliseconds; 0: it is seen as it leaves. */
  readonly graceMs: number;
  /** Hosts that answered promptly from beginning to end. */
  readonly promptHosts: readonly string[];
  /** Hosts that never answered with 2xx, 3xx or 4xx. */
  readonly deadHosts: readonly string[];
  /** How late a first attempt at a prompt host may be, milliseconds; `null` where lateness proves nothing. */
  readonly mayBeLateMs: number | null;
  /** `null`: the location has nothing to do with HighLevel. */
  readonly followUps: FollowUps | null;
}
