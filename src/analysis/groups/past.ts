// The contact's past: how many events there were, and how long ago the last one was. Events are put into a past one by one
// until every count is as wanted; whatever a narrower question counts, a wider one counts too.
import type { JsonObject } from "../../kit/json.ts";
import { decimalOf } from "../../kit/decimal.ts";
import { NO_HISTORY } from "../../model/history.ts";
import { comparisonOf } from "../../match/engine.ts";
import { countOf } from "../../match/history.ts";
import { durationMs, MAX_DURATION_MS } from "../../time/duration.ts";
import { constantsOf } from "../values/one.ts";
import { NEVER_FOUND, type Found } from "../values/want.ts";
import { wantOf, type Group, type Literal, type Part, type PastWanted } from "./group.ts";
import { pastKinds, type PastKind } from "./past-kinds.ts";

/** Beside `params`: how many the event itself adds to what the past counts. */
export const OWN = "(own)";

/** One question to the log, and what is wanted of its answer. */
interface Question {
  readonly fact: string;
  readonly params: JsonObject;
  readonly withinMs: number;
  readonly literals: readonly Literal[];
}

/** Events of one sort and age: which counts they add to. */
interface Region {
  readonly counts: readonly number[];
  readonly agoMs: number;
  readonly kind: PastKind;
}

const SECOND_MS = 1_000;
const MOST_EVENTS = 200;
const MOST_TRIED = 4_000;
const TOO_MANY: Found<never> = { is: "open", why: `more than ${MOST_EVENTS} earlier events would have to be tried` };

/** The group of what the log is asked. */
export function pastGroup(): Group {
  return {
    name: "the past",
    note: () => undefined,
    partThat(literals) {
      const questions = questionsIn(literals);
      const counts = questions.filter(({ fact }) => fact === "count");
      const sinces = questions.filter(({ fact }) => fact === "secondsSince");
      const allowed = counts.map((question) => countsThat(question));
      if (allowed.some(({ numbers }) => numbers.length === 0)) return NEVER_FOUND;
      const kinds = pastKinds(questions.map(({ params }) => params));
      let open: Found<never> | null = null;
      let tried = 0;
      for (const ages of agesOf(sinces)) {
        if ((tried += 1) > MOST_TRIED) return TOO_MANY;
        const found = pastThat({ counts, sinces, allowed, kinds }, ages);
        if (found.is === "met") return found;
        if (found.is === "open") open ??= found;
      }
      return open ?? NEVER_FOUND;
    },
  };
}

function questionsIn(literals: readonly Literal[]): readonly Question[] {
  const by = Map.groupBy(literals, ({ atom: { condition } }) =>
    JSON.stringify([condition.fact, withoutOwn(condition.params)]),
  );
  return [...by.values()].flatMap((own): readonly Question[] => {
    const [first] = own;
    if (!first) return [];
    const { fact, params } = first.atom.condition;
    const plain = withoutOwn(params);
    const { within } = plain;
    return [
      {
        fact,
        params: plain,
        withinMs: typeof within === "string" ? (durationMs(within) ?? 0) : Infinity,
        literals: own,
      },
    ];
  });
}

function withoutOwn(params: JsonObject = {}): JsonObject {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([name]) => name !== OWN)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The numbers of earlier events that are as wanted, smallest first; beyond the last all are alike. */
function countsThat({ literals }: Question): { readonly numbers: readonly number[]; readonly isOpenEnded: boolean } {
  const most = Math.max(0, ...constantsOf(literals.map(wantOf)).map((value) => Math.ceil(decimalOf(value) ?? 0))) + 2;
  const isIn = (number: number): boolean =>
    literals.every(({ atom: { condition }, isMet }) => {
      const own = Number(condition.params?.[OWN] ?? 0);
      return (comparisonOf(condition.operator)?.(number + own, condition.value) ?? false) === isMet;
    });
  const numbers = Array.from({ length: Math.min(most, 100_000) + 1 }, (_, number) => number).filter(isIn);
  return { numbers, isOpenEnded: isIn(most) };
}

/** Ages in seconds for each question for the last event, `null` for none: every sort that is as wanted. */
function* agesOf(sinces: readonly Question[]): Generator<readonly (number | null)[]> {
  const [first, ...rest] = sinces;
  if (!first) return yield [];
  const wants = first.literals.map(wantOf);
  const bounds = sinces
    .flatMap(({ literals }) => constantsOf(literals.map(wantOf)))
    .flatMap((value) => decimalOf(value) ?? []);
  const withins = sinces.flatMap(({ withinMs }) => (Number.isFinite(withinMs) ? withinMs / SECOND_MS : []));
  const around = [...bounds, ...withins].flatMap((at) => [
    Math.floor(at),
    Math.floor(at) + 1,
    Math.ceil(at) - 1,
    Math.floor(at) + 2,
  ]);
  const most = Math.min(first.withinMs, MAX_DURATION_MS) / SECOND_MS;
  const numbers = [...new Set([60, 1, ...around])].filter(
    (age) => age >= 1 && age < first.withinMs / SECOND_MS && age <= most,
  );
  for (const age of [null, ...numbers]) {
    const isWanted = wants.every(
      (want) => (comparisonOf(want.operator)?.(age ?? undefined, want.value) ?? false) === want.isMet,
    );
    if (isWanted) for (const others of agesOf(rest)) yield [age, ...others];
  }
}

interface Asked {
  readonly counts: readonly Question[];
  readonly sinces: readonly Question[];
  readonly allowed: readonly { readonly numbers: readonly number[]; readonly isOpenEnded: boolean }[];
  readonly kinds: readonly PastKind[];
}

/** Whether an event of the past is one that a question means, whenever it was. */
function isMeant({ params }: Question, { seen }: PastKind): boolean {
  const { within: _, ...rest } = params;
  return countOf(rest, { ...seen, at: 0 }, NO_HISTORY) > 0;
}

/** A past with counts as wanted, in which the last events are as old as said. */
function pastThat({ counts, sinces, allowed, kinds }: Asked, ages: readonly (number | null)[]): Found<Part> {
  const cuts = [...counts, ...sinces].flatMap(({ withinMs }) => (withinMs <= MAX_DURATION_MS ? [withinMs] : []));
  const fixed = ages.flatMap((age) => (age === null ? [] : [age * SECOND_MS]));
  const starts = [
    ...new Set([60 * SECOND_MS, SECOND_MS, ...cuts, ...fixed, ...fixed.map((age) => age + SECOND_MS)]),
  ].filter((ms) => ms <= MAX_DURATION_MS);
  const isAllowed = (kind: PastKind, agoMs: number): boolean =>
    sinces.every((question, at) => {
      const age = ages[at] ?? null;
      if (!isMeant(question, kind) || agoMs >= question.withinMs) return true;
      return age !== null && agoMs >= age * SECOND_MS;
    });
  const regions = new Map<string, Region & { readonly lasts: readonly number[] }>();
  for (const kind of kinds)
    for (const agoMs of starts.toSorted((a, b) => a - b)) {
      if (!isAllowed(kind, agoMs)) continue;
      const own = counts.flatMap((question, at) => (isMeant(question, kind) && agoMs < question.withinMs ? [at] : []));
      const lasts = sinces.flatMap((question, at) =>
        isMeant(question, kind) && agoMs === (ages[at] ?? -1) * SECOND_MS && agoMs < question.withinMs ? [at] : [],
      );
      const name = `${own.join()}|${lasts.join()}`;
      if (!regions.has(name)) regions.set(name, { counts: own, lasts, agoMs, kind });
    }
  const needed = ages.flatMap((age, at) => (age === null ? [] : [at]));
  return filled([...regions.values()], allowed, needed);
}

/** Adds events until each count is as wanted, and each last event is there. */
function filled(
  regions: readonly (Region & { readonly lasts: readonly number[] })[],
  allowed: Asked["allowed"],
  needed: readonly number[],
): Found<Part> {
  const fits = (at: number, number: number): boolean => {
    const { numbers, isOpenEnded } = allowed[at] ?? { numbers: [], isOpenEnded: false };
    return numbers.includes(number) || (isOpenEnded && number > (numbers.at(-1) ?? 0));
  };
  const mayGrow = (at: number, number: number): boolean => {
    const { numbers, isOpenEnded } = allowed[at] ?? { numbers: [], isOpenEnded: false };
    return isOpenEnded || number <= (numbers.at(-1) ?? -1);
  };
  const seen = new Set<string>();
  let waiting: {
    readonly sums: readonly number[];
    readonly lacks: readonly number[];
    readonly events: readonly Region[];
  }[] = [{ sums: allowed.map(() => 0), lacks: needed, events: [] }];
  // The fewest events first.
  while (waiting.length > 0) {
    const next: typeof waiting = [];
    for (const { sums, lacks, events } of waiting) {
      if (lacks.length === 0 && sums.every((number, at) => fits(at, number)))
        return { is: "met", value: { past: pastOf(events) } };
      if (events.length >= MOST_EVENTS || seen.size > MOST_TRIED) return TOO_MANY;
      for (const region of regions) {
        const isUseful = region.counts.length > 0 || region.lasts.some((last) => lacks.includes(last));
        const grown = sums.map((number, at) => number + (region.counts.includes(at) ? 1 : 0));
        if (!isUseful || !grown.every((number, at) => mayGrow(at, number))) continue;
        const left = lacks.filter((last) => !region.lasts.includes(last));
        // Beyond the numbers that are told apart, one more is like another.
        const capped = grown.map((number, at) => Math.min(number, (allowed[at]?.numbers.at(-1) ?? 0) + 1));
        const name = `${capped.join()}|${left.join()}`;
        if (seen.has(name)) continue;
        seen.add(name);
        next.push({ sums: grown, lacks: left, events: [...events, region] });
      }
    }
    waiting = next;
  }
  return NEVER_FOUND;
}

function pastOf(events: readonly Region[]): PastWanted {
  return events.map(({ agoMs, kind }) => ({ agoMs, payload: kind.payload })).toSorted((a, b) => b.agoMs - a.agoMs);
}
