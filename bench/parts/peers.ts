// The engines that bench:match compares with, each used as its manual says. Those in bench/package.json are left out
// unless they are installed: `npm ci --prefix bench`.
import { createRequire } from "node:module";
import { Engine } from "json-rules-engine";
import { factsOf } from "../../src/events/event.ts";
import { scopeOf } from "../../src/match/demands.ts";
import { OWN_COMPARISONS } from "../../src/match/comparisons.ts";
import type { Event } from "../../src/model/event.ts";
import type { Json } from "../../src/kit/json.ts";
import type { Condition, Rule } from "../../src/model/rule.ts";

/** From an event to the positions of the rules that match. */
export type Matcher = (event: Event) => readonly number[] | Promise<readonly number[]>;

interface Peer {
  readonly name: string;
  readonly prepare: (rules: readonly Rule[]) => Matcher;
}

/** Everything that has to hold for a rule, including its kinds and locations. */
const whole = (rule: Rule): Condition => ({ all: [...scopeOf(rule), rule.conditions] });

const jsonRulesEngine: Peer = {
  name: "json-rules-engine alone",
  prepare: (rules) => {
    const engine = new Engine([], { allowUndefinedFacts: true });
    engine.addOperator("containsText", OWN_COMPARISONS.containsText);
    for (const [place, rule] of rules.entries())
      engine.addRule({ conditions: structuredClone(whole(rule)) as never, event: { type: String(place) } });
    return async (event) => (await engine.run(factsOf(event))).events.map(({ type }) => Number(type));
  },
};

interface JsonLogic {
  LogicEngine: new () => { build(logic: unknown): (data: object) => unknown };
}

const jsonLogic = ({ LogicEngine }: JsonLogic): Peer => ({
  name: "json-logic-engine, compiled",
  prepare: (rules) => {
    const engine = new LogicEngine();
    const compiled = rules.map((rule) => engine.build(logicOf(whole(rule))));
    return (event) => {
      const facts = factsOf(event);
      const met: number[] = [];
      for (let place = 0; place < compiled.length; place++) if (compiled[place]?.(facts)) met.push(place);
      return met;
    };
  },
});

function logicOf(condition: Condition): unknown {
  if ("all" in condition) return { and: condition.all.map(logicOf) };
  if ("any" in condition) return { or: condition.any.map(logicOf) };
  if ("not" in condition) return { "!": [logicOf(condition.not)] };
  const fact = { var: condition.fact };
  const { value } = condition;
  switch (condition.operator) {
    case "equal":
      return { "===": [fact, value] };
    case "notEqual":
      return { "!==": [fact, value] };
    case "in":
      return { in: [fact, value] };
    case "notIn":
      return { "!": [{ in: [fact, value] }] };
    case "greaterThan":
      return { ">": [fact, value] };
    case "contains":
    case "containsText":
      return { in: [value, fact] };
    default:
      throw new Error(`The benchmark does not know ${condition.operator}`);
  }
}

interface Zen {
  ZenEngine: new () => {
    createDecision(content: object): { evaluate(context: object): Promise<{ result: { place: number }[] }> };
  };
}

const zen = ({ ZenEngine }: Zen): Peer => ({
  name: "GoRules zen, a decision table",
  prepare: (rules) => {
    const node = (id: string, type: string, content: object = {}): object => ({ id, name: id, type, content });
    const edge = (sourceId: string, targetId: string): object => ({
      id: sourceId + targetId,
      sourceId,
      targetId,
      type: "edge",
    });
    const rows = rules.map((rule, place) => ({ _id: String(place), i: expressionOf(whole(rule)), o: String(place) }));
    const inputs = [{ id: "i", name: "i" }];
    const outputs = [{ id: "o", name: "o", field: "place" }];
    const table = node("table", "decisionTableNode", { hitPolicy: "collect", inputs, outputs, rules: rows });
    const decision = new ZenEngine().createDecision({
      nodes: [node("in", "inputNode"), table, node("out", "outputNode")],
      edges: [edge("in", "table"), edge("table", "out")],
    });
    return async (event) =>
      (await decision.evaluate({ ...factsOf(event), payload: null })).result.map(({ place }) => place);
  },
});

function expressionOf(condition: Condition): string {
  if ("all" in condition) return `(${condition.all.map(expressionOf).join(" and ")})`;
  if ("any" in condition) return `(${condition.any.map(expressionOf).join(" or ")})`;
  if ("not" in condition) return `not (${expressionOf(condition.not)})`;
  const { fact, operator, value } = condition;
  const text = (wanted: Json): string =>
    Array.isArray(wanted) ? `[${wanted.map(text).join(", ")}]` : JSON.stringify(wanted);
  switch (operator) {
    case "equal":
      return `${fact} == ${text(value)}`;
    case "notEqual":
      return `${fact} != ${text(value)}`;
    case "in":
      return `${fact} in ${text(value)}`;
    case "notIn":
      return `${fact} not in ${text(value)}`;
    case "greaterThan":
      return `(${fact} != null and ${fact} > ${text(value)})`;
    case "contains":
    case "containsText":
      return `contains(${fact}, ${text(value)})`;
    default:
      throw new Error(`The benchmark does not know ${operator}`);
  }
}

/** The engines that are installed, and the names of those that are not. */
export function peers(): { readonly installed: readonly Peer[]; readonly missing: readonly string[] } {
  const require = createRequire(import.meta.url);
  const installed: Peer[] = [jsonRulesEngine];
  const missing: string[] = [];
  const add = <Module>(name: string, make: (module: Module) => Peer): void => {
    try {
      installed.push(make(require(name) as Module));
    } catch {
      missing.push(name);
    }
  };
  add<JsonLogic>("json-logic-engine", jsonLogic);
  add<Zen>("@gorules/zen-engine", zen);
  return { installed, missing };
}
