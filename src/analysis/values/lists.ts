// Finding a list that is all that is wanted of it: an item for each that must be there, each as all items have to be.
import { isPrimitive, type Json } from "../../kit/json.ts";
import { isOperator, takeApart, type OperatorName } from "../../language/operators.ts";
import { constant, joined, waysOf, type Logic } from "./logic.ts";
import { isAll, isAsWanted, NEVER_FOUND, undecorated, type Found, type Want } from "./want.ts";

/** What is wanted of the items: that there is one as wanted, or that every one is. */
interface OfItems {
  readonly of: "some" | "every";
  readonly want: Logic<Want>;
}

const MOST_WAYS = 64;

/** A list that is as wanted; `item` finds an item. */
export function listThat(
  wants: readonly Want[],
  item: (wants: readonly Want[]) => Found<Json | undefined>,
): Found<Json | undefined> {
  const parts: OfItems[] = [];
  for (const want of wants) {
    const of = itemsWanted(want);
    if (of === false) return NEVER_FOUND;
    if (of !== true) parts.push(of);
  }
  const every = everyOf(parts);
  const list: Json[] = [];
  let open: Found<never> | null = null;
  for (const { want } of parts.filter(({ of }) => of === "some")) {
    const ways = waysOf(joined("all", [want, every]), MOST_WAYS);
    if (ways === null) return { is: "open", why: "there are too many ways to fill a list" };
    const found = ways.map(item);
    const met = found.find(({ is }) => is === "met");
    open ??= found.find((one) => one.is === "open") ?? null;
    if (met?.is !== "met") return open ?? NEVER_FOUND;
    if (met.value !== undefined && !list.includes(met.value)) list.push(met.value);
  }
  return isAll(wants, list)
    ? { is: "met", value: list }
    : { is: "open", why: "a list was found that is not as wanted" };
}

/** The ways in which each item of a list has to be as wanted; `null`: more than `MOST_WAYS`. Empty: no list is. */
export function waysOfItems(wants: readonly Want[]): readonly (readonly Want[])[] | null {
  const parts = wants.map(itemsWanted);
  if (parts.includes(false)) return [];
  return waysOf(everyOf(parts.filter((part) => typeof part !== "boolean")), MOST_WAYS);
}

function everyOf(parts: readonly OfItems[]): Logic<Want> {
  return joined(
    "all",
    parts.flatMap(({ of, want }) => (of === "every" ? [want] : [])),
  );
}

/** What a comparison wants of a list's items; `true` or `false`: the same of every list. */
function itemsWanted({ operator, value, isMet, isOfText }: Want): OfItems | boolean {
  if (isOfText) return !isMet;
  const { decorators } = takeApart(operator);
  const [first] = decorators;
  const ofItems = (of: OfItems["of"], want: Logic<Want>): OfItems => ({ of, want });
  if (first === "someFact" || first === "everyFact") {
    const rest = operator.slice(first.length + 1);
    return ofItems((first === "someFact") === isMet ? "some" : "every", undecorated(rest, value, isMet));
  }
  const of = isOperator(operator) ? OF_LISTS[operator] : ALIKE;
  return of === ALIKE ? isAsWanted({ operator, value, isMet }, []) : of(value, isMet);
}

/** Whatever the list, the operator says the same of it. */
const ALIKE = "alike";

/** What each operator wants of a list's items: one entry for each, so that a missing one does not compile. */
const OF_LISTS: { readonly [Name in OperatorName]: typeof ALIKE | ((value: Json, isMet: boolean) => OfItems) } = {
  contains: (value, isMet) => ({ of: isMet ? "some" : "every", want: equal(value, isMet) }),
  doesNotContain: (value, isMet) => ({ of: isMet ? "every" : "some", want: equal(value, !isMet) }),
  containsText: (value, isMet) => ({
    of: isMet ? "some" : "every",
    want: { is: { operator: "containsText", value, isMet, isOfText: true } },
  }),
  equal: ALIKE,
  notEqual: ALIKE,
  in: ALIKE,
  notIn: ALIKE,
  lessThan: ALIKE,
  lessThanInclusive: ALIKE,
  greaterThan: ALIKE,
  greaterThanInclusive: ALIKE,
  exists: ALIKE,
  startsWith: ALIKE,
  endsWith: ALIKE,
  equalsIgnoreCase: ALIKE,
  matches: ALIKE,
  before: ALIKE,
  after: ALIKE,
};

/** That an item is a value: no item is a constant that is a list or an object. */
function equal(value: Json, isMet: boolean): Logic<Want> {
  return isPrimitive(value) ? { is: { operator: "equal", value, isMet } } : constant(!isMet);
}
