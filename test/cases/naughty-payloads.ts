import { factsOfKind, FACTS } from "../../src/language/facts.ts";
import type { FieldType } from "../../src/model/event-fields.ts";
import { contactPath, withContact } from "../../src/events/contact.ts";
import { typesOf } from "../../src/events/kind-of.ts";
import { EVENT_KINDS, KINDS, type EventKind, type HookRoute } from "../../src/model/event-kinds.ts";
import type { JsonObject } from "../../src/kit/json.ts";

/** An event to be sent. */
export interface SentPayload {
  readonly route: HookRoute;
  readonly payload: JsonObject;
}

const TAKES_TEXT: ReadonlySet<FieldType> = new Set(["text", "id", "list", "address", "time", "any"]);
const LOCATION = "naughty-location";

/** What the shipped rules ask about first, where they ask a kind anything. */
const ASKED: { readonly [K in EventKind]?: JsonObject } = {
  OutboundMessage: { messageType: "SMS", status: "failed" },
  ProviderOutboundMessage: { type: "Email" },
  InboundMessage: { messageType: "Email" },
  GatewayStatus: { messageId: "m", status: "failed" },
};

/** The least that a kind of event needs, and what is asked of it. */
function leastOf(kind: EventKind): SentPayload {
  const [type] = typesOf(kind);
  return { route: KINDS[kind].route, payload: { ...withContact(KINDS[kind], { type }, "c"), ...ASKED[kind] } };
}

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
  const { route, payload } = leastOf(kind);
  const fields = textFields(kind).map((name, index) => [name, texts[index % texts.length] ?? ""] as const);
  const unknown = { notAField: texts[0] ?? "", inAList: [...texts, { deep: [...texts] }] };
  return {
    route,
    payload: { ...Object.fromEntries(fields), ...unknown, ...payload, locationId: LOCATION },
  };
}

/** Each kind of event with a text in all of its fields, and in one at a time, those that it needs among them. */
export function payloadsWith(text: string): SentPayload[] {
  const single = EVENT_KINDS.flatMap((kind) => {
    const { route, payload: least } = leastOf(kind);
    const payload = { locationId: LOCATION, ...least };
    const nested = { route, payload: withContact(KINDS[kind], payload, text) };
    const flat = factsOfKind(kind)
      .filter((name) => FACTS[name]?.derived !== true || name === "contactId")
      .map((name) => ({ route, payload: { ...payload, [name]: text } }));
    return contactPath(KINDS[kind]).length > 1 ? [...flat, nested] : flat;
  });
  return [...EVENT_KINDS.map((kind) => eventWith(kind, text)), ...single];
}
