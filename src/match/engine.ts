// The only file that knows json-rules-engine, which has the last word on whether a rule fires.
// It must not leak the library's own word "event", and it must give each evaluation an Engine and an Almanac of
// its own: overlapping runs on one Engine, or a run after one that rejected, silently lose rules.
import { Almanac, Engine, Fact, Rule as EngineRule } from "json-rules-engine";
import type { ConditionVerdict } from "../model/decision.ts";
import type { JsonObject } from "../model/json.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import type { Condition, Rule } from "../model/rule.ts";
import { conditionVerdicts, type EvaluatedCondition } from "./explanation.ts";
import type { DecisionFacts } from "./facts.ts";
import { OWN_COMPARISONS, TOTAL_COMPARISONS, TOTAL_DECORATORS } from "./operators.ts";
import { resolvePath } from "./path.ts";

/** A rule made ready for the engine once per rule set, or why the engine would not have it. */
export interface CompiledRule {
  readonly rule: Rule;
  readonly ready: Result<{ readonly engineRule: EngineRule; readonly factNames: ReadonlySet<string> }, string>;
}

/** What evaluating one rule gave. */
export interface Evaluation {
  readonly met: boolean;
  readonly conditions: readonly ConditionVerdict[];
}

const DECORATIONS = Object.entries(TOTAL_DECORATORS);
const COMPARISONS = Object.entries({ ...TOTAL_COMPARISONS, ...OWN_COMPARISONS });
const OPTIONS = { allowUndefinedFacts: true, pathResolver: resolvePath };

type EngineConditions = EngineRule["conditions"];

/** Makes a rule ready. It never throws: what the engine refuses is the verdict of that rule at each event. */
export function compileRule(rule: Rule): CompiledRule {
  try {
    // The engine writes into the conditions it is given, so it gets a copy.
    const conditions = structuredClone(rule.conditions) as unknown as EngineConditions;
    const engineRule = new EngineRule({ name: rule.name, conditions, event: { type: rule.name } });
    return { rule, ready: succeed({ engineRule, factNames: new Set(factsIn(rule.conditions)) }) };
  } catch (error) {
    return { rule, ready: fail(messageOf(error)) };
  }
}

/** Evaluates one rule alone. A rule that throws is a failure with the reason, and harms no other. */
export async function evaluateRule(
  { rule, ready }: CompiledRule,
  facts: DecisionFacts,
): Promise<Result<Evaluation, string>> {
  if (!ready.ok) return ready;
  const almanac = new Almanac(OPTIONS);
  for (const name of ready.value.factNames) {
    const ask = facts.asked[name];
    const value = ask ? (params: JsonObject) => ask(params) : facts.plain[name];
    if (value !== undefined) almanac.addFact(new Fact<unknown>(name, value, { cache: false }));
  }
  try {
    const engine = new Engine([], OPTIONS);
    for (const [name, compare] of COMPARISONS) engine.addOperator(name, compare);
    for (const [name, decorate] of DECORATIONS) engine.addOperatorDecorator(name, decorate);
    engine.addRule(ready.value.engineRule);
    const { results, failureResults } = await engine.run({}, { almanac });
    const result = results[0] ?? failureResults[0];
    if (!result) return fail("The engine gave no result");
    const evaluated = result.conditions as unknown as EvaluatedCondition;
    return succeed({ met: result.result === true, conditions: conditionVerdicts(rule.conditions, evaluated) });
  } catch (error) {
    return fail(messageOf(error));
  }
}

function* factsIn(condition: Condition): Generator<string> {
  if ("all" in condition) for (const part of condition.all) yield* factsIn(part);
  else if ("any" in condition) for (const part of condition.any) yield* factsIn(part);
  else if ("not" in condition) yield* factsIn(condition.not);
  else {
    yield condition.fact;
    const { value } = condition;
    if (typeof value === "object" && value !== null && !Array.isArray(value) && typeof value["fact"] === "string")
      yield value["fact"];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
