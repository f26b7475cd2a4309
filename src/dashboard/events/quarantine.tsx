// Signed events that could not be used: why, and a way to take them in again once that is fixed.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Quarantined } from "../../model/ledger.ts";
import { locationPath, post, problemOf, type Problem } from "../ask/api.ts";
import { useQuery } from "../ask/use-query.ts";
import { announce } from "../parts/announce.tsx";
import { Pager, usePaging } from "../parts/paging.tsx";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

const PAGE = 25;

/** What names this location, and what names none. */
export function Quarantine(): JSX.Element {
  const { locationId } = usePlace();
  return (
    <>
      <Bodies base={locationPath(locationId)} title="Events that could not be used" />
      <Bodies base="/api" title="Events that name no location" isQuietWhenEmpty />
    </>
  );
}

interface BodiesProps {
  readonly base: string;
  readonly title: string;
  /** Nothing is shown where there is none. */
  readonly isQuietWhenEmpty?: boolean;
}

function Bodies({ base, title, isQuietWhenEmpty = false }: BodiesProps): JSX.Element | null {
  const paging = usePaging("");
  const [refused, setRefused] = useState<Problem | null>(null);
  const { answer, problem, askAgain } = useQuery<{ quarantined: readonly Quarantined[]; cursor: string | null }>(
    `${base}/quarantine`,
    { cursor: paging.cursor, limit: PAGE },
  );
  const ingest = (id: string): void => {
    setRefused(null);
    post<{ status: string }>(`${base}/quarantine/${encodeURIComponent(id)}/ingest`).then(
      ({ status }) => {
        announce(status === "quarantined" ? "It still cannot be used" : `Taken in: ${status}`);
        askAgain();
      },
      (error: unknown) => setRefused(problemOf(error)),
    );
  };
  if (isQuietWhenEmpty && paging.number === 1 && !problem && !refused && !answer?.quarantined.length) return null;
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      <p class="quiet-note">
        Signed, and something in them cannot be read, or they say what became of an e-mail that is not in the log.
        Newest first; each is kept as it came.
      </p>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {refused ? <ProblemNote problem={refused} /> : null}
      {answer?.quarantined.length === 0 ? <p>None.</p> : null}
      {answer?.quarantined.map(({ id, receivedAt, issues, body }) => (
        <details class="verdict" key={id}>
          <summary>
            <Time at={receivedAt} />
            <span class="verdict-why">
              {issues.map(({ pointer, message }) => `${pointer || "/"}: ${message}`).join("; ")}
            </span>
          </summary>
          <div class="verdict-body">
            <pre class="json" tabIndex={0} role="region" aria-label="The body as it came">
              {body}
            </pre>
            <button type="button" onClick={() => ingest(id)}>
              Take it in again
            </button>
          </div>
        </details>
      ))}
      <Pager paging={paging} next={answer?.cursor ?? null} />
    </section>
  );
}
