import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { type Route } from "../address/routes.ts";
import { NOWHERE, PlaceContext, type Place } from "../ask/place.ts";
import { Guarded } from "./guarded.tsx";
import { Changes } from "./later-pages.tsx";

/** The page that needs no location, for whoever has chosen none. */
export function Everywhere({
  route,
  zone,
  onSignOut,
}: {
  readonly route: Route;
  readonly zone: string;
  readonly onSignOut: () => void;
}): JSX.Element {
  const place = useMemo<Place>(() => ({ ...NOWHERE, zone }), [zone]);
  useEffect(() => {
    document.title = `${route.item === null ? "changes" : `version ${route.item}`} · Afterbeep`;
  }, [route.item]);
  return (
    <PlaceContext.Provider value={place}>
      <header class="bar">
        <a class="brand" href="#/">
          <img src="/icon.svg" alt="" width="24" height="24" /> Afterbeep
        </a>
        <a href="#/">All locations</a>
        <button type="button" class="quiet sign-out" onClick={onSignOut}>
          Sign out
        </button>
      </header>
      <main id="main">
        <Guarded key={route.item ?? ""}>
          <Changes route={route} />
        </Guarded>
      </main>
    </PlaceContext.Provider>
  );
}
