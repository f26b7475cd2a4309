import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claim, model } from "../../fuzz/model.ts";
import { MODELS } from "../../fuzz/models.ts";
import { prototypesAsTheyAre } from "../../fuzz/prototypes.ts";
import { runModel } from "../../fuzz/run.ts";
import { upTo } from "../../thorough.ts";

const CASES = upTo(1_000, 4_000);

describe("a model holds", () => {
  it.each(MODELS)(
    "$name: $about",
    async (given) => {
      const { failure, cases } = await runModel(given, { seed: 7, cases: Math.ceil((CASES * given.share) / 100) });
      expect(failure).toBeNull();
      expect(cases).toBeGreaterThan(upTo(50, 100));
    },
    60_000,
  );

  it("and shares add up to a hundred", () => {
    expect(MODELS.reduce((sum, { share }) => sum + share, 0)).toBe(100);
  });
});

describe("a model that does not hold", () => {
  const small = model({
    name: "small",
    about: "Every number is small",
    share: 100,
    inputs: fc.nat(),
    holds: (number) => claim(number < 1_000, "It is large"),
  });

  it("fails with the smallest input, and a seed and path that find it again", async () => {
    const { failure } = await runModel(small, { seed: 1, cases: 1_000 });
    expect(failure).toMatchObject({ counterexample: "1000", error: "It is large", seed: 1 });
    const again = await runModel(small, { seed: 1, cases: 1, path: failure?.path });
    expect(again.failure).toMatchObject({ counterexample: "1000" });
  });

  it("fails where it changes a prototype", async () => {
    const spoils = model({
      ...small,
      inputs: fc.nat(),
      holds: () => void Reflect.defineProperty(Array.prototype, "spoilt", { value: 1, configurable: true }),
    });
    const { failure } = await runModel(spoils, { seed: 1, cases: 1 });
    expect(Reflect.deleteProperty(Array.prototype, "spoilt")).toBe(true);
    expect(failure?.error).toBe("A prototype has changed");
  });
});

describe("the prototypes", () => {
  it.each([
    ["a new property", { key: "polluted", value: 1 }],
    ["a replaced one", { key: "toString", value: () => "" }],
  ])("are not as they were with %s", (_, { key, value }) => {
    const before = Object.getOwnPropertyDescriptor(Object.prototype, key);
    const unchanged = prototypesAsTheyAre();
    Reflect.defineProperty(Object.prototype, key, { value, configurable: true, writable: true, enumerable: false });
    const noticed = !unchanged();
    if (before) Reflect.defineProperty(Object.prototype, key, before);
    else Reflect.deleteProperty(Object.prototype, key);
    expect([noticed, unchanged()]).toEqual([true, true]);
  });
});
