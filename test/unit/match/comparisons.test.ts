// What comparing means, as data: each case is a value behind a path, an operator and a constant, and what comes out. It
// has to be the same by the index, by the engine alone, and by the check that stands in for both.
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../src/kit/json.ts";
import { evaluateWithoutEngine } from "../../../src/match/without-engine.ts";
import { decide, explain } from "../../../src/match/decide.ts";
import { DecisionFacts } from "../../../src/match/facts.ts";
import type { Event } from "../../../src/model/event.ts";
import { EVENT_KINDS } from "../../../src/model/event-kinds.ts";
import { NO_HISTORY } from "../../../src/model/history.ts";
import type { FactCondition } from "../../../src/model/rule.ts";
import { admitRule } from "../../../src/rules/admission.ts";
import { aRule, aRuleSet, aTask, MOMENT } from "../../builders.ts";
import { readCases } from "../../cases/read-cases.ts";

interface Case {
  readonly operator: string;
  /** What stands at the path; left out, nothing does. */
  readonly fact?: Json;
  readonly value: Json;
  /** What stands at `$.wanted`, for a value that is another fact. */
  readonly wanted?: Json;
  readonly path?: string;
  readonly met: boolean;
  /** What admission says of the comparison, error or warning. */
  readonly finding?: string;
}

const CONTEXT = {
  outboundAllowedHosts: new Set<string>(),
  ownHosts: new Set<string>(),
  retentionDays: 30,
  conditions: new Map(),
};

function eventWith({ fact, wanted }: Case): Event {
  const given: JsonObject = {
    ...(fact === undefined ? {} : { it: fact }),
    ...(wanted === undefined ? {} : { wanted }),
  };
  return {
    key: "k",
    kind: "OutboundMessage",
    locationId: "l",
    contactId: "c",
    occurredAt: "2026-03-04T15:29:00.000Z",
    receivedAt: "2026-03-04T15:30:00.000Z",
    payload: { type: "OutboundMessage", locationId: "l", contactId: "c", ...given },
  };
}

function findingsOf(conditions: object): readonly string[] {
  const text = JSON.stringify({ on: EVENT_KINDS, conditions, actions: [aTask()] });
  const result = admitRule({ file: "a-rule.json", text }, CONTEXT);
  return (result.ok ? result.value.warnings : result.failure).map(({ code }) => code);
}

describe.each(readCases<{ readonly cases: readonly Case[] }>("comparisons"))("$title", ({ case: { cases } }) => {
  it.each(cases.map((each) => [JSON.stringify(each), each] as const))("%s", async (_, each) => {
    const { operator, value, path = "$.it", met, finding } = each;
    const condition: FactCondition = { fact: "payload", path, operator, value };
    const ruleSet = aRuleSet(
      aRule({ name: "it", conditions: { all: [condition] } }),
      aRule({ name: "opposite", conditions: { not: condition } }),
    );
    const event = eventWith(each);
    const fires = [met ? "it" : "opposite"];
    expect((await decide(event, ruleSet, MOMENT)).decision.fired).toEqual(fires);
    expect((await explain(event, ruleSet, MOMENT)).decision.fired).toEqual(fires);
    expect(evaluateWithoutEngine(condition, new DecisionFacts(event, MOMENT, NO_HISTORY)).result).toBe(met);
    // That absence meets a comparison is warned of elsewhere.
    const found = findingsOf({ all: [condition] }).filter((code) => code !== "RULE_NEGATED_ABSENCE");
    expect(found).toEqual(finding === undefined ? [] : [finding]);
  });
});
