// Where received events go, and how they leave the quarantine again.
import type { ReleasedBy } from "../model/audit.ts";
import type { EventStore } from "../model/rpc.ts";
import { installObjects, isRetryable, ledgerOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";
import { joined, uninstall } from "./installs.ts";

/** Where received events go: the ledger of their location, or the directory if they name none. */
export function eventStore(env: LedgerEnv): EventStore {
  return {
    record: (event) => again(() => ledgerOf(env, event.locationId).record(event)),
    quarantine: (locationId, item) =>
      locationId === null ? directoryOf(env).quarantine(item) : ledgerOf(env, locationId).quarantine(locationId, item),
    join: (locationId, item) => again(() => ledgerOf(env, locationId).join(locationId, item)),
    countIgnored: (locationId, kind) =>
      locationId === null
        ? directoryOf(env).countIgnored(kind)
        : ledgerOf(env, locationId).countIgnored(locationId, kind),
    install: (event) => joined(installObjects(env), event),
    uninstall: (place, event) => uninstall(installObjects(env), place, event),
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

/** Removes an item that an operator has ingested since from the quarantine, and notes that. */
export function releaseQuarantined(
  env: LedgerEnv,
  locationId: string | null,
  id: string,
  done: ReleasedBy,
): Promise<void> {
  return locationId === null ? directoryOf(env).release(id, done) : ledgerOf(env, locationId).release(id, done);
}
