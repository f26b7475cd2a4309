// Filling a past with events one by one, the fewest first, until every count of it is as wanted. Where messages are
// counted, each event is about one of its own, or about one that is there already.
import { KINDS } from "../../model/event-kinds.ts";
import { NEVER_FOUND, type Found } from "../values/want.ts";
import type { Part, PastWanted } from "./group.ts";
import type { PastKind } from "./past-kinds.ts";

/** Events of one sort and age: which counts they add to. */
export interface Region {
  readonly counts: readonly number[];
  readonly lasts: readonly number[];
  readonly agoMs: number;
  readonly kind: PastKind;
  /** Events of which this is the same may be about one message; `null`: about none, or nobody counts messages. */
  readonly about: string | null;
}

/** A message of which events are in a past, and the counts of messages that it is in already. */
export interface Message {
  /** What its events may have in common. */
  readonly about: readonly string[];
  readonly in: readonly number[];
  /** The event itself is about it. */
  readonly isOwn?: boolean;
}

/** The numbers that a count may have, smallest first; open-ended: every number beyond the last as well. */
export interface Allowed {
  readonly numbers: readonly number[];
  readonly isOpenEnded: boolean;
}

const MOST_EVENTS = 200;
const MOST_TRIED = 4_000;
export const TOO_MANY: Found<never> = {
  is: "open",
  why: `more than ${MOST_EVENTS} earlier events would have to be tried`,
};

/** An event that was put into a past, and the place of its message among those of the past. */
interface Put {
  readonly region: Region;
  readonly message: number | null;
}

/** A past that is not full yet. */
interface Filling {
  readonly sums: readonly number[];
  readonly lacks: readonly number[];
  readonly messages: readonly Message[];
  readonly events: readonly Put[];
}

/** Adds events until each count is as wanted, and each last event is there. */
export function filled(
  regions: readonly Region[],
  allowed: readonly Allowed[],
  needed: readonly number[],
  ofMessages: readonly number[],
  own: Message | null,
): Found<Part> {
  const fits = (at: number, number: number): boolean => {
    const { numbers, isOpenEnded } = allowed[at] ?? { numbers: [], isOpenEnded: false };
    return numbers.includes(number) || (isOpenEnded && number > (numbers.at(-1) ?? 0));
  };
  const mayGrow = (at: number, number: number): boolean => {
    const { numbers, isOpenEnded } = allowed[at] ?? { numbers: [], isOpenEnded: false };
    return isOpenEnded || number <= (numbers.at(-1) ?? -1);
  };
  // Beyond the numbers that are told apart, one more is like another.
  const most = allowed.map(({ numbers }) => (numbers.at(-1) ?? 0) + 1);
  const countsOf = (about: readonly string[]): readonly number[] =>
    regions.flatMap((region) => (about.includes(region.about ?? "") ? region.counts : []));
  // A message that every count has seen stays as it is, whatever else is about it.
  const isFull = ({ about, in: counts }: Message): boolean =>
    countsOf(about).every((at) => counts.includes(at) || !ofMessages.includes(at));
  const seen = new Set<string>();
  let waiting: readonly Filling[] = [
    { sums: allowed.map(() => 0), lacks: needed, messages: own ? [own] : [], events: [] },
  ];
  // The fewest events first.
  while (waiting.length > 0) {
    const next: Filling[] = [];
    for (const filling of waiting) {
      const { sums, lacks, events } = filling;
      if (lacks.length === 0 && sums.every((number, at) => fits(at, number)))
        return { is: "met", value: { past: pastOf(events, filling.messages) } };
      if (events.length >= MOST_EVENTS || seen.size > MOST_TRIED) return TOO_MANY;
      for (const region of regions) {
        const isUseful = region.counts.length > 0 || region.lasts.some((last) => lacks.includes(last));
        if (!isUseful) continue;
        for (const grown of grownBy(filling, region, ofMessages)) {
          if (!grown.sums.every((number, at) => mayGrow(at, number))) continue;
          const name = nameOf(grown, most, isFull);
          if (seen.has(name)) continue;
          seen.add(name);
          next.push(grown);
        }
      }
    }
    waiting = next;
  }
  return NEVER_FOUND;
}

/** The past with one event more: about a message of its own, and about each that it can be about. */
function grownBy(filling: Filling, region: Region, ofMessages: readonly number[]): readonly Filling[] {
  const { sums, lacks, messages, events } = filling;
  const left = lacks.filter((last) => !region.lasts.includes(last));
  const grown = (message: number | null, isIn: readonly number[], others: readonly Message[]): Filling => ({
    sums: sums.map((number, at) => number + (region.counts.includes(at) && !isIn.includes(at) ? 1 : 0)),
    lacks: left,
    messages: others,
    events: [...events, { region, message }],
  });
  const { about } = region;
  const counted = region.counts.filter((at) => ofMessages.includes(at));
  if (about === null) return [grown(null, [], messages)];
  const tried = new Set<string>();
  const joining = messages.flatMap((message, place) => {
    const name = sortOf(message);
    if (!message.about.includes(about) || message.in.length === 0 || tried.has(name)) return [];
    tried.add(name);
    const joined = {
      ...message,
      about: [about],
      in: [...new Set([...message.in, ...counted])].toSorted((a, b) => a - b),
    };
    return [grown(place, message.in, messages.with(place, joined))];
  });
  return [grown(messages.length, [], [...messages, { about: [about], in: counted }]), ...joining];
}

function sortOf({ about, in: counts }: Message): string {
  return `${about.join()} ${counts.join()}`;
}

/** Fillings of one name can be filled in the same ways. */
function nameOf(
  { sums, lacks, messages }: Filling,
  most: readonly number[],
  isFull: (message: Message) => boolean,
): string {
  const capped = sums.map((number, at) => Math.min(number, most[at] ?? 0));
  const enough = Math.max(...most);
  // One that no count has seen is like a new one.
  const counted = messages.filter((message) => message.in.length > 0);
  const sorts = Map.groupBy(counted, sortOf);
  const some = [...sorts]
    .map(([sort, own]) => `${sort} ${own.some(isFull) ? 1 : Math.min(own.length, enough)}`)
    .toSorted();
  return `${capped.join()}|${lacks.join()}|${some.join(";")}`;
}

function pastOf(events: readonly Put[], messages: readonly Message[]): PastWanted {
  const about = Map.groupBy(events, ({ message }) => message);
  const past = events.map((event, at) => {
    const { region, message } = event;
    const { agoMs, kind } = region;
    const isOwn = message !== null && messages[message]?.isOwn === true;
    const others = about.get(message) ?? [];
    if (message === null || (!isOwn && others.length < 2)) return { agoMs, payload: kind.payload };
    // Another state each time: what says of a message what was said of it before changes nothing.
    const payload = kind.states[(others.indexOf(event) + (isOwn ? 1 : 0)) % kind.states.length] ?? kind.payload;
    const isNews = KINDS[kind.seen.kind].states?.fields.includes("attachments") === true;
    const news = isNews ? { attachments: [`https://example.com/${at + 1}`] } : {};
    const own = { ...payload, ...news };
    return isOwn
      ? { agoMs, payload: own, isOwnMessage: true }
      : { agoMs, payload: { ...own, messageId: `message-${message + 2}` } };
  });
  return past.toSorted((a, b) => b.agoMs - a.agoMs);
}
