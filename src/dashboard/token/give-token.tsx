import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { TokenAnswer } from "../../model/token.ts";
import { locationPath, problemOf, put, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";

/** The button, and the dialog into which a token is put. What was typed is forgotten with each end of the dialog. */
export function GiveToken({
  isThere,
  onGiven,
}: {
  /** Whether one is there, which it takes the place of. */
  readonly isThere: boolean;
  readonly onGiven: () => void;
}): JSX.Element {
  const { locationId, name } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const token = typed.trim();
  const give = (event: Event): void => {
    event.preventDefault();
    if (token === "" || isBusy) return;
    setBusy(true);
    setProblem(null);
    put<TokenAnswer>(locationPath(locationId, "token"), { token })
      .then(
        () => {
          dialog.current?.close();
          announce("The token is stored");
          onGiven();
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" class={isThere ? "" : "primary"} onClick={() => dialog.current?.showModal()}>
        {isThere ? "Replace it…" : "Give a token…"}
      </button>
      <dialog
        ref={dialog}
        class="pause"
        aria-labelledby={title}
        onClose={() => {
          setTyped("");
          setProblem(null);
        }}
      >
        <form onSubmit={give}>
          <h2 id={title}>{isThere ? "Replace the token" : "Give a token"}</h2>
          <p>
            In HighLevel, in the sub-account {name ?? locationId}: Settings, Private Integrations, Create new
            integration; tick the scopes that this page lists, and copy the token, which HighLevel shows once.
            {isThere ? " It takes the place of the one that is there." : ""}
          </p>
          <label>
            <span>The token, such as pit-…</span>
            <input
              type="password"
              value={typed}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              required
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          <p class="quiet-note">It is kept encrypted, and shown to nobody again, here neither.</p>
          {problem ? <ProblemNote problem={problem} /> : null}
          <div class="buttons">
            <button type="submit" class="primary" disabled={token === "" || isBusy}>
              {isBusy ? "Storing…" : "Store it"}
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
