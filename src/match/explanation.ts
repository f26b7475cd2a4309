// Turns what the engine left on its conditions into verdicts that can be stored and read.
import type { ConditionVerdict } from "../model/decision.ts";
import type { Json } from "../model/json.ts";
import type { Condition } from "../model/rule.ts";

/** A condition as the engine leaves it: `result` is absent where it was not reached. */
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
export function conditionVerdicts(
  condition: Condition,
  evaluated: EvaluatedCondition | undefined,
  pointer = "",
): ConditionVerdict[] {
  if ("all" in condition) {
    return condition.all.flatMap((part, index) =>
      conditionVerdicts(part, evaluated?.all?.[index], `${pointer}/all/${index}`),
    );
  }
  if ("any" in condition) {
    return condition.any.flatMap((part, index) =>
      conditionVerdicts(part, evaluated?.any?.[index], `${pointer}/any/${index}`),
    );
  }
  if ("not" in condition) return conditionVerdicts(condition.not, evaluated?.not, `${pointer}/not`);
  const reached = evaluated?.result !== undefined;
  const saw = evaluated?.factResult;
  return [
    {
      pointer,
      fact: condition.fact,
      ...(condition.path === undefined ? {} : { path: condition.path }),
      ...(condition.params === undefined ? {} : { params: condition.params }),
      operator: condition.operator,
      value: shortened(reached && evaluated?.valueResult !== undefined ? evaluated.valueResult : condition.value),
      ...(saw === undefined ? {} : { saw: shortened(saw) }),
      met: reached ? evaluated?.result === true : null,
    },
  ];
}

/** Long text is cut, and a long list or object becomes the beginning of its JSON: a verdict is no second copy of the payload. */
function shortened(value: Json): Json {
  if (typeof value === "string") return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (typeof value !== "object" || value === null) return value;
  const text = JSON.stringify(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : value;
}
