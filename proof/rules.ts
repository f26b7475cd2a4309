// The rules of a location while things break, and the events that are sent to it.
import type { JsonObject } from "../src/kit/json.ts";
import type { HighLevelAction, Rule, RuleSet, WebhookAction } from "../src/model/rule.ts";
import { aRule, aRuleSet, aTask } from "../test/builders.ts";
import type { Window } from "../src/model/window.ts";
import type { Chance } from "../test/generated/chance.ts";
import type { Wish } from "./history.ts";

const STATUSES = ["delivered", "failed", "read", "opened"] as const;
/** A path that says what a webhook is about, so that repeats can be recognised. */
const ABOUT = "{{ event.contactId }}/{{ decision.eventKey }}/{{ rule.name }}";

const onStatus = (status: string): Rule["conditions"] => ({
  all: [{ fact: "status", operator: "equal", value: status }],
});

/** How often the rule `limited` may fire for a contact, as far as something comes of it. */
export const LIMITED = { count: 1, withinMs: 3_600_000 } as const;

/**
 * The version that is deployed first, and the next one. `origins` are four destinations, `after` are the lengths of a
 * short, a medium and a long wait, and `window` is for one of the rules.
 */
export function ruleSets(
  origins: readonly string[],
  after: readonly [string, string, string],
  window?: Window,
): [RuleSet, RuleSet] {
  const [a, b, c, d] = origins;
  const webhook = (origin: string | undefined, n: number, fields: Partial<WebhookAction> = {}): WebhookAction => ({
    type: "webhook",
    url: `${origin}/${ABOUT}/${n}`,
    body: { contact: "{{ event.contactId }}" },
    ...fields,
  });
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
      webhook(b, 0, { after: after[0], cancelOn: ["reply"] }),
      aTask({ after: after[1], cancelOn: ["reply"] }),
      webhook(d, 1, { after: after[2] }),
    ],
  });
  const burst = aRule({
    name: "burst",
    conditions: onStatus("read"),
    actions: Array.from({ length: 7 }, (_, n) => webhook(c, n, n < 4 ? { cancelOn: ["reply"] } : {})),
  });
  const limited = aRule({
    name: "limited",
    limit: { count: LIMITED.count, within: "1h" },
    actions: [webhook(d, 0, { after: after[0], cancelOn: ["reply"], restart: true })],
  });
  const windowed = aRule({
    name: "windowed",
    conditions: onStatus("opened"),
    ...(window ? { window } : {}),
    actions: [webhook(a, 0)],
  });
  return [
    { ...aRuleSet(counted, waits, burst, limited, windowed), hash: "version-1" },
    { ...aRuleSet(counted, { ...waits, name: "waits-2" }, burst, windowed), hash: "version-2" },
  ];
}

/** How many messages each rule that texts through HighLevel may send. */
export const BREAKERS = {
  texts: { perMinute: 4, perContactDay: 6 },
  twins: { perMinute: 3, perContactDay: 3 },
} as const;

/** How often the rule `vip` may fire for a contact. */
export const VIP = { tag: "vip", withinMs: 3_600_000 } as const;

/**
 * The same rules plus two that follow up inside HighLevel: one waits, the other sends the same text twice. A third asks
 * HighLevel for the contact's own hours before it calls `origin`, a fourth looks at the contact's tags on a note about it.
 */
export function withFollowUps(ruleSet: RuleSet, after: string, origin: string): RuleSet {
  const text = (fields: Partial<HighLevelAction> = {}): HighLevelAction => ({
    type: "highlevel",
    call: "send-message",
    messageType: "SMS",
    message: `Sorry that we missed you: ${ABOUT}`,
    ...fields,
  });
  const texts = aRule({
    name: "texts",
    conditions: onStatus("delivered"),
    breaker: BREAKERS.texts,
    actions: [text({ after, cancelOn: ["reply"] }), { type: "highlevel", call: "add-tags", tags: [ABOUT] }],
  });
  const twins = aRule({
    name: "twins",
    conditions: onStatus("opened"),
    breaker: BREAKERS.twins,
    actions: [text(), text()],
  });
  const ownHours = aRule({
    name: "own-hours",
    conditions: onStatus("failed"),
    window: { from: "06:00", to: "22:00", timeZone: "contact" },
    actions: [{ type: "webhook", url: `${origin}/${ABOUT}/0`, body: {}, cancelOn: ["reply"] }],
  });
  const vip = aRule({
    name: "vip",
    on: ["NoteCreate"],
    conditions: { all: [{ fact: "contact", path: "$.tags", operator: "contains", value: VIP.tag }] },
    limit: { count: 1, within: "1h" },
    // What the tag names is known since the condition was asked about, however long ago that was.
    actions: [
      { type: "webhook", url: `${origin}/${ABOUT}/0`, body: {} },
      { type: "highlevel", call: "add-tags", tags: [`${ABOUT}{{ contact.firstName | default: '' }}`] },
    ],
  });
  return { ...ruleSet, rules: [...ruleSet.rules, texts, twins, ownHours, vip] };
}

/** Rules that feed each other by the tag `ring`, and the call that each makes. */
export const SWAPS = { rings: "add-tags", hushes: "remove-tags" } as const;
/** Rules of which the state of a message does not say whether they fire. */
export const NOT_BY_MESSAGE: ReadonlySet<string> = new Set([...Object.keys(SWAPS), "costly", "vip"]);
/** More outputs than the templates of one attempt may have. */
const COSTLY_OUTPUTS = 1_300;

/** The same rules, one that counts messages with their retries, and one whose template costs more than it may. */
export function withRetries(ruleSet: RuleSet, origin: string): RuleSet {
  const webhook = (body: WebhookAction["body"]): WebhookAction => ({
    type: "webhook",
    url: `${origin}/${ABOUT}/0`,
    body,
  });
  const params = { kind: "OutboundMessage", messages: true };
  const messages = aRule({
    name: "messages",
    conditions: { all: [{ fact: "count", params, operator: "greaterThanInclusive", value: 0 }] },
    actions: [webhook({})],
  });
  const costly = aRule({
    name: "costly",
    conditions: onStatus("opened"),
    limit: { count: 1, per: "location" },
    actions: [webhook({ text: "{{ event.contactId | upcase }}".repeat(COSTLY_OUTPUTS) })],
  });
  return { ...ruleSet, rules: [...ruleSet.rules, messages, costly] };
}

/** The same rules, and two that would go on for ever. */
export function withLoops(ruleSet: RuleSet): RuleSet {
  const swaps = Object.entries(SWAPS).map(([name, call]) =>
    aRule({
      name,
      on: ["ContactTagUpdate"],
      conditions: {
        all: [{ fact: "tags", operator: call === "add-tags" ? "doesNotContain" : "contains", value: "ring" }],
      },
      actions: [{ type: "highlevel", call, tags: ["ring"] }],
    }),
  );
  return { ...ruleSet, rules: [...ruleSet.rules, ...swaps] };
}

/** What HighLevel sends when a contact expresses a wish. */
export function aWish(
  about: { key: string; locationId: string; contactId: string; atMs: number },
  says: Wish["says"],
): JsonObject {
  const now = new Date(about.atMs).toISOString();
  const common = { locationId: about.locationId, webhookId: about.key, dateAdded: now, timestamp: now };
  if (says === "dnd on" || says === "dnd off")
    return { type: "ContactDndUpdate", ...common, id: about.contactId, dnd: says === "dnd on", dndSettings: {} };
  const message = { contactId: about.contactId, messageType: "SMS", messageId: about.key, body: says.toUpperCase() };
  return { type: "InboundMessage", ...common, ...message };
}

/** What HighLevel sends when somebody writes a note about a contact, or the contact's tags change. */
export function aNote(about: { key: string; locationId: string; contactId: string; atMs: number }): JsonObject {
  const { key, locationId, contactId, atMs } = about;
  const now = new Date(atMs).toISOString();
  return { type: "NoteCreate", locationId, contactId, id: key, webhookId: key, dateAdded: now, timestamp: now };
}

export function newTags(
  about: { key: string; locationId: string; contactId: string; atMs: number },
  tags: string[],
): JsonObject {
  const { key, locationId, contactId, atMs } = about;
  return {
    type: "ContactTagUpdate",
    locationId,
    id: contactId,
    webhookId: key,
    tags,
    timestamp: new Date(atMs).toISOString(),
  };
}

/** A status of an outbound message. */
export function aStatus(chance: Chance): (typeof STATUSES)[number] {
  return chance.pick(STATUSES);
}

/** What HighLevel sends for a message, outbound or inbound; its id is the key, unless it is another status of another. */
export function aMessage(
  about: {
    key: string;
    locationId: string;
    contactId: string;
    isReply: boolean;
    atMs: number;
    messageId?: string;
    retryOf?: string | undefined;
    status?: string;
  },
  chance: Chance,
): JsonObject {
  const now = new Date(about.atMs).toISOString();
  return {
    type: about.isReply ? "InboundMessage" : "OutboundMessage",
    locationId: about.locationId,
    contactId: about.contactId,
    messageType: "SMS",
    messageId: about.messageId ?? about.key,
    ...(about.retryOf === undefined ? {} : { originalMessageId: about.retryOf }),
    webhookId: about.key,
    dateAdded: now,
    timestamp: now,
    ...(about.isReply ? { body: "Yes" } : { status: about.status ?? aStatus(chance) }),
  };
}
