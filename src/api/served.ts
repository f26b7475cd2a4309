import type { ReadPorts } from "./ports.ts";

/**
 * Whether a location can have a ledger: it is allowed, or the directory knows it from a time when it was. Asking the
 * ledger of any other location would create an empty one.
 */
export async function isServed(
  locationId: string,
  { configuration, locations }: Pick<ReadPorts, "configuration" | "locations">,
): Promise<boolean> {
  const { any, names } = configuration.locations;
  return any || names.has(locationId) || locations.isKnown(locationId);
}
