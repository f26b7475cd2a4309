import { describe, expect, it } from "vitest";
import { inALine, searchFor, seedsUpTo } from "../../../proof/sim/search.ts";
import type { Found, Job } from "../../../proof/sim/seeds.ts";

/** What a run finds, where these seeds show the bug. */
const foundIn =
  (seeds: readonly number[], asked: Job[]) =>
  async (job: Job): Promise<Found> => {
    asked.push(job);
    const seed = seeds.find((one) => job.seeds.includes(one));
    const failed = seed === undefined ? null : { seed, violations: [`violated at ${seed}`, "and more"] };
    return { seeds: 1, events: 0, calls: 0, interrupted: 0, failed };
  };

const NOTED = { seeds: [7], mutant: "bug" };
const EVERY = { seeds: seedsUpTo(100), mutant: "bug" };

describe("the search for a planted bug", () => {
  it.each([
    ["ends at the seed that is noted", 7, false, [3, 7], [NOTED], 7, null],
    ["goes through every seed if it is not there, and says which to note", 7, false, [3, 50], [NOTED, EVERY], 3, 3],
    ["goes through every seed if none is noted", null, false, [50], [EVERY], 50, 50],
    ["goes through every seed if it is told to", 7, true, [3, 7], [EVERY], 3, 3],
    ["notes nothing if the first seed of all is the noted one", 7, true, [7], [EVERY], 7, null],
    ["misses what no seed shows", 7, false, [], [NOTED, EVERY], null, null],
    ["does not look beyond the last seed", null, false, [101], [EVERY], null, null],
  ] as const)("%s", async (_, seed, everySeed, seeds, jobs, foundAt, note) => {
    const asked: Job[] = [];
    const finding = await searchFor({ name: "bug", seed }, { last: 100, everySeed }, foundIn(seeds, asked));
    expect(asked).toEqual(jobs);
    const violation = foundAt === null ? null : `violated at ${foundAt}`;
    expect(finding).toEqual({ mutant: "bug", seed: foundAt, violation, note });
  });

  it.each([
    ["from the first on", [3], [1, 2, 3]],
    ["from a later one on", [5, 4], [4, 5]],
    ["of which there are none", [3, 4], []],
  ] as const)("takes the seeds %s", (_, [last, first], seeds) => {
    expect(seedsUpTo(last, first)).toEqual(seeds);
  });

  it.each([
    [{ seed: null, violation: null, note: null }, "MISSED  bug"],
    [{ seed: 7, violation: "it is lost", note: null }, "found   bug: seed 7, it is lost"],
    [
      { seed: 3, violation: "it is lost", note: 3 },
      "found   bug: seed 3, it is lost (found at another seed than noted: note 3)",
    ],
  ])("tells %o in a line", (finding, line) => expect(inALine({ mutant: "bug", ...finding })).toBe(line));
});
