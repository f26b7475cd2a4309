// Publishes the draft: the files of the version in force, with the draft's among them, as the next version. It is not in
// force by that.
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import { withoutPeople, type Comparison } from "../../model/comparison.ts";
import type { PublishedFiles, RulesState, RuleSetVersion, WholeVersion } from "../../model/published.ts";
import { goTo, linkTo } from "../address/routes.ts";
import { get, post, problemOf, type Problem } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { keepWho, lastWho } from "../ask/who.ts";
import { announce } from "../parts/announce.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { withDraft } from "./with-draft.ts";

/** What the draft would be put among. */
interface Base {
  readonly version: number;
  readonly files: PublishedFiles;
  /** The version that was published last. */
  readonly last: number;
}

type Known =
  | { readonly at: "asking" }
  | { readonly at: "barred"; readonly why: string }
  | { readonly at: "ready"; readonly base: Base };

const BARRED = {
  deploy:
    'RULES_FROM is "deploy": only the rules of the deployed Worker decide. Download the rule file, put it into rules/, and deploy.',
  nothing:
    "No published version is in force, so there are no files to put the draft among. Publish the folder of rules once, with npm run rules publish, and put it in force.",
};

export function Publish({
  name,
  text,
  compared,
}: {
  readonly name: string;
  readonly text: string;
  /** What a replay said of just this draft; `null`: there was none. */
  readonly compared: Comparison | null;
}): JSX.Element {
  const { locationId } = usePlace();
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [known, setKnown] = useState<Known>({ at: "asking" });
  const [note, setNote] = useState("");
  const [author, setAuthor] = useState(lastWho);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const open = (): void => {
    setKnown({ at: "asking" });
    setProblem(null);
    dialog.current?.showModal();
    baseOf().then(setKnown, (error: unknown) => setProblem(problemOf(error)));
  };
  const would = known.at === "ready" ? withDraft(known.base.files, name, text) : null;
  const isReady = would !== null && note.trim() !== "" && name !== "" && !isBusy;
  const publish = (event: Event): void => {
    event.preventDefault();
    if (!isReady || known.at !== "ready") return;
    setBusy(true);
    setProblem(null);
    keepWho(author);
    const by = author.trim() === "" ? null : author.trim();
    post<{ version: RuleSetVersion }>("/api/rule-sets", {
      files: would.files,
      note: note.trim(),
      author: by,
      over: known.base.last,
      replay: compared && withoutPeople(compared),
    })
      .then(
        ({ version: { version } }) => {
          dialog.current?.close();
          announce(`Version ${version} is published`);
          goTo(linkTo(locationId, "changes", String(version)));
        },
        (error: unknown) => setProblem(problemOf(error)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <button type="button" onClick={open}>
        Publish…
      </button>
      <dialog ref={dialog} class="erase" aria-labelledby={title}>
        <form onSubmit={publish}>
          <h2 id={title}>Publish the draft?</h2>
          {known.at === "asking" && !problem ? <p class="quiet-note">One moment…</p> : null}
          {known.at === "barred" ? <p>{known.why}</p> : null}
          {known.at === "ready" && would ? (
            <>
              <ul class="plain-list">
                <li>
                  The files of version {known.base.version}, which is in force, become a new version;{" "}
                  <code>{would.file}</code> {would.isNew ? "is added" : "is replaced"}.
                </li>
                {would.losesExamples ? (
                  <li>The file has examples, and the draft has none: they are lost unless you add them to it.</li>
                ) : null}
                {known.base.last === known.base.version ? null : (
                  <li>What changed up to version {known.base.last}, which was published last, is not in it.</li>
                )}
                <li>
                  {compared
                    ? "What its replay counted is kept with it, without contacts and texts."
                    : "It was not replayed as it is now: nobody knows yet whom it would text."}
                </li>
                <li>It is not in force by that: its page shows what it changes, and puts it in force.</li>
              </ul>
              <label>
                <span>What for</span>
                <input
                  value={note}
                  required
                  maxLength={2_000}
                  onInput={(event) => setNote(event.currentTarget.value)}
                />
              </label>
              <label>
                <span>Who</span>
                <input
                  value={author}
                  maxLength={200}
                  autocomplete="name"
                  onInput={(event) => setAuthor(event.currentTarget.value)}
                />
              </label>
            </>
          ) : null}
          {problem ? <ProblemNote problem={problem} /> : null}
          <div class="buttons">
            {known.at === "ready" ? (
              <button type="submit" class="primary" disabled={!isReady}>
                {isBusy ? "Publishing…" : "Publish"}
              </button>
            ) : null}
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

async function baseOf(): Promise<Known> {
  const state = await get<RulesState & { readonly versions: readonly RuleSetVersion[] }>("/api/rule-sets", {
    limit: 1,
  });
  const { liveVersion } = state.inForce;
  if (state.rulesFrom === "deploy") return { at: "barred", why: BARRED.deploy };
  if (liveVersion === null) return { at: "barred", why: BARRED.nothing };
  const { version } = await get<{ version: WholeVersion }>(`/api/rule-sets/${liveVersion}`);
  const last = state.versions[0]?.version ?? liveVersion;
  return { at: "ready", base: { version: liveVersion, files: version.files, last } };
}
