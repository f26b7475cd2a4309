import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { whileSeen } from "../../../src/dashboard/ask/while-seen.ts";

const REST_MS = 2_000;

class Tab extends EventTarget {
  hidden = false;

  show(isShown: boolean): void {
    this.hidden = !isShown;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("goes on with a rest between, until it is ended", async () => {
  const turn = vi.fn<() => void>();
  const end = whileSeen(turn, REST_MS, new Tab());
  expect(turn).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(3 * REST_MS);
  expect(turn).toHaveBeenCalledTimes(4);
  end();
  await vi.advanceTimersByTimeAsync(3 * REST_MS);
  expect(turn).toHaveBeenCalledTimes(4);
});

it("stays one loop, however often the tab is shown while a turn is under way", async () => {
  const tab = new Tab();
  const turns: PromiseWithResolvers<void>[] = [];
  const turn = (): Promise<void> => {
    const one = Promise.withResolvers<void>();
    turns.push(one);
    return one.promise;
  };
  whileSeen(turn, REST_MS, tab);
  for (let shown = 0; shown < 3; shown += 1) {
    tab.show(false);
    tab.show(true);
  }
  expect(turns).toHaveLength(1);
  turns[0]?.resolve();
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(turns).toHaveLength(2);
  turns[1]?.resolve();
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(turns).toHaveLength(3);
});

it("rests while the tab is hidden, and goes on at once when it is shown", async () => {
  const tab = new Tab();
  const turn = vi.fn<() => void>();
  whileSeen(turn, REST_MS, tab);
  tab.show(false);
  await vi.advanceTimersByTimeAsync(10 * REST_MS);
  expect(turn).toHaveBeenCalledTimes(1);
  tab.show(true);
  expect(turn).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(REST_MS);
  expect(turn).toHaveBeenCalledTimes(3);
});
