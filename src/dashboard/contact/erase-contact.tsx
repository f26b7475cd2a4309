// Erasing a contact: it has to be confirmed, and the page says what was erased.
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import type { Erased } from "../../model/ledger.ts";
import { locationPath, problemOf, remove, type Problem } from "../ask/api.ts";
import { erasedInWords } from "./erased.ts";
import { announce } from "../parts/announce.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

/** What the API answers to erasing. */
export interface Erasure {
  readonly erased: Erased;
  /** ISO 8601, UTC. */
  readonly recoverableUntil: string;
}

/** The button, and the dialog in which the contact's id has to be typed before anything is removed. */
export function EraseContact({
  contactId,
  onErased,
}: {
  readonly contactId: string;
  readonly onErased: (erasure: Erasure) => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const open = (): void => {
    setTyped("");
    setProblem(null);
    dialog.current?.showModal();
  };
  const erase = (event: Event): void => {
    event.preventDefault();
    if (typed.trim() !== contactId || isBusy) return;
    setBusy(true);
    setProblem(null);
    remove<Erasure>(locationPath(locationId, "contacts", contactId))
      .then(
        (erasure) => {
          dialog.current?.close();
          announce("The contact is erased");
          onErased(erasure);
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" class="danger" onClick={open}>
        Erase…
      </button>
      <dialog ref={dialog} class="erase" aria-labelledby={title}>
        <form onSubmit={erase}>
          <h2 id={title}>Erase this contact?</h2>
          <p>This removes, and nothing on this page brings it back:</p>
          <ul class="plain-list">
            <li>what its events held and what was decided on them</li>
            <li>its deliveries with every attempt: what still waits is not sent</li>
            <li>its tasks, open and done</li>
            <li>events that could not be used and name it</li>
          </ul>
          <p class="quiet-note">HighLevel keeps its own data, and webhooks that were sent are not called back.</p>
          <label>
            <span>
              Type <code>{contactId}</code> to erase it
            </span>
            <input
              value={typed}
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
              onInput={(event) => setTyped(event.currentTarget.value)}
            />
          </label>
          {problem ? <ProblemNote problem={problem} /> : null}
          <div class="buttons">
            <button type="submit" class="danger" disabled={typed.trim() !== contactId || isBusy}>
              {isBusy ? "Erasing…" : "Erase"}
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

/** What was removed, and until when it can be recovered. */
export function ErasureNote({ erasure }: { readonly erasure: Erasure }): JSX.Element {
  return (
    <section class="panel erased" aria-labelledby="erased">
      <h2 id="erased">Erased</h2>
      <p>{erasedInWords(erasure.erased)}.</p>
      <p>
        Until <Time at={erasure.recoverableUntil} />, whoever can deploy the Worker can bring it back with Cloudflare's
        point-in-time recovery; after that, nobody can.
      </p>
    </section>
  );
}
