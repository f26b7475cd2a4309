// The operator's home, out of the rows of the directory's parts: pure, so that each part answers with a page of its own, and
// the pages are put together in the same order.
import { isoOf } from "../kit/moment.ts";
import {
  HOUR_MS,
  HOURS,
  type DayHours,
  type Home,
  type HomeQuery,
  type HomeSort,
  type HomeTotals,
  type LocationOverview,
  type ToldLocation,
} from "../model/home.ts";

/** A row of a part, as its statement names it. */
export interface HomeRow {
  readonly locationId: string;
  readonly name: string | null;
  readonly state: string | null;
  readonly toldAt: number | null;
  readonly alerts: number;
}

type Summed = Exclude<keyof HomeTotals, "locations" | "paused" | "troubled">;

const NAME_CHARACTERS = 64;
/** Larger than any number that is sorted by. */
const MOST = 1e15;
const SUMMED: readonly Summed[] = ["events", "fired", "waiting", "held", "dead", "overdue", "alerts"];

/** When the first hour begins, milliseconds since 1970. */
function hoursFrom(nowMs: number): number {
  return (Math.floor(nowMs / HOUR_MS) - HOURS + 1) * HOUR_MS;
}

/** What a part answers. */
export function homeOf(rows: readonly HomeRow[], query: HomeQuery, nowMs: number): Home {
  const all = rows.map((row) => shown(row, hoursFrom(nowMs)));
  const { trouble } = query;
  const fitting = all.filter((one) => trouble === undefined || troubleOf(one, trouble) > 0);
  const totals = totalsOf([], all);
  const sum = (pick: (hours: DayHours) => readonly number[]): number[] => added(all.map(({ hours }) => pick(hours)));
  return {
    ...paged(fitting, query),
    totals,
    hours: { events: sum((of) => of.events), fired: sum((of) => of.fired) },
    hoursFrom: isoOf(hoursFrom(nowMs)),
  };
}

/** What all parts answer together. A location that two of them know is shown as the first has it. */
export function together(parts: readonly Home[], query: HomeQuery): Home {
  const once = new Map(
    parts
      .flatMap(({ locations }) => locations)
      .toReversed()
      .map((one) => [one.locationId, one]),
  );
  return {
    ...paged([...once.values()], query, parts.some(({ cursor }) => cursor !== null)),
    totals: totalsOf(parts.map(({ totals }) => totals), []),
    hours: { events: added(parts.map(({ hours }) => hours.events)), fired: added(parts.map(({ hours }) => hours.fired)) },
    hoursFrom: parts.map((one) => one.hoursFrom).toSorted().at(-1) ?? "",
  }; // prettier-ignore
}

function shown({ state, toldAt, ...row }: HomeRow, fromMs: number): LocationOverview {
  const told = state === null ? null : (JSON.parse(state) as ToldLocation);
  const skipped = told?.day ? (fromMs - told.day.fromMs) / HOUR_MS : 0;
  const shifted = (counts: readonly number[] = []): number[] =>
    Array.from({ length: HOURS }, (_, hour) => counts[hour + skipped] ?? 0);
  const hours = { events: shifted(told?.day?.events), fired: shifted(told?.day?.fired) };
  const { waiting = 0, held = 0, dead = 0, overdue = 0, paused = false, pausedRules = 0 } = told ?? {};
  return {
    ...row,
    lastEventAt: isoOf(told?.day?.lastEventMs),
    events: sumOf(hours.events),
    fired: sumOf(hours.fired),
    waiting,
    held,
    dead,
    overdue,
    paused,
    pausedRules,
    hours,
    toldAt: isoOf(toldAt),
  };
}

/** How much of a trouble a location has. */
function troubleOf(one: LocationOverview, trouble: NonNullable<HomeQuery["trouble"]>): number {
  if (trouble !== "any") return Number(one[trouble]);
  return one.dead + one.held + one.overdue + one.alerts + Number(one.paused);
}

function paged(
  all: readonly LocationOverview[],
  { sort = "trouble", cursor, limit }: HomeQuery,
  isMore = false,
): Pick<Home, "locations" | "cursor"> {
  const after = cursor === undefined ? "" : decodeURIComponent(cursor);
  const placed = all.map((one) => ({ one, place: placeIn(one, sort) })).filter(({ place }) => place > after);
  const page = placed.toSorted((a, b) => (a.place < b.place ? -1 : 1)).slice(0, limit);
  const last = isMore || placed.length > limit ? page.at(-1) : undefined;
  return { locations: page.map(({ one }) => one), cursor: last ? encodeURIComponent(last.place) : null };
}

/** Where a location stands among all: a text that is compared, whatever is sorted by. */
function placeIn(one: LocationOverview, sort: HomeSort): string {
  const key =
    sort === "name"
      ? (one.name ?? one.locationId).toLowerCase().slice(0, NAME_CHARACTERS).toWellFormed()
      : String(MOST - numberOf(one, sort)).padStart(16, "0");
  return `${key}\n${one.locationId}`;
}

function numberOf(one: LocationOverview, sort: Exclude<HomeSort, "name">): number {
  if (sort === "trouble") return troubleOf(one, "any");
  return sort === "lastEvent" ? Date.parse(one.lastEventAt ?? "1970-01-01") : one[sort];
}

function totalsOf(parts: readonly HomeTotals[], all: readonly LocationOverview[]): HomeTotals {
  const sums = SUMMED.map((name) => [name, sumOf([...parts, ...all].map((one) => one[name]))]);
  const count = (name: "locations" | "paused" | "troubled", is: (one: LocationOverview) => boolean): number =>
    sumOf(parts.map((one) => one[name])) + all.filter(is).length;
  return {
    ...(Object.fromEntries(sums) as Pick<HomeTotals, Summed>),
    locations: count("locations", () => true),
    paused: count("paused", ({ paused }) => paused),
    troubled: count("troubled", (one) => troubleOf(one, "any") > 0),
  };
}

function added(all: readonly (readonly number[])[]): number[] {
  const sums = Array<number>(HOURS).fill(0);
  for (const counts of all)
    for (let hour = 0; hour < HOURS; hour += 1) sums[hour] = (sums[hour] ?? 0) + (counts[hour] ?? 0);
  return sums;
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
