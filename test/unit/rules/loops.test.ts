import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectConfiguration, ROOT, RULES_FOLDER } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import type { Action, HighLevelAction, Rule } from "../../../src/model/rule.ts";
import { loopsOf } from "../../../src/rules/loops.ts";
import { aRule, aText } from "../../builders.ts";

const call = (name: HighLevelAction["call"], fields: object): HighLevelAction => ({
  type: "highlevel",
  call: name,
  ...fields,
});
const add = (...tags: string[]) => call("add-tags", { tags });
const remove = (...tags: string[]) => call("remove-tags", { tags });
const enrol = call("add-to-workflow", { workflowId: "w" });
const has = (tag: string): Rule["conditions"] => ({ all: [{ fact: "tags", operator: "contains", value: tag }] });
const hasNot = (tag: string): Rule["conditions"] => ({
  all: [{ fact: "tags", operator: "doesNotContain", value: tag }],
});
const any: Rule["conditions"] = { all: [{ fact: "kind", operator: "exists", value: true }] };
const onTags = (name: string, conditions: Rule["conditions"], ...actions: readonly [Action, ...Action[]]): Rule =>
  aRule({ name, on: ["ContactTagUpdate"], conditions, actions });
const on = (kind: Rule["on"][number], fields: Partial<Rule>): Rule =>
  aRule({ name: "a", on: [kind], conditions: any, ...fields });
const swapA = onTags("a", has("x"), remove("x"), add("y"));
const swapB = onTags("b", has("y"), remove("y"), add("x"));

describe("rules that feed each other", () => {
  it.each<[title: string, rules: readonly Rule[], found: readonly string[]]>([
    ["two that swap a tag", [swapA, swapB], ["a", "b"]],
    ["in other letters", [onTags("a", has("x"), remove("x"), add("Y")), swapB], ["a", "b"]],
    ["one that removes and adds a tag", [onTags("a", has("x"), remove("x"), add("x"))], ["a"]],
    [
      "one that adds what the other removes",
      [onTags("a", any, add("x")), onTags("b", has("x"), remove("x"))],
      ["a", "b"],
    ],
    [
      "one that adds what is not there",
      [onTags("a", hasNot("x"), add("x")), onTags("b", has("x"), remove("x"))],
      ["a", "b"],
    ],
    ["one that adds another tag each time", [onTags("a", any, add("{{ decision.eventKey }}"))], ["a"]],
    [
      "three in a circle, and not those that lead into it or out of it",
      [
        onTags("a", has("x"), remove("x"), add("y")),
        onTags("b", has("y"), remove("y"), add("z")),
        onTags("c", has("z"), remove("z"), add("x")),
        aRule({ name: "in", actions: [add("x")] }),
        onTags("out", has("x"), add("seen")),
      ],
      ["a", "b", "c"],
    ],
    ["an e-mail on what became of each", [on("EmailStatus", { actions: [aText({ messageType: "Email" })] })], ["a"]],
    ["a text on what became of each e-mail", [on("EmailStatus", { actions: [aText()] })], []],
    ["a workflow on each inbound", [on("InboundMessage", { actions: [enrol] })], ["a"]],
    ["a workflow on each outbound", [on("OutboundMessage", { actions: [enrol] })], ["a"]],
    ["a workflow on tags", [on("ContactTagUpdate", { actions: [enrol] })], ["a"]],
    [
      "a task on each task",
      [on("TaskCreate", { actions: [call("create-task", { title: "Look", due: "1d" })] })],
      ["a"],
    ],
    [
      "a change of the record on each",
      [on("ContactUpdate", { actions: [call("assign", { assignedTo: "u" })] })],
      ["a"],
    ],
    [
      "a stage that leads to a note, and the note to a stage",
      [
        on("OpportunityStageUpdate", { actions: [call("create-note", { body: "Moved" })] }),
        aRule({
          name: "b",
          on: ["NoteCreate"],
          conditions: any,
          actions: [call("move-opportunity", { opportunityId: "o", pipelineStageId: "s" })],
        }),
      ],
      ["a", "b"],
    ],
    ["a workflow on do not disturb", [on("ContactDndUpdate", { actions: [enrol] })], ["a"]],
    [
      "a workflow whose tags fire a rule whose text the API guard lets through",
      [
        on("OutboundMessage", { includeApi: true, actions: [enrol] }),
        aRule({ name: "b", on: ["ContactTagUpdate"], conditions: any, actions: [aText()] }),
      ],
      ["a", "b"],
    ],
    ["a text on texts through the API", [aRule({ name: "a", includeApi: true, actions: [aText()] })], ["a"]],
  ])("%s", (_, rules, found) => {
    expect(loopsOf(rules).map(({ rule }) => rule.name)).toEqual(found);
  });

  it.each<[title: string, rules: readonly Rule[]]>([
    ["one way", [swapA, onTags("b", has("y"), add("z"))]],
    ["a tag that is only added", [onTags("a", has("x"), add("y"))]],
    ["a tag that is added once more", [onTags("a", any, add("y")), onTags("b", any, add("z"))]],
    ["a limit", [{ ...swapA, limit: { count: 1 } }, swapB]],
    ["switched off", [{ ...swapA, enabled: false }, swapB]],
    [
      "at different locations",
      [
        { ...swapA, locations: ["l1"] },
        { ...swapB, locations: ["l2"] },
      ],
    ],
    ["a workflow with a limit", [on("InboundMessage", { actions: [enrol], limit: { count: 1, within: "1d" } })]],
    ["notes and tasks", [onTags("a", any, call("create-note", { body: "x" }))]],
    ["a text, guarded", [aRule({ name: "a", actions: [aText()] })]],
    ["a text on another channel", [aRule({ name: "a", includeApi: true, actions: [aText({ messageType: "Email" })] })]],
    ["leaving a workflow", [on("OutboundMessage", { actions: [call("remove-from-workflow", { workflowId: "w" })] })]],
  ])("not: %s", (_, rules) => {
    expect(loopsOf(rules)).toEqual([]);
  });

  it("are told at the action that goes on, with each other's names", () => {
    const [first, second] = loopsOf([
      onTags("a", has("x"), call("create-note", { body: "x" }), remove("x"), add("y")),
      swapB,
    ]);
    expect(first).toMatchObject({ action: 1, rules: ["a", "b"] });
    expect(second).toMatchObject({ action: 0, rules: ["a", "b"] });
  });

  it("are none of the shipped rules and recipes", () => {
    for (const folder of [RULES_FOLDER, join(ROOT, "recipes")])
      expect(
        readRules(folder, ROOT, projectConfiguration(false)).findings.filter(({ code }) => code === "RULE_LOOP"),
      ).toEqual([]);
  });
});
