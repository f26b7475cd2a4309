// The places that a rule's conditions look at, each with the values that it might have had, and how an event is made that has
// one of them.
import { isoOf } from "../kit/moment.ts";
import { FACT_READERS } from "../events/event.ts";
import { isJsonObject, type Json, type JsonObject } from "../kit/json.ts";
import { comparisons, valuesOf } from "../language/conditions.ts";
import { isKnownFact } from "../language/known-facts.ts";
import { isLogFact } from "../language/log-facts.ts";
import { valueAt } from "../language/path.ts";
import { questionOf } from "../match/facts.ts";
import type { Change } from "../model/counterfactual.ts";
import type { FactCondition, Rule } from "../model/rule.ts";
import { WEEKDAYS } from "../model/window.ts";
import { localTimeAt, momentOf } from "../time/zoned.ts";
import { candidatesFor, type Compared } from "./candidates.ts";
import { isDerived, payloadsThat, withValueAt } from "./setting.ts";
import { factsIn, withPayload, type World } from "./world.ts";

/** A world that is otherwise, and in what. */
export interface Changed {
  readonly world: World;
  readonly what: Change["what"];
  readonly place: string;
  readonly from?: Json | undefined;
  readonly to?: Json | undefined;
  /** How far that is from what was, from 0 on: days of the clock, or as `distance` says. */
  readonly far: number;
}

/** Something that could have been otherwise. */
export interface Place {
  readonly name: string;
  /** Which of the rule's comparisons read it, by their order. */
  readonly comparisons: readonly number[];
  /** How it could be otherwise in a world, the nearest first. */
  readonly changesIn: (world: World) => readonly Changed[];
  /** The same change in another world; `null`: it cannot be made there. */
  readonly again: (changed: Changed, world: World) => Changed | null;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** The places of a rule's conditions. */
export function placesOf({ conditions }: Rule): readonly Place[] {
  const found = [...comparisons(conditions, [])].map(({ condition }, index) => ({ condition, index }));
  const sides = found.flatMap(({ condition, index }) => sidesOf(condition).map((side) => ({ ...side, index })));
  const isClock = ({ asked: { fact } }: Side): boolean => fact === "localTime" || fact === "weekday";
  const atFacts = Map.groupBy(
    sides.filter((side) => !isClock(side)),
    ({ asked }) => nameOf(asked),
  );
  const clock = sides.filter(isClock);
  const indexes = (of: typeof sides): readonly number[] => of.map(({ index }) => index);
  const places = [...atFacts].map(([name, own]): Place => ({
    name,
    comparisons: indexes(own),
    changesIn: (world) => changesAt(world, name, own),
    again: (changed, world) => {
      const made = own[0] && worldWith(world, own[0].asked, changed.to);
      return made ? { ...changed, world: made } : null;
    },
  }));
  const hours: Place = {
    name: "clock",
    comparisons: indexes(clock),
    changesIn: (world) => moments(world, clock),
    again: (changed, world) => atTime(world, changed.world.context.nowMs),
  };
  return clock.length === 0 ? places : [...places, hours];
}

/** What is read at a place. */
type Asked = Pick<FactCondition, "fact" | "path" | "params">;

/** A comparison as one of its facts sees it. */
interface Side {
  readonly asked: Asked;
  readonly condition: FactCondition;
  /** The fact that it is compared with; `null`: a constant. */
  readonly other: Asked | null;
}

/** A comparison as each of its facts sees it: `value: { fact }` is one, too. */
function sidesOf(condition: FactCondition): readonly Side[] {
  const { fact, path, params, value } = condition;
  const asked: Asked = { fact, path, params };
  if (!isJsonObject(value) || typeof value["fact"] !== "string") return [{ asked, condition, other: null }];
  const other: Asked = { fact: value["fact"], path: textOf(value["path"]), params: objectOf(value["params"]) };
  return [
    { asked, condition, other },
    { asked: other, condition, other: asked },
  ];
}

function nameOf({ fact, path, params }: Asked): string {
  const more = [path, params && JSON.stringify(params)].filter((part) => part !== undefined);
  return [fact, ...more].join(" ");
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function objectOf(value: Json | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined;
}

/** The changes of a fact, or of what is in it. */
function changesAt(world: World, place: string, sides: readonly Side[]): readonly Changed[] {
  const [first] = sides;
  if (!first) return [];
  const { asked } = first;
  const facts = factsIn(world);
  const read = (of: Asked): Json | undefined => valueAt(facts.value(of.fact, of.params), of.path);
  const from = read(asked);
  const compared = sides.map(({ condition, other }): Compared => ({
    condition: { ...condition, ...asked },
    constant: other ? read(other) : condition.value,
  }));
  const what = isLogFact(asked.fact) ? "past" : isKnownFact(asked.fact) ? "known" : "fact";
  const values = candidatesFor(compared, from).toSorted((a, b) => distance(from, a) - distance(from, b));
  return values.flatMap((to): Changed[] => {
    const changed = worldWith(world, asked, to);
    return changed ? [{ world: changed, what, place, from, to, far: distance(from, to) }] : [];
  });
}

/** How far one value is from another: a near number is nearer than a far one, and another word nearer than none. */
function distance(from: Json | undefined, to: Json | undefined): number {
  if (to === undefined) return 3;
  if (typeof from === "number" && typeof to === "number") return 1 - 1 / (1 + Math.abs(to - from));
  if (Array.isArray(from) && Array.isArray(to)) return 1 + apart(from, to) + apart(to, from);
  return typeof from === typeof to || from === undefined ? 1 : 2;
}

/** How many items of a list another lacks. */
function apart(list: readonly Json[], other: readonly Json[]): number {
  return list.filter((item) => !other.includes(item)).length;
}

/** The world in which what a comparison reads is another value; `null`: there is none. */
function worldWith(world: World, { fact, path, params }: Asked, to: Json | undefined): World | null {
  const { event, context } = world;
  if (isLogFact(fact)) {
    if (path !== undefined || (to !== undefined && (typeof to !== "number" || to < 0 || !Number.isInteger(to))))
      return null;
    if (fact === "count" && to === undefined) return null;
    const answers = new Map([...(context.answers ?? []), [questionOf(fact, params), to] as const]);
    return { ...world, context: { ...context, answers } };
  }
  if (isKnownFact(fact)) {
    const { known = { contact: undefined, location: undefined } } = context;
    const made = withValueAt(known[fact] ?? undefined, path, to);
    if (!made || (made.value !== undefined && !isJsonObject(made.value))) return null;
    return { ...world, context: { ...context, known: { ...known, [fact]: made.value } } };
  }
  if (fact === "kind" || fact === "contactId" || !FACT_READERS.has(fact)) return null;
  if (isDerived(fact) && path === undefined) {
    for (const payload of payloadsThat(event.kind, event.payload, fact, to)) {
      const made = withPayload(world, payload);
      if (made && isSame(factsIn(made).value(fact), to)) return made;
    }
    return null;
  }
  const whole =
    fact === "payload"
      ? withValueAt(event.payload, path, to)
      : withValueAt(event.payload, `$["${fact}"]${(path ?? "$").slice(1)}`, to);
  const made = whole && isJsonObject(whole.value) ? withPayload(world, whole.value) : null;
  return made && isSame(valueAt(factsIn(made).value(fact), path), to) ? made : null;
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The moments of the next week at which comparisons of the clock may turn out otherwise, the next one first. */
function moments(world: World, sides: readonly Side[]): readonly Changed[] {
  const { nowMs, timeZone } = world.context;
  const today = Math.floor(localTimeAt(nowMs, timeZone) / DAY_MS) * DAY_MS;
  const minutes = sides
    .flatMap(({ condition }) => valuesOf(condition))
    .flatMap((value) => {
      const [, hours, rest] = /^(\d\d):(\d\d)$/.exec(typeof value === "string" ? value : "") ?? [];
      return hours === undefined ? [] : [Number(hours) * 60 + Number(rest)];
    });
  const times = [...new Set([0, ...minutes.flatMap((at) => [at, at + 1])])];
  const days = Array.from({ length: WEEKDAYS.length + 1 }, (_, day) => today + day * DAY_MS);
  const found = days.flatMap((day) => times.map((at) => momentOf(day + at * MINUTE_MS, timeZone)));
  return [...new Set(found)]
    .filter((atMs) => atMs > nowMs)
    .toSorted((a, b) => a - b)
    .map((atMs) => atTime(world, atMs));
}

/** The same world later. */
export function atTime(world: World, atMs: number, what: Change["what"] = "clock", place = "clock"): Changed {
  const { context } = world;
  return {
    world: { ...world, context: { ...context, nowMs: atMs } },
    what,
    place,
    from: isoOf(context.nowMs),
    to: isoOf(atMs),
    far: (atMs - context.nowMs) / DAY_MS,
  };
}
