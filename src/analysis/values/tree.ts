// Finding a value that is as wanted at several places inside it: what each path leads to is found by itself, and put
// together to one object or list.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { resolvePath, type Filter, type Step } from "../../language/path.ts";
import { waysOfItems } from "./lists.ts";
import { valueThat, type ValueForm } from "./one.ts";
import { isAll, isAsWanted, NEVER_FOUND, type Found, type Want } from "./want.ts";

/** A comparison with what some steps lead to. */
export interface WantInside extends Want {
  readonly steps: readonly Step[];
}

/** What is known of what a step leads to. */
export type FormInside = (steps: readonly Step[]) => ValueForm;

const MOST_ITEMS = 20;
const OPEN_LIST: Found<never> = { is: "open", why: "several conditions look into one list" };

/** A value that is as wanted at each place; `formAt` says what can be where steps lead. */
export function treeThat(
  wants: readonly WantInside[],
  formAt: FormInside,
  at: readonly Step[] = [],
): Found<Json | undefined> {
  const own = wants.filter(({ steps }) => steps.length === 0);
  const inner = wants.filter(({ steps }) => steps.length > 0);
  const form = formAt(at);
  if (inner.length === 0) return valueThat(own, form);
  const isNothingInside = isAll(inner, undefined);
  let open: Found<never> | null = null;
  if (isNothingInside) {
    const found = valueThat(own, form);
    if (found.is === "met" && isAllAt(inner, found.value)) return found;
    if (found.is !== "never") open = found.is === "open" ? found : OPEN_LIST;
  }
  for (const shape of form.shapes) {
    if (shape !== "object" && shape !== "list") continue;
    const found = shape === "object" ? anObject(own, inner, formAt, at) : aList(own, inner, formAt, at);
    if (found.is === "met" && isAllAt(wants, found.value)) return found;
    if (found.is !== "never") open ??= found.is === "open" ? found : OPEN_LIST;
  }
  return open ?? NEVER_FOUND;
}

/** Whether a value is as wanted at each place. */
function isAllAt(wants: readonly WantInside[], value: Json | undefined): boolean {
  return wants.every((want) => isAsWanted(want, at(value, want.steps)));
}

function at(value: Json | undefined, steps: readonly Step[]): Json | undefined {
  return steps.length === 0 ? value : (resolvePath(value, `$${steps.map(written).join("")}`) ?? undefined);
}

function written(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  const quoted = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);
  if (typeof step === "string") return `[${quoted(step)}]`;
  const { key, value } = step;
  return `[?${quoted(key)}=${typeof value === "string" ? quoted(value) : String(value)}]`;
}

/** The same wants, seen from one step on. */
function behind(wants: readonly WantInside[], step: Step): readonly WantInside[] {
  const name = JSON.stringify(step);
  return wants.flatMap((want) =>
    JSON.stringify(want.steps[0]) === name ? [{ ...want, steps: want.steps.slice(1) }] : [],
  );
}

function firstSteps(wants: readonly WantInside[]): readonly Step[] {
  return [
    ...new Map(
      wants.flatMap(({ steps: [first] }) => (first === undefined ? [] : [[JSON.stringify(first), first]])),
    ).values(),
  ] as Step[];
}

function anObject(
  own: readonly Want[],
  inner: readonly WantInside[],
  formAt: FormInside,
  place: readonly Step[],
): Found<Json | undefined> {
  const object: { [key: string]: Json } = {};
  if (!isAll(own, object)) return NEVER_FOUND;
  let open: Found<never> | null = null;
  for (const step of firstSteps(inner)) {
    const wants = behind(inner, step);
    if (typeof step !== "string") {
      // An index or a filter leads nowhere in an object.
      if (!isAll(wants, undefined)) return NEVER_FOUND;
      continue;
    }
    const found = treeThat(wants, formAt, [...place, step]);
    if (found.is === "never") return found;
    if (found.is === "open") open ??= found;
    else if (found.value !== undefined) object[step] = found.value;
  }
  return open ?? { is: "met", value: object };
}

function aList(
  own: readonly Want[],
  inner: readonly WantInside[],
  formAt: FormInside,
  place: readonly Step[],
): Found<Json | undefined> {
  const ways = waysOfItems(own);
  if (ways === null) return OPEN_LIST;
  let open: Found<never> | null = null;
  for (const way of ways) {
    const found = aListOf(way, own, inner, formAt, place);
    if (found.is === "met") return found;
    if (found.is === "open") open ??= found;
  }
  return open ?? NEVER_FOUND;
}

/** A list as wanted, each item of which is as wanted in one way. */
function aListOf(
  way: readonly Want[],
  own: readonly Want[],
  inner: readonly WantInside[],
  formAt: FormInside,
  place: readonly Step[],
): Found<Json | undefined> {
  const each = way.map((want): WantInside => ({ ...want, steps: [] }));
  const items: (Json | undefined)[] = [];
  const chosen: JsonObject[] = [];
  for (const step of firstSteps(inner)) {
    const wants = behind(inner, step);
    if (typeof step === "string") {
      if (!isAll(wants, undefined)) return NEVER_FOUND;
      continue;
    }
    const mayLack = wants.every((want) => isAsWanted(want, undefined));
    const found: Found<Json | undefined> = mayLack
      ? { is: "met", value: undefined }
      : typeof step === "number"
        ? treeThat([...wants, ...each], formAt, [...place, step])
        : itemThat([...wants, ...each], step, formAt, place);
    if (found.is !== "met") return found;
    if (typeof step === "object") {
      if (isJsonObject(found.value)) chosen.push(found.value);
    } else if (step >= MOST_ITEMS) return OPEN_LIST;
    else items[step] = found.value;
  }
  const form = formAt(place).items;
  const least = items.findLastIndex((item) => item !== undefined) + 1;
  // In a list of texts nothing is missing before an item that is there.
  if (form && items.some((item, at) => at in items && item === undefined && at < least)) return NEVER_FOUND;
  const filler = (at: number): Json => {
    const found = at in items ? null : valueThat(way, form ?? { shapes: ["text", "number"] });
    return found?.is === "met" ? (found.value ?? null) : null;
  };
  const filled = Array.from(items, (item, at) => item ?? filler(at));
  const list = [...filled.slice(0, least), ...chosen];
  if (isAll(own, list) && isAllAt(inner, list)) return { is: "met", value: list };
  const alone = valueThat(own, { shapes: ["list"], ...(form ? { items: form } : {}) });
  if (alone.is === "never") return alone;
  const others = alone.is === "met" && Array.isArray(alone.value) ? alone.value : [];
  const isThere: WantInside = { operator: "exists", value: true, isMet: true, steps: [] };
  const spare = (at: number): Json => {
    const found = treeThat([...behind(inner, at), isThere, ...each], formAt, [...place, at]);
    return found.is === "met" ? (found.value ?? null) : null;
  };
  // What may be missing may have to be there, for others after it.
  const lists = [filled.slice(0, least), filled, Array.from(items, (item, at) => item ?? spare(at))];
  const more = lists.map((some) => [...some, ...chosen, ...others]);
  const fits = more.find((some) => isAll(own, some) && isAllAt(inner, some) && !(form && some.includes(null)));
  return fits ? { is: "met", value: fits } : OPEN_LIST;
}

/** An item that a filter chooses, as wanted. */
function itemThat(
  wants: readonly WantInside[],
  { key, value }: Filter,
  formAt: FormInside,
  place: readonly Step[],
): Found<Json | undefined> {
  const named: WantInside = { steps: [key], operator: "equal", value, isMet: true };
  return treeThat([...wants, named], formAt, [...place, { key, value }]);
}
