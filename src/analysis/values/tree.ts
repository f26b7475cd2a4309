// Finding a value that is as wanted at several places inside it: what each path leads to is found by itself, and put
// together to one object or list.
import { isJsonObject, type Json, type JsonObject } from "../../kit/json.ts";
import { resolvePath, type Filter, type Step } from "../../language/path.ts";
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
  const items: Json[] = [];
  const chosen: JsonObject[] = [];
  for (const step of firstSteps(inner)) {
    const wants = behind(inner, step);
    if (typeof step === "string") {
      if (!isAll(wants, undefined)) return NEVER_FOUND;
      continue;
    }
    const found =
      typeof step === "number" ? treeThat(wants, formAt, [...place, step]) : itemThat(wants, step, formAt, place);
    if (found.is !== "met") return found;
    if (found.value === undefined) continue;
    if (typeof step === "object") {
      if (isJsonObject(found.value)) chosen.push(found.value);
    } else if (step >= MOST_ITEMS) return OPEN_LIST;
    else items[step] = found.value;
  }
  const list = [...Array.from(items, (item) => item ?? null), ...chosen];
  if (isAll(own, list)) return { is: "met", value: list };
  const alone = valueThat(own, { shapes: ["list"], ...(formAt(place).items ? { items: formAt(place).items } : {}) });
  if (alone.is === "never") return alone;
  const more = alone.is === "met" && Array.isArray(alone.value) ? [...list, ...alone.value] : list;
  return isAll(own, more) ? { is: "met", value: more } : OPEN_LIST;
}

/** An item that a filter chooses, as wanted; `undefined`: none has to be there. */
function itemThat(
  wants: readonly WantInside[],
  { key, value }: Filter,
  formAt: FormInside,
  place: readonly Step[],
): Found<Json | undefined> {
  if (isAll(wants, undefined)) return { is: "met", value: undefined };
  const named: WantInside = { steps: [key], operator: "equal", value, isMet: true };
  return treeThat([...wants, named], formAt, [...place, { key, value }]);
}
