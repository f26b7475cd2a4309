// A job of the thread, as a part of the page follows it.
import { useEffect, useRef, useState } from "preact/hooks";
import type { FromThread, ThreadJob } from "../../model/replay-thread.ts";
import { Problem, problemOf } from "../ask/api.ts";
import { token } from "../ask/session.ts";
import { inThread, type Working } from "./thread.ts";

/** How far a job has come, before it is done. */
export type Underway =
  | { readonly at: "idle" }
  | { readonly at: "begins" }
  | { readonly at: "reads"; readonly events: number; readonly until: string }
  | { readonly at: "failed"; readonly problem: Problem };
export type ThreadState<Found> = Underway | ({ readonly at: "done" } & Found);

export interface ThreadRun<Found> {
  readonly state: ThreadState<Found>;
  /** `foundIn` reads what the thread says last. */
  readonly start: (job: () => Promise<ThreadJob>, foundIn: (said: FromThread) => Found | null) => void;
  /** What has been read is enough. */
  readonly stop: () => void;
}

export function useThread<Found>(): ThreadRun<Found> {
  const [state, setState] = useState<ThreadState<Found>>({ at: "idle" });
  const running = useRef<Working | null>(null);
  /** Counts the runs: what an earlier one says is not wanted. */
  const run = useRef(0);
  const giveUp = (): void => {
    run.current += 1;
    running.current?.giveUp();
    running.current = null;
  };
  useEffect(() => giveUp, []);
  const start: ThreadRun<Found>["start"] = (job, foundIn) => {
    giveUp();
    const own = run.current;
    const isWanted = (): boolean => own === run.current;
    setState({ at: "begins" });
    const heard = (said: FromThread): void => {
      if (!isWanted()) return;
      if (said.what === "read") return setState({ at: "reads", events: said.events, until: said.at });
      if (said.what === "failed") {
        const { status, code, title, detail, issues } = said.problem;
        return setState({ at: "failed", problem: new Problem(status, code, title, detail, issues) });
      }
      const found = foundIn(said);
      if (found) setState({ at: "done", ...found });
    };
    job().then(
      (made) => {
        if (isWanted()) running.current = inThread(made, heard);
      },
      (error: unknown) => {
        if (isWanted()) setState({ at: "failed", problem: problemOf(error) });
      },
    );
  };
  return { state, start, stop: () => running.current?.stop() };
}

/** What every call of the API carries now. */
export function headersNow(): { readonly [name: string]: string } {
  const used = token();
  return used === null ? {} : { authorization: `Bearer ${used}` };
}
