import { describe, expect, it } from "vitest";
import { readStory, runStory, type Story } from "../../../src/local/story.ts";
import type { Json } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";
import { aRule, aWebhook } from "../../builders.ts";
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
