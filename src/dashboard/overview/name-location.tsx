// Calling a location by a name of one's own, which is shown instead of HighLevel's.
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { locationPath, problemOf, put, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { MOST_CHARACTERS, nameOf } from "./named.ts";

/** The button, and the dialog into which the name is typed; an empty one gives HighLevel's back. */
export function NameLocation(): JSX.Element {
  const { locationId, name, askName } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const given = nameOf(typed);
  const open = (): void => {
    setTyped(name ?? "");
    setProblem(null);
    dialog.current?.showModal();
  };
  const save = (event: Event): void => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    put(locationPath(locationId, "name"), { name: given })
      .then(
        () => {
          dialog.current?.close();
          announce(given === null ? "It is called as HighLevel calls it" : `It is called ${given} now`);
          askName();
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" onClick={open}>
        {name === null ? "Name this location…" : "Rename…"}
      </button>
      <dialog ref={dialog} class="pause" aria-labelledby={title}>
        <form onSubmit={save}>
          <h2 id={title}>What is this location called?</h2>
          <p>
            It is shown instead of HighLevel&apos;s name wherever locations are listed. HighLevel is told nothing of it.
            Leave it empty to see HighLevel&apos;s name again.
          </p>
          <label>
            <span>Name</span>
            <input
              value={typed}
              maxLength={MOST_CHARACTERS}
              autocomplete="off"
              placeholder={locationId}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          {problem ? <ProblemNote problem={problem} /> : null}
          <div class="buttons">
            <button type="submit" class="primary" disabled={isBusy}>
              {isBusy ? "Saving…" : given === null ? "Use HighLevel's name" : "Save"}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Leave it as it is
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
