// What somebody has to know: of this location, with where it is told, and of all of them.
import type { JSX } from "preact";
import { alertInWords, type Alert, type PlacedAlert } from "../../model/alert.ts";
import { usePlace } from "../ask/place.ts";
import { useQuery } from "../ask/use-query.ts";
import { linkTo } from "../address/routes.ts";
import { Pager, usePaging } from "../parts/paging.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { Time } from "../time/time-elements.tsx";
import { placeOf } from "./alert-places.ts";
import { Telling } from "./telling.tsx";
import { useAlerts } from "../parts/alert-mark.tsx";

/** So many locations are shown at once. */
const PAGE = 50;

export function Alerts(): JSX.Element {
  const { locationId } = usePlace();
  const { answer, problem, askAgain } = useAlerts();
  return (
    <>
      <h1>Alerts</h1>
      <section class="panel" aria-label="In this location">
        <h2>In this location</h2>
        {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
        {answer?.alerts.length === 0 ? <p>There is nothing that somebody has to know.</p> : null}
        <ul class="rows alerts">
          {answer?.alerts.map((alert) => (
            <AlertRow key={alert.id} alert={alert} locationId={locationId} />
          ))}
        </ul>
        {answer ? <Telling told={answer} onChanged={askAgain} /> : null}
      </section>
      <Everywhere />
    </>
  );
}

function Everywhere(): JSX.Element {
  const paging = usePaging("alerts");
  const { answer, problem, askAgain } = useQuery<{ alerts: readonly PlacedAlert[]; cursor: string | null }>(
    "/api/alerts",
    { cursor: paging.cursor, limit: PAGE },
  );
  const open = answer?.alerts.filter(({ endedAt }) => endedAt === null);
  return (
    <section class="panel" aria-label="Open in every location">
      <h2>Open in every location</h2>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {open?.length === 0 ? <p>Nothing is open.</p> : null}
      <ul class="rows alerts">
        {open?.map((alert) => (
          <AlertRow key={`${alert.locationId} ${alert.id}`} alert={alert} locationId={alert.locationId}>
            <a href={linkTo(alert.locationId, "alerts")}>{alert.name ?? alert.locationId}</a>
          </AlertRow>
        ))}
      </ul>
      <Pager paging={paging} next={answer?.cursor ?? null} />
    </section>
  );
}

function AlertRow({
  alert,
  locationId,
  children,
}: {
  readonly alert: Alert;
  readonly locationId: string;
  readonly children?: JSX.Element;
}): JSX.Element {
  const { openedAt, endedAt } = alert;
  return (
    <li data-row>
      <span class={`badge state-${endedAt === null ? "dead" : "sent"}`}>{endedAt === null ? "open" : "over"}</span>{" "}
      {children}{" "}
      <a class="row-what" href={placeOf(locationId, alert)}>
        {alertInWords(alert)}
      </a>{" "}
      <small>
        since <Time at={openedAt} />
        {endedAt === null ? null : (
          <>
            , over <Time at={endedAt} />
          </>
        )}
      </small>
    </li>
  );
}
