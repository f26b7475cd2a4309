// What was observed from outside while things broke, and what the tables held once it had come to rest. The simulation
// and the runs on workerd write the same kind of history, and one checker reads it.

import type { SentRequest } from "../src/model/sent-request.ts";

/** What a sender was told about an event; `order` numbers everything observed, in the order in which it was. */
export interface Acknowledged {
  readonly key: string;
  readonly contactId: string;
  readonly status: "accepted" | "duplicate";
  /** When the sender first sent it, and when this answer arrived. */
  readonly sentOrder: number;
  readonly order: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A request that left for a destination. */
export interface Call {
  /** The `webhook-id`, or the id of the task. */
  readonly id: string;
  /** What the request is about: an event and one of its actions. */
  readonly about: string;
  readonly host: string;
  /** Milliseconds since 1970 by the ledger's clock. */
  readonly at: number;
  readonly order: number;
}

/** A request as it arrived: at a destination, or at HighLevel if it changes something there. */
export interface Arrived {
  /** The `webhook-id`; `null`: HighLevel is not told of one. */
  readonly deliveryId: string | null;
  readonly contactId: string;
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
}

/**
 * Something that an operator did and that was confirmed. `cancel answered`: the answer said what became of the delivery,
 * cancelled or not. `still open`: it was seen to wait or to be sent after such an answer. `erase asked`: it may have been
 * done, although no answer came.
 */
export interface Confirmed {
  readonly what: "cancelled" | "cancel answered" | "still open" | "retried" | "erased" | "erase asked";
  /** The delivery, or the contact. */
  readonly id: string;
  readonly askedOrder: number;
  /** Milliseconds since 1970; absent where nobody needs it. */
  readonly askedAt?: number;
  readonly order: number;
}

/** A recorded event, as in the log. */
export interface RecordedEvent {
  readonly key: string;
  readonly contactId: string;
  readonly seq: number;
  readonly kind: string;
  readonly occurredAt: number;
  readonly decidedAt: number;
  /** The rules that decided it, and those of them that fired. */
  readonly rules: readonly string[];
  readonly fired: readonly string[];
  /** The message that it is about, and the state of it; `null` if it names none. */
  readonly messageId: string | null;
  readonly status: string | null;
  /** The message that it says its message is a retry of; `null`: of none. */
  readonly retryOf: string | null;
  /** The rules whose changes led to it, as its decision says. */
  readonly ledBy: readonly string[];
  /** Whether it says that the message was sent through the API. */
  readonly isFromApi: boolean;
  /** How many deliveries its decision calls for. */
  readonly planned: number;
  /** The count of the contact's outbound messages so far, as a rule saw it; `null` if no rule asked. */
  readonly counted: number | null;
  /** The same of the contact's messages, each once with its retries. */
  readonly countedMessages: number | null;
  /** The rules that their limit held, and those that were paused. */
  readonly held: readonly string[];
  readonly paused: readonly string[];
  /** The contact's tags as a rule saw them; `null`: none asked, or they were not known. */
  readonly tags: readonly string[] | null;
}

/** Whether an event says of its message what the event before it said: it changes nothing, fires nothing and counts nowhere. */
export function changesNothing(event: RecordedEvent, before: readonly RecordedEvent[]): boolean {
  const last = before.findLast(({ kind, messageId }) => kind === event.kind && messageId === event.messageId);
  return event.messageId !== null && last?.status === event.status;
}

/** Which messages are one, with their retries, as far as events up to now say so; each by the first of its names. */
export class Chains {
  readonly #other = new Map<string, string>();

  /** Takes in what an event says. */
  hear({ messageId, retryOf }: Pick<RecordedEvent, "messageId" | "retryOf">): void {
    if (messageId === null || retryOf === null) return;
    const [one, other] = [this.of(messageId), this.of(retryOf)];
    if (one !== other) this.#other.set(one, other);
  }

  /** The chain of a message. */
  of(messageId: string): string {
    const other = this.#other.get(messageId);
    return other === undefined ? messageId : this.of(other);
  }
}

/** An event, as its sender knows it. */
export interface SentEvent {
  readonly key: string;
  readonly contactId: string;
  /** When it happened by the sender's clock, milliseconds since 1970. */
  readonly happenedAt: number;
}

/** A delivery, as in the tables at the end. */
export interface EndedDelivery {
  readonly id: string;
  readonly eventKey: string;
  readonly contactId: string;
  readonly rule: string;
  readonly host: string;
  /** The call of HighLevel's API that it makes; `null` if it goes elsewhere. */
  readonly highlevelCall: string | null;
  readonly state: string;
  readonly cancelsOnReply: boolean;
  /** The key of the event that cancelled it; `null` if none did. */
  readonly cancelledByEvent: string | null;
  /** Its rule fired again on that event, and it was replaced. */
  readonly isReplaced: boolean;
  /** Milliseconds since 1970: when it was first due. */
  readonly dueAt: number;
  readonly attempts: readonly { readonly at: number; readonly error: string | null }[];
  /** What is kept of what it sent, by its attempts and before them. */
  readonly kept: readonly SentRequest[];
}

/** A change that HighLevel made. */
export interface MadeChange {
  /** What it says that it is about: contact, event and rule. */
  readonly about: string;
  /** When the call left for HighLevel, milliseconds since 1970, and its number in the order. */
  readonly leftAt: number;
  readonly order: number;
}

/** A message that HighLevel accepted. */
export interface TakenMessage extends MadeChange {
  readonly id: string;
  readonly contactId: string;
}

/** A message that a delivery was allowed to send, as in the table. */
export interface CountedSend {
  readonly deliveryId: string;
  readonly messageId: string | null;
}

/** A message at the moment in which its breaker let it through. */
export interface LetThrough {
  readonly deliveryId: string;
  readonly rule: string;
  readonly contactId: string;
  /** By the ledger's clock, milliseconds since 1970. */
  readonly at: number;
  /** The rule's other messages that counted then, and how long they had, by the ledger's clock as it was set meanwhile, at most. */
  readonly before: readonly { readonly deliveryId: string; readonly contactId: string; readonly agoMs: number }[];
}

/** A contact's wish about being written to. */
export interface Wish {
  /** The event that says it. */
  readonly key: string;
  readonly contactId: string;
  readonly says: "stop" | "start" | "dnd on" | "dnd off";
  readonly occurredAt: number;
  readonly sentOrder: number;
  /** When it was first acknowledged, and the number of that in the order; `null` if it never was. */
  readonly known: { readonly at: number; readonly order: number } | null;
}

/** What a contact does not want, as in the table. */
export interface KeptWish {
  readonly contactId: string;
  readonly why: string;
}

/** A use of a refresh token. */
export interface Exchange {
  readonly used: string;
  /** When it left, milliseconds since 1970. */
  readonly leftAt: number;
  /** The refresh token that came back; `null` if the used one was refused. */
  readonly given: string | null;
  /** When the answer reached an instance still alive; `null` if it reached none. */
  readonly heardAt: number | null;
}

/** A question about a contact. Times are milliseconds since 1970. */
export interface AskedContact {
  readonly contactId: string;
  readonly leftAt: number;
  /** When the contact's record reached an instance still alive; `null`: it reached none. */
  readonly heardAt: number | null;
}

/** Contacts whom nobody asks about but for the decision about a note. */
export interface NotedContacts {
  /** The ids of those with the tag that a rule looks for, and of the others. */
  readonly vip: readonly string[];
  readonly others: readonly string[];
  readonly asked: readonly AskedContact[];
  /** How long the note waited that waited longest, by the ledger's clock, milliseconds. */
  readonly longestMs: number;
  /** Notes that wait at the end, and those whose decision was changed. */
  readonly waiting: readonly string[];
  readonly changed: readonly string[];
}
/** How the keys of events begin that tell of what the rules which feed each other did. */
export const SWAPPED = "swapped";

/** What HighLevel saw from a location. */
export interface FollowUps {
  readonly messages: readonly TakenMessage[];
  readonly tagged: readonly MadeChange[];
  /** `contact/tag` */
  readonly tags: ReadonlySet<string>;
  readonly sends: readonly CountedSend[];
  readonly letThrough: readonly LetThrough[];
  readonly wishes: readonly Wish[];
  readonly kept: readonly KeptWish[];
  readonly exchanges: readonly Exchange[];
  /** Calls that left with an access token that was not on disk yet. */
  readonly unkeptTokens: readonly string[];
  /** How often HighLevel answered 429, by its own count. */
  readonly tooMany: { readonly total: number; readonly twoInARow: boolean };
  /** When the process died, milliseconds since 1970. */
  readonly stoppedAt: readonly number[];
  /** The ledger's clock was changed meanwhile: what it counts by time proves nothing. */
  readonly isClockSet: boolean;
  /** What HighLevel found wrong in the form of calls. */
  readonly mistakes: readonly string[];
  readonly noted: NotedContacts;
  /** Events came in the order in which things happened. */
  readonly isOrderly: boolean;
  /** How much each rule may send. */
  readonly breakers: { readonly [rule: string]: { readonly perMinute: number; readonly perContactDay: number } };
}

/** A pause that was confirmed; `rule` is `null` for the location. */
export interface PauseSeen {
  readonly rule: string | null;
  /** When it was answered, in the order of everything, and when its end was asked for. */
  readonly order: number;
  readonly endOrder: number;
}

/** The deliveries that were sent by hand after all. */
export function retriedIn(confirmed: History["confirmed"]): ReadonlySet<string> {
  return new Set(confirmed.filter(({ what }) => what === "retried").map(({ id }) => id));
}

/**
 * The events with a delivery that is cancelled, or was when a later event came: what was sent by hand after all may have been.
 */
export function onceCancelled({ deliveries, confirmed }: History): ReadonlySet<string> {
  const retried = retriedIn(confirmed);
  return new Set(
    deliveries.filter(({ id, state }) => state === "cancelled" || retried.has(id)).map(({ eventKey }) => eventKey),
  );
}

export interface History {
  /** Events whose time is to be compared with that in the log. */
  readonly sent: readonly SentEvent[];
  readonly acknowledged: readonly Acknowledged[];
  /** Events whose sender kept on sending, but was never answered 2xx. */
  readonly unanswered: readonly string[];
  readonly calls: readonly Call[];
  /** What arrived, if all of it was written down; empty if it was not. */
  readonly arrived: readonly Arrived[];
  readonly confirmed: readonly Confirmed[];
  readonly pauses: readonly PauseSeen[];
  /** Ids of calls that were under way when the process died, one entry for each time. */
  readonly interrupted: readonly string[];
  /** Storage refused writes for a while: an attempt may have been made that could not be recorded. */
  readonly isStorageRefusing: boolean;
  readonly events: readonly RecordedEvent[];
  readonly deliveries: readonly EndedDelivery[];
  /** The tasks in KV at the end: id and contact. */
  readonly tasks: readonly { readonly id: string; readonly contactId: string }[];
  /** How long a request may be on its way before it is observed, milliseconds; 0 if it is observed as it leaves. */
  readonly graceMs: number;
  /** What the ledger's clock said each time before it was set back, milliseconds since 1970. */
  readonly clockSetBackAt: readonly number[];
  /** Hosts that answered promptly throughout. */
  readonly promptHosts: readonly string[];
  /** Hosts that never answered with 2xx, 3xx or 4xx. */
  readonly deadHosts: readonly string[];
  /** How late a first attempt at a prompt host may be, milliseconds; `null` if lateness proves nothing. */
  readonly mayBeLateMs: number | null;
  /** What a full ledger forgot although it still waited; empty, if the ledger was not full. */
  readonly forgotten: readonly string[];
  /** `null` if the location does not follow up inside HighLevel. */
  readonly followUps: FollowUps | null;
}
