import type { ComponentType, JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Changed } from "../ask/use-change.ts";
import { useName } from "../ask/use-name.ts";
import { Change } from "../ask/use-query.ts";
import { Alerts } from "../alerts/page.tsx";
import { Audit } from "../audit/page.tsx";
import { Contact } from "../contact/page.tsx";
import { Deliveries } from "../deliveries/page.tsx";
import { EventPage } from "../events/event.tsx";
import { Events } from "../events/page.tsx";
import { Overview } from "../overview/page.tsx";
import { PlaceContext, type Place } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { Rules } from "../rules/page.tsx";
import type { PageName, PageProps, Route } from "../address/routes.ts";
import { Shadow } from "../shadow/page.tsx";
import { Tasks } from "../tasks/page.tsx";
import { Guarded } from "./guarded.tsx";
import { Changes, Playground, Token } from "./later-pages.tsx";
import { Shell } from "./shell.tsx";

const SHOWN: { readonly [Page in PageName]: ComponentType<PageProps> } = {
  overview: Overview,
  events: (props) => (props.route.item === null ? <Events {...props} /> : <EventPage {...props} />),
  contacts: Contact,
  deliveries: Deliveries,
  tasks: Tasks,
  rules: Rules,
  shadow: Shadow,
  playground: Playground,
  alerts: Alerts,
  audit: Audit,
  changes: Changes,
  token: Token,
};

/** A page of a location. It asks nothing until the first `change` is known, so nothing is asked twice or missed. */
export function Located({
  route,
  locationId,
  zone,
  highlevelHost,
  changed: { change, problem },
  onSignOut,
}: {
  readonly route: Route;
  readonly locationId: string;
  readonly zone: string;
  readonly highlevelHost: string;
  readonly changed: Changed;
  readonly onSignOut: () => void;
}): JSX.Element {
  const { name, askName } = useName(locationId);
  const place = useMemo<Place>(
    () => ({ locationId, name, askName, zone, highlevelHost }),
    [locationId, name, askName, zone, highlevelHost],
  );
  const Page = SHOWN[route.page];
  useEffect(() => {
    document.title = `${route.item ?? route.page} · ${name ?? locationId} · Afterbeep`;
  }, [route.page, route.item, name, locationId]);
  return (
    <PlaceContext.Provider value={place}>
      <Change.Provider value={change ?? ""}>
        <Shell route={route} onSignOut={onSignOut}>
          {problem ? <ProblemNote problem={problem} /> : null}
          {change === null ? (
            <p class="quiet-note">Loading…</p>
          ) : (
            <Guarded key={`${route.page} ${route.item ?? ""}`}>
              <Page route={route} />
            </Guarded>
          )}
        </Shell>
      </Change.Provider>
    </PlaceContext.Provider>
  );
}
