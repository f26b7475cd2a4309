// Where received events go, and how they leave the quarantine again.
import type { Event } from "../model/event.ts";
import type { SetAside, Quarantined, Recorded } from "../model/ledger.ts";
import type { Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";
import { directory, isRetryable, ledgerOf } from "./client.ts";
import type { LedgerEnv } from "./durable-objects.ts";
import { uninstall } from "./installs.ts";

/** Where received events go: the ledger of their location, or the directory if they name none. */
export function eventStore(env: LedgerEnv): {
  record(event: Event): Promise<Recorded>;
  quarantine(locationId: string | null, item: Quarantined): Promise<SetAside>;
  countIgnored(locationId: string | null, kind: string): Promise<SetAside>;
  uninstall(place: UninstalledPlace, uninstall: Uninstall): Promise<Uninstalled>;
} {
  return {
    record: (event) => again(() => ledgerOf(env, event.locationId).record(event)),
    quarantine: (locationId, item) =>
      locationId === null ? directory(env).quarantine(item) : ledgerOf(env, locationId).quarantine(locationId, item),
    countIgnored: (locationId, kind) =>
      locationId === null
        ? directory(env).countIgnored(kind)
        : ledgerOf(env, locationId).countIgnored(locationId, kind),
    uninstall: (place, event) => uninstall(env, place, event),
  };
}

/** Tries once more, on a new stub, if Cloudflare says that this makes sense. It is safe: recording is idempotent. */
async function again<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return call();
  }
}

/** Removes an item that has since been ingested from the quarantine. */
export function releaseQuarantined(env: LedgerEnv, locationId: string | null, id: string): Promise<void> {
  return locationId === null ? directory(env).release(id) : ledgerOf(env, locationId).release(id);
}
