// Where received events go, and how what was kept aside leaves again.
import type { Event } from "../model/event.ts";
import type { Kept, Quarantined, Recorded } from "../model/ledger.ts";
import type { Uninstall, Uninstalled, UninstalledPlace } from "../model/token.ts";
import { directory, isRetryable, ledgerOf } from "./client.ts";
import type { LedgerEnv } from "./durable-objects.ts";
import { uninstall } from "./installs.ts";

/** Where received events go: the ledger of their location, or the directory when they name none. */
export function eventStore(env: LedgerEnv): {
  record(event: Event): Promise<Recorded>;
  quarantine(locationId: string | null, item: Quarantined): Promise<Kept>;
  countIgnored(locationId: string | null, kind: string): Promise<Kept>;
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

/** Once more, on a new stub, where Cloudflare says that this makes sense: recording twice is recording once. */
async function again<Value>(call: () => Promise<Value>): Promise<Value> {
  try {
    return await call();
  } catch (error) {
    if (!isRetryable(error)) throw error;
    return call();
  }
}

/** Takes what has been ingested since out of the quarantine. */
export function releaseQuarantined(env: LedgerEnv, locationId: string | null, id: string): Promise<void> {
  return locationId === null ? directory(env).release(id) : ledgerOf(env, locationId).release(id);
}
