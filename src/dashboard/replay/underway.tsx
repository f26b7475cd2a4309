// How far a job of the thread has come, or why it found nothing.
import type { ComponentChildren, JSX } from "preact";
import { counted } from "../parts/counted.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import type { Underway as State } from "./use-thread.ts";

export function Underway({
  state,
  children,
}: {
  readonly state: State;
  /** What is said before the first run. */
  readonly children: ComponentChildren;
}): JSX.Element {
  switch (state.at) {
    case "idle":
      return <p class="quiet-note">{children}</p>;
    case "begins":
      return <p class="quiet-note">The log is being read…</p>;
    case "reads":
      return (
        <p class="quiet-note">
          {counted(state.events)} events read, up to <Time at={state.until} />
        </p>
      );
    case "failed":
      return <ProblemNote problem={state.problem} />;
  }
}

/** Ends a job early: what it has found by then is shown. */
export function Enough({ isBusy, stop }: { readonly isBusy: boolean; readonly stop: () => void }): JSX.Element | null {
  return isBusy ? (
    <button type="button" onClick={stop}>
      That is enough
    </button>
  ) : null;
}

/** What is said of a job that was ended early. */
export function OfAPart(): JSX.Element {
  return <p class="quiet-note">You ended it before the end of the log: this is of a part.</p>;
}
