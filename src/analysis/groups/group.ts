// What conditions can look at, in groups that do not depend on each other: a field of the payload, the words of which the
// channel and the outcome are made, the contact, the clock, the past. What is wanted of an event can be had if each group
// can have its part.
import { valueAt } from "../../language/path.ts";
import { FACT_READERS } from "../../events/event.ts";
import { contactIn } from "../../events/contact.ts";
import type { Json, JsonObject } from "../../kit/json.ts";
import type { Event } from "../../model/event.ts";
import { KINDS, type EventKind } from "../../model/event-kinds.ts";
import type { FactCondition } from "../../model/rule.ts";
import type { Weekday } from "../../model/window.ts";
import type { Found, Want } from "../values/want.ts";

/** Earlier events of the contact. */
export type PastWanted = readonly {
  readonly agoMs: number;
  readonly payload: JsonObject;
  /** It is about the message that the event itself is about. */
  readonly isOwnMessage?: boolean;
}[];

/** One comparison without what only turns it round, and the group of what it reads. */
export interface Atom {
  /** From 1; the same comparison has the same one. */
  readonly id: number;
  readonly group: Group;
  readonly condition: Pick<FactCondition, "fact" | "path" | "params" | "operator" | "value">;
}

/** That an atom is met, or that it is not. */
export interface Literal {
  readonly atom: Atom;
  readonly isMet: boolean;
}

/** What a group adds to an event. Parts of different groups have nothing in common. */
export interface Part {
  readonly payload?: JsonObject;
  readonly contact?: JsonObject | undefined;
  readonly location?: JsonObject | undefined;
  readonly localTime?: string;
  readonly weekday?: Weekday;
  /** The decision is made then or later, milliseconds since 1970. */
  readonly notBeforeMs?: number;
  readonly past?: PastWanted;
}

/** One group of a kind of event. */
export interface Group {
  /** What it is, for reasons: `status`, `contact`. */
  readonly name: string;
  /** Tells it of an atom, before anything is asked. */
  note(atom: Atom): void;
  /** A part of an event on which literals of this group hold. */
  partThat(literals: readonly Literal[]): Found<Part>;
}

/** What a literal wants of the value that its condition reads. */
export function wantOf({ atom: { condition }, isMet }: Literal): Want {
  return { operator: condition.operator, value: condition.value, isMet };
}

/** Reads what a condition looks at in a payload, as a decision does. */
export function readIn(kind: EventKind, payload: JsonObject, { fact, path }: Atom["condition"]): Json | undefined {
  const contactId = contactIn(KINDS[kind], payload);
  const event: Event = {
    key: "",
    kind,
    locationId: typeof payload["locationId"] === "string" ? payload["locationId"] : "",
    contactId: typeof contactId === "string" ? contactId : "",
    occurredAt: "",
    receivedAt: "",
    payload,
  };
  return valueAt(FACT_READERS.get(fact)?.(event), path);
}
