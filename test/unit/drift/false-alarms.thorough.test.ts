import { describe, expect, it } from "vitest";
import { driftInWords } from "../../../src/language/drift-words.ts";
import { driftFindings, type Counted } from "../../../src/drift/findings.ts";
import { together } from "../../../src/drift/counts.ts";
import type { DayCounts } from "../../../src/model/drift.ts";
import { aRule } from "../../builders.ts";

const DAY_MS = 86_400_000;
const FIRST = Math.floor(Date.parse("2026-01-05T00:00:00Z") / DAY_MS);
const MONTHS = 1_000;
const DAYS = 60;

/** Numbers 0…1 from a seed. */
function chance(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A number of things of which so many are to be expected. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * (random() + random() + random() - 1.5) * 2));
  let [times, left] = [0, Math.exp(-mean)];
  for (let product = random(); product > left; product *= random()) times += 1;
  return times;
}

const RULES = [
  aRule({ name: "failed", conditions: { all: [{ fact: "status", operator: "equal", value: "failed" }] } }),
  aRule({ name: "long-call", conditions: { all: [{ fact: "callDuration", operator: "greaterThan", value: 30 }] } }),
];

/**
 * Two months of a location in which nothing changes: offices with hours, or open day and night; bulk mailings on some days
 * with words of their own; rare words; quiet weekends; a public holiday now and then.
 */
function quiet(seed: number): Counted {
  const random = chance(seed);
  const aDay = 10 ** (1 + random() * 2.5);
  const isOffice = random() < 0.7;
  const words: [string, number][] = [
    ["delivered", 0.8],
    ["failed", 0.02 + random() * 0.1],
    ["undelivered", random() * 0.01],
    ["sent", random() * 0.1],
    ["odd_word", random() < 0.3 ? random() * 0.002 : 0],
  ];
  const [days, exact] = [new Map<number, DayCounts>(), new Map<number, DayCounts>()];
  const fired = new Map(RULES.map(({ name }) => [name, new Map<number, number>()]));
  for (let index = 0; index < DAYS; index += 1) {
    const day = FIRST + index;
    const isFree = isOffice && (index % 7 >= 5 || random() < 0.03);
    const isBulk = random() < 0.08;
    for (const channel of ["sms", "call"]) {
      const mean = aDay * (isFree ? 0.02 : 1) * (channel === "call" ? 0.3 : 1) * (isBulk && channel === "sms" ? 20 : 1);
      const events = poisson(mean, random);
      if (events === 0) continue;
      const weights = words.map(([word, share]): [string, number] => [
        word,
        isBulk ? share * (word === "undelivered" ? 5 : 1) : share,
      ]);
      const told = Object.fromEntries(
        weights.map(([word, share]) => [word, poisson(events * share, random)]).filter(([, times]) => times !== 0),
      );
      const present = Object.values(told).reduce((sum: number, times) => sum + Number(times), 0);
      const length = channel === "call" ? poisson(events * 0.6, random) : 0;
      const places = {
        status: { present, words: told, others: 0 },
        callDuration: { present: Math.min(length, events), words: {}, others: length },
      };
      const counts = { [`OutboundMessage ${channel}`]: { events, places } };
      days.set(day, together(days.get(day) ?? {}, counts));
      exact.set(day, together(exact.get(day) ?? {}, { [`OutboundMessage ${channel}`]: { events, places: {} } }));
    }
    for (const [rule, hours] of fired)
      for (let hour = 0; hour < 24; hour += 1) {
        const isOpen = !isOffice || (hour >= 9 && hour < 18 && !isFree);
        const mean = isOpen ? (aDay / (rule === "failed" ? 200 : 100)) * (isBulk ? 5 : 1) : 0;
        const times = poisson(mean, random);
        if (times > 0) hours.set(day * 24 + hour, times);
      }
  }
  return { days, exact, fired };
}

/** The counts as they were at the end of a day, of the thirty days before. */
function until({ days, exact, fired }: Counted, last: number): Counted {
  const within = <Value>(by: ReadonlyMap<number, Value>, unit: number): Map<number, Value> =>
    new Map([...by].filter(([at]) => at > (last - 30) * unit && at < (last + 1) * unit));
  return {
    days: within(days, 1),
    exact: within(exact, 1),
    fired: new Map([...fired].map(([rule, hours]) => [rule, within(hours, 24)])),
  };
}

/** The same from a day on with another word for `failed`, without `callDuration`, and with rules that do not fire. */
function drifted({ days, exact, fired }: Counted, from: number): Counted {
  const changed = [...days].map(([day, groups]): [number, DayCounts] => {
    if (day < from) return [day, groups];
    const others = Object.entries(groups).map(([group, { events, places }]) => {
      const { status, callDuration } = places;
      const { failed = 0, ...words } = status?.words ?? {};
      const renamed = { present: status?.present ?? 0, others: 0, words: { ...words, failed_v2: failed } };
      return [group, { events, places: { status: renamed, callDuration: { ...callDuration, present: 0 } } }];
    });
    return [day, Object.fromEntries(others) as DayCounts];
  });
  const silenced = [...fired].map(([rule, hours]): [string, Map<number, number>] => [
    rule,
    new Map([...hours].filter(([hour]) => hour < from * 24)),
  ]);
  return { days: new Map(changed), exact, fired: new Map(silenced) };
}

describe("a thousand quiet months", () => {
  it("are told from a month in which something drifts", () => {
    const found = new Map<string, number>();
    const months = 100;
    for (let seed = 1; seed <= months; seed += 1) {
      const from = FIRST + 45;
      const counted = drifted(quiet(seed), from);
      const told = new Set<string>();
      for (let day = from; day < from + 7; day += 1)
        for (const { what, isAlert } of driftFindings(RULES, until(counted, day), (day + 1) * DAY_MS - 1))
          if (isAlert) told.add(what);
      for (const what of told) found.set(what, (found.get(what) ?? 0) + 1);
    }
    console.log(`found within a week, in ${months} months: ${JSON.stringify(Object.fromEntries(found))}`);
    for (const what of ["new-word", "vanished", "silent"])
      expect(found.get(what) ?? 0, what).toBeGreaterThan(months / 2);
  });

  it("bring at most one false alarm in a location and year", () => {
    const alarms: string[] = [];
    for (let seed = 1; seed <= MONTHS; seed += 1) {
      const counted = quiet(seed);
      // A thing that stays so is one alert.
      const told = new Set<string>();
      for (let index = 30; index < DAYS; index += 1) {
        const nowMs = (FIRST + index + 1) * DAY_MS - 1;
        for (const one of driftFindings(RULES, until(counted, FIRST + index), nowMs)) {
          const { what, rule, words = [], isAlert } = one;
          const name = `${seed} ${what} ${rule} ${words.join()}`;
          if (isAlert && !told.has(name)) alarms.push(`${name}: ${driftInWords(one)}`);
          told.add(name);
        }
      }
    }
    expect(alarms.length, alarms.slice(0, 5).join("\n")).toBeLessThanOrEqual(MONTHS / 12);
    console.log(`${alarms.length} false alarms in ${MONTHS} quiet months`);
  });
});
