// Whether a message was sent is found out by HighLevel's times. Ours may be off: minutes, hours, a year, and right again
// when HighLevel is asked. Nobody gets two texts for that.
import { describe, expect, it } from "vitest";
import { succeed } from "../../../src/kit/result.ts";
import { sqliteStorage } from "../../../src/local/sqlite-storage.ts";
import { HighLevelStandIn } from "../../../src/local/stand-in/stand-in.ts";
import type { LocationLedger } from "../../../src/ledger/ledger.ts";
import { anEvent, aRule, aRuleSet, aText, CONTACT, LOCATION } from "../../builders.ts";
import { aLedger } from "./a-ledger.ts";

const NOON = Date.parse("2026-03-04T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const TOKEN = "pit-test";

/** What stands between us and HighLevel may change the date of an answer. */
type Dates = (date: string, index: number) => string | null;

/** HighLevel on a clock that is right, and a ledger whose clock may be off; the answer to the first text is lost. */
async function aScene({ dates = (date) => date }: { dates?: Dates } = {}) {
  const world = { realMs: NOON, aheadMs: 0, lost: 1, answers: 0 };
  const storage = sqliteStorage();
  const highLevel = new HighLevelStandIn({ clock: () => world.realMs });
  highLevel.addLocation({ id: LOCATION });
  highLevel.addContact({ id: CONTACT, locationId: LOCATION });
  highLevel.addToken(TOKEN, LOCATION);
  const open = (): Promise<LocationLedger> =>
    aLedger({
      storage,
      clock: () => world.realMs + world.aheadMs,
      ruleSet: aRuleSet(aRule({ actions: [aText()] })),
      tokens: { current: () => Promise.resolve(succeed(TOKEN)), insteadOf: () => Promise.resolve(null) },
      fetch: async (request) => {
        const answer = await highLevel.answer(request);
        if (request.method === "POST" && world.lost-- > 0) throw new TypeError("The connection was reset");
        const date = dates(answer.headers.get("date") ?? "", world.answers++);
        const headers = new Headers(answer.headers);
        headers.delete("date");
        if (date !== null) headers.set("date", date);
        return new Response(await answer.text(), { status: answer.status, headers });
      },
    });
  let ledger = await open();
  return {
    world,
    texts: () => [...highLevel.state.messages.values()].length,
    states: () => ledger.deliveries({ limit: 10 }).deliveries.map(({ state }) => state),
    restart: async () => void (ledger = await open()),
    record: () => ledger.record(anEvent({ messageId: "1", dateAdded: new Date(NOON).toISOString() }, "one")),
    /** The alarm rings when it is due by our clock. */
    ring: async (ms: number): Promise<void> => {
      const end = world.realMs + ms;
      for (let rings = 0; rings < 100 && storage.alarmAt !== null; rings++) {
        const atMs = Math.max(world.realMs, storage.alarmAt - world.aheadMs);
        if (atMs > end) break;
        world.realMs = atMs;
        storage.alarmAt = null;
        await ledger.alarm();
      }
      world.realMs = end;
    },
    poke: () => ledger.poke(),
  };
}

describe("a text whose answer was lost", () => {
  const AHEAD = [-6 * HOUR, -3 * MINUTE, 0, MINUTE, 3 * MINUTE, 9 * MINUTE, 6 * HOUR, 365 * DAY];
  const LIVES = ["stays off", "is set right", "is set right over a restart", "stays off over a restart"] as const;
  const cases = AHEAD.flatMap((aheadMs) => LIVES.map((life) => [aheadMs / MINUTE, life] as const));

  it.each(cases)("by a clock that is %d minutes ahead and %s, is sent once", async (minutes, life) => {
    const { world, texts, states, record, ring, restart, poke } = await aScene();
    world.aheadMs = minutes * MINUTE;
    await record();
    await ring(MINUTE);
    expect(texts()).toBe(1);
    if (life.startsWith("is set right")) world.aheadMs = 0;
    if (life.endsWith("restart")) await restart();
    await poke();
    await ring(DAY);
    expect([texts(), states()]).toEqual([1, ["sent"]]);
  });

  it.each<[what: string, dates: Dates]>([
    ["no dates", () => null],
    ["dates that are none", () => "yesterday"],
    ["one date of long ago", (date, index) => (index === 0 ? "Thu, 01 Jan 1970 00:00:00 GMT" : date)],
    ["one date of the far future", (date, index) => (index === 0 ? "Fri, 01 Jan 2100 00:00:00 GMT" : date)],
  ])("is sent once by a clock that is right beside %s", async (_, dates) => {
    const { texts, states, record, ring } = await aScene({ dates });
    await record();
    await ring(DAY);
    expect([texts(), states()]).toEqual([1, ["sent"]]);
  });

  it("is sent once by a clock that was hours ahead beside no dates: not before its event", async () => {
    const { world, texts, record, ring, poke } = await aScene({ dates: () => null });
    world.aheadMs = 6 * HOUR;
    await record();
    await ring(0);
    world.aheadMs = 0;
    world.realMs += 10 * MINUTE;
    await poke();
    await ring(DAY);
    expect(texts()).toBe(1);
  });
});
