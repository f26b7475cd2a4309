// The current place in the page: the fragment of the address, which no server and no log ever sees.
// `#/l/<location>/<page>/<item>?<query>`, or `#/agency/<agency>?<query>`; every filter is in it, so that bookmarks and the
// back button work. The changes of rules are of no location: `#/changes/<version>` shows them, too.
import { useEffect, useState } from "preact/hooks";

const PAGES = [
  "overview",
  "events",
  "contacts",
  "deliveries",
  "tasks",
  "rules",
  "shadow",
  "playground",
  "changes",
  "alerts",
  "token",
  "audit",
] as const;
export type PageName = (typeof PAGES)[number];

/** The page that needs no location. */
const EVERYWHERE: PageName = "changes";

export type Query = { readonly [name: string]: string };

/** A place in the page. */
export interface Route {
  /** `null`: none is chosen. */
  readonly locationId: string | null;
  /** The agency that is shown instead of a location. */
  readonly companyId: string | null;
  readonly page: PageName;
  /** An event's key, a contact, a rule, a version. */
  readonly item: string | null;
  readonly query: Query;
}

/** What every page is given. */
export interface PageProps {
  readonly route: Route;
}

/** Reads a fragment. An unknown page becomes the overview. */
export function readRoute(fragment: string): Route {
  const [path = "", query = ""] = fragment.replace(/^#/, "").split(/\?(.*)/s);
  const parts = path.split("/").map(decoded);
  const isOfAll = parts[1] === EVERYWHERE;
  const [, kind = "", id = "", page = "", item = ""] = isOfAll ? ["", "l", "", ...parts.slice(1)] : parts;
  return {
    locationId: kind === "l" && id !== "" ? id : null,
    companyId: kind === "agency" && id !== "" ? id : null,
    page: (kind === "l" ? PAGES.find((name) => name === page) : undefined) ?? "overview",
    item: kind !== "l" || item === "" ? null : item,
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The stretch of time that an address names; empty unless both ends are valid times. */
export function spanOf({ from, to }: Query): { readonly from?: string; readonly to?: string } {
  const isTime = (text: string | undefined): text is string => text !== undefined && !Number.isNaN(Date.parse(text));
  return isTime(from) && isTime(to) ? { from, to } : {};
}

type Values = Readonly<Record<string, string | null | undefined>>;

/** The address of a place. Empty values are left out. `locationId`: `""` for a page that needs none. */
export function linkTo(
  locationId: string,
  page: PageName = "overview",
  item: string | null = null,
  query: Values = {},
): string {
  return address([...(locationId === "" ? [] : ["l", locationId]), page, ...(item === null ? [] : [item])], query);
}

/** The address of an agency. */
export function linkToAgency(companyId: string, query: Values = {}): string {
  return address(["agency", companyId], query);
}

function address(path: readonly string[], query: Values): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => Boolean(pair[1]));
  const parts = ["#", ...path.map(encodeURIComponent)].join("/");
  return `${parts}${given.length === 0 ? "" : `?${new URLSearchParams(given).toString()}`}`;
}

/** Goes there. `replace` adds no entry to the browser's history. */
export function goTo(link: string, replace = false): void {
  if (replace) location.replace(link);
  else location.assign(link);
}

/** The current route; it follows the address. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(readRoute(location.hash));
    addEventListener("hashchange", follow);
    // The address may have changed since the first read.
    follow();
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
