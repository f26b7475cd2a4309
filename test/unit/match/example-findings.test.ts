// An example that fires renders its actions: what would be dead is a finding.
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/kit/json.ts";
import { checkExamples } from "../../../src/match/example-findings.ts";
import { admitRule } from "../../../src/rules/admission.ts";

const CONTEXT = { outboundAllowedHosts: new Set<string>(), ownHosts: new Set<string>(), retentionDays: 30 };
const REPLY = { type: "InboundMessage", messageType: "SMS", body: "Hi" };

async function found(
  action: JsonObject,
  event: JsonObject = REPLY,
  fires = true,
  known: JsonObject = {},
): Promise<readonly string[]> {
  const rule = {
    description: "A test",
    on: ["InboundMessage", "ContactTagUpdate"],
    conditions: { all: [{ fact: "contactId", operator: "equal", value: fires ? "example-contact" : "another" }] },
    actions: [{ type: "task", title: "Look" }, action],
    examples: [{ event, fires, ...known }],
  };
  const source = { file: "rules/a.json", text: JSON.stringify(rule) };
  const admitted = admitRule(source, { ...CONTEXT, conditions: new Map() });
  if (!admitted.ok) throw new Error(JSON.stringify(admitted.failure));
  const { findings } = await checkExamples(admitted.value, "UTC");
  return findings.filter(({ code }) => code === "RULE_EXAMPLE").map(({ pointer, message }) => `${pointer} ${message}`);
}

const dead = (why: string): string[] => [`/examples/0 Action 2 of the example would be dead: ${why}`];

describe("an example that fires tries its actions", () => {
  it.each<[action: JsonObject, why: string]>([
    [
      { type: "task", title: "{{ event.body | plus: 1 }}" },
      'Cannot render title: "plus" takes numbers, and is given something else in {{ event.body | plus: 1 }}',
    ],
    [{ type: "task", title: "{{ event.subject }}" }, "Cannot render title: a field is not there in event.subject"],
    [
      { type: "task", title: "Look", description: "{{ event.timestamp | date: '%H', event.body }}" },
      "Cannot render description: a field is not there in event.timestamp",
    ],
    [
      { type: "webhook", url: "https://crm.example.com/{{ event.gone }}" },
      "Cannot render url: a field is not there in event.gone",
    ],
    [
      { type: "webhook", url: "https://crm.example.com/", headers: { "X-Text": "{{ event.body }}…" } },
      'Header "X-Text" came out with characters that no header can hold',
    ],
    [
      { type: "webhook", url: "https://crm.example.com/{{ event.body | replace: 'Hi', '..' }}/a" },
      'The path of the URL holds a "." or ".." segment',
    ],
    [{ type: "highlevel", call: "add-tags", tags: ["{{ event.attachments }}"] }, "Field tags came out empty"],
    [
      { type: "highlevel", call: "send-message", messageType: "SMS", message: "{{ event.mentions.name }}" },
      "Cannot render message: a field is not there in event.mentions.name",
    ],
    [
      { type: "highlevel", call: "update-message-status", status: "{{ event.body }}" },
      "Cannot render status: it came out as none of delivered, failed, pending, read",
    ],
  ])("and finds what would be dead: %j", async (action, why) => {
    expect(await found(action, { ...REPLY, attachments: [] })).toEqual(dead(why));
  });

  it.each<JsonObject>([
    { type: "task", title: "{{ event.body }}", description: "{{ facts.weekday }} {{ rule.description }}", due: "1d" },
    {
      type: "webhook",
      url: "https://crm.example.com/{{ event.body }}",
      headers: { Authorization: "Bearer {{ secret.CRM_KEY }}", "X-Key": "{{ secret['OTHER'] | base64_encode }}" },
      body: { fired: "{{ decision.fired }}", at: "{{ decision.decidedAt | date: '%Y' }}" },
    },
    // Where it may not go is another finding.
    { type: "webhook", url: "http://localhost:9000/{{ event.body }}" },
    { type: "highlevel", call: "send-message", messageType: "SMS", message: "{{ event.body }}" },
    { type: "highlevel", call: "update-message-status", status: "read" },
  ])("and finds nothing in what would leave: %j", async (action) => {
    expect(await found(action)).toEqual([]);
  });

  it("and none of those that do not fire", async () => {
    expect(await found({ type: "task", title: "{{ event.subject }}" }, REPLY, false)).toEqual([]);
  });

  it("with the contact and the location of the example", async () => {
    const task = { type: "task", title: "Call {{ contact.name }} of {{ location.name }}" };
    const contact = { name: "Grace Example" };
    expect(await found(task, REPLY, true, { contact, location: { name: "Acme" } })).toEqual([]);
    expect(await found(task, REPLY, true, { contact })).toEqual(
      dead("Cannot render title: a field is not there in location.name"),
    );
    const why = dead("Cannot render title: a field is not there in contact.name");
    expect(await found(task, REPLY, true, { location: { name: "Acme" } })).toEqual(why);
  });

  it("with the fields of the example's own kind", async () => {
    const tags = { type: "highlevel", call: "add-tags", tags: ["{{ event.tags }}"] };
    expect(await found(tags, { type: "ContactTagUpdate", tags: ["x"] })).toEqual([]);
    expect(await found(tags)).toEqual(dead("Cannot render tags: a field is not there in event.tags"));
  });
});
