// oxlint-disable-next-line typescript/triple-slash-reference -- whatever imports this file, from whichever project, has to know these types
/// <reference path="./json-rules-engine.d.ts" />
// The only file that imports json-rules-engine: of its modules those that evaluate a rule. Its Engine, Almanac and Fact
// have listeners, a hash and paths besides. See docs/decisions/0024-leaner-dependencies.md.
import * as decoratorsModule from "json-rules-engine/dist/engine-default-operator-decorators.js";
import * as operatorsModule from "json-rules-engine/dist/engine-default-operators.js";
import * as operatorMapModule from "json-rules-engine/dist/operator-map.js";
import * as ruleModule from "json-rules-engine/dist/rule.js";

/** The library's Rule. */
export const EngineRule = exportOf(ruleModule);

const OperatorMap = exportOf(operatorMapModule);

/** The library's table of operators, with its own operators and decorators in it, as its Engine makes it. */
export function ownOperators(): InstanceType<typeof OperatorMap> {
  const table = new OperatorMap();
  for (const operator of exportOf(operatorsModule)) table.addOperator(operator);
  for (const decorator of exportOf(decoratorsModule)) table.addOperatorDecorator(decorator);
  return table;
}

/** What a CommonJS module exports as `default`. Node and bundlers give the module's exports for it, a test runner the thing itself. */
function exportOf<Exported>(module: { readonly default: Exported }): Exported {
  const exported: unknown = module.default;
  const isWrapped = typeof exported === "object" && exported !== null && "default" in exported;
  return (isWrapped ? exported.default : exported) as Exported;
}
