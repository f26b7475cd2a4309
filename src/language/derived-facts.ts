// The facts that Afterbeep derives, in one table for each thing that they are read from: whoever reads them has a reader
// for each name. Those that are read from the log stand in `log-facts.ts`.
import { about } from "#said";
import { OTHER_CONTACT_PLACES } from "./contact-words.ts";
import type { Field } from "../model/event-fields.ts";
import { EVENT_KINDS, kindsWhere, type EventKind } from "../model/event-kinds.ts";
import { CHANNELS } from "../model/channels.ts";
import { OUTCOMES, SENDERS } from "../model/event.ts";
import { WEEKDAYS } from "../model/window.ts";

/** A fact that is not a field of the payload. Its `values` are complete. */
interface DerivedEntry extends Field {
  readonly kinds: readonly EventKind[];
}

const EVENT_TABLE = {
  kind: { type: "text", ...about("the kind of event"), kinds: EVENT_KINDS, values: EVENT_KINDS, always: true },
  contactId: {
    type: "id",
    ...about(() => ["the contact", ...OTHER_CONTACT_PLACES.map(({ who, path }) => `${who} it as ${path}`)].join("; ")),
    kinds: EVENT_KINDS,
    always: true,
  },
  channel: {
    type: "text",
    ...about("what the message travelled on"),
    kinds: kindsWhere(({ message }) => message !== undefined),
    values: CHANNELS,
    always: true,
  },
  outcome: {
    type: "text",
    ...about("what became of the message, from status and callStatus"),
    kinds: kindsWhere(({ hasOutcome }) => hasOutcome === true),
    values: OUTCOMES,
    always: true,
  },
  sender: {
    type: "text",
    ...about("who sent it"),
    kinds: kindsWhere(({ message }) => message?.direction === "outbound"),
    values: SENDERS,
    always: true,
  },
  recipients: {
    type: "list",
    ...about("phone numbers or addresses it went to, always a list"),
    kinds: kindsWhere(({ recipients }) => recipients !== undefined),
    always: true,
  },
  occurredAt: { type: "time", ...about("when it happened, UTC"), kinds: EVENT_KINDS, always: true },
  payload: {
    type: "object",
    ...about("everything as sent; reach unknown keys with a path"),
    kinds: EVENT_KINDS,
    always: true,
  },
} as const satisfies { readonly [name: string]: DerivedEntry };
export type EventFact = keyof typeof EVENT_TABLE;

/** Facts with one spelling for what HighLevel spells in several ways: `events/event.ts` reads them. */
export const EVENT_FACTS: { readonly [Name in EventFact]: DerivedEntry } = EVENT_TABLE;

const MOMENT_TABLE = {
  localTime: {
    type: "text",
    ...about("HH:MM of the decision, in TIME_ZONE; compare with before and after"),
    kinds: EVENT_KINDS,
    always: true,
  },
  weekday: {
    type: "text",
    ...about("the day of the decision, in TIME_ZONE"),
    kinds: EVENT_KINDS,
    values: WEEKDAYS,
    always: true,
  },
} as const satisfies { readonly [name: string]: DerivedEntry };
export type MomentFact = keyof typeof MOMENT_TABLE;

/** Facts about the moment of the decision: `match/facts.ts` reads them. */
export const MOMENT_FACTS: { readonly [Name in MomentFact]: DerivedEntry } = MOMENT_TABLE;

/** Whether a fact is about the event, and derived. */
export function isEventFact(name: string): name is EventFact {
  return Object.hasOwn(EVENT_FACTS, name);
}
