import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkExamples } from "../../../src/match/example-findings.ts";
import { projectConfiguration, ROOT } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import { RECIPES, SHIPPED_RULES } from "../../shipped.ts";

describe.each([
  ["rules", SHIPPED_RULES],
  ["recipes", RECIPES],
])("the %s that ship", (name, shipped) => {
  const folder = readRules(join(ROOT, name), ROOT, projectConfiguration(false));
  const admitted = folder.admitted.filter(({ rule }) => shipped.includes(rule.name));

  it("are all there, and raise no finding", () => {
    expect(admitted.map(({ rule }) => rule.name)).toEqual(shipped);
    const isShipped = (file: string): boolean => shipped.some((one) => file === `${name}/${one}.json`);
    expect(folder.findings.filter(({ file }) => isShipped(file))).toEqual([]);
  });

  it.each(admitted.map((rule) => [rule.rule.name, rule] as const))(
    "%s has examples that fire and that do not, and all come out",
    async (_, rule) => {
      expect(new Set(rule.examples.map(({ fires }) => fires))).toEqual(new Set([true, false]));
      expect(await checkExamples(rule, "UTC")).toMatchObject({ passed: rule.examples.length, failed: 0, findings: [] });
    },
  );

  it("are described", () => {
    for (const { rule } of admitted) expect(rule.description, rule.name).toMatch(/\w+ \w+/);
  });

  it("have their examples checked: one that is wrong is found", async () => {
    const [first] = admitted;
    if (!first) throw new Error("No rules");
    const wrong = { ...first, examples: first.examples.map((example) => ({ ...example, fires: !example.fires })) };
    const { failed, findings } = await checkExamples(wrong, "UTC");
    expect([failed, findings.length]).toEqual([first.examples.length, first.examples.length]);
  });
});
