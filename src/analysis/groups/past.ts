// The contact's past: how many events there were, and how long ago the last one was. Events are put into a past one by one
// until every count is as wanted; whatever a narrower question counts, a wider one counts too.
import type { JsonObject } from "../../kit/json.ts";
import { decimalOf } from "../../kit/decimal.ts";
import { KINDS, isMessage, type EventKind } from "../../model/event-kinds.ts";
import { NO_HISTORY } from "../../model/history.ts";
import { comparisonOf } from "../../match/engine.ts";
import { countOf } from "../../match/history.ts";
import { durationMs } from "../../time/duration.ts";
import { constantsOf } from "../values/one.ts";
import { NEVER_FOUND, type Found } from "../values/want.ts";
import { filled, TOO_MANY, type Allowed, type Message, type Region } from "./filling.ts";
import { wantOf, type Group, type Literal, type Part } from "./group.ts";
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

const SECOND_MS = 1_000;
/** Within the same second as the event. It cannot be written in an example. */
const JUST_BEFORE_MS = 500;
const MOST_TRIED = 4_000;

/** The group of what the log is asked. */
export function pastGroup(kind: EventKind): Group {
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
      for (const ages of agesOf(sinces, agesAround(questions))) {
        if ((tried += 1) > MOST_TRIED) return TOO_MANY;
        const found = pastThat({ kind, counts, sinces, allowed, kinds }, ages);
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
function countsThat({ literals }: Question): Allowed {
  const most = Math.max(0, ...constantsOf(literals.map(wantOf)).map((value) => Math.ceil(decimalOf(value) ?? 0))) + 2;
  const isIn = (number: number): boolean =>
    literals.every(({ atom: { condition }, isMet }) => {
      const own = Number(condition.params?.[OWN] ?? 0);
      return (comparisonOf(condition.operator)?.(number + own, condition.value) ?? false) === isMet;
    });
  const numbers = Array.from({ length: Math.min(most, 100_000) + 1 }, (_, number) => number).filter(isIn);
  return { numbers, isOpenEnded: isIn(most) };
}

/** Ages in seconds at which an answer of some questions changes, and beside them, the likeliest first. */
function agesAround(questions: readonly Question[]): readonly number[] {
  const bounds = questions.flatMap(({ fact, literals, withinMs }) => [
    ...(fact === "count" ? [] : constantsOf(literals.map(wantOf)).flatMap((value) => decimalOf(value) ?? [])),
    ...(Number.isFinite(withinMs) ? [withinMs / SECOND_MS] : []),
  ]);
  const around = bounds.flatMap((at) => [Math.floor(at), Math.floor(at) + 1, Math.ceil(at) - 1, Math.floor(at) + 2]);
  return [...new Set([60, 1, ...around.filter((age) => age > 0), 0])];
}

/** Ages for each question for the last event, `null` for none: every sort that is as wanted. */
function* agesOf(
  [first, ...rest]: readonly Question[],
  among: readonly number[],
): Generator<readonly (number | null)[]> {
  if (!first) return yield [];
  const wants = first.literals.map(wantOf);
  for (const age of [null, ...among.filter((one) => one < first.withinMs / SECOND_MS)]) {
    const isWanted = wants.every(
      (want) => (comparisonOf(want.operator)?.(age ?? undefined, want.value) ?? false) === want.isMet,
    );
    if (isWanted) for (const others of agesOf(rest, among)) yield [age, ...others];
  }
}

interface Asked {
  readonly kind: EventKind;
  readonly counts: readonly Question[];
  readonly sinces: readonly Question[];
  readonly allowed: readonly Allowed[];
  readonly kinds: readonly PastKind[];
}

/** Whether an event of the past is one that a question means, whenever it was. */
function isMeant({ params }: Question, { seen }: PastKind): boolean {
  const { within: _, ...rest } = params;
  return countOf(rest, { ...seen, at: 0 }, NO_HISTORY) > 0;
}

/** A past with counts as wanted, in which the last events are as old as said. */
function pastThat({ kind: now, counts, sinces, allowed, kinds }: Asked, ages: readonly (number | null)[]): Found<Part> {
  const cuts = [...counts, ...sinces].flatMap(({ withinMs }) => (Number.isFinite(withinMs) ? [withinMs] : []));
  const fixed = ages.flatMap((age) => (age === null ? [] : [agoMsOf(age)]));
  const later = fixed.map((ms) => Math.floor(ms / SECOND_MS) * SECOND_MS + SECOND_MS);
  const starts = [...new Set([60 * SECOND_MS, SECOND_MS, ...cuts, ...fixed, ...later])].toSorted((a, b) => a - b);
  const isAllowed = (kind: PastKind, agoMs: number): boolean =>
    sinces.every((question, at) => {
      const age = ages[at] ?? null;
      if (!isMeant(question, kind) || agoMs >= question.withinMs) return true;
      return age !== null && agoMs >= age * SECOND_MS;
    });
  const ofMessages = counts.flatMap((question, at) => (countsMessages(question) ? [at] : []));
  const regions = new Map<string, Region>();
  for (const kind of kinds)
    for (const agoMs of [...starts.filter((ms) => ms !== JUST_BEFORE_MS), JUST_BEFORE_MS]) {
      if (!isAllowed(kind, agoMs)) continue;
      const own = counts.flatMap((question, at) => (isMeant(question, kind) && agoMs < question.withinMs ? [at] : []));
      const lasts = sinces.flatMap((question, at) =>
        isMeant(question, kind) && agoMs === agoMsOf(ages[at] ?? -1) && agoMs < question.withinMs ? [at] : [],
      );
      const about = ofMessages.length === 0 ? null : aboutOf(kind, counts);
      const name = `${own.join()}|${lasts.join()}|${about}`;
      if (!regions.has(name)) regions.set(name, { counts: own, lasts, agoMs, kind, about });
    }
  const needed = ages.flatMap((age, at) => (age === null ? [] : [at]));
  const all = [...regions.values()];
  // Mostly each event can be about a message of its own, and there are far fewer ways to look through.
  const apart = filled(all, allowed, needed, [], null);
  if (apart.is === "met" || ofMessages.length === 0) return apart;
  return filled(all, allowed, needed, ofMessages, ownMessage(now, counts, ofMessages));
}

/** How long ago the last event was that is so many whole seconds old. */
function agoMsOf(age: number): number {
  return age === 0 ? JUST_BEFORE_MS : age * SECOND_MS;
}

function countsMessages({ params }: Question): boolean {
  return params["messages"] === true;
}

/** What events about one message have in common: its direction, and its channel if somebody asks for that. */
function aboutOf({ seen: { kind, channel, direction, chain } }: PastKind, counts: readonly Question[]): string | null {
  if (chain === null && !isMessage(kind)) return null;
  const isAsked = counts.some(({ params }) => params["channel"] === channel);
  return `${direction} ${isAsked ? channel : ""}`;
}

/** The message that the event itself is about; `null`: it is about none. */
function ownMessage(kind: EventKind, counts: readonly Question[], ofMessages: readonly number[]): Message | null {
  const { message, fields } = KINDS[kind];
  const direction = message?.direction ?? null;
  if (ofMessages.length === 0 || !Object.hasOwn(fields, "messageId")) return null;
  const isIn = ({ literals }: Question): boolean =>
    literals.some(({ atom: { condition } }) => Number(condition.params?.[OWN] ?? 0) > 0);
  // It is on the channel of the questions that mean it, and not on that of one that does not for no other reason.
  const saysChannel = counts.filter(({ params }) => params["channel"] !== undefined);
  const known = saysChannel.filter(isIn);
  const isOnlyChannel = ({ params }: Question): boolean =>
    params["outcome"] === undefined &&
    [undefined, kind].includes(params["kind"] as EventKind | undefined) &&
    [undefined, direction].includes(params["direction"] as typeof direction | undefined);
  const not = new Set(saysChannel.filter((question) => !isIn(question) && isOnlyChannel(question)).map(channelIn));
  const channels = known.length > 0 ? known.map(channelIn) : ["", ...saysChannel.map(channelIn)];
  return {
    about: [...new Set(channels)].filter((one) => !not.has(one)).map((channel) => `${direction} ${channel}`),
    in: ofMessages.filter((at) => counts.slice(at, at + 1).some(isIn)),
    isOwn: true,
  };
}

function channelIn({ params: { channel } }: Question): string {
  return typeof channel === "string" ? channel : "";
}
