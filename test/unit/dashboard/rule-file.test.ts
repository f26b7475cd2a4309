import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectConfiguration, RULES_FOLDER } from "../../../src/local/project.ts";
import { FIRST_NAME, fileText, firstText } from "../../../src/dashboard/playground/rule-file.ts";
import { runExample } from "../../../src/match/examples.ts";
import { isJsonObject } from "../../../src/kit/json.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { SHIPPED_RULES } from "../../shipped.ts";

const context = { ...projectConfiguration(false), conditions: new Map() };
function admitted(name: string, text: string) {
  const result = admitRule({ file: `rules/${name}.json`, text }, context);
  if (!result.ok) throw new Error(JSON.stringify(result.failure));
  return result.value;
}

describe("the text of a new draft", () => {
  it("is a rule without findings, whose examples fire and do not fire as they say", async () => {
    const { rule, examples, warnings } = admitted(FIRST_NAME, firstText());
    expect(warnings).toEqual([]);
    const results = await Promise.all(examples.map((example) => runExample(rule, example, "UTC")));
    expect(results.map((result) => result.ok && result.value.passed)).toEqual([true, true]);
    expect(new Set(examples.map(({ fires }) => fires))).toEqual(new Set([true, false]));
  });
});

describe("the file text of a bundled rule", () => {
  it.each(SHIPPED_RULES)("%s is admitted as the same rule", (name) => {
    const { rule } = admitted(name, readFileSync(join(RULES_FOLDER, `${name}.json`), "utf8"));
    const text = fileText(rule);
    expect(admitted(name, text).rule).toEqual(rule);
    expect(text).not.toContain('"name": ');
  });

  it("names the schema first, and ends with a line end", () => {
    const { rule } = admitted(FIRST_NAME, firstText());
    expect(fileText(rule)).toMatch(/^\{\n {2}"\$schema": "\.\.\/schema\/rule\.schema\.json",\n[\s\S]*\}\n$/);
  });

  it("holds every value that a rule may hold", () => {
    const value = fc.jsonValue().filter(isJsonObject);
    fc.assert(
      fc.property(value, (body) => {
        const bare: Rule = {
          name: "a",
          on: [],
          conditions: { all: [] },
          actions: [{ type: "webhook", url: "", body }],
        };
        const { name: _, ...rest } = bare;
        expect(JSON.parse(fileText(bare))).toEqual(
          JSON.parse(JSON.stringify({ $schema: "../schema/rule.schema.json", ...rest })),
        );
      }),
    );
  });

  it("keeps short parts in a line, and breaks long ones", () => {
    const lines = firstText().split("\n");
    expect(lines).toContain('      { "fact": "channel", "operator": "equal", "value": "call" },');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(110);
  });
});
