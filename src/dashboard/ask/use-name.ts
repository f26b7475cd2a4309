import type { KnownLocation } from "../../model/ledger.ts";
import { useQueryAt } from "./use-query.ts";

const MOST_ALIKE = 20;
/** What the API searches for. */
const SEARCHED = /^[^\p{C}]{1,64}$/u;

/** What HighLevel calls a location, asked for once; `null`: it is not known. */
export function useName(locationId: string): string | null {
  const path = SEARCHED.test(locationId) ? "/api/locations" : null;
  const { answer } = useQueryAt<{ locations: readonly KnownLocation[] }>("", path, {
    search: locationId,
    limit: MOST_ALIKE,
  });
  return answer?.locations.find((one) => one.locationId === locationId)?.name ?? null;
}
