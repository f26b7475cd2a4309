import { describe, expect, it } from "vitest";
import { faultsOfMove } from "../../../proof/move/round-trip.ts";
import { upTo } from "../../thorough.ts";

const SEEDS = Array.from({ length: upTo(3, 20) }, (_, n) => n + 1);

describe("a location that moved", () => {
  it.each(SEEDS)("decides and does what it would have where it was: seed %i", async (seed) => {
    expect(await faultsOfMove(seed)).toEqual([]);
  });

  it.each(SEEDS)("without what waited decides as if that had been cancelled: seed %i", async (seed) => {
    expect(await faultsOfMove(seed, { waits: "drop" })).toEqual([]);
  });
});
