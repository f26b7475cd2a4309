import { describe, expect, it } from "vitest";
import { readStory, runStory, type Step, type Story } from "../../../src/local/story.ts";
import type { Json } from "../../../src/kit/json.ts";
import type { Action, Rule } from "../../../src/model/rule.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";
import { aRule, aTask, aWebhook } from "../../builders.ts";
import { readCases } from "../../cases/read-cases.ts";

interface StoryCase {
  readonly rules: readonly Rule[];
  readonly story: Story;
}

describe("a story comes out to the minute", () => {
  it.each(readCases<StoryCase>("stories"))("$title", async ({ case: { rules, story } }) => {
    const run = await runStory(story, await ruleSetOf(rules), "UTC");
    if (!run.ok) throw new Error(run.failure.join("\n"));
    expect(run.value.missing).toEqual([]);
  });
});

describe("a message of ours in a story", () => {
  const text = (more: object = {}): Action => ({
    type: "highlevel",
    call: "send-message",
    messageType: "SMS",
    message: "Sorry that we missed you",
    ...more,
  });
  const missed = { messageType: "CALL", callStatus: "voicemail", contactId: "ada", locationId: "here" };
  const onVoicemail = (...actions: Action[]) =>
    aRule({
      name: "text-back",
      conditions: { all: [{ fact: "outcome", operator: "equal", value: "voicemail" }] },
      actions,
    });
  async function steps(rules: readonly Rule[], more: Partial<Story> = {}): Promise<readonly Step[]> {
    const told: Story = { start: "2026-03-04T12:00:00Z", events: [{ at: "1m", event: missed }], ...more };
    const run = await runStory(told, await ruleSetOf(rules), "UTC");
    if (!run.ok) throw new Error(run.failure.join("\n"));
    return run.value.steps;
  }

  it.each<[type: string, more: object]>([
    ["SMS", {}],
    ["Email", { subject: "Hello", html: "<p>Sorry</p>" }],
    ["WhatsApp", {}],
  ])("comes back as HighLevel posts it, and is recognised: %s", async (messageType, more) => {
    const own = { rule: "text-back", action: "highlevel", call: "send-message" };
    const came = await steps([onVoicemail(text({ messageType, ...more, after: "5m" }))]);
    expect(came.map(({ what, why = "" }) => [what, why])).toEqual([
      ["event", "OutboundMessage"],
      ["fired", ""],
      ["waits", "2026-03-04T12:06:00.000Z"],
      ["sent", ""],
      ["event", "OutboundMessage"],
    ]);
    expect(came.at(-1)).toEqual({ at: "2026-03-04T12:06:00.000Z", what: "event", why: "OutboundMessage", ...own });
  });

  it("fires rules that ask for it, with what it says and to whom, and cancels what waits for it", async () => {
    const conditions = {
      all: [
        { fact: "source", operator: "equal", value: "api" },
        { fact: "channel", operator: "equal", value: "sms" },
        { fact: "body", operator: "containsText", value: "missed" },
        { fact: "contactId", operator: "equal", value: "ada" },
        { fact: "locationId", operator: "equal", value: "here" },
        { fact: "outcome", operator: "equal", value: "sent" },
      ],
    };
    const seen = aRule({ name: "seen", includeApi: true, conditions });
    const came = await steps([
      onVoicemail(text(), aTask({ after: "1h", cancelOn: [{ on: ["OutboundMessage"], conditions }] })),
      seen,
      aRule({ name: "unasked", conditions }),
    ]);
    expect(came.filter(({ what }) => what === "fired").map(({ rule }) => rule)).toEqual(["text-back", "seen"]);
    expect(came.filter(({ what }) => what === "cancelled")).toHaveLength(1);
    expect(came.filter(({ what }) => what === "held")).toEqual([]);
  });

  it("that answers itself ends at the breaker", async () => {
    const echo = aRule({
      name: "echo",
      includeApi: true,
      conditions: { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] },
      actions: [text()],
    });
    const came = await steps([echo]);
    expect(came.filter(({ what }) => what === "sent")).toHaveLength(3);
    expect(came.at(-1)).toMatchObject({ what: "held" });
  });
});

describe("the times of a story", () => {
  const HOURS = { from: "08:00", to: "20:00" };
  it.each<
    [
      title: string,
      story: Partial<Story>,
      zones: readonly (string | undefined)[],
      other: string,
      at: string,
      until: string,
    ]
  >([
    [
      "in its own zone",
      { timeZone: "America/New_York" },
      ["Europe/Berlin"],
      "UTC",
      "2026-03-07T23:00:00-05:00",
      "2026-03-08T03:00:00-04:00",
    ],
    ["in that of the window", {}, ["Europe/Berlin"], "UTC", "2026-03-08T05:00:00+01:00", "2026-03-08T08:00:00+01:00"],
    [
      "in that of several windows alike",
      {},
      ["Asia/Kolkata", "Asia/Kolkata", undefined],
      "UTC",
      "2026-03-08T09:30:00+05:30",
      "",
    ],
    [
      "in TIME_ZONE where windows differ",
      {},
      ["Europe/Berlin", "Asia/Tokyo"],
      "Asia/Kolkata",
      "2026-03-08T09:30:00+05:30",
      "2026-03-08T12:30:00+05:30",
    ],
    ["in TIME_ZONE where no window names one", {}, [undefined], "Asia/Kolkata", "2026-03-08T09:30:00+05:30", ""],
    ["in the contact's", { contact: { timezone: "Asia/Manila" } }, ["contact"], "UTC", "2026-03-08T12:00:00+08:00", ""],
    ["in TIME_ZONE where the contact has none", {}, ["contact"], "Asia/Kolkata", "2026-03-08T09:30:00+05:30", ""],
    ["with an offset", { timeZone: "-03:30" }, [], "UTC", "2026-03-08T00:30:00-03:30", ""],
    ["in UTC", { timeZone: "UTC" }, [], "Asia/Tokyo", "2026-03-08T04:00:00.000Z", ""],
  ])("are %s", async (_, more, zones, other, at, until) => {
    const rules = [undefined, ...zones].map((timeZone, index) =>
      aRule({
        name: `r${index}`,
        conditions: { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] },
        actions: [aWebhook()],
        ...(index === 0 ? {} : { window: { ...HOURS, ...(timeZone === undefined ? {} : { timeZone }) } }),
      }),
    );
    const told: Story = { start: "2026-03-08T03:59:00Z", events: [{ at: "1m", event: {} }], ...more };
    const run = await runStory(told, await ruleSetOf(rules), other);
    if (!run.ok) throw new Error(run.failure.join("\n"));
    expect(run.value.steps[0]?.at).toBe(at);
    const waits = run.value.steps.filter(({ what }) => what === "waits").map(({ why }) => why);
    if (until !== "") expect(waits).toContain(until);
  });
});

describe("a story that expects what does not come", () => {
  const told: Story = {
    start: "2026-03-04T12:00:00Z",
    events: [{ at: "1m", event: {} }],
    expect: [{ what: "sent", rule: "test-rule" }],
  };
  const rule = aRule({
    conditions: { all: [{ fact: "kind", operator: "equal", value: "OutboundMessage" }] },
    actions: [aWebhook({ after: "5m" })],
  });

  it.each<[title: string, change: Partial<Story>, missing: number]>([
    ["at all", {}, 0],
    ["at the right time", { expect: [{ at: "6m", what: "sent" }] }, 0],
    ["at another time", { expect: [{ at: "5m", what: "sent" }] }, 1],
    ["of another rule", { expect: [{ what: "sent", rule: "other" }] }, 1],
    ["in another order", { expect: [{ what: "sent" }, { what: "fired" }] }, 1],
    ["with something between", { exactly: true, expect: [{ what: "event" }, { what: "sent" }] }, 2],
  ])("is told: %s", async (_, change, missing) => {
    const run = await runStory({ ...told, ...change }, await ruleSetOf([rule]), "UTC");
    if (!run.ok) throw new Error(run.failure.join("\n"));
    expect(run.value.missing).toHaveLength(missing);
  });

  it.each<[title: string, expected: Story["expect"], says: string | RegExp]>([
    ["its time", [{ at: "5m", what: "sent", rule: "test-rule" }], '"at":"2026-03-04T12:06:00.000Z"'],
    ["its rule", [{ at: "6m", what: "sent", rule: "other" }], '"rule":"test-rule"'],
    ["nothing: two things are another", [{ at: "5m", what: "sent", rule: "other" }], /did not come$/],
    ["nothing: no such step came", [{ what: "dead" }], /did not come$/],
  ])("is told with the step that is the one but for one thing, without its request: %s", async (_, expected, says) => {
    const run = await runStory({ ...told, expect: expected }, await ruleSetOf([rule]), "UTC");
    const [line = ""] = run.ok ? run.value.missing : [];
    expect(line).toMatch(says);
    expect(line).not.toContain('"request"');
  });

  it("may begin at its start", async () => {
    const events = [{ at: "0s", event: {} }];
    expect(readStory({ start: told.start, events })).toMatchObject({ ok: true });
    const run = await runStory({ ...told, events }, await ruleSetOf([rule]), "UTC");
    expect(run.ok && run.value.steps[0]?.at).toBe("2026-03-04T12:00:00.000Z");
  });

  it.each<[story: Json, place: string]>([
    [{}, "/start"],
    [{ start: "noon", events: [] }, "/start"],
    [{ start: "2026-03-04T12:00:00Z", events: [{ at: "soon", event: {} }] }, "/events/0/at"],
    [{ start: "2026-03-04T12:00:00Z", events: [], evnets: [] }, "/evnets"],
  ])("cannot be told: %j", (story, place) => {
    const read = readStory(story);
    expect(read.ok ? [] : read.failure.map((line) => line.split(":")[0])).toContain(place);
  });
});
