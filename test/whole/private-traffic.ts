// Traffic that is full of what no log may hold: events of every kind, rules for every outcome, a destination that fails.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { payloadOf, SAMPLES } from "../../src/events/samples.ts";
import type { HookRoute } from "../../src/model/event-kinds.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import { LOCATION, sampleOf } from "../builders.ts";
import { CANARY_PERSON } from "../canaries.ts";

/** The contact of every event: a line of the log has no need of it. */
export const CONTACT = "canary-contact";
/** The body of messages: a header cannot hold it, and it is no number. */
export const BODY = `${CANARY_PERSON.body}\nof two lines`;
/** A destination that fails in the way that its path names, and says what it was sent. */
export async function aFailingDestination(): Promise<{ host: string; server: Server }> {
  const server = createServer((request, response) => {
    void textOf(request).then((body) => {
      const status = Number(/^\/(\d{3})/.exec(request.url ?? "")?.[1]);
      if (!status) return request.socket.destroy();
      const location = `https://elsewhere.example.net/?token=${encodeURIComponent(CANARY_PERSON.email)}`;
      return response
        .writeHead(status, { location, "x-echo": "canary" })
        .end(`${body} ${JSON.stringify(request.headers)}`);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

/** One rule for each way in which an action can go, each on every outbound message. */
export function rulesFor(host: string): { readonly [name: string]: JsonObject } {
  const url = (path: string): string => `http://${host}${path}?token=canary&to={{ event.phone }}`;
  const everything = { webhook: "{{ event.body }}", headers: { "x-token": "Bearer {{ secret.GATEWAY_TOKEN }}" } };
  const actions: { readonly [name: string]: JsonObject } = {
    answered: { type: "webhook", url: url("/204") },
    echoed: { type: "webhook", url: url("/503"), headers: everything.headers, body: { text: "{{ event.body }}" } },
    redirected: { type: "webhook", url: url("/302") },
    tagged: { type: "highlevel", call: "add-tags", tags: ["{{ event.body }}"] },
    gone: { type: "webhook", url: url("/410") },
    broken: { type: "webhook", url: url("/reset") },
    "dot-segment": { type: "webhook", url: `http://${host}/{{ event.dots }}/canary` },
    "bad-header": { type: "webhook", url: url("/204"), headers: { "x-body": "{{ event.body }}" } },
    "unbound-secret": { type: "webhook", url: url("/204"), headers: { "x-token": "{{ secret.NOT_BOUND }}" } },
    "absent-field": { type: "webhook", url: url("/204"), body: "{{ event.body }} {{ event.nothing }}" },
    "bad-number": { type: "webhook", url: url("/204"), body: "{{ event.body | divided_by: 2 }}" },
    task: { type: "task", title: "{{ event.body }}", description: "{{ event.email }}" },
  };
  return Object.fromEntries(
    Object.entries(actions).map(([name, action]) => [
      name,
      {
        on: ["OutboundMessage"],
        includeApi: true,
        includeInternal: true,
        conditions: { any: [{ fact: "body", operator: "matches", value: "[Cc]anary" }] },
        actions: [action],
      },
    ]),
  );
}

/** What decides which kind of event a payload is, and where it belongs. */
const STRUCTURE = /^(?:type|locationId|contactId|id|messageType|webhookId|timestamp|dateAdded|callDuration)$/;

/** The payload with a canary in every text of it, in values and in one key. */
function spoilt(value: Json, key = ""): Json {
  if (typeof value === "string") return STRUCTURE.test(key) ? value : `${value} canary`;
  if (Array.isArray(value)) return value.map((item) => spoilt(item));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, item]) => [name, spoilt(item, name)] as const);
  return Object.fromEntries(fields);
}

/** Every kind of event, each with all of a contact's data. */
export function everyKind(): { route: HookRoute; payload: JsonObject }[] {
  return Object.keys(SAMPLES).map((name) => {
    const sample = sampleOf(name, CONTACT);
    const set = { locationId: LOCATION, webhookId: `kind-${name}` };
    const payload = spoilt(payloadOf(sample, set, new Date())) as JsonObject;
    const person = { ...CANARY_PERSON, body: BODY, dots: ".." };
    return { route: sample.route, payload: { ...payload, ...person, canary: "canary" } };
  });
}

/** Signed bodies that are kept, not decided, by what becomes of them. */
export const UNUSABLE: { readonly [key: string]: Json } = {
  "bad-contact": { type: "InboundMessage", locationId: LOCATION, contactId: ["canary"], body: BODY },
  "bad-field": { type: "OutboundMessage", locationId: LOCATION, contactId: "", callDuration: "canary" },
  "no-location": { type: "InboundMessage", locationId: "canary@example.net", contactId: CONTACT, ...CANARY_PERSON },
  "wrong-route": { type: "SMS", locationId: LOCATION, contactId: CONTACT, message: "canary" },
  "no-type": { locationId: LOCATION, contactId: CONTACT, ...CANARY_PERSON },
  "too-deep": { locationId: LOCATION, canary: JSON.parse('{"canary":'.repeat(40) + "1" + "}".repeat(40)) as Json },
};
/** A signed event of a kind that is only counted. */
export const UNKNOWN_KIND = { type: "CanaryKind", locationId: LOCATION, contactId: CONTACT, ...CANARY_PERSON };
