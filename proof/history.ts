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
  readonly host: string;
  readonly state: string;
  readonly cancelsOnReply: boolean;
  /** The key of the event that cancelled it; `null`: none did. */
  readonly cancelledByEvent: string | null;
  /** Milliseconds since 1970: when it was first due. */
  readonly dueAt: number;
  readonly attempts: readonly { readonly at: number; readonly error: string | null }[];
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
}
