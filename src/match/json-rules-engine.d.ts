// The modules of json-rules-engine that the Worker is built from; the package declares types only for the whole.

declare module "json-rules-engine/dist/rule.js" {
  export { Rule as default } from "json-rules-engine";
}
declare module "json-rules-engine/dist/operator-map.js" {
  import type { Engine, OperatorEvaluator } from "json-rules-engine";
  /** The Engine's operators by name; those with decorators are made on demand. */
  export default class OperatorMap {
    addOperator: Engine["addOperator"];
    addOperatorDecorator: Engine["addOperatorDecorator"];
    get(name: string): { evaluate: OperatorEvaluator<unknown, unknown> } | null;
  }
}
declare module "json-rules-engine/dist/engine-default-operators.js" {
  import type { Operator } from "json-rules-engine";
  const operators: readonly Operator[];
  export default operators;
}
declare module "json-rules-engine/dist/engine-default-operator-decorators.js" {
  import type { OperatorDecorator } from "json-rules-engine";
  const decorators: readonly OperatorDecorator[];
  export default decorators;
}
