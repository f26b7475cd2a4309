import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectConfiguration, ROOT } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import { typesOf } from "../../../src/events/kind-of.ts";
import { runStory, type Step, type Story } from "../../../src/local/story.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";
import { durationMs } from "../../../src/time/duration.ts";
import { RECIPES } from "../../shipped.ts";

const rules = new Map(
  ["rules", "recipes"].flatMap((folder) =>
    readRules(join(ROOT, folder), ROOT, projectConfiguration(false)).admitted.map((admitted) => [
      admitted.file,
      admitted,
    ]),
  ),
);

const voicemail = { messageType: "Call", callStatus: "voicemail" };
const missed = { messageType: "Call", callStatus: "no-answer" };
const opened = { messageType: "Email", status: "opened" };
const reply = { type: "InboundMessage", messageType: "SMS", body: "Call me" };
const theirVoicemail = { type: "InboundMessage", messageType: "Call", status: "voicemail" };
const answered = { messageType: "Call", callStatus: "answered" };
const stop = { type: "ContactDndUpdate", dnd: true };

/** When each action came, or what kept it away: `+5m` after the start, or a trigger. */
type Came = readonly string[];
const WEDNESDAY_NOON = "2026-03-04T12:00:00Z";
const FRIDAY_NOON = "2026-03-06T12:00:00Z";
const LATE = "2026-03-04T22:00:00Z";

describe("what comes of a rule over time", () => {
  it.each<[what: string, file: string, start: string, events: { readonly [at: string]: JsonObject }, came: Came]>([
    [
      "the text, the tag and the task after five minutes",
      "rules/voicemail-text-back",
      WEDNESDAY_NOON,
      {},
      ["5m", "5m", "5m"],
    ],
    [
      "none of them after a reply",
      "rules/voicemail-text-back",
      WEDNESDAY_NOON,
      { "4m": reply },
      ["reply", "reply", "reply"],
    ],
    ["none of them after a STOP", "rules/voicemail-text-back", WEDNESDAY_NOON, { "4m": stop }, ["dnd", "dnd", "dnd"]],
    ["all of them in the morning", "rules/voicemail-text-back", LATE, {}, ["10h", "10h", "10h"]],
    [
      "none in the morning after a reply by night",
      "rules/voicemail-text-back",
      LATE,
      { "3h": reply },
      ["reply", "reply", "reply"],
    ],
    [
      "all of them, since a voicemail is no reply",
      "rules/voicemail-text-back",
      WEDNESDAY_NOON,
      { "4m": theirVoicemail },
      ["5m", "5m", "5m"],
    ],
    ["a text, a task, then the escalation", "recipes/missed-call-text-back", WEDNESDAY_NOON, {}, ["1m", "10m", "4h"]],
    [
      "no escalation after a reply",
      "recipes/missed-call-text-back",
      WEDNESDAY_NOON,
      { "3h": reply },
      ["1m", "10m", "reply"],
    ],
    [
      "no escalation once they answered a call",
      "recipes/missed-call-text-back",
      WEDNESDAY_NOON,
      { "2h": answered },
      ["1m", "10m", "conditions"],
    ],
    [
      "nothing after a reply at once",
      "recipes/missed-call-text-back",
      WEDNESDAY_NOON,
      { "30s": reply },
      ["reply", "reply", "reply"],
    ],
    ["a text after a day", "recipes/opened-not-answered", WEDNESDAY_NOON, {}, ["1d"]],
    ["a text on Monday, not on Saturday", "recipes/opened-not-answered", FRIDAY_NOON, {}, ["69h"]],
    ["no text after an answer", "recipes/opened-not-answered", WEDNESDAY_NOON, { "20h": reply }, ["reply"]],
  ])("%s: %s", async (_, file, start, others, came) => {
    const rule = rules.get(`${file}.json`)?.rule;
    if (!rule) throw new Error(`There is no ${file}`);
    const event = file.startsWith("rules/voicemail") ? voicemail : file.includes("missed") ? missed : opened;
    const story: Story = {
      start,
      events: [{ at: start, event }, ...Object.entries(others).map(([at, other]) => ({ at, event: other }))],
      expect: came
        .map((one) =>
          /\d/.test(one) ? ({ at: one, what: "sent" } as const) : ({ what: "cancelled", why: one } as const),
        )
        .map((step) => ({ ...step, rule: rule.name, action: "highlevel" })),
    };
    const steps = await stepsOf(story, rule);
    expect(steps.filter(({ what }) => ["sent", "dead", "cancelled"].includes(what))).toHaveLength(came.length);
  });
});

describe("a recipe that writes keeps to the hours of the contact", () => {
  it.each([
    ["recipes/missed-call-text-back", missed, "2026-03-05T08:00:00+08:00"],
    ["recipes/opened-not-answered", opened, "2026-03-06T09:00:00+08:00"],
  ])("%s", async (file, event, opens) => {
    const rule = rules.get(`${file}.json`)?.rule;
    if (!rule) throw new Error(`There is no ${file}`);
    const inManila = { contact: { timezone: "Asia/Manila" }, start: "2026-03-04T16:00:00Z" };
    await stepsOf({ ...inManila, events: [{ at: "1m", event }], expect: [{ at: opens, what: "sent" }] }, rule);
  });
});

describe("what a rule in HighLevel fires on leaves no dead letter: each text can be made of each example", () => {
  it.each(["rules/voicemail-text-back", ...RECIPES.map((name) => `recipes/${name}`)])("%s", async (file) => {
    const { rule, examples = [] } = rules.get(`${file}.json`) ?? {};
    if (!rule) throw new Error(`There is no ${file}`);
    const [type] = typesOf(rule.on[0] ?? "OutboundMessage");
    for (const { event, history = [], contact, location } of examples.filter(({ fires }) => fires)) {
      const at = (agoMs: number): string => new Date(Date.parse(WEDNESDAY_NOON) - agoMs).toISOString();
      const all = [
        ...history.map((before) => ({ ...before, agoMs: durationMs(before.ago) ?? 0 })),
        { event, agoMs: 0 },
      ];
      const steps = await stepsOf(
        {
          start: "2026-02-01T12:00:00Z",
          ...(contact ? { contact } : {}),
          ...(location ? { location } : {}),
          events: all.map((one) => ({ at: at(one.agoMs), event: { type, ...one.event } })),
          expect: [{ at: at(0), what: "fired" }, ...rule.actions.map(() => ({ what: "sent" as const }))],
        },
        rule,
      );
      expect(steps.filter(({ what }) => what === "dead")).toEqual([]);
    }
  });
});

/** The steps of a story of one rule, which has to come out. */
async function stepsOf(story: Story, rule: Rule): Promise<readonly Step[]> {
  const run = await runStory(story, await ruleSetOf([rule]), "UTC");
  if (!run.ok) throw new Error(run.failure.join("\n"));
  expect(run.value.missing).toEqual([]);
  return run.value.steps;
}
