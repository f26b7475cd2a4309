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

export function Quarantine(): JSX.Element {
  const { locationId } = usePlace();
  const paging = usePaging("");
  const [refused, setRefused] = useState<Problem | null>(null);
  const { answer, problem, askAgain } = useQuery<{ quarantined: readonly Quarantined[]; cursor: string | null }>(
    locationPath(locationId, "quarantine"),
    { cursor: paging.cursor, limit: PAGE },
  );
  const ingest = (id: string): void => {
    setRefused(null);
    post<{ status: string }>(locationPath(locationId, "quarantine", id, "ingest")).then(
      ({ status }) => {
        announce(status === "quarantined" ? "It still cannot be used" : `Taken in: ${status}`);
        askAgain();
      },
      (error: unknown) => setRefused(problemOf(error)),
    );
  };
  return (
    <section class="panel" aria-label="Events that could not be used">
      <p class="quiet-note">HighLevel signed these, and something in them cannot be read. Each is kept as it came.</p>
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
