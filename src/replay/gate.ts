// A bound on what a change of rules may do, such as `texts > +10%`: whether a comparison passes it.
import { textCounts, type Comparison } from "../model/comparison.ts";

/** What can be bound: how much it was before, and is after. */
const MEASURES: { readonly [name: string]: (compared: Comparison, rule: string | null) => readonly [number, number] } =
  {
    texts: (compared, rule) => sum(compared, rule, ({ texts }) => texts),
    fires: (compared, rule) => sum(compared, rule, ({ fires }) => fires),
    others: (compared, rule) => sum(compared, rule, ({ others }) => others),
    gained: (compared, rule) => [0, textCounts(compared, rule).gained],
    lost: (compared, rule) => [0, textCounts(compared, rule).lost],
    changed: (compared, rule) => [0, textCounts(compared, rule).changed],
    untested: ({ untested }, rule) => [0, untested.filter((one) => isOf(one, rule)).length],
  };

const FORM = /^\s*(\w+)(?:\s+of\s+([\w.-]+))?\s*(>=|<=|>|<)\s*([+-])?(\d+(?:\.\d+)?)(%)?\s*$/;

/** What a bound looks like, for messages. */
export const GATE_FORM = `one of ${Object.keys(MEASURES).join(", ")}, for one rule with "of RULE", then >, >=, < or <= and a number; with + or - it is the change, with % of what was before: "texts > +10%", "lost of missed-call > 0"`;

/** A bound that was read: `null` if a comparison is within it, or what it found. */
export type Gate = (compared: Comparison) => string | null;

/** Reads a bound; `null`: it is none. */
export function gateOf(text: string): Gate | null {
  const [, name = "", rule = null, operator = "", sign, number = "", percent] = FORM.exec(text) ?? [];
  const measure = Object.hasOwn(MEASURES, name) ? MEASURES[name] : undefined;
  if (!measure || (percent !== undefined && sign === undefined)) return null;
  const amount = Number(number) * (sign === "-" ? -1 : 1);
  return (compared) => {
    const [before, after] = measure(compared, rule);
    const bound = sign === undefined ? amount : before + (percent === undefined ? amount : (before * amount) / 100);
    const isPassed = COMPARES[operator]?.(after, bound) ?? false;
    return isPassed
      ? `${name}${rule === null ? "" : ` of ${rule}`} ${before} → ${after}, and the bound is ${text.trim()}`
      : null;
  };
}

const COMPARES: { readonly [operator: string]: (a: number, b: number) => boolean } = {
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
};

function isOf(one: { readonly rule: string }, rule: string | null): boolean {
  return rule === null || one.rule === rule;
}

function sum(
  { rules }: Comparison,
  rule: string | null,
  of: (change: Comparison["rules"][number]) => readonly [number, number],
): readonly [number, number] {
  const counted = rules.filter((one) => isOf(one, rule)).map(of);
  return counted.reduce<readonly [number, number]>(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
}
