// The frame around every page of a location: where you are and where you can go.
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { linkTo, type PageName, type Route } from "../address/routes.ts";
import { AlertMark } from "../parts/alert-mark.tsx";
import { FindContact } from "../parts/find-contact.tsx";
import { LocationSwitcher } from "./location-switcher.tsx";
import { usePlace } from "../ask/place.ts";
import { toFirstRow } from "../parts/row-keys.ts";

const LINKS: readonly { readonly page: PageName; readonly words: string }[] = [
  { page: "overview", words: "Overview" },
  { page: "events", words: "Events" },
  { page: "deliveries", words: "Deliveries" },
  { page: "tasks", words: "Tasks" },
  { page: "rules", words: "Rules" },
  { page: "shadow", words: "Shadow" },
  { page: "playground", words: "Playground" },
  { page: "alerts", words: "Alerts" },
  { page: "token", words: "Token" },
  { page: "audit", words: "Audit" },
];

/** Before the page where one is, so that the one before it can be seen to be there. */
const ROOM_PX = 48;

export function Shell({
  route,
  onSignOut,
  children,
}: {
  readonly route: Route;
  readonly onSignOut: () => void;
  readonly children: ComponentChildren;
}): JSX.Element {
  const { locationId, zone } = usePlace();
  useEffect(() => {
    document.addEventListener("keydown", toFirstRow);
    return () => document.removeEventListener("keydown", toFirstRow);
  }, []);
  const pages = useRef<HTMLElement>(null);
  // On a phone the pages stand in a row that is wider than it: where one is stays in sight.
  useEffect(() => {
    const current = pages.current?.querySelector<HTMLElement>("[aria-current]");
    if (current) pages.current?.scrollTo({ left: current.offsetLeft - pages.current.offsetLeft - ROOM_PX });
  }, [route.page]);
  return (
    <div class="shell">
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <header class="bar">
        <a class="brand" href={linkTo(locationId)}>
          <img src="/icon.svg" alt="" width="24" height="24" /> Afterbeep
        </a>
        <LocationSwitcher />
        <FindContact label="Find a contact" />
      </header>
      <nav class="pages" ref={pages} aria-label="Pages of this location">
        {LINKS.map(({ page, words }) => (
          <a key={page} href={linkTo(locationId, page)} aria-current={route.page === page ? "page" : undefined}>
            {words}
            {page === "alerts" ? <AlertMark /> : null}
          </a>
        ))}
        <a
          class="of-all"
          aria-label="Changes of the rules, for all locations"
          href={linkTo(locationId, "changes")}
          aria-current={route.page === "changes" ? "page" : undefined}
        >
          Changes
        </a>
        <span class="zone">Times are those of {zone}</span>
        <button type="button" class="quiet" onClick={onSignOut}>
          Sign out
        </button>
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

/** The fragment holds the route: a plain link to `#main` would leave the current page. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
