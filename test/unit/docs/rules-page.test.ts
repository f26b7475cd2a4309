import { CHANNEL_TABLE, CHANNELS } from "../../../src/model/channels.ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectConfiguration, ROOT } from "../../../src/local/project.ts";
import { readStory, runStory } from "../../../src/local/story.ts";
import { FACTS } from "../../../src/language/facts.ts";
import { KNOWN_FACTS, KNOWN_NAMES, type KnownFields } from "../../../src/language/known-facts.ts";
import { DECORATOR_NAMES, OPERATOR_NAMES } from "../../../src/language/operators.ts";
import { runExample } from "../../../src/match/examples.ts";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { CALL_PHRASES } from "../../../src/highlevel/call-phrases.ts";
import { CALLS } from "../../../src/highlevel/calls.ts";
import { HIGHLEVEL_CALLS, type ConditionGroup, type RuleExample } from "../../../src/model/rule.ts";
import { admitConditions, admitRule, type AdmittedRule } from "../../../src/rules/admission.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";
import { ruleSchema } from "../../../src/rules/schema.ts";

// Every JSON block of docs/rules.md has a word after "json" that says what it is:
//   rule              a rule file; keys that are left out take those of DEFAULTS. Later blocks are about it.
//   fires, silent     an event, or an example with { event, history, at }: the last rule fires on it, or does not
//   refused CODE      a rule that admission refuses with this code; warned CODE: one that it admits with this warning
//   condition NAME    a file of rules/conditions/, which rules after it can name
//   story             a story of the last rule, which has to come out as it expects
const page = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
const blocks = [...page.matchAll(/^```json ?([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, kind = "", text = ""], index) => ({
  kind,
  text,
  index,
  line: page.slice(0, page.indexOf(text)).split("\n").length,
}));

const DEFAULTS: JsonObject = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "channel", operator: "equal", value: "sms" }] },
  actions: [{ type: "task", title: "Look" }],
};
const conditions = new Map<string, ConditionGroup>();
const context = {
  outboundAllowedHosts: projectConfiguration(false).outboundAllowedHosts,
  ownHosts: new Set<string>(),
  retentionDays: 30,
  conditions,
};
const parse = (text: string): JsonObject => JSON.parse(text) as JsonObject;
const admit = (text: string) =>
  admitRule({ file: "rules/the-rule.json", text: JSON.stringify({ ...DEFAULTS, ...parse(text) }) }, context);

const conditionsOf = (name: string, text: string) =>
  admitConditions({ file: `rules/conditions/${name}.json`, text }, context);
for (const { kind, text } of blocks) {
  const [, name] = /^condition (\S+)/.exec(kind) ?? [];
  const result = name === undefined ? null : conditionsOf(name, text);
  if (name !== undefined && result?.ok) conditions.set(name, result.value.conditions);
}
/** The last rule above a block. */
function ruleAbove(index: number): AdmittedRule {
  const above = blocks.slice(0, index).findLast(({ kind }) => kind.split(" ")[0] === "rule");
  const result = above ? admit(above.text) : null;
  if (!result?.ok) throw new Error("No rule stands above");
  return result.value;
}

describe("docs/rules.md", () => {
  it.each(blocks)("line $line: $kind", async ({ kind, text, index }) => {
    const [word = "", argument = ""] = kind.split(" ");
    switch (word) {
      case "rule": {
        const result = admit(text);
        expect(result.ok ? result.value.warnings : result.failure).toEqual([]);
        return;
      }
      case "fires":
      case "silent": {
        const { rule } = ruleAbove(index);
        const given = parse(text);
        const event = given["event"] ? given : { event: given };
        const result = await runExample(rule, { ...(event as unknown as RuleExample), fires: word === "fires" }, "UTC");
        expect(result).toMatchObject({ ok: true, value: { passed: true } });
        return;
      }
      case "refused": {
        const result = admit(text);
        expect(result.ok ? [] : result.failure.map(({ code }) => code)).toContain(argument);
        return;
      }
      case "warned": {
        const result = admit(text);
        expect(result.ok ? result.value.warnings.map(({ code }) => code) : result.failure).toContain(argument);
        return;
      }
      case "condition": {
        const result = conditionsOf(argument, text);
        if (!result.ok) throw new Error(JSON.stringify(result.failure));
        return;
      }
      case "story": {
        const { rule } = ruleAbove(index);
        const read = readStory(parse(text));
        if (!read.ok) throw new Error(read.failure.join("\n"));
        const run = await runStory(read.value, await ruleSetOf([rule]), "UTC");
        expect(run).toMatchObject({ ok: true, value: { missing: [] } });
        return;
      }
      default:
        throw new Error(`Block "${kind}" says nothing that can be run`);
    }
  });

  it("has blocks of each sort", () => {
    expect(new Set(blocks.map(({ kind }) => kind.split(" ")[0]))).toEqual(
      new Set(["rule", "fires", "silent", "refused", "warned", "condition", "story"]),
    );
  });

  it("names every fact, operator, decorator and key of the language", () => {
    const keys = Object.keys((ruleSchema["properties"] ?? {}) as { [key: string]: Json });
    const missing = [...Object.keys(FACTS), ...OPERATOR_NAMES, ...DECORATOR_NAMES, ...keys].filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });
});

describe("the fields of the contact and the location in docs/rules.md", () => {
  const rowsOf = (name: string, fields: KnownFields): unknown[] =>
    Object.entries(fields).flatMap(([key, { type, about, fields: inner, any }]) => [
      [`${name}.${key}`, type, about],
      ...(any ? [[`${name}.${key}.…`, any.type, any.about]] : []),
      ...(inner ? rowsOf(`${name}.${key}`, inner) : []),
    ]);

  it("stand there as they are", () => {
    const rows = [...page.matchAll(/^\| `((?:contact|location)\.[\w.…]+)` \| (\w+) \| (.+) \|$/gm)];
    expect(rows.map(([, name, type, about]) => [name, type, about])).toEqual(
      KNOWN_NAMES.flatMap((name) => rowsOf(name, KNOWN_FACTS[name].fields)),
    );
  });
});

describe("the words of channels in docs/rules.md", () => {
  const SAYS = { written: "yes", answered: "an answered one", never: "no" };

  it("are those of the table", () => {
    const told = [...page.matchAll(/^\| `([a-z-]+)`(, in public)? \| ([^|]+) \| (yes|no|an answered one) \|$/gm)];
    const known = CHANNELS.flatMap((channel) => {
      const { words, comments = [], reply } = CHANNEL_TABLE[channel];
      return [
        ...(words.length === 0 ? [] : [[channel, undefined, words, SAYS[reply]]]),
        ...(comments.length === 0 ? [] : [[channel, ", in public", comments, "no"]]),
      ];
    });
    const rows = told.map(([, channel, where, words = "", reply]) => [
      channel,
      where,
      [...words.matchAll(/`([^`]+)`/g)].map(([, word]) => word),
      reply,
    ]);
    expect(rows).toEqual(known);
  });
});

describe("the calls of HighLevel in docs/rules.md", () => {
  it("stand there as they are, with what each needs", () => {
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \| `([\w./]+)` \|$/gm)];
    const told = rows.map(([, call, about, fields = "", scope]) => ({
      call,
      about,
      fields: [...fields.matchAll(/`(\w+)`/g)].map(([, name]) => name),
      required: [...fields.matchAll(/\*\*`(\w+)`\*\*/g)].map(([, name]) => name),
      scope,
    }));
    const known = HIGHLEVEL_CALLS.map((call) => {
      const { fields, scope } = CALLS[call];
      const { about } = CALL_PHRASES[call];
      const names = Object.keys(fields);
      return { call, about, fields: names, required: names.filter((name) => fields[name]?.required), scope };
    });
    expect(told).toEqual(known);
  });
});
