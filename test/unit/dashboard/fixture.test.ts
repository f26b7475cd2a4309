import { describe, expect, it } from "vitest";
import { projectConfiguration, ROOT, RULES_FOLDER } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import { readStory, runStory } from "../../../src/local/story.ts";
import { exampleOf, storyOf } from "../../../src/dashboard/events/fixture.ts";
import { payloadOf, SAMPLES } from "../../../src/events/samples.ts";
import { readEvent } from "../../../src/events/event.ts";
import { byPriority } from "../../../src/model/rule.ts";
import { explain } from "../../../src/match/decide.ts";
import { runExample } from "../../../src/match/examples.ts";
import type { ConditionGroup, RuleExample } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { anEvent, aRule, aRuleSet } from "../../builders.ts";
import { SHIPPED_RULES } from "../../shipped.ts";

const MOMENT = { nowMs: Date.parse("2026-03-04T15:30:00.000Z"), timeZone: "UTC" };

describe("a recorded event, copied", () => {
  const rules = readRules(RULES_FOLDER, ROOT, projectConfiguration(false))
    .admitted.map(({ rule }) => rule)
    .filter(({ name }) => SHIPPED_RULES.includes(name))
    .toSorted(byPriority);
  const ruleSet = { hash: "shipped", rules, findings: [] };
  const recorded = async (name: string) => {
    const sample = SAMPLES[name];
    if (!sample) throw new Error(`There is no sample "${name}"`);
    const receivedAt = new Date(MOMENT.nowMs).toISOString();
    const read = readEvent(payloadOf(sample, {}, new Date(MOMENT.nowMs)), {
      key: "k",
      route: sample.route,
      receivedAt,
    });
    if (read.status !== "event") throw new Error(`Sample "${name}" is ${read.status}`);
    return { event: read.event, decision: (await explain(read.event, ruleSet, MOMENT)).decision };
  };

  it.each(["voicemail", "sms-failed", "missed-call", "sms"])(
    "%s is an example that comes out, for each rule that fired",
    async (name) => {
      const { event, decision } = await recorded(name);
      const example = JSON.parse(exampleOf(event, decision)) as RuleExample;
      expect(example.fires).toBe(decision.fired.length > 0);
      for (const fired of decision.fired) {
        const rule = ruleSet.rules.find((one) => one.name === fired);
        expect(rule && (await runExample(rule, example, "UTC"))).toMatchObject({ ok: true, value: { passed: true } });
      }
    },
  );

  it("has what was known of the contact, as far as the rules asked", async () => {
    const conditions: ConditionGroup = {
      all: [
        { fact: "contact", path: "$.tags", operator: "contains", value: "vip" },
        { fact: "location", path: "$.country", operator: "equal", value: "US" },
      ],
    };
    const rule = aRule({ conditions });
    const known = { contact: { name: "Grace", tags: ["vip"] }, location: { country: "US" } };
    const { decision } = await explain(anEvent(), aRuleSet(rule), { ...MOMENT, known });
    const example = JSON.parse(exampleOf(anEvent(), decision)) as RuleExample;
    expect(example).toMatchObject({ fires: true, contact: { tags: ["vip"] }, location: { country: "US" } });
    expect(await runExample(rule, example, "UTC")).toMatchObject({ ok: true, value: { passed: true } });
    const text = JSON.stringify({ ...rule, name: undefined, examples: [example] });
    const context = { outboundAllowedHosts: new Set<string>(), ownHosts: new Set<string>(), retentionDays: 30 };
    expect(admitRule({ file: "rules/a.json", text }, { ...context, conditions: new Map() })).toMatchObject({
      ok: true,
    });
  });

  it.each(["voicemail", "sms-failed", "missed-call"])("%s is a story that comes out", async (name) => {
    const { event, decision } = await recorded(name);
    const story = readStory(JSON.parse(storyOf(event, decision)));
    expect(story.ok && (await runStory(story.value, ruleSet, "UTC"))).toMatchObject({
      ok: true,
      value: { missing: [] },
    });
  });
});
