// The table of facts: what a rule can query, its type, and which kinds of event have it. Facts of the payload come from
// the table of kinds (`model/event-kinds.ts`); those that Afterbeep derives are listed here.
import { CHANNELS, OUTCOMES, SENDERS } from "../model/event.ts";
import { GROUPS, type Field, type FieldType } from "../model/event-fields.ts";
import { EVENT_KINDS, forEachKind, KINDS, kindsWhere, type EventKind } from "../model/event-kinds.ts";
import { WEEKDAYS } from "../model/window.ts";

/** The type of a fact: the same types as for fields of the payload. */
export type FactType = FieldType;

/** One fact. A payload field may hold other words than its `values`; those of a derived fact are complete. */
export interface FactEntry extends Field {
  readonly kinds: readonly EventKind[];
  /** Computed by Afterbeep rather than read from the payload. */
  readonly derived?: true;
  /** Takes `params`, and is computed from the log rather than the event. */
  readonly params?: true;
}

/** Facts with one spelling for what HighLevel spells in several ways, about the moment, and about the contact's past. */
const DERIVED: { readonly [name: string]: FactEntry } = derived({
  kind: { type: "text", about: "the kind of event", kinds: EVENT_KINDS, values: EVENT_KINDS, always: true },
  contactId: { type: "id", about: "the contact; contact events send it as id", kinds: EVENT_KINDS, always: true },
  channel: {
    type: "text",
    about: "what the message travelled on",
    kinds: kindsWhere(({ message }) => message !== undefined),
    values: CHANNELS,
    always: true,
  },
  outcome: {
    type: "text",
    about: "what became of the message, from status and callStatus",
    kinds: kindsWhere(({ hasOutcome }) => hasOutcome === true),
    values: OUTCOMES,
    always: true,
  },
  sender: {
    type: "text",
    about: "who sent it",
    kinds: kindsWhere(({ message }) => message?.direction === "outbound"),
    values: SENDERS,
    always: true,
  },
  recipients: {
    type: "list",
    about: "phone numbers or addresses it went to, always a list",
    kinds: kindsWhere(({ recipients }) => recipients !== undefined),
    always: true,
  },
  occurredAt: { type: "time", about: "when it happened, UTC", kinds: EVENT_KINDS, always: true },
  payload: {
    type: "object",
    about: "everything as sent; reach unknown keys with a path",
    kinds: EVENT_KINDS,
    always: true,
  },

  localTime: {
    type: "text",
    about: "HH:MM of the decision, in TIME_ZONE; compare with before and after",
    kinds: EVENT_KINDS,
    always: true,
  },
  weekday: {
    type: "text",
    about: "the day of the decision, in TIME_ZONE",
    kinds: EVENT_KINDS,
    values: WEEKDAYS,
    always: true,
  },
  count: {
    type: "number",
    about: "events of this contact that params describe, this one included",
    kinds: EVENT_KINDS,
    always: true,
    params: true,
  },
  secondsSince: {
    type: "number",
    about:
      "seconds since the last event of this contact before this one that params describe; absent when there is none",
    kinds: EVENT_KINDS,
    params: true,
  },
});

/** Every fact by its name. */
export const FACTS: { readonly [name: string]: FactEntry } = { ...DERIVED, ...sent() };

const NAMES_OF = forEachKind((_, kind) => Object.keys(FACTS).filter((name) => FACTS[name]?.kinds.includes(kind)));

/** The names of the facts that a kind of event has. */
export function factsOfKind(kind: EventKind): readonly string[] {
  return NAMES_OF[kind];
}

function derived(facts: { readonly [name: string]: Omit<FactEntry, "derived"> }): { [name: string]: FactEntry } {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, { ...fact, derived: true }]));
}

/** The fields of all kinds. Those with the same name are one fact, with the words and the phrases of all of them. */
function sent(): { [name: string]: FactEntry } {
  const groups = [...Object.values(GROUPS), ...EVENT_KINDS.map((kind) => KINDS[kind].fields)];
  const names = new Set(groups.flatMap((fields) => Object.keys(fields)));
  return Object.fromEntries([...names].flatMap((name) => factOf(name)));
}

function factOf(name: string): [name: string, fact: FactEntry][] {
  const kinds = EVENT_KINDS.filter((kind) => Object.hasOwn(KINDS[kind].fields, name));
  const fields = kinds.flatMap((kind) => KINDS[kind].fields[name] ?? []);
  const [first] = fields;
  if (!first) return [];
  const words = fields.map(({ values }) => values);
  const isKnown = words.every((values) => values !== undefined);
  const fact: FactEntry = {
    type: first.type,
    about: [...new Set(fields.map(({ about }) => about))].join("; or "),
    kinds,
    ...(isKnown ? { values: [...new Set(words.flatMap((values) => values ?? []))] } : {}),
    ...(fields.every(({ always }) => always) ? { always: true } : {}),
  };
  return [[name, fact]];
}

/** Words that the `params` of a fact take, by key. */
export const PARAM_WORDS: { readonly [key: string]: readonly string[] } = {
  kind: EVENT_KINDS,
  channel: CHANNELS,
  outcome: OUTCOMES,
  direction: ["inbound", "outbound"],
};
