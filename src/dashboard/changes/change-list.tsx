// Who changed what is in force, when, and why; what Afterbeep did by itself stands out.
import type { JSX } from "preact";
import type { InForce, RulesChange } from "../../model/published.ts";
import { Ago, Time } from "../time/time-elements.tsx";
import { changeInWords, withBefore } from "../../language/published-words.ts";

const SHOWN = 25;

export function ChangeList({ changes }: { readonly changes: readonly RulesChange[] }): JSX.Element {
  const shown = withBefore(changes).slice(0, SHOWN);
  return (
    <section class="panel" aria-labelledby="changes">
      <h2 id="changes">What was changed</h2>
      {shown.length === 0 ? <p class="quiet-note">Nothing yet: the rules of the last deploy decide.</p> : null}
      <ol class="rows changes">
        {shown.map(({ change, before }) => (
          <ChangeRow key={change.change} change={change} before={before} />
        ))}
      </ol>
      {changes.length > SHOWN ? (
        <p class="quiet-note">
          Older ones: <code>npm run rules versions -- --json</code>
        </p>
      ) : null}
    </section>
  );
}

export function ChangeRow({
  change,
  before,
}: {
  readonly change: RulesChange;
  readonly before: InForce | null;
}): JSX.Element {
  const { what, isAlarming } = changeInWords(change, before);
  return (
    <li class={`change${isAlarming ? " is-alarming" : ""}`}>
      <span class="change-when">
        <Time at={change.at} /> <small class="quiet-note">change {change.change}</small>
      </span>
      <span class="change-what">
        <b>{what}</b>
        {change.reason === "" ? null : <q>{change.reason}</q>}
      </span>
      <small class="quiet-note">
        by {change.by ?? (isAlarming ? "Afterbeep itself" : "somebody")}, <Ago at={change.at} />
      </small>
    </li>
  );
}
