// Messages of which HighLevel sent no webhook: when that was, how many were found in its export, and whether it is looked
// through at all.
import type { JSX } from "preact";
import type { Gap, Reconciling } from "../../model/gap.ts";
import { locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { linkTo } from "../address/routes.ts";
import { counted } from "../parts/counted.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";

const PAGE = 50;

/** The gaps of a location, newest first. */
export function Gaps(): JSX.Element {
  const { locationId } = usePlace();
  const paging = usePaging("gaps");
  const { answer, problem, askAgain } = useQuery<{
    gaps: readonly Gap[];
    cursor: string | null;
    reconciling: Reconciling;
  }>(locationPath(locationId, "gaps"), { cursor: paging.cursor, limit: PAGE });
  return (
    <section class="panel" aria-label="Messages that were found later">
      <h2>Messages that were found later</h2>
      <p class="quiet-note">What HighLevel sent no webhook of is looked for in its export of messages, and taken in.</p>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer ? <Standing reconciling={answer.reconciling} /> : null}
      {answer?.gaps.length === 0 ? <p>No message was missing.</p> : null}
      <ul class="rows">
        {answer?.gaps.map((gap) => (
          <GapRow key={gap.id} gap={gap} locationId={locationId} />
        ))}
      </ul>
      <Pager paging={paging} next={answer?.cursor ?? null} />
    </section>
  );
}

function Standing({ reconciling: { detail, coveredUntil, isUnderWay } }: { reconciling: Reconciling }): JSX.Element {
  if (detail !== null) return <p role="status">The export is not looked through: {detail}.</p>;
  return (
    <p>
      {coveredUntil === null ? (
        "The export has not been looked through yet."
      ) : (
        <>
          All messages that HighLevel had until <Time at={coveredUntil} /> are in the log.
        </>
      )}
      {isUnderWay ? " What is missing since is being taken in." : ""}
    </p>
  );
}

function GapRow({ gap, locationId }: { readonly gap: Gap; readonly locationId: string }): JSX.Element {
  const { since, until, found, changed, late, kinds, takenFrom, takenUntil } = gap;
  const ofKinds = Object.entries(kinds).map(([kind, count]) => `${counted(count)} ${kind}`);
  // The log is narrowed by when something was recorded.
  const taken = { from: takenFrom, to: new Date(Date.parse(takenUntil) + 1).toISOString() };
  return (
    <li data-row>
      <span class="row-what">
        <Time at={since} /> to <Time at={until} />
      </span>
      <span>
        {ofKinds.join(", ")}
        {changed > 0 ? `, ${changed === found ? "all" : counted(changed)} known and changed since` : ""}
        {late > 0 ? `; ${counted(late)} too late for what a rule does` : ""}
      </span>
      <a href={linkTo(locationId, "events", null, taken)}>
        Taken in <Time at={takenUntil} />
      </a>
    </li>
  );
}
