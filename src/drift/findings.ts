// What the counts say about the rules: words that never come, new ones, places that vanished, rules that went silent. What is
// an alert has a chance, and is one only where that is so small that a quiet year of a location brings none by accident.
import { FACTS } from "../language/facts.ts";
import type { DayCounts, DriftFinding, PlaceCounts } from "../model/drift.ts";
import type { Rule } from "../model/rule.ts";
import { placesTogether } from "./counts.ts";
import { isClosed, testedBy, type Tested } from "./places.ts";
import { BY_CHANCE, silenceIn } from "./silence.ts";

/** What the counts are compared by. */
export interface Counted {
  /** By day since 1970, ascending: what was looked at. */
  readonly days: ReadonlyMap<number, DayCounts>;
  /** The same of every event in the log, for the places `channel` and `outcome`. */
  readonly exact: ReadonlyMap<number, DayCounts>;
  /** How often each rule fired, by hours since 1970. */
  readonly fired: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

const HOUR_MS = 3_600_000;
const HOURS_A_DAY = 24;
/** Of fewer events nothing is said to be never. */
const ENOUGH = 100;
/** What is compared with the days before: today and the day before. */
const RECENT_DAYS = 2;
/** So many days before have to have had such events. */
const USUAL_DAYS = 7;
/** How often a new word has to come. */
const NEW_TIMES = 5;
/** On how many events of a day a place has to be there, and how large a part of them, to be there as a rule. */
const VANISHED = { aDay: 20, share: 0.3, events: 40 } as const;
const MAX_TOLD = 5;

/** What has drifted, alerts first. `nowMs`: milliseconds since 1970. */
export function driftFindings(rules: readonly Rule[], counted: Counted, nowMs: number): readonly DriftFinding[] {
  const tested = testedBy(rules);
  const found = [
    ...perPlace(tested, (one) => newWords(one, counted, nowMs)),
    ...perPlace(tested, (one) => vanished(one, counted, nowMs)),
    ...rules.flatMap((rule) => silent(rule, counted, nowMs)),
    ...tested.flatMap((one) => never(one, counted)),
  ];
  return found.toSorted((a, b) => Number(b.isAlert) - Number(a.isAlert));
}

/** The same place is looked at once for each reach, however many comparisons test it; the first rule is named. */
function perPlace(tested: readonly Tested[], look: (one: Tested) => readonly DriftFinding[]): DriftFinding[] {
  const reach = ({ place, kinds, channels }: Tested): string => JSON.stringify([place, kinds, channels]);
  return [...Map.groupBy(tested, reach).values()].flatMap(([one]) => (one ? look(one) : []));
}

function never(one: Tested, counted: Counted): readonly DriftFinding[] {
  const { rule, place, wants, isAnyCase } = one;
  if (wants === null || wants.length === 0) return [];
  const same = (word: string): string => (isAnyCase ? word.toLowerCase() : word);
  const wanted = new Set(wants.map(same));
  let present = 0;
  const words = new Map<string, number>();
  for (const [, seen] of seenAt(one, counted)) {
    // Where the rules name the words, those of rules that came later were not counted before.
    const isCounted =
      isClosed(one.fact, one.path) ||
      [...wanted].every((word) => Object.keys(seen.words).some((key) => same(key) === word));
    if (!isCounted) continue;
    present += seen.present;
    for (const [word, times] of Object.entries(seen.words)) words.set(word, (words.get(word) ?? 0) + times);
  }
  const hasCome = [...words].some(([word, times]) => times > 0 && wanted.has(same(word)));
  if (hasCome || present < ENOUGH) return [];
  const others = [...words].filter(([, times]) => times > 0).toSorted(([, a], [, b]) => b - a);
  const [named, came] = [wants.slice(0, MAX_TOLD), others.slice(0, MAX_TOLD).map(([word, times]) => ({ word, times }))];
  return [{ what: "never", rule, place, words: named, seen: present, came, isAlert: false }];
}

function newWords(one: Tested, counted: Counted, nowMs: number): readonly DriftFinding[] {
  if (!isClosed(one.fact, one.path)) return [];
  const { rule, place } = one;
  const published = FACTS[one.fact]?.values ?? [];
  const [before, lately] = parted(seenAt(one, counted), nowMs);
  if (before.filter(([, { present }]) => present > 0).length < USUAL_DAYS) return [];
  const [past, now] = [presentIn(before), presentIn(lately)];
  const known = new Set(before.flatMap(([, { words }]) => Object.keys(words).filter((word) => (words[word] ?? 0) > 0)));
  const fresh = new Map<string, number>();
  for (const [, { words }] of lately)
    for (const [word, times] of Object.entries(words))
      if (!known.has(word)) fresh.set(word, (fresh.get(word) ?? 0) + times);
  return [...fresh].flatMap(([word, times]): DriftFinding[] => {
    const chance = (now / (past + now)) ** times;
    if (times < NEW_TIMES || chance > BY_CHANCE) return [];
    const isAlert = !published.includes(word);
    return [{ what: "new-word", rule, place, words: [word], seen: past, came: [{ word, times }], isAlert, chance }];
  });
}

function vanished(one: Tested, counted: Counted, nowMs: number): readonly DriftFinding[] {
  if (isExact(one)) return [];
  // What calls have and texts never is there on a part of all messages that changes from day to day.
  const groups = Map.groupBy(seenAt(one, counted), ([, { group }]) => group);
  return [...groups.values()].flatMap((seen) => vanishedIn(one, seen, nowMs));
}

function vanishedIn({ rule, place }: Tested, seen: readonly SeenAt[], nowMs: number): readonly DriftFinding[] {
  const [before, lately] = parted(seen, nowMs);
  const days = before.filter(([, { looked }]) => looked >= VANISHED.aDay);
  const usual = Math.min(...days.map(([, { present, looked }]) => present / looked));
  const looked = lately.reduce((sum, [, day]) => sum + day.looked, 0);
  if (days.length < USUAL_DAYS || usual < VANISHED.share || looked < VANISHED.events || presentIn(lately) > 0)
    return [];
  const chance = (1 - usual) ** looked;
  if (chance > BY_CHANCE) return [];
  return [{ what: "vanished", rule, place, seen: looked, usual, isAlert: true, chance }];
}

/** A rule that is silent in hours of the week in which it fired, while its events still come. */
function silent({ name, enabled, on }: Rule, { fired, exact }: Counted, nowMs: number): readonly DriftFinding[] {
  const hours = fired.get(name);
  if (enabled === false || !hours) return [];
  const now = Math.floor(nowMs / HOUR_MS);
  const silence = silenceIn(hours, now);
  if (silence === null) return [];
  const comes = [...exact].some(
    ([day, groups]) =>
      day * HOURS_A_DAY > silence.last &&
      on.some((kind) =>
        Object.entries(groups).some(([group, { events }]) => events >= ENOUGH / 10 && isOf(group, kind)),
      ),
  );
  if (!comes) return [];
  const { last, usual, chance } = silence;
  return [{ what: "silent", rule: name, seen: now - last, usual, isAlert: true, chance }];
}

/** What was seen at a place on a day on events of one kind and channel, and on how many it was looked for. */
type SeenAt = readonly [day: number, seen: PlaceCounts & { readonly looked: number; readonly group: string }];

function seenAt(one: Tested, { days, exact }: Counted): readonly SeenAt[] {
  const { place, kinds, channels } = one;
  return [...(isExact(one) ? exact : days)].flatMap(([day, groups]) =>
    Object.entries(groups).flatMap(([group, { events, places }]): SeenAt[] => {
      const isMeant =
        kinds.some((kind) => isOf(group, kind)) &&
        (channels === null || place === "channel" || channels.some((channel) => group.endsWith(` ${channel}`)));
      const seen = places[place];
      return isMeant && seen ? [[day, { ...seen, looked: events, group }]] : [];
    }),
  );
}

function isOf(group: string, kind: string): boolean {
  return group === kind || group.startsWith(`${kind} `);
}

/** Whether every event of the log is counted for a place. */
function isExact({ place }: Tested): boolean {
  return place === "channel" || place === "outcome";
}

/** What was before, and what since the beginning of yesterday, the groups of a day put together. */
function parted(
  seen: readonly SeenAt[],
  nowMs: number,
): readonly [before: readonly SeenAt[], lately: readonly SeenAt[]] {
  const from = Math.floor(nowMs / (HOURS_A_DAY * HOUR_MS)) - RECENT_DAYS + 1;
  const byDay = [...Map.groupBy(seen, ([day]) => day)].map(([day, same]): SeenAt => [
    day,
    same.map(([, one]) => one).reduce(added),
  ]);
  return [byDay.filter(([day]) => day < from), byDay.filter(([day]) => day >= from)];
}

function added(a: SeenAt[1], b: SeenAt[1]): SeenAt[1] {
  return { ...placesTogether(a, b), looked: a.looked + b.looked, group: a.group };
}

function presentIn(seen: readonly SeenAt[]): number {
  return seen.reduce((sum, [, { present }]) => sum + present, 0);
}
