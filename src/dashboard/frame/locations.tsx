import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Home } from "../../model/home.ts";
import { AgencyList } from "../agency/list.tsx";
import { HomeTable, homeQuery } from "../home/page.tsx";
import { usePaging } from "../parts/paging.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { SendFirst } from "../parts/send-first.tsx";
import { Unplaced } from "./unplaced.tsx";
import { goTo, linkTo, readRoute, type Route } from "../address/routes.ts";
import { useQueryAt } from "../ask/use-query.ts";
import { whileSeen } from "../ask/while-seen.ts";

const FIRST_EVERY_MS = 2_000;
const EVERY_MS = 30_000;
const PAGE = 100;

/** All locations. A single one is opened at once; while there is none, it shows how to get one. */
export function Locations({
  route,
  onSignOut,
}: {
  readonly route: Route;
  readonly onSignOut: () => void;
}): JSX.Element {
  const { search, sort, trouble } = homeQuery(route.query);
  const isAll = search === "" && trouble === undefined;
  const paging = usePaging(JSON.stringify([search, sort, trouble]));
  const parameters = { search, sort, trouble, cursor: paging.cursor, limit: PAGE };
  const { answer, problem, askAgain } = useQueryAt<Home>("", "/api/overview", parameters);
  const count = answer?.totals.locations ?? null;
  const isNone = isAll && count === 0;
  useEffect(() => {
    const [only] = answer?.locations ?? [];
    // The user may have navigated away before the answer came.
    const now = readRoute(location.hash);
    const isHere = now.locationId === null && now.page === "overview" && Object.keys(now.query).length === 0;
    if (only && isAll && answer?.totals.locations === 1 && isHere) goTo(linkTo(only.locationId), true);
  }, [answer]);
  useEffect(() => whileSeen(askAgain, isNone ? FIRST_EVERY_MS : EVERY_MS, document), [isNone]);
  return (
    <Unplaced onSignOut={onSignOut}>
      <div class="title">
        <h1>{isNone ? "Locations" : "All locations"}</h1>
        <a href={linkTo("", "changes")}>Changes of the rules</a>
      </div>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {isNone ? <SendFirst locationId={null} /> : null}
      {answer && !isNone ? <HomeTable home={answer} query={route.query} paging={paging} onMoved={askAgain} /> : null}
      <AgencyList />
    </Unplaced>
  );
}
