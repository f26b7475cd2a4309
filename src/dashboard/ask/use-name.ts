import type { KnownLocation } from "../../model/ledger.ts";
import { SEARCHED } from "../../model/search.ts";
import { useQueryAt } from "./use-query.ts";

const MOST_ALIKE = 20;

/** What a location is called, asked for once and when somebody says so; `null`: it is not known. */
export function useName(locationId: string): { readonly name: string | null; readonly askName: () => void } {
  const path = SEARCHED.test(locationId) ? "/api/locations" : null;
  const { answer, askAgain: askName } = useQueryAt<{ locations: readonly KnownLocation[] }>("", path, {
    search: locationId,
    limit: MOST_ALIKE,
  });
  return { name: answer?.locations.find((one) => one.locationId === locationId)?.name ?? null, askName };
}
