// The agencies that have the app installed, or had.
import type { JSX } from "preact";
import type { KnownAgency } from "../../model/agency.ts";
import { linkToAgency } from "../address/routes.ts";
import { useQueryAt } from "../ask/use-query.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ProblemNote } from "../parts/problem.tsx";

const PAGE = 50;

/** What the list shows of agencies; nothing where there is none and none went before. */
export function AgencyList(): JSX.Element | null {
  const paging = usePaging("agencies");
  const { answer, problem, askAgain } = useQueryAt<{
    agencies: readonly KnownAgency[];
    cursor: string | null;
  }>("", "/api/agencies", { cursor: paging.cursor, limit: PAGE });
  if (!problem && paging.number === 1 && !answer?.agencies.length) return null;
  return (
    <section class="agencies" aria-label="Agencies">
      <h2>Agencies</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      <ul>
        {answer?.agencies.map(({ companyId, isInstalled }) => (
          <li key={companyId}>
            <a href={linkToAgency(companyId)}>{companyId}</a>
            {isInstalled ? "" : ", has uninstalled the app"}
          </li>
        ))}
      </ul>
      <Pager paging={paging} next={answer?.cursor ?? null} />
    </section>
  );
}
