import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SCHEMA_FILE, schemaText } from "../../../src/cli/schema.ts";
import { ROOT, projectConfiguration, RULES_FOLDER } from "../../../src/local/project.ts";
import { readRules } from "../../../src/cli/rule-files.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../src/kit/json.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { ruleSchema, UNSAID } from "../../../src/rules/schema.ts";
import { readCases } from "../../cases/read-cases.ts";
import { upTo } from "../../thorough.ts";

const accepts = new Ajv2020({ strict: false, allErrors: true }).compile(ruleSchema);
const context = {
  outboundAllowedHosts: new Set<string>(),
  ownHosts: new Set<string>(),
  retentionDays: 30,
  conditions: new Map(),
};
const unsaid: ReadonlySet<string> = new Set(UNSAID);

/** Whether admission finds something that a schema can say. */
function isRefusedByShape(rule: Json): boolean {
  const result = admitRule({ file: "a-rule.json", text: JSON.stringify(rule) }, context);
  return !result.ok && result.failure.some(({ severity, code }) => severity === "error" && !unsaid.has(code));
}

/** Refused by admission for the value itself rather than its form, which a pattern cannot say. */
const BY_VALUE = new Set([
  "report of a report",
  "report without a message",
  "after of two years",
  "due of two years",
  "limit within two years",
  "before a day that there is not",
  "before with no time",
  "example at no time",
  "holiday that the calendar does not have",
  "count within no duration",
  "seconds since of messages",
  "header of our own",
  "header that no rule may set",
  "nested too deep",
  "not in with a text behind a decorator",
  "some value with one value",
]);

interface RuleCase {
  readonly rule?: Json;
  readonly findings: readonly { readonly code: string }[];
}

describe("the schema", () => {
  it("is the one that the tables make: if not, run npm run rules schema", () => {
    expect(readFileSync(SCHEMA_FILE, "utf8")).toBe(schemaText());
  });

  it("accepts every shipped rule", () => {
    const { texts } = readRules(RULES_FOLDER, ROOT, projectConfiguration(false));
    for (const [file, text] of texts)
      if (!file.includes("conditions/")) expect(accepts(JSON.parse(text)), file).toBe(true);
  });

  it.each(
    readCases<RuleCase>("rules").filter(({ case: { rule }, title }) => rule !== undefined && !BY_VALUE.has(title)),
  )("agrees with admission on: $title", ({ case: { rule = null } }) => {
    expect(accepts(rule), JSON.stringify(accepts.errors?.slice(0, 2))).toBe(!isRefusedByShape(rule));
  });

  it("agrees with admission on rules in which any one place was spoilt", () => {
    const shipped = [...readRules(RULES_FOLDER, ROOT, projectConfiguration(false)).texts]
      .filter(([file]) => !file.includes("conditions/"))
      .map(([, text]) => JSON.parse(text) as JsonObject);
    const junk = fc.constantFrom<Json>(
      null,
      0,
      -1,
      1.5,
      true,
      "",
      "junk",
      "equal",
      [],
      ["junk"],
      {},
      { fact: "status" },
      { all: [] },
      "5m",
      "$.a",
      "$..a",
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...shipped),
        fc.nat(),
        junk,
        fc.constantFrom("replace", "remove", "add"),
        (rule, place, value, how) => {
          const spoilt = spoil(rule, place, value, how);
          expect(accepts(spoilt), JSON.stringify(spoilt)).toBe(!isRefusedByShape(spoilt));
        },
      ),
      { numRuns: upTo(500, 3_000), seed: 5 },
    );
  });
});

/** A copy in which one place holds another value, is gone, or has a neighbour. */
function spoil(rule: JsonObject, at: number, value: Json, how: string): Json {
  const copy = structuredClone(rule);
  const places: { holder: JsonObject | Json[]; key: string }[] = [];
  const visit = (holder: Json): void => {
    if (typeof holder !== "object" || holder === null) return;
    for (const [key, item] of Object.entries(holder)) {
      // Bodies and events are anything, by design.
      if (key === "body" || key === "event" || key === "headers") continue;
      places.push({ holder: holder, key });
      visit(item);
    }
  };
  visit(copy);
  const place = places[at % places.length];
  if (!place) return copy;
  const { holder, key } = place;
  if (how === "add" && isJsonObject(holder)) holder["junk"] = value;
  else if (how === "remove" && Array.isArray(holder)) holder.splice(Number(key), 1);
  else if (how === "remove") delete (holder as JsonObject)[key];
  else (holder as JsonObject)[key] = value;
  return copy;
}
