import { describe, expect, it } from "vitest";
import { DemoTime } from "../../../src/cli/demo/time.ts";

const MINUTE_MS = 60_000;

/** A ledger with things to do at some minutes from now, by its own clock, and when it did them. */
function ledgerWith(dueMinutes: readonly number[]): {
  readonly done: number[];
  readonly tell: (offsetMs: number) => Promise<number | null>;
} {
  const begin = Date.now();
  const open = dueMinutes.map((minutes) => begin + minutes * MINUTE_MS);
  const done: number[] = [];
  return {
    done,
    tell: async (offsetMs) => {
      const nowMs = Date.now() + offsetMs;
      for (let next = open[0]; next !== undefined && next <= nowMs; next = open[0]) {
        open.shift();
        done.push(Math.floor((nowMs - begin) / MINUTE_MS));
      }
      return open[0] ?? null;
    },
  };
}

describe("the time of the demo", () => {
  it("stops at each thing that is due on the way, and leaves what is due later", async () => {
    const { done, tell } = ledgerWith([1, 2, 5, 9]);
    await new DemoTime(0, tell).pass(6 * MINUTE_MS);
    expect(done).toEqual([1, 2, 5]);
  });

  it("catches up with the real time from the past", async () => {
    const { done, tell } = ledgerWith([-3, -1, 2]);
    const offsets: number[] = [];
    const time = new DemoTime(-5 * MINUTE_MS, (offsetMs) => {
      offsets.push(offsetMs);
      return tell(offsetMs);
    });
    expect(time.now()).toBeLessThanOrEqual(Date.now() - 5 * MINUTE_MS);
    await time.catchUp();
    expect(done).toEqual([-3, -1]);
    expect(offsets.at(-1)).toBe(0);
    expect(offsets.toSorted((a, b) => a - b)).toEqual(offsets);
  });

  it("does not turn for ever for a ledger that always has something due", async () => {
    const time = new DemoTime(0, () => Promise.resolve(0));
    await expect(time.pass(MINUTE_MS)).rejects.toThrow("at every turn of the clock");
  });
});
