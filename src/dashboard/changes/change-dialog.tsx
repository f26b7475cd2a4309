// Asks before anything is put in force: what will happen, who asks and why. A change that somebody made meanwhile is shown,
// and nothing is overwritten.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { RulesChange } from "../../model/published.ts";
import { post, problemOf, type Problem } from "../ask/api.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { CanaryFields } from "./canary-fields.tsx";
import { ChangeRow } from "./change-list.tsx";
import { changeInWords, withBefore } from "../../language/published-words.ts";
import type { PublishedState } from "./in-words.ts";
import { boundsIn, consequencesOf, FIRST_BOUNDS, rollBackInWords, type Named, type Offer } from "./offers.ts";
import { keepWho, lastWho } from "../ask/who.ts";

/** What is asked for. `after`: the last change that whoever asks has seen. */
export type Asking =
  | { readonly offer: Offer; readonly version: Named; readonly after: number }
  | { readonly offer: "roll-back"; readonly after: number };

/** Somebody changed what is in force since the page showed it. */
const CHANGED = "RULES_CHANGED";

export function ChangeDialog({
  asking,
  state,
  onChanged,
  onClose,
}: {
  readonly asking: Asking;
  readonly state: PublishedState;
  /** What is in force is another thing now, or may be. */
  readonly onChanged: () => void;
  readonly onClose: () => void;
}): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [typed, setTyped] = useState(FIRST_BOUNDS);
  const [by, setBy] = useState(lastWho);
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const bounds = asking.offer === "canary" ? boundsIn(typed) : null;
  const isUnread = typeof bounds === "string";
  const follows =
    asking.offer === "roll-back"
      ? rollBackInWords(state)
      : consequencesOf(asking.offer, asking.version, state, isUnread ? null : bounds);
  const isOvertaken = problem?.code === CHANGED || state.inForce.change !== asking.after;
  const run = (event: Event): void => {
    event.preventDefault();
    if (isBusy || isUnread || isOvertaken) return;
    setBusy(true);
    setProblem(null);
    keepWho(by);
    const why = { by: by.trim() === "" ? null : by.trim(), reason: reason.trim(), after: asking.after };
    const call =
      asking.offer === "roll-back"
        ? post<{ change: RulesChange }>("/api/rule-sets/rollback", why)
        : post<{ change: RulesChange }>(`/api/rule-sets/${asking.version.version}/activate`, {
            for: asking.offer === "canary" ? bounds : asking.offer,
            ...why,
          });
    call
      .then(
        ({ change }) => {
          announce(changeInWords(change, state.inForce).what);
          onChanged();
          dialog.current?.close();
        },
        (error: unknown) => {
          setProblem(problemOf(error));
          onChanged();
        },
      )
      .finally(() => setBusy(false));
  };
  const { heading, verb } = wordsOf(asking);
  return (
    <dialog ref={dialog} class="erase" aria-labelledby={title} onClose={onClose}>
      <form onSubmit={run}>
        <h2 id={title}>{heading}</h2>
        {isOvertaken ? (
          <Overtaken after={asking.after} state={state} />
        ) : (
          <>
            <ul class="plain-list">
              {follows.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
            {asking.offer === "canary" ? <CanaryFields typed={typed} onType={setTyped} /> : null}
            {isUnread ? <p role="status">{bounds}</p> : null}
            <Field label="Why">
              <input value={reason} maxLength={2_000} onInput={(event) => setReason(event.currentTarget.value)} />
            </Field>
            <Field label="Who">
              <input
                value={by}
                maxLength={200}
                autocomplete="name"
                onInput={(event) => setBy(event.currentTarget.value)}
              />
            </Field>
            {problem ? <ProblemNote problem={problem} /> : null}
          </>
        )}
        <div class="buttons">
          {isOvertaken ? null : (
            <button type="submit" class="primary" disabled={isBusy || isUnread}>
              {isBusy ? "One moment…" : verb}
            </button>
          )}
          <button type="button" onClick={() => dialog.current?.close()}>
            {isOvertaken ? "Look at what is in force now" : "Leave it as it is"}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function Field({ label, children }: { readonly label: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <label>
      <span>{label}</span>
      {children}
    </label>
  );
}

/** Nothing was done: what others did since, and what to do now. */
function Overtaken({ after, state }: { readonly after: number; readonly state: PublishedState }): JSX.Element {
  const since = withBefore(state.changes).filter(({ change }) => change.change > after);
  return (
    <div role="alert">
      <p>
        <strong>Nothing was done: what is in force has changed since this was opened.</strong>
      </p>
      <ol class="rows changes">
        {since.map(({ change, before }) => (
          <ChangeRow key={change.change} change={change} before={before} />
        ))}
      </ol>
      <p>Look at what is in force now, talk to whoever changed it, and ask again if it is still right.</p>
    </div>
  );
}

const WORDS: { readonly [Each in Offer]: { readonly heading: (version: string) => string; readonly verb: string } } = {
  all: { heading: (version) => `Put ${version} in force for all?`, verb: "Put in force for all" },
  canary: { heading: (version) => `Try ${version} on some?`, verb: "Begin the canary" },
  shadow: { heading: (version) => `Put ${version} into the shadow?`, verb: "Put into the shadow" },
  nobody: { heading: (version) => `End ${version}?`, verb: "End it" },
};

function wordsOf(asking: Asking): { readonly heading: string; readonly verb: string } {
  if (asking.offer === "roll-back") return { heading: "Roll back?", verb: "Roll back" };
  const { heading, verb } = WORDS[asking.offer];
  return { heading: heading(`version ${asking.version.version}`), verb };
}
