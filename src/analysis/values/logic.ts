// Statements that are joined by "all" and "any". What is negated is so at the leaves.

/** A statement: one that holds when a leaf does, when all parts hold, or when any does. */
export type Logic<Leaf> =
  | { readonly is: Leaf }
  | { readonly all: readonly Logic<Leaf>[] }
  | { readonly any: readonly Logic<Leaf>[] };

/** The statement that always holds: all of nothing. */
const ALWAYS: Logic<never> = { all: [] };
/** The statement that never holds: any of nothing. */
export const NEVER: Logic<never> = { any: [] };

/** The statement that holds, or that does not. */
export function constant(holds: boolean): Logic<never> {
  return holds ? ALWAYS : NEVER;
}

/** All of some statements, or any of them. A constant among them settles it or is left out. */
export function joined<Leaf>(by: "all" | "any", parts: readonly Logic<Leaf>[]): Logic<Leaf> {
  const flat: Logic<Leaf>[] = [];
  for (const part of parts) {
    if (by === "all" ? isNever(part) : isAlways(part)) return constant(by === "any");
    if (by === "all" && "all" in part) flat.push(...part.all);
    else if (by === "any" && "any" in part) flat.push(...part.any);
    else flat.push(part);
  }
  const [only] = flat;
  return only !== undefined && flat.length === 1 ? only : by === "all" ? { all: flat } : { any: flat };
}

/** Whether a statement is known to hold always. */
function isAlways(logic: Logic<unknown>): boolean {
  return "all" in logic && logic.all.length === 0;
}

/** Whether a statement is known never to hold. */
function isNever(logic: Logic<unknown>): boolean {
  return "any" in logic && logic.any.length === 0;
}

/** The opposite of a statement, given those of its leaves. */
export function opposite<Leaf>(logic: Logic<Leaf>, ofLeaf: (leaf: Leaf) => Leaf): Logic<Leaf> {
  if ("is" in logic) return { is: ofLeaf(logic.is) };
  return "all" in logic
    ? { any: logic.all.map((part) => opposite(part, ofLeaf)) }
    : { all: logic.any.map((part) => opposite(part, ofLeaf)) };
}

/** The leaves that have to hold together, one list for each way in which a statement can hold; `null`: more ways than `most`. */
export function waysOf<Leaf>(logic: Logic<Leaf>, most: number): readonly (readonly Leaf[])[] | null {
  if ("is" in logic) return [[logic.is]];
  let ways: (readonly Leaf[])[] = "all" in logic ? [[]] : [];
  for (const part of "all" in logic ? logic.all : logic.any) {
    const own = waysOf(part, most);
    if (own === null) return null;
    ways = "all" in logic ? ways.flatMap((way) => own.map((other) => [...way, ...other])) : [...ways, ...own];
    if (ways.length > most) return null;
  }
  return ways;
}
