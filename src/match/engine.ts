// The only file that imports json-rules-engine, which has the last word on whether a rule fires.
// It must not leak the library's own word "event". `Engine.run` is never called: overlapping runs on one Engine, or a
// run after one that rejected, silently lose rules. Each rule is evaluated alone, on the Almanac of its event.
import { Almanac, Engine, Rule as EngineRule } from "json-rules-engine";
import type { ConditionVerdict } from "../model/decision.ts";
import type { JsonObject } from "../model/json.ts";
import { fail, succeed, type Result } from "../model/result.ts";
import type { Rule } from "../model/rule.ts";
import { conditionVerdicts, type EvaluatedCondition } from "./condition-verdicts.ts";
import type { DecisionFacts } from "./facts.ts";
import { cheapToClone, evaluateLike } from "./engine-conditions.ts";
import { OWN_COMPARISONS, TOTAL_COMPARISONS, TOTAL_DECORATORS, type Compare } from "./operators.ts";
import { resolvePath, valueAt } from "./path.ts";

/** A rule made ready for the engine once per rule set, or why the engine would not have it. */
export interface CompiledRule {
  readonly rule: Pick<Rule, "name" | "conditions">;
  readonly ready: Result<EvaluableRule, string>;
}

/** What evaluating one rule gave. */
export interface Evaluation {
  readonly met: boolean;
  readonly conditions: readonly ConditionVerdict[];
}

/** Methods of the library's Rule that its types leave out. */
interface EvaluableRule {
  conditions: object;
  setEngine(engine: Engine): unknown;
  evaluate(almanac: Almanac): Promise<{ readonly result: unknown; readonly conditions: unknown }>;
}
/** The Engine's operators by name, those with decorators made when they are asked for. */
interface OperatorTable {
  get(name: string): { evaluate(fact: unknown, value: unknown): boolean } | null;
}

type EngineConditions = EngineRule["conditions"];

const OPTIONS = { allowUndefinedFacts: true, pathResolver: resolvePath };
/** Holds the operators, which is all that evaluating a rule asks of its Engine. */
const engine = new Engine([], OPTIONS);
for (const [name, compare] of Object.entries({ ...TOTAL_COMPARISONS, ...OWN_COMPARISONS }))
  engine.addOperator(name, compare);
for (const [name, decorate] of Object.entries(TOTAL_DECORATORS)) engine.addOperatorDecorator(name, decorate);
evaluateLike(new EngineRule({ conditions: { all: [] }, event: { type: "none" } }).conditions);
const { operators } = engine as unknown as { readonly operators: OperatorTable };

const comparisons = new Map<string, Compare>();

/** The comparison behind an operator's name, decorators and all, as the engine itself makes it; `null`: it has none. */
export function comparisonOf(name: string): Compare | null {
  const known = comparisons.get(name);
  if (known) return known;
  const operator = typeof name === "string" ? operators.get(name) : null;
  if (!operator) return null;
  const compare: Compare = (fact, value) => operator.evaluate(fact, value);
  comparisons.set(name, compare);
  return compare;
}

/** The facts of one event, for all of its rules. They are read when they are asked for, instead of being made into Fact objects and hashed. */
export class EventAlmanac extends Almanac {
  readonly #facts: DecisionFacts;

  constructor(facts: DecisionFacts) {
    super(OPTIONS);
    this.#facts = facts;
  }

  override factValue<Value>(name: string, params?: JsonObject, path?: string): Promise<Value> {
    return Promise.resolve(valueAt(this.#facts.value(name, params), path) as Value);
  }
}

/** Makes a rule ready. It never throws: what the engine refuses is the verdict of that rule at each event. */
export function compileRule(rule: CompiledRule["rule"]): CompiledRule {
  try {
    // The engine writes into the conditions it is given, so it gets a copy.
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

/** Evaluates one rule alone. A rule that throws is a failure with the reason, and harms no other. */
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
