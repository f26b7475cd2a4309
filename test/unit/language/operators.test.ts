// The contract of an operator: what each row of the table has to keep, whoever adds one. `SAMPLES` does not compile
// without an entry for each.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { isMetByAbsence } from "../../../src/language/conditions.ts";
import type { FieldType } from "../../../src/model/event-fields.ts";
import { conditionInWords, ruleInWords } from "../../../src/language/in-words.ts";
import {
  DECORATOR_NAMES,
  DECORATORS,
  MEETABLE,
  OPERATOR_NAMES,
  OPERATORS,
  type DecoratorName,
  type OperatorName,
} from "../../../src/language/operators.ts";
import { ROOT } from "../../../src/local/project.ts";
import { decide, explain } from "../../../src/match/decide.ts";
import { ownOperators } from "../../../src/match/engine-parts.ts";
import { comparisonOf } from "../../../src/match/engine.ts";
import type { Event } from "../../../src/model/event.ts";
import { EVENT_KINDS } from "../../../src/model/event-kinds.ts";
import type { Condition, Finding } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { ruleSchema, UNSAID } from "../../../src/rules/schema.ts";
import { aRule, aRuleSet, aTask, MOMENT } from "../../builders.ts";

interface Sample {
  /** A value that admission takes. */
  readonly value: Json;
  /** Facts that meet it. */
  readonly met: readonly [Json, ...Json[]];
  /** Facts that do not; absence is seen of each operator besides. */
  readonly unmet: readonly [Json, ...Json[]];
  /** A value that admission refuses, and the schema with it. */
  readonly refused: Json;
}

const SAMPLES: { readonly [Name in OperatorName]: Sample } = {
  equal: { value: "a", met: ["a"], unmet: ["A", "", "ab", 1, ["a"]], refused: ["a"] },
  notEqual: { value: 30, met: ["30", 31, ""], unmet: [30], refused: { a: 1 } },
  in: { value: ["a", 1], met: ["a", 1], unmet: ["b", "1", "", ["a"]], refused: "a" },
  notIn: { value: ["a", 1], met: ["b", "1"], unmet: ["a", 1], refused: [] },
  contains: { value: "a", met: [["b", "a"]], unmet: ["a", ["ab"], []], refused: ["a"] },
  doesNotContain: { value: "a", met: [["ab"], []], unmet: ["b", ["a"]], refused: {} },
  lessThan: { value: 10, met: [9, -1], unmet: [10, 11, "11", "x", "", "0x1", true, [1]], refused: [10] },
  lessThanInclusive: { value: 10, met: [10, 9], unmet: [10.5, "x"], refused: [10] },
  greaterThan: { value: 10, met: [11], unmet: [10, 9, "9", "x", "", "0x40", "11a", [11]], refused: [10] },
  greaterThanInclusive: { value: 10, met: [10, 11], unmet: [9.5, "x"], refused: [10] },
  exists: { value: true, met: ["", 0, false, [], {}], unmet: [null], refused: "true" },
  containsText: { value: "stop", met: ["please stop", ["go", "stop it"]], unmet: ["STOP", "", ["go"], 1], refused: "" },
  startsWith: { value: "+1", met: ["+1", "+1555"], unmet: ["1", " +1", "", 1], refused: 1 },
  endsWith: { value: ".pdf", met: [".pdf", "a.pdf"], unmet: ["a.pdf ", "", 1], refused: 1 },
  equalsIgnoreCase: { value: "Stop", met: ["STOP", "stop"], unmet: ["stop ", "", 1], refused: "" },
  matches: { value: "^sto+p$", met: ["stop", "stooop"], unmet: ["STOP", "stop it", "", 1], refused: 1 },
  before: {
    value: "2026-03-04T12:00:00Z",
    met: ["2026-03-04T11:59:59Z", "2026-03-04"],
    unmet: ["2026-03-04T12:00:00Z", "2026-03-05", "08:00", "soon", 1],
    refused: 1,
  },
  after: {
    value: "2026-03-04T12:00:00Z",
    met: ["2026-03-04T12:00:01Z", "2026-03-05"],
    unmet: ["2026-03-04T12:00:00Z", "2026-03-04", "23:00", "soon", 1],
    refused: 1,
  },
};

/** One fact of each type. */
const FACT_OF: { readonly [Type in FieldType]: string } = {
  text: "body",
  id: "userId",
  number: "callDuration",
  boolean: "dnd",
  list: "tags",
  object: "dndSettings",
  address: "to",
  time: "dateAdded",
  any: "mentions",
};

const ODD_JSON: readonly Json[] = [
  null, 0, -1, 1.5, 1e300, true, false, "", "a", "30", "30abc", "NaN", "(", "(?=a)", "/a/i", "a{101}", "08:00", "24:00",
  "2026-03-04", "2026-13-01", "__proto__", [], ["a"], [null], ["08:00", "("], [[]], [{}], {}, { a: 1 }, { length: 1 },
  { toString: "x" }, { fact: "body" }, { fact: "tags" }, { fact: "payload", path: "$.x" }, { fact: "body", junk: 1 },
]; // prettier-ignore
const refusesText = (): never => {
  throw new Error("Somebody made a text of it");
};
/** What no JSON holds, and what must not be made into a text. */
const ODD: readonly unknown[] = [
  ...ODD_JSON,
  undefined,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  Object.create(null),
  { toString: refusesText, valueOf: refusesText },
  [{ toString: refusesText }],
  ...(JSON.parse(readFileSync(join(ROOT, "test/cases/texts/naughty.json"), "utf8")) as Json[]),
];

const accepts = new Ajv2020({ strict: false, allErrors: true }).compile(ruleSchema);
const context = {
  outboundAllowedHosts: new Set<string>(),
  ownHosts: new Set<string>(),
  retentionDays: 30,
  conditions: new Map(),
};

function ruleOf(condition: Condition): JsonObject {
  return JSON.parse(JSON.stringify({ on: EVENT_KINDS, conditions: { all: [condition] }, actions: [aTask()] }));
}

/** What admission finds wrong with one comparison. */
function errorsOf(condition: Condition): readonly Finding[] {
  const result = admitRule({ file: "a-rule.json", text: JSON.stringify(ruleOf(condition)) }, context);
  return result.ok ? [] : result.failure.filter(({ severity }) => severity === "error");
}

function compare(operator: string, fact: unknown, value: unknown): boolean {
  const comparison = comparisonOf(operator);
  if (comparison === null) throw new Error(`The engine has no ${operator}`);
  return comparison(fact, value);
}

/** The value of a decorated operator: a list where each of its items is compared. */
function valueBehind(decorator: DecoratorName, value: Json): Json {
  return DECORATORS[decorator].does === "take items of the value" ? [value] : value;
}

/** An event whose fact `mentions`, and whose key `other`, are a value or absent. */
function eventOf(fact: Json | undefined, wanted: Json): Event {
  const held = fact === undefined ? {} : { mentions: fact, other: fact };
  return {
    key: "k",
    kind: "OutboundMessage",
    locationId: "l",
    contactId: "c",
    occurredAt: "2026-03-04T15:29:00.000Z",
    receivedAt: "2026-03-04T15:30:00.000Z",
    payload: { type: "OutboundMessage", locationId: "l", wanted, ...held },
  };
}

const inWords = (condition: Condition): string => ruleInWords(aRule({ conditions: { all: [condition] } })).when;

describe.each(OPERATOR_NAMES)("the operator %s", (operator) => {
  const row = OPERATORS[operator];
  const { value, met, unmet, refused } = SAMPLES[operator];
  const asking = (fact: string, wanted: Json = value): Condition => ({ fact, operator, value: wanted });

  it("is met by the facts that it is for, and by no others", () => {
    for (const fact of met) expect(compare(operator, fact, value), JSON.stringify(fact)).toBe(true);
    for (const fact of unmet) expect(compare(operator, fact, value), JSON.stringify(fact)).toBe(false);
  });

  it("is met by absence as the table says, behind every decorator too", () => {
    for (const wanted of row.value === "boolean" ? [true, false] : [value]) {
      const isMet = row.metByAbsence === "always" || (row.metByAbsence === "with false" && wanted === false);
      expect(compare(operator, undefined, wanted)).toBe(isMet);
      expect(isMetByAbsence({ fact: "x", operator, value: wanted }, false)).toBe(isMet);
      expect(isMetByAbsence({ fact: "x", operator, value: wanted }, true)).toBe(!isMet);
      for (const decorator of DECORATOR_NAMES) {
        const { does } = DECORATORS[decorator];
        // With `swap` the absent fact is the value; a list of true and false nobody writes. Lint goes by neither.
        if (does === "swap" || (does === "take items of the value" && row.value === "boolean")) continue;
        const condition = { fact: "x", operator: `${decorator}:${operator}`, value: valueBehind(decorator, wanted) };
        const seen = compare(condition.operator, undefined, condition.value);
        expect(isMetByAbsence(condition, false), decorator).toBe(seen);
      }
    }
  });

  it("answers true or false to anything, and never throws, behind every decorator too", () => {
    const names = [operator, ...DECORATOR_NAMES.map((decorator) => `${decorator}:${operator}`)];
    let answers = 0;
    for (const name of names)
      for (const odd of ODD)
        for (const [fact, wanted] of [
          [odd, value],
          [met[0], odd],
          [odd, odd],
        ])
          if (typeof compare(name, fact, wanted) === "boolean") answers += 1;
    for (const fact of ODD.slice(0, 45))
      for (const wanted of ODD.slice(0, 45)) if (typeof compare(operator, fact, wanted) === "boolean") answers += 1;
    expect(answers).toBe(names.length * ODD.length * 3 + 45 * 45);
  });

  it("fires the same by the index and by the engine alone, whatever the fact", async () => {
    const deep: Condition = { ...asking("payload"), path: "$.other" };
    const rules = aRuleSet(
      aRule({ name: "bare", conditions: { all: [asking("mentions")] } }),
      aRule({ name: "deep", conditions: { all: [deep] } }),
      aRule({ name: "opposite", conditions: { not: deep } }),
      aRule({ name: "other", conditions: { all: [{ ...deep, value: { fact: "payload", path: "$.wanted" } }] } }),
    );
    for (const fact of [...met, ...unmet, ...ODD_JSON, undefined]) {
      const event = eventOf(fact, value);
      const { decision } = await decide(event, rules, MOMENT);
      const alone = (await explain(event, rules, MOMENT)).decision;
      expect(decision.fired, JSON.stringify(fact)).toEqual(alone.fired);
      const isMet = compare(operator, fact, value);
      expect(alone.fired.includes("deep"), JSON.stringify(fact)).toBe(isMet);
      expect(alone.fired.includes("opposite"), JSON.stringify(fact)).toBe(!isMet);
      expect(alone.fired.includes("other"), JSON.stringify(fact)).toBe(isMet);
    }
  });

  it("is admitted with its value, and refused with another", () => {
    expect(errorsOf(asking("mentions"))).toEqual([]);
    expect(errorsOf(asking("mentions", refused))).not.toEqual([]);
    expect(accepts(ruleOf(asking("mentions")))).toBe(true);
    expect(accepts(ruleOf(asking("mentions", refused)))).toBe(false);
  });

  // Which text is a time the schema does not say.
  it.each(ODD_JSON.filter((odd) => !(row.value === "time" && typeof odd === "string")))(
    "with the value %j is refused by the schema where admission refuses its form",
    (odd) => {
      const isRefused = errorsOf(asking("mentions", odd)).some(({ code }) => !UNSAID.some((unsaid) => unsaid === code));
      expect(accepts(ruleOf(asking("mentions", odd))), JSON.stringify(accepts.errors)).toBe(!isRefused);
    },
  );

  it("is refused on facts of the types that can never meet it, and on no others", () => {
    const types = Object.keys(FACT_OF) as FieldType[];
    const refusedTypes = types.filter((type) =>
      errorsOf(asking(FACT_OF[type])).some(
        ({ code, pointer }) => code === "RULE_TYPE" && pointer === "/conditions/all/0/operator",
      ),
    );
    expect(refusedTypes).toEqual(types.filter((type) => !MEETABLE[row.meets].includes(type)));
  });

  it("can be met by a fact of some type that the table gives it, for each of the facts that meet it", () => {
    const textual: readonly FieldType[] = ["text", "id", "time", "address"];
    const typesOf = (fact: Json): readonly FieldType[] => {
      if (typeof fact === "string") return textual;
      if (typeof fact === "number") return ["number"];
      if (typeof fact === "boolean") return ["boolean"];
      return Array.isArray(fact) ? ["list"] : ["object"];
    };
    for (const fact of met)
      expect(
        typesOf(fact).some((type) => MEETABLE[row.meets].includes(type)),
        JSON.stringify(fact),
      ).toBe(true);
  });

  it("reads as a wish, a statement and its opposite", () => {
    const verdict = { pointer: "/all/0", fact: "body", operator, value, met: false };
    expect(conditionInWords(verdict)).toContain(`is absent, ${row.wants} `);
    const statement = inWords(asking("body"));
    const opposite = inWords({ not: asking("body") });
    expect(statement).not.toBe(opposite);
    for (const words of [row.about, row.wants, row.is, row.isNot]) expect(words.trim()).toMatch(/^\S.*\S$/);
    expect([statement, opposite].filter((words) => /…|\b(?:undefined|null|not not)\b/.test(words))).toEqual([]);
    expect(inWords({ ...asking("body"), operator: `not:${operator}` })).toBe(opposite);
    // Only an operator that takes true or false may do without its value.
    expect(row.is.includes("…") && row.isNot.includes("…")).toBe(row.value !== "boolean");
  });

  it("is the engine's own, or is given to it, as the table says", () => {
    expect(ownOperators().get(operator) !== null).toBe(row.of === "engine");
  });
});

describe("the operators", () => {
  it("are told apart by what is said of them", () => {
    const said = OPERATOR_NAMES.map((name) => OPERATORS[name]);
    expect(new Set(said.map(({ about }) => about)).size).toBe(said.length);
    expect(new Set(said.map(({ wants }) => wants)).size).toBe(said.length);
  });

  const rulesPage = readFileSync(join(ROOT, "docs/rules.md"), "utf8");
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const namesIn = (text: string): string[] => [...text.matchAll(/`([A-Za-z]+):?`/g)].map(([, name = ""]) => name);
  const metByAbsence = OPERATOR_NAMES.filter((name) => OPERATORS[name].metByAbsence !== "never");

  it("have a row each in docs/rules.md, and a rule that is run there", () => {
    const [, section = ""] = /^## Operators$(.*?)^## /ms.exec(rulesPage) ?? [];
    const rows = [...section.matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, names = ""]) => namesIn(names));
    expect(rows).toEqual(OPERATOR_NAMES);
    const rules = [...section.matchAll(/^```json rule$(.*?)^```$/gms)].map(([, rule = ""]) => rule).join();
    expect(OPERATOR_NAMES.filter((name) => !rules.includes(`"operator": "${name}"`))).toEqual([]);
  });

  it("and the decorators stand in the README, all of them and no others, with those that absence meets", () => {
    const [, operators = "", decorators = "", absence = ""] =
      /^\| `operator` \| (.*?); before it (.*?)\. An absent fact meets only (.*) \|$/m.exec(readme) ?? [];
    expect(namesIn(operators)).toEqual(OPERATOR_NAMES);
    expect(namesIn(decorators).toSorted()).toEqual(DECORATOR_NAMES.toSorted());
    expect(namesIn(absence).filter((name) => name !== "false")).toEqual(metByAbsence);
  });

  it("that absence meets are the ones that docs/rules.md says", () => {
    const [, absence = ""] = /An absent fact MUST NOT meet an operator, except (.*)\./.exec(rulesPage) ?? [];
    expect(namesIn(absence).filter((name) => name !== "false")).toEqual(metByAbsence);
  });
});
