// What a ledger tells the directory with its answer to a poke.
import { describe, expect, it } from "vitest";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { aRule, aRuleSet, anEvent, aTask, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function aWorld(rules = [aRule({ actions: [aTask({ due: "2h" })] })]) {
  const time = { now: NOON };
  const storage = sqliteStorage();
  const open = () => aLedger({ storage, clock: () => time.now, ruleSet: aRuleSet(...rules) });
  return { time, storage, open, ledger: await open() };
}

describe("a ledger that is poked", () => {
  it("tells nothing to whoever does not ask: a version before", async () => {
    const { ledger } = await aWorld();
    expect(await ledger.poke(false)).not.toHaveProperty("told");
  });

  it("tells its day by hours, and that again only if something may have come since", async () => {
    const { time, ledger, open } = await aWorld();
    await ledger.record(anEvent({ messageId: "1" }, "one"));
    time.now += HOUR;
    await ledger.record(anEvent({ messageId: "2" }, "two"));
    const told = (await ledger.poke(null, null)).told;
    expect(told?.day?.events).toEqual([...Array<number>(22).fill(0), 1, 1]);
    expect(told?.day?.fired).toEqual([...Array<number>(22).fill(0), 1, 1]);
    expect(told?.day).toMatchObject({ fromMs: NOON - 22 * HOUR, lastEventMs: time.now });
    // What comes within five minutes of the first is not noted, and still told, also by another instance.
    time.now += 2 * MINUTE;
    await ledger.record(anEvent({ messageId: "3" }, "three"));
    time.now += 2 * MINUTE;
    const again = (await (await open()).poke(null, told?.atMs)).told;
    expect(again?.day?.events.at(-1)).toBe(2);
    time.now += 10 * MINUTE;
    const later = (await ledger.poke(null, time.now - MINUTE)).told;
    expect(later?.day).toBeNull();
    expect((await ledger.poke(null, time.now + HOUR)).told?.day).not.toBeNull();
  });

  it("tells when a task becomes overdue, and when a pause ends", async () => {
    const { time, ledger } = await aWorld();
    await ledger.record(anEvent());
    await ledger.alarm();
    expect((await ledger.poke(null, null)).told).toMatchObject({ overdue: 0, againMs: NOON + 2 * HOUR });
    await ledger.pause(LOCATION, null, { reason: "x", until: new Date(NOON + HOUR).toISOString() }, "ada");
    expect((await ledger.poke(null, null)).told).toMatchObject({ paused: true, againMs: NOON + HOUR });
    time.now += 3 * HOUR;
    expect((await ledger.poke(null, null)).told).toMatchObject({ paused: false, overdue: 1, againMs: null });
  });

  it("has written no row for an event, but one in five minutes", async () => {
    const { time, ledger, storage } = await aWorld([]);
    const written = (): number => Number(storage.sql.exec("SELECT total_changes() AS n").toArray()[0]?.["n"]);
    await ledger.record(anEvent({ messageId: "0" }, "zero"));
    await ledger.alarm();
    const before = written();
    for (let index = 1; index <= 18; index += 1) {
      time.now += MINUTE / 2;
      await ledger.record(anEvent({ messageId: `m${index}` }, `key-${index}`));
    }
    expect(written() - before).toBe(18 + 1);
  });
});
