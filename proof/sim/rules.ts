// What a simulated location has as rules, and what happens there.
import { readEvent } from "../../src/events/event.ts";
import type { Event } from "../../src/model/event.ts";
import type { JsonObject } from "../../src/model/json.ts";
import type { Rule, RuleSet, WebhookAction } from "../../src/model/rule.ts";
import { aRule, aRuleSet, aTask } from "../../test/builders.ts";
import type { Chance } from "../../test/generated/chance.ts";

export const HOSTS = ["a.example.com", "b.example.com", "c.example.com", "d.example.com"] as const;
const LOCATION = "simulated";
const STATUSES = ["delivered", "failed", "read", "opened"] as const;

/** A webhook that says what it is about, so that repeats can be told from others. */
function webhook(host: string, n: number, fields: Partial<WebhookAction> = {}): WebhookAction {
  const body = { contact: "{{ event.contactId }}", key: "{{ decision.eventKey }}", rule: "{{ rule.name }}", n };
  return { type: "webhook", url: `https://${host}/{{ decision.eventKey }}`, body, ...fields };
}

const onStatus = (status: string): Rule["conditions"] => ({
  all: [{ fact: "status", operator: "equal", value: status }],
});

const [a, b, c, d] = HOSTS;

const counted = aRule({
  name: "counted",
  conditions: {
    all: [{ fact: "count", params: { kind: "OutboundMessage" }, operator: "greaterThanInclusive", value: 0 }],
  },
  actions: [webhook(a, 0), aTask({ title: "Look at {{ event.contactId }}" })],
});
const waits = aRule({
  name: "waits",
  conditions: onStatus("failed"),
  actions: [
    webhook(b, 0, { after: "5m", cancelOn: ["reply"] }),
    aTask({ after: "10m", cancelOn: ["reply"] }),
    webhook(d, 1, { after: "2h" }),
  ],
});
const burst = aRule({
  name: "burst",
  conditions: onStatus("read"),
  actions: Array.from({ length: 7 }, (_, n) => webhook(c, n, n < 4 ? { cancelOn: ["reply"] } : {})),
});
const limited = aRule({ name: "limited", limit: { count: 1, within: "1h" }, actions: [webhook(d, 0)] });
const windowed = aRule({
  name: "windowed",
  conditions: onStatus("opened"),
  window: { from: "09:00", to: "17:00" },
  actions: [webhook(a, 0)],
});

/** The version that is deployed first, and the next one. */
export const RULE_SETS: readonly [RuleSet, RuleSet] = [
  { ...aRuleSet(counted, waits, burst, limited, windowed), hash: "version-1" },
  { ...aRuleSet(counted, { ...waits, name: "waits-2" }, burst, windowed), hash: "version-2" },
];

/** What an event becomes, sent at a time. */
export function anEvent(key: string, contactId: string, isReply: boolean, atMs: number, chance: Chance): Event {
  const now = new Date(atMs).toISOString();
  const payload: JsonObject = {
    type: isReply ? "InboundMessage" : "OutboundMessage",
    locationId: LOCATION,
    contactId,
    messageType: "SMS",
    messageId: key,
    webhookId: key,
    dateAdded: now,
    timestamp: now,
    ...(isReply ? { body: "Yes" } : { status: chance.pick(STATUSES) }),
  };
  const read = readEvent(payload, { key, route: "events", receivedAt: now });
  if (read.status !== "event") throw new Error("The simulated event is not one");
  return read.event;
}

export { LOCATION as SIMULATED_LOCATION };
