import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { locationPath, problemOf, remove, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";

/** The button, and the dialog that asks first. */
export function ForgetToken({ onForgotten }: { readonly onForgotten: () => void }): JSX.Element {
  const { locationId } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const forget = (event: Event): void => {
    event.preventDefault();
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    remove(locationPath(locationId, "token"))
      .then(
        () => {
          dialog.current?.close();
          announce("The token is forgotten");
          onForgotten();
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
        Forget it…
      </button>
      <dialog ref={dialog} class="pause" aria-labelledby={title} onClose={() => setProblem(null)}>
        <form onSubmit={forget}>
          <h2 id={title}>Forget the token?</h2>
          <p>
            What rules do in HighLevel for this location is given up from then on. HighLevel still knows the token:
            delete it there, too.
          </p>
          {problem ? <ProblemNote problem={problem} /> : null}
          <div class="buttons">
            <button type="submit" class="danger" disabled={isBusy}>
              {isBusy ? "Forgetting…" : "Forget it"}
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Keep it
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
