// Which location is shown, and a way to any other, even among hundreds.
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import type { KnownLocation } from "../../model/ledger.ts";
import { AgencyList } from "../agency/list.tsx";
import { linkTo } from "../address/routes.ts";
import { useQuery } from "../ask/use-query.ts";
import { usePlace } from "../ask/place.ts";
import { ProblemNote } from "../parts/problem.tsx";
import { rowKeys } from "../parts/row-keys.ts";
import { dayInWords } from "../time/time.ts";

const SHOWN = 50;

export function LocationSwitcher(): JSX.Element {
  const { locationId, name } = usePlace();
  const [isOpen, setOpen] = useState(false);
  const host = useRef<HTMLDetailsElement>(null);
  const close = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !host.current) return;
    host.current.open = false;
    host.current.querySelector("summary")?.focus();
  };
  return (
    <details class="switcher" ref={host} onToggle={(event) => setOpen(event.currentTarget.open)} onKeyDown={close}>
      <summary aria-label={`Location ${name ?? locationId}, choose another`} title={locationId}>
        {name ?? locationId}
      </summary>
      {isOpen ? (
        <div class="switcher-body">
          <LocationList />
        </div>
      ) : null}
    </details>
  );
}

/** The locations that have sent something or have the app, searchable by part of their id or name. */
function LocationList(): JSX.Element {
  const { locationId } = usePlace();
  const [search, setSearch] = useState("");
  const { answer, problem, askAgain } = useQuery<{ locations: readonly KnownLocation[]; cursor: string | null }>(
    "/api/locations",
    { search, limit: SHOWN },
  );
  const typed = (text: string): void => setSearch(text.slice(0, 64).replaceAll(/\p{C}/gu, ""));
  return (
    <div class="locations" onKeyDown={rowKeys()}>
      <label>
        <span class="hidden">Part of a location's id or name</span>
        <input
          type="search"
          placeholder="Search locations"
          value={search}
          onInput={(event) => typed(event.currentTarget.value)}
        />
      </label>
      {problem ? <ProblemNote problem={problem} onAgain={askAgain} /> : null}
      <ul>
        {answer?.locations.map((one) => (
          <li key={one.locationId}>
            <a data-row href={linkTo(one.locationId)} aria-current={one.locationId === locationId ? "true" : undefined}>
              <span>{one.name ?? one.locationId}</span>{" "}
              <small>
                {one.name === null ? "" : `${one.locationId}, `}last event {lastSeenInWords(one.lastSeen)}
              </small>
            </a>
          </li>
        ))}
      </ul>
      {answer && answer.locations.length === 0 ? (
        <p class="quiet-note">No location has this in its id or name.</p>
      ) : null}
      {answer?.cursor ? <p class="quiet-note">There are more: type a part of the id or the name.</p> : null}
      <AgencyList />
    </div>
  );
}

/** The directory knows the day, in UTC: `today`, `Tue 3 Mar`. */
function lastSeenInWords(lastSeen: string): string {
  return dayInWords(lastSeen, "UTC", Date.now()).replace(/^(?:Today|Yesterday)$/, (word) => word.toLowerCase());
}
