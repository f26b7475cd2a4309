// Events of the app itself: it was installed or uninstalled. They name no contact, and no rule sees them.
import { isLocationId } from "../events/structs.ts";
import type { HookRoute } from "../model/event-kinds.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { momentMs } from "../kit/moment.ts";
import type { LifecycleKind } from "../model/log-line.ts";
import type { Install, Uninstall, UninstalledPlace } from "../model/token.ts";

/** What an event of the app says. */
export type Lifecycle =
  /** `install`: in a location, whose agency may want a token for it; `null`: in an agency, which brings its own. */
  | { readonly kind: Extract<LifecycleKind, "INSTALL">; readonly install: Install | null }
  | {
      readonly kind: Extract<LifecycleKind, "UNINSTALL">;
      readonly place: UninstalledPlace;
      readonly uninstall: Uninstall;
    };

const COMPANY_ID = /^[!-~]{1,128}$/;

/** Whether a text can be the id of an agency: it names an object. */
export function isCompanyId(id: unknown): id is string {
  return typeof id === "string" && COMPANY_ID.test(id);
}

/** Reads an event of the app; `null` if it is not one, or says too little to act on. */
export function lifecycleOf(payload: Json, route: HookRoute, eventKey: string): Lifecycle | null {
  if (route !== "events" || !isJsonObject(payload)) return null;
  const { type, appId: app, timestamp, locationId, companyId } = payload;
  const appId = typeof app === "string" ? app : "";
  const atMs = momentMs(timestamp);
  if (type === "INSTALL") {
    const isLocations = isLocationId(locationId) && appId !== "";
    const agency = isCompanyId(companyId) ? companyId : null;
    return { kind: type, install: isLocations ? { locationId, companyId: agency, appId, atMs } : null };
  }
  const place = placeOf(locationId, companyId);
  if (type !== "UNINSTALL" || place === null || appId === "") return null;
  return { kind: type, place, uninstall: { eventKey, appId, atMs } };
}

/** If a location is named it concerns only that location, whatever agency is named beside it. */
function placeOf(locationId: Json | undefined, companyId: Json | undefined): UninstalledPlace | null {
  const agency = isCompanyId(companyId) ? { companyId } : null;
  if (isLocationId(locationId)) return { locationId, ...agency };
  return (locationId ?? "") === "" ? agency : null;
}
