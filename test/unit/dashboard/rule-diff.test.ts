import { describe, expect, it } from "vitest";
import { replayedIn } from "../../../src/dashboard/changes/replayed.ts";
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

describe("a replay that was kept", () => {
  const rule = (name: string, change: string, fires: Json) => ({
    rule: name,
    change,
    fires,
    texts: [0, 0],
    others: [0, 0],
  });
  const kept = {
    locationId: "L",
    from: "2026-03-01T00:00:00Z",
    to: "2026-03-08T00:00:00Z",
    events: 100,
    rules: [rule("a", "same", [1, 1]), rule("b", "changed", [1, 1]), rule("c", "same", [1, 2])],
    gained: [
      { contactId: "c", rule: "a", text: "Hi" },
      { contactId: "d", rule: "a", text: null },
    ],
    lost: [],
    changed: [{}],
    untested: [{}, {}],
    failed: ["texts > +10%"],
  };

  it("is read, with the rules of which something would be otherwise", () => {
    const read = replayedIn(kept);
    expect(read?.rules.map((one) => one.rule)).toEqual(["b", "c"]);
    expect(read).toMatchObject({ events: 100, changed: 1, untested: 2, lost: [], failed: ["texts > +10%"] });
    expect(read?.gained.map(({ contactId, text }) => [contactId, text])).toEqual([
      ["c", "Hi"],
      ["d", ""],
    ]);
  });

  it.each([null, 1, "x", [], {}, { events: 1 }, { rules: [] }])("is not taken for one where it is %o", (other) => {
    expect(replayedIn(other as Json)).toBeNull();
  });

  it("is read as far as it has the form, whatever else it holds", () => {
    const odd = {
      events: 1,
      rules: [null, 1, { rule: 1 }, { rule: "a", change: 1, fires: "x" }],
      gained: [1],
      lost: "x",
    };
    expect(replayedIn(odd as Json)).toMatchObject({
      rules: [{ rule: "a", change: "", fires: [0, 0] }],
      gained: [],
      lost: [],
      from: null,
    });
  });
});
