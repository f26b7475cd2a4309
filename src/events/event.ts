// From a payload to an Event and its facts. Pure: the caller brings the key and the time of receipt.
import type { Event, EventKind, Facts, HookRoute } from "../model/event.ts";
import { EVENT_KINDS } from "../model/event.ts";
import type { Issue } from "../model/failure.ts";
import { isJsonObject, jsonPointer, type Json, type JsonObject } from "../kit/json.ts";
import { channelOf, isInternal, isMessage, outcomeOf, recipientsOf, senderOf } from "./derive.ts";
import { FACTS, factsOfKind, type FactType } from "../language/facts.ts";
import { contactKey, EVENT_STRUCTS } from "./structs.ts";

/** What a payload turned out to be. */
export type ReadEvent =
  | { readonly status: "event"; readonly event: Event }
  | { readonly status: "ignored"; readonly kind: string }
  | { readonly status: "unusable"; readonly issues: readonly Issue[] };

/** What is known of an event besides its payload. */
export interface Received {
  readonly key: string;
  readonly route: HookRoute;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

const GATEWAY_TYPE: EventKind = "GatewayStatus";
const PROVIDER_TYPES: ReadonlySet<string> = new Set(["SMS", "Email", "Custom"]);
const MAX_KIND_LENGTH = 64;
const NOT_HIGHLEVELS =
  "Expected a kind of event that HighLevel sends; provider messages go to /hooks/highlevel/provider, what a gateway says to /hooks/gateway";
const WRONG_ROUTE: { readonly [R in HookRoute]: string } = {
  events: NOT_HIGHLEVELS,
  provider: NOT_HIGHLEVELS,
  gateway: 'Expected "GatewayStatus": what HighLevel sends goes to /hooks/highlevel',
};

/** Validates a payload. On the provider route `type` may name a channel, on the gateway's it is always `GatewayStatus`. */
export function readEvent(payload: Json, received: Received): ReadEvent {
  if (!isJsonObject(payload)) return unusable("", "EVENT_SHAPE", "Expected an object");
  const named = payload["type"];
  if (typeof named !== "string" || named === "")
    return unusable("/type", "EVENT_TYPE", "Expected the type of the event");
  const kind = kindOf(named, received.route);
  if (kind === "wrong-route") return unusable("/type", "EVENT_ROUTE", WRONG_ROUTE[received.route]);
  if (kind === null) return { status: "ignored", kind: named.slice(0, MAX_KIND_LENGTH) };
  const [error] = EVENT_STRUCTS[kind].validate(payload);
  if (error) {
    const issues = error
      .failures()
      .map(({ path, message }) => ({ pointer: jsonPointer(path), code: "EVENT_FIELD", message }));
    return { status: "unusable", issues };
  }
  return {
    status: "event",
    event: {
      key: received.key,
      kind,
      locationId: text(payload["locationId"]),
      contactId: text(payload[contactKey(kind)]),
      occurredAt: occurredAt(kind, payload, received.receivedAt),
      receivedAt: received.receivedAt,
      payload,
    },
  };
}

/** The route that a payload comes in by, for those who only have the payload: provider messages have a `type` of their own. */
export function routeOf(payload: JsonObject): HookRoute {
  const named = payload["type"];
  if (named === GATEWAY_TYPE) return "gateway";
  return typeof named === "string" && PROVIDER_TYPES.has(named) ? "provider" : "events";
}

/** Reads one fact of an event; `undefined` when it is absent, or the kind of event does not have it. */
export type FactReader = (event: Event) => Json | undefined;

const DERIVED: { readonly [name: string]: FactReader } = {
  kind: ({ kind }) => kind,
  contactId: ({ contactId }) => contactId,
  occurredAt: ({ occurredAt }) => occurredAt,
  payload: ({ payload }) => payload,
  channel: ({ kind, payload }) => channelOf(kind, payload),
  recipients: ({ kind, payload }) => recipientsOf(kind, payload),
  outcome: ({ kind, payload }) => outcomeOf(channelOf(kind, payload), payload),
  sender: ({ payload }) => senderOf(payload),
};

/** No name in the table of facts is one that every object has, so what is read is what was sent. */
function payloadReader(name: string, type: FactType): FactReader {
  const read: FactReader = ({ payload }) => plain(type, payload[name]);
  return name === "attachments" ? (event) => read(event) ?? [] : read;
}

/** How each fact that an event alone decides is read. Facts of the moment and of the log are not among them. */
export const FACT_READERS: ReadonlyMap<string, FactReader> = new Map(
  Object.entries(FACTS).flatMap(([name, { type, derived, kinds }]): [string, FactReader][] => {
    const read = derived ? DERIVED[name] : payloadReader(name, type);
    if (!read) return [];
    const has = new Set(kinds);
    return [
      [name, has.size === EVENT_KINDS.length ? read : (event) => (has.has(event.kind) ? read(event) : undefined)],
    ];
  }),
);

/** Every fact of an event, by name. Absent ones have no key, and the object has no prototype. */
export function factsOf(event: Event): Facts {
  const facts: { [name: string]: Json } = Object.create(null);
  for (const name of factsOfKind(event.kind)) {
    const value = FACT_READERS.get(name)?.(event);
    if (value !== undefined) facts[name] = value;
  }
  return facts;
}

/** Whether an event is one that only rules that ask for it may see, and for what reason. */
export function guardedAs(event: Event): "api" | "internal" | null {
  if (event.kind === "OutboundMessage" && isInternal(event.payload)) return "internal";
  const sends = event.kind === "OutboundMessage" || event.kind === "ProviderOutboundMessage";
  return sends && senderOf(event.payload) === "api" ? "api" : null;
}

/** When it happened, and never after it was received, whatever a clock elsewhere says. */
function occurredAt(kind: EventKind, payload: JsonObject, receivedAt: string): string {
  const said = (isMessage(kind) ? time(payload["dateAdded"]) : null) ?? time(payload["timestamp"]) ?? receivedAt;
  // As numbers: a year past 9999 is written with a sign, and would sort before every other.
  return Date.parse(said) > Date.parse(receivedAt) ? receivedAt : said;
}

/** The value of a fact in the one form its type has; `undefined` when it is absent. */
function plain(type: FactType, value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return undefined;
  if (value === "") return type === "text" ? "" : undefined;
  if (type === "number") return typeof value === "object" ? undefined : Number(value);
  if (type === "boolean") return value === true || value === "true";
  if (type === "time" && typeof value === "number") return time(value) ?? undefined;
  if (type === "list") return Array.isArray(value) ? value : [value];
  return value;
}

function kindOf(type: string, route: HookRoute): EventKind | "wrong-route" | null {
  if ((type === GATEWAY_TYPE) !== (route === "gateway")) return "wrong-route";
  if (PROVIDER_TYPES.has(type)) return route === "provider" ? "ProviderOutboundMessage" : "wrong-route";
  const kind = EVENT_KINDS.find((known) => known === type);
  return kind === "ProviderOutboundMessage" ? "wrong-route" : (kind ?? null);
}

/** Text that the struct has proved to be text. */
function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function time(value: Json | undefined): string | null {
  if (typeof value !== "string" && typeof value !== "number") return null;
  const at = new Date(value);
  return value === "" || Number.isNaN(at.getTime()) ? null : at.toISOString();
}

function unusable(pointer: string, code: string, message: string): ReadEvent {
  return { status: "unusable", issues: [{ pointer, code, message }] };
}
