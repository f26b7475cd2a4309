// The drift radar of a location: it counts what events say as they are recorded, and compares that with the rules in force.
import { Counting, together } from "../../drift/counts.ts";
import { driftFindings, type Counted } from "../../drift/findings.ts";
import { countedPlaces } from "../../drift/places.ts";
import { groupOf, type DayCounts, type Drift, type DriftGroup } from "../../model/drift.ts";
import type { Event } from "../../model/event.ts";
import { logError } from "../../model/log-line.ts";
import type { Rule } from "../../model/rule.ts";
import * as counts from "../log/drift.ts";
import { NONE, type Tally } from "../log/tally.ts";
import type { Sql } from "../store/ports.ts";

/** Nothing is written for fewer events of an instance. */
const YOUNG = 20;
const SAVE_EVERY_MS = 10 * 60_000;
const DAYS = 30;
const HOUR_MS = 3_600_000;

export class DriftRadar {
  readonly #sql: Sql;
  readonly #clock: () => number;
  readonly #tally: () => Tally;
  readonly #counting = new Counting();
  /** After so many events it is asked when counts were last written. */
  #young = YOUNG;
  /** When counts were last written, milliseconds since 1970; `null`: not read yet. */
  #savedAtMs: number | null = null;

  constructor(sql: Sql, clock: () => number, tally: () => Tally) {
    this.#sql = sql;
    this.#clock = clock;
    this.#tally = tally;
  }

  /** Counts an event that was recorded, in the turn in which that was. Now and then a row is written with it. Never throws. */
  recorded(event: Event, channel: string | null, rules: readonly Rule[]): void {
    try {
      this.#counting.add(event, channel, countedPlaces(rules)[event.kind] ?? []);
      const nowMs = this.#clock();
      // The first events of an instance cost no more than without: most locations are cold at most of their events.
      if ((this.#young -= 1) > 0) return;
      this.#savedAtMs ??= counts.savedAt(this.#sql);
      // A clock that was set back is waited for no longer than once.
      if (Math.abs(nowMs - this.#savedAtMs) >= SAVE_EVERY_MS) this.#save(nowMs);
    } catch (error) {
      logError("What the drift radar counted could not be kept", { locationId: event.locationId }, error);
    }
  }

  /** What was counted, and what it says about rules. */
  told(rules: readonly Rule[]): Drift {
    const nowMs = this.#clock();
    this.#save(nowMs);
    const fromDay = Math.floor(nowMs / counts.DAY_MS) - DAYS + 1;
    const counted: Counted = { days: counts.days(this.#sql, fromDay), ...this.#inLog(fromDay) };
    return {
      since: new Date(fromDay * counts.DAY_MS).toISOString(),
      until: new Date(nowMs).toISOString(),
      findings: driftFindings(rules, counted, nowMs),
      groups: groupsIn(counted),
    };
  }

  #save(nowMs: number): void {
    const taken = this.#counting.take();
    if (Object.keys(taken).length > 0) counts.save(this.#sql, taken, nowMs);
    this.#savedAtMs = nowMs;
  }

  /** What the log has columns for: the channels and outcomes of every event, and when each rule fired. */
  #inLog(fromDay: number): Pick<Counted, "exact" | "fired"> {
    const byDay = new Map<number, Map<string, number>>();
    const fired = new Map<string, Map<number, number>>();
    const tally = this.#tally();
    for (const [names, atMs, times] of tally.cells("event")) {
      const day = Math.floor(atMs / counts.DAY_MS);
      if (day < fromDay) continue;
      const own = byDay.get(day) ?? new Map<string, number>();
      const name = names.join(" ");
      byDay.set(day, own.set(name, (own.get(name) ?? 0) + times));
    }
    for (const [[rule = ""], atMs, times] of tally.cells("fired")) {
      const hour = Math.floor(atMs / HOUR_MS);
      const own = fired.get(rule) ?? new Map<number, number>();
      if (hour >= fromDay * 24) fired.set(rule, own.set(hour, (own.get(hour) ?? 0) + times));
    }
    const exact = [...byDay].toSorted(([a], [b]) => a - b);
    return { exact: new Map(exact.map(([day, own]) => [day, dayOf(own)])), fired };
  }
}

/** The counts of a day from the log's columns: how often each channel came with an outcome and kind. */
function dayOf(byNames: ReadonlyMap<string, number>): DayCounts {
  return [...byNames].map(([names, times]) => groupCounts(names, times)).reduce(together, {});
}

function groupCounts(names: string, times: number): DayCounts {
  const [channel = NONE, outcome = NONE, kind = ""] = names.split(" ");
  const places = Object.entries({ channel, outcome }).flatMap(([place, word]) =>
    word === NONE ? [] : [[place, { present: times, words: { [word]: times }, others: 0 }] as const],
  );
  const group = groupOf(kind, channel === NONE ? null : channel);
  return { [group]: { events: times, places: Object.fromEntries(places) } };
}

/** Sums have no prototype, and what leaves an object has to have one. */
function plain(places: DriftGroup["places"]): DriftGroup["places"] {
  return Object.fromEntries(
    Object.entries(places).map(([name, seen]) => [name, { ...seen, words: { ...seen.words } }]),
  );
}

function groupsIn({ days, exact }: Counted): readonly DriftGroup[] {
  const sum = (by: ReadonlyMap<number, DayCounts>): DayCounts => [...by.values()].reduce(together, {});
  const looked = sum(days);
  const groups = Object.entries(sum(exact)).map(([group, { events, places }]): DriftGroup => {
    const [kind = "", channel = null] = group.split(" ");
    const { events: lookedAt = 0, places: others = {} } = looked[group] ?? {};
    return { kind, channel, events, looked: lookedAt, places: plain({ ...places, ...others }) };
  });
  return groups.toSorted((a, b) => b.events - a.events);
}
