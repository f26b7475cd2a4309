// One version: what it changes, in words, what a replay said of it, and the ways to put it in force.
import { FileFinding } from "../parts/file-finding.tsx";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { WholeVersion } from "../../model/published.ts";
import { linkTo } from "../address/routes.ts";
import { usePlace } from "../ask/place.ts";
import { useQueryAt } from "../ask/use-query.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { ChangeDialog, type Asking } from "./change-dialog.tsx";
import { FromDeploy } from "./in-force-panel.tsx";
import type { PublishedState } from "./in-words.ts";
import { offersOf, type Offer } from "./offers.ts";
import { VersionReplay } from "./version-replay.tsx";
import { VersionDiff } from "./version-diff.tsx";
import { rulesInWords, VersionMarks } from "./version-rows.tsx";

const OFFERED: { readonly [Each in Offer]: string } = {
  all: "Put in force for all…",
  canary: "Canary…",
  shadow: "Into the shadow…",
  nobody: "End…",
};

export function VersionPage({
  item,
  against,
  state,
  onChanged,
}: {
  readonly item: string;
  readonly against: string;
  readonly state: PublishedState;
  readonly onChanged: () => void;
}): JSX.Element {
  const { locationId } = usePlace();
  const { answer, problem, askAgain } = useQueryAt<{ version: WholeVersion }>(
    "",
    `/api/rule-sets/${encodeURIComponent(item)}`,
    {},
  );
  const version = answer?.version ?? null;
  return (
    <>
      <div class="title">
        <h1 class="long-name">Version {item}</h1>
        <span class="links">
          <a href={linkTo(locationId, "changes")}>All changes</a>
        </span>
      </div>
      {problem ? (
        problem.status === 404 ? (
          <p>There is no such version: it was never published here.</p>
        ) : (
          <ProblemNote problem={problem} onAgain={askAgain} />
        )
      ) : null}
      {version === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {version ? (
        <>
          <About version={version} state={state} onChanged={onChanged} />
          <VersionDiff version={version} against={against} state={state} />
          <VersionReplay key={version.version} version={version} />
        </>
      ) : null}
    </>
  );
}

function About({
  version,
  state,
  onChanged,
}: {
  readonly version: WholeVersion;
  readonly state: PublishedState;
  readonly onChanged: () => void;
}): JSX.Element {
  const [asking, setAsking] = useState<Asking | null>(null);
  const { author, note, publishedAt, rules, findings, checked } = version;
  const failing = checked.reduce((sum, one) => sum + one.failing, 0);
  return (
    <section class="panel" aria-labelledby="about">
      <h2 id="about">{note === "" ? "Published without a note" : note}</h2>
      <p>
        {rulesInWords(rules)}, by {author ?? "somebody"}, <Time at={publishedAt} />{" "}
        <VersionMarks version={version} state={state} />
        {failing === 0 ? null : (
          <span class="badge mark-bad">{failing === 1 ? "1 example fails" : `${failing} examples fail`}</span>
        )}
      </p>
      {findings.length === 0 ? null : (
        <ul class="findings">
          {findings.map((found, index) => (
            <li key={index}>
              <FileFinding {...found} />
            </li>
          ))}
        </ul>
      )}
      <div class="buttons">
        {offersOf(version, state).map((offer) => (
          <button
            key={offer}
            type="button"
            class={offer === "all" ? "primary" : undefined}
            onClick={() => setAsking({ offer, version, after: state.inForce.change })}
          >
            {OFFERED[offer]}
          </button>
        ))}
      </div>
      {state.rulesFrom === "deploy" ? <FromDeploy state={state} /> : null}
      {asking ? (
        <ChangeDialog asking={asking} state={state} onChanged={onChanged} onClose={() => setAsking(null)} />
      ) : null}
    </section>
  );
}
