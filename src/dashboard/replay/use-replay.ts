// A replay of this location, as a part of the page follows it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Comparison } from "../../model/comparison.ts";
import type { Rule } from "../../model/rule.ts";
import { Problem, problemOf } from "../ask/api.ts";
import { token } from "../ask/session.ts";
import { replayInThread, type Replaying } from "./thread.ts";

/** The rules that are put side by side. */
export interface Sets {
  /** `null`: those that were in force. */
  readonly before: readonly Rule[] | null;
  readonly after: readonly Rule[];
}

export type ReplayState<About> =
  | { readonly at: "idle" }
  | { readonly at: "begins" }
  | { readonly at: "reads"; readonly events: number; readonly until: string }
  | { readonly at: "failed"; readonly problem: Problem }
  | { readonly at: "done"; readonly compared: Comparison; readonly isWhole: boolean; readonly about: About };

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
  const [state, setState] = useState<ReplayState<About>>({ at: "idle" });
  const running = useRef<Replaying | null>(null);
  /** Counts the runs: what an earlier one says is not wanted. */
  const run = useRef(0);
  const giveUp = (): void => {
    run.current += 1;
    running.current?.giveUp();
    running.current = null;
  };
  useEffect(() => giveUp, []);
  const start = (sets: () => Promise<Sets>, about: About): void => {
    giveUp();
    const own = run.current;
    const isWanted = (): boolean => own === run.current;
    setState({ at: "begins" });
    sets().then(
      ({ before, after }) => {
        if (!isWanted()) return;
        const sinceMs = Date.now() - REPLAYED_DAYS * DAY_MS;
        running.current = replayInThread({ locationId, headers: headersNow(), before, after, sinceMs }, (said) => {
          if (!isWanted()) return;
          if (said.what === "read") setState({ at: "reads", events: said.events, until: said.at });
          if (said.what === "done") setState({ at: "done", compared: said.compared, isWhole: said.isWhole, about });
          if (said.what === "failed") {
            const { status, code, title, detail, issues } = said.problem;
            setState({ at: "failed", problem: new Problem(status, code, title, detail, issues) });
          }
        });
      },
      (error: unknown) => {
        if (isWanted()) setState({ at: "failed", problem: problemOf(error) });
      },
    );
  };
  return { state, start, stop: () => running.current?.stop() };
}

function headersNow(): { readonly [name: string]: string } {
  const used = token();
  return used === null ? {} : { authorization: `Bearer ${used}` };
}
