// Erasing a contact, wherever it is named.
import { digestOf } from "../ledger/log/erased.ts";
import type { Erased } from "../model/ledger.ts";
import { ledgerOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

/** Erases a contact from its ledger, and from what was signed without naming a location. */
export async function eraseContact(env: LedgerEnv, locationId: string, contactId: string): Promise<Erased> {
  const unplaced = await directoryOf(env).eraseContact(contactId);
  const erased = await ledgerOf(env, locationId).eraseContact(locationId, contactId, await digestOf(contactId));
  return { ...erased, quarantined: erased.quarantined + unplaced };
}
