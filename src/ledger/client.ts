// The ledgers and the directory as the other rooms see them: plain promises instead of RPC stubs.
import type { Event } from "../model/event.ts";
import type { Erased, Quarantined, Recorded } from "../model/ledger.ts";
import { directoryOf, type Directory, type Ledger, type LedgerEnv } from "./durable-objects.ts";

/** A Durable Object's methods without the types that RPC adds to every answer. */
type Remote<Target> = {
  [Name in keyof Target as Target[Name] extends (...args: never[]) => unknown ? Name : never]: Target[Name] extends (
    ...args: infer Args
  ) => infer Answer
    ? (...args: Args) => Promise<Awaited<Answer>>
    : never;
};

/** The ledger of a location. */
export function ledgerOf(env: LedgerEnv, locationId: string): Remote<Ledger> {
  return env.LEDGER.getByName(locationId) as unknown as Remote<Ledger>;
}

/** The directory of the deployment. */
export function directory(env: LedgerEnv): Remote<Directory> {
  return directoryOf(env);
}

/** Where received events go: the ledger of their location, or the directory when they name none. */
export function eventStore(env: LedgerEnv): {
  record(event: Event): Promise<Recorded>;
  quarantine(locationId: string | null, item: Quarantined): Promise<void>;
  countIgnored(locationId: string | null, kind: string): Promise<void>;
} {
  return {
    record: (event) => ledgerOf(env, event.locationId).record(event),
    quarantine: (locationId, item) =>
      locationId === null ? directory(env).quarantine(item) : ledgerOf(env, locationId).quarantine(locationId, item),
    countIgnored: (locationId, kind) =>
      locationId === null
        ? directory(env).countIgnored(kind)
        : ledgerOf(env, locationId).countIgnored(locationId, kind),
  };
}

/** Takes what has been ingested since out of the quarantine. */
export function releaseQuarantined(env: LedgerEnv, locationId: string | null, id: string): Promise<void> {
  return locationId === null ? directory(env).release(id) : ledgerOf(env, locationId).release(id);
}

/** Erases a contact from its ledger, and from what was signed without naming a location. */
export async function eraseContact(env: LedgerEnv, locationId: string, contactId: string): Promise<Erased> {
  const unplaced = await directory(env).eraseContact(contactId);
  const erased = await ledgerOf(env, locationId).eraseContact(locationId, contactId);
  return { ...erased, quarantined: erased.quarantined + unplaced };
}
