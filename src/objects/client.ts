// Ledgers and agencies as the other rooms see them: plain promises instead of RPC stubs.
import type { AuditNote } from "../model/audit.ts";
import { logError } from "../model/log-line.ts";
import type { AgencyCalls, ChangingCalls, LedgerCalls } from "../model/rpc.ts";
import type { KeptAt } from "./delete-location.ts";
import { directoryOf, registryOf, type LedgerEnv } from "./durable-objects.ts";
import type { InstallObjects } from "./installs.ts";
import { callsOf } from "./hand-on.ts";

/** The ledger of a location. */
export function ledgerOf(env: LedgerEnv, locationId: string): LedgerCalls {
  return callsOf<LedgerCalls>(env.LEDGER, locationId);
}

/**
 * The changes that an operator makes at a location: each leaves its note in the audit log, and is seen on the operator's
 * home at once.
 */
export function changesOf(env: LedgerEnv, locationId: string, note: AuditNote): ChangingCalls {
  const ledger = ledgerOf(env, locationId);
  return new Proxy<ChangingCalls>(ledger, {
    get:
      (_, call) =>
      async (...args: unknown[]) => {
        const done = await ledger.act(note, call as keyof ChangingCalls, args);
        try {
          await directoryOf(env).look(locationId);
        } catch (error) {
          logError("The directory does not know of a change yet", { locationId }, error);
        }
        return done;
      },
  });
}

/** An agency. */
export function agencyOf(env: LedgerEnv, companyId: string): AgencyCalls {
  return callsOf<AgencyCalls>(env.AGENCY, companyId);
}

/** All that an installation concerns. */
export function installObjects(env: LedgerEnv): InstallObjects {
  return {
    directory: directoryOf(env),
    ledger: (locationId) => ledgerOf(env, locationId),
    agency: (companyId) => agencyOf(env, companyId),
  };
}

/** All that keeps something of a location. */
export function keptAt(env: LedgerEnv): KeptAt {
  return {
    directory: directoryOf(env),
    ledger: (locationId) => ledgerOf(env, locationId),
    agency: (companyId) => agencyOf(env, companyId),
    registry: registryOf(env),
    tasks: env.TASKS,
  };
}

/** Flags that Durable Objects put on errors: Cloudflare's documentation, "Durable Objects: Error handling". */
interface ObjectError {
  readonly retryable?: boolean;
  readonly overloaded?: boolean;
}

/** Whether Cloudflare says that the same call on a new stub makes sense. */
export function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true && overloaded !== true;
}

/** Whether an object cannot be reached now, but can be later. */
export function isBusy(error: unknown): boolean {
  const { retryable, overloaded } = error as ObjectError;
  return retryable === true || overloaded === true;
}
