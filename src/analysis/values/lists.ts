// Finding a list that is all that is wanted of it: an item for each that must be there, each as all items have to be.
import type { Json } from "../../kit/json.ts";
import { takeApart } from "../../language/operators.ts";
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
  const every = joined(
    "all",
    parts.flatMap(({ of, want }) => (of === "every" ? [want] : [])),
  );
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

/** What a comparison wants of a list's items; `true` or `false`: the same of every list. */
function itemsWanted({ operator, value, isMet }: Want): OfItems | boolean {
  const { decorators } = takeApart(operator);
  const [first] = decorators;
  const ofItems = (of: OfItems["of"], want: Logic<Want>): OfItems => ({ of, want });
  if (first === "someFact" || first === "everyFact") {
    const rest = operator.slice(first.length + 1);
    return ofItems((first === "someFact") === isMet ? "some" : "every", undecorated(rest, value, isMet));
  }
  const equal = (is: boolean): Logic<Want> =>
    Array.isArray(value) || (typeof value === "object" && value !== null)
      ? constant(!is)
      : { is: { operator: "equal", value, isMet: is } };
  if (operator === "contains") return ofItems(isMet ? "some" : "every", equal(isMet));
  if (operator === "doesNotContain") return ofItems(isMet ? "every" : "some", equal(!isMet));
  if (operator === "containsText")
    return ofItems(isMet ? "some" : "every", { is: { operator: "containsText", value, isMet } });
  // Any other operator says the same of every list.
  return isAsWanted({ operator, value, isMet }, []);
}
