// What the Worker is bundled with is held to the whole package: rules as they are evaluated by either.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { afterAll, describe, expect, it } from "vitest";
import { modern } from "../../../src/cli/lean-engine.ts";
import { ROOT } from "../../../src/local/project.ts";
import { DecisionFacts } from "../../../src/match/facts.ts";
import type { Rule } from "../../../src/model/rule.ts";
import { MOMENT } from "../../builders.ts";
import { anyEvent, anyRules } from "../../generated/anything.ts";
import { chance } from "../../generated/chance.ts";
import { upTo } from "../../thorough.ts";

type Engine = typeof import("../../../src/match/engine.ts");

const folder = mkdtempSync(join(tmpdir(), "engine-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function engineWith(engine: string, name: string): Promise<Engine> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [join(ROOT, "src/match/engine.ts")],
    alias: { "#engine": join(ROOT, engine) },
    bundle: true,
    format: "esm",
    // The whole package and what it imports are for Node.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire("/");' },
    platform: "node",
    outfile,
  });
  return (await import(pathToFileURL(outfile).href)) as Engine;
}

const [whole, bundled] = await Promise.all([
  engineWith("src/match/engine-parts.ts", "whole"),
  engineWith("dist/engine.js", "bundled"),
]);

const NEVER_FIRED = {
  past: () => [],
  hasFiredFor: () => false,
  firings: () => 0,
  replaced: () => null,
  optOut: () => null,
};

function evaluated(engine: Engine, rule: Pick<Rule, "name" | "conditions">, facts: DecisionFacts): Promise<unknown> {
  return engine.evaluateRule(engine.compileRule(rule), new engine.EventAlmanac(facts));
}

describe("the bundled engine", () => {
  it("comes to the same verdict as the package, on each condition of generated rules", async () => {
    const random = chance(71);
    const seen = { met: 0, unmet: 0 };
    for (let set = 0; set < upTo(20, 400); set += 1) {
      const rules = anyRules(random, 8);
      for (let index = 0; index < 10; index += 1) {
        const facts = new DecisionFacts(anyEvent(random), MOMENT, NEVER_FIRED);
        for (const rule of rules) {
          const expected = await evaluated(whole, rule, facts);
          expect(await evaluated(bundled, rule, facts)).toEqual(expected);
          const isMet = JSON.stringify(expected).includes('"met":true');
          seen[isMet ? "met" : "unmet"] += 1;
        }
      }
    }
    expect(Math.min(seen.met, seen.unmet)).toBeGreaterThan(100);
  });

  it.each([
    [{ all: [{ fact: "channel", operator: "nope", value: 1 }] }],
    [{ all: { fact: "channel", operator: "equal", value: 1 } }],
    [{ not: [{ fact: "channel", operator: "equal", value: 1 }] }],
    [{ any: [] }],
    [{ all: [] }],
    [{ all: [{ operator: "equal", value: 1 }] }],
    [{ all: [{ fact: "channel", value: 1 }] }],
    [{ all: [{ fact: "channel", operator: "equal" }] }],
    [{ condition: "named" }],
    [{ not: { any: [{ fact: "channel", operator: "not:swap:in", value: "x", priority: 3 }] } }],
    [{}],
  ])("refuses what the package refuses, in its words: %j", async (conditions) => {
    const rule = { name: "r", conditions } as unknown as Rule;
    const facts = new DecisionFacts(anyEvent(chance(1)), MOMENT, NEVER_FIRED);
    expect(await evaluated(bundled, rule, facts)).toEqual(await evaluated(whole, rule, facts));
  });

  it.each(["equal", "not:equal", "someFact:in", "everyValue:contains", "swap:not:greaterThan", "nope", "nope:equal"])(
    "knows the operator %s or not, as the package does",
    (name) => {
      const values = [1, "1", "a", ["a", 1], null, true];
      const results = ({ comparisonOf }: Engine) =>
        values.flatMap((fact) => values.map((value) => comparisonOf(name)?.(fact, value) ?? null));
      expect(results(bundled)).toEqual(results(whole));
    },
  );
});

describe("a json-rules-engine that is written otherwise", () => {
  const source = readFileSync(join(ROOT, "node_modules/json-rules-engine/dist/rule.js"), "utf8");

  it.each([
    ["with another way to make classes", source.replace("_createClass(Rule, [{", "_createClass(Rule, methods = [{")],
    ["with other imports", source.replace("= require('./condition');", "= require('./condition').default;")],
    ["with other exports", source.replace("exports.default = Rule", "exports.Rule = Rule")],
  ])("%s is not bundled", (_, other) => {
    expect(() => modern(other, "rule.js")).toThrow("in another form");
  });
});
