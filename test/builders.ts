// Builders that name only what matters to a test.
import { withContact } from "../src/events/contact.ts";
import { readEvent } from "../src/events/event.ts";
import { kindNamed, routeOf } from "../src/events/kind-of.ts";
import { SAMPLES, type Sample } from "../src/events/samples.ts";
import type { Event } from "../src/model/event.ts";
import { KINDS, type HookRoute } from "../src/model/event-kinds.ts";
import type { JsonObject } from "../src/kit/json.ts";
import {
  byPriority,
  type HighLevelAction,
  type Rule,
  type RuleSet,
  type TaskAction,
  type WebhookAction,
} from "../src/model/rule.ts";
import { CANARY_PERSON } from "./canaries.ts";
import { webhookKeys, webhookSignature } from "../src/kit/standard-webhooks.ts";
import { TEST_GATEWAY_SECRET, TEST_PRIVATE_KEY } from "./keys.ts";

export const LOCATION = "test-location";
export const CONTACT = "test-contact";

/** The payload of an outbound message to a person whose data must not appear in any log. */
export function aPayload(fields: JsonObject = {}): JsonObject {
  return {
    type: "OutboundMessage",
    locationId: LOCATION,
    contactId: CONTACT,
    messageType: "SMS",
    status: "delivered",
    ...CANARY_PERSON,
    ...fields,
  };
}

/** A sample with its own contact. */
export function sampleOf(name: string, contactId: string): Sample {
  const sample = SAMPLES[name];
  const kind = sample ? kindNamed(sample.payload["type"]) : null;
  if (!sample || !kind) throw new Error(`There is no sample "${name}"`);
  return { ...sample, payload: withContact(KINDS[kind], sample.payload, contactId) };
}

/** An event made from a payload. */
export function anEvent(fields: JsonObject = {}, key = "test-key"): Event {
  const payload = aPayload(fields);
  const read = readEvent(payload, { key, route: routeOf(payload), receivedAt: "2026-03-04T15:30:00.000Z" });
  if (read.status !== "event") throw new Error(`Not an event: ${JSON.stringify(read)}`);
  return read.event;
}

/** A webhook action. */
export function aWebhook(fields: Partial<WebhookAction> = {}): WebhookAction {
  return { type: "webhook", url: "https://receiver.example.com/hook", ...fields };
}

/** A task action. */
export function aTask(fields: Partial<TaskAction> = {}): TaskAction {
  return { type: "task", title: "Call back", ...fields };
}

/** An action that texts the contact through HighLevel. */
export function aText(fields: Partial<HighLevelAction> = {}): HighLevelAction {
  return { type: "highlevel", call: "send-message", messageType: "SMS", message: TEXT, ...fields };
}
const TEXT = "Sorry we missed you, when is a good time to talk?";

/** A Wednesday afternoon in UTC. */
export const MOMENT = { nowMs: Date.parse("2026-03-04T15:30:00.000Z"), timeZone: "UTC" };

/** A rule that fires on every outbound SMS. */
export function aRule(fields: Partial<Rule> = {}): Rule {
  return {
    name: "test-rule",
    on: ["OutboundMessage"],
    conditions: { all: [{ fact: "channel", operator: "equal", value: "sms" }] },
    actions: [aWebhook()],
    ...fields,
  };
}

export function aRuleSet(...rules: Rule[]): RuleSet {
  return { hash: "test", rules: rules.toSorted(byPriority), findings: [] };
}

/** `X-GHL-Signature` of a body, with the key of the tests. */
export async function signed(body: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const der = Uint8Array.from(atob(TEST_PRIVATE_KEY), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("pkcs8", der, "Ed25519", false, ["sign"]);
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
  return btoa(String.fromCharCode(...signature));
}

/** The headers with which a gateway signs a body, with the secret of the tests. */
export async function gatewaySigned(
  body: string | Uint8Array<ArrayBuffer>,
  { id = "msg-1", atMs = Date.now() }: { id?: string; atMs?: number } = {},
): Promise<Record<string, string>> {
  const seconds = Math.floor(atMs / 1_000);
  const [key = new Uint8Array()] = webhookKeys(TEST_GATEWAY_SECRET) ?? [];
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": await webhookSignature(key, id, seconds, body),
  };
}

/** What a gateway says about a message to the tests' contact. */
export function aGatewayStatus(fields: JsonObject = {}): JsonObject {
  const named = { type: "GatewayStatus", locationId: LOCATION, contactId: CONTACT, messageId: "message-1" };
  return { ...named, status: "delivered", ...fields };
}

/** The headers of a body signed as the route requires; `id` is the gateway's own id of the message. */
export async function provedHeaders(
  body: string | Uint8Array<ArrayBuffer>,
  route: HookRoute,
  id?: string,
): Promise<Record<string, string>> {
  const gateway = route === "gateway" && (await gatewaySigned(body, id === undefined ? {} : { id }));
  return { "content-type": "application/json", ...(gateway || { "x-ghl-signature": await signed(body) }) };
}
