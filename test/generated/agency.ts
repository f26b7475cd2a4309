// What an agency has: rules as people write them, and the events that its locations send. From a seed, for tests of
// agreement and for the benchmarks.
import { readEvent } from "../../src/events/event.ts";
import { routeOf } from "../../src/events/kind-of.ts";
import type { Event } from "../../src/model/event.ts";
import type { Json, JsonObject } from "../../src/kit/json.ts";
import type { Condition, Rule } from "../../src/model/rule.ts";
import { chance, type Chance } from "./chance.ts";

const CHANNELS: readonly (readonly [string, number])[] = [
  ["SMS", 40],
  ["Email", 20],
  ["Call", 15],
  ["Voicemail", 5],
  ["FB", 5],
  ["IG", 5],
  ["GMB", 5],
  ["Live Chat", 5],
];
const DERIVED: { readonly [spelling: string]: string } = {
  SMS: "sms",
  Email: "email",
  Call: "call",
  Voicemail: "voicemail",
  FB: "facebook",
  IG: "instagram",
  GMB: "gmb",
  "Live Chat": "live-chat",
};
const SOURCES = ["workflow", "manual", "bulk_actions", "campaign", "app"] as const;
const WORDS = ["invoice", "appointment", "refund", "urgent", "discount", "Hello", "please", "call", "now", "thanks"];
const GLOBAL_BASE = 70;
const RULES_OF_LOCATION = 100;

/** How many locations the agency with so many rules has. */
function locationsOf(rules: number): number {
  return Math.max(1, Math.floor(rules / RULES_OF_LOCATION));
}

/** Rules of about five conditions. Up to 100 are for everybody; of more, most are for one location or a few. */
export function agencyRules(count: number): Rule[] {
  const luck = chance(1);
  const locations = locationsOf(count);
  const everybodys = count <= RULES_OF_LOCATION ? count : GLOBAL_BASE + Math.round(count * 0.0035);
  return Array.from({ length: count }, (_, index): Rule => {
    const name = `rule-${String(index).padStart(6, "0")}`;
    const description = "Follow up on what became of a message, unless somebody has already";
    const body = { contact: "{{ event.contactId }}", rule: "{{ rule.name }}" };
    return {
      name,
      description,
      on: [luck.weighted([["OutboundMessage", 9] as const, ["InboundMessage", 1] as const])],
      ...(index < everybodys
        ? {}
        : {
            locations: luck.happens(0.9)
              ? [location(luck, locations)]
              : [location(luck, locations), location(luck, locations)],
          }),
      conditions: { all: conditionsOf(luck) },
      actions: [{ type: "webhook", url: `https://receiver.example.com/hooks/${name}`, body }],
    };
  });
}

/** The payloads that its locations send, as HighLevel does. */
export function agencyPayloads(count: number, rules: number, seed = 2): JsonObject[] {
  const luck = chance(seed);
  const locations = locationsOf(rules);
  return Array.from({ length: count }, (_, index) => payload(luck, index, locations));
}

/** A payload as an event. */
export function eventOf(given: JsonObject): Event {
  const read = readEvent(given, {
    key: JSON.stringify(given["webhookId"]),
    route: routeOf(given),
    receivedAt: "2026-03-04T15:30:00.000Z",
  });
  if (read.status !== "event") throw new Error(`Not an event: ${JSON.stringify(read)}`);
  return read.event;
}

function location(luck: Chance, locations: number): string {
  return `location-${String(luck.below(locations)).padStart(5, "0")}`;
}

function conditionsOf(luck: Chance): Condition[] {
  const channel = luck.weighted(CHANNELS);
  const asked: Condition[] = [
    luck.happens(0.7)
      ? { fact: "channel", operator: "equal", value: DERIVED[channel] ?? "" }
      : { fact: "messageType", operator: "in", value: [channel, channel.toUpperCase()] },
    outcomeCondition(luck, channel),
  ];
  const extra: (() => Condition)[] = [
    () => ({ fact: "source", operator: "equal", value: luck.pick(SOURCES) }),
    () => ({ fact: "source", operator: "notEqual", value: luck.pick(SOURCES) }),
    () => ({ fact: "body", operator: "containsText", value: luck.pick(WORDS) }),
    () => ({ fact: "messageId", operator: "notEqual", value: "message-0" }),
    () => ({ fact: "callDuration", operator: "greaterThan", value: luck.below(90) }),
    () => ({ not: { fact: "userId", operator: "in", value: [`user-${luck.below(20)}`, `user-${luck.below(20)}`] } }),
    () => ({
      any: [
        { fact: "attachments", operator: "contains", value: "https://files.example.com/1.png" },
        { fact: "source", operator: "in", value: [luck.pick(SOURCES), luck.pick(SOURCES)] },
        { fact: "userId", operator: "equal", value: `user-${luck.below(20)}` },
      ],
    }),
    () => ({ fact: "conversationProviderId", operator: "notIn", value: ["provider-1", "provider-2"] }),
  ];
  for (let left = 2 + luck.below(2); left > 0; left--) asked.push(luck.pick(extra)());
  return asked;
}

function outcomeCondition(luck: Chance, channel: string): Condition {
  if (channel === "Call")
    return luck.happens(0.5)
      ? { fact: "outcome", operator: "equal", value: luck.pick(["voicemail", "no-answer", "busy", "answered"]) }
      : { fact: "callStatus", operator: "in", value: ["voicemail", luck.pick(["no-answer", "busy"])] };
  return luck.happens(0.5)
    ? { fact: "outcome", operator: "equal", value: luck.pick(["failed", "delivered", "sent", "read"]) }
    : { fact: "status", operator: "in", value: [luck.pick(["failed", "undelivered"]), luck.pick(["read", "opened"])] };
}

function payload(luck: Chance, index: number, locations: number): JsonObject {
  const inbound = luck.happens(0.1);
  const channel = luck.weighted(CHANNELS);
  const user: { [key: string]: Json } = luck.happens(0.5) ? { userId: `user-${luck.below(20)}` } : {};
  const call: { [key: string]: Json } =
    channel === "Call"
      ? { callDuration: luck.below(120), callStatus: luck.pick(["completed", "voicemail", "no-answer", "busy"]) }
      : {};
  const body = Array.from({ length: 8 }, () => luck.pick(WORDS)).join(" ");
  return {
    type: inbound ? "InboundMessage" : "OutboundMessage",
    locationId: location(luck, locations),
    attachments: luck.happens(0.1) ? ["https://files.example.com/1.png"] : [],
    body,
    contactId: `contact-${luck.below(5_000)}`,
    contentType: "text/plain",
    conversationId: `conversation-${luck.below(5_000)}`,
    dateAdded: "2026-03-04T15:29:58.000Z",
    direction: inbound ? "inbound" : "outbound",
    messageType: channel,
    status: luck.weighted([
      ["delivered", 5],
      ["sent", 3],
      ["failed", 2],
      ["undelivered", 1],
      ["read", 1],
      ["opened", 1],
    ]),
    source: luck.pick(SOURCES),
    messageId: `message-${index}`,
    webhookId: `webhook-${index}`,
    timestamp: "2026-03-04T15:29:59.000Z",
    ...user,
    ...call,
  };
}
