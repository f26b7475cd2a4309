// What the directory does for so many locations, counted in the simulated world: per second, and in its busiest part.
import { HUB_NAME } from "../../src/objects/parts.ts";
import { placeOf } from "../../src/kit/share.ts";
import { World, type Counts } from "./world.ts";

const MINUTE_MS = 60_000;
const STEP_MS = 30_000;
const STEPS_IN_TURN = 10;
const WARM_UP_MS = 11 * MINUTE_MS;

/** What Cloudflare allows an object, and an alarm of it: what is planned with, where it says no number. */
export const ALLOWED = { callsPerSecond: 1_000, rowsPerSecond: 300, callsOfAlarm: 1_000 } as const;

export interface Figures {
  readonly locations: number;
  /** Of a hundred locations, to how many something comes in five minutes. */
  readonly activePercent: number;
  /** Over all parts. */
  readonly pokesPerSecond: number;
  /** Of the busiest part. */
  readonly part: {
    readonly locations: number;
    readonly callsTakenPerSecond: number;
    readonly callsMadePerSecond: number;
    readonly rowsPerSecond: number;
    readonly mostCallsOfAlarm: number;
    readonly alarmsPerHour: number;
  };
  /** Of the object that has what is of no location. */
  readonly hubCallsPerHour: number;
  /** The longest that an open location was not looked at, and until something new was told, seconds. */
  readonly longestBetweenLooks: number;
  readonly longestUntilTold: number;
  /** Of the operator's home, with a page of 100: calls, and what all objects together compute. */
  readonly homeCalls: number;
  readonly homeMs: number;
  /** When the one object of before would have come to the last location, with 500 in a turn, minutes. */
  readonly beforeMinutes: number;
}

/** Runs a deployment, all of whose locations are open, for some minutes of simulated time. */
export async function figuresOf(locations: number, activePercent: number, minutes: number): Promise<Figures> {
  const world = new World();
  const ids = Array.from({ length: locations }, (_, index) => `ve9EPM428h8v${index.toString(36).padStart(8, "0")}`);
  for (const id of ids) {
    world.ledger(id).isOpen = true;
    await world.directory.announce(id);
  }
  await live(world, ids, activePercent, WARM_UP_MS);
  for (const { counts } of world.parts.values()) Object.assign(counts, NOTHING);
  for (const ledger of world.ledgers.values()) ledger.longestMs = ledger.latestMs = 0;
  await live(world, ids, activePercent, minutes * MINUTE_MS);
  const seconds = minutes * 60;
  const parts = [...world.parts].filter(([name]) => name !== HUB_NAME).map(([, part]) => part);
  const most = (of: (counts: Counts) => number): number => Math.max(...parts.map(({ counts }) => of(counts)));
  const ledgers = [...world.ledgers.values()];
  const hub = world.part(HUB_NAME).counts.taken;
  const sizes = parts.map(
    ({ storage }) => storage.sql.exec("SELECT COUNT(*) AS n FROM locations").toArray()[0]?.["n"] ?? 0,
  );
  const pokes = parts.reduce((sum, { counts }) => sum + counts.made, 0);
  const figures = {
    locations,
    activePercent,
    pokesPerSecond: round(pokes / seconds),
    part: {
      locations: Math.max(...sizes.map(Number)),
      callsTakenPerSecond: round(most(({ taken }) => taken) / seconds),
      callsMadePerSecond: round(most(({ made }) => made) / seconds),
      rowsPerSecond: round(most(({ rowsWritten }) => rowsWritten) / seconds),
      mostCallsOfAlarm: most(({ mostOfAlarm }) => mostOfAlarm),
      alarmsPerHour: round(most(({ alarms }) => alarms) / (minutes / 60)),
    },
    hubCallsPerHour: round(hub / (minutes / 60)),
    longestBetweenLooks: round(largest(ledgers.map(({ longestMs }) => longestMs)) / 1_000),
    longestUntilTold: round(largest(ledgers.map(({ latestMs }) => latestMs)) / 1_000),
  };
  const before = takenBy(world);
  const begun = process.cpuUsage();
  await world.directory.home({ limit: 100, sort: "events" });
  const { user, system } = process.cpuUsage(begun);
  const homeMs = Math.round((user + system) / 1_000);
  return { ...figures, homeCalls: takenBy(world) - before, homeMs, beforeMinutes: Math.ceil(locations / 500) * 5 };
}

const NOTHING: Counts = { taken: 0, made: 0, alarms: 0, rowsWritten: 0, mostOfAlarm: 0 };

/** Something comes to a share of the locations in each turn, to others in each, spread over it. */
async function live(world: World, ids: readonly string[], activePercent: number, ms: number): Promise<void> {
  for (let step = 0; step < ms / STEP_MS; step += 1) {
    const turn = Math.floor(step / STEPS_IN_TURN);
    for (let at = step % STEPS_IN_TURN; at < ids.length; at += STEPS_IN_TURN) {
      const id = ids[at] ?? "";
      if (placeOf(`${turn} ${id}`) * 100 < activePercent) world.event(id);
    }
    await world.pass(STEP_MS);
  }
}

function takenBy(world: World): number {
  return [...world.parts.values()].reduce((sum, { counts }) => sum + counts.taken, 0);
}

function largest(numbers: readonly number[]): number {
  return numbers.reduce((most, one) => Math.max(most, one), 0);
}

function round(number: number): number {
  return Math.round(number * 100) / 100;
}
