// Events of the app itself: it was installed or uninstalled. They name no contact, and no rule sees them.
import { isLocationId } from "../events/structs.ts";
import type { HookRoute } from "../model/event-kinds.ts";
import { isJsonObject, type Json } from "../kit/json.ts";
import { momentMs } from "../kit/moment.ts";
import type { LifecycleKind } from "../model/log-line.ts";
import type { Uninstall, UninstalledPlace } from "../model/token.ts";

/** What an event of the app says. An install needs no more: its token comes through /oauth/callback. */
export type Lifecycle =
  | { readonly kind: Extract<LifecycleKind, "INSTALL"> }
  | {
      readonly kind: Extract<LifecycleKind, "UNINSTALL">;
      readonly place: UninstalledPlace;
      readonly uninstall: Uninstall;
    };

const COMPANY_ID = /^[!-~]{1,128}$/;

/** Reads an event of the app; `null` if it is not one, or says too little to act on. */
export function lifecycleOf(payload: Json, route: HookRoute, eventKey: string): Lifecycle | null {
  if (route !== "events" || !isJsonObject(payload)) return null;
  const { type, appId, timestamp } = payload;
  if (type === "INSTALL") return { kind: type };
  const place = placeOf(payload["locationId"], payload["companyId"]);
  if (type !== "UNINSTALL" || place === null || typeof appId !== "string" || appId === "") return null;
  return { kind: type, place, uninstall: { eventKey, appId, atMs: timeOf(timestamp) } };
}

/** If a location is named it concerns only that location, whatever agency is named beside it. */
function placeOf(locationId: Json | undefined, companyId: Json | undefined): UninstalledPlace | null {
  if (isLocationId(locationId)) return { locationId };
  const isNamed = (locationId ?? "") === "";
  return isNamed && typeof companyId === "string" && COMPANY_ID.test(companyId) ? { companyId } : null;
}

function timeOf(timestamp: Json | undefined): number | null {
  return momentMs(timestamp);
}
