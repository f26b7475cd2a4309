// Installing and uninstalling the app, in the ledgers of its locations, in their agencies, and in the directory, which knows
// which location is whose.
import type { AgencyCalls, DirectoryCalls, LedgerCalls } from "../model/rpc.ts";
import type { Install, SealedToken, Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";

/** The objects that an installation concerns. */
export interface InstallObjects {
  readonly directory: Pick<
    DirectoryCalls,
    "installed" | "uninstalled" | "agency" | "agencies" | "ofCompany" | "companyOf"
  >;
  readonly ledger: (locationId: string) => Pick<LedgerCalls, "storeToken" | "uninstall" | "token">;
  readonly agency: (
    companyId: string,
  ) => Pick<AgencyCalls, "install" | "joined" | "look" | "left" | "uninstall" | "poke">;
}

/** Each location takes three of the thousand calls that an invocation may make. */
const UNINSTALLED_AT_ONCE = 300;
const ASKED_TOGETHER = 30;
/** As many agencies are asked whether a location is theirs where an event does not say; others see it within the hour. */
const ASKED_AGENCIES = 20;

/** Passes an app's token to its location. The directory comes first: it has to know where an agency's tokens are. */
export async function install(objects: InstallObjects, locationId: string, token: SealedToken): Promise<void> {
  await objects.directory.installed(locationId, token.companyId);
  await objects.ledger(locationId).storeToken(locationId, token);
}

/** Passes an agency's token to it. The directory comes first: the watchdog has to know of it. */
export async function installAgency(objects: InstallObjects, companyId: string, token: SealedToken): Promise<void> {
  await objects.directory.agency(companyId, true);
  await objects.agency(companyId).install(companyId, token);
}

/** Tells a location's agency that the app was installed there; if it is not named, each that may be it. */
export async function joined(objects: InstallObjects, install: Install): Promise<void> {
  const { companyId } = install;
  if (companyId !== null) return objects.agency(companyId).joined({ ...install, companyId });
  const agencies = await objects.directory.agencies(ASKED_AGENCIES);
  await Promise.all(agencies.map((id) => objects.agency(id).look()));
}

/**
 * Makes a location forget an app's token, or an agency and all its locations. If an agency has more locations than one
 * invocation can call, it throws after doing a part of them, so that HighLevel sends the event again for the next part.
 */
export async function uninstall(
  objects: InstallObjects,
  place: UninstalledPlace,
  event: Uninstall,
): Promise<Uninstalled> {
  if (place.locationId !== undefined) return uninstallFrom(objects, place.locationId, place.companyId, event);
  const { companyId } = place;
  const agency = objects.agency(companyId);
  // The agency first: it gives no more tokens.
  const itself = await agency.uninstall(event);
  // As it stands now: an event that is repeated may be older than its next installation.
  await objects.directory.agency(companyId, (await agency.poke()).isOpen);
  const locations = await objects.directory.ofCompany(companyId, UNINSTALLED_AT_ONCE);
  const done: Uninstalled[] = [];
  for (let from = 0; from < locations.length; from += ASKED_TOGETHER) {
    const together = locations.slice(from, from + ASKED_TOGETHER);
    done.push(...(await Promise.all(together.map((id) => endToken(objects, id, event)))));
  }
  if (locations.length === UNINSTALLED_AT_ONCE && done.includes("uninstalled"))
    throw new Error("The agency has more locations");
  return (["uninstalled", "repeated"] as const).find((one) => one === itself || done.includes(one)) ?? "kept";
}

/** Its agency is told first, so that it gives the location no other token. */
async function uninstallFrom(
  objects: InstallObjects,
  locationId: string,
  named: string | undefined,
  event: Uninstall,
): Promise<Uninstalled> {
  const companyId = named ?? (await objects.directory.companyOf(locationId));
  if (companyId !== null) await objects.agency(companyId).left(locationId, event);
  return endToken(objects, locationId, event);
}

async function endToken(objects: InstallObjects, locationId: string, event: Uninstall): Promise<Uninstalled> {
  const ledger = objects.ledger(locationId);
  const done = await ledger.uninstall(event);
  // Repeated with a repeated event: the first call to the directory may have failed. Or the app was installed again since.
  const isGone = done === "repeated" ? (await ledger.token())?.state !== "active" : done === "uninstalled";
  if (isGone) await objects.directory.uninstalled(locationId);
  return done;
}
