// Installing and uninstalling the app, in the ledgers of its locations, in their agencies, and in the directory, which knows
// which location is whose.
import type { Install, SealedToken, Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";
import { agencyOf, ledgerOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

/** Each location takes two of the thousand calls that an invocation may make. */
const UNINSTALLED_AT_ONCE = 450;
const ASKED_TOGETHER = 30;
/** As many agencies are asked whether a location is theirs where an event does not say; others see it within the hour. */
const ASKED_AGENCIES = 20;

/** Passes an app's token to its location. The directory comes first: it has to know where an agency's tokens are. */
export async function install(env: LedgerEnv, locationId: string, token: SealedToken): Promise<void> {
  await directoryOf(env).installed(locationId, token.companyId);
  await ledgerOf(env, locationId).storeToken(locationId, token);
}

/** Passes an agency's token to it. The directory comes first: the watchdog has to know of it. */
export async function installAgency(env: LedgerEnv, companyId: string, token: SealedToken): Promise<void> {
  await directoryOf(env).agency(companyId, true);
  await agencyOf(env, companyId).install(companyId, token);
}

/** Tells a location's agency that the app was installed there; if it is not named, each that may be it. */
export async function joined(env: LedgerEnv, install: Install): Promise<void> {
  const { companyId } = install;
  if (companyId !== null) return agencyOf(env, companyId).joined({ ...install, companyId });
  const agencies = await directoryOf(env).agencies(ASKED_AGENCIES);
  await Promise.all(agencies.map((id) => agencyOf(env, id).look()));
}

/**
 * Makes a location forget an app's token, or an agency and all its locations. If an agency has more locations than one
 * invocation can call, it throws after doing a part of them, so that HighLevel sends the event again for the next part.
 */
export async function uninstall(env: LedgerEnv, place: UninstalledPlace, event: Uninstall): Promise<Uninstalled> {
  if (place.locationId !== undefined) return uninstallFrom(env, place.locationId, place.companyId, event);
  const { companyId } = place;
  // The agency first: it gives no more tokens.
  const done = new Set<Uninstalled>([await agencyOf(env, companyId).uninstall(event)]);
  if (!done.has("kept")) await directoryOf(env).agency(companyId, false);
  const locations = await directoryOf(env).ofCompany(companyId, UNINSTALLED_AT_ONCE);
  let isAnyEnded = false;
  for (let from = 0; from < locations.length; from += ASKED_TOGETHER) {
    const together = locations.slice(from, from + ASKED_TOGETHER);
    for (const one of await Promise.all(together.map((id) => endToken(env, id, event)))) {
      done.add(one);
      isAnyEnded ||= one === "uninstalled";
    }
  }
  if (locations.length === UNINSTALLED_AT_ONCE && isAnyEnded) throw new Error("The agency has more locations");
  return done.has("uninstalled") ? "uninstalled" : done.has("repeated") ? "repeated" : "kept";
}

/** Its agency is told first, so that it gives the location no other token. */
async function uninstallFrom(
  env: LedgerEnv,
  locationId: string,
  named: string | undefined,
  event: Uninstall,
): Promise<Uninstalled> {
  const companyId = named ?? (await directoryOf(env).companyOf(locationId));
  if (companyId !== null) await agencyOf(env, companyId).left(locationId, event);
  return endToken(env, locationId, event);
}

async function endToken(env: LedgerEnv, locationId: string, event: Uninstall): Promise<Uninstalled> {
  const done = await ledgerOf(env, locationId).uninstall(event);
  // Repeated with a repeated event: the first call to the directory may have failed.
  if (done !== "kept") await directoryOf(env).uninstalled(locationId);
  return done;
}
