// What deciding one rule can cost, counted: where no clock can be asked, work is bounded by what it will look at.
import { isJsonObject } from "../model/json.ts";
import type { Rule } from "../model/rule.ts";
import { comparisons } from "../rules/conditions.ts";
import { asksHistory } from "./facts.ts";

/** How much a rule asks of one event. */
export interface RuleCost {
  readonly comparisons: number;
  /** Those that look through the whole past of the contact. */
  readonly ofHistory: number;
  /** Those that look through a text for a pattern. */
  readonly ofPatterns: number;
}

/** Counts what a rule asks of one event. */
export function ruleCost({ conditions, limit }: Rule): RuleCost {
  const all = [...comparisons(conditions, [])].map(({ condition }) => condition);
  const asks = all.filter(({ fact, value }) =>
    [fact, isJsonObject(value) ? value["fact"] : null].some((name) => typeof name === "string" && asksHistory(name)),
  );
  return {
    comparisons: all.length,
    ofHistory: asks.length + (limit ? 1 : 0),
    ofPatterns: all.filter(({ operator }) => operator.endsWith("matches")).length,
  };
}
