// Runs json-rules-engine, which has the last word on whether a rule fires. The library's own meaning of "event" must
// not leak out of here. `Engine.run` is not used: overlapping runs on one Engine, or a run after one that rejected,
// silently lose rules. Each rule is evaluated alone, on the almanac of its event.
import type { ConditionVerdict } from "../model/decision.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { fail, succeed, type Result } from "../kit/result.ts";
import type { Rule } from "../model/rule.ts";
import { conditionVerdicts, type EvaluatedCondition } from "./condition-verdicts.ts";
import type { DecisionFacts } from "./facts.ts";
import { cheapToClone, evaluateLike } from "./engine-conditions.ts";
import { EngineRule, ownOperators } from "#engine";
import { OWN_COMPARISONS, TOTAL_COMPARISONS, TOTAL_DECORATORS, type Compare } from "./comparisons.ts";
import { valueAt } from "../language/path.ts";

/** A rule prepared for the engine once per rule set, or why the engine refused it. */
export interface CompiledRule {
  readonly rule: Pick<Rule, "name" | "conditions">;
  readonly ready: Result<EvaluableRule, string>;
}

/** The result of evaluating one rule. */
export interface Evaluation {
  readonly met: boolean;
  readonly conditions: readonly ConditionVerdict[];
}

/** What evaluating a rule needs from its Engine. */
interface EngineOfRule {
  readonly operators: ReturnType<typeof ownOperators>;
  /** Named conditions: none are needed, since admission has put them in place. */
  readonly conditions: ReadonlyMap<string, object>;
  /** Finds a Fact with a priority of its own: there are none. */
  getFact(name: string): undefined;
}
/** Methods of the library's Rule that its types leave out. */
interface EvaluableRule {
  conditions: object;
  setEngine(engine: EngineOfRule): unknown;
  evaluate(almanac: EventAlmanac): Promise<{ readonly result: unknown; readonly conditions: unknown }>;
}

type EngineConditions = InstanceType<typeof EngineRule>["conditions"];

const operators = ownOperators();
for (const [name, compare] of Object.entries({ ...TOTAL_COMPARISONS, ...OWN_COMPARISONS }))
  operators.addOperator(name, compare);
for (const [name, decorate] of Object.entries(TOTAL_DECORATORS)) operators.addOperatorDecorator(name, decorate);
const engine: EngineOfRule = { operators, conditions: new Map(), getFact: () => undefined };
evaluateLike(new EngineRule({ conditions: { all: [] }, event: { type: "none" } }).conditions);

const comparisons = new Map<string, Compare>();

/** The comparison that the engine itself makes for an operator's name, decorators included; `null` if it has none. */
export function comparisonOf(name: string): Compare | null {
  const known = comparisons.get(name);
  if (known) return known;
  const operator = typeof name === "string" ? operators.get(name) : null;
  if (!operator) return null;
  const compare: Compare = (fact, value) => operator.evaluate(fact, value);
  comparisons.set(name, compare);
  return compare;
}

/** The facts of one event for all rules: all that a condition needs from an Almanac, each fact read on demand. */
export class EventAlmanac {
  readonly #facts: DecisionFacts;

  constructor(facts: DecisionFacts) {
    this.#facts = facts;
  }

  factValue(name: string, params?: JsonObject, path?: string): Promise<unknown> {
    return Promise.resolve(valueAt(this.#facts.value(name, params), path));
  }
  /** A constant, or the value of the other fact named by `{ fact, params, path }`. */
  getValue(value: Json): Promise<unknown> {
    if (!isJsonObject(value) || !Object.hasOwn(value, "fact")) return Promise.resolve(value);
    const { fact, params, path } = value as { fact: string; params?: JsonObject; path?: string };
    return this.factValue(fact, params, path);
  }
}

/** Prepares a rule. It never throws: if the engine refuses the rule, that becomes its verdict on each event. */
export function compileRule(rule: CompiledRule["rule"]): CompiledRule {
  try {
    // The engine writes to the conditions it is given, so it gets a copy.
    const conditions = structuredClone(rule.conditions) as unknown as EngineConditions;
    const ready = new EngineRule({
      name: rule.name,
      conditions,
      event: { type: rule.name },
    }) as unknown as EvaluableRule;
    ready.setEngine(engine);
    ready.conditions = cheapToClone(ready.conditions);
    return { rule, ready: succeed(ready) };
  } catch (error) {
    return { rule, ready: fail(messageOf(error)) };
  }
}

/** Evaluates one rule alone. If it throws, that is a failure with the reason, and affects no other rule. */
export async function evaluateRule(
  { rule, ready }: CompiledRule,
  facts: EventAlmanac,
): Promise<Result<Evaluation, string>> {
  if (!ready.ok) return ready;
  try {
    const { result, conditions } = await ready.value.evaluate(facts);
    return succeed({
      met: result === true,
      conditions: conditionVerdicts(rule.conditions, conditions as EvaluatedCondition),
    });
  } catch (error) {
    return fail(messageOf(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
