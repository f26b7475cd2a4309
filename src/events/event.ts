// From a payload to an Event and its facts. Pure: the caller supplies the key and the time of receipt.
import type { Event, Facts } from "../model/event.ts";
import {
  EVENT_KINDS,
  HOOK_PATHS,
  KINDS,
  kindsWhere,
  OTHER,
  type EventKind,
  type Guard,
  type HookRoute,
} from "../model/event-kinds.ts";
import type { Issue } from "../model/failure.ts";
import { decimalOf } from "../kit/decimal.ts";
import { isJsonObject, jsonPointer, type Json, type JsonObject } from "../kit/json.ts";
import { isoOf, momentMs } from "../kit/moment.ts";
import { switchOf } from "../kit/switch.ts";
import { contactIn } from "./contact.ts";
import { channelOf, isInternal, outcomeOf, recipientsOf, senderOf } from "./derive.ts";
import { isEventFact, type EventFact } from "../language/derived-facts.ts";
import { FACTS, factsOfKind, type FactEntry } from "../language/facts.ts";
import type { FieldType } from "../model/event-fields.ts";
import { eventKindOf, typesOf } from "./kind-of.ts";
import { withContactNamed } from "./other.ts";
import { EVENT_STRUCTS, misfitOf } from "./structs.ts";
import { completed } from "./untyped.ts";

/** What a payload turned out to be. */
export type ReadEvent =
  | { readonly status: "event"; readonly event: Event }
  | { readonly status: "ignored"; readonly kind: string }
  | {
      readonly status: "unusable";
      readonly issues: readonly Issue[];
      /** Its kind, if it lacks nothing but the contact and HighLevel names none for this kind. */
      readonly unjoined?: EventKind;
    };

/** What is known about an event besides its payload. */
export interface Received {
  readonly key: string;
  readonly route: HookRoute;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

const MAX_KIND_LENGTH = 64;
/** By how much HighLevel's clock and those of the Workers may differ. */
const CLOCKS_APART_MS = 5 * 60_000;
const NOT_HIGHLEVELS = `Expected a kind of event that HighLevel sends; provider messages go to ${HOOK_PATHS.provider}, what a gateway says to ${HOOK_PATHS.gateway}`;
const GATEWAYS = kindsWhere(({ route }) => route === "gateway").flatMap(typesOf);
const WRONG_ROUTE: { readonly [R in HookRoute]: string } = {
  events: NOT_HIGHLEVELS,
  provider: NOT_HIGHLEVELS,
  gateway: `Expected ${GATEWAYS.map((type) => `"${type}"`).join(" or ")}: what HighLevel sends goes to ${HOOK_PATHS.events}`,
};

/**
 * Reads a payload as the kind that its `type` stands for on its route. It is unusable only without a kind, a location or a
 * contact: `issuesOf` tells which other fields cannot be read, and those are absent.
 */
export function readEvent(sent: Json, received: Received): ReadEvent {
  if (!isJsonObject(sent)) return unusable("", "EVENT_SHAPE", "Expected an object");
  const whole = completed(sent);
  const named = whole["type"];
  if (typeof named !== "string" || named === "")
    return unusable(
      "/type",
      "EVENT_TYPE",
      "Expected the type of the event, or the fields of one that comes without it",
    );
  const kind = eventKindOf(named, received.route);
  if (kind === "wrong-route") return unusable("/type", "EVENT_ROUTE", WRONG_ROUTE[received.route]);
  const payload = kind === OTHER ? withContactNamed(whole) : whole;
  const [error] = EVENT_STRUCTS[kind].validate(payload);
  if (error && kind === OTHER) return { status: "ignored", kind: unknownKindOf(named) };
  if (error) {
    const issues = error
      .failures()
      .map(({ path, message }) => ({ pointer: jsonPointer(path), code: "EVENT_FIELD", message }));
    const told = new Set(issues.map(({ pointer }) => pointer));
    const others = misfitsIn(kind, payload).filter(({ pointer }) => !told.has(pointer));
    const isUnjoined = KINDS[kind].isJoined && issues.length === 1 && (contactIn(KINDS[kind], payload) ?? "") === "";
    return { status: "unusable", issues: [...issues, ...others], ...(isUnjoined ? { unjoined: kind } : {}) };
  }
  return {
    status: "event",
    event: {
      key: received.key,
      kind,
      locationId: text(payload["locationId"]),
      contactId: text(contactIn(KINDS[kind], payload)),
      occurredAt: occurredAt(kind, payload, received.receivedAt),
      receivedAt: received.receivedAt,
      payload,
    },
  };
}

/** The name by which a kind that has no entry is counted. */
export function unknownKindOf(type: Json | undefined): string {
  return text(type).slice(0, MAX_KIND_LENGTH);
}

/** The fields of an event that cannot be read: they are no facts, and stand in `payload` as they came. It never holds a value. */
export function issuesOf({ kind, payload }: Event): readonly Issue[] {
  return misfitsIn(kind, payload);
}

function misfitsIn(kind: EventKind, payload: JsonObject): readonly Issue[] {
  return Object.entries(KINDS[kind].fields).flatMap(([name, { type }]) => {
    const message = misfitOf(type, payload[name]);
    return message === null ? [] : [{ pointer: jsonPointer([name]), code: "EVENT_FIELD", message }];
  });
}

/** Reads one fact of an event; `undefined` when it is absent, or the kind of event does not have it. */
export type FactReader = (event: Event) => Json | undefined;

const DERIVED: { readonly [Name in EventFact]: FactReader } = {
  kind: ({ kind }) => kind,
  contactId: ({ contactId }) => contactId,
  occurredAt: ({ occurredAt }) => occurredAt,
  payload: ({ payload }) => payload,
  channel: ({ kind, payload }) => channelOf(kind, payload),
  recipients: ({ kind, payload }) => recipientsOf(kind, payload),
  outcome: ({ kind, payload }) => outcomeOf(channelOf(kind, payload), payload),
  sender: ({ payload }) => senderOf(payload),
};

/** No fact has the name of a property that every object inherits, so what is read is what was sent. */
function payloadReader(name: string, { type, always }: FactEntry): FactReader {
  const read: FactReader = ({ payload }) => plain(type, payload[name]);
  return type === "list" && always ? (event) => read(event) ?? [] : read;
}

/** A reader for each fact that depends on the event alone. Facts of the moment and of the log have none. */
export const FACT_READERS: ReadonlyMap<string, FactReader> = new Map(
  Object.entries(FACTS).flatMap(([name, entry]): [string, FactReader][] => {
    if (isEventFact(name)) return [[name, ofItsKinds(entry, DERIVED[name])]];
    return entry.derived ? [] : [[name, ofItsKinds(entry, payloadReader(name, entry))]];
  }),
);

function ofItsKinds({ kinds }: FactEntry, read: FactReader): FactReader {
  const has = new Set(kinds);
  return has.size === EVENT_KINDS.length ? read : (event) => (has.has(event.kind) ? read(event) : undefined);
}

/** Every fact of an event, by name. Absent ones have no key, and the object has no prototype. */
export function factsOf(event: Event): Facts {
  const facts: { [name: string]: Json } = Object.create(null);
  for (const name of factsOfKind(event.kind)) {
    const value = FACT_READERS.get(name)?.(event);
    if (value !== undefined) facts[name] = value;
  }
  return facts;
}

/** Why only rules that include such events may see an event; `null`: every rule may. */
export function guardedAs({ kind, payload }: Event): Guard | null {
  return KINDS[kind].guards?.find((guard) => IS_GUARDED[guard](payload)) ?? null;
}

const IS_GUARDED: { readonly [G in Guard]: (payload: JsonObject) => boolean } = {
  api: (payload) => senderOf(payload) === "api",
  internal: isInternal,
};

/**
 * When an event happened, as its sender says: the Workers' clocks differ, and the order of a contact's events is not theirs
 * to change. If that is long after it was received, the sender's clock is wrong, and it happened then.
 */
function occurredAt(kind: EventKind, payload: JsonObject, receivedAt: string): string {
  const { time: own = "timestamp" } = KINDS[kind];
  const said = time(payload[own]) ?? time(payload["timestamp"]) ?? receivedAt;
  // Compared as numbers: a year past 9999 is written with a sign, and as text would sort before all others.
  return Date.parse(said) > Date.parse(receivedAt) + CLOCKS_APART_MS ? receivedAt : said;
}

/** The value of a fact in the one form that its type has; `undefined` if it is absent or cannot be read. */
function plain(type: FieldType, value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (value === "") return type === "text" ? "" : undefined;
  if (misfitOf(type, value) !== null) return undefined;
  if (type === "number") return decimalOf(value) ?? undefined;
  if (type === "boolean") return switchOf(value) ?? undefined;
  if (type === "time" && decimalOf(value) !== null) return time(value) ?? undefined;
  if (type === "list") return Array.isArray(value) ? value : [value];
  return value;
}

/** A value that the struct has proved to be text. */
function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function time(value: Json | undefined): string | null {
  return isoOf(momentMs(value));
}

function unusable(pointer: string, code: string, message: string): ReadEvent {
  return { status: "unusable", issues: [{ pointer, code, message }] };
}
