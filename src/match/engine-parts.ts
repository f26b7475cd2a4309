// oxlint-disable-next-line typescript/triple-slash-reference -- whatever imports this file, from whichever project, has to know these types
/// <reference path="./json-rules-engine.d.ts" />
// The only file that imports json-rules-engine, and only the modules that evaluate a rule: its Engine, Almanac and Fact
// bring along listeners, a hash and paths. See docs/decisions/0024-leaner-dependencies.md.
import * as decoratorsModule from "json-rules-engine/dist/engine-default-operator-decorators.js";
import * as operatorsModule from "json-rules-engine/dist/engine-default-operators.js";
import * as operatorMapModule from "json-rules-engine/dist/operator-map.js";
import * as ruleModule from "json-rules-engine/dist/rule.js";

/** The library's Rule. */
export const EngineRule = exportOf(ruleModule);

const OperatorMap = exportOf(operatorMapModule);

/** The library's table of operators, filled with its own operators and decorators, as its Engine does. */
export function ownOperators(): InstanceType<typeof OperatorMap> {
  const table = new OperatorMap();
  for (const operator of exportOf(operatorsModule)) table.addOperator(operator);
  for (const decorator of exportOf(decoratorsModule)) table.addOperatorDecorator(decorator);
  return table;
}

/** The `default` export of a CommonJS module, in whose place Node and bundlers give all of its exports. */
function exportOf<Exported>(module: { readonly default: Exported }): Exported {
  const exported: unknown = module.default;
  const isWrapped = typeof exported === "object" && exported !== null && "default" in exported;
  return (isWrapped ? exported.default : exported) as Exported;
}
