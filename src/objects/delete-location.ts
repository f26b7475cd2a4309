// Deleting a location, wherever something of it is kept: docs/decisions/0080-deleting-a-location.md.
import type { AuditNote } from "../model/audit.ts";
import type { Removed } from "../model/ledger.ts";
import type { AgencyCalls, DirectoryCalls, LedgerCalls, RegistryCalls } from "../model/rpc.ts";
import { taskKey } from "../model/task.ts";

/** Wherever something of a location is kept. */
export interface KeptAt {
  readonly directory: Pick<DirectoryCalls, "actionBegins" | "actionEnds" | "companyOf" | "forget">;
  readonly agency: (companyId: string) => Pick<AgencyCalls, "deleted">;
  readonly ledger: (locationId: string) => Pick<LedgerCalls, "remove">;
  readonly registry: Pick<RegistryCalls, "forget">;
  readonly tasks: {
    list(of: { readonly prefix: string }): Promise<{ readonly keys: readonly { readonly name: string }[] }>;
    delete(key: string): Promise<void>;
  };
}

/**
 * Deletes a location, or of a large one a part; repeated, it goes on. Until nothing is left anywhere its ledger stays closed:
 * what came before that would be forgotten with the rest.
 */
export async function deleteLocation(
  { directory, agency, ledger, registry, tasks }: KeptAt,
  note: AuditNote,
  locationId: string,
): Promise<Removed> {
  const noted = await directory.actionBegins(note);
  // Its agency first: it would give the location another token.
  const companyId = await directory.companyOf(locationId);
  if (companyId !== null) await agency(companyId).deleted(locationId);
  const own = ledger(locationId);
  const removed = await own.remove(locationId, note.by.name, true);
  if (!removed.more) {
    // What reached KV while the ledger looked.
    const { keys } = await tasks.list({ prefix: taskKey(locationId, "") });
    await Promise.all(keys.map(({ name }) => tasks.delete(name)));
    await registry.forget(locationId);
    await directory.forget(locationId);
    await own.remove(locationId, note.by.name);
  }
  await directory.actionEnds(noted, { ...removed });
  return removed;
}
