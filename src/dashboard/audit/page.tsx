// What operators did, newest first: in this location, and in all of them.
import type { JSX } from "preact";
import type { AuditEntry } from "../../model/audit.ts";
import { locationPath } from "../ask/api.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { timeInWords } from "../time/time.ts";
import { actionInWords, changeInWords } from "./audit-words.ts";

const PAGE = 50;

export function Audit(): JSX.Element {
  const { locationId } = usePlace();
  return (
    <>
      <h1>Audit</h1>
      <Actions title="In this location" path={locationPath(locationId, "audit")} />
      <Actions title="In every location" path="/api/audit" />
    </>
  );
}

function Actions({ title, path }: { readonly title: string; readonly path: string }): JSX.Element {
  const { zone } = usePlace();
  const inZone = (at: string): string => timeInWords(at, zone, Date.now());
  const paging = usePaging(path);
  const { answer, problem, askAgain } = useQuery<{ audit: readonly AuditEntry[]; cursor: string | null }>(path, {
    cursor: paging.cursor,
    limit: PAGE,
  });
  return (
    <section class="panel" aria-label={title}>
      <h2>{title}</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {answer?.audit.length === 0 ? <p>Nobody has changed anything.</p> : null}
      <ul class="rows audit">
        {answer?.audit.map((entry) => (
          <li key={entry.id}>
            <p>
              <strong>{actionInWords(entry, inZone)}</strong>
            </p>
            <small>
              by {entry.by.name}
              {entry.by.through === "access" ? " (Cloudflare Access)" : ""}, <Time at={entry.at} />
            </small>
            <small>{changeInWords(entry, inZone)}</small>
          </li>
        ))}
      </ul>
      <Pager paging={paging} next={answer?.cursor ?? null} />
    </section>
  );
}
