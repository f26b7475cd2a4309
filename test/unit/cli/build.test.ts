import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildRules } from "../../../src/cli/build.ts";
import { fromBuilt, toBuilt } from "../../../src/rules/rule-set.ts";

const GOOD = {
  on: ["OutboundMessage"],
  conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] },
  actions: [{ type: "task", title: "Look" }],
  examples: [],
};
const BAD = { ...GOOD, conditions: { all: [{ fact: "statsu", operator: "equal", value: "failed" }] } };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rules-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, rule: unknown): void =>
  writeFileSync(join(folder, name), typeof rule === "string" ? rule : JSON.stringify(rule));
const build = (developing: boolean, lastGood: Parameters<typeof buildRules>[3] = null) =>
  buildRules(folder, folder, developing, lastGood);

describe("building the rules", () => {
  it("bundles them named, sorted and without examples, under the hash of what they say", async () => {
    write("b.json", GOOD);
    write("a.json", { $schema: "x", ...GOOD });
    const { ruleSet, exitCode } = await build(false);
    expect(exitCode).toBe(0);
    expect(ruleSet?.rules.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(Object.keys(ruleSet?.rules[0] ?? {})).toEqual(["name", "on", "conditions", "actions"]);
    expect(ruleSet?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect((await build(false)).ruleSet?.hash).toBe(ruleSet?.hash);
    write("a.json", { ...GOOD, priority: 2 });
    expect((await build(false)).ruleSet?.hash).not.toBe(ruleSet?.hash);
  });

  it("bundles what it saw of each rule and the named conditions, neither of which is in the hash", async () => {
    write("a.json", GOOD);
    const bare = (await build(false)).ruleSet;
    expect(bare?.checked).toEqual([
      { rule: "a", examples: 0, failing: 0, findings: [expect.objectContaining({ code: "RULE_NO_EXAMPLE" })] },
    ]);
    const examples = [
      { event: { status: "failed" }, fires: true },
      { event: { status: "sent" }, fires: true },
    ];
    write("a.json", { ...GOOD, examples });
    mkdirSync(join(folder, "conditions"));
    write("conditions/is-sms.json", { all: [{ fact: "channel", operator: "equal", value: "sms" }] });
    const told = (await build(false)).ruleSet;
    const finding = { pointer: "/examples/1", code: "RULE_EXAMPLE", severity: "warning" };
    expect(told?.checked).toMatchObject([{ rule: "a", examples: 2, failing: 1, findings: [finding] }]);
    expect(Object.keys(told?.checked?.[0]?.findings[0] ?? {})).not.toContain("file");
    expect(told?.conditions).toEqual({ "is-sms": { all: [{ fact: "channel", operator: "equal", value: "sms" }] } });
    expect(told?.hash).toBe(bare?.hash);
    if (told) expect({ ...fromBuilt(toBuilt(told)) }).toEqual(told);
  });

  it("reads a set that was built before it held more than rules", () => {
    const rules = [{ name: "a", ...GOOD }];
    const old = fromBuilt({ hash: "h", findings: [], rules: JSON.stringify(rules) });
    expect({ ...old }).toEqual({ hash: "h", findings: [], rules, checked: [], conditions: {} });
  });

  it("fails a deploy for one bad rule, and says where and what to write", async () => {
    write("good.json", GOOD);
    write("bad.json", BAD);
    const { ruleSet, lines, exitCode } = await build(false);
    expect({ ruleSet, exitCode }).toEqual({ ruleSet: null, exitCode: 1 });
    expect(lines[0]).toContain("bad.json:1:");
    expect(lines[0]).toContain('did you mean "status"');
  });

  it("keeps the last good set while developing, with what is wrong", async () => {
    write("good.json", GOOD);
    const good = (await build(true)).ruleSet;
    write("good.json", "{ broken");
    const { ruleSet, exitCode } = await build(true, good);
    expect(exitCode).toBe(0);
    expect(ruleSet).toMatchObject({ hash: good?.hash, findings: [{ file: "good.json", code: "RULE_JSON" }] });
  });

  it("starts on the good files alone when nothing was ever built", async () => {
    write("good.json", GOOD);
    write("bad.json", BAD);
    const { ruleSet, exitCode } = await build(true);
    expect(exitCode).toBe(0);
    expect(ruleSet?.rules.map(({ name }) => name)).toEqual(["good"]);
    expect(ruleSet?.findings).toHaveLength(1);
  });
});
