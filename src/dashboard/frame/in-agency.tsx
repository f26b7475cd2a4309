import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Agency } from "../agency/page.tsx";
import type { Route } from "../address/routes.ts";
import { NOWHERE, PlaceContext, type Place } from "../ask/place.ts";
import { Unplaced } from "./unplaced.tsx";

/** The page of an agency, which is of no location; its times are those of the deployment's zone. */
export function InAgency({
  companyId,
  route,
  zone,
  onSignOut,
}: {
  readonly companyId: string;
  readonly route: Route;
  readonly zone: string;
  readonly onSignOut: () => void;
}): JSX.Element {
  const place = useMemo<Place>(() => ({ ...NOWHERE, zone }), [zone]);
  return (
    <PlaceContext.Provider value={place}>
      <Unplaced onSignOut={onSignOut}>
        <Agency key={companyId} companyId={companyId} route={route} />
      </Unplaced>
    </PlaceContext.Provider>
  );
}
