import type { ApiPorts } from "./ports.ts";

/**
 * Whether a location can have a ledger: it is allowed, or the directory knows it from when it was. Asking any other
 * would bring an empty ledger into being.
 */
export async function isServed(
  locationId: string,
  { configuration, locations }: Pick<ApiPorts, "configuration" | "locations">,
): Promise<boolean> {
  const { any, names } = configuration.locations;
  if (any || names.has(locationId)) return true;
  const page = await locations({ cursor: justBefore(locationId), limit: 1 });
  return page.locations[0]?.locationId === locationId;
}

/** The cursor of the page that begins with an id: greater than every id before it, in the order of UTF-8 bytes. */
function justBefore(id: string): string {
  return `${id.slice(0, -1)}${String.fromCharCode(id.charCodeAt(id.length - 1) - 1)}\u{10FFFF}`;
}
