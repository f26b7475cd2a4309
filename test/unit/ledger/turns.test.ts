// Whose turn it is to have HighLevel's export looked through, as the directory tells the watchdog.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { LocationDirectory } from "../../../src/objects/directory.ts";

const TURN_MS = 300_000;
const DAY_MS = 86_400_000;
const NOON = Date.parse("2026-03-04T12:00:00Z");

function aDirectory(locations: number) {
  const time = { now: NOON };
  const directory = new LocationDirectory(
    sqliteStorage(),
    { clock: () => time.now, timer: () => Promise.resolve(), tell: () => Promise.resolve() },
    DAY_MS,
  );
  const ids = Array.from(
    { length: locations },
    (_, index) => `ve9EPM428h8vShlRW${String(index * 7_919).padStart(3, "0")}K`,
  );
  for (const id of ids) directory.announce(id);
  return { time, directory, ids };
}

function lookedIn(hours: number, count: number, { time, directory }: ReturnType<typeof aDirectory>): string[] {
  const looked: string[] = [];
  for (let turn = 0; turn < hours * 12; turn++) {
    looked.push(...directory.toReconcile(count));
    time.now += TURN_MS;
  }
  return looked;
}

describe("the turns of an hour", () => {
  it("come to each location once, spread over the hour", () => {
    const world = aDirectory(600);
    const first = world.directory.toReconcile(400);
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(200);
    expect(lookedIn(1, 400, world).toSorted()).toEqual(world.ids.toSorted());
  });

  it("come to a part of them each hour where there are more than may be asked", () => {
    const world = aDirectory(600);
    const looked = lookedIn(24, 10, world);
    expect(new Set(looked).size).toBe(600);
  });

  it("come to a location where nothing waits as long as its export is looked through", () => {
    const world = aDirectory(2);
    const [one = "", other = ""] = world.ids;
    world.time.now += DAY_MS;
    world.directory.closed([one, other], [one]);
    expect(world.directory.toPoke(10)).toEqual([]);
    expect(lookedIn(1, 10, world)).toEqual([one]);
    world.directory.closed([one], []);
    expect(lookedIn(1, 10, world)).toEqual([]);
  });
});
