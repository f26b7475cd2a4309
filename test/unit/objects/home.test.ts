// The operator's home: pages of parts, put together.
import { describe, expect, it } from "vitest";
import { HOME_SORTS, HOURS, HOUR_MS, type ToldLocation } from "../../../src/model/home.ts";
import { homeOf, together, type HomeRow } from "../../../src/objects/home.ts";

const NOW = Date.parse("2026-03-04T12:30:00Z");
const FROM = Date.parse("2026-03-03T13:00:00Z");
const zeros = (): number[] => Array<number>(HOURS).fill(0);

function aRow(locationId: string, told: Partial<ToldLocation> = {}, events = 0, name: string | null = null): HomeRow {
  const counts = [...zeros().slice(1), events];
  const state: ToldLocation = {
    atMs: NOW, name, waiting: 0, held: 0, dead: 0, overdue: 0, paused: false, pausedRules: 0, againMs: null,
    day: { fromMs: FROM, events: counts, fired: zeros(), lastEventMs: NOW - events },
    ...told,
  }; // prettier-ignore
  return { locationId, name, state: JSON.stringify(state), toldAt: NOW, alerts: 0 };
}

const NAMES = ["Ärzte", "Zoo", "｡half", "💈 Barber", "ab", "Ab", null, "", "É"];
const rows = Array.from({ length: 97 }, (_, index) =>
  aRow(`l-${index}`, { dead: index % 4, held: index % 3, paused: index % 50 === 7 }, (index * 7) % 11, NAMES[index % NAMES.length] ?? null),
); // prettier-ignore
const inParts = (count: number): HomeRow[][] =>
  Array.from({ length: count }, (_, part) => rows.filter((_row, index) => index % count === part));

describe("the home", () => {
  it.each(HOME_SORTS)("sorted by %s is the same in pages of many parts as in one of one", (sort) => {
    const all = homeOf(rows, { sort, limit: 200 }, NOW).locations.map(({ locationId }) => locationId);
    expect(all).toHaveLength(97);
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const query = { sort, limit: 10, cursor };
      const page = together(inParts(16).map((part) => homeOf(part, query, NOW)), query); // prettier-ignore
      found.push(...page.locations.map(({ locationId }) => locationId));
      expect(page.totals).toMatchObject({ locations: 97, paused: 2 });
      if (page.cursor === null) break;
      cursor = page.cursor;
    }
    expect(found).toEqual(all);
  });

  it("puts what needs a person first, and shows only that if asked", () => {
    const { locations, totals } = homeOf(rows, { limit: 200 }, NOW);
    const trouble = locations.map(({ dead, held, paused }) => dead + held + Number(paused));
    expect(trouble).toEqual(trouble.toSorted((a, b) => b - a));
    const only = homeOf(rows, { limit: 200, trouble: "dead" }, NOW);
    expect(only.locations.every(({ dead }) => dead > 0)).toBe(true);
    expect(only.locations).toHaveLength(72);
    expect(only.totals).toEqual(totals);
    expect(homeOf(rows, { limit: 200, trouble: "any" }, NOW).locations).toHaveLength(totals.troubled);
  });

  it("shows a day that was told hours ago as it has moved on, and one of a clock that is ahead", () => {
    const events = (nowMs: number): readonly number[] =>
      homeOf([aRow("one", {}, 5)], { limit: 1 }, nowMs).locations[0]?.hours.events ?? [];
    expect(events(NOW).at(-1)).toBe(5);
    expect(events(NOW + 3 * HOUR_MS).at(-4)).toBe(5);
    expect(events(NOW + 24 * HOUR_MS)).toEqual(zeros());
    expect(events(NOW - HOUR_MS)).toEqual(zeros());
    expect(homeOf([{ ...aRow("one"), state: null, toldAt: null }], { limit: 1 }, NOW).locations[0]).toMatchObject({
      toldAt: null,
      lastEventAt: null,
      events: 0,
    });
  });

  it("shows a location once that two objects know while it is passed on", () => {
    const query = { limit: 10 };
    const [one, other] = [homeOf([aRow("same", { dead: 1 })], query, NOW), homeOf([aRow("same")], query, NOW)];
    expect(together([one, other], query).locations.map(({ dead }) => dead)).toEqual([1]);
  });
});
