import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { KnownLocation } from "../../model/ledger.ts";
import { LocationList } from "./location-switcher.tsx";
import { ProblemNote } from "../parts/problem.tsx";
import { SendFirst } from "../parts/send-first.tsx";
import { Unplaced } from "./unplaced.tsx";
import { goTo, linkTo, readRoute } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";

const ASK_EVERY_MS = 2_000;

/** Lets a location be chosen. A single one is opened at once; while there is none, it shows how to get one. */
export function Locations({ onSignOut }: { readonly onSignOut: () => void }): JSX.Element {
  const { answer, problem, askAgain } = useQuery<{ locations: readonly KnownLocation[] }>("/api/locations", {
    limit: 2,
  });
  const count = answer?.locations.length ?? null;
  useEffect(() => {
    const [only, second] = answer?.locations ?? [];
    // The user may have navigated away before the answer came.
    const { locationId, page } = readRoute(location.hash);
    const isHere = locationId === null && page === "overview";
    if (only && !second && isHere) goTo(linkTo(only.locationId), true);
  }, [answer]);
  useEffect(() => {
    if (count !== 0) return undefined;
    const timer = setInterval(askAgain, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [count]);
  return (
    <Unplaced onSignOut={onSignOut}>
      <h1>{count !== null && count > 1 ? "Which location?" : "Locations"}</h1>
      <p>
        <a href={linkTo("", "changes")}>Changes of the rules</a>
      </p>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      {count === 0 ? <SendFirst locationId={null} /> : null}
      {count !== null && count > 1 ? (
        <>
          <LocationList />
        </>
      ) : null}
    </Unplaced>
  );
}
