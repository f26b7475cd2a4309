import { factsOfKind, FACTS, type FactType } from "../../src/language/facts.ts";
import { EVENT_KINDS, type EventKind, type HookRoute } from "../../src/model/event.ts";
import type { JsonObject } from "../../src/kit/json.ts";

/** An event to be sent. */
export interface SentPayload {
  readonly route: HookRoute;
  readonly payload: JsonObject;
}

const TAKES_TEXT: ReadonlySet<FactType> = new Set(["text", "id", "list", "address", "time", "any"]);
const LOCATION = "naughty-location";

/** The least that each kind of event needs, and the fact that the shipped rules ask about first. */
const LEAST: { readonly [K in EventKind]: SentPayload } = {
  OutboundMessage: { route: "events", payload: { contactId: "c", messageType: "SMS", status: "failed" } },
  ProviderOutboundMessage: { route: "provider", payload: { type: "Email", contactId: "c" } },
  InboundMessage: { route: "events", payload: { contactId: "c", messageType: "Email" } },
  ContactDndUpdate: { route: "events", payload: { id: "c" } },
  ContactDelete: { route: "events", payload: { id: "c" } },
  ContactTagUpdate: { route: "events", payload: { id: "c" } },
  GatewayStatus: { route: "gateway", payload: { contactId: "c", messageId: "m", status: "failed" } },
};

/** The fields of a kind that take any text: an event is an event whatever stands in them. */
function textFields(kind: EventKind): string[] {
  const needed = new Set(["type", "locationId", "contactId", "id"]);
  return factsOfKind(kind).filter((name) => {
    const fact = FACTS[name];
    return fact !== undefined && !fact.derived && !needed.has(name) && TAKES_TEXT.has(fact.type);
  });
}

/** An event of a kind with texts in all of its fields in turn, under names that nobody knows, and in a list. */
export function eventWith(kind: EventKind, ...texts: readonly string[]): SentPayload {
  const { route, payload } = LEAST[kind];
  const fields = textFields(kind).map((name, index) => [name, texts[index % texts.length] ?? ""] as const);
  const unknown = { notAField: texts[0] ?? "", inAList: [...texts, { deep: [...texts] }] };
  return {
    route,
    payload: { ...Object.fromEntries(fields), ...unknown, type: kind, ...payload, locationId: LOCATION },
  };
}

/** Each kind of event with a text in all of its fields, and in one at a time, those that it needs among them. */
export function payloadsWith(text: string): SentPayload[] {
  const single = EVENT_KINDS.flatMap((kind) => {
    const { route, payload } = LEAST[kind];
    return factsOfKind(kind)
      .filter((name) => FACTS[name]?.derived !== true || name === "contactId")
      .map((name) => ({ route, payload: { type: kind, locationId: LOCATION, ...payload, [name]: text } }));
  });
  return [...EVENT_KINDS.map((kind) => eventWith(kind, text)), ...single];
}
