// Deleting a location: it has to be confirmed by its id, goes on until nothing is left, and says what can still be brought back.
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { locationPath, problemOf, remove, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

/** What the API answers to deleting a part. */
interface Deleted {
  readonly deleted: { readonly tasks: number };
  readonly more: boolean;
  /** ISO 8601, UTC. */
  readonly recoverableUntil: string;
}

/** The button, and the dialog in which the location's id has to be typed before anything is removed. */
export function DeleteLocation(): JSX.Element {
  const { locationId } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const [typed, setTyped] = useState("");
  /** The tasks so far; `null`: it is not being deleted. */
  const [tasks, setTasks] = useState<number | null>(null);
  const [until, setUntil] = useState<string | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const title = useId();
  const open = (): void => {
    setTyped("");
    setProblem(null);
    setUntil(null);
    dialog.current?.showModal();
  };
  const all = async (): Promise<void> => {
    for (let so = 0, isMore = true; isMore;) {
      setTasks(so);
      const { deleted, more, recoverableUntil } = await remove<Deleted>(locationPath(locationId), {
        confirm: locationId,
      });
      so += deleted.tasks;
      isMore = more;
      if (!more) setUntil(recoverableUntil);
    }
    announce("The location is deleted");
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (typed.trim() !== locationId || tasks !== null) return;
    setProblem(null);
    all()
      .catch((error: unknown) => setProblem(problemOf(error)))
      .finally(() => setTasks(null));
  };
  return (
    <div class="delete-location">
      <button type="button" class="danger" onClick={open}>
        Delete this location…
      </button>
      <dialog ref={dialog} class="erase" aria-labelledby={title}>
        {until === null ? (
          <form onSubmit={submit}>
            <h2 id={title}>Delete this location?</h2>
            <p>This removes, and nothing on this page brings it back:</p>
            <ul class="plain-list">
              <li>its whole log, with every contact, decision and delivery: what still waits is not sent</li>
              <li>its tasks, open and done</li>
              <li>its HighLevel token; its agency gives it no other one</li>
            </ul>
            <p class="quiet-note">
              Take it off ALLOWED_LOCATIONS and uninstall the app there before: an event that comes later begins it
              anew. HighLevel keeps its own data. Who deleted it, and when, stays in the audit log of all locations.
            </p>
            <label>
              <span>
                Type <code>{locationId}</code> to delete it
              </span>
              <input
                value={typed}
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                onInput={(event) => setTyped(event.currentTarget.value)}
              />
            </label>
            {tasks ? <p role="status">{tasks.toLocaleString("en")} tasks so far…</p> : null}
            {problem ? <ProblemNote problem={problem} /> : null}
            <div class="buttons">
              <button type="submit" class="danger" disabled={typed.trim() !== locationId || tasks !== null}>
                {tasks === null ? "Delete" : "Deleting…"}
              </button>
              <button type="button" onClick={() => dialog.current?.close()}>
                Keep it
              </button>
            </div>
          </form>
        ) : (
          <>
            <h2 id={title}>Deleted</h2>
            <p>
              Until <Time at={until} />, whoever can deploy the Worker can bring it back with Cloudflare's point-in-time
              recovery; after that, nobody can.
            </p>
            <p>
              <a href="#/">All locations</a>
            </p>
          </>
        )}
      </dialog>
    </div>
  );
}
