// The table of facts: what a rule can query, its type, and which kinds of event have it. Facts of the payload come from
// the table of kinds (`model/event-kinds.ts`), those that Afterbeep derives from `derived-facts.ts` and `log-facts.ts`, and
// what is known beside the event from `known-facts.ts`.
import { about } from "#said";
import { GROUPS, type Field } from "../model/event-fields.ts";
import { EVENT_KINDS, forEachKind, KINDS, type EventKind } from "../model/event-kinds.ts";
import { EVENT_FACTS, MOMENT_FACTS } from "./derived-facts.ts";
import { KNOWN_FACTS } from "./known-facts.ts";
import { LOG_FACTS } from "./log-facts.ts";

/** One fact. A payload field may hold other words than its `values`; those of a derived fact are complete. */
export interface FactEntry extends Field {
  readonly kinds: readonly EventKind[];
  /** Computed by Afterbeep rather than read from the payload. */
  readonly derived?: true;
  /** Takes `params`, and is computed from the log rather than the event. */
  readonly params?: true;
}

/** Facts with one spelling for what HighLevel spells in several ways, about the moment, the contact, and its past. */
const DERIVED: { readonly [name: string]: FactEntry } = {
  ...mapped(EVENT_FACTS, (fact): FactEntry => ({ ...fact, derived: true })),
  ...mapped(MOMENT_FACTS, (fact): FactEntry => ({ ...fact, derived: true })),
  ...mapped(KNOWN_FACTS, ({ type, about }): FactEntry => ({ type, about, kinds: EVENT_KINDS, derived: true })),
  ...mapped(LOG_FACTS, (fact): FactEntry => ({ ...fact, kinds: EVENT_KINDS, derived: true, params: true })),
};

/** Every fact by its name. */
export const FACTS: { readonly [name: string]: FactEntry } = { ...DERIVED, ...sent() };

const NAMES_OF = forEachKind((_, kind) => Object.keys(FACTS).filter((name) => FACTS[name]?.kinds.includes(kind)));

/** The names of the facts that a kind of event has. */
export function factsOfKind(kind: EventKind): readonly string[] {
  return NAMES_OF[kind];
}

function mapped<Entry>(
  facts: { readonly [name: string]: Entry },
  made: (entry: Entry) => FactEntry,
): { [name: string]: FactEntry } {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, made(fact)]));
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
    ...about(() => [...new Set(fields.map(({ about }) => about))].join("; or ")),
    kinds,
    ...(isKnown ? { values: [...new Set(words.flatMap((values) => values ?? []))] } : {}),
    ...(fields.every(({ always }) => always) ? { always: true } : {}),
  };
  return [[name, fact]];
}
