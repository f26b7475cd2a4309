import { describe, expect, it } from "vitest";
import { conditionTree, type TreeNode } from "../../../src/dashboard/parts/condition-tree.ts";
import type { ConditionVerdict } from "../../../src/model/decision.ts";

const saw = (pointer: string, met: boolean | null): ConditionVerdict => ({
  pointer,
  fact: "status",
  operator: "equal",
  value: "x",
  met,
});

/** A tree as text: `all+(a+ any-(b- c-))`, a sign for met, not met and not reached. */
function drawn(node: TreeNode | null): string {
  if (!node) return "nothing";
  const sign = node.met === null ? "?" : node.met ? "+" : "-";
  return node.kind === "condition" ? sign : `${node.kind}${sign}(${node.parts.map(drawn).join(" ")})`;
}

const CASES: readonly (readonly [title: string, conditions: readonly ConditionVerdict[], tree: string])[] = [
  ["no conditions are no tree", [], "nothing"],
  ["all of them met", [saw("/all/0", true), saw("/all/1", true)], "all+(+ +)"],
  ["one of all not met settles it", [saw("/all/0", false), saw("/all/1", null)], "all-(- ?)"],
  ["all met as far as they were reached says nothing", [saw("/all/0", true), saw("/all/1", null)], "all?(+ ?)"],
  ["one of any met settles it", [saw("/any/0", null), saw("/any/1", true)], "any+(? +)"],
  ["none of any met", [saw("/any/0", false), saw("/any/1", false)], "any-(- -)"],
  ["not turns what is in it round", [saw("/not", true)], "not-(+)"],
  ["not of what was not reached says nothing", [saw("/not", null)], "not?(?)"],
  [
    "groups in groups, in the order of the rule",
    [saw("/all/0", true), saw("/all/1/any/0", false), saw("/all/1/any/1/not/all/0", false)],
    "all+(+ any+(- not+(all-(-))))",
  ],
  [
    "ten and more stand in their order",
    Array.from({ length: 12 }, (_, i) => saw(`/all/${i}`, i !== 11)),
    `all-(${"+ ".repeat(11)}-)`,
  ],
];

describe("the tree of a rule's conditions", () => {
  it.each(CASES)("%s", (_, conditions, tree) => expect(drawn(conditionTree(conditions))).toBe(tree));
});
