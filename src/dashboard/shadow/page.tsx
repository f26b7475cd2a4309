// What the set in the shadow would have done otherwise in this location: by rule, and on which events of whom.
import type { JSX } from "preact";
import type { Divergence, DivergenceHow, ShadowPage } from "../../model/published.ts";
import { actionInWords } from "../../language/in-words.ts";
import type { Action } from "../../model/rule.ts";
import { linkTo } from "../address/routes.ts";
import { locationPath } from "../ask/api.ts";
import { Calm } from "../ask/calm.tsx";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { counted } from "../parts/counted.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ContactLink, People } from "../parts/people.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { rowKeys } from "../parts/row-keys.ts";
import { Time } from "../time/time-elements.tsx";

const PAGE = 50;
const onKeyDown = rowKeys();

/** What is said of an event on which a rule would have done otherwise. */
const HOW: { readonly [How in DivergenceHow]: { readonly words: string; readonly mark: string } } = {
  more: { words: "would have fired", mark: "mark-good" },
  less: { words: "would not have fired", mark: "mark-bad" },
  other: { words: "would have done something else", mark: "mark-unused" },
};

export function Shadow(): JSX.Element {
  return (
    <Calm>
      <InTheShadow />
    </Calm>
  );
}

function InTheShadow(): JSX.Element {
  const { locationId } = usePlace();
  const paging = usePaging(locationId);
  const { answer, problem, askAgain } = useQuery<ShadowPage>(locationPath(locationId, "divergence"), {
    limit: PAGE,
    cursor: paging.cursor,
  });
  return (
    <>
      <div class="title">
        <h1>Shadow</h1>
        <span class="links">
          <a href={linkTo(locationId, "changes")}>Versions and changes</a>
        </span>
      </div>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer === null && !problem ? <p class="quiet-note">Loading…</p> : null}
      {answer ? (
        <>
          <section class="panel" aria-labelledby="by-rule">
            <h2 id="by-rule">By rule</h2>
            <Summary answer={answer} />
            {answer.rules.length === 0 ? null : <ByRule rules={answer.rules} />}
          </section>
          {answer.rules.length === 0 ? null : (
            <section class="panel" aria-labelledby="by-event">
              <h2 id="by-event">On which events</h2>
              <People of={answer.divergence.map(({ contactId }) => contactId)}>
                <ul class="rows divergences" onKeyDown={onKeyDown}>
                  {answer.divergence.map((one) => (
                    <Row key={`${one.eventKey} ${one.contactId} ${one.rule}`} one={one} />
                  ))}
                </ul>
              </People>
              <Pager paging={paging} next={answer.cursor} />
            </section>
          )}
        </>
      ) : null}
    </>
  );
}

function Summary({
  answer: { shadow, shadowVersion, rules, contacts, isFull },
}: {
  readonly answer: ShadowPage;
}): JSX.Element {
  const about =
    shadow === null
      ? "No set that differs from the one in force is in the shadow now"
      : `${shadowVersion === null ? "A set" : `Version ${shadowVersion}`} decides beside the one in force, and nothing of it leaves`;
  const found =
    rules.length === 0
      ? shadow === null
        ? ". Put a version there on the page of changes: what it would do otherwise stands here."
        : ". So far both agree on every event."
      : `${shadow === null ? "; what the last one would have done otherwise is kept" : ""}. What differs concerns ${contacts === 1 ? "1 contact" : `${counted(contacts)} contacts`}.`;
  return (
    <p>
      {about}
      {found}
      {isFull ? " There were more than are kept: the counts go no further." : ""}
    </p>
  );
}

function ByRule({ rules }: Pick<ShadowPage, "rules">): JSX.Element {
  const { locationId } = usePlace();
  return (
    <div class="table-frame" tabIndex={0} role="region" aria-label="How often each rule would have done otherwise">
      <table class="counts">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Would fire</th>
            <th scope="col">Would not</th>
            <th scope="col">Otherwise</th>
          </tr>
        </thead>
        <tbody>
          {rules.map(({ rule, more, less, other }) => (
            <tr key={rule}>
              <th scope="row">
                <a href={linkTo(locationId, "rules", rule)}>{rule}</a>
              </th>
              <td>{counted(more)}</td>
              <td>{counted(less)}</td>
              <td>{counted(other)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ one }: { readonly one: Divergence }): JSX.Element {
  const { locationId } = usePlace();
  const { words, mark } = HOW[one.how];
  // They are what the ledger planned: actions of an admitted rule.
  const actions = Array.isArray(one.actions) ? (one.actions as unknown as readonly Action[]) : [];
  return (
    <li data-row>
      <a class="row-main" href={linkTo(locationId, "events", one.eventKey, { contact: one.contactId })}>
        <Time at={one.at} /> {one.rule} <span class={`badge ${mark}`}>{words}</span>
      </a>
      <span class="row-fired">{actions.map(actionInWords).join("; ")}</span>
      <ContactLink id={one.contactId} />
    </li>
  );
}
