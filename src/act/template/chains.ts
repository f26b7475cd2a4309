// What stands in a template: each output, and each value that a tag looks at, with its filters and what they are given.
import { Output, toValueSync, TypeGuards, Value, type Arguments, type Template } from "liquidjs";

/** A value with its filters, as an output or as a tag has it. */
export interface Chain {
  /** The output or tag as it is written. */
  readonly text: string;
  /** The tag; `null`: an output. */
  readonly tag: string | null;
  /** What it begins with; `null`: more than one value, with an operator. */
  readonly initial: Operand | null;
  readonly filters: readonly ChainFilter[];
  /** All names in it, those in the arguments of its filters and within brackets, too. */
  readonly names: readonly Name[];
}

/** A filter and what it is given. */
export interface ChainFilter {
  readonly name: string;
  readonly args: readonly (Operand | null)[];
}

/** A constant, or a name with the keys under it; a key that is itself a name is `null`. */
export type Operand = { readonly literal: unknown } | { readonly keys: Keys };
type Keys = readonly (string | number | null)[];

/** A name, and whether it may be absent, since `default` follows it or `if` asks for it. */
interface Name {
  readonly keys: Keys;
  readonly mayBeAbsent: boolean;
}

type Argument = Arguments extends Iterable<infer One> ? One : never;

/** Every output and everything that a tag looks at, in the order of the template. */
export function chainsIn(templates: readonly Template[]): Chain[] {
  return templates.flatMap((template) => {
    const text = template.token.getText();
    const tag = template instanceof Output ? null : ((template as { readonly name?: string }).name ?? "");
    const own = [...(template.arguments?.() ?? [])].map((argument) => chainOf(argument, text, tag));
    const children = template.children?.(false, true);
    return children ? [...own, ...chainsIn(toValueSync<Template[]>(children))] : own;
  });
}

function chainOf(argument: Argument, text: string, tag: string | null): Chain {
  if (!(argument instanceof Value)) {
    const names = [...namesIn(argument)].map((keys) => ({ keys, mayBeAbsent: false }));
    return { text, tag, initial: operandOf(argument), filters: [], names };
  }
  const { postfix } = argument.initial;
  // The last filter of an output turns the value into text; it is Liquid's, and has no name of ours.
  const filters = argument.filters
    .filter(({ name }) => /^[a-z_0-9]+$/.test(name))
    .map(({ name, args }) => ({ name, args: args.map((one) => operandOf(Array.isArray(one) ? one[1] : one)) }));
  const mayBeAbsent = tag === "if" || tag === "unless" || filters[0]?.name === "default";
  const given = argument.filters.flatMap(({ args }) => args.map((one) => (Array.isArray(one) ? one[1] : one)));
  return {
    text,
    tag,
    initial: postfix.length === 1 ? operandOf(postfix[0]) : null,
    filters,
    names: [
      ...postfix.flatMap((token) => [...namesIn(token)].map((keys) => ({ keys, mayBeAbsent }))),
      ...given.flatMap((token) => [...namesIn(token)].map((keys) => ({ keys, mayBeAbsent: false }))),
    ],
  };
}

function operandOf(token: unknown): Operand | null {
  if (TypeGuards.isPropertyAccessToken(token)) return { keys: keysOf(token) };
  if (TypeGuards.isQuotedToken(token) || TypeGuards.isNumberToken(token)) return { literal: token.content };
  return TypeGuards.isLiteralToken(token) ? { literal: literalOf(token.literal) } : null;
}

/** `nil`, `empty` and `blank` are objects to Liquid. */
function literalOf(word: string): boolean | null {
  return word === "true" ? true : word === "false" ? false : null;
}

/** The name of a token, and the names within its brackets. */
function* namesIn(token: unknown): Generator<Keys> {
  if (TypeGuards.isRangeToken(token)) {
    yield* namesIn(token.lhs);
    yield* namesIn(token.rhs);
  }
  if (!TypeGuards.isPropertyAccessToken(token)) return;
  yield keysOf(token);
  for (const prop of token.props) yield* namesIn(prop);
}

function keysOf({ props }: { readonly props: readonly unknown[] }): Keys {
  return props.map((prop) =>
    TypeGuards.isQuotedToken(prop) || TypeGuards.isNumberToken(prop) || TypeGuards.isWordToken(prop)
      ? prop.content
      : null,
  );
}
