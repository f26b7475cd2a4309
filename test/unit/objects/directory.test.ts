// The directory in parts: each looks after its own ledgers, and what was in the one object before is taken over.
import { describe, expect, it } from "vitest";
import { World } from "../../../proof/directory/world.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { DIRECTORY_MIGRATIONS, migrate } from "../../../src/ledger/store/schema.ts";
import { HUB_NAME, PART_NAMES, partOf } from "../../../src/objects/parts.ts";
import { POKED_AT_ONCE } from "../../../src/objects/pass.ts";
import { upTo } from "../../thorough.ts";

const MINUTE = 60_000;
const DAY = 86_400_000;
const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `location-${index}`);

async function aWorld(locations: readonly string[], isOpen = true): Promise<World> {
  const world = new World();
  for (const id of locations) {
    world.ledger(id).isOpen = isOpen;
    await world.directory.announce(id);
  }
  return world;
}

describe("a part", () => {
  it("pokes each of its open ledgers in every five minutes, however many it has and wherever it is put away", async () => {
    // All of one part, so that a pass takes several steps.
    const own = ids(20_000).filter((id) => partOf(id) === PART_NAMES[3]);
    expect(own.length).toBeGreaterThan(3 * POKED_AT_ONCE);
    const world = await aWorld(own);
    await world.pass(60 * MINUTE, true);
    const longest = own.map((id) => world.ledger(id).longestMs);
    expect(Math.max(...longest)).toBeLessThanOrEqual(5 * MINUTE + 1_000);
    expect(own.every((id) => world.ledger(id).pokedMs !== null)).toBe(true);
    expect(world.part(PART_NAMES[3] ?? "").counts.mostOfAlarm).toBeLessThanOrEqual(POKED_AT_ONCE + 5);
  });

  it("asks one that has just come within half a minute, however far it has come with the others", async () => {
    // A pass of two steps, two and a half minutes apart.
    const own = ids(8_000).filter((id) => partOf(id) === PART_NAMES[3]);
    expect(own.length).toBeGreaterThan(POKED_AT_ONCE);
    const world = await aWorld(own);
    await world.pass(11 * MINUTE);
    // Before and behind where it is.
    const late = ["a", "z"].flatMap((first) => ids(200).map((id) => `${first}-${id}`).filter((id) => partOf(id) === PART_NAMES[3])); // prettier-ignore
    for (const id of late) await world.directory.announce(id);
    await world.pass(MINUTE / 2 + 1_000);
    expect(late.filter((id) => world.ledger(id).pokedMs === null)).toEqual([]);
  });

  it("asks for the export of each location once an hour, also where nothing waits", async () => {
    const all = ids(200);
    const world = await aWorld(all, false);
    for (const id of all) world.ledger(id).isReconciled = true;
    await world.pass(2 * DAY);
    for (const id of all) world.ledger(id).hours = 0;
    await world.pass(60 * MINUTE * 12);
    expect(all.map((id) => world.ledger(id).hours)).toEqual(all.map(() => 12));
  });

  it("leaves locations alone where nothing waits from the day after, and has no alarm then", async () => {
    const world = await aWorld(["quiet"], false);
    await world.pass(2 * DAY);
    const { pokedMs } = world.ledger("quiet");
    await world.pass(DAY);
    expect(world.ledger("quiet").pokedMs).toBe(pokedMs);
    expect(world.part(partOf("quiet")).storage.alarmAt).toBeNull();
    // With its next event it is looked after again.
    await world.directory.announce("quiet");
    await world.pass(5 * MINUTE);
    expect(world.ledger("quiet").pokedMs).not.toBe(pokedMs);
  });

  it("has its alarm set again by the watchdog when that was lost", async () => {
    const world = await aWorld(["one"]);
    await world.pass(6 * MINUTE);
    world.part(partOf("one")).storage.alarmAt = null;
    const { pokedMs } = world.ledger("one");
    await world.pass(10 * MINUTE);
    expect(world.ledger("one").pokedMs).toBeGreaterThan(pokedMs ?? 0);
  });

  it.each([200, 6_000])(
    "looks after all of %d locations in the turn after its alarm was lost that is still said to be set",
    async (count) => {
      const own = ids(count).filter((id) => partOf(id) === PART_NAMES[3]);
      const world = await aWorld(own);
      const [part, alarm] = [PART_NAMES[3] ?? "", world.part(PART_NAMES[3] ?? "").storage];
      for (const afterS of [1, 140, 160, 299]) {
        world.now = Math.floor(world.now / (5 * MINUTE)) * 5 * MINUTE;
        await world.pass(20 * MINUTE + afterS * 1_000);
        expect(alarm.alarmAt).not.toBeNull();
        world.deaf.add(part);
        await world.pass((300 - afterS) * 1_000);
        const turnAt = world.now;
        await world.pass(5 * MINUTE);
        expect(own.filter((id) => (world.ledger(id).pokedMs ?? 0) < turnAt)).toEqual([]);
        for (const id of own) world.ledger(id).longestMs = 0;
        await world.pass(15 * MINUTE);
        expect(Math.max(...own.map((id) => world.ledger(id).longestMs))).toBeLessThanOrEqual(5 * MINUTE + 1_000);
      }
    },
  );

  it("looks after its ledgers in a turn whose alarm rings a moment after the watchdog", async () => {
    const world = await aWorld(["one"]);
    await world.pass(20 * MINUTE);
    const { alarmAt } = world.part(partOf("one")).storage;
    world.now = (alarmAt ?? 0) + 5;
    await world.directory.wake();
    await world.pass(1_000);
    expect(world.ledger("one").pokedMs).toBeGreaterThanOrEqual(alarmAt ?? Infinity);
  });

  it("goes on looking after others where a ledger does not answer, and rings again after a failure", async () => {
    const world = await aWorld(ids(40));
    let failed = 0;
    world.fails = (call) => (call === "object" || call === "poke") && (failed += 1) % 3 === 0;
    await world.pass(20 * MINUTE);
    world.fails = () => false;
    await world.pass(10 * MINUTE);
    expect(failed).toBeGreaterThan(100);
    expect(ids(40).every((id) => world.ledger(id).pokedMs !== null)).toBe(true);
  });
});

describe("what a ledger tells", () => {
  it("is on the home within five minutes, and costs no row where nothing came", async () => {
    const world = await aWorld(["busy", "idle"]);
    await world.pass(6 * MINUTE);
    world.event("busy");
    await world.pass(5 * MINUTE);
    const { locations, totals } = await world.directory.home({ limit: 10 });
    expect(locations.map(({ locationId, events }) => [locationId, events])).toEqual([
      ["busy", 1],
      ["idle", 0],
    ]);
    expect(totals).toMatchObject({ locations: 2, events: 1 });
    const written = (): number =>
      [...world.parts.values()].reduce((sum, { counts }) => sum + counts.rowsWritten - counts.alarms, 0);
    const before = written();
    await world.pass(60 * MINUTE);
    // Besides an alarm for each that rings, in each of twelve turns and in both parts: how far the pass is, and the alarm anew.
    expect(written() - before).toBeLessThanOrEqual(2 * 2 * 12);
  });

  it("fades from the home's day without being told again", async () => {
    const world = await aWorld(["busy"], false);
    world.event("busy");
    await world.pass(MINUTE * 6);
    const events = async (): Promise<number> => (await world.directory.home({ limit: 1 })).locations[0]?.events ?? -1;
    expect(await events()).toBe(1);
    world.now += 23 * 60 * MINUTE;
    expect(await events()).toBe(1);
    world.now += 60 * MINUTE;
    expect(await events()).toBe(0);
  });

  it("is asked for at once after an operator's change", async () => {
    const world = await aWorld(["one"], false);
    await world.pass(2 * DAY);
    world.ledger("one").dead = 3;
    world.ledger("one").isOpen = true;
    await world.directory.look("one");
    expect((await world.directory.home({ limit: 1 })).totals.dead).toBe(3);
    const { pokedMs } = world.ledger("one");
    await world.pass(10 * MINUTE);
    expect(world.ledger("one").pokedMs).toBeGreaterThan(pokedMs ?? 0);
  });
});

/** The tables as the version before had them, with its rows. */
function fromBefore(world: World, locations: readonly string[]): void {
  const storage = sqliteStorage();
  migrate(storage, DIRECTORY_MIGRATIONS.slice(0, -1));
  for (const [index, id] of locations.entries())
    storage.sql.exec(
      "INSERT INTO locations (location_id, first_seen, last_seen, is_open, company_id, name) VALUES (?, ?, ?, ?, ?, ?)",
      id,
      world.now - 9 * DAY,
      world.now - (index % 5) * DAY,
      index % 2,
      index % 3 === 0 ? "company" : null,
      `Name ${id}`,
    );
  const hub = world.part(HUB_NAME).storage;
  hub.sql.exec("DROP TABLE locations");
  const made = storage.sql.exec("SELECT sql FROM sqlite_master WHERE name = 'locations'").toArray();
  hub.sql.exec(String(made[0]?.["sql"]));
  for (const row of storage.sql.exec("SELECT * FROM locations").toArray()) {
    const names = Object.keys(row);
    hub.sql.exec(
      `INSERT INTO locations (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      ...(Object.values(row) as string[]),
    );
  }
  for (const table of ["parts", "pass"]) hub.sql.exec(`DROP TABLE ${table}`);
  hub.sql.exec(`DELETE FROM migrations WHERE id = ${DIRECTORY_MIGRATIONS.length}`);
  world.restart(HUB_NAME);
}

describe("the directory as one object before", () => {
  const listed = async (world: World): Promise<(string | null)[][]> => {
    const { locations } = await world.directory.locations({ limit: 5_000 });
    return locations.map(({ locationId, name, companyId }) => [locationId, name, companyId]);
  };
  const expected = (all: readonly string[]): (string | null)[][] =>
    all.map((id, index) => [id, `Name ${id}`, index % 3 === 0 ? "company" : null]).toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)); // prettier-ignore

  it("is read through before it is taken over, and is taken over whole", async () => {
    const all = ids(1_700);
    const world = new World();
    fromBefore(world, all);
    expect(await listed(world)).toEqual(expected(all));
    expect(await world.directory.isKnown("location-7")).toBe(true);
    expect(await world.directory.companyOf("location-3")).toBe("company");
    expect((await world.directory.home({ limit: 5 })).totals.locations).toBe(1_700);
    await world.pass(6 * MINUTE);
    expect(await listed(world)).toEqual(expected(all));
    const own = [...world.parts].map(([name, { storage }]) =>
      storage.sql.exec("SELECT location_id AS id FROM locations").toArray().map(({ id }) => [name, partOf(String(id))]),
    ); // prettier-ignore
    const rows = own.flat().filter(([name]) => name !== HUB_NAME);
    expect(rows.length).toBe(1_700);
    expect(rows.every(([name, part]) => name === part)).toBe(true);
    expect(await world.directory.ofCompany("company", 1_000)).toHaveLength(567);
  });

  it.each(Array.from({ length: upTo(3, 15) }, (_, seed) => seed))(
    "loses nothing when calls fail and objects stop in the middle (%i)",
    async (seed) => {
      const all = ids(200);
      const world = new World();
      fromBefore(world, all);
      let calls = 0;
      world.fails = () => (calls += 1) % (2 + (seed % 5)) === 0;
      // Some come anew, and some are installed, before and while they are taken over.
      await world.directory.announce("location-5");
      await world.directory.installed("location-7", "other", "Name location-7");
      for (let turn = 0; turn < 10; turn += 1) {
        await world.pass(MINUTE);
        world.restart(HUB_NAME);
      }
      world.fails = () => false;
      await world.pass(20 * MINUTE);
      const wanted = expected(all).map(([id = null, name = null, company = null]) => [
        id,
        name,
        id === "location-7" ? "other" : company,
      ]);
      expect(await listed(world)).toEqual(wanted);
      // A version before, to which a deployment is rolled back, reads this object alone: it knows all of them, and looks at each.
      const hub = world.part(HUB_NAME).storage.sql;
      const found = hub
        .exec("SELECT location_id AS id, company_id AS company, is_open FROM locations ORDER BY 1")
        .toArray();
      expect(found.map(({ id, company }) => [id, company])).toEqual(wanted.map(([id, , company]) => [id, company]));
    },
  );

  it("gets what is new from the parts, and gives again what a version before has changed", async () => {
    const world = await aWorld(["new"]);
    await world.directory.installed("new", "company", "Its name");
    await world.pass(6 * MINUTE);
    const hub = world.part(HUB_NAME).storage.sql;
    expect(hub.exec("SELECT location_id, company_id, name FROM locations").toArray()).toEqual([
      { location_id: "new", company_id: "company", name: "Its name" },
    ]);
    // As the version before announces locations, and closes others.
    hub.exec("INSERT INTO locations (location_id, first_seen, last_seen) VALUES ('while-rolled-back', 1, 1)");
    hub.exec("UPDATE locations SET is_open = 0 WHERE location_id = 'new'");
    await world.pass(6 * MINUTE);
    expect(world.part(partOf("while-rolled-back")).storage.sql.exec("SELECT 1 FROM locations WHERE location_id = 'while-rolled-back'").toArray()).toHaveLength(1); // prettier-ignore
  });

  it("forgets a location everywhere, also while it is passed on", async () => {
    const all = ids(60);
    const world = new World();
    fromBefore(world, all);
    const passing = world.part(HUB_NAME).directory.alarm();
    for (const id of all) await world.directory.forget(id);
    await passing;
    await world.pass(10 * MINUTE);
    expect(await listed(world)).toEqual([]);
    expect(world.part(HUB_NAME).storage.sql.exec("SELECT 1 FROM locations").toArray()).toEqual([]);
  });
});

describe("a pause everywhere", () => {
  const note = { by: { through: "token", name: "ada" }, action: "pause", about: {} } as const;
  const pause = { scope: "everywhere", rule: "r", since: "2026-03-04T12:00:00Z", until: null, reason: "x", by: "ada" } as const; // prettier-ignore

  it("reaches each location through its part, also one that did not answer at first", async () => {
    const world = await aWorld(ids(300));
    let isDown = true;
    world.fails = (call) => call === "learn" && isDown;
    await world.pass(6 * MINUTE);
    expect(await world.directory.pauseEverywhere(note, "r", pause)).toMatchObject({ locations: 300, told: 0 });
    isDown = false;
    await world.pass(MINUTE);
    const told = [...world.parts]
      .filter(([name]) => name !== HUB_NAME)
      .map(
        ([, { storage }]) => storage.sql.exec("SELECT COUNT(*) AS n FROM locations WHERE told = 1").toArray()[0]?.["n"],
      );
    expect(told.reduce((sum: number, n) => sum + Number(n), 0)).toBe(300);
    expect(await world.directory.pauseEverywhere(note, "r", null)).toMatchObject({ locations: 300, told: 300 });
  });
});
