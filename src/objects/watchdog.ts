// The watchdog, which a cron trigger runs.
import { logError } from "../model/log-line.ts";
import { agencyOf, ledgerOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

/** One invocation may make a thousand calls. */
const POKED_AT_ONCE = 500;
const RECONCILED_AT_ONCE = 400;
const POKED_TOGETHER = 30;
const AGENCIES_AT_ONCE = 60;

/**
 * Pokes ledgers where something may wait, so that a lost alarm is set again, and those whose turn it is to look through
 * HighLevel's export. If there are more than one invocation may call, the directory returns a different part each turn.
 */
export async function pokeLedgers(env: LedgerEnv): Promise<void> {
  const directory = directoryOf(env);
  const toPoke = await directory.toPoke(POKED_AT_ONCE);
  const theirHour = new Set(await directory.toReconcile(RECONCILED_AT_ONCE));
  const all = [...new Set([...toPoke, ...theirHour])];
  const closed: string[] = [];
  const reconciled: string[] = [];
  for (let from = 0; from < all.length; from += POKED_TOGETHER) {
    const together = all.slice(from, from + POKED_TOGETHER);
    const answers = await Promise.allSettled(together.map((id) => ledgerOf(env, id).poke(theirHour.has(id))));
    for (const [index, answer] of answers.entries()) {
      const locationId = together[index] ?? "";
      if (answer.status === "rejected") {
        logError("A ledger did not answer the watchdog", { locationId }, answer.reason);
        continue;
      }
      if (answer.value.isOpen) continue;
      closed.push(locationId);
      if (answer.value.isReconciled === true) reconciled.push(locationId);
    }
  }
  if (closed.length > 0) await directory.closed(closed, reconciled);
}

/** Pokes agencies in the same way: up to sixty per turn. */
export async function pokeAgencies(env: LedgerEnv): Promise<void> {
  const agencies = await directoryOf(env).agencies(AGENCIES_AT_ONCE);
  const answers = await Promise.allSettled(agencies.map((companyId) => agencyOf(env, companyId).poke()));
  for (const [index, answer] of answers.entries())
    if (answer.status === "rejected")
      logError("An agency did not answer the watchdog", { companyId: agencies[index] ?? "" }, answer.reason);
}
