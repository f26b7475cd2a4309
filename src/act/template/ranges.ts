// Ranges, as in `(1..3)`. Liquid makes a list of any length before it is asked what for, and beyond 2^53, where a number
// and the next one are the same, it goes on for ever: so each range that was read is made in our way.
import { evalTokenValue, TokenKind, toValueSync, TypeGuards, Value, type Context, type Template } from "liquidjs";

/** Makes the list of a range from its ends; `limit` is what rendering pays into. */
export type RangeMaker = (low: unknown, high: unknown, limit: Context["memoryLimit"]) => readonly unknown[];

/** From now on every range in these templates is made by `make`. */
export function replaceRanges(templates: readonly Template[], make: RangeMaker): void {
  for (const template of templates) {
    for (const argument of template.arguments?.() ?? []) replaceRangesIn(argument, make);
    const children = template.children?.(false, true);
    if (children) replaceRanges(toValueSync<Template[]>(children), make);
  }
}

/** The same for those in a value with its filters, or in a part of one. */
export function replaceRangesIn(part: unknown, make: RangeMaker): void {
  const within = (parts: readonly unknown[]): void => {
    for (const one of parts) replaceRangesIn(one, make);
  };
  if (part instanceof Value)
    within([...part.initial.postfix, ...part.filters.flatMap(({ args }) => args.map(givenIn))]);
  else if (TypeGuards.isPropertyAccessToken(part)) within([part.variable, ...part.props]);
  else if (TypeGuards.isRangeToken(part)) {
    const { lhs, rhs } = part;
    within([lhs, rhs]);
    const evaluate = function* (context: Context): Generator<unknown, unknown, unknown> {
      return make(yield evalTokenValue(lhs, context), yield evalTokenValue(rhs, context), context.memoryLimit);
    };
    // Of such a token Liquid asks what is `initial`.
    Object.assign(part, { kind: TokenKind.FilteredValue, filters: [], initial: { evaluate } });
  }
}

/** What a filter is given, with or without a name. */
function givenIn(arg: unknown): unknown {
  return Array.isArray(arg) ? (arg[1] as unknown) : arg;
}
