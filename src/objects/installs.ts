// Storing and forgetting an app's tokens, in the ledgers of their locations and in the directory, which knows the agency.
import type { SealedToken, Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";
import { ledgerOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

/** Each location takes two of the thousand calls that an invocation may make. */
const UNINSTALLED_AT_ONCE = 450;
const ASKED_TOGETHER = 30;

/** Passes an app's token to its location. The directory comes first: it has to know where an agency's tokens are. */
export async function install(env: LedgerEnv, locationId: string, token: SealedToken): Promise<void> {
  await directoryOf(env).installed(locationId, token.companyId);
  await ledgerOf(env, locationId).storeToken(locationId, token);
}

/**
 * Makes a location forget an app's token, or all locations of an agency. If an agency has more locations than one
 * invocation can call, it throws after doing a part of them, so that HighLevel sends the event again for the next part.
 */
export async function uninstall(env: LedgerEnv, place: UninstalledPlace, event: Uninstall): Promise<Uninstalled> {
  if ("locationId" in place) return uninstallFrom(env, place.locationId, event);
  const locations = await directoryOf(env).ofCompany(place.companyId, UNINSTALLED_AT_ONCE);
  const done = new Set<Uninstalled>();
  for (let from = 0; from < locations.length; from += ASKED_TOGETHER) {
    const together = locations.slice(from, from + ASKED_TOGETHER);
    for (const one of await Promise.all(together.map((id) => uninstallFrom(env, id, event)))) done.add(one);
  }
  if (locations.length === UNINSTALLED_AT_ONCE && done.has("uninstalled"))
    throw new Error("The agency has more locations");
  return done.has("uninstalled") ? "uninstalled" : done.has("repeated") ? "repeated" : "kept";
}

async function uninstallFrom(env: LedgerEnv, locationId: string, event: Uninstall): Promise<Uninstalled> {
  const done = await ledgerOf(env, locationId).uninstall(event);
  // Repeated with a repeated event: the first call to the directory may have failed.
  if (done !== "kept") await directoryOf(env).uninstalled(locationId);
  return done;
}
