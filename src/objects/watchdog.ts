// The watchdog, which a cron trigger runs: over the alarms of the directory's parts, each of which looks after its own
// ledgers, and over agencies.
import { logError } from "../model/log-line.ts";
import { agencyOf } from "./client.ts";
import { directoryOf, type LedgerEnv } from "./durable-objects.ts";

/** One invocation may make a thousand calls. */
const AGENCIES_AT_ONCE = 60;

/** Sees to it that each part of the directory has its alarm. */
export function wakeDirectory(env: LedgerEnv): Promise<void> {
  return directoryOf(env).wake();
}

/** Pokes agencies: up to sixty per turn. */
export async function pokeAgencies(env: LedgerEnv): Promise<void> {
  const agencies = await directoryOf(env).agencies(AGENCIES_AT_ONCE);
  const answers = await Promise.allSettled(agencies.map((companyId) => agencyOf(env, companyId).poke()));
  for (const [index, answer] of answers.entries())
    if (answer.status === "rejected")
      logError("An agency did not answer the watchdog", { companyId: agencies[index] ?? "" }, answer.reason);
}
