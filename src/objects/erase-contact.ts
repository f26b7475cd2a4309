// Erasing a contact, wherever it is named.
import { digestOf } from "../ledger/log/erased.ts";
import type { AuditNote } from "../model/audit.ts";
import type { Erased } from "../model/ledger.ts";
import { changesOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

/** Erases a contact from its ledger, and from what was signed without naming a location. */
export async function eraseContact(
  env: LedgerEnv,
  note: AuditNote,
  locationId: string,
  contactId: string,
): Promise<Erased> {
  const unplaced = await directoryOf(env).eraseContact(contactId);
  const digest = await digestOf(contactId);
  // Who it was can be checked by whoever knows the id, and is told to nobody else.
  const noted = { ...note, about: { contactDigest: digest } };
  const erased = await changesOf(env, locationId, noted).eraseContact(locationId, contactId, digest);
  return { ...erased, quarantined: erased.quarantined + unplaced };
}
