import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readEvent } from "../../../src/events/event.ts";
import { payloadOf, SAMPLES } from "../../../src/events/samples.ts";
import { decide } from "../../../src/match/decide.ts";
import type { Event } from "../../../src/model/event.ts";
import type { ExportedDelivery, ExportedEvent } from "../../../src/model/export.ts";
import { fromBuilt } from "../../../src/rules/rule-set.ts";
import { redacted } from "../../../src/replay/redact.ts";
import built from "../../../dist/rules.json" with { type: "json" };
import { CANARY_PERSON } from "../../canaries.ts";
import { anEvent, MOMENT } from "../../builders.ts";

const hash = (text: string): string => createHash("sha256").update(`key ${text}`).digest("hex");
const decision = { eventKey: "k", decidedAt: "2026-03-04T15:30:00.000Z", timeZone: "UTC", ruleSet: "r", fired: [] };

function redactedEvent(event: Event): Event {
  const line: ExportedEvent = { type: "event", v: 1, chain: null, event, decision: { ...decision, verdicts: [] } };
  return (redacted(line, hash) as ExportedEvent).event;
}

const SAMPLE_EVENTS = Object.entries(SAMPLES).flatMap(([name, sample]): [string, Event][] => {
  const payload = payloadOf(sample, {}, new Date("2026-03-04T15:30:00Z"));
  const read = readEvent(payload, { key: name, route: sample.route, receivedAt: "2026-03-04T15:30:00.000Z" });
  return read.status === "event" ? [[name, read.event]] : [];
});

describe("a redacted export", () => {
  it("has nothing of a person", () => {
    const text = JSON.stringify(redactedEvent(anEvent()));
    for (const [name, value] of Object.entries(CANARY_PERSON)) expect(text, name).not.toContain(String(value));
  });

  it.each([
    ["body", "Call me at five", /^text [0-9a-f]{12}$/],
    ["phone", "+49 171 5550123", /^\+1555\d{7}$/],
    ["email", "jo@gmail.com", /^person-[0-9a-f]{12}@example\.com$/],
    ["from", "Jo <jo@gmail.com>", /^person-[0-9a-f]{12}@example\.com$/],
    ["dateOfBirth", "1980-02-03", /^19\d\d-0[1-9]-1\d$/],
    ["website", "https://jo.example.org/me", /^https:\/\/example\.com\/[0-9a-f]{12}$/],
    ["some_custom_field", "Smith", /^text /],
    ["some_number", 15551234567, /^\d{1,9}$/],
    ["source", "workflow", /^workflow$/],
    ["dateAdded", "2026-03-04T15:29:58.000Z", /^2026-03-04T15:29:58.000Z$/],
    ["body", " Stop. ", /^STOP$/],
    ["body", "", /^$/],
    ["callDuration", 31, /^31$/],
  ])("has for %s %j what stands for it", (name, value, form) => {
    const { payload } = redactedEvent(anEvent({ [name]: value }));
    expect(JSON.stringify(payload[name]).replaceAll('"', "")).toMatch(form);
    expect(redactedEvent(anEvent({ [name]: value })).payload[name]).toEqual(payload[name]);
  });

  it("has stand-ins for what was known of the contact and the location", () => {
    const known = {
      contact: { firstName: "Grace", tags: ["vip"], custom: { plan: "gold" }, owner: { email: "uma@agency.example" } },
      location: { name: "Hopper & Co" },
    };
    const event = anEvent();
    const line: ExportedEvent = {
      type: "event",
      v: 1,
      chain: null,
      event,
      decision: { ...decision, verdicts: [], known },
    };
    const shown = (redacted(line, hash) as ExportedEvent).decision.known;
    expect(JSON.stringify(shown)).not.toMatch(/Grace|gold|uma|Hopper/);
    expect(shown?.contact).toMatchObject({ tags: ["vip"] });
  });

  it("has no request of an attempt, which holds the text that left", () => {
    const at = "2026-03-04T15:30:00.000Z";
    const request = {
      at,
      method: "POST",
      url: "https://example.com",
      headers: {},
      body: "Hi Grace",
      cutBytes: 0,
      message: null,
    };
    const attempts = [{ at, status: 200, error: null, durationMs: 5, answer: "Thanks Grace", request }];
    const line = { type: "delivery", id: "d", attempts } as unknown as ExportedDelivery;
    expect(JSON.stringify(redacted(line, hash))).not.toContain("Grace");
  });

  it("keeps a word that stops messages in the HTML of an e-mail", () => {
    const event = anEvent({ type: "InboundMessage", messageType: "Email", body: "<p>Stop</p><hr><p>Jo wrote</p>" });
    expect(redactedEvent(event).payload["body"]).toBe("STOP");
  });

  it.each(SAMPLE_EVENTS)("is decided as it was by the rules that ship: %s", async (_, event) => {
    const rules = fromBuilt(built);
    const fired = async (one: Event) => (await decide(one, rules, MOMENT)).decision.fired;
    expect(await fired(redactedEvent(event))).toEqual(await fired(event));
  });

  it("has stand-ins for who a contact is, and keeps its tags and times", () => {
    const contact = { id: "c", firstName: "Ada", phone: "+4917155501", tags: ["vip"], dnd: false };
    const line = { type: "contact", contactId: "c", contact, location: { name: "Acme Dental" } } as const;
    const told = redacted(line, hash);
    expect(JSON.stringify(told)).not.toMatch(/Ada|4917155501|Acme/);
    expect(told).toMatchObject({ contactId: "c", contact: { id: "c", tags: ["vip"], dnd: false } });
  });

  it("leaves out a line of a type that is not known, of which nobody knows what is private", () => {
    expect(redacted({ type: "later", phone: "+4917155501" } as never, hash)).toBeNull();
  });

  it("tells neither what a condition saw of a text nor what a destination answered", () => {
    const conditions = [{ pointer: "/all/0", fact: "body", operator: "equal", value: "x", saw: "secret", met: false }];
    const verdict = { rule: "r", fired: false, reason: "conditions", conditions } as const;
    const line: ExportedEvent = {
      type: "event",
      v: 1,
      chain: null,
      event: anEvent(),
      decision: { ...decision, verdicts: [verdict] },
    };
    expect(JSON.stringify(redacted(line, hash))).not.toContain("secret");
    const attempts = [{ at: "", status: 500, error: null, durationMs: 1, answer: "secret" }];
    const delivery = { type: "delivery", attempts } as never;
    expect(JSON.stringify(redacted(delivery, hash))).not.toContain("secret");
  });

  it("tells neither why something was paused nor what an attempt's error quotes", () => {
    const why = "by ada since then: Grace complained";
    const verdict = { rule: "r", fired: false, reason: "paused", detail: why, conditions: [] } as const;
    const paused = [{ rule: "r", why }];
    const whole = { ...decision, verdicts: [verdict], paused };
    const line: ExportedEvent = { type: "event", v: 1, chain: null, event: anEvent(), decision: whole };
    const at = "2026-03-04T15:30:00.000Z";
    const error = "HIGHLEVEL_REFUSED: HighLevel answered 400: +49 171 5550123 is no number: of Grace";
    const attempts = [{ at, status: 400, error, durationMs: 5, answer: null, request: null }];
    const delivery = { type: "delivery", id: "d", attempts } as unknown as ExportedDelivery;
    const shown = [redacted(line, hash), redacted(delivery, hash)];
    expect(JSON.stringify(shown)).not.toMatch(/Grace|ada|5550123/);
    expect(shown[0]).toMatchObject({ decision: { paused: [{ rule: "r" }], verdicts: [{ reason: "paused" }] } });
    expect((shown[1] as ExportedDelivery).attempts[0]?.error).toMatch(/^HIGHLEVEL_REFUSED: text [0-9a-f]{12}$/);
  });
});
