// Five rules that agencies ask for, each a recipe, over days and weeks of one contact through the real ledger.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRules } from "../../../src/cli/rule-files.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { projectConfiguration, ROOT } from "../../../src/local/project.ts";
import { runStory, type Step, type Story } from "../../../src/local/story.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";

const recipes = readRules(join(ROOT, "recipes"), ROOT, projectConfiguration(false)).admitted;
const WEDNESDAY_NOON = "2026-03-04T12:00:00Z";

/** What was sent to the contact, in order: when, and the text, or what was done. */
async function sentBy(recipe: string, story: Partial<Story> & Pick<Story, "events">): Promise<readonly string[]> {
  const found = recipes.find(({ rule }) => rule.name === recipe);
  if (!found) throw new Error(`There is no recipe ${recipe}`);
  const run = await runStory({ start: WEDNESDAY_NOON, ...story }, await ruleSetOf([found.rule]), "UTC");
  if (!run.ok) throw new Error(run.failure.join("\n"));
  const lines = ({ at, what, text, request, why }: Step): string[] => {
    if (what === "dead") return [`dead: ${why ?? ""}`];
    return what === "sent" ? [`${at} ${text ?? request?.body ?? ""}`] : [];
  };
  return run.value.steps.flatMap(lines);
}
const times = (sent: readonly string[]): readonly string[] => sent.map((line) => line.split(" ", 1)[0] ?? "");
const call = (callStatus: string): JsonObject => ({ messageType: "Call", callStatus });

describe("weekdays nine to six in the contact's zone after a voicemail, by name, once a day", () => {
  const grace = { firstName: "Grace", timeZone: "America/Chicago" };
  const text = "Hi Grace, we left you a voicemail. Write back here if that is easier.";

  it.each([
    ["by day it is sent at once", "2026-03-04T16:00:00Z", "2026-03-04T10:02:00-06:00"],
    ["in the evening there it waits for the morning", "2026-03-05T00:30:00Z", "2026-03-05T09:00:00-06:00"],
    [
      "on Friday evening it waits for Monday, which is summer time already",
      "2026-03-07T01:00:00Z",
      "2026-03-09T09:00:00-05:00",
    ],
  ])("%s", async (_, at, sentAt) => {
    const sent = await sentBy("voicemail-working-hours", {
      contact: grace,
      events: [{ at, event: call("voicemail") }],
    });
    expect(sent).toEqual([`${sentAt} ${text}`]);
  });

  it("is sent once a day, and again on the next", async () => {
    const events = ["16:00", "18:00", "21:00"].map((at) => ({ at: `2026-03-04T${at}:00Z`, event: call("voicemail") }));
    const next = { at: "2026-03-05T17:00:00Z", event: call("voicemail") };
    const sent = await sentBy("voicemail-working-hours", { contact: grace, events: [...events, next] });
    expect(times(sent)).toEqual(["2026-03-04T10:02:00-06:00", "2026-03-05T11:02:00-06:00"]);
  });
});

describe("two failed texts in an hour, counted as messages", () => {
  const sms = (messageId: string, status: string, more: JsonObject = {}): JsonObject => ({
    messageType: "SMS",
    messageId,
    status,
    ...more,
  });
  const sent = (events: Story["events"]) =>
    sentBy("two-failed-texts", { contact: { name: "Grace Example", assignedTo: "user1" }, events });

  it("are two, whatever else HighLevel tells of them", async () => {
    const did = await sent([
      { at: "0s", event: sms("first", "sent") },
      { at: "1m", event: sms("first", "failed") },
      { at: "2m", event: sms("first", "failed", { errorCode: "30003" }) },
      { at: "3m", event: sms("retry", "failed", { originalMessageId: "first" }) },
      { at: "40m", event: sms("second", "undelivered") },
      { at: "41m", event: sms("third", "failed") },
    ]);
    expect(times(did)).toEqual(["2026-03-04T12:40:00.000Z", "2026-03-04T12:40:00.000Z"]);
    expect(did.join()).toContain('"assignedTo":"user1"');
  });

  it("are not two where the other one was longer ago", async () => {
    expect(
      await sent([
        { at: "0s", event: sms("first", "failed") },
        { at: "61m", event: sms("second", "failed") },
      ]),
    ).toEqual([]);
  });
});

describe("an e-mail by mailgun that bounced", () => {
  it("is a task for the contact's owner, once a week", async () => {
    const email = (messageId: string, provider: string, status: string): JsonObject => ({
      messageType: "Email",
      messageId,
      provider,
      status,
      subject: "Your quote",
    });
    const sent = await sentBy("mailgun-bounced", {
      contact: { name: "Grace Example", email: "grace@example.com", assignedTo: "user1" },
      events: [
        { at: "0s", event: email("a", "leadconnector", "bounced") },
        { at: "1m", event: email("b", "mailgun", "delivered") },
        { at: "2m", event: email("c", "mailgun", "bounced") },
        { at: "3d", event: email("d", "mailgun", "bounced") },
      ],
    });
    expect(times(sent)).toEqual(["2026-03-04T12:02:00.000Z"]);
    expect(JSON.parse(sent[0]?.replace(/^\S+ /, "") ?? "")).toMatchObject({
      title: "Ask Grace Example for another e-mail address",
      body: "Your quote did not reach grace@example.com.",
      assignedTo: "user1",
    });
  });
});

describe("three follow-ups in a life at most", () => {
  it("are three over a year, longer than any log is kept", async () => {
    const events = [0, 40, 100, 200, 364].map((day) => ({
      at: `${day}d`,
      event: { type: "InboundMessage", ...call("no-answer") },
    }));
    const sent = await sentBy("three-follow-ups", { contact: { firstName: "Grace" }, events });
    expect(times(sent).map((at) => at.slice(0, 10))).toEqual(["2026-03-04", "2026-04-13", "2026-06-12"]);
  });

  it("do not count one that a reply ended before it was sent", async () => {
    const reply = { type: "InboundMessage", messageType: "SMS", body: "Call me" };
    const events = [0, 1, 2, 3].map((day) => ({ at: `${day}d`, event: { type: "InboundMessage", ...call("busy") } }));
    const sent = await sentBy("three-follow-ups", { events: [...events, { at: "30s", event: reply }] });
    expect(times(sent).map((at) => at.slice(0, 10))).toEqual(["2026-03-05", "2026-03-06", "2026-03-07"]);
  });
});

describe("a condition on tag and custom field and stage", () => {
  const moved = (pipelineStageId: string): JsonObject => ({
    type: "OpportunityStageUpdate",
    name: "A kitchen",
    pipelineStageId,
    status: "open",
  });
  const vera = { name: "Vera Example", tags: ["vip"], custom: { plan: "Gold" }, assignedTo: "user1" };
  const sent = (contact: JsonObject, events: Story["events"]) => sentBy("vip-in-stage", { contact, events });

  it("is met by the three together, as the contact is when the opportunity comes to the stage", async () => {
    const tagged = { at: "1m", event: { type: "ContactTagUpdate", tags: ["vip"] } };
    const events = [{ at: "0s", event: moved("your-stage-id") }, tagged, { at: "2m", event: moved("your-stage-id") }];
    const late = await sent({ ...vera, tags: ["new"] }, events);
    expect(times(late)).toEqual(["2026-03-04T12:02:00.000Z"]);
    expect(late[0]).toContain('"title":"Call Vera Example today: A kitchen"');
    expect(times(await sent(vera, [{ at: "0s", event: moved("your-stage-id") }]))).toEqual([
      WEDNESDAY_NOON.replace("Z", ".000Z"),
    ]);
  });

  it.each<[without: string, contact: JsonObject, stage: string]>([
    ["the tag", { ...vera, tags: [] }, "your-stage-id"],
    ["the field", { ...vera, custom: {} }, "your-stage-id"],
    ["the stage", vera, "another-stage"],
  ])("is not met without %s", async (_, contact, stage) => {
    expect(await sent(contact, [{ at: "0s", event: moved(stage) }])).toEqual([]);
  });
});
