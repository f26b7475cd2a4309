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
  if (any || names.has(locationId)) return true;
  const page = await locations({ cursor: justBefore(locationId), limit: 1 });
  return page.locations[0]?.locationId === locationId;
}

/** A cursor whose page begins with this id: greater than every smaller id, in the order of UTF-8 bytes. */
function justBefore(id: string): string {
  return `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}\u{10FFFF}`;
}
