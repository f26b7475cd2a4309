// Moving what is dead or held in many locations at once.
import { describe, expect, it } from "vitest";
import { moveAcross } from "../../../src/dashboard/home/across.ts";

const where = ["a", "b", "c"].map((locationId) => ({ locationId, name: null, count: 2 }));

describe("moving across locations", () => {
  it("goes on with the others where one does not answer, and tells which", async () => {
    const calls: string[] = [];
    const end = await moveAcross(
      where,
      (id) => {
        calls.push(id);
        return id === "b" ? Promise.reject(new Error("away")) : Promise.resolve({ moved: 2, more: false });
      },
      () => false,
      () => undefined,
    );
    expect(calls).toEqual(["a", "b", "c"]);
    expect(end).toMatchObject({ moved: 4, left: 0, failed: [{ location: { locationId: "b" } }] });
  });

  it("takes as many calls for a location as it needs, and stops between two", async () => {
    let calls = 0;
    const end = await moveAcross(
      where,
      (_, limit) => {
        calls += 1;
        return Promise.resolve({ moved: Math.min(limit, 1_000), more: true });
      },
      () => calls >= 3,
      () => undefined,
    );
    expect(end).toEqual({ moved: 3_000, failed: [], left: 2 });
  });
});
