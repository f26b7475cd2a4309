import { describe, expect, it } from "vitest";
import { differencesOf, rulesDiff, sentencesOf } from "../../../src/dashboard/changes/rule-diff.ts";
import type { Json } from "../../../src/kit/json.ts";
import { aRule, aTask, aText } from "../../builders.ts";

describe("two sets of rules", () => {
  it("differ in what was added, removed and changed, whatever the order of keys", () => {
    const [kept, gone, old] = ["kept", "gone", "other"].map((name) => aRule({ name, priority: 1, stop: true }));
    if (!kept || !gone || !old) throw new Error("A rule is missing");
    const { stop, priority, ...rest } = kept;
    const diff = rulesDiff(
      [kept, gone, old],
      [{ stop, priority, ...rest }, { ...old, priority: 2 }, aRule({ name: "new" })],
    );
    expect(diff.added.map(({ name }) => name)).toEqual(["new"]);
    expect(diff.removed.map(({ name }) => name)).toEqual(["gone"]);
    expect(diff.changed.map(({ before, after }) => [before.priority, after.priority])).toEqual([[1, 2]]);
    expect(diff.same).toBe(1);
  });

  it("are the same where a key is not set on one side", () => {
    expect(rulesDiff([aRule({ name: "one", limit: undefined })], [aRule({ name: "one" })])).toMatchObject({
      changed: [],
      same: 1,
    });
  });
});

describe("a changed rule", () => {
  const before = aRule({ actions: [aTask({ title: "Call" }), aText()], limit: { count: 1 } });
  const after = aRule({ actions: [aTask({ title: "Write" }), aText()] });

  it("tells which sentences went, came and stayed, those that went first", () => {
    const told = sentencesOf({ before, after }).map(({ part, is, words }) => [part, is, words]);
    expect(told).toEqual([
      ["When", "same", expect.any(String)],
      ["Then", "gone", expect.stringContaining("Call")],
      ["Then", "new", expect.stringContaining("Write")],
      ["Then", "same", expect.any(String)],
      ["Besides", "gone", "At most once for ever for each contact"],
    ]);
  });

  it("tells each value that differs by its pointer, a key that came or went whole", () => {
    expect(differencesOf({ before, after })).toEqual([
      { pointer: "/actions/0/title", before: "Call", after: "Write" },
      { pointer: "/limit", before: { count: 1 } },
    ]);
    const odd = (value: Json) =>
      aRule({ actions: [{ type: "webhook", url: "https://a.example", body: { "a/b": value } }] });
    expect(differencesOf({ before: odd([1]), after: odd({ "0": 1 }) })).toEqual([
      { pointer: "/actions/0/body/a~1b", before: [1], after: { "0": 1 } },
    ]);
  });
});
