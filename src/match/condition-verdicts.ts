// Turns what the engine left on its conditions into verdicts that can be stored and read.
import type { ConditionVerdict } from "../model/decision.ts";
import type { Json } from "../kit/json.ts";
import type { Condition, FactCondition } from "../model/rule.ts";

/** A condition as the engine leaves it: `result` is absent if it was not reached. */
export interface EvaluatedCondition {
  readonly result?: unknown;
  readonly factResult?: Json;
  readonly valueResult?: Json;
  readonly all?: readonly EvaluatedCondition[];
  readonly any?: readonly EvaluatedCondition[];
  readonly not?: EvaluatedCondition;
}

const MAX_TEXT = 200;

/** Each comparison of a rule with what it saw, in the order of the rule file. */
export function conditionVerdicts(condition: Condition, evaluated: EvaluatedCondition | undefined): ConditionVerdict[] {
  const verdicts: ConditionVerdict[] = [];
  collect(condition, evaluated, "", verdicts);
  return verdicts;
}

function collect(
  condition: Condition,
  evaluated: EvaluatedCondition | undefined,
  pointer: string,
  verdicts: ConditionVerdict[],
): void {
  if ("not" in condition) return collect(condition.not, evaluated?.not, `${pointer}/not`, verdicts);
  if ("fact" in condition) return void verdicts.push(verdictOn(condition, evaluated, pointer));
  const [key, parts, results] =
    "all" in condition
      ? (["all", condition.all, evaluated?.all] as const)
      : (["any", condition.any, evaluated?.any] as const);
  for (const [index, part] of parts.entries()) collect(part, results?.[index], `${pointer}/${key}/${index}`, verdicts);
}

function verdictOn(
  { fact, path, params, operator, value }: FactCondition,
  evaluated: EvaluatedCondition | undefined,
  pointer: string,
): ConditionVerdict {
  const saw = evaluated?.factResult;
  const reached = evaluated?.result !== undefined;
  const verdict: { -readonly [Key in keyof ConditionVerdict]: ConditionVerdict[Key] } = {
    pointer,
    fact,
    operator,
    value: shortened(reached && evaluated?.valueResult !== undefined ? evaluated.valueResult : value),
    met: reached ? evaluated?.result === true : null,
  };
  if (path !== undefined) verdict.path = path;
  if (params !== undefined) verdict.params = params;
  if (saw !== undefined) verdict.saw = shortened(saw);
  return verdict;
}

/** Cuts long text, and the JSON of a long list or object: a verdict is not a second copy of the payload. */
export function shortened(value: Json): Json {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  const text = JSON.stringify(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : value;
}
