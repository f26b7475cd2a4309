import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectConfiguration, ROOT } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import { readEvent } from "../../../src/events/event.ts";
import { explain } from "../../../src/match/decide.ts";
import { CONFIGURATION_NAMES } from "../../../src/model/configuration.ts";
import type { JsonObject } from "../../../src/kit/json.ts";
import { ruleSetOf } from "../../../src/rules/rule-set.ts";
import { MOMENT } from "../../builders.ts";
import { SHIPPED_RULES } from "../../shipped.ts";

const readme = readFileSync(join(ROOT, "README.md"), "utf8");
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: Record<string, string> };

/** The JSON block under an HTML comment. */
function block(comment: string): JsonObject {
  const [, json] = new RegExp(`<!-- ${comment} -->\\n\`\`\`json\\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
  if (json === undefined) throw new Error(`The README has no block "${comment}"`);
  return JSON.parse(json) as JsonObject;
}

describe("the README's first screen", () => {
  it("shows a rule as it ships", () => {
    const [, file = ""] = /<!-- (rules\/[a-z-]+\.json) -->/.exec(readme) ?? [];
    const { examples: _, $schema: __, ...shipped } = JSON.parse(readFileSync(join(ROOT, file), "utf8")) as JsonObject;
    expect(block(file)).toEqual(shipped);
  });

  it("shows an event, and the decision that the shipped rules make of it", async () => {
    const read = readEvent(block("event"), { key: "readme", route: "events", receivedAt: "2026-03-04T15:30:02.000Z" });
    if (read.status !== "event") throw new Error(read.status);
    const { admitted } = readRules(join(ROOT, "rules"), ROOT, projectConfiguration(false));
    const { decision } = await explain(
      read.event,
      await ruleSetOf(admitted.map(({ rule }) => rule).filter(({ name }) => SHIPPED_RULES.includes(name))),
      MOMENT,
    );
    const verdicts = decision.verdicts.map(({ rule, fired, reason }) => ({ rule, fired, reason }));
    expect({ fired: decision.fired, verdicts }).toEqual(block("decision"));
  });
});

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  "SECURITY.md",
  "docs/api.md",
  "docs/storage.md",
  ...readdirSync(join(ROOT, "docs/decisions")).map((name) => `docs/decisions/${name}`),
];

describe.each(documents)("%s", (name) => {
  const text = readFileSync(join(ROOT, name), "utf8");

  it("names only scripts that there are", () => {
    const named = [...text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)].map(([, script]) => script ?? "");
    for (const script of named) expect(Object.keys(scripts)).toContain(script);
  });

  it("links only to what is there", () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target ?? "");
    for (const target of links)
      expect(() => readdirSync(join(ROOT, dirname(name), dirname(target))), target).not.toThrow();
  });

  it("names only files of the source that there are", () => {
    const files = [...text.matchAll(/`((?:src|test|rules)\/[\w./-]+\.(?:ts|json))`/g)].map(([, file]) => file ?? "");
    for (const file of files) expect(() => readFileSync(join(ROOT, file)), file).not.toThrow();
  });
});

it("the README names every variable that configures a deployment", () => {
  for (const variable of CONFIGURATION_NAMES)
    if (variable !== "DEV_PRIVATE_KEY") expect(readme).toContain(`\`${variable}\``);
});
