import { describe, expect, it } from "vitest";
import { moveAll, type Moved } from "../../../src/dashboard/deliveries/move-all.ts";

/** Calls that answer one after another; a call too many fails the test. */
function calls(...answers: readonly (Moved | Error)[]) {
  const left = [...answers];
  const told: number[] = [];
  const limits: number[] = [];
  const move = async (limit: number): Promise<Moved> => {
    limits.push(limit);
    const answer = left.shift();
    if (answer === undefined) throw new Error("One call too many");
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { left, told, limits, move, onMoved: (moved: number) => void told.push(moved) };
}

describe("moving all of many", () => {
  it("calls as long as there are others, and tells how far it is", async () => {
    const { move, onMoved, told } = calls({ moved: 1_000, more: true }, { moved: 200, more: false });
    expect(await moveAll(1_200, move, () => false, onMoved)).toEqual({ end: "done", moved: 1_200 });
    expect(told).toEqual([1_000, 1_200]);
  });

  it("ends at what was counted, however many have come to fit again", async () => {
    const { move, onMoved, limits } = calls({ moved: 1_000, more: true }, { moved: 500, more: true });
    expect(await moveAll(1_500, move, () => false, onMoved)).toEqual({ end: "done", moved: 1_500 });
    expect(limits).toEqual([1_000, 500]);
  });

  it("ends with a call that moves none", async () => {
    const { move, onMoved } = calls({ moved: 0, more: true });
    expect(await moveAll(5, move, () => false, onMoved)).toEqual({ end: "done", moved: 0 });
  });

  it("stops between two calls", async () => {
    const { move, onMoved, told, left } = calls({ moved: 1_000, more: true }, { moved: 1_000, more: true });
    const end = await moveAll(9_000, move, () => told.length === 1, onMoved);
    expect([end, left.length]).toEqual([{ end: "stopped", moved: 1_000 }, 1]);
  });

  it("tells how far it came when a call fails", async () => {
    const error = new Error("away");
    const { move, onMoved } = calls({ moved: 1_000, more: true }, error);
    expect(await moveAll(9_000, move, () => false, onMoved)).toEqual({ end: "failed", moved: 1_000, error });
  });
});
