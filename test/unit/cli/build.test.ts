import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { buildRules } from "../../../src/cli/build.ts";

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
