import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import {
  actionInWords,
  conditionInWords,
  doesInWords,
  ruleInWords,
  verdictInWords,
  windowInWords,
} from "../../../src/language/in-words.ts";
import { OPERATOR_NAMES } from "../../../src/language/operators.ts";
import type { ConditionVerdict, Verdict } from "../../../src/model/decision.ts";
import type { Json } from "../../../src/kit/json.ts";
import type { Action, ConditionGroup, Rule } from "../../../src/model/rule.ts";
import type { Window } from "../../../src/model/window.ts";
import { aRule, aTask, aWebhook } from "../../builders.ts";
import { RECIPES, SHIPPED_RULES } from "../../shipped.ts";

const seen = (fields: Partial<ConditionVerdict>): ConditionVerdict => ({
  pointer: "/all/0",
  fact: "callStatus",
  operator: "equal",
  value: "voicemail",
  met: false,
  ...fields,
});
const verdict = (fields: Partial<Verdict>): Verdict => ({
  rule: "r",
  fired: false,
  reason: "conditions",
  conditions: [],
  ...fields,
});

describe("a condition in words", () => {
  it.each<[words: string, condition: ConditionVerdict]>([
    ['callStatus is "completed", the rule wants "voicemail"', seen({ saw: "completed" })],
    ['callStatus is absent, the rule wants "voicemail"', seen({})],
    ['callStatus was not looked at, the rule wants "voicemail"', seen({ met: null })],
    ['callStatus is "x", the rule wants one of "a", "b"', seen({ saw: "x", operator: "in", value: ["a", "b"] })],
    [
      "payload at $.a is 3, the rule wants more than 5",
      seen({ fact: "payload", path: "$.a", saw: 3, operator: "greaterThan", value: 5 }),
    ],
    ['callStatus is "x", the rule asks someFact:equal "y"', seen({ saw: "x", operator: "someFact:equal", value: "y" })],
  ])("%s", (words, condition) => {
    expect(conditionInWords(condition)).toBe(words);
  });

  it("has words for every operator", () => {
    for (const operator of OPERATOR_NAMES)
      expect(conditionInWords(seen({ operator, saw: 1 }))).not.toContain("the rule asks");
  });
});

describe("a verdict in words", () => {
  it("says which actions of a rule that fires will be held", () => {
    const notes = [{ action: 1, reason: "dnd", detail: "the contact does not want SMS" }] as const;
    expect(verdictInWords(verdict({ fired: true, reason: "fired", notes }))).toBe(
      "fired; action 2 will be held: the contact does not want SMS",
    );
    expect(verdictInWords(verdict({ fired: true, reason: "fired" }))).toBe("fired");
  });

  it("names what decided, not what was met", () => {
    const conditions = [seen({ fact: "channel", met: true, saw: "call" }), seen({ saw: "busy" })];
    expect(verdictInWords(verdict({ conditions }))).toBe('callStatus is "busy", the rule wants "voicemail"');
  });

  it("names a condition under a not when it was met", () => {
    const conditions = [seen({ pointer: "/not", met: true, saw: "voicemail" })];
    expect(verdictInWords(verdict({ conditions }))).toContain("callStatus is");
  });

  it("has words for every reason", () => {
    const reasons = [
      "fired",
      "conditions",
      "error",
      "stopped",
      "disabled",
      "location",
      "loop-guard",
      "loop",
      "limit",
      "duplicate-action",
      "paused",
    ] as const;
    for (const reason of reasons) expect(verdictInWords(verdict({ reason })).length).toBeGreaterThan(4);
  });
});

const is = (fact: string, operator: string, value: Json, more: object = {}) => ({ fact, operator, value, ...more });
const failed = is("status", "equal", "failed");
const sms = is("channel", "equal", "sms");
const busy = is("callStatus", "in", ["busy", "no-answer"]);
const conditionsOf = (conditions: ConditionGroup): string =>
  ruleInWords(aRule({ conditions })).when.replace("On OutboundMessage, when ", "");

const SHIPPED: { readonly [name: string]: [when: string, then: readonly string[]] } = {
  "email-by-provider": [
    "On OutboundMessage, when the channel is email and the provider is leadconnector",
    ["POST to mail-log.example.com/messages"],
  ],
  "gateway-status": [
    "On GatewayStatus, when the status is delivered, read or failed",
    ["tell HighLevel that the message is “…”"],
  ],
  "missed-call": [
    "On OutboundMessage, when the channel is call and the call status is no-answer or busy",
    [
      "POST to crm.example.com/hooks/missed-call",
      "after 10m, unless they reply: leave the task “Try … again: …”, due 1h after",
    ],
  ],
  "provider-email-gateway": [
    "On ProviderOutboundMessage, when the channel is email",
    ["POST to mail-gateway.example.com/v1/messages, and report what it answers"],
  ],
  "provider-sms-gateway": [
    "On ProviderOutboundMessage, when the channel is sms",
    ["POST to sms-gateway.example.com/v1/messages, and report what it answers"],
  ],
  "sms-failed": [
    "On OutboundMessage, when the channel is sms and the status is failed or undelivered",
    ["POST to crm.example.com/hooks/sms-failed", "leave the task “Check the number of …”, due 1d after"],
  ],
  "third-voicemail": [
    "On OutboundMessage, when the outcome is voicemail and the count of call with outcome voicemail within 7d is at least 3",
    ["leave the task “Escalate …: three voicemails in a week”, due 1d after"],
  ],
  "voicemail-drop-landed": [
    "On OutboundMessage, when the channel is voicemail and the outcome is delivered",
    ["after 1d, unless they reply or switch on do-not-disturb: leave the task “Follow up the voicemail left for …”"],
  ],
  "voicemail-text-back": [
    "On OutboundMessage, when the channel is call and the call status is voicemail",
    [
      "after 5m, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hi …, sorry we missed you. When is a good time to talk?”",
      "after 5m, unless they reply, switch on do-not-disturb or are deleted: tag the contact “voicemail”",
      "after 5m, unless they reply, switch on do-not-disturb or are deleted: open the task “Call … back: your call reached voicemail” in HighLevel, due 2h after",
    ],
  ],
};
const SHIPPED_RECIPES: typeof SHIPPED = {
  "a-contact-wrote": [
    "On InboundMessage, when the channel is sms, email, whatsapp, facebook, instagram or live-chat",
    ["take the contact out of the workflow “your-workflow-id”", "take the tag “voicemail” from the contact"],
  ],
  "a-person-wrote": [
    "On OutboundMessage, when the sender is person and the channel is sms, email, whatsapp, facebook, instagram or live-chat",
    ["take the contact out of the workflow “your-workflow-id”", "tag the contact “in-conversation”"],
  ],
  "gateway-status": [
    "On GatewayStatus, when the status is delivered, read or failed",
    ["tell HighLevel that the message is “…”"],
  ],
  "appointment-missed": [
    "On AppointmentUpdate, when appointmentStatus of the appointment is noshow",
    [
      "after 15m, unless they reply, switch on do-not-disturb or are deleted, or AppointmentCreate comes on which the appointment is there: send the contact a message (SMS): “Hi …, we missed you today. Write back and we find another time.”",
      "open the task “Find another time: … was missed” in HighLevel, due 1d after",
    ],
  ],
  "missed-call-text-back": [
    "On OutboundMessage, when the channel is call and the outcome is no-answer or busy",
    [
      "after 1m, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hi …, we just tried to call you. Write back here, or tell us when to call again.”",
      "after 10m, unless they reply, switch on do-not-disturb or are deleted: open the task “Try … again: …” in HighLevel, due 1h after",
      "after 4h, unless they reply, switch on do-not-disturb or are deleted, or OutboundMessage comes on which the outcome is answered: open the task “Escalate …: nobody has replied for four hours” in HighLevel, due 1d after",
    ],
  ],
  "opened-not-answered": [
    "On OutboundMessage, when the channel is email and the outcome is opened or clicked",
    [
      "after 1d, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hi …, did our e-mail answer your question? Just write back here.”",
    ],
  ],
  "opportunity-stuck": [
    "On OpportunityStageUpdate, when the pipeline stage id is your-stage-id and the status is open",
    [
      "after 3d, unless they are deleted, or OpportunityStageUpdate or OpportunityDelete comes on which the kind is there, or OpportunityStatusUpdate comes on which the status is won, lost or abandoned: open the task “… has been waiting for three days” in HighLevel, due 1d after",
    ],
  ],
  "mailgun-bounced": [
    "On OutboundMessage, when the channel is email and the provider is mailgun in capitals or not and the outcome is bounced or failed",
    ["open the task “Ask … for another e-mail address” in HighLevel, due 1d after"],
  ],
  "three-follow-ups": [
    "On InboundMessage, when the channel is call and the outcome is no-answer or busy",
    [
      "after 1m, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hi …, we missed your call. When may we call you back?”",
    ],
  ],
  "two-failed-texts": [
    "On OutboundMessage, when the channel is sms and the outcome is failed and the count of sms with outcome failed within 1h with each message once is at least 2",
    ["tag the contact “number-unreachable”", "open the task “Check the number of …” in HighLevel, due 1d after"],
  ],
  "vip-in-stage": [
    "On OpportunityStageUpdate, when the pipeline stage id is your-stage-id and tags of the contact contains vip and custom.plan of the contact is gold in capitals or not",
    ["open the task “Call … today: …” in HighLevel, due 4h after"],
  ],
  "voicemail-working-hours": [
    "On OutboundMessage, when the channel is call and the outcome is voicemail",
    [
      "after 2m, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hi …, we left you a voicemail. Write back here if that is easier.”",
    ],
  ],
  "email-bounced": [
    "On EmailStatus, when the outcome is bounced and the permanent is true",
    [
      "tag the contact “email-bounced”",
      "after 5m, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hello, our e-mail did not reach you. Which address may we use?”",
      "open the task “Find the right e-mail address” in HighLevel, due 1d after",
    ],
  ],
  "voicemail-vip": [
    "On OutboundMessage, when the channel is call and the outcome is voicemail and tags of the contact contains vip",
    [
      "after 5m, begun anew each time that it fires, unless they reply, switch on do-not-disturb or are deleted: send the contact a message (SMS): “Hi …, we are sorry that we missed you. … will call you again today. When does it suit you?”",
      "after 5m, begun anew each time that it fires, unless they reply, switch on do-not-disturb or are deleted: open the task “Call … again today” in HighLevel, due 2h after",
    ],
  ],
  "voice-ai-call-back": [
    "On VoiceAiCallEnd, when call_back of the extracted data is yes in capitals or not and (the trial call is absent or the trial call is false)",
    ["open the task “Call back …” in HighLevel, due 4h after", "tag the contact “call-back”"],
  ],
  "sms-failed-email": [
    "On OutboundMessage, when the channel is sms and the outcome is failed",
    [
      "send the contact a message (Email): “Our text did not reach you”",
      "tag the contact “sms-failed”",
      "open the task “Check the number of …” in HighLevel, due 1d after",
    ],
  ],
  "third-voicemail-workflow": [
    "On OutboundMessage, when the outcome is voicemail and the count of call with outcome voicemail within 7d is at least 3",
    [
      "open the task “Escalate …: three voicemails in a week” in HighLevel, due 1d after",
      "add the contact to the workflow “your-workflow-id”",
    ],
  ],
};

describe("a rule in words", () => {
  it.each<[words: string, operator: string, value: Json]>([
    ["the x is call", "equal", "call"],
    ["the x is not “no answer”", "notEqual", "no answer"],
    ["the x is a, b or “1”", "in", ["a", "b", "1"]],
    ["the x is not a or b", "notIn", ["a", "b"]],
    ["the x contains a", "contains", "a"],
    ["the x does not contain a", "doesNotContain", "a"],
    ["the x is less than 3", "lessThan", 3],
    ["the x is at most 3", "lessThanInclusive", 3],
    ["the x is more than 3", "greaterThan", 3],
    ["the x is at least 3", "greaterThanInclusive", 3],
    ["the x is there", "exists", true],
    ["the x is absent", "exists", false],
    ["the x holds the text “call me”", "containsText", "call me"],
    ["the x starts with “+1”", "startsWith", "+1"],
    ["the x ends with “.pdf”", "endsWith", ".pdf"],
    ["the x is stop in capitals or not", "equalsIgnoreCase", "stop"],
    ["the x matches the pattern “^a$&”", "matches", "^a$&"],
    ["the x is before 08:00", "before", "08:00"],
    ["the x is after “2026-01-01”", "after", "2026-01-01"],
    ["the x is true", "equal", true],
    ["the x is null", "equal", null],
    ["the x is the call status", "equal", { fact: "callStatus" }],
    ["the x is a[0] of the payload", "equal", { fact: "payload", path: "$.a[0]" }],
    ["the x is not call", "not:equal", "call"],
    ["the x is call", "not:not:equal", "call"],
    ["the x is there", "not:exists", false],
    ["some item of the x is a", "someFact:equal", "a"],
    ["every item of the x is not a", "everyFact:not:equal", "a"],
    ["not (some item of the x is a)", "not:someFact:equal", "a"],
    ["the x contains at least one of a, b", "someValue:contains", ["a", "b"]],
    ["the x contains each of a, b", "everyValue:contains", ["a", "b"]],
    ["“a b” contains the x", "swap:contains", "a b"],
  ])("says %s", (words, operator, value) => {
    expect(conditionsOf({ all: [is("x", operator, value)] })).toBe(words);
  });

  it("has an opposite for every operator, which is not what it says", () => {
    for (const operator of OPERATOR_NAMES) {
      const part = is("x", operator, "a");
      expect(conditionsOf({ not: part }), operator).not.toBe(conditionsOf({ all: [part] }));
      expect(conditionsOf({ not: part })).toBe(conditionsOf({ all: [{ ...part, operator: `not:${operator}` }] }));
    }
  });

  it.each<[words: string, conditions: ConditionGroup]>([
    ["the status is failed and the channel is sms", { all: [failed, sms] }],
    ["the status is failed or the channel is sms", { any: [failed, sms] }],
    [
      "the channel is sms and (the status is failed or the call status is busy or no-answer)",
      { all: [sms, { any: [failed, busy] }] },
    ],
    [
      "(the channel is sms and the status is failed) or the call status is busy or no-answer",
      { any: [{ all: [sms, failed] }, busy] },
    ],
    ["the channel is sms and the status is failed and the channel is sms", { all: [sms, { all: [failed, sms] }] }],
    ["the channel is sms and the status is failed", { all: [sms, { any: [failed] }] }],
    ["the status is not failed", { not: failed }],
    ["not (the status is failed and the channel is sms)", { not: { all: [failed, sms] } }],
    [
      "the channel is sms and not (the status is failed or the channel is sms)",
      { all: [sms, { not: { any: [failed, sms] } }] },
    ],
    ["not (the status is not failed)", { not: { not: failed } }],
    ["not (some item of the to is a)", { not: is("to", "someFact:equal", "a") }],
    ["a.b of the payload is 1", { all: [is("payload", "equal", 1, { path: "$.a.b" })] }],
    ["the payload is 1", { all: [is("payload", "equal", 1, { path: "$" })] }],
    ["a[“b c”][1] of the payload is 1", { all: [is("payload", "equal", 1, { path: "$.a['b c'][1]" })] }],
    [
      "value where id is abc in customFields of the payload is gold",
      { all: [is("payload", "equal", "gold", { path: "$.customFields[?id=abc].value" })] },
    ],
    [
      "value[0].x where field id is “a b” in a.b of the payload is gold",
      { all: [is("payload", "equal", "gold", { path: "$.a.b[?'field id'='a b'].value[0].x" })] },
    ],
    [
      "c.d where y is 2 in b where x is true in a of the payload is there",
      { all: [is("payload", "exists", true, { path: "$.a[?x=true].b[?y=2].c.d" })] },
    ],
    [
      "item where id is “30” in the attachments is there",
      { all: [is("attachments", "exists", true, { path: "$[?id='30']" })] },
    ],
    [
      "the body is value where id is abc in customFields of the payload",
      { all: [is("body", "equal", { fact: "payload", path: "$.customFields[?id=abc].value" })] },
    ],
    [
      "the count of inbound sms within 1d is at least 3",
      {
        all: [
          is("count", "greaterThanInclusive", 3, { params: { direction: "inbound", channel: "sms", within: "1d" } }),
        ],
      },
    ],
    ["the count of events is 1", { all: [is("count", "equal", 1)] }],
    [
      "the count of call with outcome voicemail is 1",
      { all: [is("count", "equal", 1, { params: { channel: "call", outcome: "voicemail" } })] },
    ],
    [
      "the seconds since the last ContactTagUpdate is less than 60",
      { all: [is("secondsSince", "lessThan", 60, { params: { kind: "ContactTagUpdate" } })] },
    ],
    [
      "the seconds since the last sms of kind InboundMessage is less than 60",
      { all: [is("secondsSince", "lessThan", 60, { params: { kind: "InboundMessage", channel: "sms" } })] },
    ],
  ])("groups: %s", (words, conditions) => {
    expect(conditionsOf(conditions)).toBe(words);
  });

  it.each<[words: string, action: Action]>([
    ["POST to receiver.example.com/hook", aWebhook()],
    [
      "PUT to h.example.com:8443/a/…",
      aWebhook({ method: "PUT", url: "https://h.example.com:8443/a/{{ event.contactId }}?key=1#x" }),
    ],
    [
      "after 5m, unless they reply or switch on do-not-disturb: POST to receiver.example.com/hook",
      aWebhook({ after: "5m", cancelOn: ["reply", "dnd"] }),
    ],
    ["unless they are deleted: leave the task “Call back”", aTask({ cancelOn: ["delete"] })],
    [
      "leave the task “Call … back”, due 2h after",
      aTask({ title: "Call {{ event.contactId }} {% if true %}back{% endif %}", due: "2h" }),
    ],
    [
      "POST to a.example.com/messages, and report what it answers",
      { type: "webhook", url: "https://a.example.com/messages", report: true },
    ],
    [
      "after 1d, unless they reply, or InboundMessage or ContactTagUpdate comes on which the status is failed: leave the task “Call back”",
      aTask({
        after: "1d",
        cancelOn: [{ on: ["InboundMessage", "ContactTagUpdate"], conditions: { all: [failed] } }, "reply"],
      }),
    ],
  ])("then: %s", (words, action) => {
    expect(ruleInWords(aRule({ actions: [action] })).then).toEqual([words]);
    expect(actionInWords(action)).toBe(words);
    expect(words.endsWith(doesInWords(action))).toBe(true);
  });

  it.each<[words: string, window: Window]>([
    ["at any time", {}],
    ["only from 08:00 until 20:00", { from: "08:00", to: "20:00" }],
    ["only on monday or friday, not on 2026-12-25", { days: ["monday", "friday"], holidays: ["2026-12-25"] }],
    ["only until 12:00, in the time of Europe/Berlin", { to: "12:00", timeZone: "Europe/Berlin" }],
    ["only from 08:00, in the contact's own time", { from: "08:00", timeZone: "contact" }],
  ])("a window is open %s", (words, window) => {
    expect(windowInWords(window)).toBe(words);
  });

  it.each<[words: string, fields: Partial<Rule>]>([
    ["It is switched off", { enabled: false }],
    ["Only for location a", { locations: ["a"] }],
    ["Only for locations a, b or c", { locations: ["a", "b", "c"] }],
    ["At most once within 1d for each contact", { limit: { count: 1, within: "1d" } }],
    ["At most 5 times within 1h for the whole location", { limit: { count: 5, within: "1h", per: "location" } }],
    ["It acts only from 08:00 until 20:00; what comes outside waits", { window: { from: "08:00", to: "20:00" } }],
    [
      "It acts only on monday or friday, from 09:00, not on 2026-12-25, in the time of America/New_York; what comes outside waits",
      { window: { days: ["monday", "friday"], from: "09:00", holidays: ["2026-12-25"], timeZone: "America/New_York" } },
    ],
    [
      "It sends at most 5 in a minute: messages beyond that are held until a person releases them",
      { breaker: { perMinute: 5 } },
    ],
    [
      "It sends at most 5 in a minute and 1 to a contact in 24 hours: messages beyond that are held until a person releases them",
      { breaker: { perMinute: 5, perContactDay: 1 } },
    ],
    ["With priority -5: higher ones are decided first, and most rules have 0", { priority: -5 }],
    ["When it fires, the rules after it do not fire for the same event", { stop: true }],
    ["It also sees messages that were sent through the API", { includeApi: true }],
    ["It also sees internal comments", { includeInternal: true }],
  ])("besides: %s", (words, fields) => {
    expect(ruleInWords(aRule(fields)).besides).toEqual([words]);
  });

  it("says nothing besides where a rule is ordinary", () => {
    expect(ruleInWords(aRule({ enabled: true, stop: false, priority: 0, breaker: {} })).besides).toEqual([]);
  });

  it.each([
    ...SHIPPED_RULES.map((name) => [`rules/${name}`, SHIPPED[name]] as const),
    ...RECIPES.map((name) => [`recipes/${name}`, SHIPPED_RECIPES[name]] as const),
  ])("says what %s does, without code", (file, words) => {
    const rule = JSON.parse(readFileSync(new URL(`../../../${file}.json`, import.meta.url), "utf8")) as Rule;
    const { when, then, besides } = ruleInWords(rule);
    expect([when, then]).toEqual(words);
    for (const sentence of [when, ...then, ...besides]) expect(sentence).not.toMatch(/[{}$]|undefined|null/);
  });
});
