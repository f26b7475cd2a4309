// The watchdog, which a cron trigger runs.
import { logError } from "../model/log-line.ts";
import { agencyOf, ledgerOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

const POKED_AT_ONCE = 900;
const POKED_TOGETHER = 30;
const AGENCIES_AT_ONCE = 60;

/**
 * Pokes ledgers where something may wait, so that a lost alarm is set again. Up to 900 per turn, because one invocation
 * may make a thousand calls; if there are more, the directory returns a different part each turn.
 */
export async function pokeLedgers(env: LedgerEnv): Promise<void> {
  const toPoke = await directoryOf(env).toPoke(POKED_AT_ONCE);
  const closed: string[] = [];
  for (let from = 0; from < toPoke.length; from += POKED_TOGETHER) {
    const together = toPoke.slice(from, from + POKED_TOGETHER);
    const answers = await Promise.allSettled(together.map((locationId) => ledgerOf(env, locationId).poke()));
    for (const [index, answer] of answers.entries()) {
      const locationId = together[index] ?? "";
      if (answer.status === "rejected") logError("A ledger did not answer the watchdog", { locationId }, answer.reason);
      else if (!answer.value.isOpen) closed.push(locationId);
    }
  }
  if (closed.length > 0) await directoryOf(env).closed(closed);
}

/** Pokes agencies in the same way: up to sixty per turn. */
export async function pokeAgencies(env: LedgerEnv): Promise<void> {
  const agencies = await directoryOf(env).agencies(AGENCIES_AT_ONCE);
  const answers = await Promise.allSettled(agencies.map((companyId) => agencyOf(env, companyId).poke()));
  for (const [index, answer] of answers.entries())
    if (answer.status === "rejected")
      logError("An agency did not answer the watchdog", { companyId: agencies[index] ?? "" }, answer.reason);
}
