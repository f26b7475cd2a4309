// A replay of this location, as a part of the page follows it.
import type { Comparison } from "../../model/comparison.ts";
import type { Rule } from "../../model/rule.ts";
import { headersNow, useThread, type ThreadState } from "./use-thread.ts";

/** The rules that are put side by side. */
export interface Sets {
  /** `null`: those that were in force. */
  readonly before: readonly Rule[] | null;
  readonly after: readonly Rule[];
}

interface Found<About> {
  readonly compared: Comparison;
  readonly isWhole: boolean;
  readonly about: About;
}

export type ReplayState<About> = ThreadState<Found<About>>;

export interface ReplayRun<About> {
  readonly state: ReplayState<About>;
  /** `about` stays with what is found, so that one can tell what it was about. */
  readonly start: (sets: () => Promise<Sets>, about: About) => void;
  /** What has been read is enough. */
  readonly stop: () => void;
}

export const REPLAYED_DAYS = 30;
const DAY_MS = 86_400_000;

export function useReplay<About>(locationId: string): ReplayRun<About> {
  const { state, start, stop } = useThread<Found<About>>();
  return {
    state,
    stop,
    start: (sets, about) =>
      start(
        async () => {
          const { before, after } = await sets();
          const sinceMs = Date.now() - REPLAYED_DAYS * DAY_MS;
          return { replay: { locationId, headers: headersNow(), before, after, sinceMs } };
        },
        (said) => (said.what === "done" ? { compared: said.compared, isWhole: said.isWhole, about } : null),
      ),
  };
}
