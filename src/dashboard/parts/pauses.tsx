// What is paused, with who, since when and why; and how to pause, and to end that.
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { MAX_REASON, type Pause } from "../../model/pause.ts";
import { locationPath, problemOf, put, remove, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { linkTo } from "../address/routes.ts";
import { Time } from "../time/time-elements.tsx";
import { announce } from "./announce.tsx";
import { ProblemNote } from "./problem.tsx";

/** The pauses that concern a rule or (`null`) the location with all of its rules, and the button that makes one. */
export function PauseControl({ rule }: { readonly rule: string | null }): JSX.Element {
  const { locationId } = usePlace();
  const { answer, problem, askAgain } = useQuery<{ pauses: readonly Pause[] }>(locationPath(locationId, "pauses"));
  const shown = answer?.pauses.filter((one) => rule === null || one.rule === null || one.rule === rule) ?? [];
  const isPaused = shown.some((one) => one.rule === rule);
  return (
    <section class="pauses" aria-label="Pauses">
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {shown.map((pause) => (
        <PauseNote key={`${pause.scope} ${pause.rule ?? ""}`} pause={pause} onEnded={askAgain} />
      ))}
      {answer && !isPaused ? <PauseButton rule={rule} onPaused={askAgain} /> : null}
    </section>
  );
}

/** Where a pause is set and ended. */
function pathOf(locationId: string, { scope, rule }: Pick<Pause, "scope" | "rule">): string {
  if (scope === "everywhere") return `/api/rules/${encodeURIComponent(rule ?? "")}/pause`;
  return rule === null ? locationPath(locationId, "pause") : locationPath(locationId, "rules", rule, "pause");
}

function PauseNote({ pause, onEnded }: { readonly pause: Pause; readonly onEnded: () => void }): JSX.Element {
  const { locationId } = usePlace();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const { scope, rule, since, until, reason, by } = pause;
  const what = rule === null ? "This location" : `The rule ${rule}`;
  const end = (): void => {
    if (isBusy) return;
    setBusy(true);
    remove<{ held?: number }>(pathOf(locationId, pause))
      .then(
        ({ held = 0 }) => announce(held === 0 ? "The pause has ended" : `The pause has ended: ${held} held for you`),
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => {
        setBusy(false);
        onEnded();
      });
  };
  return (
    <div class="pause-note" role="status">
      <p>
        <strong>
          {what} is paused{scope === "everywhere" ? " in every location" : ""}
        </strong>{" "}
        by {by} since <Time at={since} />
        {until === null ? null : (
          <>
            {" "}
            until <Time at={until} />
          </>
        )}
        : {reason}. Nothing of it leaves; what becomes due is{" "}
        <a href={linkTo(locationId, "deliveries", null, { state: "held", error: "ACTION_PAUSED", rule })}>held</a> until
        somebody releases or discards it.
      </p>
      <button type="button" aria-disabled={isBusy} aria-label={`End the pause: ${what}`} onClick={end}>
        End the pause
      </button>
      {problem ? <ProblemNote problem={problem} /> : null}
    </div>
  );
}

function PauseButton({ rule, onPaused }: { readonly rule: string | null; readonly onPaused: () => void }): JSX.Element {
  const { locationId } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("");
  const [isEverywhere, setEverywhere] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const what = rule === null ? "this location" : `the rule ${rule}`;
  const open = (): void => {
    setReason("");
    setProblem(null);
    dialog.current?.showModal();
  };
  const pause = (event: Event): void => {
    event.preventDefault();
    if (reason.trim() === "" || isBusy) return;
    setBusy(true);
    setProblem(null);
    const until = hours === "" ? {} : { until: new Date(Date.now() + Number(hours) * HOUR_MS).toISOString() };
    put(pathOf(locationId, { scope: isEverywhere ? "everywhere" : "rule", rule }), { reason: reason.trim(), ...until })
      .then(
        () => {
          dialog.current?.close();
          announce(`Paused: ${what}`);
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => {
        setBusy(false);
        onPaused();
      });
  };
  return (
    <>
      <button type="button" class="quiet" onClick={open}>
        Pause {what}…
      </button>
      <dialog ref={dialog} class="pause" aria-labelledby={title}>
        <form onSubmit={pause}>
          <h2 id={title}>Pause {what}?</h2>
          <p>
            Nothing of it leaves. What becomes due meanwhile is held, also when the pause has ended, until somebody
            releases or discards it; what is due later leaves at its time.
          </p>
          <label>
            <span>Why</span>
            <input
              value={reason}
              maxLength={MAX_REASON}
              required
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <label>
            <span>For how long</span>
            <select value={hours} onChange={(event) => setHours(event.currentTarget.value)}>
              <option value="">until somebody ends it</option>
              {LENGTHS.map(([length, words]) => (
                <option key={length} value={length}>
                  {words}
                </option>
              ))}
            </select>
          </label>
          {rule === null ? null : (
            <label class="check">
              <input
                type="checkbox"
                checked={isEverywhere}
                onChange={(event) => setEverywhere(event.currentTarget.checked)}
              />
              <span>In every location</span>
            </label>
          )}
          {problem ? <ProblemNote problem={problem} /> : null}
          <div class="buttons">
            <button type="submit" class="primary" disabled={reason.trim() === "" || isBusy}>
              {isBusy ? "Pausing…" : "Pause"}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Do not
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

const HOUR_MS = 3_600_000;
const LENGTHS = [
  ["1", "an hour"],
  ["4", "four hours"],
  ["24", "a day"],
  ["168", "a week"],
] as const;
