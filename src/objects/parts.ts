// The directory is divided: a location's row is in one of sixteen parts, by a hash of its id, and what is of no location in
// the one object that was all of it before. Whoever asks sees one directory: docs/decisions/0081-a-divided-directory.md.
import { placeOf } from "../kit/share.ts";
import type { PlacedAlert } from "../model/alert.ts";
import type { KnownLocation, LocationQuery, PageQuery } from "../model/ledger.ts";
import type { DirectoryCalls } from "../model/rpc.ts";
import { together } from "./home.ts";

/** Fixed: another number would look for rows where they are not. */
const PARTS = 16;
/** What is of no location, and the rows that are not passed on yet. */
export const HUB_NAME = "directory";

/** The name of the object that has a location's row. */
export function partOf(locationId: string): string {
  return partName(Math.floor(placeOf(locationId) * PARTS));
}

/** All parts, by name. */
export const PART_NAMES: readonly string[] = Array.from({ length: PARTS }, (_, part) => partName(part));

function partName(part: number): string {
  return `${HUB_NAME}-${part}`;
}

/** Calls that are of one location, which is their first argument. */
const OF_ONE = new Set<PropertyKey>([
  "announce", "installed", "named", "uninstalled", "look", "callIt", "alerted",
] satisfies (keyof DirectoryCalls)[]); // prettier-ignore

/** Objects by name, as one directory. */
export function divided(objectOf: (name: string) => DirectoryCalls): DirectoryCalls {
  const hub = objectOf(HUB_NAME);
  /** The parts first: where a row is in both, it is newer there. */
  const all = (): DirectoryCalls[] => [...PART_NAMES.map(objectOf), hub];
  const ofAll: Partial<DirectoryCalls> = {
    ofCompany: async (companyId, limit) => {
      const found = await Promise.all(all().map((one) => one.ofCompany(companyId, limit)));
      return [...new Set(found.flat())].toSorted().slice(0, limit);
    },
    companyOf: async (locationId) =>
      (await objectOf(partOf(locationId)).companyOf(locationId)) ?? hub.companyOf(locationId),
    isKnown: async (locationId) =>
      (await objectOf(partOf(locationId)).isKnown(locationId)) || hub.isKnown(locationId),
    forget: async (locationId) => {
      await objectOf(partOf(locationId)).forget(locationId);
      await hub.forget(locationId);
    },
    wake: async () => void (await Promise.all(all().map((one) => one.wake()))),
    alerts: async (query) => alertsTogether(await Promise.all(all().map((one) => one.alerts(query))), query),
    locations: async (query) => knownTogether(await Promise.all(all().map((one) => one.locations(query))), query),
    home: async (query) => together(await Promise.all(all().map((one) => one.home(query))), query),
  }; // prettier-ignore
  return new Proxy(hub, {
    get: (_, call) => {
      const own = Reflect.get(ofAll, call) as unknown;
      if (own !== undefined) return own;
      return (...args: unknown[]): unknown => {
        const answerer = OF_ONE.has(call) ? objectOf(partOf(String(args[0]))) : hub;
        return (answerer as unknown as Record<PropertyKey, (...given: unknown[]) => unknown>)[call]?.(...args);
      };
    },
  });
}

function knownTogether(
  pages: readonly { readonly locations: KnownLocation[]; readonly cursor: string | null }[],
  { limit }: LocationQuery,
): { locations: KnownLocation[]; cursor: string | null } {
  const once = new Map(
    pages
      .flatMap(({ locations }) => locations)
      .toReversed()
      .map((one) => [one.locationId, one]),
  );
  const found = [...once.values()].toSorted((a, b) => (a.locationId < b.locationId ? -1 : 1)); // prettier-ignore
  const locations = found.slice(0, limit);
  const isMore = found.length > limit || pages.some(({ cursor }) => cursor !== null);
  return { locations, cursor: isMore ? (locations.at(-1)?.locationId ?? null) : null };
}

/** Of a page that ends earlier than others nothing behind its end is known: no place behind that is shown yet. */
function alertsTogether(
  pages: readonly { readonly alerts: PlacedAlert[]; readonly cursor: string | null }[],
  { limit }: PageQuery,
): { alerts: PlacedAlert[]; cursor: string | null } {
  const end = pages.flatMap(({ cursor }) => cursor ?? []).toSorted()[0] ?? null;
  const known = new Map<string, PlacedAlert[]>();
  for (const { alerts } of pages.toReversed())
    for (const [id, theirs] of Map.groupBy(alerts, ({ locationId }) => locationId)) known.set(id, theirs);
  const ids = [...known.keys()].filter((id) => end === null || id <= end).toSorted();
  const shown = ids.slice(0, limit);
  const cursor = ids.length > limit ? (shown.at(-1) ?? null) : end;
  return { alerts: shown.flatMap((id) => known.get(id) ?? []), cursor };
}
