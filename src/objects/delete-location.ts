// Deleting a location, wherever something of it is kept: docs/decisions/0080-deleting-a-location.md.
import type { AuditNote } from "../model/audit.ts";
import type { Removed } from "../model/ledger.ts";
import { taskKey } from "../model/task.ts";
import { agencyOf, ledgerOf } from "./client.ts";
import { directoryOf, registryOf, type LedgerEnv } from "./durable-objects.ts";

/**
 * Deletes a location, or of a large one a part; repeated, it goes on. The directory is the last to forget it: as long as it
 * knows the location, the rest can be asked for again.
 */
export async function deleteLocation(env: LedgerEnv, note: AuditNote, locationId: string): Promise<Removed> {
  const directory = directoryOf(env);
  const noted = await directory.actionBegins(note);
  // Its agency first: it would give the location another token.
  const companyId = await directory.companyOf(locationId);
  if (companyId !== null) await agencyOf(env, companyId).deleted(locationId);
  const removed = await ledgerOf(env, locationId).remove(locationId, note.by.name);
  if (!removed.more) {
    // What reached KV while the ledger looked.
    const { keys } = await env.TASKS.list({ prefix: taskKey(locationId, "") });
    await Promise.all(keys.map(({ name }) => env.TASKS.delete(name)));
    await registryOf(env).forget(locationId);
    await directory.forget(locationId);
  }
  await directory.actionEnds(noted, { ...removed });
  return removed;
}
